//! A program starting programs of its machine: what a shell does.
//!
//! ```text
//!   parent --Env::start--> child        a process of its own: its number, sockets, Ctrl-C, end
//!          <--Child::wait---            its exit code
//! ```
//! A child is born between two steps of the executor, after the parent's present one. It ends with
//! its parent at the latest.

use crate::env::{Env, ExitCode, ProgramFn};
use crate::executor::{Birth, Ends, Spawner, Told};
use crate::output::{Pipe, Writer};
use core::fmt;
use std::sync::Arc;

/// Where a child reads and writes; what is `None` is its parent's.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    /// Its standard input.
    pub stdin: Option<Pipe>,
    /// Its standard output.
    pub stdout: Option<Writer>,
    /// Its standard error.
    pub stderr: Option<Writer>,
}

/// A process that this program started. Dropping it lets the process run on.
#[derive(Clone)]
pub struct Child {
    told: Arc<Told>,
    spawner: Spawner,
}

impl Env {
    /// Starts a program of this machine as a process of its own, with the language, the terminal
    /// and the privileges of this one. `args` begin with its name.
    pub fn start(&self, program: ProgramFn, args: Vec<String>, streams: Streams) -> Child {
        let spawner = self.shared.spawner.clone();
        let told: Arc<Told> = Arc::default();
        let launch = crate::Launch { args, no_stdin: false, ..self.shared.launch.clone() };
        spawner.bear(Birth {
            parent: self.process(),
            launch,
            streams: Ends {
                stdin: streams.stdin.unwrap_or_else(|| self.stdin.clone()),
                stdout: streams.stdout.unwrap_or_else(|| self.stdout.clone()),
                stderr: streams.stderr.unwrap_or_else(|| self.stderr.clone()),
            },
            main: Box::new(program),
            told: told.clone(),
        });
        Child { told, spawner }
    }
}

impl Child {
    /// Its exit code, when it has ended.
    pub async fn wait(&self) -> ExitCode {
        self.told.wait().await
    }
    /// Its exit code, if it has ended.
    pub fn code(&self) -> Option<ExitCode> {
        self.told.code()
    }
    /// Ctrl-C for it.
    pub fn interrupt(&self) {
        self.spawner.interrupt(&self.told);
    }
    /// Ends it where it stands.
    pub fn kill(&self) {
        self.spawner.kill(&self.told);
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Child({:?})", self.code())
    }
}
