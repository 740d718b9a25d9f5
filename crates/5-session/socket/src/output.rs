//! What programs write and read: their output on its way to the owner, their standard input.
//!
//! Both have bounds. A program that writes faster than the owner drains waits ([`Writer`] as
//! `AsyncWrite`); [`Writer::print`] cannot wait, so what it writes beyond the hard bound is lost
//! and counted.

use crate::machine::lock;
use bytes::{Buf, Bytes};
use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, Waker, ready};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets of output that may wait before a writer waits.
const SOFT_BOUND: usize = 256 * 1024;
/// Octets of output that may wait at all.
const HARD_BOUND: usize = 4 * 1024 * 1024;
/// Octets of input that may wait.
const INPUT_BOUND: usize = 256 * 1024;

/// One running program of a machine, by number from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u32);

/// Where a program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Its results.
    Stdout,
    /// Its complaints.
    Stderr,
}

/// Some output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Whose.
    pub process: ProcessId,
    /// Where.
    pub stream: Stream,
    /// What.
    pub octets: Bytes,
}

#[derive(Debug, Default)]
struct Waiting {
    chunks: Vec<(ProcessId, Stream, Vec<u8>)>,
    octets: usize,
    lost: u64,
    writers: Vec<Waker>,
}

/// The output of all programs of a machine, in the order in which it was written.
#[derive(Clone, Debug, Default)]
pub struct Outputs(Arc<Mutex<Waiting>>);

impl Outputs {
    /// Takes what was written so far.
    pub fn drain(&self) -> Vec<Chunk> {
        let (chunks, writers) = {
            let mut waiting = lock(&self.0);
            waiting.octets = 0;
            (core::mem::take(&mut waiting.chunks), core::mem::take(&mut waiting.writers))
        };
        writers.into_iter().for_each(Waker::wake);
        chunks
            .into_iter()
            .map(|(process, stream, octets)| Chunk { process, stream, octets: octets.into() })
            .collect()
    }
    /// Octets lost because nobody drained.
    pub fn lost(&self) -> u64 {
        lock(&self.0).lost
    }

    fn put(&self, process: ProcessId, stream: Stream, octets: &[u8], bound: usize) -> usize {
        let mut waiting = lock(&self.0);
        let taken = octets.len().min(bound.saturating_sub(waiting.octets));
        waiting.octets += taken;
        let taken_octets = &octets[..taken];
        match waiting.chunks.last_mut() {
            _ if taken == 0 => {}
            Some((p, s, chunk)) if *p == process && *s == stream => {
                chunk.extend_from_slice(taken_octets);
            }
            _ => waiting.chunks.push((process, stream, taken_octets.to_vec())),
        }
        taken
    }
}

#[derive(Clone, Debug)]
enum Sink {
    Owner(Outputs, ProcessId, Stream),
    Pipe(Pipe),
}

/// Where a program writes: its standard output or error, or a pipe.
#[derive(Clone, Debug)]
pub struct Writer(Sink);

impl Writer {
    pub(crate) fn new(outputs: Outputs, process: ProcessId, stream: Stream) -> Writer {
        Writer(Sink::Owner(outputs, process, stream))
    }
    /// A writer into a pipe.
    pub fn into_pipe(pipe: &Pipe) -> Writer {
        Writer(Sink::Pipe(pipe.clone()))
    }

    /// Writes a text at once; what goes beyond the hard bound is lost and counted.
    pub fn print(&self, text: fmt::Arguments<'_>) {
        match text.as_str() {
            Some(text) => self.put_now(text.as_bytes()),
            None => self.put_now(text.to_string().as_bytes()),
        }
    }

    /// Writes all of it, waiting where the owner is slow.
    pub async fn write_all(&self, mut octets: &[u8]) -> io::Result<()> {
        while !octets.is_empty() {
            let written = poll_fn(|task| self.poll_put(task, octets)).await?;
            octets = &octets[written..];
        }
        Ok(())
    }

    fn put_now(&self, octets: &[u8]) {
        match &self.0 {
            Sink::Owner(outputs, process, stream) => {
                let taken = outputs.put(*process, *stream, octets, HARD_BOUND);
                if taken < octets.len() {
                    lock(&outputs.0).lost += (octets.len() - taken) as u64;
                }
            }
            Sink::Pipe(pipe) => {
                pipe.put(octets, HARD_BOUND);
            }
        }
    }

