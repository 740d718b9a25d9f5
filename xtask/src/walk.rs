//! The walk of a packet, docs/walk.md, names its stations as `path/to/file.rs::function`. A guide
//! whose landmarks have moved is worse than none: every station must exist in the code.

use std::path::Path;

use crate::shell::Failure;
use crate::workspace;

const WALK: &str = "docs/walk.md";

/// Whether this checkout tells the walk.
pub(crate) fn exists() -> bool {
    workspace::root().join(WALK).is_file()
}

/// Checks every station of the walk.
///
/// # Errors
/// There is no walk, it names no station, or a station is not in the code.
pub(crate) fn run() -> Result<String, Failure> {
    if !exists() {
        return Err(Failure::new(format!("{WALK} is not in this checkout: nothing to walk")));
    }
    let text = workspace::read(WALK)?;
    let stations = stations(&text);
    if stations.is_empty() {
        return Err(Failure::new(format!("{WALK}: names no station (`file.rs::function`)")));
    }
    let faults: Vec<String> = stations.iter().filter_map(|station| fault(station)).collect();
    if faults.is_empty() {
        return Ok(format!("{} stations, each in the code", stations.len()));
    }
    Err(Failure::new(faults.join("\n")))
}

/// One `file.rs::function` of the text, and its line.
#[derive(Debug, PartialEq, Eq)]
struct Station<'a> {
    line: usize,
    file: &'a str,
    function: &'a str,
}

fn stations(text: &str) -> Vec<Station<'_>> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for word in line.split('`').skip(1).step_by(2) {
            let Some((file, path)) = word.split_once(".rs::") else { continue };
            let function = path.rsplit("::").next().unwrap_or(path);
            let end = function.find(|c: char| !c.is_alphanumeric() && c != '_');
            let function = function.get(..end.unwrap_or(function.len())).unwrap_or(function);
            let file = word.get(..file.len() + ".rs".len()).unwrap_or(file);
            found.push(Station { line: at + 1, file, function });
        }
    }
    found
}

fn fault(station: &Station<'_>) -> Option<String> {
    let Station { line, file, function } = station;
    let Ok(code) = workspace::read(Path::new(file)) else {
        return Some(format!("{WALK}:{line}: no file {file}"));
    };
    (!has_function(&code, function)).then(|| format!("{WALK}:{line}: no fn {function} in {file}"))
}

fn has_function(code: &str, function: &str) -> bool {
    code.split("fn ")
        .skip(1)
        .any(|rest| rest.strip_prefix(function).is_some_and(|after| after.starts_with(['(', '<'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_are_read_from_code_spans() {
        let text = "intro\ngoes to `crates/a/src/down.rs::Host::send_segment(cx)`, `plain`.\n";
        let expected = Station { line: 2, file: "crates/a/src/down.rs", function: "send_segment" };
        assert_eq!(stations(text), [expected]);
    }

    #[test]
    fn a_longer_name_is_another_function() {
        assert!(has_function("pub fn send(x: u8) {}", "send"));
        assert!(has_function("fn send<T>(x: T) {}", "send"));
        assert!(!has_function("fn send_all() {}", "send"));
    }
}
