//! Segments that leave: what may be sent now, in which order, and how it is dressed.
//!
//! ```text
//!   a reset  ->  a SYN  ->  what is lost  ->  a probe  ->  new text, FIN  ->  doubtful text  ->  a bare ACK
//! ```
//!
//! New text must pass four gates: the other side's window, the congestion window, the sender's
//! silly-window rule (RFC 9293 section 3.8.6.2.1) and Nagle. Nagle stands here in Minshall's form, as in
//! Linux: a small segment waits only while another *small* one is unacknowledged, so that the odd
//! end of a long answer never waits for a delayed acknowledgement.
//! Text is a view of the send queue: nothing is copied and nothing allocated here.

use crate::congestion::Congestion;
use crate::connection::Connection;
use crate::loss::Phase;
use crate::reasons;
use crate::segment::Segment;
use crate::state::StateName;
use crate::timers::Timers;
use base::{Body, Instant, Journey, Seq};
use trace::{Cx, Place};
use wire::tcp::{Flags, Header, Options, SackBlocks};

/// What the gates say about new text.
enum Verdict {
    /// So many octets, with or without the FIN.
    Send(u32, bool),
    /// Nothing to send, or it has to wait.
    Wait,
}

impl Connection {
    /// The next segment that should leave; call until `None`.
    #[inline]
    pub fn poll_segment(&mut self, cx: &mut Cx) -> Option<Segment> {
        if self.has_said_all() {
            self.cwnd_limited = false;
            return None;
        }
        self.poll_any(cx)
    }

    /// Open, and nothing of what [`Connection::poll_any`] looks for is there: most calls find it so.
    #[inline]
    fn has_said_all(&self) -> bool {
        let due = &self.due;
        self.state == StateName::Established
            && self.recovery.is_none()
            && due.acks == 0
            && !due.delayed
            && !(due.window_probe || due.keepalive || due.reset.is_some())
            && self.send_queue.end() == self.send.nxt
            && !self.fin_queued
    }

    fn poll_any(&mut self, cx: &mut Cx) -> Option<Segment> {
        if let Some(reset) = self.due.reset.take() {
            return Some(*reset);
        }
        match self.state {
            StateName::Closed | StateName::Listen => None,
            StateName::SynSent | StateName::SynReceived => self.poll_handshake(cx),
            _ => {
                if self.recovery.is_some() || self.due.window_probe || self.due.keepalive {
                    return self.poll_troubled(cx);
                }
                match self.gate(cx) {
                    Verdict::Send(len, fin) => Some(self.send_new(cx, len, fin)),
                    Verdict::Wait => self.poll_ack(cx),
                }
            }
        }
    }

    fn poll_handshake(&mut self, cx: &mut Cx) -> Option<Segment> {
        if !self.due.syn {
            return if self.state == StateName::SynReceived { self.poll_ack(cx) } else { None };
        }
        self.due.syn = false;
        let now = cx.now();
        let active = self.state == StateName::SynSent;
        let mut header = self.header(now, self.send.iss, Flags::SYN);
        // Neither window of the handshake is scaled (RFC 7323 section 2.2).
        header.window = self.config.receive_buffer.min(0xffff) as u16;
        if active {
            header.ack = Seq(0);
            header.options = self.syn_options(now);
        } else {
            header.flags = Flags::SYN.with(Flags::ACK);
            let scaled = self.agreed.rcv_scale > 0 || self.agreed.snd_scale > 0;
            header.options = self.agreed.answer(self.path_mss, scaled, now);
            self.has_acknowledged();
        }
        self.sent_at = now;
        Some(Segment::bare(header))
    }

    /// While a loss is repaired or a probe is due.
    #[cold]
    fn poll_troubled(&mut self, cx: &mut Cx) -> Option<Segment> {
        if let Some(segment) = self.poll_lost(cx) {
            return Some(segment);
        }
        if self.due.window_probe || self.due.keepalive {
            return self.poll_probe(cx).or_else(|| self.poll_ack(cx));
        }
        match self.gate(cx) {
            Verdict::Send(len, fin) => Some(self.send_new(cx, len, fin)),
            Verdict::Wait => self.poll_doubtful(cx).or_else(|| self.poll_ack(cx)),
        }
    }

    /// May new text leave, and how much?
    #[inline]
    fn gate(&mut self, cx: &mut Cx) -> Verdict {
        let unsent = self.send_queue.end().distance(self.send.nxt);
        let fin_waits = self.fin_queued && unsent >= 0;
        if unsent <= 0 && !fin_waits {
            self.cwnd_limited &= self.recovery.is_some();
            return Verdict::Wait;
        }
        let unsent = unsent.max(0) as u32;
        let window = self.send.usable();
        let mss = self.text_room();
        let len = unsent.min(mss).min(window);
        let fin = fin_waits && len == unsent && window > len;
        if len == 0 && !fin {
            self.wait_for_window(cx.now());
            return Verdict::Wait;
        }
        let room = self.congestion.window().saturating_sub(self.in_flight());
        if len > room {
            self.cwnd_limited = true;
            return Verdict::Wait;
        }
        if len == mss || fin {
            return Verdict::Send(len, fin);
        }
        self.gate_small(cx, len, len == unsent)
    }

