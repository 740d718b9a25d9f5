//! What an import loses: each loss once, the first hundred by word, the rest counted.

use language::Text;
use language::diagnostic::text;

const MOST: usize = 100;

/// The list.
#[derive(Default)]
pub(super) struct Losses {
    list: Vec<Text>,
    more: usize,
}

impl Losses {
    /// One more, unless it was said.
    pub(super) fn add(&mut self, loss: Text) {
        if self.list.contains(&loss) {
            return;
        }
        if self.list.len() < MOST {
            self.list.push(loss);
        } else {
            self.more += 1;
        }
    }

    /// One in both languages.
    pub(super) fn say(&mut self, en: impl Into<String>, zh: impl Into<String>) {
        self.add(text(en, zh));
    }

    /// All of them.
    pub(super) fn list(mut self) -> Vec<Text> {
        if self.more > 0 {
            let more = self.more;
            self.list.push(text(format!("and {more} more"), format!("另有 {more} 处")));
        }
        self.list
    }
}

/// A stranger's words as they may stand in a message: one line, not long, no control characters.
pub(super) fn short(words: &str) -> String {
    let mut out: String =
        words.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if words.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}
