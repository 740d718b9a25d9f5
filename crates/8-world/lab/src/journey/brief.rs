//! A journey in a few lines: what it is, then a line a device with how the stay ended and why.

use super::{Ending, Journey, Kind, Sentence, Station};
use language::Text;
use language::diagnostic::{counted, text};

/// Devices that get a line: a loop of switches visits them without end.
const MOST: usize = 16;

/// The lines; at least one.
pub fn brief(journey: &Journey) -> Vec<Text> {
    let Journey { packet, title, .. } = journey;
    let mut lines = vec![text(
        format!("journey of {packet}: {}", title.en),
        format!("{packet} 的旅程: {}", title.zh),
    )];
    lines.extend(journey.stations.iter().take(MOST).map(line));
    let more = journey.stations.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(text(
            format!("  and {}", counted(more, "more stay", "more stays")),
            format!("  另有 {more} 站"),
        ));
    }
    if !journey.whole {
        lines.push(text("  (not all of it is recorded any more)", "  (一部分已不再保存)"));
    }
    lines
}

fn line(station: &Station) -> Text {
    let Station { node, time, .. } = station;
    let kind = kind(station.kind);
    let mut line = text(
        format!("  {time} s  {node} ({})", kind.en),
        format!("  {time} 秒  {node} ({})", kind.zh),
    );
    let mut say = |en: String, zh: String| {
        line.en.push_str(&en);
        line.zh.push_str(&zh);
    };
    if let Some(pass) = &station.arrived {
        say(format!(", in by {}", pass.jack), format!(", 从 {} 进", pass.jack));
    }
    let jacks: Vec<&str> = station.left.iter().map(|pass| pass.jack.as_str()).collect();
    if !jacks.is_empty() {
        let jacks = jacks.join(" ");
        say(format!(", out by {jacks}"), format!(", 从 {jacks} 出"));
    } else if let Some(ending) = ending(station.fate) {
        say(format!(", {}", ending.en), format!(", {}", ending.zh));
    }
    let lost = station.left.iter().find_map(|pass| pass.lost.as_ref()).map(|(_, why)| why);
    if let Some(why) = lost.or_else(|| reason(station)) {
        say(format!(": {}", why.en), format!(": {}", why.zh));
    }
    line
}

/// The last reason that the device itself gave.
fn reason(station: &Station) -> Option<&Text> {
    let layers = station.layers.iter();
    let said = layers.flat_map(|layer| layer.inbound.iter().chain(&layer.outbound));
    let given: Option<&Sentence> =
        said.filter(|sentence| !sentence.reason.is_empty()).max_by_key(|sentence| sentence.number);
    given.map(|sentence| &sentence.text)
}

fn kind(kind: Kind) -> Text {
    match kind {
        Kind::Host => text("host", "主机"),
        Kind::Router => text("router", "路由器"),
        Kind::Switch => text("switch", "交换机"),
        Kind::Joined => text("real machine", "真实的机器"),
    }
}

fn ending(fate: Ending) -> Option<Text> {
    Some(match fate {
        Ending::Sent => return None,
        Ending::Delivered => text("delivered to a program", "交给程序"),
        Ending::Consumed => text("used up here", "在此用完"),
        Ending::Dropped => text("dropped", "丢弃"),
        Ending::Held => text("still here", "还在这里"),
    })
}
