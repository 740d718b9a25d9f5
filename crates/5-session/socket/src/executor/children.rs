//! Processes that a process started: their birth between two steps, their end with their parent's.

use super::{Executor, Finished, Order, PROCESSES, Process, Spawner};
use crate::env::{Env, ExitCode, Launch};
use crate::machine::lock;
use crate::output::{Pipe, ProcessId, Writer};
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Poll, Waker};
use std::sync::{Arc, Mutex};

type Main = Pin<Box<dyn Future<Output = ExitCode> + Send>>;

/// A process that a process started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its number.
    pub process: ProcessId,
    /// Who started it.
    pub parent: ProcessId,
    /// Its name and its arguments.
    pub args: Vec<String>,
}

/// A process to be.
pub(crate) struct Birth {
    pub(crate) parent: ProcessId,
    pub(crate) launch: Launch,
    pub(crate) streams: Ends,
    pub(crate) main: Box<dyn FnOnce(Env) -> Main + Send>,
    pub(crate) told: Arc<Told>,
}

/// Where it reads and writes.
pub(crate) struct Ends {
    pub(crate) stdin: Pipe,
    pub(crate) stdout: Writer,
    pub(crate) stderr: Writer,
}

/// What parent and executor both know of a child.
#[derive(Default)]
pub(crate) struct Told(Mutex<Fate>);

#[derive(Default)]
struct Fate {
    process: Option<ProcessId>,
    code: Option<ExitCode>,
    waiters: Vec<Waker>,
}

impl Told {
    pub(super) fn process(&self) -> Option<ProcessId> {
        lock(&self.0).process
    }
    pub(crate) fn code(&self) -> Option<ExitCode> {
        lock(&self.0).code
    }
    pub(super) fn end(&self, code: ExitCode) {
        let waiters = {
            let mut fate = lock(&self.0);
            fate.code = Some(code);
            core::mem::take(&mut fate.waiters)
        };
        waiters.into_iter().for_each(Waker::wake);
    }
    pub(crate) async fn wait(&self) -> ExitCode {
        poll_fn(|task| {
            let mut fate = lock(&self.0);
            if let Some(code) = fate.code {
                return Poll::Ready(code);
            }
            if !fate.waiters.iter().any(|waker| waker.will_wake(task.waker())) {
                fate.waiters.push(task.waker().clone());
            }
            Poll::Pending
        })
        .await
    }
}

impl Spawner {
    pub(crate) fn bear(&self, birth: Birth) {
        self.0.order(Order::Birth(Box::new(birth)));
    }
    pub(crate) fn interrupt(&self, child: &Arc<Told>) {
        self.0.order(Order::Interrupt(child.clone()));
    }
    pub(crate) fn kill(&self, child: &Arc<Told>) {
        self.0.order(Order::Kill(child.clone()));
    }
}

impl Process {
    pub(super) fn new(env: Env) -> Process {
        Process { env, tasks: Vec::new(), parent: None, children: Vec::new(), told: None }
    }
}

impl Executor {
    /// The processes that processes started since the last call, in order; take them before
    /// [`Executor::finished`].
    pub fn started(&mut self) -> Vec<Started> {
        core::mem::take(&mut self.started)
    }

    pub(super) fn bear(&mut self, birth: Birth) {
        let Birth { parent, launch, streams, main, told } = birth;
        // A parent that has ended meanwhile has no use for it.
        if !self.processes.contains_key(&parent) {
            return told.end(ExitCode::KILLED);
        }
        if self.processes.len() >= PROCESSES {
            let bound = format_args!("too many processes (at most {PROCESSES})\n");
            streams.stderr.print(bound);
            return told.end(ExitCode(126));
        }
        self.last_process += 1;
        let process = ProcessId(self.last_process);
        let args = launch.args.clone();
        self.started.push(Started { process, parent, args });
        let env = self.child_env(process, launch, streams);
        lock(&told.0).process = Some(process);
        let future = main(env.clone());
        let child = Process { parent: Some(parent), told: Some(told), ..Process::new(env) };
        self.processes.insert(process, child);
        if let Some(parent) = self.processes.get_mut(&parent) {
            parent.children.push(process);
        }
        self.add_task(process, Box::pin(async move { Some(future.await) }), Arc::default());
    }

    /// What a child writes to the owner goes there under its own number.
    fn child_env(&mut self, process: ProcessId, launch: Launch, ends: Ends) -> Env {
        let Ends { stdin, stdout, stderr } = ends;
        let (stdout, stderr) = (stdout.of(process), stderr.of(process));
        Env { stdin, stdout, stderr, ..self.env(process, launch) }
    }

    /// A child that ended is no longer its parent's.
    pub(super) fn forget_child(&mut self, parent: Option<ProcessId>, child: ProcessId) {
        if let Some(parent) = parent.and_then(|parent| self.processes.get_mut(&parent)) {
            parent.children.retain(|&other| other != child);
        }
    }

    /// Ends what a process started, and what that started.
    pub(super) fn end_children(&mut self, process: ProcessId) {
        let Some(parent) = self.processes.get_mut(&process) else { return };
        let mut left = core::mem::take(&mut parent.children);
        while let Some(child) = left.pop() {
            let Some(ended) = self.processes.remove(&child) else { continue };
            left.extend(ended.children);
            for id in ended.tasks {
                self.tasks.remove(&id);
            }
            self.finished.push(Finished { process: child, code: ExitCode::KILLED });
            ended.told.into_iter().for_each(|told| told.end(ExitCode::KILLED));
        }
    }
}
