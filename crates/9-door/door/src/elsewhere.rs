//! The door on systems that are not Linux: the same names, one honest answer.
//!
//! Absent here: `Carrier` and `fd` (there is nothing to carry or to hand over).

/// Nothing carries frames here.
pub mod carrier {}

/// Joining a real program: not on this system.
pub mod join {
    use crate::card::{Card, CarrierKind, Prefer};
    use crate::error::DoorError;
    use crate::note::Note;
    use base::Lang;
    use std::ffi::OsString;

    /// Cannot exist.
    #[derive(Debug)]
    pub enum Prepared {}

    /// # Errors
    /// Always [`DoorError::Unsupported`], after the card was looked at.
    pub fn prepare(card: &Card, _prefer: Prefer) -> Result<Prepared, DoorError> {
        card.check()?;
        Err(DoorError::Unsupported)
    }

    impl Prepared {
        /// As on Linux.
        pub fn kind(&self) -> CarrierKind {
            match *self {}
        }

        /// As on Linux.
        pub fn notes(&self) -> &[Note] {
            match *self {}
        }

        /// As on Linux, without a control socket.
        ///
        /// # Errors
        /// Never called.
        pub fn run(self, _command: &[OsString], _lang: Lang) -> Result<i32, DoorError> {
            match self {}
        }
    }
}
