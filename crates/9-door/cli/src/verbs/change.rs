//! `set`, `cut`, `mend`, `power`: one verb line to the service, which knows the grammar.

use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure};
use service::api::Do;

/// Sends `verb words ..`.
pub fn run(context: &Context, verb: &str, words: &[String]) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let line = format!("{verb} {}", words.join(" "));
        client.post(&format!("/labs/{lab}/do"), &Do { line }).await?;
        Ok(Exit::DONE)
    })
}

/// The word as a verb line needs it: what the shell took as one word (`reorder="1% 5ms"`) stays one.
fn quoted(word: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !"'\"\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}
