//! Somebody's lab under the checks of another file: how a submission is judged.
//!
//! ```text
//!   submission: networks, switches, machines, programs, cables ---+
//!                                                                 +--> the lab that is run
//!   rules: checks, tasks, scripts, duration, seed, epoch, domain -+
//!   rules' `fixed`: what the submission must have as the rules have it
//! ```
//!
//! What a submission says of checks, tasks, scripts and times counts for nothing
//! (`lab/tests/suite/rules.rs`: a submission that edits its own gains nothing). The rules are a whole lab
//! file, or one without machines.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::diagnostic::{Complaint, Diagnostic, Text, text};
use crate::expect::{Name, Test};
use crate::model::{Check, End, Lab, Link, Machine};
use crate::nearest::nearest;
use crate::quantity::show_duration;

/// The submission's network and programs under the rules' checks, tasks, scripts and times.
/// `known_reasons` are the names that `events(..)` may use; not checked without them.
///
/// # Errors
/// What the rules name and the submission lacks, and what is `fixed` and differs.
pub fn with_checks(
    submission: Lab,
    rules: &Lab,
    known_reasons: Option<&[&str]>,
) -> Result<Lab, Vec<Diagnostic>> {
    let lab = joined(submission, rules);
    let mut findings: Vec<Diagnostic> =
        rules.fixed.iter().filter_map(|name| differs(&lab, rules, name)).collect();
    findings.extend(dns_names_once(&lab));
    findings.extend(cables_as_nodes(&lab));
    lab.each_script(|_, script, then| {
        let complaint = script.verb.check(&script.line, then).err();
        let complaint = complaint.or_else(|| label_taken(&lab, script.label.as_deref()));
        findings.extend(
            complaint
                .map(|complaint| asked(complaint, "[[script]]", &script.line, &Text::default())),
        );
    });
    let checks = lab.checks.iter().map(|check| ("[[check]]", check, &check.text));
    let tasks = lab.tasks.iter().map(|task| ("[[task]]", &task.check, &task.text));
    for (what, check, says) in checks.chain(tasks) {
        for complaint in check.expect.check(&lab, known_reasons) {
            findings.push(asked(complaint, what, &check.line, says));
        }
        for complaint in labels_moved(&lab, rules, check) {
            findings.push(asked(complaint, what, &check.line, says));
        }
    }
    if findings.is_empty() { Ok(lab) } else { Err(findings) }
}

/// Each part from whom it is taken.
fn joined(submission: Lab, rules: &Lab) -> Lab {
    Lab {
        name: rules.name.clone(),
        title: rules.title.clone(),
        about: rules.about.clone(),
        version: rules.version,
        clock: rules.clock,
        seed: rules.seed,
        epoch: rules.epoch,
        duration: rules.duration,
        domain: rules.domain.clone(),
        captures: Vec::new(),
        scripts: rules.scripts.clone(),
        checks: rules.checks.clone(),
        tasks: rules.tasks.clone(),
        fixed: rules.fixed.clone(),
        overlays: Vec::new(),
        ..submission
    }
}

/// A mistake of the submission, told at the line of the rules that asks for what it lacks.
fn asked(complaint: Complaint, what: &str, line: &str, says: &Text) -> Diagnostic {
    let mut found = complaint.in_text(what, line);
    let Text { en, zh } = std::mem::take(&mut found.message);
    found.message = text(
        format!("in your lab {en}, and {what} asks for it"),
        format!("在你的实验里{zh}, 而 {what} 需要它"),
    );
    if !says.is_empty() {
        let (en, zh) = (says.get(base::Lang::En), says.get(base::Lang::Zh));
        found.help.push(text(format!("it is about: {en}"), format!("它要检查的是: {zh}")));
    }
    found
}

/// A program of the submission with the label of a program that the rules start: `exit(..)` must
/// mean the latter.
fn label_taken(lab: &Lab, label: Option<&str>) -> Option<Complaint> {
    let label = label?;
    let taken = lab.machines().find(|machine| machine.run.iter().any(|run| run.label == label))?;
    let node = &taken.name;
    let complaint = Complaint::new(
        "duplicate-name",
        0..0,
        text(
            format!("a program of {node} has the label `{label}`"),
            format!("{node} 的一个程序用了标签 `{label}`"),
        ),
    );
    Some(complaint.help(text("give your program another label", "给你的程序换一个标签")))
}

