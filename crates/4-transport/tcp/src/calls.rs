//! What a program may ask: write, read, finish, close, abort (RFC 9293 sections 3.9.1 and 3.10.2 to 3.10.5).
//!
//! `shutdown_send` ends one way and is the RFC's CLOSE; `close` is what close(2) does and ends both.

use crate::config::Keepalive;
use crate::connection::Connection;
use crate::info::Error;
use crate::reasons;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use base::{Duration, Instant, Journey};
use bytes::Bytes;
use std::sync::Arc;
use trace::{Cx, Place};

impl Connection {
    /// Appends a copy of `data` to what is to be sent; returns how many octets there was room for.
    /// `Ok(0)` means that the buffer is full. Before the connection is open, data waits.
    pub fn send(&mut self, cx: &mut Cx, data: &[u8]) -> Result<usize, Error> {
        let room = self.may_send()?;
        let now = data.len().min(room as usize);
        self.send_queue.push_copy(&data[..now]);
        let _ = cx;
        Ok(now)
    }

    /// Appends `data` itself, without a copy; returns how many octets of it there was room for.
    pub fn send_bytes(&mut self, cx: &mut Cx, mut data: Bytes) -> Result<usize, Error> {
        let room = self.may_send()?;
        data.truncate(room as usize);
        let now = data.len();
        self.send_queue.push_shared(data);
        let _ = cx;
        Ok(now)
    }

    fn may_send(&self) -> Result<u32, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        //= rfc9293#3.10.2
        if self.fin_queued || self.state == StateName::Closed {
            return Err(Error::Closed);
        }
        Ok(self.send_queue.room(self.config.send_buffer))
    }

    /// Copies received octets into `out`; returns how many. `Ok(0)` means that the other side has
    /// finished (or `out` is empty), `Err(WouldBlock)` that nothing has come yet.
    pub fn receive(&mut self, cx: &mut Cx, out: &mut [u8]) -> Result<usize, Error> {
        if self.receive_queue.len() == 0 {
            return self.nothing_to_receive().map(|()| 0);
        }
        let read = self.receive_queue.read(out);
        self.after_read(cx);
        Ok(read)
    }

    /// Like [`Connection::receive`], without a copy: at most `max` octets, empty at the end.
    pub fn receive_bytes(&mut self, cx: &mut Cx, max: usize) -> Result<Bytes, Error> {
        if self.receive_queue.len() == 0 {
            return self.nothing_to_receive().map(|()| Bytes::new());
        }
        let view = self.receive_queue.read_view(max);
        self.after_read(cx);
        Ok(view)
    }

    fn nothing_to_receive(&self) -> Result<(), Error> {
        //= rfc9293#3.10.3
        if self.orphan {
            return Err(Error::Closed);
        }
        if self.peer_has_finished() {
            return Ok(());
        }
        match self.error {
            Some(error) => Err(error),
            None if self.state == StateName::Closed => Err(Error::Closed),
            None => Err(Error::WouldBlock),
        }
    }

    /// The FIN is in order and accepted.
    pub(crate) fn peer_has_finished(&self) -> bool {
        self.receive.fin_at.is_some_and(|fin| self.receive.nxt.after(fin))
    }

    /// Tells the other side when reading has opened a window that was closing.
    fn after_read(&mut self, cx: &mut Cx) {
        if !self.state.may_receive() {
            return;
        }
        let buffer = self.config.receive_buffer;
        //= rfc9293#3.8.6.2.2 MUST-39
        let step = (2 * u32::from(self.agreed.mss)).min(buffer / 2);
        let free = self.free();
        // Only when half of what was offered is used up: before, the next ACK tells it for nothing.
        let nearly_closed = self.receive.window() <= self.receive.widest / 2;
        if nearly_closed && self.due.acks == 0 && self.receive.is_worth_moving(free, step) {
            self.due.acks = 1;
            cx.trace.emit(Place::Node, Journey::NONE, reasons::WindowUpdate { free });
        }
    }

    /// Octets of the receive buffer that are free, as far as a window field can tell.
    #[inline]
    pub(crate) fn free(&self) -> u32 {
        let free = self.config.receive_buffer.saturating_sub(self.receive_queue.len());
        free.min(0xffff << self.agreed.rcv_scale)
    }

    /// Finishes our sending: a FIN follows what is queued. Receiving goes on (half-close).
    pub fn shutdown_send(&mut self, cx: &mut Cx) {
        //= rfc9293#3.10.4
        if self.fin_queued || self.state == StateName::Closed {
            return;
        }
        self.fin_queued = true;
        self.step(cx, Journey::NONE, StateEvent::Close);
    }

    /// Ends both ways, as close(2) does: the program will read no more. Data that it has not read,
    /// or that comes later, is answered by a RST, since it was not delivered (RFC 2525 section 2.17).
    pub fn close(&mut self, cx: &mut Cx) {
        if self.orphan {
            return;
        }
        self.orphan = true;
        if self.state == StateName::SynSent {
            self.become_closed(cx, Journey::NONE, StateEvent::Abort, Some(Error::Closed));
            return;
        }
        if self.receive_queue.len() > 0 {
            self.receive_queue.clear();
            if self.state != StateName::Closed && self.state != StateName::TimeWait {
                //= rfc9293#3.10.4
                return self.reset_now(cx, "unread data");
            }
        }
        self.shutdown_send(cx);
        self.watch_orphan(cx.now());
    }

    /// Probes the other side when it has been silent, or no longer (RFC 9293 section 3.8.4).
    /// Spans below a millisecond count as one: time must pass between probes.
    pub fn set_keepalive(&mut self, cx: &mut Cx, keepalive: Option<Keepalive>) {
        let least = Duration::from_millis(1);
        let keepalive = keepalive.map(|it| Keepalive {
            idle: it.idle.max(least),
            interval: it.interval.max(least),
            ..it
        });
        //= rfc9293#3.8.4 MUST-24
        Arc::make_mut(&mut self.config).keepalive = keepalive;
        self.keepalive_probes = 0;
        if self.was_open && !self.orphan && !self.state.is_past() {
            let first = keepalive.map(|it| (self.heard_at + it.idle).max(cx.now()));
            self.timers.life = first.unwrap_or(Timers::OFF);
        }
    }

    /// How long data may stay unacknowledged before the connection is given up (R2, RFC 9293 section 3.8.3).
    pub fn set_user_timeout(&mut self, span: Duration) {
        //= rfc9293#3.8.3 MUST-21
        Arc::make_mut(&mut self.config).user_timeout = span;
        // A wait that goes on must not outlast the new patience.
        let waits = self.state.is_synchronized() && self.send.flight() > 0;
        if waits && self.timers.retransmit != Timers::OFF {
            self.timers.retransmit = self.timers.retransmit.min(self.progress_at + span);
        }
    }

    /// In FIN-WAIT-2 without a program: do not wait for ever.
    pub(crate) fn watch_orphan(&mut self, now: Instant) {
        if self.orphan && self.state == StateName::FinWait2 {
            self.timers.life = now + self.config.fin_wait_2_timeout;
        }
    }

    /// Ends the connection at once; the other side gets a RST where RFC 9293 section 3.10.5 has one.
    pub fn abort(&mut self, cx: &mut Cx) {
        self.orphan = true;
        self.receive_queue.clear();
        self.reset_now(cx, "abort");
    }
}
