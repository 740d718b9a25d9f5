//! A packet's journey, told: stays become stations, reasons and octets become numbered sentences.

use super::known::{Cause, Kind, Known, Sight};
use super::speech::{LINES, Part, Speaker};
use super::strata::Way;
use super::visits::{Visit, visits};
use super::{Ending, Journey, LayerView, Pass, Sentence, Station};
use crate::line::{own_fields, summary};
use base::Instant;
use base::field::Field;
use language::Text;
use language::diagnostic::text;
use sim::Direction;

/// The journey that is known.
pub fn tell(known: &Known) -> Journey {
    let visits = visits(known);
    let begun = known
        .sights
        .iter()
        .any(|sight| sight.direction == Direction::Out && sight.node == known.origin);
    let stations: Vec<Station> =
        visits.iter().map(|visit| station(visit, known.with_reasons)).collect();
    Journey {
        packet: known.packet.clone(),
        parent: known.parent.clone(),
        children: known.children.clone(),
        time: visits.first().map_or(Instant::ZERO, |visit| visit.time),
        whole: known.whole && (begun || known.sights.is_empty()),
        title: title(known, &stations),
        stations,
    }
}

fn title(known: &Known, stations: &[Station]) -> Text {
    let Some(sight) = known.sights.first() else {
        let origin = &known.origin;
        return text(
            format!("a packet of {origin} that no cable saw"),
            format!("{origin} 的一个没有上网线的分组"),
        );
    };
    let says = summary(&capture::dissect(&sight.octets));
    let (src, dst, info) = (says.src, says.dst, says.info);
    let dropped = stations.iter().find(|station| station.fate == Ending::Dropped);
    let arrived =
        stations.iter().any(|station| matches!(station.fate, Ending::Delivered | Ending::Consumed));
    let (mut en, mut zh) =
        (format!("{src} to {dst}: {}", info.en), format!("{src} 到 {dst}: {}", info.zh));
    let lost = stations.iter().find(|station| station.left.iter().any(|pass| pass.lost.is_some()));
    if let (Some(station), false) = (dropped, arrived) {
        en.push_str(&format!("; dropped at {}", station.node));
        zh.push_str(&format!("; 在 {} 被丢弃", station.node));
    } else if let (Some(station), false) = (lost, arrived) {
        en.push_str(&format!("; lost behind {}", station.node));
        zh.push_str(&format!("; 离开 {} 后丢失", station.node));
    }
    Text { en, zh }
}

fn pass(sight: &Sight) -> Pass {
    let lost = sight.dropped.as_ref().filter(|cause| cause.on_cable);
    Pass {
        sequence: sight.sequence,
        time: sight.time,
        jack: sight.jack.clone(),
        link: sight.link.clone(),
        lost: lost.map(|cause| (cause.name.clone(), cause.text.clone())),
    }
}

fn station(visit: &Visit<'_>, with_reasons: bool) -> Station {
    let fate = visit.ending(with_reasons);
    Station {
        node: visit.node.to_owned(),
        kind: visit.kind,
        from: visit.arrived.and_then(|sight| sight.peer.clone()),
        arrived: visit.arrived.map(pass),
        left: visit.left.iter().map(|sight| pass(sight)).collect(),
        fate,
        time: visit.time,
        layers: Teller::new(visit, fate).layers(),
    }
}

/// What a frame carries at most: its topmost layer.
fn carried(fields: &[Field]) -> u8 {
    fields.iter().map(|field| capture::labels::layer(field.name)).max().unwrap_or(2)
}

/// Tells one stay.
struct Teller<'a> {
    visit: &'a Visit<'a>,
    fate: Ending,
    number: usize,
    layers: Vec<LayerView>,
}