    fn poll_put(&self, task: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let taken = match &self.0 {
            Sink::Owner(outputs, process, stream) => {
                let taken = outputs.put(*process, *stream, octets, SOFT_BOUND);
                if taken == 0 {
                    lock(&outputs.0).writers.push(task.waker().clone());
                }
                taken
            }
            Sink::Pipe(pipe) if pipe.is_closed() => {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            Sink::Pipe(pipe) => {
                let taken = pipe.put(octets, INPUT_BOUND);
                if taken == 0 {
                    lock(&pipe.0).writers.push(task.waker().clone());
                }
                taken
            }
        };
        if taken == 0 && !octets.is_empty() { Poll::Pending } else { Poll::Ready(Ok(taken)) }
    }
}

impl AsyncWrite for Writer {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_put(task, octets)
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Sink::Pipe(pipe) = &self.0 {
            pipe.close();
        }
        Poll::Ready(Ok(()))
    }
}

#[derive(Debug, Default)]
struct PipeState {
    octets: VecDeque<u8>,
    closed: bool,
    reader: Option<Waker>,
    writers: Vec<Waker>,
}

/// A bounded run of octets from somebody to a program: its standard input, or another's output.
#[derive(Clone, Debug, Default)]
pub struct Pipe(Arc<Mutex<PipeState>>);

impl Pipe {
    /// An empty pipe.
    pub fn new() -> Pipe {
        Pipe::default()
    }
    /// Puts octets in; returns how many fitted.
    pub fn feed(&self, octets: &[u8]) -> usize {
        self.put(octets, INPUT_BOUND)
    }
    /// How many octets fit now; `None`: it is closed and takes no more.
    pub fn room(&self) -> Option<usize> {
        let state = lock(&self.0);
        (!state.closed).then(|| INPUT_BOUND.saturating_sub(state.octets.len()))
    }
    /// Nothing more will come.
    pub fn close(&self) {
        let reader = {
            let mut state = lock(&self.0);
            state.closed = true;
            state.reader.take()
        };
        reader.into_iter().for_each(Waker::wake);
    }
    fn is_closed(&self) -> bool {
        lock(&self.0).closed
    }
    fn put(&self, octets: &[u8], bound: usize) -> usize {
        let (taken, reader) = {
            let mut state = lock(&self.0);
            let room = if state.closed { 0 } else { bound.saturating_sub(state.octets.len()) };
            let taken = octets.len().min(room);
            state.octets.extend(&octets[..taken]);
            (taken, state.reader.take())
        };
        reader.into_iter().for_each(Waker::wake);
        taken
    }
    fn poll_take(&self, task: &mut Context<'_>, max: usize) -> Poll<Bytes> {
        let (octets, writers) = {
            let mut state = lock(&self.0);
            if state.octets.is_empty() && !state.closed {
                state.reader = Some(task.waker().clone());
                return Poll::Pending;
            }
            let count = max.min(state.octets.len());
            let octets: Vec<u8> = state.octets.drain(..count).collect();
            (octets, core::mem::take(&mut state.writers))
        };
        writers.into_iter().for_each(Waker::wake);
        Poll::Ready(octets.into())
    }
}

/// A program's standard input.
#[derive(Clone, Debug)]
pub struct Stdin {
    pipe: Pipe,
    ahead: Bytes,
}

impl Stdin {
    /// Reads from a pipe.
    pub fn new(pipe: &Pipe) -> Stdin {
        Stdin { pipe: pipe.clone(), ahead: Bytes::new() }
    }
    /// What is there, up to `max` octets; empty: the input has ended.
    pub async fn read_bytes(&mut self, max: usize) -> Bytes {
        poll_fn(|task| self.poll_take(task, max)).await
    }
    /// The next line without its end; `None`: the input has ended.
    pub async fn read_line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        loop {
            if self.ahead.is_empty() {
                self.ahead = poll_fn(|task| self.pipe.poll_take(task, 4096)).await;
            }
            if self.ahead.is_empty() {
                return (!line.is_empty()).then(|| text(line));
            }
            let end = self.ahead.iter().position(|&octet| octet == b'\n');
            line.extend_from_slice(&self.ahead.split_to(end.unwrap_or(self.ahead.len())));
            if end.is_some() {
                self.ahead.advance(1);
                return Some(text(line));
            }
        }
    }
    fn poll_take(&mut self, task: &mut Context<'_>, max: usize) -> Poll<Bytes> {
        if self.ahead.is_empty() {
            return self.pipe.poll_take(task, max);
        }
        Poll::Ready(self.ahead.split_to(max.min(self.ahead.len())))
    }
}

fn text(mut line: Vec<u8>) -> String {
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8_lossy(&line).into_owned()
}

impl AsyncRead for Stdin {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let octets = ready!(self.poll_take(task, buffer.remaining()));
        buffer.put_slice(&octets);
        Poll::Ready(Ok(()))
    }
}
