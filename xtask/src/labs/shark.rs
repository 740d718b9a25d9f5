//! What tshark says of a capture. It is told to verify the checksums of IP, TCP and UDP, to
//! resolve no name, and to read nobody's preferences.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::peers;
use crate::shell::{self, Failure};
use crate::workspace;

/// Frames that no honest machine sends.
const WRONG: &str = "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || \
                     udp.checksum.status == 0 || icmp.checksum.status == 0";

/// Words by which the comment of a frame says that a cable spoiled it on purpose.
const SPOILED: &[&str] = &["corrupt", "flipped"];

/// At most so many complaints are shown for a capture: one bug makes thousands.
const SHOWN: usize = 5;

/// How many frames of the captures match a display filter.
pub(super) fn count(captures: &[PathBuf], filter: &str) -> Result<usize, Failure> {
    let mut count = 0;
    for capture in captures {
        count += fields(capture, filter, &["frame.number"])?.lines().count();
    }
    Ok(count)
}

/// Malformed frames and wrong checksums, except where the trace says that a cable did it.
pub(super) fn complaints(captures: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let mut complaints = Vec::new();
    for capture in captures {
        let text = fields(capture, WRONG, &["frame.number", "frame.comment", "_ws.col.Info"])?;
        let honest: Vec<&str> = text.lines().filter(|line| !is_spoiled(line)).collect();
        for line in honest.iter().take(SHOWN) {
            complaints.push(format!("{}: frame {line}", capture.display()));
        }
        if honest.len() > SHOWN {
            complaints.push(format!("{}: and {} more", capture.display(), honest.len() - SHOWN));
        }
    }
    Ok(complaints)
}

/// Whether the comment column of a line of [`complaints`] tells of a spoiled frame.
fn is_spoiled(line: &str) -> bool {
    let comment = line.split('\t').nth(1).unwrap_or_default().to_lowercase();
    SPOILED.iter().any(|word| comment.contains(word))
}

/// The numbers in the packets that are drawn by chance.
pub(super) fn chosen_by_chance(captures: &[PathBuf]) -> Result<String, Failure> {
    let drawn = ["tcp.seq_raw", "tcp.srcport", "udp.srcport", "dns.id", "icmp.ident"];
    captures.iter().map(|capture| fields(capture, "frame", &drawn)).collect()
}

/// A direction of a TCP conversation: (from, to) -> (packets, bytes of frames).
type Conversations = BTreeMap<(String, String), (u64, u64)>;

/// Where the count of TCP conversations that `catenet test --json` gives differs from tshark's.
/// Without such a count in `output` nothing is compared.
pub(super) fn miscounts(captures: &[PathBuf], output: &str) -> Result<Vec<String>, Failure> {
    let Some(ours) = our_count(output) else { return Ok(Vec::new()) };
    let mut theirs = Conversations::new();
    for capture in captures {
        let columns = ["ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "frame.len"];
        let text = fields(capture, "tcp && !icmp", &columns)?;
        text.lines().for_each(|line| add(&mut theirs, line));
    }
    let mut all: Vec<_> = ours.keys().chain(theirs.keys()).collect();
    all.sort();
    all.dedup();
    Ok(all.into_iter().filter_map(|pair| disagreement(pair, &ours, &theirs)).collect())
}

fn disagreement(
    pair: &(String, String),
    ours: &Conversations,
    theirs: &Conversations,
) -> Option<String> {
    let zero = (0, 0);
    let (we, they) = (ours.get(pair).unwrap_or(&zero), theirs.get(pair).unwrap_or(&zero));
    (we != they).then(|| {
        format!("{} -> {}: we count {we:?}, tshark {they:?} (packets, bytes)", pair.0, pair.1)
    })
}

fn add(conversations: &mut Conversations, line: &str) {
    let columns: Vec<&str> = line.split('\t').collect();
    let &[source, source_port, destination, destination_port, length] = columns.as_slice() else {
        return;
    };
    let pair = (format!("{source}:{source_port}"), format!("{destination}:{destination_port}"));
    let (packets, bytes) = conversations.entry(pair).or_default();
    *packets += 1;
    *bytes += length.parse::<u64>().unwrap_or_default();
}

/// `"tcp_conversations": [{"from": "10.0.1.11:49152", "to": "10.0.2.80:80", "packets": 6,
/// "bytes": 540}, ..]` in any object that the command printed: one entry a direction.
fn our_count(output: &str) -> Option<Conversations> {
    let values = serde_json::Deserializer::from_str(output).into_iter::<Value>();
    let found = values
        .map_while(Result::ok)
        .find_map(|value| value.get("tcp_conversations").and_then(Value::as_array).cloned())?;
    found.iter().map(direction).collect()
}

fn direction(entry: &Value) -> Option<((String, String), (u64, u64))> {
    let end = |key: &str| Some(entry.get(key)?.as_str()?.to_owned());
    let number = |key: &str| entry.get(key)?.as_u64();
    Some(((end("from")?, end("to")?), (number("packets")?, number("bytes")?)))
}

fn fields(capture: &Path, filter: &str, columns: &[&str]) -> Result<String, Failure> {
    let program = peers::find("tshark").ok_or_else(|| Failure::new("tshark is not here"))?;
    let mut command = Command::new(program);
    command.arg("-n").arg("-r").arg(capture).env("HOME", workspace::target()?);
    for layer in ["ip", "tcp", "udp"] {
        command.args(["-o", &format!("{layer}.check_checksum:TRUE")]);
    }
    command.args(["-Y", filter, "-T", "fields"]);
    for column in columns {
        command.args(["-e", column]);
    }
    shell::capture(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_comment_excuses_a_frame() {
        assert!(is_spoiled("12\tcable_flipped_bits: 2 bits\tTCP"));
        assert!(!is_spoiled("12\t\tcorrupt TCP"));
        assert!(!is_spoiled("12\tpc1:4\tTCP"));
    }

    #[test]
    fn a_packet_too_few_is_a_miscount() {
        let output = r#"{"seed": 7}
            {"tcp_conversations": [{"from": "a:1", "to": "b:80", "packets": 2, "bytes": 120}]}"#;
        let ours = our_count(output).unwrap();
        let mut theirs = Conversations::new();
        add(&mut theirs, "a\t1\tb\t80\t60");
        let pair = ("a:1".to_owned(), "b:80".to_owned());
        assert!(disagreement(&pair, &ours, &theirs).is_some());
        add(&mut theirs, "a\t1\tb\t80\t60");
        assert_eq!(disagreement(&pair, &ours, &theirs), None);
        assert_eq!(our_count("{\"seed\": 7}"), None);
    }
}
