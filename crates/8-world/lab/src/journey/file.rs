//! What a capture file of ours still knows of a packet, without the lab that it comes from.
//!
//! Interfaces are jacks (`pc1.eth0`), and each frame's first comment names its packet (`pc1:15`, or
//! `r1:4 from pc1:15`); a loss has its reason in another. Other reasons are not in a file. What a
//! device is, its jacks tell: a switch's are numbers, and who passes a packet on is a router.

use super::known::{Cause, Kind, Known, Sight};
use base::Instant;
use capture::reader::{File, Read};
use language::Text;
use language::diagnostic::{counted, text};
use sim::Direction;
use std::collections::BTreeSet;
use trace::ReasonInfo;

/// What a file knows of the packet of its frame with this number, from 1.
///
/// # Errors
/// No such frame, or a frame that no catenet has named.
pub fn known(file: &File, number: usize) -> Result<Known, Text> {
    let frame = number.checked_sub(1).and_then(|index| file.packets.get(index));
    let frame = frame.ok_or_else(|| {
        let count = file.packets.len();
        text(
            format!(
                "the file has {}, numbered from 1; there is no frame {number}",
                counted(count, "frame", "frames")
            ),
            format!("文件中有 {count} 帧, 编号从 1 开始; 没有第 {number} 帧"),
        )
    })?;
    let (packet, parent) = named(frame).ok_or_else(|| {
        text(
            format!("frame {number} has no comment that names its packet: it is not from a capture of catenet"),
            format!("第 {number} 帧没有注明所属的包: 它不是 catenet 抓取的"),
        )
    })?;
    let mut known = Known {
        origin: packet.rsplit_once(':').map_or("", |(origin, _)| origin).to_owned(),
        packet: packet.to_owned(),
        parent: parent.map(str::to_owned),
        whole: !file.cut,
        ..Known::default()
    };
    let epoch = file.packets.iter().map(|frame| frame.nanos).min().unwrap_or(0);
    let mut children = BTreeSet::new();
    for (index, frame) in file.packets.iter().enumerate() {
        match named(frame) {
            Some((name, _)) if name == packet => {
                known.sights.extend(sight(file, frame, index as u64 + 1, epoch));
            }
            Some((name, Some(from))) if from == packet => {
                children.insert(name.to_owned());
            }
            _ => {}
        }
    }
    known.children = children.into_iter().collect();
    find_routers(&mut known.sights);
    Ok(known)
}

/// The packet that a frame's comment names, and the one that this was made from.
fn named(frame: &Read) -> Option<(&str, Option<&str>)> {
    let comment = frame.comments.first()?;
    let (packet, parent) = match comment.split_once(" from ") {
        Some((packet, parent)) => (packet, Some(parent)),
        None => (comment.as_str(), None),
    };
    let (origin, count) = packet.rsplit_once(':')?;
    let good = !origin.is_empty() && count.parse::<u32>().is_ok() && !packet.contains(' ');
    good.then_some((packet, parent))
}

/// The cable that an interface's description names.
fn cable_of(description: &str) -> Option<&str> {
    description.split_once("(jack of cable ")?.1.strip_suffix(')')
}

fn sight(file: &File, frame: &Read, number: u64, epoch: u64) -> Option<Sight> {
    let interface = file.interfaces.get(frame.interface)?;
    let (node, jack) = interface.name.split_once('.')?;
    let link = cable_of(&interface.description);
    let other = file.interfaces.iter().find(|other| {
        link.is_some() && cable_of(&other.description) == link && other.name != interface.name
    });
    let of_switch = jack.bytes().all(|octet| octet.is_ascii_digit());
    Some(Sight {
        sequence: number,
        time: Instant::from_nanos(frame.nanos - epoch),
        node: node.to_owned(),
        kind: if of_switch { Kind::Switch } else { Kind::Host },
        jack: jack.to_owned(),
        link: link.map(str::to_owned),
        peer: other
            .and_then(|other| other.name.split_once('.'))
            .map(|(node, _)| node.to_owned())
            .or_else(|| far_end(link?, node)),
        direction: if frame.outbound? { Direction::Out } else { Direction::In },
        octets: frame.octets.clone(),
        dropped: frame.comments.iter().find_map(|comment| cause(comment)),
    })
}

/// A cable without a name of its own is called after its ends: `pc1--office`.
fn far_end(link: &str, node: &str) -> Option<String> {
    let (a, b) = link.split_once("--")?;
    let b = b.split('/').next().unwrap_or(b);
    match (a == node, b == node) {
        (true, _) => Some(b.to_owned()),
        (_, true) => Some(a.to_owned()),
        _ => None,
    }
}

fn find_routers(sights: &mut [Sight]) {
    let nodes = |direction| -> BTreeSet<String> {
        let those = sights.iter().filter(|sight| sight.direction == direction);
        those.map(|sight| sight.node.clone()).collect()
    };
    let (into, out) = (nodes(Direction::In), nodes(Direction::Out));
    for sight in sights {
        let passes = into.contains(&sight.node) && out.contains(&sight.node);
        if passes && sight.kind == Kind::Host {
            sight.kind = Kind::Router;
        }
    }
}

/// `dropped (cable_loss): The cable lost the frame ..`
fn cause(comment: &str) -> Option<Cause> {
    let (head, sentence) = comment.split_once("): ")?;
    let (_, name) = head.split_once('(')?;
    let reason = crate::reasons().into_iter().find(|reason| reason.name == name)?;
    let zh = translate(reason, sentence).unwrap_or_else(|| sentence.to_owned());
    Some(Cause::told(reason, Text { en: sentence.to_owned(), zh }))
}

/// The Chinese sentence of a reason whose English one is known: the numbers are read out of it.
fn translate(reason: &ReasonInfo, sentence: &str) -> Option<String> {
    let mut values = Vec::new();
    let mut parts = reason.en.split('{');
    let mut rest = sentence.strip_prefix(parts.next()?)?;
    for part in parts {
        let (name, after) = part.split_once('}')?;
        let end = if after.is_empty() { rest.len() } else { rest.find(after)? };
        values.push((name, &rest[..end]));
        rest = &rest[end + after.len()..];
    }
    let mut zh = reason.zh.to_owned();
    for (name, value) in values {
        zh = zh.replace(&format!("{{{name}}}"), value);
    }
    Some(zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_in_a_file_is_told_in_both_languages() {
        let comment = "dropped (cable_too_long): The packet has 1500 octets, and the cable carries at most 576: it is lost.";
        let cause = cause(comment).expect("a reason");
        assert!(cause.on_cable && cause.text.zh.contains("1500") && cause.text.zh.contains("576"));
        assert!(!cause.text.zh.contains('{'));
        assert!(super::cause("dropped (no_such_reason): x").is_none());
        assert!(super::cause("3 frames before this one were missed").is_none());
    }
}
