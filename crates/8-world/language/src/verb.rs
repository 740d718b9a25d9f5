//! The verbs that change a running lab: one grammar for `[[script]]` and for the command line.
//!
//! ```text
//! set LINK key=value..            plug NODE[.JACK] NETWORK
//! cut LINK    mend LINK           power NODE on|off|cycle
//! lose LINK [from NODE] [N]       and hold, double, damage: see `mishap`
//! exec [--label L] NODE -- PROGRAM ARGS
//! ```
//!
//! `set` changes both directions; `forward.loss=1%` and `reverse.loss=1%` change one. Here only the
//! words are understood; whether link, node and network exist is asked by [`Verb::check`].

use base::Duration;

use crate::command::{Word, parse_command, split_words};
use crate::diagnostic::{Complaint, Text, text};
use crate::mishap::{self, MISHAP_VERBS, Side};
use crate::model::{Lab, OneWay, Queue, Reorder};
use crate::nearest::nearest;
use crate::quantity;
use crate::time_verb::TIME_VERBS;

/// One change of a running lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Change what a cable does.
    Set {
        /// The cable, as written.
        link: String,
        /// What changes, in order.
        changes: Vec<(Way, Setting)>,
    },
    /// Unplug a cable.
    Cut {
        /// The cable, as written.
        link: String,
    },
    /// Plug it in again.
    Mend {
        /// The cable, as written.
        link: String,
    },
    /// A single frame meets a mishap.
    Befall {
        /// The cable, as written.
        link: String,
        /// Whose frames are counted.
        side: Side,
        /// Which frame from now on; 1 is the next.
        nth: u64,
        /// What befalls it.
        mishap: sim::Mishap,
    },
    /// Switch a node on or off.
    Power {
        /// The node.
        node: String,
        /// What happens to it.
        power: Power,
    },
    /// Move a machine's cable to another network.
    Plug {
        /// The machine.
        node: String,
        /// Its jack; the first without one.
        jack: Option<String>,
        /// The network's switch.
        network: String,
    },
    /// Start a program on a machine.
    Exec {
        /// The machine.
        node: String,
        /// The program.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// What `exit(..)` and `output(..)` call it.
        label: Option<String>,
    },
}

/// Which directions of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Both.
    Both,
    /// From `a` to `b`.
    Forward,
    /// From `b` to `a`.
    Reverse,
}

/// What happens to a node's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// On.
    On,
    /// Off.
    Off,
    /// Off and on again.
    Cycle,
}

/// One property of a cable with its new value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// Bits per second.
    Rate(u64),
    /// Propagation.
    Delay(Duration),
    /// Spread of the delay.
    Jitter(Duration),
    /// Share lost.
    Loss(f64),
    /// Frames held back.
    Reorder(Option<Reorder>),
    /// Share doubled.
    Duplicate(f64),
    /// Bit error rate.
    Corrupt(f64),
    /// The queue.
    Queue(Queue),
    /// Largest IP packet.
    Mtu(u16),
}

/// The names of settings.
pub(crate) const SETTINGS: &[&str] =
    &["rate", "delay", "jitter", "loss", "reorder", "duplicate", "corrupt", "queue", "mtu"];
/// A list of names that are there shows at most this many.
const MOST_LISTED: usize = 20;
const VERBS: &[&str] =
    &["set", "cut", "mend", "lose", "hold", "double", "damage", "power", "plug", "exec"];

impl Setting {
    /// Reads `key=value`; `None` if there is no such key.
    pub fn parse(key: &str, value: &str) -> Option<Result<Setting, Complaint>> {
        Some(match key {
            "rate" => quantity::parse_rate(value).map(Setting::Rate),
            "delay" => quantity::parse_duration(value).map(Setting::Delay),
            "jitter" => quantity::parse_duration(value).map(Setting::Jitter),
            "loss" => quantity::parse_share(value).map(Setting::Loss),
            "reorder" => quantity::parse_reorder(value).map(Setting::Reorder),
            "duplicate" => quantity::parse_share(value).map(Setting::Duplicate),
            "corrupt" => quantity::parse_share(value).map(Setting::Corrupt),
            "queue" => quantity::parse_queue(value).map(Setting::Queue),
            "mtu" => quantity::parse_mtu(value).map(Setting::Mtu),
            _ => return None,
        })
    }

    /// Puts the value into one direction of a cable.
    pub fn apply(self, to: &mut OneWay) {
        match self {
            Setting::Rate(rate) => to.rate_bps = rate,
            Setting::Delay(delay) => to.delay = delay,
            Setting::Jitter(jitter) => to.jitter = jitter,
            Setting::Loss(loss) => to.loss = loss,
            Setting::Reorder(reorder) => to.reorder = reorder,
            Setting::Duplicate(share) => to.duplicate = share,
            Setting::Corrupt(rate) => to.corrupt = rate,
            Setting::Queue(queue) => to.queue = queue,
            Setting::Mtu(mtu) => to.mtu = mtu,
        }
    }
}

