//! What happens next: a heap with one movable entry per thing that can happen.
//!
//! ```text
//!   key = (time, target node, source node, source's own count)      slot -> owner
//! ```
//! A node owns two slots (its earliest deadline; the frame that it is busy with), a line one (the
//! first frame to arrive). So the heap is as small as the network, however many frames fly, and a
//! deadline that moves is one sift and never a dead entry left behind. What comes before all else as it
//! is set stays in front of the heap: a conversation, in which each thing makes the next, never
//! touches the heap.
//!
//! Invariants: `position[heap[i].slot] == i`; the front, if there is one, is less than the heap's
//! least (test `the_heap_agrees_with_a_sorted_list`).

use base::Instant;

/// The order of the world: who is earlier goes first; at one instant the lower target, then the
/// lower source, then the source's own count decide, so that no order depends on insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Time, target and source in one number, so that a comparison is two instructions.
    place: u128,
    count: u64,
}

impl Key {
    pub(crate) fn new(time: Instant, target: u32, source: u32, count: u64) -> Key {
        let nodes = u128::from(target) << 32 | u128::from(source);
        Key { place: u128::from(time.as_nanos()) << 64 | nodes, count }
    }
    pub(crate) fn time(&self) -> Instant {
        Instant::from_nanos((self.place >> 64) as u64)
    }
    pub(crate) fn target(&self) -> usize {
        (self.place >> 32) as u32 as usize
    }
}

/// Whose entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A node's earliest deadline.
    Deadline(usize),
    /// The end of a node's work on the frame at the front of its ring.
    Service(usize),
    /// A line's first arrival.
    Line(usize),
    /// What is planned next.
    Plan,
}

/// Names an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// A key and its slot, flat: two of them fill a cache line.
#[derive(Clone, Copy, Debug)]
struct Entry {
    place: u128,
    count: u64,
    slot: Slot,
}

impl Entry {
    fn key(&self) -> Key {
        Key { place: self.place, count: self.count }
    }
}

const _: () = assert!(size_of::<Entry>() == 32);

const ABSENT: u32 = u32::MAX;
const FRONT: u32 = u32::MAX - 1;
/// Children per entry: shallower than two, and four keys lie in two cache lines.
const ARITY: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Calendar {
    front: Option<Entry>,
    heap: Vec<Entry>,
    position: Vec<u32>,
    owners: Vec<Owner>,
}

impl Calendar {
    pub(crate) fn add(&mut self, owner: Owner) -> Slot {
        self.owners.push(owner);
        self.position.push(ABSENT);
        Slot(self.owners.len() as u32 - 1)
    }

    /// What is next, if anything ever happens.
    #[inline]
    pub(crate) fn first(&self) -> Option<(Key, Owner)> {
        let first = self.front.as_ref().or(self.heap.first())?;
        Some((first.key(), self.owners[first.slot.0 as usize]))
    }

    /// Moves, makes or (with `None`) takes away the entry of `slot`.
    pub(crate) fn set(&mut self, slot: Slot, key: Option<Key>) {
        match (self.position[slot.0 as usize], key) {
            (ABSENT, None) => {}
            (ABSENT, Some(key)) => self.insert(key, slot),
            (FRONT, None) => self.clear_front(slot),
            (FRONT, Some(key)) => {
                self.clear_front(slot);
                self.insert(key, slot);
            }
            (at, None) => self.remove(at as usize),
            (at, Some(key)) => self.shift(at as usize, key),
        }
    }

    fn clear_front(&mut self, slot: Slot) {
        self.front = None;
        self.position[slot.0 as usize] = ABSENT;
    }

    /// Makes an entry: the new front, if it is less than all.
    #[inline]
    fn insert(&mut self, key: Key, slot: Slot) {
        let entry = Entry { place: key.place, count: key.count, slot };
        let least = self.front.as_ref().or(self.heap.first());
        if least.is_some_and(|least| least.key() <= key) {
            return self.push(entry);
        }
        if let Some(second) = self.front.replace(entry) {
            self.push(second);
        }
        self.position[slot.0 as usize] = FRONT;
    }

    fn push(&mut self, entry: Entry) {
        self.heap.push(entry);
        self.rise(self.heap.len() - 1);
    }

    /// Gives the entry there another key.
    fn shift(&mut self, at: usize, key: Key) {
        let entry = &mut self.heap[at];
        let before = entry.key();
        if before == key {
            return;
        }
        if self.front.is_some_and(|front| key < front.key()) {
            let slot = entry.slot;
            self.remove(at);
            return self.insert(key, slot);
        }
        (entry.place, entry.count) = (key.place, key.count);
        if key < before { self.rise(at) } else { self.sink(at) }
    }

    fn remove(&mut self, at: usize) {
        let gone = self.heap.swap_remove(at);
        self.position[gone.slot.0 as usize] = ABSENT;
        if let Some(moved) = self.heap.get(at) {
            if moved.key() < gone.key() { self.rise(at) } else { self.sink(at) }
        }
    }

    fn rise(&mut self, mut at: usize) {
        let entry = self.heap[at];
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if self.heap[parent].key() <= entry.key() {
                break;
            }
            self.place(at, self.heap[parent]);
            at = parent;
        }
        self.place(at, entry);
    }

    fn sink(&mut self, mut at: usize) {
        let entry = self.heap[at];
        loop {
            let first = at * ARITY + 1;
            let Some(children) = self.heap.get(first..) else { break };
            let (mut least, mut key) = (at, entry.key());
            for (index, child) in children.iter().take(ARITY).enumerate() {
                if child.key() < key {
                    (least, key) = (first + index, child.key());
                }
            }
            if least == at {
                break;
            }
            self.place(at, self.heap[least]);
            at = least;
        }
        self.place(at, entry);
    }

    fn place(&mut self, at: usize, entry: Entry) {
        self.heap[at] = entry;
        self.position[entry.slot.0 as usize] = at as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;
    use std::collections::BTreeMap;

    #[test]
    fn the_heap_agrees_with_a_sorted_list() {
        let mut random = RandomSource::new(1, "calendar", 0).stream("test");
        let mut calendar = Calendar::default();
        let slots: Vec<Slot> = (0..50).map(|i| calendar.add(Owner::Line(i))).collect();
        let mut model: BTreeMap<usize, Key> = BTreeMap::new();
        for round in 0..20_000u64 {
            let which = random.below(50) as usize;
            let key = random.chance(0.7).then(|| {
                let time = Instant::from_nanos(random.below(40));
                Key::new(time, random.below(3) as u32, random.below(3) as u32, round)
            });
            if let Some(key) = &key {
                assert!(key.time().as_nanos() < 40 && key.target() < 3);
            }
            calendar.set(slots[which], key);
            match key {
                Some(key) => model.insert(which, key),
                None => model.remove(&which),
            };
            let want = model.iter().min_by_key(|(_, key)| **key);
            let got = calendar.first();
            assert_eq!(got, want.map(|(which, key)| (*key, Owner::Line(*which))));
            let front = calendar.front.iter();
            assert!(front.clone().all(|it| calendar.position[it.slot.0 as usize] == FRONT));
            assert_eq!(calendar.heap.len() + front.count(), model.len());
            for (at, entry) in calendar.heap.iter().enumerate() {
                assert_eq!(calendar.position[entry.slot.0 as usize] as usize, at);
            }
        }
    }
}
