//! Reading the machine's tables (`Env::inspect`).

use socket::{Env, Tree};

/// The rows of the table at `path`; none where it is not there.
pub(crate) fn rows(env: &Env, path: &str) -> Vec<(String, Tree)> {
    match env.inspect().look(path) {
        Some(Tree::Map(rows)) => rows,
        Some(Tree::List(rows)) => {
            rows.into_iter().enumerate().map(|(place, row)| (place.to_string(), row)).collect()
        }
        _ => Vec::new(),
    }
}

/// A row's text under `key`; empty where there is none.
pub(crate) fn text<'a>(row: &'a Tree, key: &str) -> &'a str {
    match row.get(key) {
        Some(Tree::Text(text)) => text,
        _ => "",
    }
}

/// A row's number under `key`; 0 where there is none.
pub(crate) fn number(row: &Tree, key: &str) -> i64 {
    match row.get(key) {
        Some(Tree::Number(number)) => *number,
        _ => 0,
    }
}

/// Is the row's flag under `key` set?
pub(crate) fn is_set(row: &Tree, key: &str) -> bool {
    matches!(row.get(key), Some(Tree::Flag(true)))
}
