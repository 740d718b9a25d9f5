//! Answers that go on: bytes that a lab's thread makes turn by turn, read at the client's pace.
//!
//! The lab never waits for a reader. What a turn makes goes into a bounded channel; while that is
//! full the maker is not asked, so its cursor stays where it is and the lab's own bounded logs keep
//! what it has not seen (or count what they had to forget: the maker says so). The reader rings when
//! it has made room.

use crate::labs::RunningLab;
use crate::letters;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use door::driver::{Mailbox, Running};
use sim::World;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Chunks that may wait for a reader.
const WAITING: usize = 64;

/// What a maker found this turn.
pub enum Made {
    /// Nothing yet.
    Nothing,
    /// These octets.
    Some(Vec<u8>),
    /// These octets, perhaps none, and there is more at once.
    More(Vec<u8>),
    /// These octets, and there will be no more.
    Last(Vec<u8>),
}

/// The answer whose body this is.
pub fn answer(kind: &'static str, body: Body) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}

/// A body that `make` feeds from the lab's thread until it says `Last` or the reader goes away.
pub fn body(lab: &Arc<RunningLab>, make: impl FnMut(&mut World) -> Made + Send + 'static) -> Body {
    body_until(lab, make, |_| {})
}

/// The same; `after` is what the lab does when nobody reads any more, for whatever cause.
pub fn body_until(
    lab: &Arc<RunningLab>,
    make: impl FnMut(&mut World) -> Made + Send + 'static,
    after: impl FnOnce(&mut Running) + Send + 'static,
) -> Body {
    let (chunks, inbox) = mpsc::channel(WAITING);
    let starved = Arc::new(AtomicBool::new(false));
    let mailbox = lab.mailbox().clone();
    let watcher = watcher(make, chunks, starved.clone(), mailbox.clone());
    // A lab that has just ended drops the letter and with it the channel: an empty body.
    letters::post(&mailbox, |running| running.add_watcher(watcher));
    Body::from_stream(Reading { inbox, starved, mailbox, after: Some(Box::new(after)) })
}

fn watcher(
    mut make: impl FnMut(&mut World) -> Made + Send + 'static,
    chunks: mpsc::Sender<Bytes>,
    starved: Arc<AtomicBool>,
    mailbox: Mailbox,
) -> door::driver::Watcher {
    Box::new(move |world| {
        // Said before it is tried: a reader that makes room in between must see it and ring, or
        // nobody ever would (`a_reader_is_never_forgotten`).
        starved.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
        let slot = match chunks.try_reserve() {
            Ok(slot) => slot,
            Err(mpsc::error::TrySendError::Closed(())) => return false,
            Err(mpsc::error::TrySendError::Full(())) => return true,
        };
        starved.store(false, Ordering::Release);
        match make(world) {
            Made::Nothing => true,
            Made::Some(octets) => {
                slot.send(octets.into());
                true
            }
            Made::More(octets) => {
                if !octets.is_empty() {
                    slot.send(octets.into());
                }
                mailbox.ring(); // a quiet world would sleep on what is left
                true
            }
            Made::Last(octets) => {
                slot.send(octets.into());
                false
            }
        }
    })
}

type After = Box<dyn FnOnce(&mut Running) + Send>;

struct Reading {
    inbox: mpsc::Receiver<Bytes>,
    starved: Arc<AtomicBool>,
    mailbox: Mailbox,
    after: Option<After>,
}

impl futures_util::Stream for Reading {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.inbox.poll_recv(task);
        fence(Ordering::SeqCst); // what was taken is gone before we look
        if self.starved.swap(false, Ordering::AcqRel) {
            self.mailbox.ring(); // a turn, so that the maker is asked again
        }
        next.map(|chunk| chunk.map(Ok))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.inbox.close();
        // The turn lets the watcher see it, too, and go.
        if let Some(after) = self.after.take() {
            letters::post(&self.mailbox, after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::booted;
    use futures_util::StreamExt;
    use std::time::Duration;

    /// Chunks of the stream: the channel is full and empty again thousands of times.
    const CHUNKS: u32 = 200_000;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_reader_is_never_forgotten() {
        let text = "lab = \"still\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\na = \"lan\"\n";
        let (_service, lab) = booted(text);
        let mut left = CHUNKS;
        let make = move |_: &mut World| {
            left -= 1;
            if left == 0 { Made::Last(vec![0]) } else { Made::More(vec![0]) }
        };
        let mut chunks = body(&lab, make).into_data_stream();
        let mut seen = 0;
        while let Some(chunk) = tokio::time::timeout(Duration::from_secs(20), chunks.next())
            .await
            .unwrap_or_else(|_| panic!("forgotten after {seen} chunks"))
        {
            seen += chunk.expect("octets").len();
        }
        assert_eq!(seen, CHUNKS as usize);
    }
}
