//! A line's words and signs, with their columns.
//!
//! Quotes and backslash as POSIX has them: `'..'` keeps all, `"..."` keeps all but `$?`, `\"`, `\\`
//! and `\$`. Absent, and refused with a sentence: variables, `` ` `` and `$(`, subshells, here
//! documents. Wildcards are plain letters here.

use super::fault::{Fault, narrow, wide_sign, wide_word};
use std::iter::Peekable;
use std::str::Chars;

/// A word, perhaps with the last exit code in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pieces: Vec<Piece>,
    /// Where it begins, from 1.
    pub(super) column: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Status,
}

impl Word {
    /// The word, where the last command ended with `status`.
    pub(super) fn expand(&self, status: u8) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Status => status.to_string(),
        };
        self.pieces.iter().map(piece).collect()
    }
}

/// What divides words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// `;`
    Then,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `&`
    Background,
    /// `|`
    Pipe,
    /// `<`
    From,
    /// `>` or, with `true`, `>>`, of stream 1 or 2.
    To(u8, bool),
    /// `2>&1`, `>&2`: this stream goes where that one goes.
    Same(u8, u8),
}

/// A word or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// A sign and its column.
    Sign(Sign, usize),
}

/// Divides a line.
///
/// # Errors
/// The first thing that this shell does not read.
pub(super) fn tokens(line: &str) -> Result<Vec<Token>, Fault> {
    let mut reader =
        Reader { rest: line.chars().peekable(), column: 1, tokens: Vec::new(), word: None };
    while reader.step()? {}
    reader.end_word()?;
    Ok(reader.tokens)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    /// Of the next character.
    column: usize,
    tokens: Vec<Token>,
    word: Option<Open>,
}

