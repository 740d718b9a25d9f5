//! Pieces of memory that a world leaves on its thread, for the worlds to come.
//!
//! Fresh memory is dear (the kernel has to clear every page of it), an allocator gives large pieces back
//! to the kernel, and a test of a thousand seeds is a thousand worlds. So a store puts aside what it has
//! forgotten, or what it was when it ends, and looks here before it asks for more.
//!
//! No bound of a world counts what lies here. Invariant: a thread keeps at most [`MOST`] pieces of a
//! kind, each empty (`tests::what_is_put_aside_is_found_again`).

use core::cell::RefCell;
use std::collections::VecDeque;
use std::thread::LocalKey;

/// Pieces of a kind that are kept: of 64 KiB each, 8 MiB.
const MOST: usize = 128;

/// A piece of memory that can be put aside.
pub(crate) trait Piece: Sized + 'static {
    /// Those of this thread.
    fn attic() -> &'static LocalKey<RefCell<Vec<Self>>>;
    /// Empties it, and keeps its room; false: it has none.
    fn empty(&mut self) -> bool;
}

macro_rules! pieces {
    ($($kind:ty)*) => { $(
        impl Piece for $kind {
            fn attic() -> &'static LocalKey<RefCell<Vec<Self>>> {
                thread_local! {
                    static ATTIC: RefCell<Vec<$kind>> = const { RefCell::new(Vec::new()) };
                }
                &ATTIC
            }
            fn empty(&mut self) -> bool {
                self.clear();
                self.capacity() > 0
            }
        }
    )* };
}
pieces!(Vec<u8> VecDeque<u32> VecDeque<crate::recorder::Entry> VecDeque<crate::outputs::Record>);
#[cfg(test)]
pieces!(VecDeque<[u64; 512]>);

/// An empty piece with room, if one was put aside.
pub(crate) fn take<P: Piece>() -> Option<P> {
    P::attic().try_with(|attic| attic.borrow_mut().pop()).ok()?
}

/// Puts a piece aside.
pub(crate) fn put<P: Piece>(mut piece: P) {
    let has_room = piece.empty();
    // A thread that ends keeps nothing.
    let _ = P::attic().try_with(|attic| {
        let mut attic = attic.borrow_mut();
        if has_room && attic.len() < MOST {
            attic.push(piece);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_aside_is_found_again() {
        // On a thread of its own, whose attic is empty and forgotten afterwards.
        let own = || {
            let mut piece = VecDeque::<u32>::with_capacity(9);
            piece.push_back(7);
            put(piece);
            put(VecDeque::<u32>::new());
            let found = take::<VecDeque<u32>>().expect("the one with room");
            assert!(found.is_empty() && found.capacity() >= 9);
            assert!(take::<VecDeque<u32>>().is_none());
            (0..MOST + 9).for_each(|_| put(vec![7_u8]));
            assert_eq!(<Vec<u8>>::attic().with_borrow(Vec::len), MOST);
        };
        std::thread::scope(|threads| threads.spawn(own).join().expect("as it says"));
    }
}
