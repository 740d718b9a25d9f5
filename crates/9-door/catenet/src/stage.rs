//! The stage: a [`sim::World`] and a tokio runtime that share one virtual time.
//!
//! ```text
//!   guests (tokio tasks) --sockets--> machines of the world      Outside: the time they share,
//!        ^ wakers, timers                   |                    and which machines guests called
//!        |                                  v
//!   tokio's paused clock <--moves-- driver --runs--> world
//! ```
//!
//! One thread does all of it: a `current_thread` runtime whose clock stands still until it is moved.
//! The driver works whenever that is about to sleep (`on_thread_park`): nobody else has anything to
//! do then, and it needs no task that would have to be woken. What holds:
//!
//! - The world is never behind what a guest can see, nor ahead of it: a guest runs at the very
//!   nanosecond of the event that woke it (test `time_is_exact`).
//! - tokio's timers fire on whole milliseconds. The driver moves the clock itself only where no such
//!   boundary lies between, else to the boundary first; over longer spans it sleeps like everybody,
//!   and tokio goes to whichever timer is first. So an hour in which nothing happens costs nothing.
//! - At one instant guests come first, then the world; guests in the order in which they were woken.
//!   A host whose guest was woken by a frame sends when that had its say: the answer carries the
//!   acknowledgement, as that of a lab's own program does.

mod driver;

use base::{Duration, Instant, NodeId};
use core::cell::Cell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use language::Lab;
use socket::{Machine, Outside};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::task::AbortHandle;

/// What the handles, the sockets of guests and the driver share.
pub(crate) struct Stage {
    pub(crate) lab: Lab,
    pub(crate) limit: Instant,
    scene: Mutex<Scene>,
    outside: Arc<Outside>,
    begun: OnceLock<tokio::time::Instant>,
    /// While the runtime sleeps: what wakes it at the latest.
    alarm: Mutex<Option<driver::Alarm>>,
    /// Does the runtime sleep?
    asleep: AtomicBool,
    /// Lies somebody's note in `desk.waiting`?
    somebody_waits: AtomicBool,
    /// Is there a word in `desk.over`?
    is_over: AtomicBool,
    desk: Mutex<Desk>,
}

/// What is worked on.
struct Scene {
    world: sim::World,
    /// The machines that guests called; the driver's, kept for its capacity.
    called: Vec<NodeId>,
    /// tokio's clock when the driver looked at it last, or set it, and what the world calls that.
    clock: Option<(tokio::time::Instant, Instant)>,
}

/// Notes between tasks; never locked together with the world by who holds it.
#[derive(Default)]
struct Desk {
    waiting: Vec<Waiting>,
    root: Option<Waker>,
    /// Why there is no going on.
    over: Option<String>,
    /// What guests broke.
    faults: Vec<String>,
    /// The tasks that run on machines.
    guests: BTreeMap<NodeId, Vec<AbortHandle>>,
}

type Sight = Box<dyn FnMut(&sim::World) -> bool + Send>;

/// Somebody waits for a moment, or for something to be seen in the world.
struct Waiting {
    at: Option<Instant>,
    sight: Option<Sight>,
    done: Arc<Mutex<(bool, Option<Waker>)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// Has this thread the world?
    static LOOKING: Cell<bool> = const { Cell::new(false) };
}

/// The scene, which this thread has.
struct Held<'a>(MutexGuard<'a, Scene>);

impl Deref for Held<'_> {
    type Target = Scene;
    fn deref(&self) -> &Scene {
        &self.0
    }
}
impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Scene {
        &mut self.0
    }
}
impl Drop for Held<'_> {
    fn drop(&mut self) {
        LOOKING.set(false);
    }
}

impl Stage {
    pub(crate) fn new(world: sim::World, lab: Lab, limit: Duration) -> Arc<Stage> {
        Arc::new(Stage {
            lab,
            limit: Instant::ZERO + limit,
            scene: Mutex::new(Scene { world, called: Vec::new(), clock: None }),
            outside: Arc::default(),
            begun: OnceLock::new(),
            alarm: Mutex::default(),
            asleep: AtomicBool::default(),
            somebody_waits: AtomicBool::default(),
            is_over: AtomicBool::default(),
            desk: Mutex::default(),
        })
    }

    /// Called once, inside the runtime: now is the world's first instant.
    pub(crate) fn begin(&self) {
        let _ = self.begun.set(tokio::time::Instant::now());
        self.outside.settle();
    }

    /// The runtime's time as the world counts it.
    pub(crate) fn now(&self) -> Instant {
        self.instant(tokio::time::Instant::now())
    }

    /// What the world calls a moment of tokio's clock.
    fn instant(&self, moment: tokio::time::Instant) -> Instant {
        let begun = *self.begun.get().unwrap_or(&moment);
        Instant::ZERO + moment.duration_since(begun).into()
    }