/// Programs that a check names and that are another machine's than in the rules: `exit(far)` must not
/// mean a program of the student's own.
fn labels_moved(lab: &Lab, rules: &Lab, check: &Check) -> Vec<Complaint> {
    let tests = check.expect.tests();
    let labels = tests.iter().filter_map(|(test, _)| match test {
        Test::Exit { label, .. } | Test::Output { label, .. } => Some(label),
        _ => None,
    });
    labels.filter_map(|label| label_moved(lab, rules, label)).collect()
}

fn label_moved(lab: &Lab, rules: &Lab, label: &Name) -> Option<Complaint> {
    let bearer = |lab: &Lab| {
        let bears = |machine: &&Machine| machine.run.iter().any(|run| run.label == label.name);
        lab.machines().find(bears).map(|machine| machine.name.clone())
    };
    let (wanted, found) = (bearer(rules)?, bearer(lab)?);
    (wanted != found).then(|| {
        let complaint = Complaint::new(
            "moved-label",
            label.at.clone(),
            text(
                format!("`{}` is a program of {found}, not of {wanted}", label.name),
                format!("`{}` 是 {found} 的程序, 不是 {wanted} 的", label.name),
            ),
        );
        complaint.help(text(
            format!("let {wanted} run it, as the task has it"),
            format!("让 {wanted} 运行它, 与题目一致"),
        ))
    })
}

/// Names that two machines of the lab would have: the later one would take the other's.
fn dns_names_once(lab: &Lab) -> Vec<Diagnostic> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for machine in lab.machines() {
        owners.insert(format!("{}.{}", machine.name, lab.domain).to_lowercase(), &machine.name);
    }
    for machine in lab.machines() {
        for name in machine.names.iter().map(|name| name.to_lowercase()) {
            let owner = *owners.entry(name.clone()).or_insert(&machine.name);
            if owner == machine.name {
                continue;
            }
            let what = text(
                format!("{owner} and {} are both called `{name}`", machine.name),
                format!("{owner} 和 {} 都叫 `{name}`", machine.name),
            );
            let complaint = Complaint::new("duplicate-name", 0..name.len(), what).help(text(
                format!("take the name out of the `names` of {}", machine.name),
                format!("从 {} 的 `names` 里去掉这个名字", machine.name),
            ));
            findings.push(complaint.in_text("names", &name));
        }
    }
    findings
}

/// Cables that bear the name of a node: a place of that name would be the node's, not the cable's.
fn cables_as_nodes(lab: &Lab) -> Vec<Diagnostic> {
    let nodes: BTreeSet<&str> = lab.node_names().collect();
    let names = lab.links.iter().map(|link| &link.name);
    let taken = names.filter(|name| nodes.contains(name.as_str()));
    taken
        .map(|name| {
            let what = text(
                format!("a cable and a node are both called `{name}`"),
                format!("一条网线和一个节点都叫 `{name}`"),
            );
            let complaint = Complaint::new("duplicate-name", 0..name.len(), what);
            let help = text("give one of the two another name", "给其中一个换个名字");
            complaint.help(help).in_text("links", name)
        })
        .collect()
}

/// How what is `fixed` under this name differs from the rules, if it does.
fn differs(lab: &Lab, rules: &Lab, name: &str) -> Option<Diagnostic> {
    let (en, zh) = if let Some(wanted) = rules.machine(name) {
        machine(lab.machine(name), wanted, rules, lab)?
    } else if let Some(wanted) = rules.link(name) {
        cable(lab.link(&wanted.name), wanted, lab)?
    } else {
        let network = |lab: &Lab| lab.networks.iter().find(|network| network.name == name).cloned();
        let switch = |lab: &Lab| {
            let found = lab.switches.iter().find(|switch| switch.name == name)?;
            Some((found.stp, found.cpu))
        };
        if network(lab) == network(rules) && switch(lab) == switch(rules) {
            return None;
        }
        match (network(rules), lab.has_node(name)) {
            (_, false) => missing(),
            (Some(network), true) => must_be("v4", &network.v4.to_string()),
            (None, true) => ("its switch differs".to_owned(), "交换机的设置不同".to_owned()),
        }
    };
    let message = text(
        format!("`{name}` must stay as the task has it: {en}"),
        format!("`{name}` 必须与题目一致: {zh}"),
    );
    let near = nearest(name, lab.node_names()).filter(|near| *near != name && !lab.has_node(name));
    let complaint = Complaint::new("fixed", 0..name.len(), message).did_you_mean(near);
    let help =
        text("take it over from the task's lab file unchanged", "照抄题目的实验文件, 不要改动");
    Some(complaint.help(help).in_text("fixed", name))
}