/// A word that is being read.
struct Open {
    word: Word,
    /// What of it stood outside quotes.
    bare: String,
    quoted: bool,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        self.column += 1;
        Some(next)
    }
    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest.peek() == Some(&wanted);
        if found {
            self.next();
        }
        found
    }

    /// One character, and what belongs to it; false at the end.
    fn step(&mut self) -> Result<bool, Fault> {
        let column = self.column;
        let Some(letter) = self.next() else { return Ok(false) };
        match letter {
            ' ' | '\t' | '\r' => self.end_word()?,
            '#' if self.word.is_none() => return Ok(false),
            '\'' => self.single(column)?,
            '"' => self.double(column)?,
            '\\' => match self.next() {
                Some(escaped) => self.text(column, escaped, true),
                None => return Err(lone_backslash(column)),
            },
            ';' | '&' | '|' | '<' | '>' => self.sign(letter, column)?,
            '$' => self.dollar(column, false)?,
            '`' | '(' | ')' => return Err(no_subshell(column, letter)),
            '；' | '｜' | '＆' | '＜' | '＞' | '“' | '”' | '‘' | '’' | '\u{3000}' => {
                let sign = narrow(letter).unwrap_or(letter);
                return Err(wide_sign(column, letter, sign));
            }
            other => self.text(column, other, false),
        }
        Ok(true)
    }

    fn open(&mut self, column: usize) -> &mut Open {
        self.word.get_or_insert_with(|| Open {
            word: Word { pieces: Vec::new(), column },
            bare: String::new(),
            quoted: false,
        })
    }

    fn text(&mut self, column: usize, letter: char, quoted: bool) {
        let open = self.open(column);
        open.quoted |= quoted;
        if !quoted {
            open.bare.push(letter);
        }
        match open.word.pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(letter),
            _ => open.word.pieces.push(Piece::Text(letter.into())),
        }
    }

    fn end_word(&mut self) -> Result<(), Fault> {
        let Some(open) = self.word.take() else { return Ok(()) };
        if let Some(fault) = wide_word(open.word.column, &open.bare) {
            return Err(fault);
        }
        self.tokens.push(Token::Word(open.word));
        Ok(())
    }

    fn single(&mut self, column: usize) -> Result<(), Fault> {
        self.open(column).quoted = true;
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some(letter) => self.text(column, letter, true),
                None => return Err(unclosed(column, '\'')),
            }
        }
    }

    fn double(&mut self, column: usize) -> Result<(), Fault> {
        self.open(column).quoted = true;
        loop {
            let here = self.column;
            match self.next() {
                Some('"') => return Ok(()),
                Some('$') => self.dollar(here, true)?,
                Some('\\') => match self.next() {
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => self.text(column, escaped, true),
                    Some(other) => {
                        self.text(column, '\\', true);
                        self.text(column, other, true);
                    }
                    None => return Err(unclosed(column, '"')),
                },
                Some(letter) => self.text(column, letter, true),
                None => return Err(unclosed(column, '"')),
            }
        }
    }

    fn dollar(&mut self, column: usize, quoted: bool) -> Result<(), Fault> {
        match self.rest.peek() {
            Some('?') => {
                self.next();
                self.open(column).word.pieces.push(Piece::Status);
            }
            Some(&next) if next.is_ascii_alphanumeric() || "_({".contains(next) => {
                return Err(no_variable(column));
            }
            _ => self.text(column, '$', quoted),
        }
        Ok(())
    }

    fn sign(&mut self, first: char, column: usize) -> Result<(), Fault> {
        let stream = if first == '>' { self.stream() } else { 1 };
        self.end_word()?;
        let sign = match first {
            ';' => Sign::Then,
            '&' if self.take('&') => Sign::And,
            '&' => Sign::Background,
            '|' if self.take('|') => Sign::Or,
            '|' => Sign::Pipe,
            '<' if self.rest.peek() == Some(&'<') => return Err(no_here_document(column)),
            '<' => Sign::From,
            _ if self.take('>') => Sign::To(stream, true),
            _ if self.take('&') => match self.next() {
                Some('1') => Sign::Same(stream, 1),
                Some('2') => Sign::Same(stream, 2),
                _ => return Err(bad_stream(column)),
            },
            _ => Sign::To(stream, false),
        };
        self.tokens.push(Token::Sign(sign, column));
        Ok(())
    }

    /// The stream before a `>`: a bare 1 or 2 that touches it belongs to it.
    fn stream(&mut self) -> u8 {
        let number = match &self.word {
            Some(open) if !open.quoted && open.word.pieces.len() == 1 => open.bare.as_str(),
            _ => "",
        };
        let stream = match number {
            "1" => 1,
            "2" => 2,
            _ => return 1,
        };
        self.word = None;
        stream
    }
}

fn lone_backslash(column: usize) -> Fault {
    Fault::new(
        column,
        "nothing follows the \\; a command is one line here",
        "\\ 后面没有内容; 这里一条命令只占一行",
    )
}

fn unclosed(column: usize, quote: char) -> Fault {
    Fault::new(
        column,
        format!("the quote {quote} is never closed; add another {quote}"),
        format!("引号 {quote} 没有配对; 请再加一个 {quote}"),
    )
}

fn no_subshell(column: usize, sign: char) -> Fault {
    Fault::new(
        column,
        format!("this shell has no use for {sign}; write '{sign}' in quotes where it is text"),
        format!("这个 shell 没有 {sign} 的用法; 如果是文字, 请放进引号: '{sign}'"),
    )
}

fn no_variable(column: usize) -> Fault {
    Fault::new(
        column,
        "of variables there is only $?; write '$' in quotes where it is text",
        "这里的变量只有 $?; 如果是文字, 请放进引号: '$'",
    )
}

fn no_here_document(column: usize) -> Fault {
    Fault::new(
        column,
        "there are no here documents; write: echo TEXT | PROGRAM",
        "这里没有 << 的用法; 请写: echo 文字 | 程序",
    )
}

fn bad_stream(column: usize) -> Fault {
    Fault::new(column, "after >& stands 1 or 2: 2>&1", ">& 后面是 1 或 2: 2>&1")
}
