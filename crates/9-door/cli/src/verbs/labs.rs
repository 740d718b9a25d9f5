//! `labs`: the built-in labs, and the lessons played in them.

use super::lessons;
use crate::say::{Context, Exit, Failure, called_as, print};
use crate::table;

/// Lists them.
pub fn run(context: &Context) -> Result<Exit, Failure> {
    let lessons = lessons::all(context)?;
    let mut labs = Vec::new();
    for name in lab::gallery::names() {
        let text = lab::gallery::text(name).unwrap_or_default();
        let read = lab::read_lab(text.as_bytes(), name);
        labs.push(read.map_err(|found| Failure::cannot(language::render(&found, context.lang)))?);
    }
    if context.json {
        let line = |lab: &language::Lab| {
            let played = lessons.iter().filter(|lesson| lesson.lab == lab.name);
            let played: Vec<&str> = played.map(|lesson| lesson.name.as_str()).collect();
            let (title, about) = (lab.title.get(context.lang), lab.about.get(context.lang));
            serde_json::json!({ "name": lab.name, "title": title, "about": about, "lessons": played })
        };
        let labs: Vec<_> = labs.iter().map(line).collect();
        print(&format!("{}\n", serde_json::json!(labs)))?;
        return Ok(Exit::DONE);
    }
    let row = |lab: &language::Lab| vec![lab.name.clone(), lab.title.get(context.lang).to_owned()];
    let rows: Vec<Vec<String>> = labs.iter().map(row).collect();
    print(&table::render(&table::head(context.lang, ["LAB", "TITLE"], ["实验", "标题"]), &rows))?;
    let head = table::head(context.lang, ["LESSON", "LAB", "TITLE"], ["课文", "实验", "标题"]);
    print(&format!("\n{}", table::render(&head, &lessons::rows(context, &lessons))))?;
    let called = called_as();
    let last = context.say(
        &format!("read one: {called} lessons NAME"),
        &format!("读一篇: {called} lessons 名字"),
    );
    print(&format!("\n{last}\n"))?;
    Ok(Exit::DONE)
}
