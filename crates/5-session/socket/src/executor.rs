//! The executor of one machine: runs its programs, in order, on nobody's threads.
//!
//! Tasks that become ready go to the end of one queue; [`Executor::run_ready`] polls from its front
//! until it is empty or its budget is spent. So the order depends on the order of wakes and on
//! nothing else. A process is one main task and those it spawned; when the main task ends, or the
//! process is killed, all are dropped, and their sockets close themselves. Processes that it started
//! (`children`) end with it.
//!
//! Absent: priorities, time slices (a program that never awaits hangs its world, as it should hang
//! in a test).

mod children;

pub use children::Started;

use crate::Machine;
use crate::env::{Env, ExitCode, Interrupt, Launch, ProgramFn, Resolver, Shared, Surroundings};
use crate::machine::lock;
use crate::output::{Chunk, Outputs, Pipe, ProcessId, Stream, Writer};
use base::RandomSource;
pub(crate) use children::{Birth, Ends, Told};
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::task::Wake;

type Task = Pin<Box<dyn Future<Output = Option<ExitCode>> + Send>>;

/// The tasks that one call of [`Executor::run_ready`] polls at most.
const BUDGET: usize = 100_000;
/// Processes of one machine at once, at most.
const PROCESSES: usize = 4_096;

/// What wakers and spawners share with the executor.
#[derive(Default)]
struct Ready {
    queue: Mutex<VecDeque<u64>>,
    orders: Mutex<Vec<Order>>,
    owner: Mutex<Option<Waker>>,
}

/// What programs ask of their executor while it runs them; done in order, before the next step.
enum Order {
    Task(ProcessId, Task, Arc<Abort>),
    Birth(Box<Birth>),
    Interrupt(Arc<Told>),
    Kill(Arc<Told>),
}

/// How the holder of a [`Joined`] ends the task.
#[derive(Default)]
struct Abort {
    wanted: AtomicBool,
    /// The task's number, once it has one.
    task: AtomicU64,
}

impl Ready {
    fn order(&self, order: Order) {
        lock(&self.orders).push(order);
        self.tell_owner();
    }
    fn tell_owner(&self) {
        let owner = lock(&self.owner).take();
        owner.into_iter().for_each(Waker::wake);
    }
}

struct TaskWaker {
    task: u64,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            lock(&self.ready.queue).push_back(self.task);
            self.ready.tell_owner();
        }
    }
}

/// Puts new tasks into the executor.
#[derive(Clone)]
pub(crate) struct Spawner(Arc<Ready>);

impl Spawner {
    pub(crate) fn spawn<F>(&self, process: ProcessId, future: F) -> Joined<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let slot: Arc<Mutex<Slot<F::Output>>> = Arc::default();
        let result = slot.clone();
        let aborted: Arc<Abort> = Arc::default();
        let task = async move {
            let value = future.await;
            let waiter = {
                let mut slot = lock(&result);
                slot.value = Some(value);
                slot.waiter.take()
            };
            waiter.into_iter().for_each(Waker::wake);
            None
        };
        self.0.order(Order::Task(process, Box::pin(task), aborted.clone()));
        Joined { slot, aborted, ready: self.0.clone() }
    }
}

struct Slot<T> {
    value: Option<T>,
    waiter: Option<Waker>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot { value: None, waiter: None }
    }
}

/// The result of a spawned task, to be awaited. Dropping it lets the task run on.
pub struct Joined<T> {
    slot: Arc<Mutex<Slot<T>>>,
    aborted: Arc<Abort>,
    ready: Arc<Ready>,
}

impl<T> Joined<T> {
    /// Ends the task before its next step; who awaits it waits for ever.
    pub fn abort(&self) {
        self.aborted.wanted.store(true, Ordering::Release);
        let task = self.aborted.task.load(Ordering::Acquire);
        if task != 0 {
            lock(&self.ready.queue).push_back(task);
        }
        self.ready.tell_owner();
    }
}

impl<T> Future for Joined<T> {
    type Output = T;
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<T> {
        let mut slot = lock(&self.slot);
        match slot.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.waiter = Some(task.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> core::fmt::Debug for Joined<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Joined")
    }
}

struct Running {
    process: ProcessId,
    task: Task,
    aborted: Arc<Abort>,
    signal: Arc<TaskWaker>,
    waker: Waker,
}

struct Process {
    env: Env,
    tasks: Vec<u64>,
    /// Who started it, what it started, and where its own end is told.
    parent: Option<ProcessId>,
    children: Vec<ProcessId>,
    told: Option<Arc<Told>>,
}

/// A process that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Which.
    pub process: ProcessId,
    /// With what.
    pub code: ExitCode,
}

