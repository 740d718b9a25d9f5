//! A segment arrives: the eight steps of RFC 9293 section 3.10.7.4, hardened by RFC 5961 and PAWS.
//!
//! ```text
//!   PAWS -> 1 sequence number -> 2 RST -> (3 security: absent) -> 4 SYN -> 5 ACK -> 6 URG -> 7 text -> 8 FIN
//!      \________\__________________\___________________________\_______\ each may end the walk with an event
//! ```
//!
//! Two liberties, both towards robustness: a segment without text is acceptable at the very right
//! edge of the window (the peer has filled the window and lost something; its ACK is still true),
//! and in SYN-RECEIVED the SYN,ACK of a simultaneous open passes though its SYN is old.

use crate::connection::Connection;
use crate::info::Error;
use crate::reasons;
use crate::segment::Segment;
use crate::state::{StateEvent, StateName};
use base::Duration;
use trace::{Cx, Place};
use wire::tcp::Flags;

/// Challenge ACKs (and answers to senseless segments) in one second, per connection.
const CHALLENGES_A_SECOND: u8 = 10;

impl Connection {
    /// Takes a segment that the demux found to be ours; emits exactly one event with a fate.
    pub fn handle_segment(&mut self, cx: &mut Cx, mut segment: Segment) {
        self.handle_segment_in_place(cx, &mut segment);
    }

    /// The same for a segment that stays where it was made: its text is taken out.
    pub fn handle_segment_in_place(&mut self, cx: &mut Cx, segment: &mut Segment) {
        self.heard_at = cx.now();
        self.keepalive_probes = 0;
        self.answers = segment.journey;
        match self.state {
            StateName::Closed | StateName::Listen => {
                cx.trace.emit(Place::Node, segment.journey, reasons::NoConnection {});
            }
            StateName::SynSent => self.arrive_in_syn_sent(cx, segment),
            StateName::TimeWait => self.arrive_in_time_wait(cx, segment),
            _ => self.arrive(cx, segment),
        }
    }

    fn arrive(&mut self, cx: &mut Cx, segment: &mut Segment) {
        let journey = segment.journey;
        if self.state == StateName::SynReceived {
            self.pass_simultaneous_syn_ack(segment);
        }
        if !self.passes_paws(cx, segment) {
            return;
        }
        let Some(refused) = self.passes_sequence_check(cx, segment) else { return };
        let flags = segment.header.flags;
        if flags.has(Flags::RST) {
            return self.arrive_reset(cx, segment);
        }
        if flags.has(Flags::SYN) {
            //= rfc9293#3.10.7.4
            //= rfc5961#4.2
            let seq = segment.header.seq;
            cx.trace.emit(Place::Node, journey, reasons::SynChallenged { seq });
            return self.challenge(cx);
        }
        if !flags.has(Flags::ACK) {
            cx.trace.emit(Place::Node, journey, reasons::NoAck {});
            return;
        }
        if !self.acknowledge(cx, segment) {
            return;
        }
        self.remember_timestamp(cx, segment);
        if flags.has(Flags::URG) {
            let pointer = segment.header.urgent;
            cx.trace.emit(Place::Node, journey, reasons::UrgentInLine { pointer });
        }
        if let Some((seq, len)) = refused {
            self.due.acks = self.due.acks.max(1);
            cx.trace.emit(Place::Node, journey, reasons::WindowClosed { seq, len });
            return;
        }
        self.take_text(cx, segment);
    }

    /// Simultaneous open (RFC 9293 figure 8): the SYN,ACK repeats the SYN that we have taken.
    fn pass_simultaneous_syn_ack(&self, segment: &mut Segment) {
        let header = &mut segment.header;
        if header.flags.has(Flags::SYN.with(Flags::ACK))
            && header.seq == self.receive.irs
            && header.ack == self.send.nxt
        {
            header.flags = header.flags.without(Flags::SYN);
            header.seq += 1;
            // The window of a SYN is not scaled (RFC 7323 section 2.2), all later ones are.
            header.window >>= self.agreed.snd_scale;
        }
    }

    /// RFC 7323 section 5.3 R1; also section 3.2: agreed timestamps must be there.
    #[inline]
    fn passes_paws(&mut self, cx: &mut Cx, segment: &Segment) -> bool {
        if !self.agreed.timestamps || segment.header.flags.has(Flags::RST) {
            return true;
        }
        let seq = segment.header.seq;
        let Some(stamp) = segment.header.options.timestamps else {
            //= rfc7323#3.2
            cx.trace.emit(Place::Node, segment.journey, reasons::TimestampMissing { seq });
            return false;
        };
        let now = cx.now();
        if self.agreed.is_old(stamp.value, now) {
            let (value, recent) = (stamp.value, self.agreed.ts_recent);
            let why = reasons::PawsDrop { seq, value, recent };
            cx.trace.emit(Place::Node, segment.journey, why);
            self.challenge(cx);
            return false;
        }
        true
    }

