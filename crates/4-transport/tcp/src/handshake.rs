//! Opening from our side: SYN-SENT (RFC 9293 section 3.10.7.3), simultaneous open, and the moment
//! when a connection becomes open.

use crate::congestion::NewReno;
use crate::connection::Connection;
use crate::info::Error;
use crate::reasons;
use crate::reset::reset_for;
use crate::segment::Segment;
use crate::state::{StateEvent, StateName};
use base::Journey;
use trace::{Cx, Place};
use wire::tcp::Flags;

impl Connection {
    pub(crate) fn arrive_in_syn_sent(&mut self, cx: &mut Cx, segment: &mut Segment) {
        let header = segment.header;
        let (flags, ack, journey) = (header.flags, header.ack, segment.journey);
        let acks_our_syn = flags.has(Flags::ACK) && ack == self.send.nxt;
        //= rfc9293#3.10.7.3
        if flags.has(Flags::ACK) && !acks_our_syn {
            let why = reasons::WrongAckForSyn { ack, iss: self.send.iss };
            cx.trace.emit(Place::Node, journey, why);
            self.due.reset = reset_for(segment).map(Box::new);
            return;
        }
        if flags.has(Flags::RST) {
            if acks_our_syn {
                let port = self.endpoints.remote.port();
                cx.trace.emit(Place::Node, journey, reasons::Refused { port });
                let refused = Some(Error::Refused);
                self.become_closed(cx, journey, StateEvent::RstArrives, refused);
            } else {
                cx.trace.emit(Place::Node, journey, reasons::SynSentIgnored { flags: flags.0 });
            }
            return;
        }
        if !flags.has(Flags::SYN) {
            cx.trace.emit(Place::Node, journey, reasons::SynSentIgnored { flags: flags.0 });
            return;
        }
        self.take_syn(cx, segment);
        if acks_our_syn {
            self.enter_established_from_syn_sent(cx, segment);
            segment.header.seq += 1;
            segment.header.flags = flags.without(Flags::SYN);
            self.take_text(cx, segment);
        } else {
            self.enter_syn_received(cx, segment);
        }
    }

    fn take_syn(&mut self, cx: &mut Cx, segment: &Segment) {
        let header = &segment.header;
        self.receive.open(header.seq, self.config.receive_buffer.min(0xffff));
        let mss = self.path_mss;
        self.agreed.meet(&self.config, &self.endpoints, &header.options, mss, cx.now());
        //= rfc7323#2.2
        self.send.wnd = u32::from(header.window); // a SYN's window is never scaled
        self.send.max_wnd = self.send.wnd;
        self.send.wl1 = header.seq;
        self.send.wl2 = header.ack;
    }

    fn enter_established_from_syn_sent(&mut self, cx: &mut Cx, segment: &Segment) {
        let (irs, ack) = (segment.header.seq, segment.header.ack);
        cx.trace.emit(Place::Node, segment.journey, reasons::SynAckReceived { irs, ack });
        self.due.acks = 1;
        self.enter_established(cx, segment, StateEvent::SynAckArrives);
    }

    /// Simultaneous open: our SYN becomes a SYN,ACK.
    fn enter_syn_received(&mut self, cx: &mut Cx, segment: &Segment) {
        //= rfc9293#3.5 MUST-10
        let irs = segment.header.seq;
        cx.trace.emit(Place::Node, segment.journey, reasons::SimultaneousOpen { irs });
        self.step(cx, segment.journey, StateEvent::SynArrives);
        self.due.syn = true;
        self.rtt.stop();
        let (ack, window) = (segment.header.ack, self.send.wnd);
        cx.trace.emit(Place::Node, segment.journey, reasons::AckReceived { ack, window });
    }

    /// Our SYN is acknowledged: by `event` the connection is open.
    pub(crate) fn enter_established(&mut self, cx: &mut Cx, segment: &Segment, event: StateEvent) {
        let now = cx.now();
        self.step(cx, segment.journey, event);
        self.was_open = true;
        self.due.syn = false;
        self.send.una = segment.header.ack;
        self.timers.retransmit = crate::timers::Timers::OFF;
        if let Some(sample) = self.rtt.finish(self.send.una, now) {
            self.rtt.sample(sample);
        } else if self.rtt.backoff() > 0 {
            self.rtt.syn_was_lost();
        }
        //= rfc6928#2
        // One repeated SYN leaves the window alone; more of them mean real loss: one segment.
        let many = self.rtt.backoff() > 1;
        self.rtt.calm_down();
        let mss = self.text_mss();
        self.congestion = NewReno::new(if many { mss } else { self.initial_window() });
        self.progress_at = now;
        if let Some(keepalive) = self.config.keepalive {
            self.timers.life = now + keepalive.idle;
        }
        let opened = reasons::Established {
            port: self.endpoints.remote.port(),
            mss: mss as u16,
            snd_scale: self.agreed.snd_scale,
            rcv_scale: self.agreed.rcv_scale,
        };
        cx.trace.emit(Place::Node, segment.journey, opened);
        //= rfc9293#3.10.4
        // A CLOSE that came too early happens now.
        if self.fin_queued {
            self.step(cx, Journey::NONE, StateEvent::Close);
        }
        debug_assert!(self.state != StateName::SynSent);
    }
}