    /// A segment that is not full: silly window and Nagle.
    fn gate_small(&mut self, cx: &mut Cx, len: u32, is_rest: bool) -> Verdict {
        let idle = self.send.flight() == 0;
        if !is_rest {
            //= rfc9293#3.8.6.2.1 MUST-38
            if len >= self.send.max_wnd / 2 && len > 0 {
                return Verdict::Send(len, false);
            }
            if idle {
                self.wait_for_window(cx.now());
            }
            return Verdict::Wait;
        }
        //= rfc9293#3.7.4 MUST-17
        let small_in_flight = self.send.small_to.after(self.send.una) && !idle;
        if self.config.nagle && small_in_flight && !self.fin_queued {
            self.cwnd_limited = false;
            cx.trace.emit(Place::Node, Journey::NONE, reasons::NagleWaits { len });
            return Verdict::Wait;
        }
        Verdict::Send(len, false)
    }

    /// The window is closed (or silly) and nothing in flight will open it: probe after a while.
    fn wait_for_window(&mut self, now: Instant) {
        self.cwnd_limited = false;
        if self.send.flight() == 0 && self.timers.retransmit == Timers::OFF {
            //= rfc9293#3.8.6.1 MUST-36
            self.timers.retransmit = now + self.rtt.rto();
            self.progress_at = now;
        }
    }

    #[inline(always)] // the segment is built where it is returned
    #[allow(clippy::inline_always)]
    fn send_new(&mut self, cx: &mut Cx, len: u32, fin: bool) -> Segment {
        let now = cx.now();
        let seq = self.send.nxt;
        let was_idle = self.send.flight() == 0;
        if was_idle {
            self.progress_at = now;
            if now.since(self.sent_at) > self.rtt.rto() {
                //= rfc5681#4.1
                let initial = self.initial_window();
                self.congestion.on_idle(initial);
            }
        }
        self.send.nxt = seq + len + u32::from(fin);
        self.bytes_sent += u64::from(len);
        if len < self.text_room() && len > 0 {
            self.send.small_to = self.send.nxt;
        }
        if was_idle || self.timers.retransmit == Timers::OFF {
            self.arm_retransmit(now);
        }
        self.rtt.start(self.send.nxt, now);
        if self.agreed.sack {
            self.sent.sent(self.send.nxt, now);
        }
        if let Some(recovery) = &mut self.recovery {
            recovery.pipe += len + u32::from(fin);
        }
        if fin {
            cx.trace.emit(Place::Node, Journey::NONE, reasons::FinSent { seq: seq + len });
        }
        self.text_segment(cx, seq, len, fin)
    }

