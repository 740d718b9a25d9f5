//! A lab whose cables leave nothing to chance: the script lines that turn their chance off.
//!
//! A cable that is chancy in the file is stilled at 0 s, before the first frame; where a script line turns
//! chance on, the line that turns it off follows at the same instant.

use base::Duration;
use language::model::{Lab, Link, OneWay, Script};
use language::verb::{Setting, Verb};

/// The knobs of chance, and how each is turned off.
const OFF: &[(&str, &str)] = &[
    ("loss", "loss=0%"),
    ("reorder", "reorder=0%"),
    ("duplicate", "duplicate=0%"),
    ("corrupt", "corrupt=0"),
    ("jitter", "jitter=0s"),
];

/// The lines that still the lab. `jitter`: the spread of delays, too, which no list of mishaps repeats.
pub(crate) fn stilling(lab: &Lab, jitter: bool) -> Vec<Script> {
    let wanted = |knob: &str| jitter || knob != "jitter";
    let cables = lab.links.iter().filter_map(|link| {
        let chancy = |knob: &&str| wanted(knob) && is_chancy(link, knob);
        let knobs: Vec<&str> = OFF.iter().map(|(knob, _)| *knob).filter(chancy).collect();
        still(&link.name, &knobs, Duration::ZERO, None)
    });
    let scripts = lab.scripts.iter().filter_map(|script| {
        let Verb::Set { link, changes } = &script.verb else { return None };
        let turned = changes.iter().filter_map(|(_, setting)| turns_on(*setting));
        let mut knobs: Vec<&str> = turned.filter(|knob| wanted(knob)).collect();
        knobs.dedup();
        still(link, &knobs, script.at, script.every)
    });
    cables.chain(scripts).collect()
}

fn still(link: &str, knobs: &[&str], at: Duration, every: Option<Duration>) -> Option<Script> {
    let off = |knob: &&str| OFF.iter().find(|(name, _)| name == knob).map(|(_, off)| *off);
    let words: Vec<&str> = knobs.iter().filter_map(off).collect();
    if words.is_empty() {
        return None;
    }
    script(at, every, format!("set {link} {}", words.join(" ")))
}

/// A script line of our own making; `None` would be one that our reader does not know.
pub(crate) fn script(at: Duration, every: Option<Duration>, line: String) -> Option<Script> {
    let verb = Verb::parse(&line, &[]).ok()?;
    Some(Script { at, every, line, verb, label: None })
}

fn is_chancy(link: &Link, knob: &str) -> bool {
    let way = |way: &OneWay| match knob {
        "loss" => way.loss > 0.0,
        "reorder" => way.reorder.is_some(),
        "duplicate" => way.duplicate > 0.0,
        "corrupt" => way.corrupt > 0.0,
        _ => !way.jitter.is_zero(),
    };
    way(&link.forward) || way(&link.reverse)
}

fn turns_on(setting: Setting) -> Option<&'static str> {
    match setting {
        Setting::Loss(share) if share > 0.0 => Some("loss"),
        Setting::Reorder(Some(_)) => Some("reorder"),
        Setting::Duplicate(share) if share > 0.0 => Some("duplicate"),
        Setting::Corrupt(rate) if rate > 0.0 => Some("corrupt"),
        Setting::Jitter(span) if !span.is_zero() => Some("jitter"),
        _ => None,
    }
}