impl Verb {
    /// Reads one verb line.
    pub fn parse(line: &str, known_programs: &[&str]) -> Result<Verb, Complaint> {
        let words = split_words(line)?;
        let Some((verb, rest)) = words.split_first() else {
            return Err(usage(0..line.len(), "no verb", "没有动词", "set LINK loss=30%"));
        };
        match verb.word.as_str() {
            "set" => set(verb, rest),
            "cut" => one(verb, rest, "cut LINK").map(|link| Verb::Cut { link }),
            "mend" => one(verb, rest, "mend LINK").map(|link| Verb::Mend { link }),
            name if MISHAP_VERBS.contains(&name) => mishap::parse(verb, rest),
            "power" => power(verb, rest),
            "plug" => plug(verb, rest),
            "exec" => exec(line, verb, rest, known_programs),
            other if TIME_VERBS.contains(&other) => Err(Complaint::new(
                "unknown-verb",
                verb.at.clone(),
                text(
                    format!("`{other}` is about the clock, which belongs to whoever watches"),
                    format!("`{other}` 操作时钟, 时钟属于观察者"),
                ),
            )
            .help(text(
                format!("say it while the lab runs: catenet {other}"),
                format!("在实验运行时使用: catenet {other}"),
            ))),
            other => Err(Complaint::new(
                "unknown-verb",
                verb.at.clone(),
                text(format!("no verb is called `{other}`"), format!("没有动词 `{other}`")),
            )
            .choose(nearest(other, VERBS.iter().copied()), &VERBS.join(", "))),
        }
    }

    /// Asks the lab whether what the verb names is there.
    pub fn check(&self, line: &str, lab: &Lab) -> Result<(), Complaint> {
        let links = || lab.links.iter().map(|link| link.name.as_str());
        let networks = || {
            lab.networks
                .iter()
                .map(|n| n.name.as_str())
                .chain(lab.switches.iter().map(|s| s.name.as_str()))
        };
        match self {
            Verb::Set { link, .. }
            | Verb::Cut { link }
            | Verb::Mend { link }
            | Verb::Befall { link, .. }
                if lab.link(link).is_none() =>
            {
                Err(unknown(line, link, "link", "网线", links()))
            }
            Verb::Befall { link, side: Side::From(node), .. } => match lab.link(link) {
                Some(link) if ![&link.a.node, &link.b.node].contains(&node) => {
                    let ends = [link.a.node.as_str(), link.b.node.as_str()];
                    Err(unknown(line, node, "end of the cable", "网线端点", ends))
                }
                _ => Ok(()),
            },
            Verb::Power { node, .. } if !lab.has_node(node) => {
                Err(unknown(line, node, "node", "设备", lab.node_names()))
            }
            Verb::Exec { node, .. } | Verb::Plug { node, .. } if lab.machine(node).is_none() => {
                Err(unknown(line, node, "machine", "机器", lab.machines().map(|m| m.name.as_str())))
            }
            Verb::Plug { network, .. } if !networks().any(|name| name == network) => {
                Err(unknown(line, network, "network", "网络", networks()))
            }
            Verb::Plug { node, jack: Some(jack), .. } => {
                let jacks: Vec<&str> = lab
                    .machine(node)
                    .into_iter()
                    .flat_map(|m| &m.jacks)
                    .map(|j| j.name.as_str())
                    .collect();
                match jacks.contains(&jack.as_str()) {
                    true => Ok(()),
                    false => Err(unknown(line, jack, "jack", "网口", jacks)),
                }
            }
            _ => Ok(()),
        }
    }
}

/// The complaint about a name that nothing in the lab bears, marked where `line` has it.
pub fn unknown<'a>(
    line: &str,
    name: &str,
    what: &str,
    what_zh: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Complaint {
    let known: Vec<&str> = known.into_iter().collect();
    let complaint = Complaint::new(
        "unknown-name",
        place_of(line, name),
        text(format!("no {what} is called `{name}`"), format!("没有叫 `{name}` 的{what_zh}")),
    );
    if known.is_empty() {
        return complaint
            .help(text(format!("the lab has no {what}"), format!("实验里没有{what_zh}")));
    }
    match nearest(name, known.iter().copied()) {
        Some(near) => complaint.choose(Some(near), ""),
        None => complaint.help(there_are(&known)),
    }
}

