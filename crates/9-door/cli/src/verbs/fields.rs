//! `fields`: what filters may name, and what may be written next in one.

use crate::args::Fields;
use crate::say::{Context, Exit, Failure, print};
use crate::table;
use language::fields::{FIELDS, Field, describe};

/// Lists the fields whose names begin so, or completes a filter.
pub fn run(context: &Context, wish: &Fields) -> Result<Exit, Failure> {
    match &wish.complete {
        Some(text) => complete(context, text),
        None => list(context, wish.prefix.as_deref().unwrap_or("")),
    }
    .map(|()| Exit::DONE)
}

fn list(context: &Context, prefix: &str) -> Result<(), Failure> {
    let named = |field: &&Field| field.name.starts_with(prefix);
    let fields: Vec<&Field> = FIELDS.0.iter().filter(named).collect();
    if fields.is_empty() {
        // The same complaint as of a filter with that name.
        let why = match language::Filter::parse(prefix, FIELDS) {
            Err(complaint) => lab::seen::explain(complaint, prefix).get(context.lang).to_owned(),
            Ok(_) => prefix.to_owned(),
        };
        return Err(Failure::usage(why));
    }
    if context.json {
        let lines: Vec<_> = fields.into_iter().map(service::fields::line).collect();
        return print(&format!("{}\n", serde_json::json!(lines)));
    }
    let head = table::head(context.lang, ["FIELD", "TYPE", "WHAT IT IS"], ["字段", "类型", "含义"]);
    let rows: Vec<Vec<String>> = fields.into_iter().map(|field| row(context, field)).collect();
    print(&table::render(&head, &rows))
}

fn row(context: &Context, field: &Field) -> Vec<String> {
    let (kind, about) = (field.kind.word(), describe(field.name));
    let said = |text: &language::Text| text.get(context.lang).to_owned();
    vec![field.name.to_owned(), said(&kind), said(&about)]
}

/// The whole text with each word that may come next: what a shell's completion wants.
fn complete(context: &Context, text: &str) -> Result<(), Failure> {
    let lines =
        language::filter::complete(text, text.len(), &|_| Vec::new()).into_iter().map(|one| {
            let whole = format!("{}{}", text.get(..one.from).unwrap_or(""), one.text);
            format!("{whole}\t{}\n", one.note.get(context.lang))
        });
    print(&lines.collect::<String>())
}
