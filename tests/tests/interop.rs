//! The real binary with real programs of this machine inside its labs, as ordinary users.
//!
//! | room | what must hold |
//! |---|---|
//! | `main_job` | the README's commands, word for word |
//! | `three_hosts` | three hosts joined at once, ping, traceroute; with a TAP and without |
//! | `transfer` | curl moves 100 MB and a bad cable's 8 MB; measured beside nginx |
//! | `doors` | who may speak to a service, and which files a lab may name |
//! | `killed` | `kill -9` of the service leaves nothing, and readable captures |
//! | `clock` | pause, step, resume; a machine plugged elsewhere |
//! | `codes` | exit codes, two labs, two users |
//! | `complete` | a real bash completes a filter |
//! | `ends` | a lab's end ends its own programs, and is said |
//! | `exec` | input, codes and ends of the machines' own programs |
//! | `real` | real programs that a lab file names, judged with it |
//! | `shell` | `sh` at a pipe and at a terminal |
//! | `open` | a real curl and a real browser inside the lab, by SOCKS |
//! | `why` | a packet's journey, from the endpoint, the command line and a file |
//! | `grade` | a class of 200 and a lab that runs, graded |
//! | `life` | background joins, signals, a service that leaves when nobody needs it |

// A test of the real machine: its clock and files are the subject.
#![allow(clippy::disallowed_methods)]

#[path = "interop/clock.rs"]
mod clock;
#[path = "interop/codes.rs"]
mod codes;
#[path = "interop/complete.rs"]
mod complete;
#[path = "interop/doors.rs"]
mod doors;
#[path = "interop/ends.rs"]
mod ends;
#[path = "interop/exec.rs"]
mod exec;
#[path = "interop/grade.rs"]
mod grade;
#[path = "interop/killed.rs"]
mod killed;
#[path = "interop/life.rs"]
mod life;
#[path = "interop/live.rs"]
mod live;
#[path = "interop/main_job.rs"]
mod main_job;
#[path = "interop/open.rs"]
mod open;
#[path = "interop/real.rs"]
mod real;
#[path = "interop/restart.rs"]
mod restart;
#[path = "interop/shell.rs"]
mod shell;
#[path = "interop/three_hosts.rs"]
mod three_hosts;
#[path = "interop/time.rs"]
mod time;
#[path = "interop/transfer.rs"]
mod transfer;
#[path = "interop/why.rs"]
mod why;
