//! Waiting: [`Sleep`] and [`timeout`], on the machine's own clock.

use crate::Machine;
use base::{Duration, Instant};
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use host::TimerKey;

/// Ready at a moment. Dropping it takes its timer away.
#[derive(Debug)]
pub struct Sleep {
    machine: Machine,
    deadline: Instant,
    timer: Option<TimerKey>,
}

impl Sleep {
    /// Ready at `deadline`.
    pub fn new(machine: Machine, deadline: Instant) -> Sleep {
        Sleep { machine, deadline, timer: None }
    }
    /// When it will be ready.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }
    /// Moves the deadline.
    pub fn reset(&mut self, deadline: Instant) {
        self.cancel();
        self.deadline = deadline;
    }
    fn cancel(&mut self) {
        if let Some(key) = self.timer.take() {
            self.machine.with(|host, _| host.cancel_timer(key));
        }
    }
}

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let (deadline, timer) = (this.deadline, &mut this.timer);
        this.machine.call(|host, cx| {
            if cx.now() >= deadline {
                if let Some(key) = timer.take() {
                    host.cancel_timer(key);
                }
                return Poll::Ready(());
            }
            let armed = timer.is_some_and(|key| host.update_timer(key, task.waker()));
            if !armed {
                // A host whose timer table is full cannot wait: the sleeper goes on at once.
                match host.add_timer(deadline, task.waker()) {
                    Ok(key) => *timer = Some(key),
                    Err(_) => return Poll::Ready(()),
                }
            }
            Poll::Pending
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The time was over first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is over")
    }
}
impl core::error::Error for Elapsed {}
impl From<Elapsed> for std::io::Error {
    fn from(elapsed: Elapsed) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::TimedOut, elapsed)
    }
}

/// What `future` gives, if it does so within `span`.
pub async fn timeout<F: Future>(
    machine: &Machine,
    span: Duration,
    future: F,
) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let mut sleep = machine.sleep(span);
    poll_fn(|task| {
        if let Poll::Ready(output) = future.as_mut().poll(task) {
            return Poll::Ready(Ok(output));
        }
        Pin::new(&mut sleep).poll(task).map(|()| Err(Elapsed))
    })
    .await
}
