//! The verbs about single frames: what befalls the next frame of a cable, or the third from now.
//!
//! ```text
//! lose LINK [from NODE] [N]          double LINK [from NODE] [N]
//! hold LINK [from NODE] [N] SPAN     damage LINK [from NODE] [N]
//! ```
//!
//! `N` counts the frames that are handed to the cable from now on: 1, which may be left out, is the next
//! one. `from NODE` counts those that this end sends; `LINK.forward` and `LINK.reverse` say the same by
//! the cable's ends, as in `set`. Without either, one frame in each direction meets the mishap.

use crate::command::Word;
use crate::diagnostic::{Complaint, text};
use crate::quantity;
use crate::verb::{Verb, Way, incomplete};
use sim::Mishap;

/// The names of these verbs.
pub(crate) const MISHAP_VERBS: &[&str] = &["lose", "hold", "double", "damage"];

/// Whose frames are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those in this direction.
    Way(Way),
    /// Those that this end sends.
    From(String),
}

/// Reads `lose`, `hold`, `double` or `damage`.
pub(crate) fn parse(verb: &Word, rest: &[Word]) -> Result<Verb, Complaint> {
    let form = match verb.word.as_str() {
        "hold" => "hold LINK [from NODE] [N] 20ms",
        "double" => "double LINK [from NODE] [N]",
        "damage" => "damage LINK [from NODE] [N]",
        _ => "lose LINK [from NODE] [N]",
    };
    let Some((link, rest)) = rest.split_first() else { return Err(incomplete(verb, form)) };
    let (link, way) = directed(&link.word);
    let (side, rest) = match rest {
        [from, node, rest @ ..] if from.word == "from" => {
            if way != Way::Both {
                return Err(incomplete(verb, form));
            }
            (Side::From(node.word.clone()), rest)
        }
        rest => (Side::Way(way), rest),
    };
    let (mishap, rest) = match (verb.word.as_str(), rest) {
        ("hold", [rest @ .., span]) => (held(span)?, rest),
        ("hold", []) => return Err(incomplete(verb, form)),
        ("double", rest) => (Mishap::Double, rest),
        ("damage", rest) => (Mishap::Damage, rest),
        (_, rest) => (Mishap::Lose, rest),
    };
    let nth = match rest {
        [] => 1,
        [number] => nth(number)?,
        _ => return Err(incomplete(verb, form)),
    };
    Ok(Verb::Befall { link: link.to_owned(), side, nth, mishap })
}

/// `uplink.reverse` is one direction of `uplink`.
fn directed(link: &str) -> (&str, Way) {
    match link.rsplit_once('.') {
        Some((link, "forward")) => (link, Way::Forward),
        Some((link, "reverse")) => (link, Way::Reverse),
        _ => (link, Way::Both),
    }
}

fn held(span: &Word) -> Result<Mishap, Complaint> {
    let by = quantity::parse_duration(&span.word);
    let by = by.map_err(|complaint| Complaint { at: span.at.clone(), ..complaint })?;
    if by.is_zero() {
        return Err(Complaint::new(
            "out-of-range",
            span.at.clone(),
            text("held back by nothing", "扣留时间为零"),
        )
        .help(text("write a time, such as `20ms`", "写一个时间, 例如 `20ms`")));
    }
    Ok(Mishap::Hold { by_ns: by.as_nanos() })
}

fn nth(number: &Word) -> Result<u64, Complaint> {
    match number.word.parse() {
        Ok(nth @ 1..) => Ok(nth),
        _ => Err(Complaint::new(
            "bad-number",
            number.at.clone(),
            text(
                format!("`{}` is not the number of a frame", number.word),
                format!("`{}` 不是帧的序号", number.word),
            ),
        )
        .label(text("1 is the next frame, 2 the one after it", "1 是下一帧, 2 是再下一帧"))),
    }
}

/// The verb line that says so: what `parse` reads.
pub fn mishap_line(link: &str, from: &str, nth: u64, mishap: Mishap) -> String {
    let (verb, span) = match mishap {
        Mishap::Lose => ("lose", String::new()),
        Mishap::Double => ("double", String::new()),
        Mishap::Damage => ("damage", String::new()),
        Mishap::Hold { by_ns } => {
            let span = quantity::show_duration(base::Duration::from_nanos(by_ns));
            ("hold", format!(" {span}"))
        }
    };
    format!("{verb} {link} from {from} {nth}{span}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::KNOWN_PROGRAMS;

    fn parse(line: &str) -> Result<Verb, Complaint> {
        Verb::parse(line, KNOWN_PROGRAMS)
    }

    fn befall(side: Side, nth: u64, mishap: Mishap) -> Result<Verb, Complaint> {
        Ok(Verb::Befall { link: "up".into(), side, nth, mishap })
    }

    #[test]
    fn reads_every_form() {
        let from = || Side::From("pc1".into());
        let hold = Mishap::Hold { by_ns: 20_000_000 };
        assert_eq!(parse("lose up"), befall(Side::Way(Way::Both), 1, Mishap::Lose));
        assert_eq!(parse("lose up 7"), befall(Side::Way(Way::Both), 7, Mishap::Lose));
        assert_eq!(parse("double up.forward"), befall(Side::Way(Way::Forward), 1, Mishap::Double));
        assert_eq!(parse("hold up.reverse 2 20ms"), befall(Side::Way(Way::Reverse), 2, hold));
        assert_eq!(parse("hold up from pc1 20ms"), befall(from(), 1, hold));
        assert_eq!(parse("damage up from pc1 3"), befall(from(), 3, Mishap::Damage));
        for mishap in [Mishap::Lose, Mishap::Double, Mishap::Damage, hold] {
            assert_eq!(parse(&mishap_line("up", "pc1", 3, mishap)), befall(from(), 3, mishap));
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        let at = |line: &str| parse(line).err().map(|c| (c.code, line[c.at].to_owned()));
        assert_eq!(at("lose"), Some(("bad-verb", "lose".into())));
        assert_eq!(at("lose up 0"), Some(("bad-number", "0".into())));
        assert_eq!(at("lose up -1"), Some(("bad-number", "-1".into())));
        assert_eq!(at("lose up 1 2"), Some(("bad-verb", "lose".into())));
        assert_eq!(at("lose up.forward from pc1"), Some(("bad-verb", "lose".into())));
        assert_eq!(at("hold up"), Some(("bad-verb", "hold".into())));
        assert_eq!(at("hold up 3"), Some(("missing-unit", "3".into())));
        assert_eq!(at("hold up 0ms"), Some(("out-of-range", "0ms".into())));
        assert_eq!(at("lsoe up"), Some(("unknown-verb", "lsoe".into())));
    }
}
