//! What telling may cost: a small share of what the lab itself costs, whoever listens.
//!
//! Everything that is done for readers is metered in CPU time: the looks on the lab's thread, the
//! making of digests, the sending. The purse earns `SHARE` of the CPU time that the lab's own work
//! takes, and a little beside it for a lab that does next to nothing; while it is overdrawn, the next
//! look waits. So one reader has its five messages a second, fifty readers of a busy lab have fewer,
//! though one in two seconds at least, and the lab does not feel either.

use nix::time::{ClockId, clock_gettime};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The share of the lab's own CPU time that telling may cost.
const SHARE: f64 = 1.0 / 50.0;
/// What it may cost beside that, in seconds of CPU time a second.
const AT_REST: f64 = 0.000_3;
/// What may be saved for a lab that wakes up, in seconds of CPU time.
const SAVED: f64 = 0.02;
/// What is there for who comes first: some looks, so that a page which has just been opened does not
/// stand still. More would be felt by the lab each time that many readers come at once.
const FIRST: f64 = 0.002;
/// The longest wait between two looks, however dear they are.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// CPU time that was spent for readers, in nanoseconds.
#[derive(Clone, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// Does something; what it cost is metered.
    pub fn spend<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = own_cpu_nanos();
        let done = work();
        self.0.fetch_add(own_cpu_nanos().saturating_sub(began), Ordering::Relaxed);
        done
    }

    /// A future whose every step is metered.
    pub fn on<F: Future>(&self, work: F) -> Metered<F> {
        Metered { meter: self.clone(), work: Box::pin(work) }
    }

    /// What was metered since this was asked last.
    fn take(&self) -> f64 {
        self.0.swap(0, Ordering::Relaxed) as f64 / 1e9
    }
}

/// A future under a meter.
pub struct Metered<F> {
    meter: Meter,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let meter = self.meter.clone();
        meter.spend(|| self.work.as_mut().poll(task))
    }
}

/// The CPU time of the thread that asks, in nanoseconds.
pub fn own_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID);
    time.map_or(0, |time| Duration::from(time).as_nanos() as u64)
}

/// Earns and spends.
pub struct Purse {
    meter: Meter,
    balance: f64,
    /// When it was balanced last, and the CPU time of the lab's thread then.
    last: Option<(Instant, u64)>,
}

impl Purse {
    /// A purse with something for who comes first.
    pub fn new(meter: Meter) -> Purse {
        Purse { meter, balance: FIRST, last: None }
    }

    /// Balances: `lab_nanos` is the CPU time of the lab's thread until now. Answers how long the next
    /// look must wait beyond its beat.
    pub fn balance(&mut self, lab_nanos: u64) -> Duration {
        let now = Instant::now();
        let spent = self.meter.take();
        let Some((then, before)) = self.last.replace((now, lab_nanos)) else {
            return Duration::ZERO;
        };
        let passed = now.duration_since(then).as_secs_f64();
        let lab = lab_nanos.saturating_sub(before) as f64 / 1e9;
        let earned = lab * SHARE + passed * AT_REST;
        self.balance = (self.balance + earned - spent).min(SAVED);
        if self.balance >= 0.0 || passed <= 0.0 {
            return Duration::ZERO;
        }
        let wait = Duration::from_secs_f64(
            (-self.balance * passed / earned).min(LONGEST_WAIT.as_secs_f64()),
        );
        if wait == LONGEST_WAIT {
            self.balance = 0.0; // dearer than can be earned: what is owed is let go
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burn(nanos: u64) {
        let began = own_cpu_nanos();
        while own_cpu_nanos() - began < nanos {}
    }

    #[test]
    fn who_spends_more_than_the_lab_earns_waits() {
        let meter = Meter::default();
        let mut purse = Purse::new(meter.clone());
        assert_eq!(purse.balance(0), Duration::ZERO);
        std::thread::sleep(Duration::from_millis(10));
        // The lab worked for a second: a 50th of it may be spent.
        meter.spend(|| burn(5_000_000));
        assert_eq!(purse.balance(1_000_000_000), Duration::ZERO);
        // It rests, and what was saved is soon gone.
        let waits = (0..20).map(|_| {
            std::thread::sleep(Duration::from_millis(1));
            meter.spend(|| burn(5_000_000));
            purse.balance(1_000_000_000)
        });
        let longest = waits.max().expect("some");
        assert!(longest > Duration::from_millis(200) && longest <= LONGEST_WAIT, "{longest:?}");
    }

    #[tokio::test]
    async fn a_future_is_metered_while_it_works_and_not_while_it_sleeps() {
        let meter = Meter::default();
        let work = async {
            burn(2_000_000);
            tokio::time::sleep(Duration::from_millis(50)).await;
            burn(2_000_000);
        };
        meter.on(work).await;
        let spent = meter.take();
        assert!((0.004..0.030).contains(&spent), "{spent}");
        assert!(meter.take() == 0.0);
    }
}
