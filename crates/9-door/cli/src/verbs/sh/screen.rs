//! What the shell and its programs print, on our terminal; where the prompt comes, the typist is told.

use super::typist::Typist;
use crate::say::Failure;
use data_encoding::BASE64;
use service::api::ExecNews;
use std::cell::Cell;
use std::rc::Rc;

/// The terminal's output.
pub struct Screen {
    typist: Typist,
    process: Rc<Cell<Option<u64>>>,
    /// Does the next octet begin a line?
    at_line_start: bool,
}

impl Screen {
    /// Nothing is on it yet.
    pub fn new(typist: Typist, process: Rc<Cell<Option<u64>>>) -> Screen {
        Screen { typist, process, at_line_start: true }
    }

    /// One line of the answer; false when the shell has ended.
    pub fn news(&mut self, line: &str, code: &Cell<Option<u8>>) -> Result<bool, Failure> {
        let failed = |error: &dyn core::fmt::Display| Failure::cannot(error.to_string());
        let news: ExecNews = serde_json::from_str(line).map_err(|error| failed(&error))?;
        match news {
            ExecNews::Process(id) => self.process.set(Some(id)),
            ExecNews::Stdout(text) | ExecNews::Stderr(text) => {
                let octets = BASE64.decode(text.as_bytes()).map_err(|error| failed(&error))?;
                self.show(&String::from_utf8_lossy(&octets))?;
            }
            ExecNews::Missed(count) => self.show(&format!("({count} ..)\n"))?,
            ExecNews::Exit(value) => {
                code.set(Some(value));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A prompt is drawn by the line editor, at the beginning of a line.
    fn show(&mut self, text: &str) -> Result<(), Failure> {
        let prompt = text.strip_suffix(self.typist.prompt());
        let text = prompt.unwrap_or(text);
        self.put(text)?;
        if prompt.is_some() {
            if !self.at_line_start {
                self.put("\n")?;
            }
            self.typist.edit();
        }
        Ok(())
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        self.at_line_start = text.ends_with('\n');
        self.typist.print(text).map_err(|error| Failure::cannot(error.to_string()))
    }
}
