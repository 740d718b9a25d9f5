//! Which host a task runs on.

use crate::stage::Stage;
use base::NodeId;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::HashMap;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::task::{Id, JoinHandle};

/// Tasks whose host is remembered at most; beyond it all are learned anew.
const TASKS: usize = 1 << 16;

type Tasks = HashMap<Id, Here, foldhash::fast::FixedState>;

thread_local! {
    /// The task that learned last, and from which host: most calls are of the same again.
    static LAST: Cell<Option<(Id, *const Place)>> = const { Cell::new(None) };
    /// The host of the task that is being polled, if it said so.
    static CURRENT: RefCell<Option<Here>> = const { RefCell::new(None) };
    /// Of the others: the host whose socket they used last.
    static LEARNED: RefCell<Tasks> = RefCell::default();
}

/// A host, for tasks.
#[derive(Clone)]
pub(crate) struct Here(Arc<Place>);

struct Place {
    stage: Arc<Stage>,
    node: NodeId,
    name: String,
}

impl core::fmt::Debug for Here {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0.name)
    }
}

impl Here {
    pub(crate) fn new(stage: Arc<Stage>, node: NodeId, name: &str) -> Here {
        Here(Arc::new(Place { stage, node, name: name.to_owned() }))
    }
    pub(crate) fn stage(&self) -> &Arc<Stage> {
        &self.0.stage
    }
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the present task runs.
    pub(crate) fn current() -> io::Result<Here> {
        let scoped = CURRENT.with(|current| current.borrow().clone());
        let learned = || LEARNED.with(|tasks| tasks.borrow().get(&tokio::task::try_id()?).cloned());
        scoped.or_else(learned).ok_or_else(|| {
            io::Error::other(
                "on which host? Use this socket inside `w.host(\"pc1\").run(..)` or `.spawn(..)`; a \
                 task that such a task starts is on its host if started by `catenet::net::spawn`",
            )
        })
    }

    /// The present task has used a socket of this host.
    pub(super) fn learn(&self) {
        let Some(id) = tokio::task::try_id() else { return };
        let now = Some((id, Arc::as_ptr(&self.0)));
        if LAST.get() == now || CURRENT.with(|current| current.borrow().is_some()) {
            return;
        }
        LAST.set(now);
        LEARNED.with(|tasks| {
            let mut tasks = tasks.borrow_mut();
            if tasks.get(&id).is_some_and(|known| Arc::ptr_eq(&known.0, &self.0)) {
                return;
            }
            if tasks.len() >= TASKS {
                tasks.clear();
            }
            tasks.insert(id, self.clone());
        });
    }

    /// The machine, while it is switched on.
    pub(super) fn machine(&self) -> io::Result<socket::Machine> {
        let off = || io::Error::new(io::ErrorKind::NetworkDown, "the host is switched off");
        self.0.stage.machine(self.0.node).ok_or_else(off)
    }

    pub(crate) fn scope<F: Future>(&self, future: F) -> On<F> {
        On { here: self.clone(), future: Box::pin(future) }
    }

    pub(crate) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = tokio::spawn(self.scope(future));
        self.0.stage.guest(self.0.node, task.abort_handle());
        task
    }
}

/// The runtime on this thread is gone with all its tasks, and with it what they held of their world.
pub(crate) fn forget_tasks() {
    LAST.set(None);
    LEARNED.with(|tasks| tasks.borrow_mut().clear());
}

/// As `tokio::spawn`: the new task is on the same host as this one, and ends with it.
///
/// # Panics
/// This task is on no host.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match Here::current() {
        Ok(here) => here.spawn(future),
        Err(why) => panic!("{why}"),
    }
}

/// A future on a host.
pub(crate) struct On<F> {
    here: Here,
    future: Pin<Box<F>>,
}

/// Puts the host back that was current before, also when a poll panics.
struct Before(Option<Here>);

impl Drop for Before {
    fn drop(&mut self) {
        let before = self.0.take();
        CURRENT.with(|current| *current.borrow_mut() = before);
    }
}

impl<F: Future> Future for On<F> {
    type Output = F::Output;
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let here = self.here.clone();
        let before = CURRENT.with(|current| current.borrow_mut().replace(here));
        let before = Before(before);
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(task)));
        drop(before);
        polled.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|&said| said.to_owned()));
            let why = said.unwrap_or_else(|| "it panicked".to_owned());
            self.here.stage().fault(format!("a program on {}: {why}", self.here.name()));
            std::panic::resume_unwind(panic)
        })
    }
}
