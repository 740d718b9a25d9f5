//! `labs`: the built-in labs.

use crate::say::{Context, Exit, Failure, print};
use crate::table;
use base::Lang;

/// Lists them.
pub fn run(context: &Context) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    for name in lab::gallery::names() {
        let parsed = lab::gallery::text(name).map(|text| lab::read_lab(text.as_bytes(), name));
        let title = match parsed {
            Some(Ok(lab)) => match context.lang {
                Lang::En => lab.title.en,
                Lang::Zh => lab.title.zh,
            },
            _ => return Err(Failure::cannot(format!("the built-in lab {name} is broken"))),
        };
        rows.push(vec![name.to_owned(), title]);
    }
    if context.json {
        let labs: Vec<_> =
            rows.iter().map(|row| serde_json::json!({ "name": row[0], "title": row[1] })).collect();
        print(&format!("{}\n", serde_json::json!(labs)))?;
    } else {
        print(&table::render(&["LAB", "TITLE"], &rows))?;
    }
    Ok(Exit::DONE)
}
