//! Our standard output and error, written on a thread of their own: a reader that does not read (a full
//! pipe, a terminal that was stopped by Ctrl-S) must not make us deaf to signals.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Pieces that wait for the reader.
const WAITING: usize = 16;
/// How long nothing moves before the reader counts as stuck.
const STUCK: Duration = Duration::from_millis(500);

/// Where a piece goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

enum Piece {
    Octets(Stream, Vec<u8>),
    /// All before it is written.
    Mark(oneshot::Sender<()>),
}

/// The way to the thread that writes.
pub struct Output {
    pieces: mpsc::Sender<Piece>,
    /// Pieces that were handed over, and those that were written.
    given: AtomicU64,
    written: Arc<AtomicU64>,
}

impl Output {
    /// Starts the thread; it ends with us.
    pub fn start() -> Output {
        let (pieces, mut inbox) = mpsc::channel(WAITING);
        let written = Arc::new(AtomicU64::new(0));
        let count = written.clone();
        std::thread::spawn(move || {
            while let Some(piece) = inbox.blocking_recv() {
                let done = match piece {
                    Piece::Octets(Stream::Stdout, octets) => put(&mut std::io::stdout(), &octets),
                    Piece::Octets(Stream::Stderr, octets) => put(&mut std::io::stderr(), &octets),
                    Piece::Mark(tell) => tell.send(()).is_ok(),
                };
                count.fetch_add(1, Ordering::Release);
                if !done {
                    return; // whoever hands over the next piece sees the channel closed
                }
            }
        });
        Output { pieces, given: AtomicU64::new(0), written }
    }

    /// Hands octets over; false when nobody reads any more (`| head`).
    pub async fn put(&self, stream: Stream, octets: Vec<u8>) -> bool {
        self.given.fetch_add(1, Ordering::AcqRel);
        self.pieces.send(Piece::Octets(stream, octets)).await.is_ok()
    }

    /// Waits until all is written, or nobody reads any more.
    pub async fn written(&self) {
        let (tell, told) = oneshot::channel();
        self.given.fetch_add(1, Ordering::AcqRel);
        if self.pieces.send(Piece::Mark(tell)).await.is_ok() {
            let _ = told.await; // the thread has gone: nobody reads
        }
    }

    /// Is something waiting that does not move for a while?
    pub async fn is_stuck(&self) -> bool {
        let before = self.written.load(Ordering::Acquire);
        if before == self.given.load(Ordering::Acquire) {
            return false;
        }
        tokio::time::sleep(STUCK).await;
        self.written.load(Ordering::Acquire) == before
    }
}

fn put(to: &mut dyn Write, octets: &[u8]) -> bool {
    to.write_all(octets).and_then(|()| to.flush()).is_ok()
}
