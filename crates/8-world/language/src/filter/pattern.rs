//! Regular expressions, as `matches` wants them: over octets, capitals and small letters alike unless
//! the pattern begins with `(?-i)`.
//!
//! They run in time linear in the text, which is why there is neither looking around nor referring
//! back. What a pattern may cost is bounded, so that a hostile one is refused and not run.

use crate::diagnostic::{Complaint, text};
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;

/// Octets that a compiled pattern may need.
const LARGEST: usize = 256 << 10;

/// A compiled regular expression.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Pattern {
    /// Compiles what stands at `at`.
    pub(super) fn read(pattern: &str, at: Range<usize>) -> Result<Pattern, Complaint> {
        let built = RegexBuilder::new(pattern)
            .case_insensitive(true)
            .unicode(false)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build();
        built.map(Pattern).map_err(|error| refused(pattern, at, &error))
    }

    /// Is it found in these octets?
    pub(crate) fn is_in(&self, octets: &[u8]) -> bool {
        self.0.is_match(octets)
    }
}

fn refused(pattern: &str, at: Range<usize>, error: &regex::Error) -> Complaint {
    if let regex::Error::CompiledTooBig(_) = error {
        return Complaint::new(
            "filter-pattern",
            at,
            text("this pattern is too costly", "这个正则表达式代价太大"),
        )
        .help(text("repeat less often than {1000}", "减少重复次数, 例如不要写 {1000}"));
    }
    // The last line of the library's message says what is wrong; those above it draw the place.
    let message = error.to_string();
    let why = message.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
    let complaint = Complaint::new(
        "filter-pattern",
        at,
        text(format!("this is no regular expression: {why}"), format!("正则表达式有误: {why}")),
    );
    match ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|around| pattern.contains(around)) {
        true => complaint.help(text(
            "looking around is not possible: join two tests by && or !",
            "不支持环视: 请用 && 或 ! 组合两个条件",
        )),
        false => complaint.help(text(
            "a plain text is found by: contains \"..\"",
            "查找普通文本请用: contains \"..\"",
        )),
    }
}
