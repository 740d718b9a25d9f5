//! `logs`: what programs have printed, and what they print from now on.

use crate::args::Logs;
use crate::client::{self, Client, End, block_on};
use crate::say::{Context, Exit, Failure};
use hyper::Method;
use language::diagnostic::counted;
use service::api::LogNews;
use std::io::Write;

/// Prints what is kept; with `-f` goes on until Ctrl-C.
pub fn run(context: &Context, logs: &Logs) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let node = logs.node.as_deref().map(|node| format!("&node={}", client::encode(node)));
        let path = format!("/labs/{lab}/logs?follow={}{}", logs.follow, node.unwrap_or_default());
        let response = client.send(Method::GET, &path, Vec::new()).await?;
        let end = client::lines(response, |line| {
            let text = if context.json { line.to_owned() } else { human(context, line)? };
            Ok(writeln!(std::io::stdout(), "{text}").is_ok())
        });
        match end.await? {
            End::Enough | End::Over => Ok(Exit::DONE),
            End::Lost => Err(Failure::cannot(context.say("the service is gone", "服务已消失"))),
        }
    })
}

fn human(context: &Context, line: &str) -> Result<String, Failure> {
    let news = serde_json::from_str(line).map_err(|error| Failure::cannot(error.to_string()))?;
    let line = match news {
        LogNews::Line(line) => line,
        LogNews::Missed { missed } => {
            let en = format!(
                "-- {} gone",
                counted(missed, "piece of output is", "pieces of output are")
            );
            return Ok(context.say(&en, &format!("-- {missed} 段输出已丢失")));
        }
    };
    // A label says the machine where nobody chose another.
    let who = match line.label.split_once('/') {
        Some((node, _)) if node == line.node => line.label,
        _ => format!("{}/{}", line.node, line.label),
    };
    let text = match line.stream.as_str() {
        "exit" => context.say(
            &format!("-- ended with {}", line.text),
            &format!("-- 结束, 退出码 {}", line.text),
        ),
        _ => line.text,
    };
    Ok(format!("{:>12.6} {who:<16} {text}", line.seconds))
}
