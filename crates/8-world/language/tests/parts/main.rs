//! Parts of a lab from elsewhere: other files, variables and a student's draws.

mod includes;
mod variables;

use std::collections::BTreeMap;

use base::Lang;
use catenet_language::{Diagnostic, Lab, Options, parse_bytes, render};

fn read_for(text: &str, given: &[(&str, &str)]) -> Result<Lab, Vec<Diagnostic>> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = Options { variables: given.collect::<BTreeMap<_, _>>(), ..Options::default() };
    parse_bytes(text.as_bytes(), "lab.toml", &options)
}

fn read(text: &str) -> Lab {
    read_for(text, &[]).unwrap_or_else(|mistakes| panic!("{}\n{text}", render(&mistakes, Lang::En)))
}

fn only(result: Result<Lab, Vec<Diagnostic>>) -> Diagnostic {
    let mut mistakes = result.expect_err("a mistake");
    assert_eq!(mistakes.len(), 1, "{}", render(&mistakes, Lang::En));
    mistakes.remove(0)
}

/// What the caret marks.
fn marked(found: &Diagnostic) -> String {
    let place = &found.place;
    place.source.chars().skip(place.column - 1).take(place.width).collect()
}
