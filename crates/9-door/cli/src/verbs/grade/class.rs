//! A folder of submissions: a table on the terminal, and what was asked for beside it.

use super::find::{self, Found};
use super::workers;
use crate::args::Grade;
use crate::client::block_on;
use crate::say::{Context, Exit, Failure, print, tell};
use crate::table;
use crate::verbs::test::{load, repeat, said, write};
use lab::report::{self, Graded};
use language::diagnostic::counted;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;

/// Grades them all; 1 when not everybody did everything.
pub fn run(context: &Context, wish: &Grade, folder: &Path) -> Result<Exit, Failure> {
    let found = found(context, folder)?;
    asked(context, wish)?;
    let began = std::time::Instant::now();
    let terminal = std::io::stderr().is_terminal() && !context.json;
    let all = block_on(workers::grade(context, wish, &found, |count| {
        if terminal {
            tell(&format!("\r{count}/{}", found.len()));
        }
    }))?;
    if terminal {
        tell("\r                \r");
    }
    // First of all what was found: a file that cannot be written takes nothing away.
    let seconds = began.elapsed().as_secs_f64();
    print(&{ if context.json { json(&all) } else { text(context, &all, seconds) } })?;
    let pages = match &wish.reports {
        Some(reports) => reported(context, wish, &found, &all, reports)?,
        None => Vec::new(),
    };
    if let Some(file) = &wish.csv {
        write(context, file, report::csv(&all, &pages, context.lang).as_bytes())?;
    }
    if let Some(file) = &wish.junit {
        write(context, file, report::junit(&all, context.lang).as_bytes())?;
    }
    Ok(Exit(u8::from(!all.iter().all(Graded::passed))))
}

fn found(context: &Context, folder: &Path) -> Result<Vec<Found>, Failure> {
    let failed = |error: std::io::Error| Failure {
        code: 2,
        ..Failure::of_system(&folder.display(), &error, context.lang)
    };
    let found = find::find(folder).map_err(failed)?;
    let shown = folder.display();
    if found.is_empty() {
        return Err(Failure::usage(context.say(
            &format!("{shown} holds no submission: name them ID.toml or ID/lab.toml"),
            &format!("{shown} 里没有提交: 文件应叫 ID.toml 或 ID/lab.toml"),
        )));
    }
    if found.len() > find::MOST {
        let most = find::MOST;
        return Err(Failure::usage(context.say(
            &format!("{shown} holds more than {most} submissions; grade them in several folders"),
            &format!("{shown} 里有超过 {most} 份提交; 请分几个文件夹评分"),
        )));
    }
    Ok(found)
}

/// A task with a mistake is said once, not once a student.
fn asked(context: &Context, wish: &Grade) -> Result<(), Failure> {
    let checks = wish.checks.as_deref().unwrap_or_default();
    load::task(checks, &wish.var).map_err(|refusal| said(context, &refusal))
}

/// Writes a page for each, and one for the class; their names in the order of the submissions.
fn reported(
    context: &Context,
    wish: &Grade,
    found: &[Found],
    all: &[Graded],
    folder: &Path,
) -> Result<Vec<String>, Failure> {
    let names = names(all);
    for ((found, graded), name) in found.iter().zip(all).zip(&names) {
        let again = repeat::line(&repeat::Again {
            file: &found.path,
            overlay: None,
            checks: wish.checks.as_deref(),
            alone: found.alone,
            student: &graded.student,
            seed: wish.seed,
            limit: Some(wish.limit().as_secs()),
            variables: &wish.var,
            real: false,
            lang: context.lang,
        });
        let page = report::page(graded, &again, context.lang);
        write(context, &folder.join(name), page.as_bytes())?;
    }
    let index = report::index(all, &names, context.lang);
    write(context, &folder.join("index.html"), index.as_bytes())?;
    Ok(names)
}

/// A file's name for each student's page: what a file may be called everywhere, each once.
fn names(all: &[Graded]) -> Vec<String> {
    let mut taken = BTreeSet::from(["index".to_owned()]);
    let mut names = Vec::new();
    for graded in all {
        let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' };
        let name: String = graded.student.chars().map(plain).take(60).collect();
        let name = if name.is_empty() { "_".to_owned() } else { name };
        // Some file systems do not tell capitals from small letters.
        let free = |name: &String| !taken.contains(&name.to_lowercase());
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let name = core::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name);
        taken.insert(name.to_lowercase());
        names.push(format!("{name}.html"));
    }
    names
}

fn text(context: &Context, all: &[Graded], seconds: f64) -> String {
    let head = table::head(
        context.lang,
        ["STUDENT", "RESULT", "POINTS", "WHY"],
        ["学生", "结果", "得分", "原因"],
    );
    let rows: Vec<Vec<String>> = all.iter().map(|graded| row(context, graded)).collect();
    let complete = all.iter().filter(|graded| graded.passed()).count();
    let refused = all.iter().filter(|graded| graded.report().is_none()).count();
    let (count, open) = (all.len(), all.len() - complete - refused);
    table::render(&head, &rows)
        + &context.say(
            &format!("{}: {complete} complete, {open} not complete, {refused} could not be graded ({seconds:.1} s)\n", counted(count, "submission", "submissions")),
            &format!("{count} 份提交: {complete} 份全部完成, {open} 份未完成, {refused} 份无法评分 ({seconds:.1} 秒)\n"),
        )
}

fn row(context: &Context, graded: &Graded) -> Vec<String> {
    let points = graded.report().map(|report| {
        let (points, of) = report.points();
        format!("{points}/{of}")
    });
    let reason = graded.reason();
    // A name is somebody else's text: no control character of it reaches the terminal.
    let shown = |text: &str| -> String {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
    };
    vec![
        shown(&graded.student),
        graded.result().to_owned(),
        points.unwrap_or_else(|| "-".to_owned()),
        shown(reason.get(context.lang)),
    ]
}

fn json(all: &[Graded]) -> String {
    let row = |graded: &Graded| {
        let (report, reason) = (graded.report(), graded.reason());
        serde_json::json!({
            "student": graded.student, "file": graded.file, "result": graded.result(),
            "points": report.map_or(0, |report| report.points().0),
            "of": report.map(|report| report.points().1),
            "reason": { "en": reason.en, "zh": reason.zh },
            "seed": report.map(|report| report.seed),
            "digest": report.map(|report| format!("{:032x}", report.digest)),
        })
    };
    let rows: Vec<serde_json::Value> = all.iter().map(row).collect();
    format!("{}\n", serde_json::Value::from(rows))
}

#[cfg(test)]
mod tests {
    use super::names;
    use lab::report::{Graded, Outcome, Refusal};

    #[test]
    fn every_page_has_a_name_of_its_own() {
        let graded = |student: &str| Graded {
            student: student.to_owned(),
            file: String::new(),
            outcome: Outcome::Refused(Refusal::new("x", "x", "x")),
        };
        let all = ["a", "A", "../a", "<b>", "\"b\"", "", "index", "小明"].map(graded);
        let wanted = ["a", "A-2", "___a", "_b_", "_b_-2", "_", "index-2", "小明"];
        assert_eq!(names(&all), wanted.map(|name| format!("{name}.html")));
    }
}
