//! What may be written behind `validate`, `test` and `grade`.

// The comments are the help, where [N] says that N may be left out.
#![allow(rustdoc::broken_intra_doc_links)]

use super::{Variables, variable};
use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(ClapArgs)]
pub struct Validate {
    /// Lab files, or names of built-in labs
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
}

#[derive(ClapArgs)]
pub struct Test {
    /// A lab file, or the name of a built-in lab
    pub lab_file: String,
    /// Another seed than the lab's
    #[arg(long)]
    pub seed: Option<u64>,
    /// virtual: as fast as it goes; real: by the wall's clock, with the lab's real programs
    #[arg(long, default_value = "virtual", value_parser = ["virtual", "real"])]
    pub clock: String,
    /// Lay an overlay over the lab: solution, broken, broken.NAME
    #[arg(long = "with", value_name = "OVERLAY")]
    pub overlay: Option<String>,
    /// The checks, tasks and scripts of another lab file; the lab is then a submission
    #[arg(long, value_name = "FILE", conflicts_with = "overlay")]
    pub checks: Option<String>,
    /// With --checks: the file came alone, nothing that lies beside it belongs to it
    #[arg(long, requires = "checks")]
    pub alone: bool,
    /// Computing time that it may use, as `grade` holds a submission
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600), conflicts_with = "seeds")]
    pub limit: Option<u64>,
    /// Write what came out as JUnit, for a build server
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write what came out as one page in both languages
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Run many seeds on all cores, 1..1000; the first that fails is shrunk to script lines
    #[arg(long, value_name = "A..B", conflicts_with_all = ["seed", "capture", "junit", "report"])]
    pub seeds: Option<String>,
    /// With --seeds: so many at one time (default: as many as there are cores)
    #[arg(long, value_name = "N", requires = "seeds")]
    pub jobs: Option<usize>,
    /// With --seeds: write the lab that repeats the failure to a file
    #[arg(long, value_name = "FILE", requires = "seeds")]
    pub write: Option<PathBuf>,
    /// Write every jack's frames to DIR/LAB.pcapng, and the lab's own captures
    #[arg(long, value_name = "DIR")]
    pub capture: Option<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
}

#[derive(ClapArgs)]
pub struct Grade {
    /// A lab that runs (default: the only one)
    pub name: Option<String>,
    /// Only what happened in the last SPAN counts: 10s
    #[arg(long, value_name = "SPAN", conflicts_with = "submissions")]
    pub last: Option<String>,
    /// Grade the submissions of a folder instead: ID.toml or ID/lab.toml
    #[arg(long, value_name = "FOLDER", requires = "checks", conflicts_with = "name")]
    pub submissions: Option<PathBuf>,
    /// The task: a lab file (or a built-in lab) whose checks and tasks judge them
    #[arg(long, value_name = "FILE")]
    pub checks: Option<String>,
    /// Write a line per submission for a spreadsheet
    #[arg(long, value_name = "FILE", requires = "submissions")]
    pub csv: Option<PathBuf>,
    /// Write a page per student, and index.html
    #[arg(long, value_name = "DIR", requires = "submissions")]
    pub reports: Option<PathBuf>,
    /// Write what came out as JUnit
    #[arg(long, value_name = "FILE", requires = "submissions")]
    pub junit: Option<PathBuf>,
    /// So many at once (default: as many as there are cores)
    #[arg(long, value_name = "N", requires = "submissions")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Computing time that one submission may use (default: 5)
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    limit: Option<u64>,
    /// Another seed than the task's
    #[arg(long)]
    pub seed: Option<u64>,
    /// The value of one of the task's variables; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub var: Vec<(String, String)>,
    /// Grade this one submission and print what came of it, for the process that asked
    #[arg(long, hide = true, value_name = "FILE", conflicts_with = "submissions")]
    pub one: Option<PathBuf>,
    /// Whose it is
    #[arg(long, hide = true, requires = "one")]
    pub student: Option<String>,
    /// It came without a folder of its own
    #[arg(long, hide = true, requires = "one")]
    pub alone: bool,
}

impl Grade {
    /// Submissions graded at once.
    pub fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// Computing time of one submission.
    pub fn limit(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.limit.unwrap_or(5))
    }

    /// Is it said?
    pub fn has_limit(&self) -> bool {
        self.limit.is_some()
    }
}
