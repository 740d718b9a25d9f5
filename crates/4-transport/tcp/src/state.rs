//! The states of a connection, and the table of every way from one to another.
//!
//! ```text
//!              passive OPEN                      active OPEN / send SYN
//!   CLOSED ------------------> LISTEN      CLOSED ------------------> SYN-SENT
//!                                |                                   |       |
//!                 SYN arrives /  |        SYN arrives / send SYN,ACK |       | SYN,ACK arrives /
//!                 send SYN,ACK   v                                   v       | send ACK
//!                            SYN-RECEIVED <--------------------------+       v
//!                                |           ACK of SYN arrives          ESTABLISHED
//!                                +---------------------------------------->  |    |
//!                                                     CLOSE / send FIN       |    | FIN arrives / send ACK
//!                                 FIN-WAIT-1 <-------------------------------+    +-----> CLOSE-WAIT
//!               ACK of FIN arrives |      | FIN arrives / send ACK                             | CLOSE /
//!                                  v      v                                                    v send FIN
//!                          FIN-WAIT-2    CLOSING                                            LAST-ACK
//!             FIN arrives /  |                | ACK of FIN arrives                             | ACK of
//!             send ACK       v                v                        2 MSL later             v FIN
//!                           TIME-WAIT  <------+        TIME-WAIT -----------------> CLOSED <---+
//! ```
//!
//! RFC 9293 section 3.3.2, figure 5. LISTEN and the passive SYN-RECEIVED live in the
//! [`Listener`](crate::Listener)'s SYN queue, all else in a [`Connection`](crate::Connection).
//!
//! Invariant: a connection changes its state only by [`StateName::after`]; what the table does not
//! name cannot happen, and what happens is told (`state`), from the SYN queue on. The test prints every state x event and compares with a snapshot.
//! What another engineer would question: CLOSE leads to FIN-WAIT-1 at once, even when data waits
//! before the FIN (RFC 9293 section 3.10.4 says "in any case"); in the two SYN states CLOSE is
//! remembered and happens right after ESTABLISHED.

use crate::reasons;
use crate::segment::Endpoints;
use base::Journey;
use core::fmt;
use trace::{Cx, Place};

/// The states of RFC 9293 section 3.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum StateName {
    /// Waiting for anybody.
    Listen,
    /// Our SYN is out.
    SynSent,
    /// SYNs have crossed or been answered; waiting for the acknowledgement of ours.
    SynReceived,
    /// Open: data flows both ways.
    Established,
    /// We have finished; our FIN is not acknowledged.
    FinWait1,
    /// Our FIN is acknowledged; the other side may still send.
    FinWait2,
    /// The other side has finished; we may still send.
    CloseWait,
    /// Both have finished at once; our FIN is not acknowledged.
    Closing,
    /// The other side finished first, then we; our FIN is not acknowledged.
    LastAck,
    /// All is done; waiting until old segments have died.
    TimeWait,
    /// No connection.
    Closed,
}

/// What moves a connection from state to state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateEvent {
    /// A SYN without an acknowledgement of ours.
    SynArrives,
    /// A SYN that acknowledges ours.
    SynAckArrives,
    /// Our SYN is acknowledged.
    AckOfSyn,
    /// The program has finished sending.
    Close,
    /// A FIN in order.
    FinArrives,
    /// Our FIN is acknowledged.
    AckOfFin,
    /// An acceptable RST arrives.
    RstArrives,
    /// The program (or a duty to reset) ends the connection at once.
    Abort,
    /// A time-out ends the connection: nobody answers, or TIME-WAIT is over.
    Expire,
}

impl StateName {
    /// TIME-WAIT or CLOSED: nothing more will be said by either program.
    #[inline]
    pub fn is_past(self) -> bool {
        matches!(self, StateName::TimeWait | StateName::Closed)
    }
    /// All states, in the diagram's order.
    pub const ALL: [StateName; 11] = [
        StateName::Listen,
        StateName::SynSent,
        StateName::SynReceived,
        StateName::Established,
        StateName::FinWait1,
        StateName::FinWait2,
        StateName::CloseWait,
        StateName::Closing,
        StateName::LastAck,
        StateName::TimeWait,
        StateName::Closed,
    ];

