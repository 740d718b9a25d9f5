//! hyper's traits: `Read` and `Write` for streams, `Executor` and `Timer` for a program.
//!
//! hyper names moments by `std::time::Instant`; ours are differences to one anchor of the machine
//! (see [`Machine`]), so a sleep of a second is a second of the machine's time.

use crate::Machine;
use crate::env::Env;
use crate::tcp::TcpStream;
use crate::time::Sleep;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use hyper::rt::{Executor, Read, ReadBufCursor, Timer, Write};
use std::io;

impl Read for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let octets = ready!(self.connection.poll_read(task, buffer.remaining()))?;
        buffer.put_slice(&octets);
        Poll::Ready(Ok(()))
    }
}

impl Write for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.connection.poll_write(task, data)
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.connection.shutdown())
    }
}

/// Spawns hyper's tasks as tasks of the program.
#[derive(Clone, Debug)]
pub struct HyperExecutor(pub(crate) Env);

impl<F> Executor<F> for HyperExecutor
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, future: F) {
        drop(self.0.spawn(future));
    }
}

/// hyper's clock: the machine's.
#[derive(Clone, Debug)]
pub struct HyperTimer(pub(crate) Machine);

impl HyperTimer {
    /// The clock of `machine`.
    pub fn new(machine: &Machine) -> HyperTimer {
        HyperTimer(machine.clone())
    }
    fn moment(&self, at: std::time::Instant) -> base::Instant {
        let past = at.checked_duration_since(self.0.anchor()).unwrap_or_default();
        base::Instant::ZERO + past.into()
    }
}

struct HyperSleep(Sleep);

impl Future for HyperSleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(task)
    }
}
impl hyper::rt::Sleep for HyperSleep {}

impl Timer for HyperTimer {
    fn sleep(&self, span: core::time::Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(HyperSleep(self.0.sleep(span.into())))
    }
    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(HyperSleep(Sleep::new(self.0.clone(), self.moment(deadline))))
    }
    fn now(&self) -> std::time::Instant {
        self.0.anchor() + self.0.now().since(base::Instant::ZERO).into()
    }
    fn reset(&self, sleep: &mut Pin<Box<dyn hyper::rt::Sleep>>, deadline: std::time::Instant) {
        *sleep = self.sleep_until(deadline);
    }
}
