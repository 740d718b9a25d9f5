//! A host that the lab file names joins: a real program, started by whoever runs the lab.

use super::{Guest, Seat, name_taken, v4};
use crate::api::Problem;
use door::card::Card;
use language::model::Network;
use std::collections::BTreeMap;

/// The place that the lab file keeps for a real program (`[hosts.chat] real = ".."`): its own name,
/// address and card, and not those of a guest.
pub(super) fn claim(
    file: &language::Lab,
    network: &Network,
    host: &language::model::Machine,
    guests: &mut BTreeMap<String, Guest>,
) -> Result<Card, Problem> {
    let name = &host.name;
    if guests.contains_key(name) {
        return Err(name_taken(name, name));
    }
    let jack = host.jacks.iter().find(|jack| jack.network.as_ref() == Some(&network.name));
    let place = jack.and_then(|jack| Some((jack, v4(jack.addresses.first()?.addr())?)));
    let Some((jack, address)) = place else {
        return Err(Problem::new(
            "bad-join",
            format!("{name} has no address on the network {}", network.name),
            format!("{name} 在网络 {} 上没有地址", network.name),
        ));
    };
    Seat {
        name: name.clone(),
        mac: jack.mac,
        address,
        gateway: host.gateway.and_then(v4),
        resolver: host.resolver.and_then(v4),
    }
    .take(file, network, guests)
}