impl<'a> Teller<'a> {
    fn new(visit: &'a Visit<'a>, fate: Ending) -> Teller<'a> {
        let layers = (1..=7).map(|layer| LayerView { layer, ..LayerView::default() }).collect();
        Teller { visit, fate, number: 0, layers }
    }

    fn layers(mut self) -> Vec<LayerView> {
        if let Some(sight) = self.visit.arrived {
            self.inbound(sight);
        }
        self.outbound();
        for view in &mut self.layers {
            view.lit = !(view.inbound.is_empty() && view.outbound.is_empty());
        }
        self.layers.reverse();
        self.layers
    }

    /// The part that a frame plays which comes in, and how high it gets.
    fn part_in(&self, carried: u8) -> (Part, u8) {
        let ended = matches!(self.fate, Ending::Delivered | Ending::Consumed);
        match (self.visit.kind, self.visit.dropped_at()) {
            (Kind::Switch, dropped) => (Part::SwitchIn, dropped.unwrap_or(2).min(2)),
            (Kind::Joined, _) => (Part::RealIn, carried),
            (_, Some(layer @ ..=3)) => (Part::Stopped, layer),
            (_, Some(layer)) => (Part::End, layer),
            _ if ended => (Part::End, carried),
            _ if !self.visit.left.is_empty() => (Part::PassedIn, 3),
            _ => (Part::Stopped, 2),
        }
    }

    fn part_out(&self) -> (Part, u8) {
        match (self.visit.kind, self.visit.arrived.is_some()) {
            (Kind::Switch, _) => (Part::SwitchOut, 2),
            (Kind::Joined, false) => (Part::RealOut, 7),
            (_, false) => (Part::Origin, 7),
            (_, true) => (Part::PassedOut, 3),
        }
    }

    fn inbound(&mut self, sight: &Sight) {
        let dissected = capture::dissect(&sight.octets);
        let fields = own_fields(&dissected);
        let (part, reach) = self.part_in(carried(fields).max(reach_of_session(fields)));
        let causes = self.causes(Way::Inbound);
        let known = self
            .visit
            .causes
            .iter()
            .any(|cause| Some(&cause.name) == sight.dropped.as_ref().map(|cause| &cause.name));
        let at_jack = sight.dropped.iter().filter(|_| !known);
        let causes: Vec<&Cause> = causes.into_iter().chain(at_jack).collect();
        for layer in 1..=7 {
            if layer <= reach {
                self.describe(layer, part, sight, fields, Way::Inbound);
            }
            for cause in causes.iter().filter(|cause| cause.layer.max(1) == layer) {
                self.reason(layer, cause, Way::Inbound);
            }
        }
    }

    fn outbound(&mut self) {
        let first = self.visit.left.first().copied();
        let dissected = first.map(|sight| capture::dissect(&sight.octets)).unwrap_or_default();
        let fields = own_fields(&dissected);
        let (part, reach) = self.part_out();
        let causes = self.causes(Way::Outbound);
        for layer in (1..=7).rev() {
            let of_layer = || causes.iter().filter(move |cause| cause.layer.max(1) == layer);
            // Above the cable a decision comes before what is written; a cable decides afterwards.
            if layer > 1 {
                of_layer().for_each(|cause| self.reason(layer, cause, Way::Outbound));
            }
            match first {
                Some(sight) if layer > 1 && layer <= reach => {
                    self.describe(layer, part, sight, fields, Way::Outbound);
                }
                Some(_) if layer == 1 => self.leave(part),
                _ => {}
            }
            if layer == 1 {
                of_layer().for_each(|cause| self.reason(layer, cause, Way::Outbound));
            }
        }
    }

    /// Each jack by which it leaves.
    fn leave(&mut self, part: Part) {
        for sight in self.visit.left.clone() {
            let dissected = capture::dissect(&sight.octets);
            self.describe(1, part, sight, own_fields(&dissected), Way::Outbound);
            let told =
                |cause: &&Cause| self.visit.causes.iter().any(|known| known.name == cause.name);
            if let Some(cause) =
                sight.dropped.as_ref().filter(|cause| cause.on_cable && !told(cause))
            {
                self.reason(1, cause, Way::Outbound);
            }
        }
    }

    /// Reasons on the way up or down; where the packet was born, there is only down.
    fn causes(&self, way: Way) -> Vec<&'a Cause> {
        let born = self.visit.arrived.is_none();
        let of = |cause: &&&Cause| if born { way == Way::Outbound } else { cause.way == way };
        self.visit.causes.iter().filter(of).copied().collect()
    }

    fn describe(&mut self, layer: u8, part: Part, sight: &Sight, fields: &[Field], way: Way) {
        let speaker = Speaker {
            fields,
            octets: &sight.octets,
            jack: &sight.jack,
            link: sight.link.as_deref(),
            peer: sight.peer.as_deref(),
        };
        for line in LINES.iter().filter(|line| line.layer == layer && line.speaks(part, &speaker)) {
            let (text, fields) = line.say(&speaker);
            let sentence = Sentence {
                number: 0,
                text,
                clause: line.clause.to_owned(),
                reason: String::new(),
                sequence: Some(sight.sequence),
                fields,
            };
            self.add(layer, sentence, way);
        }
    }

    fn reason(&mut self, layer: u8, cause: &Cause, way: Way) {
        let sentence = Sentence {
            number: 0,
            text: cause.text.clone(),
            clause: cause.clause.to_owned(),
            reason: cause.name.clone(),
            sequence: None,
            fields: Vec::new(),
        };
        self.add(layer, sentence, way);
    }

    fn add(&mut self, layer: u8, mut sentence: Sentence, way: Way) {
        self.number += 1;
        sentence.number = self.number;
        if let Some(view) = self.layers.get_mut(usize::from(layer) - 1) {
            match way {
                Way::Inbound => view.inbound.push(sentence),
                Way::Outbound => view.outbound.push(sentence),
            }
        }
    }
}

/// A TCP header can open or close a session, whatever it carries.
fn reach_of_session(fields: &[Field]) -> u8 {
    if fields.iter().any(|field| field.name == "tcp") { 5 } else { 0 }
}