/// The programs of one machine.
pub struct Executor {
    machine: Machine,
    surroundings: Surroundings,
    resolver: Arc<Mutex<Arc<Resolver>>>,
    ready: Arc<Ready>,
    tasks: BTreeMap<u64, Running>,
    last_task: u64,
    processes: BTreeMap<ProcessId, Process>,
    last_process: u32,
    instances: BTreeMap<String, u32>,
    started: Vec<Started>,
    finished: Vec<Finished>,
    outputs: Outputs,
    running: Option<ProcessId>,
    polls: u64,
}

impl Executor {
    /// The executor of `machine`.
    pub fn new(machine: Machine, surroundings: Surroundings) -> Executor {
        Executor {
            machine,
            resolver: Arc::new(Mutex::new(Arc::new(surroundings.resolver.clone()))),
            surroundings,
            ready: Arc::default(),
            tasks: BTreeMap::new(),
            last_task: 0,
            processes: BTreeMap::new(),
            last_process: 0,
            instances: BTreeMap::new(),
            started: Vec::new(),
            finished: Vec::new(),
            outputs: Outputs::default(),
            running: None,
            polls: 0,
        }
    }

    /// An executor around nothing but `machine` and `random`.
    pub fn plain(machine: &Machine, random: &RandomSource) -> Executor {
        Executor::new(machine.clone(), Surroundings::new(random.clone()))
    }

    /// The machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Starts a program; it takes its first step in [`Executor::run_ready`].
    pub fn spawn(&mut self, program: ProgramFn, launch: Launch) -> ProcessId {
        self.spawn_with(launch, program)
    }

    /// As [`Executor::spawn`], for a closure.
    pub fn spawn_with<F, Fut>(&mut self, launch: Launch, program: F) -> ProcessId
    where
        F: FnOnce(Env) -> Fut,
        Fut: Future<Output = ExitCode> + Send + 'static,
    {
        self.last_process += 1;
        let process = ProcessId(self.last_process);
        if self.processes.len() >= PROCESSES {
            let stderr = Writer::new(self.outputs.clone(), process, Stream::Stderr);
            stderr.print(format_args!("too many processes (at most {PROCESSES})\n"));
            self.finished.push(Finished { process, code: ExitCode(126) });
            return process;
        }
        let env = self.env(process, launch);
        let future = program(env.clone());
        self.processes.insert(process, Process::new(env));
        self.add_task(process, Box::pin(async move { Some(future.await) }), Arc::default());
        process
    }

    fn env(&mut self, process: ProcessId, launch: Launch) -> Env {
        let name = launch.args.first().map_or("", |name| name.as_str());
        let instance = self.instances.entry(name.to_owned()).or_insert(0);
        *instance += 1;
        let owner = if *instance == 1 { name.to_owned() } else { format!("{name}/{instance}") };
        let stdin = Pipe::new();
        if launch.no_stdin {
            stdin.close();
        }
        let writer = |stream| Writer::new(self.outputs.clone(), process, stream);
        Env {
            args: launch.args.clone().into(),
            stdin,
            stdout: writer(Stream::Stdout),
            stderr: writer(Stream::Stderr),
            shared: Arc::new(Shared {
                machine: self.machine.clone(),
                surroundings: self.surroundings.clone(),
                resolver: self.resolver.clone(),
                process,
                owner,
                launch,
                interrupt: Mutex::new(Interrupt::default()),
                spawner: Spawner(self.ready.clone()),
                streams: AtomicU64::new(0),
            }),
        }
    }

    fn add_task(&mut self, process: ProcessId, task: Task, aborted: Arc<Abort>) {
        // The process ended before its last spawn was seen.
        let Some(owner) = self.processes.get_mut(&process) else { return };
        self.last_task += 1;
        let id = self.last_task;
        owner.tasks.push(id);
        aborted.task.store(id, Ordering::Release);
        let signal = Arc::new(TaskWaker {
            task: id,
            queued: AtomicBool::new(true),
            ready: self.ready.clone(),
        });
        let waker = Waker::from(signal.clone());
        self.tasks.insert(id, Running { process, task, aborted, signal, waker });
        lock(&self.ready.queue).push_back(id);
    }

    fn admit_new(&mut self) {
        loop {
            let orders = core::mem::take(&mut *lock(&self.ready.orders));
            if orders.is_empty() {
                return;
            }
            orders.into_iter().for_each(|order| self.obey(order));
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Task(process, task, aborted) => self.add_task(process, task, aborted),
            Order::Birth(birth) => self.bear(*birth),
            Order::Interrupt(told) => {
                told.process().into_iter().for_each(|child| self.interrupt(child));
            }
            Order::Kill(told) => told.process().into_iter().for_each(|child| self.kill(child)),
        }
    }

    /// Polls ready tasks until none is ready; true when the budget was spent and more are.
    pub fn run_ready(&mut self) -> bool {
        self.admit_new();
        for _ in 0..BUDGET {
            let next = lock(&self.ready.queue).pop_front();
            let Some(id) = next else { return false };
            self.step(id);
            self.admit_new();
        }
        !lock(&self.ready.queue).is_empty()
    }

