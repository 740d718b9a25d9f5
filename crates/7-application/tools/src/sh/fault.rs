//! What is wrong with a line, where, and what to type instead.

use base::Lang;

/// A mistake in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The place, in characters from 1.
    pub(super) column: usize,
    en: String,
    zh: String,
}

impl Fault {
    pub(super) fn new(column: usize, en: impl Into<String>, zh: impl Into<String>) -> Fault {
        Fault { column, en: en.into(), zh: zh.into() }
    }
    /// `line 2, column 7: ...`
    pub(super) fn text(&self, line: usize, lang: Lang) -> String {
        let column = self.column;
        match lang {
            Lang::En => format!("line {line}, column {column}: {}", self.en),
            Lang::Zh => format!("第 {line} 行第 {column} 列: {}", self.zh),
        }
    }
}

/// The ASCII character that a full-width one stands for, if it is one that the shell reads.
pub(super) fn narrow(wide: char) -> Option<char> {
    Some(match wide {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(wide as u32 - 0xfee0)?,
        '。' => '.',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '\u{3000}' => ' ',
        _ => return None,
    })
}

/// A sign of the shell's own, in its full-width form.
pub(super) fn wide_sign(column: usize, wide: char, sign: char) -> Fault {
    if sign == ' ' {
        return Fault::new(
            column,
            "this blank is full-width; type an ordinary one",
            "这是全角空格; 请输入半角空格",
        );
    }
    Fault::new(
        column,
        format!("{wide} is full-width; type {sign} (or put a text into quotes: \"..\")"),
        format!("{wide} 是全角字符; 请输入 {sign} (文字请放进半角引号: \"..\")"),
    )
}

/// A word that would be good in ASCII.
pub(super) fn wide_word(column: usize, word: &str) -> Option<Fault> {
    let is_wide = |letter: char| !letter.is_ascii() && narrow(letter).is_some();
    if !word.chars().any(is_wide) || word.chars().any(|c| !c.is_ascii() && !is_wide(c)) {
        return None;
    }
    let ascii: String = word.chars().map(|c| narrow(c).unwrap_or(c)).collect();
    Some(Fault::new(
        column,
        format!("{word} holds full-width characters; type {ascii}"),
        format!("{word} 中有全角字符; 请输入 {ascii}"),
    ))
}
