//! Names that the lab file takes, from names of any kind: unique, ASCII, never a key of the file.

use std::collections::HashSet;

use language::{check_name, is_key};

/// The longest name that is kept; a number may follow.
const LONGEST: usize = 40;

/// Names given so far.
#[derive(Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A free name like this one.
    pub(crate) fn take(&mut self, wish: &str) -> String {
        let base = fitting(wish);
        let mut name = base.clone();
        let mut count = 1;
        while !self.taken.insert(name.to_ascii_lowercase()) {
            count += 1;
            name = format!("{base}-{count}");
        }
        name
    }
}

/// `São Paulo (BR)` becomes `S-o-Paulo-BR`; what has nothing left becomes `node`.
pub(crate) fn fitting(wish: &str) -> String {
    let mut name = String::new();
    for c in wish.chars() {
        let c = if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        if c != '-' || !(name.is_empty() || name.ends_with('-')) {
            name.push(c);
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    let name = match name.chars().next() {
        None => "node".to_owned(),
        Some(c) if c.is_ascii_alphabetic() => name.to_owned(),
        Some(_) => format!("n{name}"),
    };
    debug_assert!(check_name(&name).is_ok(), "{name}");
    if is_key(&name) { format!("{name}-1") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_one_that_the_lab_file_takes() {
        for wish in ["São Paulo (BR)", "", "---", "小明", "7", "title", "a--b", &"x".repeat(99)]
        {
            let name = fitting(wish);
            assert!(check_name(&name).is_ok(), "{wish} -> {name}");
            assert!(!is_key(&name), "{wish} -> {name}");
        }
        let mut names = Names::default();
        assert_eq!(
            [names.take("a b"), names.take("a-b"), names.take("A b")],
            ["a-b", "a-b-2", "A-b-3"]
        );
    }
}
