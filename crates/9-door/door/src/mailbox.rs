//! Letters to a lab's thread: closures that it runs between two turns.

use crate::driver::Running;
use nix::sys::eventfd::EventFd;
use std::sync::{Arc, mpsc};

/// Letters that may wait; a sender beyond that waits itself.
pub(crate) const MAILBOX: usize = 1024;

/// What runs on a lab's thread between two turns.
pub type Letter = Box<dyn FnOnce(&mut Running) + Send>;

/// Where letters to a lab go. Clones are cheap.
#[derive(Clone)]
pub struct Mailbox {
    pub(crate) letters: mpsc::SyncSender<Letter>,
    pub(crate) bell: Arc<EventFd>,
}

/// The lab has ended; nobody reads its mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lab has ended")]
pub struct Gone;

/// Why a letter was not taken at once.
pub enum NotSent {
    /// The mailbox is full; here is the letter.
    Full(Letter),
    /// The lab has ended.
    Gone,
}

impl Mailbox {
    /// Sends a letter if there is room for it: never waits.
    ///
    /// # Errors
    /// The mailbox is full, or nobody reads it any more.
    pub fn try_send(&self, letter: Letter) -> Result<(), NotSent> {
        self.letters.try_send(letter).map_err(|error| match error {
            mpsc::TrySendError::Full(letter) => NotSent::Full(letter),
            mpsc::TrySendError::Disconnected(_) => NotSent::Gone,
        })?;
        self.ring();
        Ok(())
    }

    /// Sends a letter: the closure runs on the lab's thread between two turns.
    pub fn send(&self, letter: impl FnOnce(&mut Running) + Send + 'static) -> Result<(), Gone> {
        self.letters.send(Box::new(letter)).map_err(|_| Gone)?;
        let _ = self.bell.write(1); // full means: it rings already
        Ok(())
    }

    /// Asks for another turn: from the lab's own thread, too, which must never wait for itself.
    pub fn ring(&self) {
        let _ = self.bell.write(1); // full means: it rings already
    }

    /// Sends a letter and hands its answer to `reply` on the lab's thread.
    pub fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Running) -> R + Send + 'static,
        reply: impl FnOnce(R) + Send + 'static,
    ) -> Result<(), Gone> {
        self.send(move |running| reply(question(running)))
    }
}
