//! The long form of a lab as TOML: everything spelled out, nothing left to compute. It parses back
//! to the equal [`Lab`] (tested for every lab of ours). An overlay is printed as what it changes in
//! the long form.

use crate::diagnostic::Text;
use crate::model::{
    Capture, Check, Clock, Lab, Link, Machine, OneWay, Place, Run, Script, Switch, Task, When,
};
use crate::quantity::{show_duration, show_queue, show_rate, show_reorder, show_share};

/// Prints the long form.
pub fn long_form(lab: &Lab) -> String {
    let tree = lab_tree(lab);
    let mut out = String::new();
    print_top(&tree, &mut out);
    for overlay in &lab.overlays {
        let changes = difference(&tree, &lab_tree(&overlay.lab));
        out.push_str(&format!("\n[{}]\n", overlay.name));
        for (key, value) in &changes {
            out.push_str(&format!("{} = {}\n", bare_or_quoted(key), inline(value)));
        }
    }
    out
}

/// A TOML value that will be printed.
#[derive(Clone, Debug, PartialEq)]
enum Out {
    /// Already as TOML writes it.
    Plain(String),
    List(Vec<Out>),
    Table(Vec<(String, Out)>),
}

type Entries = Vec<(String, Out)>;

fn quoted(words: &str) -> Out {
    let mut out = String::from("\"");
    for c in crate::variables::braced(words).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    Out::Plain(out)
}

fn plain(value: impl ToString) -> Out {
    Out::Plain(value.to_string())
}

fn entry(key: &str, value: Out) -> (String, Out) {
    (key.to_owned(), value)
}

fn sentence(text: &Text) -> Out {
    match text.zh.is_empty() {
        true => quoted(&text.en),
        false => Out::Table(vec![entry("en", quoted(&text.en)), entry("zh", quoted(&text.zh))]),
    }
}

fn none_or(value: Option<impl ToString>) -> Out {
    quoted(&value.map_or("none".to_owned(), |value| value.to_string()))
}

fn lab_tree(lab: &Lab) -> Entries {
    let mut out = vec![entry("version", plain(lab.version)), entry("lab", quoted(&lab.name))];
    out.push(entry("title", sentence(&lab.title)));
    if !lab.about.is_empty() {
        out.push(entry("about", sentence(&lab.about)));
    }
    if let Some(clock) = lab.clock {
        out.push(entry("clock", quoted(if clock == Clock::Real { "real" } else { "virtual" })));
    }
    out.push(entry("seed", plain(lab.seed)));
    out.push(entry("epoch", plain(date(lab.epoch))));
    out.extend(lab.duration.map(|duration| entry("duration", quoted(&show_duration(duration)))));
    out.push(entry("domain", quoted(&lab.domain)));
    out.push(entry("resolver", none_or(lab.resolver)));
    if !lab.fixed.is_empty() {
        out.push(entry("fixed", Out::List(lab.fixed.iter().map(|name| quoted(name)).collect())));
    }
    let real = |end: &crate::model::End| lab.real_hosts().any(|host| host.name == end.node);
    let cables = lab.links.iter().filter(|link| !real(&link.a) && !real(&link.b));
    out.push(entry("links", Out::List(cables.map(link).collect())));
    out.push(entry("switches", named(&lab.switches, |switch| (&switch.name, switch_tree(switch)))));
    let networks = named(&lab.networks, |n| {
        (&n.name, vec![entry("v4", quoted(&n.v4.to_string())), entry("switch", quoted(&n.switch))])
    });
    out.push(entry("networks", networks));
    out.push(entry(
        "routers",
        named(&lab.routers, |machine| (&machine.name, machine_tree(machine))),
    ));
    out.push(entry("hosts", named(&lab.hosts, |machine| (&machine.name, machine_tree(machine)))));
    let publish = |p: &crate::model::Publish| {
        entry(&p.listen.to_string(), quoted(&format!("{}:{}", p.node, p.port)))
    };
    out.push(entry("publish", Out::Table(lab.publish.iter().map(publish).collect())));
    let capture = |c: &Capture| entry(&c.name, quoted(&place(&c.place)));
    out.push(entry("capture", Out::Table(lab.captures.iter().map(capture).collect())));
    out.push(entry("script", Out::List(lab.scripts.iter().map(script).collect())));
    out.push(entry("check", Out::List(lab.checks.iter().map(|c| Out::Table(check(c))).collect())));
    out.push(entry("task", Out::List(lab.tasks.iter().map(task).collect())));
    out
}

