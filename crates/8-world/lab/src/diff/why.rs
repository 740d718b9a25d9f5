//! Why two runs differ: what the event says of itself, the same at another time, what is set otherwise.

use super::{First, MOST_NAMES, Side, Told};
use base::{Duration, Instant};
use cable::LineConfig;
use language::Text;
use language::diagnostic::text;
use language::quantity;
use sim::{CableView, World};
use trace::Event;

/// How far the other run is searched for the same thing at another time.
const LOOK_AHEAD: Duration = Duration::from_secs(2);

/// Why: what the event says of itself, the same at another time, and what is not the same around it.
pub(super) fn explain(
    mut first: First,
    a: &mut Side,
    b: &mut Side,
    enough: &dyn Fn() -> bool,
) -> First {
    // Before one of them is run on to look for the same thing later.
    let around = [other_cables(&a.world, &b.world), other_nodes(&a.world, &b.world)];
    for index in [0, 1] {
        let (name, zh_other) = if index == 0 { ("A", "B") } else { ("B", "A") };
        let Some(told) = first.sides[index].clone() else { continue };
        let (here, there) = if index == 0 { (&mut *a, &mut *b) } else { (&mut *b, &mut *a) };
        if let Some(cable) = cable_of(here, &told) {
            let packet = &told.packet;
            first.why.push(text(
                format!("in run {name}, at the cable {cable}, to {packet}: {}", told.says.en),
                format!("运行 {name} 中, 网线 {cable} 上的 {packet}: {}", told.says.zh),
            ));
        }
        if first.sides[1 - index].is_none()
            && let Some(then) = same_later(there, &told, enough)
        {
            let later = then - told.time;
            first.why.push(text(
                format!("in run {zh_other} the same happens {later} later"),
                format!("运行 {zh_other} 中同样的事晚 {later} 发生"),
            ));
        }
    }
    first.why.extend(around.into_iter().flatten());
    first
}

/// The cable whose doing it is, if it is one's.
fn cable_of(side: &Side, told: &Told) -> Option<String> {
    let node = side.world.node(&told.node)?;
    let jack = side.world.jack(node, &told.jack)?;
    let by_cable = |event: &&Event| {
        (1001..=1008).contains(&event.reason.code) && side.tell_event(event) == *told
    };
    side.new_events().iter().find(by_cable)?;
    side.world.cable_at(node, jack).map(|cable| cable.name.to_owned())
}

/// When the same happens in this run, within a while.
fn same_later(side: &mut Side, told: &Told, enough: &dyn Fn() -> bool) -> Option<Instant> {
    let end = told.time + LOOK_AHEAD;
    while let Some(next) = side.next().filter(|&next| next <= end) {
        side.passed();
        side.run_until(next, enough).ok().filter(|&there| there)?;
        let events = side.new_events().into_iter().map(|event| side.tell_event(&event));
        let frames = side.new_frames().into_iter().map(|frame| side.tell_frame(&frame));
        let mut all = events.chain(frames);
        let like = |it: &Told| {
            (&it.node, &it.jack, &it.packet, &it.says)
                == (&told.node, &told.jack, &told.packet, &told.says)
        };
        if let Some(found) = all.find(like) {
            return Some(found.time);
        }
    }
    None
}

/// Cables that are not set alike, and which knobs those are.
fn other_cables(a: &World, b: &World) -> Vec<Text> {
    let differ = a.cables().filter_map(|mine| match b.cable(mine.name) {
        Some(yours) => other_knobs(&mine, &yours),
        None => Some(only(mine.name, "A")),
    });
    let gone = b.cables().filter(|yours| a.cable(yours.name).is_none());
    let all = differ.chain(gone.map(|yours| only(yours.name, "B")));
    all.take(MOST_NAMES).collect()
}

fn other_knobs(mine: &CableView<'_>, yours: &CableView<'_>) -> Option<Text> {
    let name = mine.name;
    if mine.cut != yours.cut {
        let (cut, whole) = if mine.cut { ("A", "B") } else { ("B", "A") };
        return Some(text(
            format!("the cable {name} is cut in {cut} and not in {whole}"),
            format!("网线 {name} 在 {cut} 中是断的, 在 {whole} 中没断"),
        ));
    }
    let ways = [(mine.forward, yours.forward), (mine.backward, yours.backward)];
    let [there, back] = ways.map(|(mine, yours)| unlike_knobs(mine.config(), yours.config()));
    let (en, zh) = match (there.is_empty(), back.is_empty()) {
        (true, true) => return None,
        _ if there == back => ("", ""),
        (false, _) => (", from its first end", " (从第一端发出)"),
        (true, false) => (", from its second end", " (从第二端发出)"),
    };
    let knobs = if there.is_empty() { back } else { there };
    let tell = |en: bool| {
        let told = knobs.iter().map(|(knob, mine, yours)| match en {
            true => format!("{knob} {mine} in A, {yours} in B"),
            false => format!("{knob} 在 A 中 {mine}, 在 B 中 {yours}"),
        });
        told.collect::<Vec<_>>().join("; ")
    };
    Some(text(
        format!("the cable {name}{en}: {}", tell(true)),
        format!("网线 {name}{zh}: {}", tell(false)),
    ))
}

/// Knobs that stand otherwise: which, and how in each.
fn unlike_knobs(mine: &LineConfig, yours: &LineConfig) -> Vec<(&'static str, String, String)> {
    let pairs = knobs(mine).into_iter().zip(knobs(yours));
    let unlike = pairs.filter(|(mine, yours)| mine != yours);
    unlike.map(|((name, mine), (_, yours))| (name, mine, yours)).collect()
}

fn knobs(config: &LineConfig) -> [(&'static str, String); 9] {
    let share = quantity::show_share;
    let mtu = config.mtu.map_or_else(|| "-".to_owned(), |mtu| mtu.to_string());
    [
        ("rate", quantity::show_rate(config.rate_bps)),
        ("delay", config.delay.to_string()),
        ("jitter", config.jitter.to_string()),
        ("loss", share(config.loss)),
        ("reorder", format!("{} {}", share(config.reorder), config.reorder_by)),
        ("duplicate", share(config.duplicate)),
        ("corrupt", share(config.corrupt)),
        ("queue", config.queue.to_string()),
        ("mtu", mtu),
    ]
}

fn other_nodes(a: &World, b: &World) -> Vec<Text> {
    let power = |world: &World, name: &str| {
        let node = world.node(name).and_then(|node| world.view(node));
        node.map(|node| node.powered)
    };
    let differ = a.nodes().filter_map(|mine| match power(b, mine.name) {
        Some(powered) if powered == mine.powered => None,
        Some(_) => Some(text(
            format!("{} is switched on in one run and off in the other", mine.name),
            format!("{} 在一次运行中开机, 在另一次中关机", mine.name),
        )),
        None => Some(only(mine.name, "A")),
    });
    let more = b.nodes().filter(|yours| a.node(yours.name).is_none());
    differ.chain(more.map(|yours| only(yours.name, "B"))).take(MOST_NAMES).collect()
}

fn only(name: &str, run: &str) -> Text {
    text(format!("{name} is there in run {run} only"), format!("只有运行 {run} 里有 {name}"))
}
