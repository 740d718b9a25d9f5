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

/// One direction of a TCP conversation: jack (empty: every jack of the capture), from, to.
type Direction = (String, String, String);

/// Frames and their octets.
type Counts = BTreeMap<Direction, (u64, u64)>;

/// Where the count of TCP conversations that `catenet test --json` gives differs from tshark's.
/// `None` when `output` holds no such count.
pub(super) fn miscounts(capture: &Path, output: &str) -> Result<Option<Vec<String>>, Failure> {
    let Some(ours) = our_count(output) else { return Ok(None) };
    let by_jack = ours.keys().any(|(jack, ..)| !jack.is_empty());
    let columns =
        ["frame.interface_name", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "frame.len"];
    // An ICMP error quotes a TCP header, but is no segment.
    let text = fields(capture, "tcp && !icmp", &columns)?;
    let mut theirs = Counts::new();
    text.lines().for_each(|line| add(&mut theirs, line, by_jack));
    let mut all: Vec<&Direction> = ours.keys().chain(theirs.keys()).collect();
    all.sort();
    all.dedup();
    Ok(Some(all.into_iter().filter_map(|one| disagreement(one, &ours, &theirs)).collect()))
}

fn disagreement(one: &Direction, ours: &Counts, theirs: &Counts) -> Option<String> {
    let (we, they) = (ours.get(one).unwrap_or(&(0, 0)), theirs.get(one).unwrap_or(&(0, 0)));
    let (jack, from, to) = one;
    (we != they).then(|| {
        format!("{jack} {from} -> {to}: we count {we:?}, tshark {they:?} (frames, octets)")
    })
}

fn add(counts: &mut Counts, line: &str, by_jack: bool) {
    let columns: Vec<&str> = line.split('\t').collect();
    let &[jack, source, source_port, destination, destination_port, length] = columns.as_slice()
    else {
        return;
    };
    let jack = if by_jack { jack.to_owned() } else { String::new() };
    let from = format!("{source}:{source_port}");
    let to = format!("{destination}:{destination_port}");
    let (frames, octets) = counts.entry((jack, from, to)).or_default();
    *frames += 1;
    *octets += length.parse::<u64>().unwrap_or_default();
}

/// The conversations that the command printed, in any of its objects:
/// `"conversations": [{"a": "10.0.1.11:49152", "b": "10.0.2.80:80", "a_to_b": {"packets": 6,
/// "bytes": 540}, "b_to_a": {..}}, ..]`, each with `"jack"` where it is counted by jack.
fn our_count(output: &str) -> Option<Counts> {
    let values = serde_json::Deserializer::from_str(output).into_iter::<Value>();
    let found = values
        .map_while(Result::ok)
        .find_map(|value| value.get("conversations").and_then(Value::as_array).cloned())?;
    let mut counts = Counts::new();
    for entry in &found {
        let word = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let jack = word("jack").unwrap_or_default();
        let (a, b) = (word("a")?, word("b")?);
        put(&mut counts, (jack.clone(), a.clone(), b.clone()), entry.get("a_to_b")?)?;
        put(&mut counts, (jack, b, a), entry.get("b_to_a")?)?;
    }
    Some(counts)
}

/// A direction in which nothing moved is no direction: tshark never saw it.
fn put(counts: &mut Counts, direction: Direction, moved: &Value) -> Option<()> {
    let number = |key: &str| moved.get(key)?.as_u64();
    let (frames, octets) = (number("packets")?, number("bytes")?);
    if frames > 0 {
        counts.insert(direction, (frames, octets));
    }
    Some(())
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
            {"conversations": [{"a": "a:1", "b": "b:80", "a_to_b": {"packets": 2, "bytes": 120},
            "b_to_a": {"packets": 0, "bytes": 0}}]}"#;
        let ours = our_count(output).unwrap();
        assert_eq!(ours.len(), 1);
        let mut theirs = Counts::new();
        add(&mut theirs, "pc1.eth0\ta\t1\tb\t80\t60", false);
        let one = (String::new(), "a:1".to_owned(), "b:80".to_owned());
        assert!(disagreement(&one, &ours, &theirs).is_some());
        add(&mut theirs, "r1.lan\ta\t1\tb\t80\t60", false);
        assert_eq!(disagreement(&one, &ours, &theirs), None);
        assert_eq!(our_count("{\"seed\": 7}"), None);
    }

    #[test]
    fn a_count_by_jack_is_compared_by_jack() {
        let mut theirs = Counts::new();
        add(&mut theirs, "pc1.eth0\ta\t1\tb\t80\t60", true);
        add(&mut theirs, "r1.lan\ta\t1\tb\t80\t60", true);
        assert_eq!(theirs.len(), 2);
    }
}