/// Names as a list; of many the first, and how many more there are.
fn there_are(known: &[&str]) -> Text {
    let list = known[..known.len().min(MOST_LISTED)].join(", ");
    match known.len().saturating_sub(MOST_LISTED) {
        0 => text(format!("there are: {list}"), format!("有这些: {list}")),
        more => text(
            format!("there are: {list}, and {more} more"),
            format!("有这些: {list}, 另有 {more} 个"),
        ),
    }
}

/// Where a verb line has a name: a whole word behind the verb, or a part of one (`pc1.eth0`).
fn place_of(line: &str, name: &str) -> std::ops::Range<usize> {
    let words = split_words(line).unwrap_or_default();
    let behind = || words.iter().skip(1);
    let whole = behind().find(|word| word.word == name).map(|word| word.at.clone());
    let part = || {
        let held = behind().find(|word| word.word.split(['.', '=']).any(|part| part == name))?;
        let start = held.at.start + line.get(held.at.clone())?.find(name)?;
        Some(start..start + name.len())
    };
    let anywhere = || line.find(name).map_or(0..0, |start| start..start + name.len());
    whole.or_else(part).unwrap_or_else(anywhere)
}

fn usage(at: std::ops::Range<usize>, en: &str, zh: &str, form: &str) -> Complaint {
    Complaint::new("bad-verb", at, text(en, zh))
        .help(text(format!("write: {form}"), format!("写成: {form}")))
}

pub(crate) fn incomplete(verb: &Word, form: &str) -> Complaint {
    let name = &verb.word;
    usage(
        verb.at.clone(),
        &format!("`{name}` has too few or too many words"),
        &format!("`{name}` 的参数不对"),
        form,
    )
}

fn one(verb: &Word, rest: &[Word], form: &str) -> Result<String, Complaint> {
    match rest {
        [link] => Ok(link.word.clone()),
        _ => Err(incomplete(verb, form)),
    }
}

fn set(verb: &Word, rest: &[Word]) -> Result<Verb, Complaint> {
    let Some((link, settings @ [_, ..])) = rest.split_first() else {
        return Err(incomplete(verb, "set LINK loss=30% delay=20ms"));
    };
    let changes = settings.iter().map(setting).collect::<Result<_, _>>()?;
    Ok(Verb::Set { link: link.word.clone(), changes })
}

fn setting(word: &Word) -> Result<(Way, Setting), Complaint> {
    let Some((name, value)) = word.word.split_once('=') else {
        return Err(usage(
            word.at.clone(),
            "expected key=value",
            "这里应是 key=value",
            "set LINK loss=30%",
        ));
    };
    let (way, key) = match name.split_once('.') {
        Some(("forward", key)) => (Way::Forward, key),
        Some(("reverse", key)) => (Way::Reverse, key),
        _ => (Way::Both, name),
    };
    let Some(parsed) = Setting::parse(key, value) else {
        return Err(Complaint::new(
            "unknown-setting",
            word.at.start..word.at.start + name.len(),
            text(format!("a link has no `{name}`"), format!("网线没有 `{name}` 这个参数")),
        )
        .choose(nearest(key, SETTINGS.iter().copied()), &SETTINGS.join(", ")));
    };
    let offset = word.at.start + name.len() + 1;
    let place = |mut complaint: Complaint| {
        complaint = complaint.shifted(offset);
        complaint.at.end = complaint.at.end.min(word.at.end);
        complaint.at.start = complaint.at.start.min(complaint.at.end);
        complaint
    };
    parsed.map(|setting| (way, setting)).map_err(place)
}

fn power(verb: &Word, rest: &[Word]) -> Result<Verb, Complaint> {
    let [node, state] = rest else {
        return Err(incomplete(verb, "power NODE on|off|cycle"));
    };
    let power = match state.word.as_str() {
        "on" => Power::On,
        "off" => Power::Off,
        "cycle" => Power::Cycle,
        _ => {
            return Err(usage(
                state.at.clone(),
                "expected on, off or cycle",
                "这里应是 on、off 或 cycle",
                "power NODE on|off|cycle",
            ));
        }
    };
    Ok(Verb::Power { node: node.word.clone(), power })
}

fn plug(verb: &Word, rest: &[Word]) -> Result<Verb, Complaint> {
    let [place, network] = rest else {
        return Err(incomplete(verb, "plug NODE[.JACK] NETWORK"));
    };
    let (node, jack) = match place.word.split_once('.') {
        Some((node, jack)) => (node, Some(jack.to_owned())),
        None => (place.word.as_str(), None),
    };
    Ok(Verb::Plug { node: node.to_owned(), jack, network: network.word.clone() })
}

