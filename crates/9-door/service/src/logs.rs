//! What programs print: what is kept of it, and then as it comes.
//!
//! Programs print in pieces; a line is told when it is whole, or when its program ends. A piece that
//! goes on without an end is cut at `LONGEST_LINE`.

use crate::answers::{Answer, OfLab};
use crate::api::{LogLine, LogNews};
use crate::extract::{Path, Query};
use crate::http::Service;
use crate::labs::RunningLab;
use crate::programs;
use crate::stream::{self, Made};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sim::{News, ProcessId, Record, Stream, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Octets of a line that has no end.
const LONGEST_LINE: usize = 16 << 10;
/// Entries of the log looked at in one turn.
const MOST_LOOKS: usize = 1024;
/// Octets made in one turn; the rest comes in the next.
const MOST_PER_TURN: usize = 256 << 10;
/// Programs whose unfinished lines are remembered; the oldest are told as they are.
const MOST_UNFINISHED: usize = 1024;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(read_logs))
}

/// Whose output.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wish {
    /// One machine's; none: everybody's.
    node: Option<String>,
    /// Go on with what is printed from now on?
    #[serde(default)]
    follow: bool,
}

/// What programs have printed, and how they ended
#[utoipa::path(get, path = "/labs/{lab}/logs", tag = "programs",
    params(("lab" = String, Path, description = "The lab's name."), Wish),
    responses((status = 200, description = "A LogNews a line; with `follow` without end.", body = LogNews,
        content_type = "application/x-ndjson"), OfLab))]
async fn read_logs(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(wish): Query<Wish>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    if let Some(node) = wish.node.as_deref().filter(|node| lab.lab.machine(node).is_none()) {
        return Err(programs::no_such_machine(&lab, node));
    }
    Ok(stream::answer("application/x-ndjson", logs(&lab, wish.node, wish.follow)))
}

fn logs(lab: &Arc<RunningLab>, node: Option<String>, follow: bool) -> Body {
    let mut reading = Reading { node, ..Reading::default() };
    let mut until = None;
    stream::body(lab, move |world| {
        let next = world.outputs().next();
        let end = next.min(*until.get_or_insert(next));
        reading.go_on(world);
        let text = std::mem::take(&mut reading.text);
        match (reading.cursor < world.outputs().next(), text.is_empty()) {
            (_, _) if !follow && reading.cursor >= end => Made::Last(text),
            (true, _) => Made::More(text),
            (false, true) => Made::Nothing,
            (false, false) => Made::Some(text),
        }
    })
}

/// How far somebody has read.
#[derive(Default)]
struct Reading {
    node: Option<String>,
    cursor: u64,
    /// Pieces of lines that have no end yet.
    unfinished: BTreeMap<(ProcessId, bool), Vec<u8>>,
    text: Vec<u8>,
}

impl Reading {
    fn go_on(&mut self, world: &World) {
        let outputs = world.outputs();
        // Where the lab went back, what is printed from there on is news.
        self.cursor = self.cursor.min(outputs.next());
        let missed = outputs.missed(self.cursor);
        // At the beginning there is no news in what has been forgotten for long.
        if missed > 0 && self.cursor > 0 {
            self.put(&LogNews::Missed { missed });
        }
        self.cursor += missed;
        for record in outputs.since(self.cursor).take(MOST_LOOKS) {
            if self.text.len() > MOST_PER_TURN {
                break;
            }
            self.cursor += 1;
            let process = outputs.process(record.process);
            let line = process.map(|process| LogLine {
                seconds: record.time.as_secs_f64(),
                node: world.name(process.node).to_owned(),
                label: process.label.clone(),
                process: record.process.0,
                stream: String::new(),
                text: String::new(),
            });
            if let Some(line) =
                line.filter(|line| self.node.as_ref().is_none_or(|node| *node == line.node))
            {
                self.record(record, &line);
            }
        }
    }

    fn record(&mut self, record: &Record, line: &LogLine) {
        match &record.news {
            News::Started => {}
            News::Printed(stream, octets) => {
                let key = (record.process, *stream == Stream::Stderr);
                let mut rest = self.unfinished.remove(&key).unwrap_or_default();
                rest.extend_from_slice(octets);
                let mut start = 0;
                while let Some(length) = end_of_line(&rest[start..]) {
                    self.line(line, key.1, &rest[start..start + length]);
                    start += length + usize::from(rest.get(start + length) == Some(&b'\n'));
                }
                rest.drain(..start);
                if !rest.is_empty() {
                    self.unfinished.insert(key, rest);
                    self.bound(line);
                }
            }
            News::Ended(code) => {
                for stderr in [false, true] {
                    if let Some(rest) = self.unfinished.remove(&(record.process, stderr)) {
                        self.line(line, stderr, &rest);
                    }
                }
                let (stream, text) = ("exit".to_owned(), code.to_string());
                self.put(&LogNews::Line(LogLine { stream, text, ..line.clone() }));
            }
        }
    }

