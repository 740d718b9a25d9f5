//! The table of the tower, as ARCHITECTURE.md shows it between two markers.

use std::fmt::Write as _;

use super::Tower;
use crate::shell::Failure;

const BEGIN: &str = "<!-- tower:begin -->";
const END: &str = "<!-- tower:end -->";

/// The table, a line per crate.
pub(super) fn of(tower: &Tower) -> String {
    let mut table = String::from("| floor | crate | rank | what it is | imports of ours |\n");
    table.push_str("|---|---|---|---|---|\n");
    let mut above = "";
    for one in &tower.crates {
        let floor = one.folder.split('/').nth(1).unwrap_or_default();
        let shown = if floor == above { String::new() } else { format!("`{floor}`") };
        above = floor;
        let ours = imports(tower, &one.imports);
        let line = format!(
            "| {shown} | [`{}`]({}) | {:02} | {} | {ours} |",
            short(&one.name),
            one.folder,
            one.rank,
            one.description.replace('|', "\\|"),
        );
        // Writing to a `String` cannot fail.
        let _ = writeln!(table, "{line}");
    }
    table
}

fn imports(tower: &Tower, imports: &[super::plan::Import]) -> String {
    let ours = tower.crates.iter().filter(|one| imports.iter().any(|to| to.name == one.name));
    ours.map(|one| short(&one.name)).collect::<Vec<_>>().join(", ")
}

fn short(name: &str) -> &str {
    name.strip_prefix("catenet-").unwrap_or(name)
}

/// What stands between the markers.
pub(super) fn within(text: &str) -> Result<&str, Failure> {
    let begin = text.find(BEGIN).map(|at| at + BEGIN.len());
    let end = text.find(END);
    begin
        .zip(end)
        .and_then(|(begin, end)| text.get(begin..end))
        .ok_or_else(|| Failure::new(format!("ARCHITECTURE.md: lacks {BEGIN} and then {END}")))
}

/// The text with `table` between the markers.
pub(super) fn replaced(text: &str, table: &str) -> Result<String, Failure> {
    let old = within(text)?;
    let begin = text.find(BEGIN).map_or(0, |at| at + BEGIN.len());
    let before = text.get(..begin).unwrap_or_default();
    let after = text.get(begin + old.len()..).unwrap_or_default();
    Ok(format!("{before}\n{}\n{after}", table.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let text = format!("# Title\n{BEGIN}\nold\n{END}\nmore\n");
        let new = replaced(&text, "| a |\n").unwrap();
        assert_eq!(new, format!("# Title\n{BEGIN}\n| a |\n{END}\nmore\n"));
        assert_eq!(within(&new).unwrap().trim(), "| a |");
        assert_eq!(replaced(&new, "| a |\n").unwrap(), new);
    }

    #[test]
    fn a_text_without_markers_is_refused() {
        assert!(within("# Title\n").is_err());
        assert!(within(&format!("{END}{BEGIN}")).is_err());
    }
}
