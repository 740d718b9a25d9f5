//! What programs write and read: their output on its way to the owner, their standard input.
//!
//! Both have bounds. A program that writes faster than the owner drains waits ([`Writer`] as
//! `AsyncWrite`); [`Writer::print`] cannot wait, so what it writes beyond the hard bound is lost
//! and counted.

use crate::machine::lock;
use bytes::Bytes;
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
/// What the keys Ctrl and D send.
const CTRL_D: u8 = 4;

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
    /// The same place, for another process.
    pub(crate) fn of(&self, process: ProcessId) -> Writer {
        match &self.0 {
            Sink::Owner(outputs, _, stream) => Writer::new(outputs.clone(), process, *stream),
            Sink::Pipe(pipe) => Writer::into_pipe(pipe),
        }
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
            Sink::Pipe(pipe) => {
                let taken = pipe.put(octets, INPUT_BOUND);
                if taken == 0 && pipe.is_closed() {
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
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
    /// Somebody wrote after it was closed.
    broken: bool,
    /// Ctrl-D in it ends one reading.
    cooked: bool,
    reader: Option<Waker>,
    writers: Vec<Waker>,
    mourner: Option<Waker>,
}

impl PipeState {
    /// How many octets may be taken at once, of `max` wanted: none at a Ctrl-D.
    fn until_end(&self, max: usize, end: impl Fn(u8) -> bool) -> usize {
        let within = self.octets.iter().take(max);
        let stop = within.clone().position(|&octet| end(octet) || (self.cooked && octet == CTRL_D));
        match stop {
            Some(place) if self.octets[place] == CTRL_D && self.cooked => place,
            Some(place) => place + 1,
            None => within.len(),
        }
    }
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
    /// Nothing more will come: whoever reads finds the end, whoever writes an error.
    pub fn close(&self) {
        let (reader, writers) = {
            let mut state = lock(&self.0);
            state.closed = true;
            (state.reader.take(), core::mem::take(&mut state.writers))
        };
        reader.into_iter().chain(writers).for_each(Waker::wake);
    }
    /// From here on the octet 4 (Ctrl-D) ends one reading and no more, as a terminal has it.
    pub fn cook(&self) {
        lock(&self.0).cooked = true;
    }
    /// Ready when somebody writes though it is closed: what SIGPIPE tells elsewhere.
    pub async fn broken(&self) {
        poll_fn(|task| {
            let mut state = lock(&self.0);
            if state.broken {
                return Poll::Ready(());
            }
            state.mourner = Some(task.waker().clone());
            Poll::Pending
        })
        .await;
    }
    /// Forgets what nobody has read yet.
    pub fn clear(&self) {
        let writers = {
            let mut state = lock(&self.0);
            state.octets.clear();
            core::mem::take(&mut state.writers)
        };
        writers.into_iter().for_each(Waker::wake);
    }
    fn is_closed(&self) -> bool {
        lock(&self.0).closed
    }
    fn put(&self, octets: &[u8], bound: usize) -> usize {
        let (taken, woken) = {
            let mut state = lock(&self.0);
            if state.closed && !octets.is_empty() {
                state.broken = true;
                return self.mourn(state);
            }
            let room = if state.closed { 0 } else { bound.saturating_sub(state.octets.len()) };
            let taken = octets.len().min(room);
            state.octets.extend(&octets[..taken]);
            (taken, state.reader.take())
        };
        woken.into_iter().for_each(Waker::wake);
        taken
    }
    fn mourn(&self, mut state: std::sync::MutexGuard<'_, PipeState>) -> usize {
        let mourner = state.mourner.take();
        drop(state);
        mourner.into_iter().for_each(Waker::wake);
        0
    }
    /// Takes up to `max` octets, none beyond one at which `end` says so.
    fn poll_take(
        &self,
        task: &mut Context<'_>,
        max: usize,
        end: impl Fn(u8) -> bool,
    ) -> Poll<Bytes> {
        let (octets, writers) = {
            let mut state = lock(&self.0);
            if state.octets.is_empty() && !state.closed {
                state.reader = Some(task.waker().clone());
                return Poll::Pending;
            }
            let count = state.until_end(max, end);
            if count == 0 && max > 0 {
                state.octets.pop_front(); // the Ctrl-D itself, if it is not the pipe's end
            }
            let octets: Vec<u8> = state.octets.drain(..count).collect();
            (octets, core::mem::take(&mut state.writers))
        };
        writers.into_iter().for_each(Waker::wake);
        Poll::Ready(octets.into())
    }
}

/// A program's standard input.
#[derive(Clone, Debug)]
pub struct Stdin(Pipe);

impl Stdin {
    /// Reads from a pipe.
    pub fn new(pipe: &Pipe) -> Stdin {
        Stdin(pipe.clone())
    }
    /// See [`Pipe::cook`].
    pub fn cook(&self) {
        self.0.cook();
    }
    /// See [`Pipe::clear`].
    pub fn clear(&self) {
        self.0.clear();
    }
    /// What is there, up to `max` octets; empty: the input has ended.
    pub async fn read_bytes(&mut self, max: usize) -> Bytes {
        poll_fn(|task| self.0.poll_take(task, max, |_| false)).await
    }
    /// The next line without its end; `None`: the input has ended. Octets after the line stay for
    /// whoever reads next.
    pub async fn read_line(&mut self) -> Option<String> {
        self.line(usize::MAX).await.map(|(line, _)| line)
    }
    /// The next line, of which at most `most` octets are kept.
    ///
    /// # Errors
    /// `InvalidData`: it was longer; it has been read to its end.
    pub async fn read_line_within(&mut self, most: usize) -> io::Result<Option<String>> {
        match self.line(most).await {
            Some((_, true)) => Err(io::ErrorKind::InvalidData.into()),
            line => Ok(line.map(|(line, _)| line)),
        }
    }
    async fn line(&mut self, most: usize) -> Option<(String, bool)> {
        let (mut line, mut surplus) = (Vec::new(), false);
        loop {
            let piece = poll_fn(|task| self.0.poll_take(task, 4096, |octet| octet == b'\n')).await;
            let whole = piece.last() == Some(&b'\n');
            if piece.is_empty() && line.is_empty() && !surplus {
                return None;
            }
            let kept = (piece.len() - usize::from(whole)).min(most - line.len());
            surplus |= kept + usize::from(whole) < piece.len();
            line.extend_from_slice(&piece[..kept]);
            if whole || piece.is_empty() {
                return Some((text(line), surplus));
            }
        }
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
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let octets = ready!(self.0.poll_take(task, buffer.remaining(), |_| false));
        buffer.put_slice(&octets);
        Poll::Ready(Ok(()))
    }
}
