//! Step 5: what the ACK field, the window and the SACK blocks say (RFC 9293 section 3.10.7.4, RFC 5681, RFC 6675).

use crate::congestion::Congestion;
use crate::connection::Connection;
use crate::loss::{Clock, Phase, Recovery};
use crate::rack::{News, Undo};
use crate::reasons;
use crate::reset::reset_for;
use crate::segment::Segment;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use base::Seq;
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
        let mut arrived = News::default();
        let news = if self.agreed.sack { self.read_sack(cx, segment, &mut arrived) } else { 0 };
        if ack.after(una) {
            self.advance(cx, segment, &mut arrived);
        } else if ack == una && self.send.flight() > 0 {
            let repeats = if self.agreed.sack {
                news > 0
            } else {
                segment.payload.is_empty() && self.send.wnd == had_window && segment.seq_len() == 0
            };
            if repeats {
                self.count_duplicate(cx, segment);
            }
        }
        if self.rack.update(&arrived, cx.now()) {
            cx.trace.emit(Place::Node, journey, reasons::ReorderingSeen {});
        }
        if self.recovery.is_some() {
            if !ack.after(una) {
                self.reap_repetitions(cx, segment); // else `advance` has done it
            }
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

    /// Writes the SACK blocks on the scoreboard; how many octets of them are news.
    fn read_sack(&mut self, cx: &mut Cx, segment: &Segment, arrived: &mut News) -> u32 {
        let blocks = segment.header.options.sack.as_slice();
        if let Some((left, right)) = duplicate_of(blocks, segment.header.ack) {
            self.was_repeated_in_vain(cx, left, right);
        }
        if blocks.is_empty() || self.send.flight() == 0 {
            return 0;
        }
        let low = self.send.una.max(segment.header.ack);
        let in_flight = self.send.nxt.distance(low).max(0) as u32;
        let mut news = 0;
        for &(left, right) in blocks {
            // Measured from the acknowledgement, unsigned: a block that is no range, or beyond what we
            // sent, is a lie; one at or before it tells of a duplicate (RFC 2883) and is no news.
            let (from, to) = (left.since(low), right.since(low));
            if from == 0 || from >= to || to > in_flight {
                continue;
            }
            self.note_arrival(left, right, arrived);
            let una = self.send.una;
            let recovery = self.recovery.get_or_insert_with(|| Box::new(Recovery::new(una)));
            news += recovery.sacked.insert(left, right);
        }
        let is_calm = self.recovery.as_ref().is_some_and(|it| it.phase == Phase::Disorder);
        if is_calm && self.cwnd_limited && news > 0 && self.rack.path_reorders() {
            // Octets arrive long before they can be acknowledged in order, and mean no loss (else RFC
            // 5681 section 3.2 forbids to open the window on duplicates).
            self.congestion.on_ack(news, self.text_mss());
        }
        news
    }

    /// `[left, right)` is reported: what of it is news and was sent once, RACK wants to know.
    #[inline]
    fn note_arrival(&self, left: Seq, right: Seq, arrived: &mut News) {
        let (first, end) = match &self.recovery {
            None => (left, right),
            Some(recovery) => match recovery.news_in(left, right) {
                Some(news) => news,
                None => return,
            },
        };
        if let Some(left_at) = self.sent.left_at(end) {
            arrived.add(first, end, left_at);
        }
    }

    /// The other side has `[left, right)` twice: we repeated it too early, or the network doubled it.
    #[cold]
    fn was_repeated_in_vain(&mut self, cx: &mut Cx, left: Seq, right: Seq) {
        self.rack.repeated_in_vain(self.send.una, self.send.nxt);
        let is_mistake = self.undo.as_mut().is_some_and(|it| it.was_in_vain(left, right));
        let Some(undo) = self.undo.take_if(|_| is_mistake) else { return };
        self.congestion.on_undo(undo.cwnd, undo.ssthresh);
        if let Some(recovery) = &mut self.recovery {
            recovery.forgive(self.send.una);
        }
        let cwnd = self.congestion.window();
        cx.trace.emit(Place::Node, self.answers, reasons::RecoveryUndone { cwnd });
    }

    /// Which repetitions arrived, and how long did they take? An echoed timestamp tells the repetition
    /// from its original, so these round trips may be measured too (RFC 7323 section 4.1).
    fn reap_repetitions(&mut self, cx: &mut Cx, segment: &Segment) {
        let (una, now, agreed) = (self.send.una, cx.now(), &self.agreed);
        let (rack, rtt) = (&mut self.rack, &mut self.rtt);
        let echo = segment.header.options.timestamps.map(|stamp| stamp.echo);
        let Some(recovery) = &mut self.recovery else { return };
        recovery.reap_repetitions(una, |left_at, end| {
            let echo = echo.filter(|_| agreed.timestamps);
            if echo.is_some_and(|echo| agreed.is_older(echo, left_at)) {
                return; // it answers the original
            }
            rack.repetition_arrived(left_at, end, now);
            if echo.is_some() {
                //= rfc7323#4.1
                rtt.sample(now.since(left_at));
            }
        });
    }

    /// Something new is acknowledged.
    fn advance(&mut self, cx: &mut Cx, segment: &Segment, arrived: &mut News) {
        let (ack, now) = (segment.header.ack, cx.now());
        let flight_before = self.in_flight();
        let acked = ack.since(self.send.una);
        let news = self.recovery.as_ref().map_or(acked, |it| it.sacked.unknown(self.send.una, ack));
        if ack.after(self.send.nxt) {
            self.send.nxt = ack; // the probe of the closed window was taken after all
            self.bytes_sent += 1;
        }
        self.send.probed = self.send.probed && ack == self.send.nxt && self.send.wnd == 0;
        if self.agreed.sack {
            self.note_arrival(self.send.una, ack, arrived);
            self.sent.acknowledge(ack);
            self.rack.acknowledged(ack);
        }
        self.send.una = ack;
        self.send.small_to = self.send.small_to.max(ack);
        self.send_queue.acknowledge(ack);
        if let Some(sample) = self.rtt.finish(ack, now) {
            self.rtt.sample(sample);
        }
        self.reap_repetitions(cx, segment);
        self.progress_at = now;
        //= rfc6298#5.2
        //= rfc6298#5.3
        if self.send.flight() == 0 {
            self.timers.retransmit = Timers::OFF;
        } else {
            self.arm_retransmit(now);
        }
        let repairing = self.advance_recovery(cx, acked);
        if !repairing && self.cwnd_limited {
            self.congestion.on_ack(news.min(flight_before.max(1)), self.text_mss());
        }
        let (in_flight, cwnd) = (self.send.flight(), self.congestion.window());
        let note = reasons::AckAdvanced { una: ack, acked, in_flight, cwnd, srtt: self.rtt.srtt() };
        cx.trace.emit(Place::Node, segment.journey, note);
        if self.fin_queued && ack.after(self.send_queue.end()) {
            self.fin_is_acknowledged(cx, segment);
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
            self.rack.recovered();
            let (una, cwnd) = (view.una, self.congestion.window());
            cx.trace.emit(Place::Node, self.answers, reasons::Recovered { una, cwnd });
        }
        if recovery.phase == Phase::Disorder && recovery.sacked.is_empty() {
            self.recovery = None;
            self.timers.reorder = Timers::OFF;
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

    /// Says what is lost by now, recomputes the pipe, and begins fast recovery when the signs are enough.
    pub(crate) fn judge_loss(&mut self, cx: &mut Cx) {
        let view = self.view();
        let flight = self.send.flight().min(self.congestion.window());
        let Some(recovery) = &mut self.recovery else { return };
        if view.sack {
            let (rack, sent, srtt) = (&self.rack, &self.sent, self.rtt.srtt());
            let again = recovery.judge(view, Clock { rack, sent, srtt, now: cx.now() });
            self.timers.reorder = again.unwrap_or(Timers::OFF);
        }
        if recovery.is_loss(view) {
            self.undo = view
                .sack
                .then(|| Box::new(Undo::new(self.congestion.window(), self.congestion.ssthresh())));
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
            if !self.orphan {
                self.progress_at = cx.now(); // it answers: patience, for ever, while a program waits
            }
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
        let Some(next) = self.step(cx, segment.journey, StateEvent::AckOfFin) else { return };
        let name = reasons::FinAcked { state: next.name() };
        cx.trace.emit(Place::Node, segment.journey, name);
        match next {
            StateName::Closed => self.forget_all(None),
            StateName::TimeWait => self.rest_in_time_wait(cx),
            _ => self.watch_orphan(cx.now()),
        }
    }

    /// All is done; wait 2 MSL (RFC 9293 section 3.6.1 MUST-13).
    pub(crate) fn rest_in_time_wait(&mut self, cx: &mut Cx) {
        //= rfc9293#3.6.1 MUST-13
        self.forget_sending();
        self.reassembly = None;
        self.timers.stop_all();
        let span = self.config.msl * 2;
        self.timers.life = cx.now() + span;
        cx.trace.emit(Place::Node, self.answers, reasons::TimeWait { span });
    }
}

/// The block by which the other side reports a duplicate: the first, when it lies before the
/// acknowledgement or inside the second (RFC 2883 section 4).
fn duplicate_of(blocks: &[(Seq, Seq)], ack: Seq) -> Option<(Seq, Seq)> {
    //= rfc2883#4
    let &(left, right) = blocks.first()?;
    let is_inside = |outer: &(Seq, Seq)| left.at_or_after(outer.0) && right.at_or_before(outer.1);
    let is_old = right.at_or_before(ack) || blocks.get(1).is_some_and(is_inside);
    (left.before(right) && is_old).then_some((left, right))
}