    /// The moment of tokio's clock that the world calls `at`; `None` before the beginning.
    fn moment(&self, at: Instant) -> Option<tokio::time::Instant> {
        Some(*self.begun.get()? + at.since(Instant::ZERO).into())
    }

    /// The scene, for this thread; another that has it (a blocking task asked it) is waited for.
    fn hold(&self) -> Held<'_> {
        // Whoever waits for itself waits for ever.
        assert!(
            !LOOKING.get(),
            "the world is being looked at already: ask the world that `until` or `with` hands over"
        );
        let scene = lock(&self.scene);
        LOOKING.set(true);
        Held(scene)
    }

    /// Works with the world as it is now.
    ///
    /// # Panics
    /// The world stands still: a node does things without end at one instant. Or somebody looks at it
    /// already: within `World::with` and `World::until` the world that they hand over is to be asked.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut sim::World) -> R) -> R {
        let now = self.now();
        let result = {
            let mut scene = self.hold();
            let world = &mut scene.world;
            if world.now() < now
                && let Err(stuck) = world.run_until(now)
            {
                self.end(stuck.text(base::Lang::En));
            }
            work(world)
        };
        self.outside.poke();
        result
    }

    /// The machine of a node, from now on with our time and our attention.
    pub(crate) fn machine(&self, node: NodeId) -> Option<Machine> {
        let machine = self.with(|world| world.machine(node).cloned())?;
        machine.follow(&self.outside, node);
        Some(machine)
    }

    /// Ends the test from inside.
    pub(crate) fn end(&self, why: String) {
        let root = {
            let mut desk = lock(&self.desk);
            desk.over.get_or_insert(why);
            self.is_over.store(true, Ordering::Release);
            desk.root.take()
        };
        root.into_iter().for_each(Waker::wake);
    }

    /// A task runs on this node from now on.
    pub(crate) fn guest(&self, node: NodeId, task: AbortHandle) {
        let mut desk = lock(&self.desk);
        let tasks = desk.guests.entry(node).or_default();
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    /// The node was switched off.
    pub(crate) fn end_guests(&self, node: NodeId) {
        let tasks = lock(&self.desk).guests.remove(&node);
        tasks.into_iter().flatten().for_each(|task| task.abort());
    }

    /// Notes what a guest broke; the test fails with it.
    pub(crate) fn fault(&self, why: String) {
        lock(&self.desk).faults.push(why);
    }

    pub(crate) fn take_faults(&self) -> Vec<String> {
        core::mem::take(&mut lock(&self.desk).faults)
    }

    /// Why the test is over, if it is. `known` is the caller's: whom this wakes.
    pub(crate) fn poll_over(
        &self,
        task: &mut Context<'_>,
        known: &mut Option<Waker>,
    ) -> Poll<String> {
        let same = |known: &Waker| {
            let waker = task.waker();
            // The table may lie in the binary twice, and then `will_wake` knows nothing.
            (known.data(), known.vtable()) == (waker.data(), waker.vtable())
        };
        if known.as_ref().is_some_and(same) && !self.is_over.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        *known = Some(task.waker().clone());
        let mut desk = lock(&self.desk);
        desk.root = known.clone();
        desk.over.clone().map_or(Poll::Pending, Poll::Ready)
    }

    /// Waits until a moment of the world, exactly.
    pub(crate) async fn until(&self, at: Instant) {
        self.wait(Some(at), None).await;
    }

    /// Waits until `sight` is seen in the world; it is asked after every step.
    pub(crate) async fn see(&self, sight: impl FnMut(&sim::World) -> bool + Send + 'static) {
        self.wait(None, Some(Box::new(sight))).await;
    }

    async fn wait(&self, at: Option<Instant>, sight: Option<Sight>) {
        let done: Arc<Mutex<(bool, Option<Waker>)>> = Arc::default();
        {
            let mut desk = lock(&self.desk);
            desk.waiting.push(Waiting { at, sight, done: done.clone() });
            self.somebody_waits.store(true, Ordering::Release);
        }
        self.outside.poke();
        core::future::poll_fn(|task| {
            let mut done = lock(&done);
            done.1 = Some(task.waker().clone());
            if done.0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// The runtime is gone. What would wake it holds it, and by its hooks this stage.
    pub(crate) fn forget_runtime(&self) {
        self.outside.awake();
        self.outside.leave();
        drop(core::mem::take(&mut *lock(&self.desk)));
    }

    /// The work of a world that nobody waits for any more.
    pub(crate) fn close<R>(&self, work: impl FnOnce(&sim::World) -> R) -> R {
        work(&lock(&self.scene).world)
    }
}