fn exec(line: &str, verb: &Word, rest: &[Word], known: &[&str]) -> Result<Verb, Complaint> {
    let form = "exec NODE -- PROGRAM ARGS";
    let (label, rest) = match rest {
        [flag, label, rest @ ..] if flag.word == "--label" => (Some(label.word.clone()), rest),
        _ => (None, rest),
    };
    let [node, dashes, first, ..] = rest else {
        return Err(incomplete(verb, form));
    };
    if dashes.word != "--" {
        return Err(usage(
            dashes.at.clone(),
            "expected `--` before the program",
            "程序前面应有 `--`",
            form,
        ));
    }
    let start = first.at.start;
    let command = parse_command(&line[start..], known);
    let command = command.map_err(|mistakes| {
        let first = mistakes.into_iter().next();
        first.map_or_else(|| incomplete(verb, form), |complaint| complaint.shifted(start))
    })?;
    let Word { word: node, .. } = node;
    Ok(Verb::Exec {
        node: node.clone(),
        program: command.program,
        arguments: command.arguments,
        label,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::KNOWN_PROGRAMS;

    fn parse(line: &str) -> Result<Verb, Complaint> {
        Verb::parse(line, KNOWN_PROGRAMS)
    }

    #[test]
    fn reads_every_verb() {
        let changes = vec![
            (Way::Both, Setting::Loss(0.3)),
            (Way::Reverse, Setting::Delay(Duration::from_millis(20))),
        ];
        assert_eq!(
            parse("set uplink loss=30% reverse.delay=20ms"),
            Ok(Verb::Set { link: "uplink".into(), changes })
        );
        assert_eq!(parse("cut sw1--sw2/2"), Ok(Verb::Cut { link: "sw1--sw2/2".into() }));
        assert_eq!(
            parse("power pc1 cycle"),
            Ok(Verb::Power { node: "pc1".into(), power: Power::Cycle })
        );
        let plug =
            Verb::Plug { node: "pc1".into(), jack: Some("eth0".into()), network: "servers".into() };
        assert_eq!(parse("plug pc1.eth0 servers"), Ok(plug));
        let exec = Verb::Exec {
            node: "pc1".into(),
            program: "ping".into(),
            arguments: vec!["-c".into(), "1".into(), "a b".into()],
            label: Some("p".into()),
        };
        assert_eq!(parse("exec --label p pc1 -- ping -c 1 'a b'"), Ok(exec));
        assert!(matches!(parse("set l 'reorder=0.1% 5ms'"), Ok(Verb::Set { .. })));
    }

    #[test]
    fn an_unknown_name_is_marked_where_it_stands_and_not_inside_the_verb() {
        let at = |line: &str, name: &str| {
            let complaint = unknown(line, name, "link", "网线", ["uplink"]);
            (complaint.at.start, line[complaint.at].to_owned())
        };
        assert_eq!(at("cut c", "c"), (4, "c".into()));
        assert_eq!(at("set e loss=1%", "e"), (4, "e".into()));
        assert_eq!(at("plug p.l lan", "l"), (7, "l".into()));
        assert_eq!(at("exec --label x x -- ping x", "x"), (13, "x".into()));
        assert_eq!(at("cut 'a b'", "a b"), (4, "'a b'".into()));
    }

    #[test]
    fn a_long_list_says_that_it_goes_on() {
        let names: Vec<String> = (0..23).map(|n| format!("host-number-{n}")).collect();
        let help = |count: usize| {
            let known = names[..count].iter().map(String::as_str);
            unknown("cut zzz", "zzz", "link", "网线", known).help.remove(0)
        };
        assert!(help(20).en.ends_with("host-number-19"), "{}", help(20).en);
        assert!(help(23).en.ends_with("host-number-19, and 3 more"), "{}", help(23).en);
        assert!(help(23).zh.ends_with("另有 3 个"), "{}", help(23).zh);
    }

    #[test]
    fn says_where_a_verb_is_wrong() {
        let at = |line: &str| parse(line).err().map(|c| (c.code, line[c.at].to_owned()));
        assert_eq!(at("sett l loss=1%"), Some(("unknown-verb", "sett".into())));
        assert_eq!(at("pause"), Some(("unknown-verb", "pause".into())));
        assert_eq!(at("set l lost=1%"), Some(("unknown-setting", "lost".into())));
        assert_eq!(at("set l loss=120%"), Some(("out-of-range", "120%".into())));
        assert_eq!(at("power pc1 of"), Some(("bad-verb", "of".into())));
        assert_eq!(at("exec pc1 -- pign pc2"), Some(("unknown-program", "pign".into())));
        assert_eq!(at("exec pc1 ping"), Some(("bad-verb", "exec".into())));
    }
}
