//! Handles that cannot be mistaken for another's, and the store behind them.
//!
//! A handle is an index and a generation. When a place is used again its generation has grown, so
//! a handle kept too long finds nothing, never a stranger. Invariant: `get` answers only the handle
//! that `insert` gave for that very value (test `a_stale_handle_finds_nothing`).

use core::marker::PhantomData;
use slab::Slab;

/// Turns a typed handle into its number and back.
pub(crate) trait Key: Copy {
    fn from_number(number: u64) -> Self;
    fn number(self) -> u64;
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);
        impl Key for $name {
            fn from_number(number: u64) -> Self {
                $name(number)
            }
            fn number(self) -> u64 {
                self.0
            }
        }
    )* };
}

keys! {
    /// One TCP connection of a host.
    TcpKey;
    /// One TCP listener of a host.
    ListenerKey;
    /// One UDP socket of a host.
    UdpKey;
    /// One ICMP echo ("ping") socket of a host.
    PingKey;
    /// One timer of a program.
    TimerKey;
}

/// Values under generation-tagged handles.
#[derive(Debug)]
pub(crate) struct Arena<K, T> {
    places: Slab<(u32, T)>,
    next_generation: u32,
    kind: PhantomData<K>,
}

impl<K: Key, T> Arena<K, T> {
    pub(crate) fn new() -> Self {
        Arena { places: Slab::new(), next_generation: 1, kind: PhantomData }
    }
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }
    pub(crate) fn insert(&mut self, value: T) -> K {
        let generation = self.next_generation;
        self.next_generation = self.next_generation.wrapping_add(1).max(1);
        let index = self.places.insert((generation, value)) as u64;
        K::from_number(u64::from(generation) << 32 | index & 0xffff_ffff)
    }
    pub(crate) fn get(&self, key: K) -> Option<&T> {
        let (index, generation) = split(key);
        self.places.get(index).filter(|place| place.0 == generation).map(|place| &place.1)
    }
    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut T> {
        let (index, generation) = split(key);
        self.places.get_mut(index).filter(|place| place.0 == generation).map(|place| &mut place.1)
    }
    pub(crate) fn remove(&mut self, key: K) -> Option<T> {
        self.get(key)?;
        Some(self.places.remove(split(key).0).1)
    }
    /// All values, in the order of their places (the same in every run).
    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.places.iter().map(|(index, (generation, value))| {
            (K::from_number(u64::from(*generation) << 32 | index as u64), value)
        })
    }
}

fn split<K: Key>(key: K) -> (usize, u32) {
    let number = key.number();
    ((number & 0xffff_ffff) as usize, (number >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_handle_finds_nothing() {
        let mut arena: Arena<TcpKey, &str> = Arena::new();
        let first = arena.insert("first");
        assert_eq!(arena.remove(first), Some("first"));
        let second = arena.insert("second");
        assert_eq!((arena.get(first), arena.get(second)), (None, Some(&"second")));
        assert_eq!((arena.remove(first), arena.len()), (None, 1));
        assert_eq!(arena.iter().collect::<Vec<_>>(), [(second, &"second")]);
    }
}