    /// Cuts `[seq, seq + len)` and dresses it.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn text_segment(&mut self, cx: &mut Cx, seq: Seq, len: u32, fin: bool) -> Segment {
        let now = cx.now();
        let payload = if len > 0 { self.send_queue.cut(seq, len) } else { Body::EMPTY };
        let mut flags = Flags::ACK;
        if len > 0 && seq + len == self.send_queue.end() {
            //= rfc9293#3.9.1.2 MUST-61
            flags = flags.with(Flags::PSH);
        }
        if fin {
            flags = flags.with(Flags::FIN);
        }
        let header = self.header(now, seq, flags);
        self.has_acknowledged();
        self.sent_at = now;
        Segment { header, payload, journey: Journey::NONE, parent: Journey::NONE }
    }

    /// What is lost for sure leaves as the congestion window allows, the first of it at once.
    fn poll_lost(&mut self, cx: &mut Cx) -> Option<Segment> {
        let view = self.view();
        let (fault, text_end) = (self.config.never_again, self.send_queue.end());
        let recovery = self.recovery.as_mut()?;
        let (start, end) = recovery.next_lost(view)?;
        let room = self.congestion.window().saturating_sub(recovery.pipe);
        let len = end.since(start).min(view.mss);
        if fault.is_some() && fault == Some(len.min(text_end.since(start))) {
            return None;
        }
        if !recovery.force && room < len {
            self.cwnd_limited = true;
            return None;
        }
        let cause = match recovery.phase {
            Phase::Timeout => "time-out",
            _ if recovery.force && start == view.una => "duplicate ACKs",
            _ => "SACK",
        };
        let first = recovery.force;
        if first && recovery.phase == Phase::Fast {
            self.arm_retransmit(cx.now());
        }
        Some(self.send_again(cx, start, end, cause))
    }

    /// Nothing is lost for sure and nothing new may leave: what may be lost (RFC 6675 section 4, rule 4).
    #[cold]
    fn poll_doubtful(&mut self, cx: &mut Cx) -> Option<Segment> {
        let view = self.view();
        let (fault, text_end) = (self.config.never_again, self.send_queue.end());
        let recovery = self.recovery.as_mut()?;
        let room = self.congestion.window().saturating_sub(recovery.pipe);
        if room < view.mss {
            return None;
        }
        let (start, end) = recovery.next_doubtful(view)?;
        let len = end.since(start).min(view.mss);
        if fault.is_some() && fault == Some(len.min(text_end.since(start))) {
            return None;
        }
        Some(self.send_again(cx, start, end, "rescue"))
    }

    #[cold]
    fn send_again(&mut self, cx: &mut Cx, start: Seq, end: Seq, cause: &'static str) -> Segment {
        let mss = self.text_room();
        let text_end = self.send_queue.end();
        let len = text_end.min(end).distance(start).max(0) as u32;
        let len = len.min(mss);
        let fin = self.fin_sent() && start + len == text_end && end.after(text_end);
        let stop = start + len + u32::from(fin);
        if let Some(recovery) = &mut self.recovery {
            recovery.sent_again(start, stop, cx.now());
        }
        if let Some(undo) = &mut self.undo {
            undo.sent_again(start, stop);
        }
        self.rtt.stop();
        self.retransmissions += 1;
        cx.trace.emit(Place::Node, Journey::NONE, reasons::Retransmit { seq: start, len, cause });
        self.text_segment(cx, start, len, fin)
    }

    /// Asks a closed window, or a silent peer.
    #[cold]
    fn poll_probe(&mut self, cx: &mut Cx) -> Option<Segment> {
        if core::mem::take(&mut self.due.keepalive) {
            //= rfc9293#3.8.4 SHLD-12
            let header = self.header(cx.now(), self.send.nxt - 1, Flags::ACK);
            return Some(Segment::bare(header));
        }
        self.due.window_probe = false;
        if self.send.flight() > 0 {
            return None;
        }
        let unsent = self.send_queue.end().distance(self.send.nxt).max(0) as u32;
        let usable = self.send.usable();
        if usable > 0 && unsent > 0 {
            // The override of the silly-window rule: what fits.
            let len = unsent.min(usable).min(self.text_room());
            return Some(self.send_new(cx, len, false));
        }
        //= rfc9293#3.8.6.1 MUST-36
        let len = unsent.min(1);
        if len == 0 && !self.fin_queued {
            return None;
        }
        if !self.send.probed {
            self.send.probed = true;
            self.progress_at = cx.now();
        }
        let seq = self.send.nxt;
        Some(self.text_segment(cx, seq, len, len == 0))
    }

    /// An acknowledgement that nothing travels with.
    #[inline]
    fn poll_ack(&mut self, cx: &mut Cx) -> Option<Segment> {
        if self.due.acks == 0 {
            if core::mem::take(&mut self.due.delayed) {
                let by = self.config.delayed_ack;
                cx.trace.emit(Place::Node, self.answers, reasons::AckDelayed { by });
            }
            return None;
        }
        self.due.acks -= 1;
        let owed = self.due.acks;
        let header = self.header(cx.now(), self.send.nxt, Flags::ACK);
        if header.window == 0 && self.receive_queue.len() > 0 && self.state.may_receive() {
            let waiting = self.receive_queue.len();
            cx.trace.emit(Place::Node, Journey::NONE, reasons::ZeroWindowTold { waiting });
        }
        self.has_acknowledged();
        self.due.acks = owed;
        Some(Segment { parent: self.answers, ..Segment::bare(header) })
    }

    /// A segment with our acknowledgement leaves: nothing is owed any more.
    #[inline]
    fn has_acknowledged(&mut self) {
        self.due.acks = 0;
        self.due.delayed = false;
        self.due.dsack = None;
        self.timers.ack = Timers::OFF;
        self.receive.acked = self.receive.nxt;
    }

    /// A header with our numbers, window, timestamp and SACK blocks.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn header(&mut self, now: Instant, seq: Seq, flags: Flags) -> Header {
        let buffer = self.config.receive_buffer;
        let step = (buffer / 2).min(u32::from(self.agreed.mss)).max(1);
        let free = self.free();
        let window = self.receive.offer(free, step, self.agreed.rcv_scale);
        let mut options = Options { timestamps: self.agreed.stamp(now), ..Options::default() };
        if (self.reassembly.is_some() || self.due.dsack.is_some()) && self.has_sack_room() {
            options.sack = self.sack_blocks();
        }
        Header {
            src_port: self.endpoints.local.port(),
            dst_port: self.endpoints.remote.port(),
            seq,
            ack: self.receive.nxt,
            flags,
            window,
            urgent: 0,
            options,
        }
    }

    #[cold]
    fn sack_blocks(&self) -> SackBlocks {
        let limit = if self.agreed.timestamps { 3 } else { 4 };
        let first = self.due.dsack;
        match &self.reassembly {
            Some(reassembly) => reassembly.sack_blocks(first, limit),
            None => {
                let mut blocks = SackBlocks::default();
                if let Some((left, right)) = first {
                    blocks.push(left, right);
                }
                blocks
            }
        }
    }
}
