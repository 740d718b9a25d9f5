//! What a line says: lists of pipelines of commands.
//!
//! ```text
//!   list      chain (;|&) chain ..          & runs its chain in the background
//!   chain     pipeline (&&|||) pipeline ..
//!   pipeline  command | command ..
//!   command   words and redirections
//! ```

use super::fault::Fault;
use super::words::{Sign, Token, Word, tokens};

/// Commands in one pipeline, at most.
pub(super) const MOST_STAGES: usize = 16;

/// One program with its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// Its name and arguments; never empty.
    pub(super) words: Vec<Word>,
    /// Where its streams go, in the order of writing.
    pub(super) redirects: Vec<Redirect>,
}

/// Where a stream goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// Standard input comes from a file.
    From(Word),
    /// A stream (1 or 2) goes to a file, perhaps to its end.
    To(u8, Word, bool),
    /// A stream goes where the other one goes.
    Same(u8, u8),
}

/// Commands of which each reads what the one before writes.
pub(super) type Pipeline = Vec<Command>;

/// On which condition a pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// The first of its chain.
    Always,
    /// The one before succeeded.
    Success,
    /// The one before failed.
    Failure,
}

/// Pipelines that depend on one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    /// In order.
    pub(super) parts: Vec<(When, Pipeline)>,
    /// Is it not waited for?
    pub(super) background: bool,
}

impl Chain {
    /// The chain as a person would write it: for the list of jobs.
    pub(super) fn text(&self) -> String {
        let command = |command: &Command| {
            let words: Vec<String> = command.words.iter().map(|word| word.expand(0)).collect();
            words.join(" ")
        };
        let mut text = String::new();
        for (when, pipeline) in &self.parts {
            text += match when {
                When::Always => "",
                When::Success => " && ",
                When::Failure => " || ",
            };
            text += &pipeline.iter().map(command).collect::<Vec<_>>().join(" | ");
        }
        text
    }
}

/// Reads a line.
///
/// # Errors
/// The first mistake.
pub(super) fn read(line: &str) -> Result<Vec<Chain>, Fault> {
    let mut reader = Reader::default();
    for token in tokens(line)? {
        reader.take(token)?;
    }
    reader.end()
}

#[derive(Default)]
struct Reader {
    list: Vec<Chain>,
    chain: Chain,
    when: Option<When>,
    pipeline: Pipeline,
    command: Command,
    /// A redirection that waits for its file.
    pending: Option<(Sign, usize)>,
    /// The sign that needs a command behind it.
    open: Option<(Sign, usize)>,
}

impl Reader {
    fn take(&mut self, token: Token) -> Result<(), Fault> {
        match token {
            Token::Word(word) => self.word(word),
            Token::Sign(sign, column) => self.sign(sign, column)?,
        }
        Ok(())
    }

    fn word(&mut self, word: Word) {
        match self.pending.take() {
            Some((Sign::To(stream, append), _)) => {
                self.command.redirects.push(Redirect::To(stream, word, append));
            }
            Some(_) => self.command.redirects.push(Redirect::From(word)),
            None => self.command.words.push(word),
        }
    }

    fn sign(&mut self, sign: Sign, column: usize) -> Result<(), Fault> {
        self.no_file_missing()?;
        match sign {
            Sign::From | Sign::To(..) => self.pending = Some((sign, column)),
            Sign::Same(stream, other) => {
                self.command.redirects.push(Redirect::Same(stream, other));
            }
            Sign::Pipe => {
                self.end_command(column)?;
                if self.pipeline.len() == MOST_STAGES {
                    return Err(too_long(column));
                }
                self.open = Some((sign, column));
            }
            Sign::And | Sign::Or => {
                self.end_pipeline(column)?;
                let success = sign == Sign::And;
                self.when = Some(if success { When::Success } else { When::Failure });
                self.open = Some((sign, column));
            }
            Sign::Then | Sign::Background => {
                self.end_pipeline(column)?;
                self.chain.background = sign == Sign::Background;
                self.list.push(core::mem::take(&mut self.chain));
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Vec<Chain>, Fault> {
        self.no_file_missing()?;
        let is_empty = self.command == Command::default();
        if let (Some((_, column)), true) = (self.open, is_empty) {
            return Err(nothing_behind(column));
        }
        if !is_empty || !self.pipeline.is_empty() {
            self.end_pipeline(1)?;
            self.list.push(self.chain);
        }
        Ok(self.list)
    }

    fn no_file_missing(&self) -> Result<(), Fault> {
        match self.pending {
            Some((_, column)) => Err(no_file(column)),
            None => Ok(()),
        }
    }

    fn end_command(&mut self, column: usize) -> Result<(), Fault> {
        let command = core::mem::take(&mut self.command);
        if command.words.is_empty() {
            return Err(nothing_before(column));
        }
        self.open = None;
        self.pipeline.push(command);
        Ok(())
    }

    fn end_pipeline(&mut self, column: usize) -> Result<(), Fault> {
        self.end_command(column)?;
        let when = self.when.take().unwrap_or(When::Always);
        self.chain.parts.push((when, core::mem::take(&mut self.pipeline)));
        Ok(())
    }
}

fn nothing_before(column: usize) -> Fault {
    Fault::new(
        column,
        "a command is missing here; take the sign away or write a program before it",
        "这里缺少命令; 请去掉这个符号, 或在它前面写上程序",
    )
}

fn nothing_behind(column: usize) -> Fault {
    Fault::new(
        column,
        "nothing follows this sign; write a command behind it on the same line",
        "这个符号后面没有命令; 请在同一行写上",
    )
}

fn no_file(column: usize) -> Fault {
    Fault::new(
        column,
        "a file's name is missing behind this sign: > /tmp/out",
        "这个符号后面缺少文件名: > /tmp/out",
    )
}

fn too_long(column: usize) -> Fault {
    Fault::new(
        column,
        format!("a pipeline has at most {MOST_STAGES} commands; write to a file between: > /tmp/a"),
        format!("管道最多 {MOST_STAGES} 个命令; 请在中间写入文件: > /tmp/a"),
    )
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