    /// The state after `event`; `None` when the event does not matter here.
    pub fn after(self, event: StateEvent) -> Option<StateName> {
        TRANSITIONS.iter().find(|row| row.0 == self && row.1 == event).map(|row| row.2)
    }
    /// Have both sides agreed on sequence numbers (RFC 9293 section 3.5.2, group 3)?
    pub fn is_synchronized(self) -> bool {
        !matches!(
            self,
            StateName::Listen | StateName::SynSent | StateName::SynReceived | StateName::Closed
        )
    }
    /// May text still arrive?
    pub fn may_receive(self) -> bool {
        matches!(self, StateName::Established | StateName::FinWait1 | StateName::FinWait2)
    }
    /// Has the other side finished?
    pub fn peer_finished(self) -> bool {
        matches!(
            self,
            StateName::CloseWait | StateName::Closing | StateName::LastAck | StateName::TimeWait
        )
    }
    /// Tells that what is between `endpoints` is in this state from now on; `journey`: the segment that
    /// brought it about.
    #[inline]
    pub(crate) fn tell(self, cx: &mut Cx, journey: Journey, endpoints: &Endpoints) {
        let (port, peer_port) = (endpoints.local.port(), endpoints.remote.port());
        let note = reasons::State { port, peer_port, is: self.name() };
        cx.trace.emit(Place::Node, journey, note);
    }
    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            StateName::Listen => "LISTEN",
            StateName::SynSent => "SYN-SENT",
            StateName::SynReceived => "SYN-RECEIVED",
            StateName::Established => "ESTABLISHED",
            StateName::FinWait1 => "FIN-WAIT-1",
            StateName::FinWait2 => "FIN-WAIT-2",
            StateName::CloseWait => "CLOSE-WAIT",
            StateName::Closing => "CLOSING",
            StateName::LastAck => "LAST-ACK",
            StateName::TimeWait => "TIME-WAIT",
            StateName::Closed => "CLOSED",
        }
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

use StateEvent::{
    Abort, AckOfFin, AckOfSyn, Close, Expire, FinArrives, RstArrives, SynAckArrives, SynArrives,
};
use StateName::{
    CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived,
    SynSent, TimeWait,
};

/// Every transition; the diagram above and the page's are drawn from it.
pub static TRANSITIONS: &[(StateName, StateEvent, StateName)] = &[
    (Listen, SynArrives, SynReceived),
    (Listen, Close, Closed),
    (SynSent, SynArrives, SynReceived),
    (SynSent, SynAckArrives, Established),
    (SynSent, RstArrives, Closed),
    (SynSent, Abort, Closed),
    (SynSent, Expire, Closed),
    (SynReceived, AckOfSyn, Established),
    (SynReceived, RstArrives, Closed),
    (SynReceived, Abort, Closed),
    (SynReceived, Expire, Closed),
    (Established, Close, FinWait1),
    (Established, FinArrives, CloseWait),
    (Established, RstArrives, Closed),
    (Established, Abort, Closed),
    (Established, Expire, Closed),
    (FinWait1, FinArrives, Closing),
    (FinWait1, AckOfFin, FinWait2),
    (FinWait1, RstArrives, Closed),
    (FinWait1, Abort, Closed),
    (FinWait1, Expire, Closed),
    (FinWait2, FinArrives, TimeWait),
    (FinWait2, RstArrives, Closed),
    (FinWait2, Abort, Closed),
    (FinWait2, Expire, Closed),
    (CloseWait, Close, LastAck),
    (CloseWait, RstArrives, Closed),
    (CloseWait, Abort, Closed),
    (CloseWait, Expire, Closed),
    (Closing, AckOfFin, TimeWait),
    (Closing, RstArrives, Closed),
    (Closing, Abort, Closed),
    (Closing, Expire, Closed),
    (LastAck, AckOfFin, Closed),
    (LastAck, RstArrives, Closed),
    (LastAck, Abort, Closed),
    (LastAck, Expire, Closed),
    // No (TimeWait, RstArrives): RFC 1337's first remedy, a RST does not cut TIME-WAIT short.
    (TimeWait, Abort, Closed),
    (TimeWait, Expire, Closed),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_every_event() {
        let events = [
            SynArrives,
            SynAckArrives,
            AckOfSyn,
            Close,
            FinArrives,
            AckOfFin,
            RstArrives,
            Abort,
            Expire,
        ];
        let mut table = String::new();
        for state in StateName::ALL {
            for event in events {
                let next = state.after(event).map_or("-", StateName::name);
                table += &format!("{:<13}{:<14}{next}\n", state.name(), format!("{event:?}"));
            }
        }
        let expected = include_str!("state_table.txt");
        assert_eq!(table, expected, "the table has changed; if that is meant, update the snapshot");
    }

    #[test]
    fn no_transition_is_declared_twice() {
        for (index, row) in TRANSITIONS.iter().enumerate() {
            assert!(!TRANSITIONS[..index].iter().any(|other| other.0 == row.0 && other.1 == row.1));
        }
    }
}