fn named<T>(list: &[T], tree: impl Fn(&T) -> (&str, Entries)) -> Out {
    let one = |item: &T| {
        let (name, entries) = tree(item);
        entry(name, Out::Table(entries))
    };
    Out::Table(list.iter().map(one).collect())
}

fn switch_tree(switch: &Switch) -> Entries {
    vec![
        entry("title", sentence(&switch.title)),
        entry("stp", plain(switch.stp)),
        entry("cpu", quoted(&show_duration(switch.cpu))),
    ]
}

/// A program of the real machine: it joins its network by a cable of its own.
fn real_tree(machine: &Machine, command: &str) -> Entries {
    let mut out = vec![entry("title", sentence(&machine.title))];
    if let Some(jack) = machine.jacks.first() {
        let address = jack.addresses.first();
        out.extend(jack.network.as_ref().map(|network| entry("net", quoted(network))));
        out.push(entry("mac", quoted(&jack.mac.to_string())));
        out.extend(address.map(|address| entry("ip", quoted(&address.to_string()))));
    }
    out.push(entry("gateway", none_or(machine.gateway)));
    out.push(entry("resolver", none_or(machine.resolver)));
    out.push(entry("names", Out::List(machine.names.iter().map(|name| quoted(name)).collect())));
    out.push(entry("real", quoted(command)));
    out
}

fn machine_tree(machine: &Machine) -> Entries {
    if let Some(command) = &machine.real {
        return real_tree(machine, command);
    }
    let jack = |jack: &crate::model::Jack| {
        let addresses = jack.addresses.iter().map(|address| quoted(&address.to_string())).collect();
        entry(
            &jack.name,
            Out::Table(vec![
                entry("mac", quoted(&jack.mac.to_string())),
                entry("ip", Out::List(addresses)),
            ]),
        )
    };
    let route = |route: &crate::model::Route| quoted(&format!("{} via {}", route.to, route.via));
    vec![
        entry("title", sentence(&machine.title)),
        entry("gateway", none_or(machine.gateway)),
        entry("resolver", none_or(machine.resolver)),
        entry("routes", Out::List(machine.routes.iter().map(route).collect())),
        entry("cpu", quoted(&show_duration(machine.cpu))),
        entry("names", Out::List(machine.names.iter().map(|name| quoted(name)).collect())),
        entry("jacks", Out::Table(machine.jacks.iter().map(jack).collect())),
        entry("run", Out::List(machine.run.iter().map(run).collect())),
    ]
}

fn run(run: &Run) -> Out {
    let mut out = vec![
        entry("do", quoted(&run.line)),
        entry("at", quoted(&show_duration(run.at))),
        entry("label", quoted(&run.label)),
    ];
    out.extend(run.every.map(|every| entry("every", quoted(&show_duration(every)))));
    Out::Table(out)
}

fn link(link: &Link) -> Out {
    let end = |end: &crate::model::End| format!("{}.{}", end.node, end.jack);
    let mut out = vec![entry("link", quoted(&format!("{} - {}", end(&link.a), end(&link.b))))];
    // A computed name computes itself again, and may hold what a given one may not.
    if !link.name.contains("--") {
        out.push(entry("name", quoted(&link.name)));
    }
    let forward = one_way(&link.forward);
    let reverse = difference(&forward, &one_way(&link.reverse));
    out.extend(forward);
    if !reverse.is_empty() {
        out.push(entry("reverse", Out::Table(reverse)));
    }
    Out::Table(out)
}

fn one_way(way: &OneWay) -> Entries {
    vec![
        entry("rate", quoted(&show_rate(way.rate_bps))),
        entry("delay", quoted(&show_duration(way.delay))),
        entry("jitter", quoted(&show_duration(way.jitter))),
        entry("loss", quoted(&show_share(way.loss))),
        entry("reorder", quoted(&show_reorder(way.reorder))),
        entry("duplicate", quoted(&show_share(way.duplicate))),
        entry("corrupt", quoted(&show_share(way.corrupt))),
        entry("queue", quoted(&show_queue(way.queue))),
        entry("mtu", plain(way.mtu)),
    ]
}

