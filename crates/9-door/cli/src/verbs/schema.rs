//! `schema`: the JSON Schema of a lab file, for editors.

use crate::say::{Exit, Failure, print};

/// Prints it.
pub fn run() -> Result<Exit, Failure> {
    print(&format!("{:#}\n", language::schema()))?;
    Ok(Exit::DONE)
}
