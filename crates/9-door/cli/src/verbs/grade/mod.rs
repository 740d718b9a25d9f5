//! `grade`: a running lab's checks and tasks as they stand; or a folder of submissions, each judged by
//! the checks of one task.
//!
//! ```text
//!   grade [LAB]                      --HTTP--> the service
//!   grade --submissions DIR --checks FILE
//!      find: ID.toml, ID/*.toml
//!      one process a submission, as many at once as there are cores   (class)
//!        `grade --one FILE`: reads, runs, prints what came of it      (one)
//!      a table, a CSV, a JUnit, a page a student                      (class)
//! ```

mod class;
mod find;
mod live;
mod one;
mod workers;

pub use one::{hold, used};

use crate::args::Grade;
use crate::say::{Context, Exit, Failure};

/// Grades what is asked for.
pub fn run(context: &Context, wish: &Grade) -> Result<Exit, Failure> {
    match (&wish.one, &wish.submissions) {
        (Some(file), _) => one::run(context, wish, file),
        (None, Some(folder)) => class::run(context, wish, folder),
        (None, None) => live::run(context, wish),
    }
}