fn place(place: &Place) -> String {
    match place {
        Place::Link(name) | Place::Node(name) => name.clone(),
        Place::Jack(end) => format!("{}.{}", end.node, end.jack),
    }
}

fn script(script: &Script) -> Out {
    let mut out = vec![entry("at", quoted(&show_duration(script.at)))];
    out.extend(script.every.map(|every| entry("every", quoted(&show_duration(every)))));
    out.push(entry("do", quoted(&script.line)));
    out.extend(script.label.as_ref().map(|label| entry("label", quoted(label))));
    Out::Table(out)
}

fn check(check: &Check) -> Entries {
    let mut out = Vec::new();
    if !check.text.is_empty() {
        out.push(entry("text", sentence(&check.text)));
    }
    out.push(entry("expect", quoted(&check.line)));
    let When { within, after, always } = &check.when;
    out.extend(within.map(|within| entry("within", quoted(&show_duration(within)))));
    out.extend(after.map(|after| entry("after", quoted(&show_duration(after)))));
    if *always {
        out.push(entry("always", plain(true)));
    }
    out
}

fn task(task: &Task) -> Out {
    let mut out = vec![entry("text", sentence(&task.text))];
    out.extend(check(&task.check));
    out.push(entry("points", plain(task.points)));
    out.push(entry("hint", sentence(&task.hint)));
    Out::Table(out)
}

fn date(epoch: i64) -> String {
    let c = base::Civil::from_unix(epoch);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// What must be laid over `old` to make `new`: tables go deep, everything else is replaced.
fn difference(old: &Entries, new: &Entries) -> Entries {
    let mut out = Vec::new();
    for (key, value) in new {
        match (old.iter().find(|(name, _)| name == key).map(|(_, value)| value), value) {
            (Some(before), value) if before == value => {}
            (Some(Out::Table(before)), Out::Table(after)) => {
                out.push((key.clone(), Out::Table(difference(before, after))));
            }
            _ => out.push((key.clone(), value.clone())),
        }
    }
    out
}

fn print_top(tree: &Entries, out: &mut String) {
    for (key, value) in tree {
        match (key.as_str(), value) {
            ("links", Out::List(list)) => print_lines(key, list, out),
            ("fixed", value) => out.push_str(&format!("{key} = {}\n", inline(value))),
            (_, Out::List(list)) => {
                list.iter().for_each(|item| print_table(&format!("[[{key}]]"), item, out))
            }
            ("title" | "about", value) => out.push_str(&format!("{key} = {}\n", inline(value))),
            ("routers" | "hosts", Out::Table(machines)) => {
                for (name, machine) in machines {
                    print_table(&format!("[{key}.{}]", bare_or_quoted(name)), machine, out);
                }
            }
            (_, Out::Table(entries)) if entries.is_empty() => {}
            (_, Out::Table(_)) => print_table(&format!("[{key}]"), value, out),
            (_, value) => out.push_str(&format!("{key} = {}\n", inline(value))),
        }
    }
}

fn print_lines(key: &str, list: &[Out], out: &mut String) {
    out.push_str(&format!("{key} = [\n"));
    for item in list {
        out.push_str(&format!("  {},\n", inline(item)));
    }
    out.push_str("]\n");
}

fn print_table(heading: &str, value: &Out, out: &mut String) {
    out.push_str(&format!("\n{heading}\n"));
    let Out::Table(entries) = value else { return };
    for (key, value) in entries {
        out.push_str(&format!("{} = {}\n", bare_or_quoted(key), inline(value)));
    }
}

fn inline(value: &Out) -> String {
    match value {
        Out::Plain(words) => words.clone(),
        Out::List(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Out::Table(entries) if entries.is_empty() => "{}".to_owned(),
        Out::Table(entries) => {
            let one = |(key, value): &(String, Out)| {
                format!("{} = {}", bare_or_quoted(key), inline(value))
            };
            format!("{{ {} }}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
        }
    }
}

fn bare_or_quoted(key: &str) -> String {
    let bare =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { inline(&quoted(key)) }
}
