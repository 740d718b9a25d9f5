//! The program `sh [-i] [-c LINE | FILE]`: the shell of the lab's machines.
//!
//! ```text
//!   line --words--> tokens --line--> chains --run--> pipelines --stage--> children
//! ```
//! It reads lines from standard input and runs the machine's programs as processes of their own;
//! `-i`, or a terminal, makes it speak: a prompt, words about jobs. Ctrl-C goes to what runs in the
//! foreground (the second kills it), at the prompt it clears the line. When the shell ends, for
//! whatever cause, all that it started ends with it.
//!
//! Absent: variables but `$?`, functions, loops, subshells, wildcards, here documents, stopped jobs.
//! Line editing and history are the terminal's.

mod builtin;
mod fault;
mod jobs;
mod line;
mod nearest;
mod redirect;
mod run;
mod stage;
mod words;

use crate::Running;
use crate::options::{Opt, flag, pick, read, refuse, show_usage, value};
use core::pin::pin;
use futures_util::future::{Either, select};
use run::Shell;
use socket::{Env, ExitCode};

/// Octets of a line, at most.
const LINE: usize = 16 << 10;

const OPTIONS: &[Opt] = &[flag('i', "interactive"), value('c', "command")];
const USAGE: (&str, &str) = ("usage: sh [-i] [-c LINE | FILE]", "用法: sh [-i] [-c 命令行 | 文件]");

/// The program.
pub fn sh(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let given = match read(env.args().get(1..).unwrap_or_default(), OPTIONS) {
        Ok(given) => given,
        Err(wrong) => return refuse(&env, &wrong, USAGE),
    };
    let interactive = given.has("interactive") || env.terminal_size().is_some();
    match (given.get("command"), given.operands.as_slice()) {
        (Some(line), []) => script(&env, line).await,
        (None, [file]) => match env.files().read(file) {
            Ok(octets) => script(&env, &String::from_utf8_lossy(&octets)).await,
            Err(error) => {
                let why = redirect::why(&env, &error);
                env.eprint(format_args!("sh: {file}: {why}\n"));
                ExitCode(127)
            }
        },
        (None, []) => Reading { env: &env, interactive }.all().await,
        _ => show_usage(&env, USAGE),
    }
}

/// Lines that are all there already.
async fn script(env: &Env, text: &str) -> ExitCode {
    let mut shell = Shell::new(env, false);
    for line in text.lines() {
        shell.line(line).await;
        if let Some(code) = shell.over() {
            return ExitCode(code);
        }
    }
    ExitCode(shell.status)
}

/// What came of asking for a line.
enum Next {
    Line(String),
    TooLong,
    Interrupted,
    End,
}

/// Lines from standard input.
struct Reading<'a> {
    env: &'a Env,
    interactive: bool,
}

impl Reading<'_> {
    async fn all(&self) -> ExitCode {
        let mut shell = Shell::new(self.env, self.interactive);
        if self.interactive {
            self.env.stdin().cook();
        }
        loop {
            self.prompt(&mut shell);
            match self.next().await {
                Next::Line(line) => shell.line(&line).await,
                Next::TooLong => shell.too_long(LINE),
                Next::Interrupted if self.interactive => self.clear(&mut shell),
                Next::Interrupted => return ExitCode::INTERRUPTED,
                Next::End => {
                    self.say_goodbye();
                    return ExitCode(shell.status);
                }
            }
            if let Some(code) = shell.over() {
                return ExitCode(code);
            }
        }
    }

    fn prompt(&self, shell: &mut Shell) {
        if self.interactive {
            shell.tell_ended_jobs();
            let name =
                self.env.inspect().look("name").map_or(String::new(), |name| name.to_string());
            self.env.print(format_args!("{name}# "));
        }
    }

    async fn next(&self) -> Next {
        let mut stdin = self.env.stdin();
        let line = pin!(stdin.read_line_within(LINE));
        let interrupt = pin!(self.env.next_interrupt());
        match select(line, interrupt).await {
            Either::Left((Ok(Some(line)), _)) => Next::Line(line),
            Either::Left((Ok(None), _)) => Next::End,
            Either::Left((Err(_), _)) => Next::TooLong,
            Either::Right(_) => Next::Interrupted,
        }
    }

    /// What was typed ahead is forgotten, as a terminal does it.
    fn clear(&self, shell: &mut Shell) {
        self.env.stdin().clear();
        self.env.print(format_args!("\n"));
        shell.status = ExitCode::INTERRUPTED.0;
    }

    fn say_goodbye(&self) {
        if self.interactive {
            self.env.print(format_args!("{}\n", pick(self.env.lang(), ("exit", "退出"))));
        }
    }
}
