//! Kathara: `lab.conf` says which card is in which collision domain, `NAME.startup` what the machine
//! does when it starts.
//!
//! ```text
//!  pc1[0]="A"             pc1's eth0 is in domain A
//!  r1[1]="B/02:00:..:01"  with a hardware address
//!  r1[image]="kathara/frr"
//! ```
//! A domain of two cards is a cable, any other a switch. A machine with two cards forwards, as
//! Kathara's do.

use std::collections::BTreeMap;

use language::Text;
use language::diagnostic::text;

use crate::import::Draft;
use crate::import::boxes::Boxes;
use crate::import::commands::carry_out;
use crate::import::losses::{Losses, short};
use crate::plan::{Kind, Plan};

/// Does some line look like `pc1[0]="A"`?
pub(super) fn looks_like(text: &str) -> bool {
    text.lines().any(|line| setting(line).is_some_and(|(_, key, _)| key.parse::<u16>().is_ok()))
}

/// A machine's cards, by number, with their domains.
type Cards = BTreeMap<u16, String>;

/// Reads the files.
pub(super) fn read(conf: &str, beside: &[(String, String)]) -> Result<Draft, Text> {
    let mut draft = Draft::default();
    let mut machines: Vec<(String, Cards)> = Vec::new();
    for (number, line) in (1..).zip(conf.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(words) = line.strip_prefix("LAB_NAME=") {
            draft.plan.name = unquoted(words).to_owned();
        } else if let Some(words) = line.strip_prefix("LAB_DESCRIPTION=") {
            draft.plan.title = text(short(unquoted(words)), "");
        } else if line.starts_with("LAB_") {
            // Author, version, web: nothing of the network.
        } else if let Some((machine, key, value)) = setting(line) {
            machine_line(&mut machines, &mut draft.losses, (machine, key, value));
        } else {
            let line = short(line);
            return Err(text(
                format!("lab.conf:{number}: `{line}` is not a line such as pc1[0]=\"A\""),
                format!("lab.conf:{number}: `{line}` 不是 pc1[0]=\"A\" 这样的行"),
            ));
        }
    }
    let mut boxes = Boxes::default();
    nodes(&machines, &mut draft.plan, &mut boxes)?;
    domains(&machines, &mut draft.plan, &mut boxes)?;
    for (file, lines) in beside {
        startup(file, lines, &mut draft, &boxes);
    }
    Ok(draft)
}

fn machine_line(
    machines: &mut Vec<(String, Cards)>,
    losses: &mut Losses,
    (machine, key, value): (&str, &str, &str),
) {
    let at = machines.iter().position(|(name, _)| name == machine).unwrap_or_else(|| {
        machines.push((machine.to_owned(), Cards::new()));
        machines.len() - 1
    });
    match key.parse::<u16>() {
        Ok(card) => {
            let (domain, mac) = value.split_once('/').unwrap_or((value, ""));
            machines[at].1.insert(card, domain.to_owned());
            if !mac.is_empty() {
                losses.say(
                    format!("{machine}: the hardware address of eth{card} is Catenet's own"),
                    format!("{machine}: eth{card} 的硬件地址改用 Catenet 自己的"),
                );
            }
        }
        Err(_) if key == "image" => losses.say(
            "images are not run: machines are Catenet's own, with its own programs",
            "不运行镜像: 机器都是 Catenet 自己的, 程序也是",
        ),
        Err(_) => {
            let key = short(key);
            losses.say(
                format!("{machine}[{key}] means nothing here"),
                format!("{machine}[{key}] 在这里没有意义"),
            );
        }
    }
}

/// `pc1[0]="A"` as (`pc1`, `0`, `A`).
fn setting(line: &str) -> Option<(&str, &str, &str)> {
    let (left, value) = line.trim().split_once('=')?;
    let (machine, key) = left.trim().strip_suffix(']')?.split_once('[')?;
    let named = !machine.is_empty()
        && machine.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    named.then_some((machine, key, unquoted(value)))
}

fn unquoted(words: &str) -> &str {
    let words = words.trim();
    let inside = |quote| words.strip_prefix(quote).and_then(|rest: &str| rest.split(quote).next());
    inside('"')
        .or_else(|| inside('\''))
        .unwrap_or_else(|| words.split_whitespace().next().unwrap_or(""))
}

fn nodes(machines: &[(String, Cards)], plan: &mut Plan, boxes: &mut Boxes) -> Result<(), Text> {
    for (name, cards) in machines {
        let kind = if cards.len() > 1 { Kind::Router } else { Kind::Host };
        boxes.add(plan, name, kind)?;
    }
    Ok(())
}

fn domains(machines: &[(String, Cards)], plan: &mut Plan, boxes: &mut Boxes) -> Result<(), Text> {
    let mut domains: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for (name, cards) in machines {
        let Some(node) = boxes.node(name) else { continue };
        for (card, domain) in cards {
            domains.entry(domain).or_default().push((node, format!("eth{card}")));
        }
    }
    for (domain, cards) in domains {
        if let [(a, of_a), (b, of_b)] = cards.as_slice()
            && a != b
        {
            boxes.cable(plan, (*a, of_a), (*b, of_b));
            continue;
        }
        let key = format!("domain {domain}");
        let switch = boxes.add_as(plan, &key, domain, Kind::Switch)?;
        for (node, jack) in &cards {
            boxes.cable(plan, (*node, jack), (switch, ""));
        }
    }
    Ok(())
}

/// `pc1.startup` is carried out; what else lies in the folder is said.
fn startup(file: &str, lines: &str, draft: &mut Draft, boxes: &Boxes) {
    let Draft { plan, losses, learns, .. } = draft;
    if file == "lab.conf" {
        return;
    }
    match file.strip_suffix(".startup").map(|name| (name, boxes.node(name))) {
        Some((_, Some(node))) => *learns |= carry_out(lines, node, plan, boxes, losses),
        Some((name, None)) => {
            let name = short(name);
            losses.say(
                format!("{name}.startup: lab.conf has no machine {name}"),
                format!("{name}.startup: lab.conf 里没有机器 {name}"),
            );
        }
        None => {
            let file = short(file);
            losses.say(
                format!("{file}: files of machines are not carried over"),
                format!("{file}: 机器的文件不导入"),
            );
        }
    }
}
