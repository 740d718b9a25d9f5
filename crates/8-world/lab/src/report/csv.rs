//! A class as a table for a spreadsheet (RFC 4180): a line per lab that was handed in.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe before it: a student's file may
//! bear any name (`a_formula_is_a_text`). It begins with a byte order mark: without one a spreadsheet takes
//! the text for an older code than UTF-8.

use super::{Graded, Report};
use base::Lang;

/// The table; reasons are in `lang`, names of columns and results are words for programs.
pub fn csv(all: &[Graded], reports: &[String], lang: Lang) -> String {
    let tasks = all.iter().filter_map(Graded::report).map(|report| report.tasks.len()).max();
    let tasks = tasks.unwrap_or(0);
    let mut head: Vec<String> =
        ["student", "file", "result", "points", "of", "checks_held", "checks"]
            .map(str::to_owned)
            .to_vec();
    head.extend((1..=tasks).map(|number| format!("task_{number}")));
    head.extend(["reason", "seed", "digest", "report"].map(str::to_owned));
    let mut text = String::from('\u{feff}') + &line(&head);
    for (index, graded) in all.iter().enumerate() {
        let page = reports.get(index).map(String::as_str).unwrap_or_default();
        text += &line(&row(graded, tasks, page, lang));
    }
    text
}

fn row(graded: &Graded, tasks: usize, page: &str, lang: Lang) -> Vec<String> {
    let mut cells = vec![graded.student.clone(), graded.file.clone(), graded.result().to_owned()];
    let report = graded.report();
    cells.extend(numbers(report));
    for index in 0..tasks {
        cells.push(report.map_or(String::from("0"), |report| earned(report, index)));
    }
    let reason = graded.reason();
    cells.push(reason.get(lang).lines().collect::<Vec<_>>().join(" / "));
    cells.push(report.map(|report| report.seed.to_string()).unwrap_or_default());
    cells.push(report.map(|report| format!("{:032x}", report.digest)).unwrap_or_default());
    cells.push(page.to_owned());
    cells
}

fn numbers(report: Option<&Report>) -> [String; 4] {
    let Some(report) = report else { return ["0", "", "", ""].map(str::to_owned) };
    let (points, of) = report.points();
    let held = report.checks.iter().filter(|check| check.verdict.holds).count();
    [points.to_string(), of.to_string(), held.to_string(), report.checks.len().to_string()]
}

/// What a task brought.
fn earned(report: &Report, index: usize) -> String {
    let task = report.tasks.get(index);
    let points = task.map_or(0, |task| if task.judged.verdict.holds { task.points } else { 0 });
    points.to_string()
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// One cell: quoted where the grammar asks for it, and never a formula.
fn cell(text: &str) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let text = match text.starts_with(formula) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match text.contains([',', '"', '\r', '\n']) || text.trim() != text {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_formula_is_a_text() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@SUM(A1,\"x\")"), "\"'@SUM(A1,\"\"x\"\")\"");
        assert_eq!(cell("＝1"), "'＝1");
    }

    #[test]
    fn quotes_commas_and_ends_of_lines_are_quoted() {
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
        assert_eq!(cell("小明"), "小明");
    }
}
