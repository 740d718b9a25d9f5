//! On which OSI layer a reason speaks, and whether on the way up or on the way down.
//!
//! The layer follows from the crate that declares the reason (its code's hundreds); three crates
//! speak on several layers and have their exceptions listed here.

use trace::ReasonInfo;

/// The layer (1 to 7) on which a reason speaks; 0 for what is about a node as a whole.
pub fn layer_of(reason: &ReasonInfo) -> u8 {
    match reason.code {
        // A connection that is open, closing or over is what the lesson calls a session.
        4105 | 4112 | 4163 | 4164 | 4184 => 5,
        // The host joins the layers: cards and neighbours, ICMP, then ports and connections.
        5001 | 5002 | 5008 | 5018 | 5020 | 5021 => 2,
        5003 | 5009 | 5010 | 5011 | 5019 => 3,
        8004 | 8005 | 8009 | 8010 => 0,
        code => match code / 100 {
            10 | 80 => 1,
            20 => 2,
            30 => 3,
            _ => 4,
        },
    }
}

/// Which way a packet goes through a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the cable upwards.
    Inbound,
    /// Down to the cable.
    Outbound,
}

/// Which way a packet was going when a reason spoke about it, on a node into which it had come.
pub(super) fn way_of(reason: &ReasonInfo) -> Way {
    match reason.code {
        // The cable, the search for the neighbour, the switch's choice, the router's choice.
        1001..=1099 | 2020..=2029 | 2042 | 2043 | 3020..=3039 | 5008 | 5018 | 8003 => Way::Outbound,
        _ => Way::Inbound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exception_names_a_reason_that_there_is() {
        let reasons = crate::reasons();
        let of = |name: &str| {
            let found = reasons.iter().find(|reason| reason.name == name);
            found.map(|reason| (layer_of(reason), way_of(reason))).expect("a reason")
        };
        assert_eq!(of("cable_loss"), (1, Way::Outbound));
        assert_eq!(of("ring_full"), (1, Way::Inbound));
        assert_eq!(of("switched"), (2, Way::Outbound));
        assert_eq!(of("learnt"), (2, Way::Inbound));
        assert_eq!(of("frame_waits"), (2, Way::Outbound));
        assert_eq!(of("forwarded"), (3, Way::Outbound));
        assert_eq!(of("not_for_us"), (3, Way::Inbound));
        assert_eq!(of("ping_delivered"), (3, Way::Inbound));
        assert_eq!(of("udp_delivered"), (4, Way::Inbound));
        assert_eq!(of("established"), (5, Way::Inbound));
        assert_eq!(of("tcp_port_closed"), (4, Way::Inbound));
        assert_eq!(of("powered_on"), (0, Way::Inbound));
        assert!(reasons.iter().all(|reason| layer_of(reason) <= 5));
    }
}
