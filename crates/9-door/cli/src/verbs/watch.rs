//! `watch`: what happens, and why.

use crate::args::Watch;
use crate::client::{self, Client, End, block_on};
use crate::say::{Context, Exit, Failure};
use base::Lang;
use hyper::Method;
use language::diagnostic::counted;
use service::api::{EventLine, EventNews};
use std::io::Write;

/// Follows until Ctrl-C, or for so many events.
pub fn run(context: &Context, watch: &Watch) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let filter = watch.filter.as_deref().unwrap_or("");
        let path = format!("/labs/{lab}/events?filter={}", client::encode(filter));
        let response = client.send(Method::GET, &path, Vec::new()).await?;
        let mut left = watch.count;
        let end = client::lines(response, |line| {
            let text = if context.json { line.to_owned() } else { human(context, line)? };
            let shown = writeln!(std::io::stdout(), "{text}").is_ok();
            left = left.map(|left| left.saturating_sub(1));
            Ok(shown && left != Some(0))
        })
        .await?;
        match end {
            End::Enough | End::Over => Ok(Exit::DONE),
            End::Lost => Err(Failure::cannot(context.say("the service is gone", "服务已消失"))),
        }
    })
}

fn human(context: &Context, line: &str) -> Result<String, Failure> {
    let news = serde_json::from_str(line).map_err(|error| Failure::cannot(error.to_string()))?;
    Ok(match news {
        EventNews::Event(event) => event_text(context, &event),
        EventNews::Missed { missed } => {
            let en = format!(
                "-- {} missed: this reader was too slow",
                counted(missed, "event was", "events were")
            );
            context.say(&en, &format!("-- 读得太慢, 错过了 {missed} 个事件"))
        }
    })
}

/// An event on one line.
pub fn event_text(context: &Context, event: &EventLine) -> String {
    let sentence = match context.lang {
        Lang::En => &event.en,
        Lang::Zh => &event.zh,
    };
    let node = &event.node;
    let place =
        if event.place.is_empty() { node.clone() } else { format!("{node}.{}", event.place) };
    format!("{:>12.6} {place:<12} {:<10} {:<24} {sentence}", event.time, event.packet, event.reason)
}
