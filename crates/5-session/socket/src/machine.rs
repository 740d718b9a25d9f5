//! One machine under one lock: a [`Host`] and its context, shared by every handle of its programs.
//!
//! The lock is held for one burst of calls and never while a program is polled. Wakers are called
//! after it is released: a waker that drops its task drops that task's sockets, and they take the
//! lock again (test `a_waker_that_drops_a_socket_does_not_hang`). A poisoned lock is taken over: the
//! panic that poisoned it is reported where it happened.

use crate::outside::Outside;
use crate::time::Sleep;
use base::{Duration, Instant, NodeId};
use core::task::Waker;
use host::Host;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use trace::Cx;

/// One machine: clones are the same machine.
#[derive(Clone)]
pub struct Machine(Arc<Shared>);

struct Shared {
    core: Mutex<(Host, Cx)>,
    notifier: Mutex<Notifier>,
    anchor: OnceLock<std::time::Instant>,
    outside: OnceLock<(Arc<Outside>, NodeId)>,
}

/// Who is to be told of a program's calls; a call that nobody waited for is remembered.
#[derive(Default)]
struct Notifier {
    called: bool,
    waker: Option<Waker>,
}

/// Locks, whoever panicked before.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Machine {
    /// Puts a host and its context under one lock.
    pub fn new(host: Host, cx: Cx) -> Machine {
        Machine(Arc::new(Shared {
            core: Mutex::new((host, cx)),
            notifier: Mutex::default(),
            anchor: OnceLock::new(),
            outside: OnceLock::new(),
        }))
    }

    /// Works on the host under the lock, then calls the wakers that became due.
    /// Never call it inside `f`.
    pub fn with<R>(&self, f: impl FnOnce(&mut Host, &mut Cx) -> R) -> R {
        let first;
        let mut others = Vec::new();
        let result = {
            let mut core = lock(&self.0.core);
            let (host, cx) = &mut *core;
            if let Some((outside, _)) = self.0.outside.get() {
                cx.set_now(cx.now().max(outside.now()));
            }
            let result = f(host, cx);
            // Nearly always there is none, or one.
            first = host.poll_waker();
            if first.is_some() {
                others.extend(core::iter::from_fn(|| host.poll_waker()));
            }
            result
        };
        if let Some(first) = first {
            if let Some((outside, node)) = self.0.outside.get() {
                outside.note_wake();
                outside.note_call(*node);
            }
            first.wake();
            others.into_iter().for_each(Waker::wake);
        }
        result
    }

    /// Do programs run outside of its world?
    pub fn has_guests(&self) -> bool {
        self.0.outside.get().is_some()
    }

    /// From here on the machine's programs run outside of its world, on a runtime whose time is
    /// `outside`'s, and which is told of their calls by the machine's number. Once only.
    pub fn follow(&self, outside: &Arc<Outside>, node: NodeId) {
        let _ = self.0.outside.set((outside.clone(), node));
    }

    /// As [`Machine::with`], from a program: afterwards the owner is told that there may be
    /// something to send or an earlier deadline.
    pub(crate) fn call<R>(&self, f: impl FnOnce(&mut Host, &mut Cx) -> R) -> R {
        let result = self.with(f);
        if let Some((outside, node)) = self.0.outside.get() {
            outside.note_call(*node);
            return result;
        }
        let waker = {
            let mut notifier = lock(&self.0.notifier);
            notifier.called = notifier.waker.is_none();
            notifier.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
        result
    }

    /// Asks to be woken once, after the next call of a program, or at once if there was one since
    /// the last time: for owners that sleep in real time. No call is missed, whatever the threads.
    pub fn notify(&self, waker: &Waker) {
        let called = {
            let mut notifier = lock(&self.0.notifier);
            let called = core::mem::take(&mut notifier.called);
            notifier.waker = (!called).then(|| waker.clone());
            called
        };
        if called {
            waker.wake_by_ref();
        }
    }

    /// The machine's time.
    pub fn now(&self) -> Instant {
        self.with(|_, cx| cx.now())
    }

    /// Waits that long.
    pub fn sleep(&self, span: Duration) -> Sleep {
        Sleep::new(self.clone(), self.now() + span)
    }

    /// Some moment of the real clock that stands for the beginning of the world. Libraries that
    /// name moments by `std::time::Instant` can only be given differences to one; nothing else
    /// ever looks at it.
    #[allow(clippy::disallowed_methods)] // only differences to the anchor count
    pub(crate) fn anchor(&self) -> std::time::Instant {
        *self.0.anchor.get_or_init(std::time::Instant::now)
    }
}

impl core::fmt::Debug for Machine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Machine")
    }
}
