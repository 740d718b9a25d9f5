//! Packets of a lab that runs.

use super::*;
use crate::api::{Source, StartLab};
use crate::labs::Labs;
use std::time::Duration;

const LAB: &str = r#"lab = "two"
[networks]
lan = "10.0.0.0/24"
[hosts]
a = { net = "lan", run = { do = "curl http://10.0.0.80/", every = "50ms" } }
web = { net = "lan", ip = "10.0.0.80", run = "http" }
"#;

#[tokio::test]
async fn the_spotlight_falls_on_an_answered_request_and_its_journey_is_whole() {
    let labs = Arc::new(Labs::default());
    let source = Source::Text(LAB.to_owned());
    let lab = labs.start(&StartLab { source, seed: None, record: None, lang: None });
    let lab = lab.unwrap_or_else(|problem| panic!("{}", problem.en));
    while lab.ask(|running| running.world.recorder().next()).await.is_ok_and(|next| next < 200) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut finder = Finder::default();
    let found = newest(&lab, move |world, frame| finder.look(world, frame)).await;
    let lit = found.unwrap_or_else(|problem| panic!("{}", problem.en)).expect("a packet");
    assert!(lit.packet.starts_with("a:") && lit.title.en.starts_with("GET /"), "{lit:?}");
    let known = known(&lab, &lit.packet).await.unwrap_or_else(|problem| panic!("{}", problem.en));
    let journey = view(journey::tell(&known));
    let fates: Vec<(&str, &str)> = journey
        .stations
        .iter()
        .map(|station| (station.node.as_str(), station.fate.as_str()))
        .collect();
    assert_eq!(fates, [("a", "sent"), ("lan", "sent"), ("web", "delivered")]);
    assert!(journey.whole && journey.stations.iter().all(|station| station.layers.len() == 7));
}

#[tokio::test]
async fn a_packet_that_is_not_known_is_refused_with_what_to_do() {
    let labs = Arc::new(Labs::default());
    let source = Source::Text(LAB.to_owned());
    let lab = labs.start(&StartLab { source, seed: None, record: None, lang: None });
    let lab = lab.unwrap_or_else(|problem| panic!("{}", problem.en));
    for packet in ["", "a", "a:", "a:0", "a:-1", "nobody:1", "a:4000000000", "a:99999999999"] {
        let problem = known(&lab, packet).await.expect_err(packet);
        assert_eq!(problem.code, "unknown-packet", "{packet}");
        assert!(problem.en.contains("watch") && problem.zh.contains("watch"), "{packet}");
    }
}
