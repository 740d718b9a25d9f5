//! Step 5: what the ACK field, the window and the SACK blocks say (RFC 9293 section 3.10.7.4, RFC 5681, RFC 6675).

use crate::congestion::Congestion;
use crate::connection::Connection;
use crate::loss::{Phase, Recovery};
use crate::reasons;
use crate::reset::reset_for;
use crate::segment::Segment;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use trace::{Cx, Place};

impl Connection {
    /// Reads the acknowledgement. False: the walk is over, its event is emitted.
    pub(crate) fn acknowledge(&mut self, cx: &mut Cx, segment: &Segment) -> bool {
        let ack = segment.header.ack;
        let journey = segment.journey;
        if self.state == StateName::SynReceived && !self.acknowledge_syn(cx, segment) {
            return false;
        }
        if ack.after(self.send.max_sent()) {
            //= rfc9293#3.10.7.4
            let nxt = self.send.nxt;
            cx.trace.emit(Place::Node, journey, reasons::AckOfUnsent { ack, nxt });
            self.challenge(cx);
            return false;
        }
        let una = self.send.una;
        if ack.before(una - self.send.max_wnd) {
            //= rfc5961#5.2
            cx.trace.emit(Place::Node, journey, reasons::AckTooOld { ack, una });
            self.challenge(cx);
            return false;
        }
        let window = u32::from(segment.header.window) << self.agreed.snd_scale;
        let had_window = self.send.wnd;
        if ack.at_or_after(una) {
            self.send.update_window(segment.header.seq, ack, window);
        }
        let news = self.agreed.sack && self.read_sack(segment);
        if ack.after(una) {
            self.advance(cx, segment);
        } else if ack == una && self.send.flight() > 0 {
            let repeats = if self.agreed.sack {
                news
            } else {
                segment.payload.is_empty() && self.send.wnd == had_window && segment.seq_len() == 0
            };
            if repeats {
                self.count_duplicate(cx, segment);
            }
        }
        if self.recovery.is_some() {
            self.judge_loss(cx);
        }
        self.follow_window(cx, segment, had_window);
        if self.state == StateName::Closed {
            let window = self.send.wnd;
            cx.trace.emit(Place::Node, journey, reasons::AckReceived { ack, window });
            return false;
        }
        true
    }

    /// SYN-RECEIVED: does it acknowledge our SYN?
    fn acknowledge_syn(&mut self, cx: &mut Cx, segment: &Segment) -> bool {
        let ack = segment.header.ack;
        //= rfc9293#3.10.7.4
        if !(ack.after(self.send.una) && ack.at_or_before(self.send.nxt)) {
            let why = reasons::WrongAckForSyn { ack, iss: self.send.iss };
            cx.trace.emit(Place::Node, segment.journey, why);
            self.due.reset = reset_for(segment).map(Box::new);
            return false;
        }
        self.send.wnd = u32::from(segment.header.window) << self.agreed.snd_scale;
        self.send.max_wnd = self.send.wnd;
        self.send.wl1 = segment.header.seq;
        self.send.wl2 = ack;
        self.enter_established(cx, segment, StateEvent::AckOfSyn);
        true
    }

    /// Writes the SACK blocks on the scoreboard; true when one of them is news.
    fn read_sack(&mut self, segment: &Segment) -> bool {
        let blocks = &segment.header.options.sack;
        if blocks.is_empty() || self.send.flight() == 0 {
            return false;
        }
        let low = self.send.una.max(segment.header.ack);
        let in_flight = self.send.nxt.distance(low).max(0) as u32;
        let mut news = 0;
        for &(left, right) in blocks.as_slice() {
            // Measured from the acknowledgement, unsigned: a block that is no range, or beyond what we
            // sent, is a lie; one at or before it tells of a duplicate (RFC 2883) and changes nothing.
            let (from, to) = (left.since(low), right.since(low));
            if from == 0 || from >= to || to > in_flight {
                continue;
            }
            let una = self.send.una;
            let recovery = self.recovery.get_or_insert_with(|| Box::new(Recovery::new(una)));
            news += recovery.sacked.insert(left, right);
        }
        news > 0
    }

    /// Something new is acknowledged.
    fn advance(&mut self, cx: &mut Cx, segment: &Segment) {
        let (ack, now) = (segment.header.ack, cx.now());
        let flight_before = self.in_flight();
        let acked = ack.since(self.send.una);
        if ack.after(self.send.nxt) {
            self.send.nxt = ack; // the probe of the closed window was taken after all
            self.bytes_sent += 1;
        }
        self.send.probed = self.send.probed && ack == self.send.nxt && self.send.wnd == 0;
        self.send.una = ack;
        self.send_queue.acknowledge(ack);
        self.measure_round_trip(segment, now);
        self.rtt.calm_down();
        self.progress_at = now;
        let in_flight = self.send.flight();
        let note = reasons::AckAdvanced { una: ack, acked, in_flight };
        cx.trace.emit(Place::Node, segment.journey, note);
        //= rfc6298#5.2
        //= rfc6298#5.3
        if in_flight == 0 {
            self.timers.retransmit = Timers::OFF;
        } else {
            self.arm_retransmit(now);
        }
        let repairing = self.advance_recovery(cx, acked);
        if !repairing && self.cwnd_limited {
            self.congestion.on_ack(acked.min(flight_before.max(1)), self.text_mss());
        }
        if self.fin_queued && ack.after(self.send_queue.end()) {
            self.fin_is_acknowledged(cx, segment);
        }
    }

