//! What happens by itself: repetition, probes, delayed acknowledgements, the end of TIME-WAIT
//! (RFC 9293 sections 3.8.1, 3.8.3, 3.8.4, 3.8.6.1, 3.10.8; RFC 6298 section 5).

use crate::congestion::Congestion;
use crate::connection::Connection;
use crate::loss::Recovery;
use crate::reasons;
use crate::rtt::MAX_RTO;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use base::{Instant, Journey};
use trace::{Cx, Place};

impl Connection {
    /// The time of [`Connection::next_deadline`] has come (early calls are harmless).
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        let now = cx.now();
        if now >= self.timers.ack {
            self.timers.ack = Timers::OFF;
            self.due.acks = self.due.acks.max(1);
            cx.trace.emit(Place::Node, Journey::NONE, reasons::AckTimer {});
        }
        if now >= self.timers.retransmit {
            self.timers.retransmit = Timers::OFF;
            self.retransmit_timer(cx, now);
        }
        if now >= self.timers.reorder {
            self.timers.reorder = Timers::OFF;
            self.judge_loss(cx);
        }
        if now >= self.timers.life {
            self.timers.life = Timers::OFF;
            self.life_timer(cx, now);
        }
    }

    fn retransmit_timer(&mut self, cx: &mut Cx, now: Instant) {
        match self.state {
            StateName::Closed | StateName::Listen | StateName::TimeWait => {}
            StateName::SynSent | StateName::SynReceived => self.syn_timer(cx, now),
            _ if self.send.flight() == 0 => self.persist_timer(cx, now),
            _ => self.loss_timer(cx, now),
        }
    }

    fn syn_timer(&mut self, cx: &mut Cx, now: Instant) {
        //= rfc9293#3.8.3 MUST-23
        if now >= self.progress_at + self.config.syn_timeout {
            return self.give_up(cx);
        }
        self.rtt.back_off();
        self.due.syn = true;
        self.retransmissions += 1;
        self.arm_retransmit(now);
        let (seq, rto, tries) = (self.send.iss, self.rtt.rto(), self.rtt.backoff());
        let cwnd = self.congestion.window();
        let note = reasons::RetransmitTimeout { seq, rto, tries, cwnd };
        cx.trace.emit(Place::Node, Journey::NONE, note);
        let note = reasons::Retransmit { seq, len: 0, cause: "time-out" };
        cx.trace.emit(Place::Node, Journey::NONE, note);
    }

    /// Nothing is in flight: the window is closed, or too small to be worth a segment.
    fn persist_timer(&mut self, cx: &mut Cx, now: Instant) {
        if self.send_queue.len() == 0 && (!self.fin_queued || self.fin_sent()) {
            return;
        }
        if self.send.probed && now >= self.progress_at + self.config.user_timeout {
            return self.give_up(cx); // not even an ACK comes back
        }
        //= rfc9293#3.8.6.1 MUST-35 SHLD-29 SHLD-30
        self.due.window_probe = true;
        self.rtt.back_off();
        let next = self.rtt.rto().min(MAX_RTO);
        self.timers.retransmit = now + next;
        let seq = self.send.nxt;
        cx.trace.emit(Place::Node, Journey::NONE, reasons::Probe { seq, next });
    }

    fn loss_timer(&mut self, cx: &mut Cx, now: Instant) {
        if now >= self.progress_at + self.config.user_timeout {
            return self.give_up(cx);
        }
        let (view, una) = (self.view(), self.send.una);
        let flight = self.send.flight().min(self.congestion.window());
        self.rtt.back_off();
        let recovery = self.recovery.get_or_insert_with(|| Box::new(Recovery::new(una)));
        let reneged = recovery.sacked.lowest() == Some(una);
        let first = recovery.timed_out != Some(una);
        recovery.timed_out = Some(una);
        recovery.begin_timeout(view);
        self.undo = None;
        self.timers.reorder = Timers::OFF;
        //= rfc5681#3.1
        self.congestion.on_timeout(flight, view.mss, first);
        self.arm_retransmit(now);
        if reneged {
            cx.trace.emit(Place::Node, Journey::NONE, reasons::SackReneged { una });
        }
        let (rto, tries) = (self.rtt.rto(), self.rtt.backoff());
        let cwnd = self.congestion.window();
        let note = reasons::RetransmitTimeout { seq: una, rto, tries, cwnd };
        cx.trace.emit(Place::Node, Journey::NONE, note);
    }

    fn life_timer(&mut self, cx: &mut Cx, now: Instant) {
        match self.state {
            StateName::TimeWait => {
                //= rfc9293#3.10.8
                cx.trace.emit(Place::Node, Journey::NONE, reasons::TimeWaitOver {});
                self.become_closed(cx, Journey::NONE, StateEvent::Expire, None);
            }
            StateName::FinWait2 if self.orphan => {
                let after = self.config.fin_wait_2_timeout;
                cx.trace.emit(Place::Node, Journey::NONE, reasons::OrphanTimedOut { after });
                self.become_closed(cx, Journey::NONE, StateEvent::Expire, None);
            }
            StateName::Closed => {}
            _ => self.keepalive_timer(cx, now),
        }
    }

    fn keepalive_timer(&mut self, cx: &mut Cx, now: Instant) {
        let Some(keepalive) = self.config.keepalive else { return };
        let idle_until = self.heard_at + keepalive.idle;
        //= rfc9293#3.8.4 MUST-26
        if self.keepalive_probes == 0 && now < idle_until || self.send.flight() > 0 {
            self.timers.life = idle_until.max(now + keepalive.interval);
            return;
        }
        if self.keepalive_probes >= keepalive.probes {
            self.progress_at = self.heard_at;
            return self.give_up(cx);
        }
        self.keepalive_probes += 1;
        self.due.keepalive = true;
        self.timers.life = now + keepalive.interval;
        let note = reasons::KeepaliveSent { tries: self.keepalive_probes };
        cx.trace.emit(Place::Node, Journey::NONE, note);
    }
}
