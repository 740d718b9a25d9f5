//! Packets of a lab that runs.

use super::*;
use crate::trial::{FETCHING, booted, recorded};

#[tokio::test]
async fn the_spotlight_falls_on_an_answered_request_and_its_journey_is_whole() {
    let (_service, lab) = recorded(FETCHING, 200).await;
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
    let (_service, lab) = booted(FETCHING);
    for packet in ["", "a", "a:", "a:0", "a:-1", "nobody:1", "a:4000000000", "a:99999999999"] {
        let problem = known(&lab, packet).await.expect_err(packet);
        assert_eq!(problem.code, "unknown-packet", "{packet}");
        assert!(problem.en.contains("watch") && problem.zh.contains("watch"), "{packet}");
    }
}
