//! `set`, `cut`, `mend`, `power`: one verb line to the service, which knows the grammar.

use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure};
use service::api::Do;

/// Sends `verb words ..`.
pub fn run(context: &Context, verb: &str, words: &[String]) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let line = format!("{verb} {}", words.join(" "));
        client.post(&format!("/labs/{lab}/do"), &Do { line }).await?;
        Ok(Exit::DONE)
    })
}
