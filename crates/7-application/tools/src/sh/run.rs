//! The shell at work: chains, pipelines, jobs.

use super::builtin::{self, is_builtin};
use super::jobs::{Group, Job, Jobs, MOST_JOBS};
use super::line::{Chain, Command, Pipeline, When, read};
use super::nearest::nearest;
use super::redirect::{Laid, why};
use super::stage::{Work, stage};
use crate::options::pick;
use core::fmt;
use core::future::Future;
use core::pin::pin;
use futures_util::future::{Either, join_all, select};
use socket::{Env, ExitCode, Pipe};

/// No such program, as shells count it.
const NOT_FOUND: u8 = 127;
const INTERRUPTED: u8 = ExitCode::INTERRUPTED.0;

/// A shell, or the part of one that runs a chain in the background.
pub(super) struct Shell {
    env: Env,
    interactive: bool,
    /// Is Ctrl-C meant for it?
    foreground: bool,
    /// The last command's exit code.
    pub(super) status: u8,
    jobs: Jobs,
    group: Group,
    lines: usize,
    /// Ctrl-C ended the last pipeline.
    interrupted: bool,
    exit: Option<u8>,
}

impl Shell {
    /// A shell without jobs.
    pub(super) fn new(env: &Env, interactive: bool) -> Shell {
        Shell {
            env: env.clone(),
            interactive,
            foreground: true,
            status: 0,
            jobs: Jobs::default(),
            group: Group::default(),
            lines: 0,
            interrupted: false,
            exit: None,
        }
    }

    /// With what it ends now, if it does: `exit`, or Ctrl-C where nobody is there to go on.
    pub(super) fn over(&self) -> Option<u8> {
        let given_up = self.interrupted && !self.interactive;
        self.exit.or(given_up.then_some(INTERRUPTED))
    }

    fn say(&self, line: fmt::Arguments<'_>) {
        self.env.eprint(format_args!("sh: {line}\n"));
    }

    /// A line that was longer than a line may be.
    pub(super) fn too_long(&mut self, most: usize) {
        self.lines += 1;
        self.status = ExitCode::USAGE.0;
        match self.env.lang() {
            base::Lang::En => self.say(format_args!(
                "line {}: longer than {most} octets; write it as several lines",
                self.lines
            )),
            base::Lang::Zh => {
                self.say(format_args!("第 {} 行: 超过 {most} 字节; 请分成几行", self.lines));
            }
        }
    }

    /// Runs a line.
    pub(super) async fn line(&mut self, line: &str) {
        self.lines += 1;
        self.interrupted = false;
        let list = match read(line) {
            Ok(list) => list,
            Err(fault) => {
                self.say(format_args!("{}", fault.text(self.lines, self.env.lang())));
                self.status = ExitCode::USAGE.0;
                return;
            }
        };
        for chain in list {
            if self.exit.is_some() || self.interrupted {
                return;
            }
            match chain.background {
                true => self.background(chain),
                false => {
                    self.group = Group::default();
                    self.chain(&chain).await;
                }
            }
        }
    }

    async fn chain(&mut self, chain: &Chain) {
        for (when, pipeline) in &chain.parts {
            let wanted = match when {
                When::Always => true,
                When::Success => self.status == 0,
                When::Failure => self.status != 0,
            };
            if wanted {
                self.status = self.pipeline(pipeline, chain.background).await;
            }
            if self.exit.is_some() || self.interrupted || self.group.is_stopped() {
                return;
            }
        }
    }

    async fn pipeline(&mut self, pipeline: &Pipeline, background: bool) -> u8 {
        let mut input = background.then(closed);
        let (mut works, mut children) = (Vec::new(), Vec::new());
        for (place, command) in pipeline.iter().enumerate() {
            let output = (place + 1 < pipeline.len()).then(Pipe::new);
            let mut laid = Laid::between(input.take(), output.clone());
            input = output;
            let work = match laid.lay(&self.env, &command.redirects, self.status) {
                Ok(()) => self.work(command, &laid, pipeline.len() == 1).await,
                Err((path, error)) => {
                    self.say(format_args!("{path}: {}", why(&self.env, &error)));
                    laid.files.clear();
                    Work::Text(String::new(), String::new(), 1)
                }
            };
            if let Work::Child(child) = &work {
                children.push(child.clone());
            }
            works.push((work, laid));
        }
        self.group.set(children);
        let env = self.env.clone();
        let stages = works.into_iter().map(|(work, laid)| stage(&env, work, laid));
        let (codes, signals) = self.heed(join_all(stages)).await;
        self.group.set(Vec::new());
        let code = codes.last().copied().unwrap_or(0);
        if signals > 0 && (code == INTERRUPTED || code == ExitCode::KILLED.0) {
            self.interrupted = true;
            if self.interactive {
                self.env.print(format_args!("\n")); // the terminal shows ^C and stays there
            }
        }
        code
    }

