//! The terminal's keys: lines, edited here, while the shell waits for one; plain octets while a
//! program runs.
//!
//! A thread waits for the keyboard and for the bell that rings when a prompt comes. While it edits a
//! line the terminal is raw and Ctrl-C clears the line; otherwise the terminal's own editing and
//! signals hold, and Ctrl-D is sent as the octet that ends one reading.

use super::complete::Names;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor, ExternalPrinter};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use tokio::sync::mpsc;

/// What Ctrl-D is for the shell.
const CTRL_D: u8 = 4;
/// Lines that may wait for the service.
const WAITING: usize = 16;

/// Octets for the shell.
pub struct Typed(pub Vec<u8>);

/// The thread at the keyboard, as the screen knows it.
pub struct Typist {
    prompt: String,
    bell: UnixStream,
    printer: Box<dyn ExternalPrinter>,
}

type Line = Editor<Names, MemHistory>;

impl Typist {
    /// Begins to listen; while nobody rings, what is typed goes on as it is.
    pub fn start(prompt: &str, names: Names) -> io::Result<(Typist, mpsc::Receiver<Typed>)> {
        let config = Config::builder().auto_add_history(true).build();
        let mut editor: Line =
            Editor::with_history(config, MemHistory::new()).map_err(io::Error::other)?;
        editor.set_helper(Some(names));
        let printer = Box::new(editor.create_external_printer().map_err(io::Error::other)?);
        let (bell, heard) = UnixStream::pair()?;
        let (typed, inbox) = mpsc::channel(WAITING);
        let keyboard = Keyboard { prompt: prompt.to_owned(), heard, typed };
        std::thread::spawn(move || keyboard.listen(editor));
        Ok((Typist { prompt: prompt.to_owned(), bell, printer }, inbox))
    }

    /// What the shell prints when it waits for a line.
    pub fn prompt(&self) -> &str {
        &self.prompt
    }
    /// The shell waits for a line.
    pub fn edit(&mut self) {
        // A thread that has ended has told the shell so.
        let _ = self.bell.write_all(b"!");
    }
    /// Prints above the line that is being edited, if one is.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.printer.print(text.to_owned()).map_err(io::Error::other)?;
        io::stdout().flush()
    }
}

struct Keyboard {
    prompt: String,
    heard: UnixStream,
    typed: mpsc::Sender<Typed>,
}

impl Keyboard {
    /// Until nobody takes what is typed.
    fn listen(mut self, mut editor: Line) {
        loop {
            let Ok(rung) = self.wait() else { return };
            let octets = match rung {
                true => self.edit(&mut editor),
                false => read_some(),
            };
            let Some(octets) = octets else { return };
            if self.typed.blocking_send(Typed(octets)).is_err() {
                return;
            }
        }
    }

    /// Waits for the bell (true) or a key.
    fn wait(&mut self) -> io::Result<bool> {
        let stdin = io::stdin();
        let mut both = [
            PollFd::new(self.heard.as_fd(), PollFlags::POLLIN),
            PollFd::new(stdin.as_fd(), PollFlags::POLLIN),
        ];
        while let Err(error) = poll(&mut both, PollTimeout::NONE) {
            if error != nix::errno::Errno::EINTR {
                return Err(error.into());
            }
        }
        if both[0].any() != Some(true) {
            return Ok(false);
        }
        self.heard.read_exact(&mut [0])?;
        Ok(true)
    }

    fn edit(&self, editor: &mut Line) -> Option<Vec<u8>> {
        loop {
            match editor.readline(&self.prompt) {
                Ok(line) => return Some([line.as_bytes(), b"\n"].concat()),
                Err(ReadlineError::Interrupted) => {} // the line is cleared; another
                Err(ReadlineError::Eof) => return Some(vec![CTRL_D]),
                Err(_) => return None,
            }
        }
    }
}

/// What the terminal gives; its end is a Ctrl-D.
fn read_some() -> Option<Vec<u8>> {
    let mut octets = vec![0; 4096];
    // Not `std::io::stdin().read`: what its buffer held back, poll would not see.
    let count = nix::unistd::read(io::stdin().as_fd(), &mut octets).ok()?;
    octets.truncate(count);
    Some(if count == 0 { vec![CTRL_D] } else { octets })
}

/// The terminal's modes, to be given back.
pub struct Modes(Option<Termios>);

impl Modes {
    /// As they are now.
    pub fn remember() -> Modes {
        Modes(tcgetattr(io::stdin()).ok())
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        if let Some(modes) = &self.0 {
            // A terminal that has gone needs nothing.
            let _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, modes);
        }
    }
}