type Both = (String, String);

fn missing() -> Both {
    ("your lab does not have it".to_owned(), "你的实验里没有它".to_owned())
}

fn must_be(key: &str, wanted: &str) -> Both {
    (format!("`{key}` is {wanted} there"), format!("那里 `{key}` 是 {wanted}"))
}

/// The first of a machine's properties that is another one; its title is its owner's business.
fn machine(found: Option<&Machine>, wanted: &Machine, rules: &Lab, lab: &Lab) -> Option<Both> {
    let Some(found) = found else { return Some(missing()) };
    let router = |lab: &Lab| lab.routers.iter().any(|router| router.name == wanted.name);
    if router(lab) != router(rules) {
        let both = ("one is a router, one a host", "一个是路由器, 一个是主机");
        return Some((both.0.to_owned(), both.1.to_owned()));
    }
    let other = PROPERTIES.iter().find(|(_, show)| show(found) != show(wanted));
    other.map(|(key, show)| must_be(key, &show(wanted)))
}

/// What of a machine must be equal, as people read it.
type Property = (&'static str, fn(&Machine) -> String);
const PROPERTIES: &[Property] = &[
    ("jacks", jacks),
    ("gateway", |machine| address(&machine.gateway)),
    ("resolver", |machine| address(&machine.resolver)),
    ("routes", |machine| {
        list(machine.routes.iter().map(|route| format!("{} via {}", route.to, route.via)))
    }),
    ("cpu", |machine| show_duration(machine.cpu)),
    ("names", |machine| list(machine.names.iter().cloned())),
    ("run", runs),
    ("real", |machine| machine.real.clone().unwrap_or_default()),
];

fn list(words: impl Iterator<Item = String>) -> String {
    format!("[{}]", words.collect::<Vec<_>>().join(", "))
}

fn address(ip: &Option<IpAddr>) -> String {
    ip.map_or("none".to_owned(), |ip| ip.to_string())
}

fn jacks(machine: &Machine) -> String {
    list(machine.jacks.iter().map(|jack| {
        let addresses: Vec<String> = jack.addresses.iter().map(ToString::to_string).collect();
        let network = jack.network.as_deref().map_or(String::new(), |name| format!(" on {name}"));
        format!("{} {} {}{network}", jack.name, jack.mac, addresses.join(" "))
    }))
}

fn runs(machine: &Machine) -> String {
    list(machine.run.iter().map(|run| {
        let every =
            run.every.map_or(String::new(), |every| format!(" every {}", show_duration(every)));
        format!("{} at {}{every} as {}", run.line, show_duration(run.at), run.label)
    }))
}

/// A cable that is equal, whichever end is written first; which port of a switch it takes is computed,
/// and nobody's business.
fn cable(found: Option<&Link>, wanted: &Link, lab: &Lab) -> Option<Both> {
    let Some(found) = found else { return Some(missing()) };
    let same_end = |one: &End, other: &End| {
        one.node == other.node && (lab.machine(&one.node).is_none() || one.jack == other.jack)
    };
    let same = |a, b| same_end(a, &wanted.a) && same_end(b, &wanted.b);
    let straight = same(&found.a, &found.b);
    if !straight && !same(&found.b, &found.a) {
        let end = |end: &End| format!("{}.{}", end.node, end.jack);
        return Some(must_be("link", &format!("{} - {}", end(&wanted.a), end(&wanted.b))));
    }
    let ways = match straight {
        true => (&found.forward, &found.reverse),
        false => (&found.reverse, &found.forward),
    };
    let same = ways == (&wanted.forward, &wanted.reverse);
    (!same).then(|| ("the cable's properties differ".to_owned(), "网线的参数不同".to_owned()))
}