    /// Step 1. `None`: the walk is over. `Some(Some(..))`: the window is closed, so the text (its
    /// number and length told) is cut off, but the ACK is still read. Else the segment is acceptable.
    #[inline]
    #[allow(clippy::option_option)] // the three answers of the step, named above
    fn passes_sequence_check(
        &mut self,
        cx: &mut Cx,
        segment: &mut Segment,
    ) -> Option<Option<(base::Seq, u32)>> {
        let (seq, len) = (segment.header.seq, segment.seq_len());
        let (nxt, window) = (self.receive.nxt, self.receive.window());
        let end = seq + len;
        let refused = if len == 0 {
            let ahead = seq.distance(nxt);
            (0..=window as i32).contains(&ahead).then_some(None)
        } else if end.at_or_before(nxt) {
            None
        } else if seq.before(self.receive.adv) {
            Some(None)
        } else if window == 0 && seq == nxt && !segment.header.flags.has(Flags::SYN) {
            //= rfc9293#3.10.7.4 MUST-66
            segment.payload = base::Body::EMPTY;
            segment.header.flags = segment.header.flags.without(Flags::FIN);
            Some(Some((seq, len)))
        } else {
            None
        };
        if refused.is_none() {
            self.refuse(cx, segment);
            return None;
        }
        refused
    }

    /// TS.Recent, from a segment whose acknowledgement was believed: a number guessed blindly must not
    /// make PAWS refuse the true ones.
    #[inline]
    fn remember_timestamp(&mut self, cx: &mut Cx, segment: &Segment) {
        //= rfc7323#4.3
        if let Some(stamp) = segment.header.options.timestamps
            && self.agreed.timestamps
            && segment.header.seq.at_or_before(self.receive.acked)
        {
            self.agreed.remember(stamp.value, cx.now());
        }
    }

    /// Not acceptable: an ACK says what would be (never to a RST).
    fn refuse(&mut self, cx: &mut Cx, segment: &Segment) {
        let (seq, len) = (segment.header.seq, segment.seq_len());
        let (expected, window) = (self.receive.nxt, self.receive.window());
        let journey = segment.journey;
        let end = seq + len;
        let is_reset = segment.header.flags.has(Flags::RST);
        if is_reset || seq.after(expected) || end.before(expected - (1 << 30)) {
            let why = reasons::OutOfWindow { seq, len, expected, window };
            cx.trace.emit(Place::Node, journey, why);
        } else if seq + 1 == expected && len <= 1 && !segment.header.flags.has(Flags::FIN) {
            cx.trace.emit(Place::Node, journey, reasons::ProbeAnswered { seq });
        } else {
            cx.trace.emit(Place::Node, journey, reasons::Duplicate { seq, len, expected });
            if len > 0 && !segment.header.flags.has(Flags::SYN) {
                //= rfc2883#4
                self.due.dsack = self.agreed.sack.then_some((seq, end));
                self.due.acks = self.due.acks.max(1);
                return;
            }
        }
        //= rfc9293#3.10.7.4
        if !is_reset {
            self.challenge(cx);
        }
    }

    /// Step 2: RFC 5961 section 3.2 believes only the exact number.
    fn arrive_reset(&mut self, cx: &mut Cx, segment: &Segment) {
        let (seq, expected) = (segment.header.seq, self.receive.nxt);
        //= rfc5961#3.2
        if seq != expected {
            let why = reasons::ResetChallenged { seq, expected };
            cx.trace.emit(Place::Node, segment.journey, why);
            return self.challenge(cx);
        }
        cx.trace.emit(Place::Node, segment.journey, reasons::ResetReceived { seq });
        let error = match self.state {
            StateName::SynReceived => Error::Refused,
            _ => Error::Reset,
        };
        self.become_closed(cx, segment.journey, StateEvent::RstArrives, Some(error));
    }

    /// TIME-WAIT: the other side's repeated FIN is acknowledged again; a RST is ignored (RFC 1337).
    fn arrive_in_time_wait(&mut self, cx: &mut Cx, segment: &Segment) {
        let header = &segment.header;
        let (seq, journey) = (header.seq, segment.journey);
        if header.flags.has(Flags::RST) {
            //= rfc1337#3
            cx.trace.emit(Place::Node, journey, reasons::TimeWaitReset { seq });
            return;
        }
        if header.flags.has(Flags::SYN) {
            cx.trace.emit(Place::Node, journey, reasons::SynChallenged { seq });
            return self.challenge(cx);
        }
        if !self.passes_paws(cx, segment) {
            return;
        }
        if header.flags.has(Flags::FIN) && seq + segment.seq_len() == self.receive.nxt {
            //= rfc9293#3.10.7.4
            self.timers.life = cx.now() + self.config.msl * 2;
            self.due.acks = 1;
            cx.trace.emit(Place::Node, journey, reasons::TimeWaitSegment { seq });
            return;
        }
        if segment.seq_len() == 0 && seq == self.receive.nxt {
            let (ack, window) = (header.ack, u32::from(header.window));
            cx.trace.emit(Place::Node, journey, reasons::AckReceived { ack, window });
            return;
        }
        self.refuse(cx, segment);
    }

    /// Owes an ACK that tells a doubtful sender where we are, a few times a second at most.
    pub(crate) fn challenge(&mut self, cx: &mut Cx) {
        //= rfc5961#7
        let now = cx.now();
        if now.since(self.challenges_since) >= Duration::from_secs(1) {
            self.challenges_since = now;
            self.challenges = 0;
        }
        if self.challenges >= CHALLENGES_A_SECOND {
            cx.trace.emit(Place::Node, self.answers, reasons::ChallengeLimited {});
            return;
        }
        self.challenges += 1;
        self.due.acks = self.due.acks.max(1);
        let count = self.challenges;
        cx.trace.emit(Place::Node, self.answers, reasons::ChallengeAck { count });
    }
}
