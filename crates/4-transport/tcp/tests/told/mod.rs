//! What a script's connections told of their states; that it follows the table of transitions, and
//! that the last one told is the state.

use catenet_tcp::{Connection, StateName, state};
use std::collections::BTreeMap;
use trace::Event;

/// By the peer's port: the states in order, and how many of them the script has read.
#[derive(Default)]
pub(crate) struct Told(BTreeMap<u16, (Vec<String>, usize)>);

impl Told {
    /// Takes an event, if it tells of a state.
    pub(crate) fn take(&mut self, event: &Event) {
        if event.reason.name != "state" {
            return;
        }
        let values = event.reason.values(&event.args);
        let port = values[1].1.to_string().parse::<u16>().expect("a port") - 40_000;
        let told = values[2].1.to_string();
        let (states, _) = self.0.entry(port).or_default();
        may_follow(states.last().map_or("CLOSED", |state| state), &told);
        states.push(told);
    }

    /// The states since the last call.
    pub(crate) fn read(&mut self, port: u16) -> &[String] {
        let (states, read) = self.0.entry(port).or_default();
        let from = core::mem::replace(read, states.len());
        &states[from..]
    }

    /// Each connection is in the state that was told last.
    pub(crate) fn check(&self, connections: &BTreeMap<u16, Connection>) {
        for (port, connection) in connections {
            let told = self.0.get(port).and_then(|(states, _)| states.last());
            assert_eq!(told.map(String::as_str), Some(connection.state().name()), "told last");
        }
    }
}

/// From one end of a connection to the other, by the table.
fn may_follow(before: &str, told: &str) {
    let opens = before == "CLOSED" && ["SYN-SENT", "SYN-RECEIVED"].contains(&told);
    let is_row = |row: &(StateName, state::StateEvent, StateName)| {
        row.0.name() == before && row.2.name() == told
    };
    assert!(opens || state::TRANSITIONS.iter().any(is_row), "{before} then {told}");
}