    fn measure_round_trip(&mut self, segment: &Segment, now: base::Instant) {
        if let Some(sample) = self.rtt.finish(self.send.una, now) {
            self.rtt.sample(sample);
        } else if self.recovery.is_some()
            && let (true, Some(stamp)) = (self.agreed.timestamps, segment.header.options.timestamps)
            && let Some(sample) = self.agreed.round_trip(stamp.echo, now)
        {
            //= rfc7323#4.1
            self.rtt.sample(sample);
        }
    }

    /// Tells the repair, if there is one, that SND.UNA moved; true while fast recovery goes on.
    fn advance_recovery(&mut self, cx: &mut Cx, acked: u32) -> bool {
        let view = self.view();
        let Some(recovery) = &mut self.recovery else { return false };
        let phase = recovery.phase;
        if recovery.advance(view, acked) {
            recovery.phase = Phase::Disorder;
            recovery.dup_acks = 0;
            recovery.force = false;
            // With SACK the pipe was counted all the time and no burst can follow.
            let flight = if view.sack { u32::MAX } else { view.nxt.since(view.una) };
            self.congestion.on_recovered(flight, view.mss);
            let (una, cwnd) = (view.una, self.congestion.window());
            cx.trace.emit(Place::Node, self.answers, reasons::Recovered { una, cwnd });
        }
        if recovery.phase == Phase::Disorder && recovery.sacked.is_empty() {
            self.recovery = None;
        }
        phase == Phase::Fast
    }

    fn count_duplicate(&mut self, cx: &mut Cx, segment: &Segment) {
        let una = self.send.una;
        let recovery = self.recovery.get_or_insert_with(|| Box::new(Recovery::new(una)));
        recovery.dup_acks = recovery.dup_acks.saturating_add(1);
        let (ack, count) = (segment.header.ack, recovery.dup_acks);
        cx.trace.emit(Place::Node, segment.journey, reasons::DupAck { ack, count });
    }

    /// Recomputes the pipe, and begins fast recovery when the signs are enough.
    fn judge_loss(&mut self, cx: &mut Cx) {
        let view = self.view();
        let flight = self.send.flight().min(self.congestion.window());
        let Some(recovery) = &mut self.recovery else { return };
        if recovery.is_loss(view) {
            self.congestion.on_loss(flight, view.mss);
            recovery.begin_fast(view);
            let (seq, cwnd) = (view.una, self.congestion.window());
            let note = reasons::FastRetransmit { seq, cwnd, ssthresh: self.congestion.ssthresh() };
            cx.trace.emit(Place::Node, self.answers, note);
        } else {
            recovery.measure(view);
        }
    }

    /// Did the other side's window open or close?
    #[inline]
    fn follow_window(&mut self, cx: &mut Cx, segment: &Segment, had: u32) {
        let window = self.send.wnd;
        if window == 0 {
            //= rfc9293#3.8.6.1 MUST-37
            self.progress_at = cx.now(); // it answers: patience, for ever
            if had > 0 {
                let seq = self.send.nxt;
                cx.trace.emit(Place::Node, segment.journey, reasons::ZeroWindow { seq });
            }
        } else if had == 0 {
            cx.trace.emit(Place::Node, segment.journey, reasons::WindowOpened { window });
            if self.send.flight() == 0 {
                self.timers.retransmit = Timers::OFF;
                self.rtt.calm_down();
            }
        }
    }

    fn fin_is_acknowledged(&mut self, cx: &mut Cx, segment: &Segment) {
        let Some(next) = self.state.after(StateEvent::AckOfFin) else { return };
        let name = reasons::FinAcked { state: next.name() };
        cx.trace.emit(Place::Node, segment.journey, name);
        match next {
            StateName::Closed => {
                self.become_closed(StateEvent::AckOfFin, None);
            }
            StateName::TimeWait => self.enter_time_wait(cx),
            _ => {
                self.state = next;
                self.watch_orphan(cx.now());
            }
        }
    }

    /// All is done; wait 2 MSL (RFC 9293 section 3.6.1 MUST-13).
    pub(crate) fn enter_time_wait(&mut self, cx: &mut Cx) {
        //= rfc9293#3.6.1 MUST-13
        self.state = StateName::TimeWait;
        self.forget_sending();
        self.reassembly = None;
        self.timers.stop_all();
        let span = self.config.msl * 2;
        self.timers.life = cx.now() + span;
        cx.trace.emit(Place::Node, self.answers, reasons::TimeWait { span });
    }
}
