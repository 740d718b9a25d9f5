//! Rust source with its comments and literals blanked, so that a rule about code sees code only.
//!
//! Every line keeps its number and every character its place: what is blanked becomes spaces.
//! Nested block comments, raw strings and character literals are understood; a lifetime is not a
//! character.

/// The code of `text`, comments and literals blanked.
pub(super) fn code_only(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let rest = characters.get(at..).unwrap_or_default();
        let width = match blank_width(rest, at.checked_sub(1).and_then(|i| characters.get(i))) {
            0 => {
                code.extend(rest.first());
                1
            }
            width => {
                code.extend(rest.iter().take(width).map(|&c| if c == '\n' { c } else { ' ' }));
                width
            }
        };
        at += width;
    }
    code
}

/// How many characters from here belong to a comment or a literal; 0 when this is code.
fn blank_width(rest: &[char], before: Option<&char>) -> usize {
    let inside_word = before.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    match rest {
        ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => string(rest),
        ['r', '"' | '#', ..] if !inside_word => raw_string(rest, 1),
        ['b', 'r', '"' | '#', ..] if !inside_word => raw_string(rest, 2),
        ['\'', '\\', ..] => character(rest),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match rest.get(at..at + 2) {
            Some(['/', '*']) => depth += 1,
            Some(['*', '/']) => depth = depth.saturating_sub(1),
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while let Some(&c) = rest.get(at) {
        at += match c {
            '\\' => 2,
            '"' => return at + 1,
            _ => 1,
        };
    }
    rest.len()
}

/// A raw string whose hashes begin at `start`; 0 when this is a raw identifier instead.
fn raw_string(rest: &[char], start: usize) -> usize {
    let hashes = rest.iter().skip(start).take_while(|&&c| c == '#').count();
    let open = start + hashes;
    if rest.get(open) != Some(&'"') {
        return 0;
    }
    let mut at = open + 1;
    while at < rest.len() {
        let closes = rest.get(at) == Some(&'"')
            && rest.iter().skip(at + 1).take(hashes).filter(|&&c| c == '#').count() == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    rest.len()
}

fn character(rest: &[char]) -> usize {
    rest.iter().skip(3).position(|&c| c == '\'').map_or(rest.len(), |end| end + 4)
}

/// Whether `word` stands in `line` as a word of its own.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        for text in [
            "// hidden",
            "/* a /* hidden */ b */",
            "\"hidden \\\" hidden\"",
            "b\"hidden\"",
            "r#\"hidden \" hidden\"#",
            "\"two\nhidden\"",
        ] {
            assert!(!code_only(text).contains("hidden"), "{text}");
        }
    }

    #[test]
    fn code_stays_where_it_was() {
        let text = "let a = 'x'; // no\nfn b<'c>(d: &'c str) { \"e\"; f('\\'', '\\u{1F}') }";
        let code = code_only(text);
        assert_eq!(code.lines().count(), 2);
        assert_eq!(code.find("fn b"), text.find("fn b"));
        assert!(code.contains("<'c>(d: &'c str)") && code.contains("f("), "{code}");
        assert!(code.ends_with(") }"), "{code}");
    }

    #[test]
    fn a_raw_identifier_is_code() {
        assert_eq!(code_only("r#type + 1"), "r#type + 1");
    }

    #[test]
    fn a_part_of_a_word_is_not_the_word() {
        assert!(has_word("unsafe {", "unsafe"));
        assert!(!has_word("deny(unsafe_code)", "unsafe"));
    }
}
