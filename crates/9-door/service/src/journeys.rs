//! One packet through all its devices and layers, and which packet to look at first.
//!
//! The records are searched in turns on the lab's thread, backwards from the newest, at most
//! `LOOKS_A_TURN` entries a turn and `TURNS` turns; a search that is broken off is said (`whole`). The
//! journey is put into words here, not there.

use crate::answers::{Answer, OfLab};
use crate::api::{
    Dropped, Journey, LayerView, Pass, Problem, Quoted, Sentence, Spotlight, Station,
};
use crate::extract::Path;
use crate::frames::text;
use crate::http::Service;
use crate::labs::RunningLab;
use crate::turns::{Newest, newest};
use axum::Json;
use axum::extract::State;
use lab::journey::{self, Gather, Known, layer_name};
use lab::line::{Line, packet_named};
use sim::{Direction, Recorded, World};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Records looked at in one turn.
const LOOKS_A_TURN: usize = 4096;
/// Turns of one request.
const TURNS: usize = 512;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(follow_packet)).routes(routes!(spotlight))
}

/// A packet's journey
#[utoipa::path(get, path = "/labs/{lab}/packets/{packet}", tag = "frames",
    params(("lab" = String, Path, description = "The lab's name."),
        ("packet" = String, Path, description = "The packet: `pc1:15`.")),
    responses((status = 200, body = Journey), OfLab))]
async fn follow_packet(
    State(service): State<Service>,
    Path((lab, packet)): Path<(String, String)>,
) -> Answer<Json<Journey>> {
    let lab = service.labs.find(Some(&lab))?;
    let known = known(&lab, &packet).await?;
    Ok(Json(view(journey::tell(&known))))
}

/// What the lab still knows of a packet.
async fn known(lab: &Arc<RunningLab>, packet: &str) -> Result<Known, Problem> {
    let name = packet.to_owned();
    let begun = lab.ask(move |running| {
        let world = &running.world;
        packet_named(world, &name).map(|packet| Gather::new(world, packet))
    });
    let mut gather = begun.await?.ok_or_else(|| no_packet(packet))?;
    for _ in 0..TURNS {
        let copy = lab.clone();
        let done;
        (gather, done) = lab
            .ask(move |running| {
                let done = gather.step(&copy.lab, &running.world, LOOKS_A_TURN);
                (gather, done)
            })
            .await?;
        if done {
            break;
        }
    }
    let known = gather.finish();
    if known.sights.is_empty() && known.reasons.is_empty() {
        return Err(unknown_packet(packet));
    }
    Ok(known)
}

fn no_packet(packet: &str) -> Problem {
    Problem::new(
        "unknown-packet",
        format!(
            "{packet} names no packet of this lab; a packet is NODE:COUNT, as in pc1:15; to see some: catenet watch"
        ),
        format!(
            "此实验中没有名为 {packet} 的包; 写法是 节点:序数, 例如 pc1:15; 查看: catenet watch"
        ),
    )
}

fn unknown_packet(packet: &str) -> Problem {
    Problem::new(
        "unknown-packet",
        format!(
            "nothing is recorded of the packet {packet}: it has not been sent yet, or it is forgotten; to see those of now: catenet watch"
        ),
        format!(
            "没有关于包 {packet} 的记录: 它还没有发出, 或已不再保存; 查看现在的包: catenet watch"
        ),
    )
}

/// The packet worth looking at first
///
/// The newest HTTP request that was answered; else the newest of TCP; else the newest at all.
#[utoipa::path(get, path = "/labs/{lab}/spotlight", tag = "frames",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Spotlight), OfLab))]
async fn spotlight(
    State(service): State<Service>,
    Path(lab): Path<String>,
) -> Answer<Json<Spotlight>> {
    let lab = service.labs.find(Some(&lab))?;
    let mut finder = Finder::default();
    let look = move |world: &World, frame: &Recorded| finder.look(world, frame);
    let found = newest(&lab, look).await?;
    found.map(Json).ok_or_else(|| {
        Problem::new(
            "nothing-yet",
            "no frame is recorded yet; let the lab run, or send something: catenet exec HOST -- ping ADDRESS",
            "还没有记录到任何帧; 让实验继续运行, 或发点什么: catenet exec HOST -- ping ADDRESS",
        )
    })
}

