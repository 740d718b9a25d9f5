//! Steps 7 and 8: the text goes to the program's queue or waits in reassembly; then the FIN
//! (RFC 9293 section 3.10.7.4), and when to acknowledge (RFC 5681 section 4.2).

use crate::connection::Connection;
use crate::reasons;
use crate::reassembly::Insertion;
use crate::segment::Segment;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use base::{Body, Journey, Seq};
use trace::{Cx, Place};
use wire::tcp::Flags;

impl Connection {
    /// Takes text and FIN of an acceptable segment and emits its fate.
    pub(crate) fn take_text(&mut self, cx: &mut Cx, segment: &mut Segment) {
        let has_fin = segment.header.flags.has(Flags::FIN);
        if segment.payload.is_empty() && !has_fin {
            return self.end_bare(cx, segment);
        }
        if !self.state.may_receive() {
            let len = segment.seq_len();
            self.due.acks = self.due.acks.max(1);
            cx.trace.emit(Place::Node, segment.journey, reasons::TextAfterFin { len });
            return;
        }
        if self.orphan && !segment.payload.is_empty() {
            //= rfc9293#3.10.4
            let len = segment.payload.len() as u32;
            cx.trace.emit(Place::Node, segment.journey, reasons::TextAfterClose { len });
            return self.reset_now(cx, "program closed");
        }
        let (start, end) = (segment.header.seq, segment.header.seq + segment.payload.len() as u32);
        let plain = !has_fin && self.receive.fin_at.is_none();
        if plain && start == self.receive.nxt && end.at_or_before(self.receive.adv) {
            let body = core::mem::take(&mut segment.payload);
            return self.take_in_order(cx, segment.journey, start, body);
        }
        let (start, body) = self.trim(segment, has_fin);
        if body.is_empty() {
            self.due.acks = self.due.acks.max(1);
            self.end_bare(cx, segment);
        } else if start == self.receive.nxt {
            self.take_in_order(cx, segment.journey, start, body);
        } else {
            self.take_early(cx, segment.journey, start, &body);
        }
        if self.receive.fin_at == Some(self.receive.nxt) {
            self.take_fin(cx, segment.journey);
        }
    }

    /// A segment without text that did its work.
    #[inline]
    fn end_bare(&mut self, cx: &mut Cx, segment: &Segment) {
        let (ack, window) = (segment.header.ack, self.send.wnd);
        cx.trace.emit(Place::Node, segment.journey, reasons::AckReceived { ack, window });
    }

    /// The part of the text that lies inside the window and before any FIN; notes where a FIN stands.
    #[inline]
    fn trim(&mut self, segment: &mut Segment, has_fin: bool) -> (Seq, Body) {
        let mut body = core::mem::take(&mut segment.payload);
        let mut start = segment.header.seq;
        let mut end = start + body.len() as u32;
        //= rfc9293#3.10.7.4 SHLD-31
        if end.after(self.receive.adv) {
            body.truncate(self.receive.adv.distance(start).max(0) as usize);
            end = self.receive.adv;
            self.due.acks = self.due.acks.max(1); // the sender overshot: tell at once
        } else if has_fin && self.receive.fin_at.is_none() && !self.has_text_after(end) {
            self.receive.fin_at = Some(end);
        }
        if let Some(fin) = self.receive.fin_at
            && end.after(fin)
        {
            body.truncate(fin.distance(start).max(0) as usize);
        }
        if start.before(self.receive.nxt) {
            body.advance(self.receive.nxt.since(start) as usize);
            start = self.receive.nxt;
        }
        (start, body)
    }

    /// Is text beyond `end` here? Then a FIN there contradicts it and is not believed.
    fn has_text_after(&self, end: Seq) -> bool {
        end.before(self.receive.nxt)
            || self
                .reassembly
                .as_ref()
                .is_some_and(|it| it.end().is_some_and(|held| held.after(end)))
    }

    #[inline]
    fn take_in_order(&mut self, cx: &mut Cx, journey: Journey, seq: Seq, body: Body) {
        let len = body.len() as u32;
        self.receive_queue.push(body);
        self.receive.nxt += len;
        self.bytes_received += u64::from(len);
        let filled = self.reassembly.is_some();
        if filled {
            self.take_from_reassembly(cx, journey);
        }
        self.owe_ack(cx, len, filled);
        cx.trace.emit(Place::Node, journey, reasons::DataAccepted { seq, len });
    }

    #[cold]
    fn take_from_reassembly(&mut self, cx: &mut Cx, journey: Journey) {
        let before = self.receive.nxt;
        let Some(reassembly) = &mut self.reassembly else { return };
        while let Some(views) = reassembly.take(self.receive.nxt) {
            for view in views {
                self.receive.nxt += view.len() as u32;
                self.receive_queue.push_view(view);
            }
        }
        if reassembly.is_empty() {
            self.reassembly = None;
        }
        let (to, len) = (self.receive.nxt, self.receive.nxt.since(before));
        self.bytes_received += u64::from(len);
        if len > 0 {
            cx.trace.emit(Place::Node, journey, reasons::HoleFilled { to, len });
        }
    }

    /// Every second full segment is acknowledged at once, a first one after a while; anything that
    /// touches a hole at once (RFC 5681 section 4.2).
    #[inline]
    fn owe_ack(&mut self, cx: &mut Cx, len: u32, filled: bool) {
        let seen = u32::from(self.receive.mss_seen);
        if len > seen {
            self.receive.mss_seen = len.min(u32::from(self.path_mss)) as u16;
        }
        let waiting = self.receive.nxt.since(self.receive.acked);
        //= rfc9293#3.8.6.3 SHLD-19
        if filled || waiting >= 2 * u32::from(self.receive.mss_seen) {
            self.due.acks = self.due.acks.max(1);
        } else if self.timers.ack == Timers::OFF {
            //= rfc9293#3.8.6.3 MUST-40
            self.timers.ack = cx.now() + self.config.delayed_ack;
            self.due.delayed = true;
        }
    }

    #[cold]
    fn take_early(&mut self, cx: &mut Cx, journey: Journey, seq: Seq, body: &Body) {
        let len = body.len() as u32;
        let expected = self.receive.nxt;
        let reassembly = self.reassembly.get_or_insert_default();
        match reassembly.insert(seq, body) {
            Insertion::Kept(_) => {
                let why = reasons::OutOfOrder { seq, len, expected };
                cx.trace.emit(Place::Node, journey, why);
            }
            Insertion::Duplicate => {
                //= rfc2883#4
                self.due.dsack = self.agreed.sack.then_some((seq, seq + len));
                cx.trace.emit(Place::Node, journey, reasons::Duplicate { seq, len, expected });
            }
            Insertion::Full => {
                cx.trace.emit(Place::Node, journey, reasons::ReassemblyFull { seq, len });
            }
        }
        // Each one tells on its own: the sender counts duplicates.
        self.due.acks = self.due.acks.saturating_add(1);
    }

    /// Step 8: the FIN's turn has come.
    fn take_fin(&mut self, cx: &mut Cx, journey: Journey) {
        let seq = self.receive.nxt;
        self.receive.nxt += 1;
        self.reassembly = None;
        self.due.acks = self.due.acks.max(1);
        let Some(next) = self.step(cx, journey, StateEvent::FinArrives) else { return };
        cx.trace.emit(Place::Node, journey, reasons::FinReceived { seq, state: next.name() });
        if next == StateName::TimeWait {
            self.rest_in_time_wait(cx);
        }
    }
}
