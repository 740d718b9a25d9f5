//! A self-describing value: what `show --json` prints and what a check's path reads.

use core::fmt::{self, Write};

/// A value. Maps keep the order in which they were made, which is sorted wherever the keys are
/// addresses or ports: the text is the same in every run.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// Named or keyed parts.
    Map(Vec<(String, Tree)>),
    /// Parts in order; a path finds none of them by position.
    List(Vec<Tree>),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A word.
    Text(String),
}

impl Tree {
    /// A map from names known at writing time.
    pub fn map<const N: usize>(parts: [(&str, Tree); N]) -> Tree {
        Tree::Map(parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// A text of anything that can be shown.
    pub fn text(value: impl fmt::Display) -> Tree {
        Tree::Text(value.to_string())
    }

    /// The value at `path`: names divided by dots, keys in brackets (`tcp.listen[80].syn_queue`,
    /// `routes[0.0.0.0/0].via`). Of a list, `len` is how many parts it has; of a map without such a
    /// name, too.
    pub fn at(&self, path: &str) -> Option<Tree> {
        let mut place = self;
        let mut rest = path;
        while !rest.is_empty() {
            let (key, after) = next_key(rest)?;
            rest = after;
            match (place.get(key), place) {
                (Some(part), _) => place = part,
                (None, Tree::List(parts)) if key == "len" && rest.is_empty() => {
                    return Some(parts.len().into());
                }
                (None, Tree::Map(parts)) if key == "len" && rest.is_empty() => {
                    return Some(parts.len().into());
                }
                _ => return None,
            }
        }
        Some(place.clone())
    }

    /// The part of a map under `key`.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        match self {
            Tree::Map(parts) => parts.iter().find(|(name, _)| name == key).map(|(_, part)| part),
            _ => None,
        }
    }

    /// The names of a map's parts: for "did you mean".
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Tree::Map(parts) => parts.iter().map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// As JSON, on one line.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Tree::Map(parts) => {
                let open = |out: &mut String, (key, value): &(String, Tree)| {
                    write_string(out, key);
                    out.push(':');
                    value.write_json(out);
                };
                write_parts(out, '{', '}', parts, open);
            }
            Tree::List(parts) => {
                write_parts(out, '[', ']', parts, |out, part| part.write_json(out));
            }
            // Writing to a String cannot fail.
            Tree::Number(number) => drop(write!(out, "{number}")),
            Tree::Flag(flag) => drop(write!(out, "{flag}")),
            Tree::Text(text) => write_string(out, text),
        }
    }
}

fn next_key(path: &str) -> Option<(&str, &str)> {
    if let Some(inside) = path.strip_prefix('[') {
        let (key, after) = inside.split_once(']')?;
        return Some((key, after.strip_prefix('.').unwrap_or(after)));
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, after) = path.split_at(end);
    if key.is_empty() { None } else { Some((key, after.strip_prefix('.').unwrap_or(after))) }
}

fn write_parts<T>(
    out: &mut String,
    open: char,
    close: char,
    parts: &[T],
    write: impl Fn(&mut String, &T),
) {
    out.push(open);
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write(out, part);
    }
    out.push(close);
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

macro_rules! numbers {
    ($($t:ty)*) => { $(impl From<$t> for Tree {
        fn from(number: $t) -> Tree {
            Tree::Number(i64::try_from(number).unwrap_or(i64::MAX))
        }
    })* };
}
numbers!(u8 u16 u32 u64 usize i64);
impl From<bool> for Tree {
    fn from(flag: bool) -> Tree {
        Tree::Flag(flag)
    }
}
impl From<&str> for Tree {
    fn from(text: &str) -> Tree {
        Tree::Text(text.to_owned())
    }
}
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Number(number) => number.fmt(f),
            Tree::Flag(flag) => flag.fmt(f),
            Tree::Text(text) => f.write_str(text),
            _ => f.write_str(&self.to_json()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_names_and_keys_and_nothing_else() {
        let listen = Tree::map([("80", Tree::map([("syn_queue", 3u8.into())]))]);
        let routes = Tree::map([("10.0.0.0/8", Tree::map([("via", "10.0.0.1".into())]))]);
        let list = Tree::List(vec![true.into(), "a\"b\\\n".into()]);
        let tree = Tree::map([
            ("tcp", Tree::map([("listen", listen)])),
            ("routes", routes),
            ("list", list),
        ]);
        let at = |path| tree.at(path).map(|value| value.to_string());
        assert_eq!(at("tcp.listen[80].syn_queue").as_deref(), Some("3"));
        assert_eq!(at("routes[10.0.0.0/8].via").as_deref(), Some("10.0.0.1"));
        assert_eq!(at("list.len").as_deref(), Some("2"));
        assert_eq!(at("tcp.listen.len").as_deref(), Some("1"));
        for wrong in ["tcp.listen[81]", "tcp..listen", "list[0]", "routes[", "tcp.listen[80].x"] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
        assert_eq!(at("list").as_deref(), Some(r#"[true,"a\"b\\\u000a"]"#));
    }
}
