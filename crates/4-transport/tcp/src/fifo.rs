//! A queue whose first element lives inline: one element costs no allocation, an empty queue owns
//! no memory.

use std::collections::VecDeque;

#[derive(Debug)]
pub(crate) struct Fifo<T> {
    first: Option<T>,
    rest: VecDeque<T>,
}

impl<T> Fifo<T> {
    pub(crate) const fn new() -> Self {
        Fifo { first: None, rest: VecDeque::new() }
    }
    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }
    pub(crate) fn push_back(&mut self, item: T) {
        if self.first.is_none() {
            self.first = Some(item);
        } else {
            self.rest.push_back(item);
        }
    }
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let item = self.first.take();
        if self.rest.capacity() > 0 {
            self.move_up();
        }
        item
    }
    fn move_up(&mut self) {
        self.first = self.rest.pop_front();
        if self.first.is_none() {
            self.rest = VecDeque::new();
        }
    }
    pub(crate) fn pop_back(&mut self) -> Option<T> {
        self.rest.pop_back().or_else(|| self.first.take())
    }
    pub(crate) fn front(&self) -> Option<&T> {
        self.first.as_ref()
    }
    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        self.first.as_mut()
    }
    #[inline]
    pub(crate) fn back_mut(&mut self) -> Option<&mut T> {
        self.rest.back_mut().or(self.first.as_mut())
    }
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        if index == 0 { self.first.as_ref() } else { self.rest.get(index - 1) }
    }
    /// How many leading elements satisfy `is_before`, which must hold for a prefix only.
    pub(crate) fn partition_point(&self, mut is_before: impl FnMut(&T) -> bool) -> usize {
        match &self.first {
            Some(first) if is_before(first) => 1 + self.rest.partition_point(is_before),
            _ => 0,
        }
    }
}
