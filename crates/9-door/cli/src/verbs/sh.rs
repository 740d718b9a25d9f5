//! `sh`: the shell of a machine, at our terminal or with our pipe as its input.
//!
//! ```text
//!   keys --typist (thread)--> lines, octets, Ctrl-D --HTTP--> sh -i on the machine
//!        <--bell--  screen    <--------------------- output
//! ```
//! At a terminal the shell is interactive: where its prompt comes, the line is edited here, with
//! history and completion; while a program runs, what is typed goes to that program. Without a
//! terminal it is `exec NODE -- sh`.

mod complete;
mod screen;
mod typist;

use super::exec::{self, Told};
use crate::args::{Exec, Sh};
use crate::client::{self, Client, End, block_on};
use crate::say::{Context, Exit, Failure};
use complete::Names;
use screen::Screen;
use service::api::{Exec as Request, LabView};
use std::cell::Cell;
use std::io::IsTerminal;
use std::rc::Rc;
use typist::{Modes, Typed, Typist};

/// The shell to its end; its exit code is ours.
pub fn run(context: &Context, sh: &Sh) -> Result<Exit, Failure> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return exec::ours(block_on(converse(context, &sh.node)));
    }
    exec::run(context, &Exec { node: sh.node.clone(), command: vec!["sh".to_owned()] })
}

async fn converse(context: &Context, node: &str) -> Result<Exit, Failure> {
    let client = Client::connect(context).await?;
    let lab = client.lab(context).await?;
    let names = Names::of(&client.get::<LabView>(&format!("/labs/{lab}")).await?);
    let argv = vec!["sh".to_owned(), "-i".to_owned()];
    let request = Request { node: node.to_owned(), argv, stdin: true };
    let response = client.post(&format!("/labs/{lab}/exec"), &request).await?;
    // From here on the terminal is ours, and given back as it was however this ends.
    let _modes = Modes::remember();
    let failed = |error: std::io::Error| Failure::cannot(error.to_string());
    let (typist, mut typed) = Typist::start(&format!("{node}# "), names).map_err(failed)?;
    let (process, code) = (Rc::new(Cell::new(None)), Cell::new(None));
    let mut screen = Screen::new(typist, process.clone());
    let told = Told::new(client, &lab, process);
    let reading = client::lines(response, |line| screen.news(line, &code));
    let typing = async {
        while let Some(Typed(octets)) = typed.recv().await {
            told.tell("stdin", octets).await;
        }
        core::future::pending().await
    };
    let end = tokio::select! {
        end = reading => end?,
        // Neither ends before the shell does.
        () = typing => End::Lost,
        failed = interrupts(&told) => failed.map(|()| End::Lost)?,
    };
    exec::ended(context, code.get(), end)
}

/// Passes Ctrl-C on: the shell knows for whom it is.
async fn interrupts(told: &Told) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt =
        signal(SignalKind::interrupt()).map_err(|error| Failure::cannot(error.to_string()))?;
    loop {
        interrupt.recv().await;
        told.tell("interrupt", Vec::new()).await;
    }
}