    /// Forgets the oldest program's piece when there are too many: its end was missed, most likely.
    fn bound(&mut self, line: &LogLine) {
        if self.unfinished.len() > MOST_UNFINISHED
            && let Some(((process, stderr), rest)) = self.unfinished.pop_first()
        {
            self.line(&LogLine { process: process.0, ..line.clone() }, stderr, &rest);
        }
    }

    fn line(&mut self, line: &LogLine, stderr: bool, octets: &[u8]) {
        let stream = if stderr { "stderr" } else { "stdout" }.to_owned();
        let text = String::from_utf8_lossy(octets).trim_end_matches('\r').to_owned();
        self.put(&LogNews::Line(LogLine { stream, text, ..line.clone() }));
    }

    fn put(&mut self, news: &LogNews) {
        // Plain data always has a JSON form.
        if let Ok(json) = serde_json::to_vec(news) {
            self.text.extend_from_slice(&json);
            self.text.push(b'\n');
        }
    }
}

/// How long the first line is, if it is whole or too long to wait for.
fn end_of_line(octets: &[u8]) -> Option<usize> {
    let end = octets.iter().take(LONGEST_LINE).position(|&octet| octet == b'\n');
    end.or((octets.len() >= LONGEST_LINE).then_some(LONGEST_LINE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::booted;

    const TALK: &str = r#"lab = "talk"
[networks]
lan = "10.0.0.0/24"
[hosts]
a = { net = "lan", run = { do = "ping -c 1 10.0.0.2", label = "once" } }
b = { net = "lan", run = "no-such-option --x" }
"#;

    async fn read(lab: &Arc<RunningLab>, node: Option<&str>) -> Vec<LogNews> {
        let octets = axum::body::to_bytes(logs(lab, node.map(str::to_owned), false), 1 << 20).await;
        let text = String::from_utf8(octets.expect("a body").to_vec()).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a line")).collect()
    }

    #[tokio::test]
    async fn whole_lines_are_told_and_ends_with_their_code() {
        let text = TALK.replace("no-such-option --x", "curl");
        let (_service, lab) = booted(&text);
        let mut lines = Vec::new();
        for _ in 0..200 {
            lines = read(&lab, Some("a")).await;
            if lines.iter().any(|news| matches!(news, LogNews::Line(line) if line.stream == "exit"))
            {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let said: Vec<(String, String)> = lines
            .into_iter()
            .map(|news| match news {
                LogNews::Line(line) => {
                    assert_eq!((line.node.as_str(), line.label.as_str()), ("a", "once"));
                    (line.stream, line.text)
                }
                LogNews::Missed { missed } => panic!("{missed} missed"),
            })
            .collect();
        assert_eq!(said.last(), Some(&("exit".to_owned(), "0".to_owned())));
        assert!(said.iter().any(|(_, text)| text.contains("icmp_seq=1")), "{said:?}");
        assert!(said.iter().all(|(_, text)| !text.contains('\n')), "{said:?}");
        let all = read(&lab, None).await;
        let complaint = |news: &LogNews| matches!(news, LogNews::Line(line) if line.node == "b" && line.stream == "stderr");
        assert!(all.iter().any(complaint), "{all:?}");
    }

    #[test]
    fn pieces_become_lines_and_an_endless_one_is_cut() {
        let mut reading = Reading::default();
        let line = LogLine {
            seconds: 0.0,
            node: "a".into(),
            label: "x".into(),
            process: 1,
            stream: String::new(),
            text: String::new(),
        };
        let endless = vec![b'x'; LONGEST_LINE + 3];
        for piece in [&b"on"[..], b"e\r\ntwo\n\nth", &endless] {
            let news = News::Printed(Stream::Stdout, piece.to_vec().into());
            let record = Record {
                time: base::Instant::ZERO,
                process: ProcessId(1),
                leader: ProcessId(1),
                news,
            };
            reading.record(&record, &line);
        }
        let text = String::from_utf8(reading.text).expect("UTF-8");
        let told: Vec<String> = text
            .lines()
            .map(|line| match serde_json::from_str(line).expect("a line") {
                LogNews::Line(line) => line.text,
                LogNews::Missed { missed } => panic!("{missed} missed"),
            })
            .collect();
        assert_eq!(told[..3], ["one", "two", ""]);
        assert_eq!(told[3].len(), LONGEST_LINE);
        assert_eq!(reading.unfinished[&(ProcessId(1), false)], b"xxxxx");
    }
}