/// Ends of conversations whose answers were met, looking backwards; bounded.
const MOST_ANSWERS: usize = 4096;

/// Looks backwards for the best packet.
#[derive(Default)]
struct Finder {
    /// From whom to whom answers were seen.
    answers: std::collections::BTreeSet<(String, String)>,
}

impl Finder {
    fn look(&mut self, world: &World, frame: &Recorded) -> Newest<Spotlight> {
        let at_origin = frame.direction == Direction::Out && frame.node == frame.journey().origin;
        if !at_origin || frame.journey().is_none() {
            return Newest::Nothing;
        }
        let line = Line::of(world, frame);
        let protocol = line.summary.protocol();
        let ends = (line.summary.src.clone(), line.summary.dst.clone());
        let spotlight = Spotlight {
            packet: line.packet,
            sequence: line.sequence,
            title: text(line.summary.info),
        };
        match protocol {
            "http" if !is_request(frame) => {
                if self.answers.len() < MOST_ANSWERS {
                    self.answers.insert(ends);
                }
                Newest::Good(2, spotlight)
            }
            "http" if self.answers.contains(&(ends.1, ends.0)) => Newest::Best(spotlight),
            "http" | "tcp" => Newest::Good(2, spotlight),
            _ => Newest::Good(1, spotlight),
        }
    }
}

fn is_request(frame: &Recorded) -> bool {
    capture::dissect(&frame.octets()).values("http.request").next().is_some()
}

/// A journey in the interface's words.
pub fn view(journey: journey::Journey) -> Journey {
    Journey {
        packet: journey.packet,
        parent: journey.parent,
        children: journey.children,
        seconds: journey.time.as_secs_f64(),
        whole: journey.whole,
        title: text(journey.title),
        stations: journey.stations.into_iter().map(station).collect(),
    }
}

fn station(station: journey::Station) -> Station {
    Station {
        node: station.node,
        kind: station.kind.name().to_owned(),
        from: station.from,
        arrived: station.arrived.map(pass),
        left: station.left.into_iter().map(pass).collect(),
        fate: station.fate.name().to_owned(),
        seconds: station.time.as_secs_f64(),
        layers: station.layers.into_iter().map(layer).collect(),
    }
}

fn pass(pass: journey::Pass) -> Pass {
    Pass {
        sequence: pass.sequence,
        seconds: pass.time.as_secs_f64(),
        nanos: pass.time.as_nanos(),
        jack: pass.jack,
        link: pass.link,
        lost: pass.lost.map(|(reason, says)| Dropped { reason, en: says.en, zh: says.zh }),
    }
}

fn layer(view: journey::LayerView) -> LayerView {
    LayerView {
        layer: view.layer,
        name: text(layer_name(view.layer)),
        lit: view.lit,
        inbound: view.inbound.into_iter().map(sentence).collect(),
        outbound: view.outbound.into_iter().map(sentence).collect(),
    }
}

fn sentence(sentence: journey::Sentence) -> Sentence {
    let quoted = |field: journey::Quoted| Quoted {
        name: field.name.to_owned(),
        value: field.value,
        start: field.start,
        end: field.end,
    };
    Sentence {
        number: sentence.number,
        en: sentence.text.en,
        zh: sentence.text.zh,
        clause: sentence.clause,
        reason: sentence.reason,
        sequence: sentence.sequence,
        fields: sentence.fields.into_iter().map(quoted).collect(),
    }
}

#[cfg(test)]
#[path = "journeys_tests.rs"]
mod tests;