    fn step(&mut self, id: u64) {
        let Some(running) = self.tasks.get_mut(&id) else { return };
        running.signal.queued.store(false, Ordering::Release);
        self.running = Some(running.process);
        self.polls += 1;
        if running.aborted.wanted.load(Ordering::Acquire) {
            self.remove_task(id);
            return;
        }
        match running.task.as_mut().poll(&mut Context::from_waker(&running.waker)) {
            Poll::Pending => {}
            Poll::Ready(None) => self.remove_task(id),
            Poll::Ready(Some(code)) => {
                let process = running.process;
                self.end(process, code);
            }
        }
    }

    fn remove_task(&mut self, id: u64) {
        let Some(running) = self.tasks.remove(&id) else { return };
        if let Some(process) = self.processes.get_mut(&running.process) {
            process.tasks.retain(|&task| task != id);
        }
    }

    fn end(&mut self, process: ProcessId, code: ExitCode) {
        self.end_children(process);
        let Some(ended) = self.processes.remove(&process) else { return };
        for id in ended.tasks {
            self.tasks.remove(&id);
        }
        self.finished.push(Finished { process, code });
        self.forget_child(ended.parent, process);
        ended.told.into_iter().for_each(|told| told.end(code));
    }

    /// Ends a process as a signal would: its tasks are dropped, its sockets close, what it started
    /// ends with it.
    pub fn kill(&mut self, process: ProcessId) {
        self.end(process, ExitCode::KILLED);
    }

    /// Ends everything, without a word to anybody (the power is off).
    pub fn kill_all(&mut self) {
        let all: Vec<ProcessId> = self.processes.keys().copied().collect();
        all.into_iter().for_each(|process| self.kill(process));
    }

    /// Ctrl-C: wakes a program that waits for it, ends one that never did.
    pub fn interrupt(&mut self, process: ProcessId) {
        let Some(target) = self.processes.get(&process) else { return };
        let (wanted, wakers) = {
            let mut interrupt = lock(&target.env.shared.interrupt);
            interrupt.raised = true;
            (interrupt.wanted, core::mem::take(&mut interrupt.wakers))
        };
        wakers.into_iter().for_each(Waker::wake);
        if !wanted {
            self.end(process, ExitCode::INTERRUPTED);
        }
    }

    /// Octets for a program's standard input; returns how many fitted.
    pub fn feed_stdin(&self, process: ProcessId, octets: &[u8]) -> usize {
        self.processes.get(&process).map_or(0, |target| target.env.stdin.feed(octets))
    }
    /// How many octets a program's standard input would take now; `None`: it is at its end.
    pub fn stdin_room(&self, process: ProcessId) -> Option<usize> {
        self.processes.get(&process)?.env.stdin.room()
    }
    /// The end of a program's standard input.
    pub fn close_stdin(&self, process: ProcessId) {
        if let Some(target) = self.processes.get(&process) {
            target.env.stdin.close();
        }
    }

    /// The processes that ended since the last call.
    pub fn finished(&mut self) -> Vec<Finished> {
        core::mem::take(&mut self.finished)
    }
    /// What programs wrote since the last call.
    pub fn drain_output(&self) -> Vec<Chunk> {
        self.outputs.drain()
    }
    /// The processes that run, with their names.
    pub fn processes(&self) -> impl Iterator<Item = (ProcessId, &str)> {
        self.processes.iter().map(|(id, process)| (*id, process.env.shared.owner.as_str()))
    }
    /// Who was polled last: whom to name when a world does not come to rest.
    pub fn last_polled(&self) -> Option<(ProcessId, &str)> {
        let id = self.running?;
        let name = self.processes.get(&id).map_or("", |process| process.env.shared.owner.as_str());
        Some((id, name))
    }
    /// How many steps tasks have taken so far.
    pub fn polls(&self) -> u64 {
        self.polls
    }
    /// Does no process run?
    pub fn is_empty(&self) -> bool {
        self.processes.is_empty()
    }
    /// Is a task ready?
    pub fn is_ready(&self) -> bool {
        // A machine without a program, and most are without one at most times, pays no lock.
        !self.is_empty()
            && (!lock(&self.ready.queue).is_empty() || !lock(&self.ready.orders).is_empty())
    }
    /// Asks to be woken once, when a task is or becomes ready: for owners that sleep in real time.
    pub fn notify(&self, waker: &Waker) {
        *lock(&self.ready.owner) = Some(waker.clone());
        if self.is_ready() {
            self.ready.tell_owner();
        }
    }
    /// Says where names are asked for from here on.
    pub fn set_resolver(&self, resolver: Resolver) {
        *lock(&self.resolver) = Arc::new(resolver);
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // A task that was spawned and never taken up holds, by its `Env`, the very queue it lies in.
        self.kill_all();
        drop(core::mem::take(&mut *lock(&self.ready.orders)));
    }
}

impl core::fmt::Debug for Executor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Executor").field("processes", &self.processes.len()).finish()
    }
}
