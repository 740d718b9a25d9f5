//! Where a command's streams go: pipes to its neighbours, files of the machine.
//!
//! A file is written whole when the command has ended: the machine's files are values, not devices.

use super::line::Redirect;
use crate::options::pick;
use bytes::Bytes;
use socket::{Env, Pipe, Stdin, Streams, Writer};
use std::io;

/// Octets of output in one file, at most.
const MOST: usize = 4 << 20;

/// A command's streams while they are being laid.
#[derive(Default)]
pub(super) struct Laid {
    /// What the command gets; `None` is the shell's.
    pub(super) streams: Streams,
    /// The pipes that it writes into: closed when it has ended.
    pub(super) out: Vec<Pipe>,
    /// The pipe that it reads from: closed when it has ended, so that its writer hears of it.
    pub(super) input: Option<Pipe>,
    /// What a file gives to it.
    pub(super) feed: Option<(Pipe, Bytes)>,
    /// What it writes into files.
    pub(super) files: Vec<ToFile>,
}

/// A file to be written.
pub(super) struct ToFile {
    path: String,
    append: bool,
    pipe: Pipe,
}

impl Laid {
    /// The streams of a command between two pipes.
    pub(super) fn between(input: Option<Pipe>, output: Option<Pipe>) -> Laid {
        let stdout = output.as_ref().map(Writer::into_pipe);
        Laid {
            streams: Streams { stdin: input.clone(), stdout, stderr: None },
            out: output.into_iter().collect(),
            input,
            ..Laid::default()
        }
    }

    /// Lays what a line says, in its order.
    ///
    /// # Errors
    /// The file that cannot be, and why.
    pub(super) fn lay(
        &mut self,
        env: &Env,
        redirects: &[Redirect],
        status: u8,
    ) -> Result<(), (String, io::Error)> {
        for redirect in redirects {
            match redirect {
                Redirect::From(word) => {
                    let path = word.expand(status);
                    let octets = env.files().read(&path).map_err(|error| (path, error))?;
                    let pipe = Pipe::new();
                    self.streams.stdin = Some(pipe.clone());
                    self.feed = Some((pipe, octets));
                }
                Redirect::To(stream, word, append) => {
                    self.lay_file(env, *stream, word.expand(status), *append)?;
                }
                Redirect::Same(stream, other) => {
                    let there = self.writer(env, *other);
                    *self.slot(*stream) = Some(there);
                }
            }
        }
        Ok(())
    }

    fn lay_file(
        &mut self,
        env: &Env,
        stream: u8,
        path: String,
        append: bool,
    ) -> Result<(), (String, io::Error)> {
        if env.files().entry(&path).is_ok_and(|entry| entry.is_folder) {
            return Err((path, io::ErrorKind::IsADirectory.into()));
        }
        let pipe = Pipe::new();
        *self.slot(stream) = Some(Writer::into_pipe(&pipe));
        self.out.push(pipe.clone());
        self.files.push(ToFile { path, append, pipe });
        Ok(())
    }

    fn slot(&mut self, stream: u8) -> &mut Option<Writer> {
        if stream == 2 { &mut self.streams.stderr } else { &mut self.streams.stdout }
    }
    /// Where a stream goes now.
    pub(super) fn writer(&self, env: &Env, stream: u8) -> Writer {
        match stream {
            2 => self.streams.stderr.clone().unwrap_or_else(|| env.stderr()),
            _ => self.streams.stdout.clone().unwrap_or_else(|| env.stdout()),
        }
    }
    /// The command has ended: its readers find the end, its writers nobody.
    pub(super) fn close(&self) {
        self.out.iter().chain(&self.input).for_each(Pipe::close);
        if let Some((pipe, _)) = &self.feed {
            pipe.close();
        }
    }
}

/// Gives a file's octets to whoever reads `pipe`.
pub(super) async fn feed(pipe: &Pipe, octets: &[u8]) {
    // A command that ended early has closed it.
    let _ = Writer::into_pipe(pipe).write_all(octets).await;
    pipe.close();
}

impl ToFile {
    /// Takes what is written until its end, then writes the file.
    ///
    /// # Errors
    /// There is more than a file holds, or no room.
    pub(super) async fn collect(&self, env: &Env) -> Result<(), (String, io::Error)> {
        let failed = |error| (self.path.clone(), error);
        let before = if self.append { env.files().read(&self.path).ok() } else { None };
        let mut octets = before.map(Vec::from).unwrap_or_default();
        let mut stdin = Stdin::new(&self.pipe);
        loop {
            let piece = stdin.read_bytes(1 << 16).await;
            if piece.is_empty() {
                return env.files().write(&self.path, octets.into()).map_err(failed);
            }
            if octets.len() + piece.len() > MOST {
                self.pipe.close();
                return Err(failed(io::ErrorKind::FileTooLarge.into()));
            }
            octets.extend_from_slice(&piece);
        }
    }
}

/// Why a file cannot be, for people.
pub(super) fn why(env: &Env, error: &io::Error) -> String {
    let text = match error.kind() {
        io::ErrorKind::NotFound => ("No such file or directory", "没有这个文件或文件夹"),
        io::ErrorKind::IsADirectory => ("Is a directory", "是一个文件夹"),
        io::ErrorKind::FileTooLarge => {
            ("more than 4 MiB; nothing was written", "超过 4 MiB; 什么也没有写入")
        }
        io::ErrorKind::ReadOnlyFilesystem => ("this machine has no files", "这台机器没有文件"),
        _ => return error.to_string(),
    };
    pick(env.lang(), text).to_owned()
}