    /// Starts a command.
    async fn work(&mut self, command: &Command, laid: &Laid, alone: bool) -> Work {
        let mut words: Vec<String> =
            command.words.iter().map(|word| word.expand(self.status)).collect();
        if words.len() > 1 && words[0] == "command" {
            words.remove(0);
        } else if alone && words[0] == "wait" {
            let code = self.wait(&words[1..]).await;
            return Work::Text(String::new(), String::new(), code);
        } else if is_builtin(&words[0]) {
            let done = builtin::run(&self.env, &self.jobs, self.status, &words);
            if alone {
                self.exit = done.exit;
            }
            return Work::Text(done.text, done.complaint, done.code);
        }
        match self.env.programs().get(&words[0]) {
            Some(program) => Work::Child(self.env.start(program.run, words, laid.streams.clone())),
            None => Work::Text(String::new(), self.unknown(&words[0]), NOT_FOUND),
        }
    }

    fn unknown(&self, name: &str) -> String {
        let programs = self.env.programs();
        let known: Vec<&str> = programs.iter().map(|program| program.name).collect();
        let meant = nearest(name, known.iter().copied());
        let (known, zh) = (known.join(", "), self.env.lang() == base::Lang::Zh);
        let first = match (meant, zh) {
            (Some(meant), false) => format!("there is no program {name}; did you mean {meant}?"),
            (Some(meant), true) => format!("没有程序 {name}; 是不是 {meant}?"),
            (None, false) => format!("there is no program {name}; there are: {known}"),
            (None, true) => format!("没有程序 {name}; 有: {known}"),
        };
        let join = pick(
            self.env.lang(),
            ("your own programs come in by join", "你自己的程序用 join 加入"),
        );
        format!("sh: {first}\n    {join}: catenet join NETWORK -- {name} ..\n")
    }

    /// Waits for `work`; Ctrl-C meanwhile goes to the group, the second kills it. Says how many
    /// there were.
    async fn heed<F: Future>(&self, work: F) -> (F::Output, usize) {
        let mut work = pin!(work);
        if !self.foreground {
            return (work.await, 0);
        }
        let mut count = 0;
        loop {
            match select(work.as_mut(), pin!(self.env.next_interrupt())).await {
                Either::Left((value, _)) => return (value, count),
                Either::Right(_) if count == 0 => self.group.interrupt(),
                Either::Right(_) => self.group.kill(),
            }
            count += 1;
        }
    }

    fn background(&mut self, chain: Chain) {
        if self.jobs.is_full() {
            self.jobs.take_ended();
        }
        if self.jobs.is_full() {
            let full = ("too many jobs; wait for one or kill it", "任务太多; 请等待或结束一个");
            self.say(format_args!("{} (<= {MOST_JOBS})", pick(self.env.lang(), full)));
            self.status = 1;
            return;
        }
        let (number, text, group) = (self.jobs.free_number(), chain.text(), Group::default());
        let mut part = Shell {
            foreground: false,
            status: self.status,
            group: group.clone(),
            ..Shell::new(&self.env, false)
        };
        let mine = group.clone();
        let task = self.env.spawn(async move {
            part.chain(&chain).await;
            mine.end(if mine.is_stopped() { ExitCode::KILLED.0 } else { part.status });
        });
        if self.interactive {
            self.env.print(format_args!("[{number}]\n"));
        }
        self.jobs.add(Job { number, text, group, task });
        self.status = 0;
    }

    /// Says which jobs have ended.
    pub(super) fn tell_ended_jobs(&mut self) {
        for job in self.jobs.take_ended() {
            self.env.print(format_args!("{}", job.describe(self.env.lang())));
        }
    }

    /// `wait`: for all jobs, or for these; gives the last one's code.
    async fn wait(&mut self, words: &[String]) -> u8 {
        if words.is_empty() {
            while let Some(code) = self.wait_for(None).await {
                if self.interrupted {
                    return code;
                }
            }
            return 0;
        }
        let mut code = 0;
        for word in words {
            let number = self.jobs.find(word).map(|job| job.number);
            code = match number {
                Some(number) => self.wait_for(Some(number)).await.unwrap_or(0),
                None => {
                    let none = pick(self.env.lang(), builtin::no_job());
                    self.say(format_args!("wait: {word}: {none}"));
                    NOT_FOUND
                }
            };
            if self.interrupted {
                break;
            }
        }
        code
    }

    /// Waits for a job; Ctrl-C ends the waiting, not the job.
    async fn wait_for(&mut self, number: Option<usize>) -> Option<u8> {
        let mut job = self.jobs.take(number)?;
        if job.group.code().is_none() {
            let interrupt = pin!(self.env.next_interrupt());
            if let Either::Right(_) = select(&mut job.task, interrupt).await {
                self.interrupted = true;
                self.jobs.add(job);
                return Some(INTERRUPTED);
            }
        }
        job.group.code()
    }
}

/// The input of what runs in the background.
fn closed() -> Pipe {
    let pipe = Pipe::new();
    pipe.close();
    pipe
}
