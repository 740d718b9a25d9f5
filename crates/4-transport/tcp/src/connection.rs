//! One connection: the record of its parts, and how it is born, ends, and what it tells.
//!
//! ```text
//!    program: send, receive, shutdown_send, close, abort
//!        |                                   ^
//!   send_queue    state, timers, rtt    receive_queue
//!        |        congestion, recovery       |
//!     output <------- acknowledge <------- arrive <--- handle_segment
//!        |                                   ^
//!   poll_segment                         reassembly
//! ```
//!
//! The walks over the parts have a room each: `calls` (the program), `arrive` (the eight steps of RFC 9293 section
//! 3.10.7.4), `handshake` (SYN-SENT), `acknowledge` (step 5), `text` (steps 7 and 8), `output`
//! (segments that leave), `timeout`.
//!
//! The order of calls: any `handle_*` or program call, then `poll_segment` until it gives `None`,
//! then `next_deadline`, at which `handle_timeout` wants to be called (early is harmless).
//! Invariants: SND.UNA <= SND.NXT; RCV.NXT <= RCV.ADV; each segment handed in ends in exactly one
//! event with a fate. Buffers exist only while there is data in them.
//! What a newcomer would question: data that arrived before a RST can still be read (as Linux does,
//! where RFC 9293 flushes); the error comes after it.

use crate::config::Config;
use crate::congestion::{Congestion, NewReno, initial_window};
use crate::info::{Error, Info, Readiness};
use crate::loss::{Phase, Recovery, View};
use crate::options::{self, Agreed};
use crate::rack::{Rack, Undo};
use crate::reasons;
use crate::reassembly::Reassembly;
use crate::receive_queue::ReceiveQueue;
use crate::rtt::Rtt;
use crate::segment::{Endpoints, Segment};
use crate::send_queue::SendQueue;
use crate::sent::SentLog;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use crate::window::{ReceiveSpace, SendSpace};
use base::{Instant, Journey, Seq};
use std::sync::Arc;
use trace::{Cx, Place};
use wire::tcp::{Flags, Header};

/// One TCP connection.
#[derive(Debug)]
pub struct Connection {
    pub(crate) state: StateName,
    pub(crate) due: Due,
    pub(crate) fin_queued: bool,
    /// The program has closed both ways: nobody will read.
    pub(crate) orphan: bool,
    pub(crate) was_open: bool,
    pub(crate) soft_error: bool,
    pub(crate) error: Option<Error>,
    /// The congestion window, not the program or the peer, was what held us back.
    pub(crate) cwnd_limited: bool,
    pub(crate) keepalive_probes: u8,
    pub(crate) challenges: u8,
    /// What the path takes: octets of TCP options and text in a segment, either way.
    pub(crate) path_mss: u16,

    pub(crate) send: SendSpace,
    pub(crate) receive: ReceiveSpace,
    pub(crate) timers: Timers,
    pub(crate) congestion: NewReno,
    pub(crate) rtt: Rtt,
    pub(crate) agreed: Agreed,
    pub(crate) send_queue: SendQueue,
    pub(crate) receive_queue: ReceiveQueue,
    pub(crate) reassembly: Option<Box<Reassembly>>,
    pub(crate) recovery: Option<Box<Recovery>>,
    pub(crate) sent: SentLog,
    pub(crate) rack: Rack,
    pub(crate) undo: Option<Box<Undo>>,

    /// When the other side last acknowledged something new, or the wait for that began.
    pub(crate) progress_at: Instant,
    pub(crate) sent_at: Instant,
    pub(crate) heard_at: Instant,
    pub(crate) challenges_since: Instant,
    /// The packet that our next acknowledgement answers.
    pub(crate) answers: Journey,
    pub(crate) retransmissions: u32,
    pub(crate) bytes_sent: u64,
    pub(crate) bytes_received: u64,
    pub(crate) endpoints: Endpoints,
    pub(crate) config: Arc<Config>,
}

/// What `poll_segment` owes.
#[derive(Debug, Default)]
pub(crate) struct Due {
    /// A SYN (or SYN,ACK).
    pub(crate) syn: bool,
    /// So many acknowledgements without text.
    pub(crate) acks: u8,
    /// To say that one is delayed, if nothing leaves that carries it.
    pub(crate) delayed: bool,
    /// A probe of a closed window, or of a silent peer.
    pub(crate) window_probe: bool,
    pub(crate) keepalive: bool,
    /// A reset.
    pub(crate) reset: Option<Box<Segment>>,
    /// A block that was received twice (RFC 2883).
    pub(crate) dsack: Option<(Seq, Seq)>,
}

impl Connection {
    fn blank(
        config: &Arc<Config>,
        endpoints: Endpoints,
        iss: Seq,
        mss: u16,
        born: Instant,
    ) -> Self {
        Connection {
            state: StateName::Closed,
            due: Due::default(),
            fin_queued: false,
            orphan: false,
            was_open: false,
            soft_error: false,
            error: None,
            cwnd_limited: false,
            keepalive_probes: 0,
            challenges: 0,
            path_mss: mss,
            send: SendSpace::new(iss),
            receive: ReceiveSpace::new(),
            timers: Timers::new(),
            congestion: NewReno::new(initial_window(config.initial_window, u32::from(mss))),
            rtt: Rtt::new(),
            agreed: Agreed::nothing(mss, iss, born),
            send_queue: SendQueue::new(iss + 1),
            receive_queue: ReceiveQueue::new(),
            reassembly: None,
            recovery: None,
            sent: SentLog::new(),
            rack: Rack::new(iss),
            undo: None,
            progress_at: born,
            sent_at: born,
            heard_at: born,
            challenges_since: born,
            answers: Journey::NONE,
            retransmissions: 0,
            bytes_sent: 0,
            bytes_received: 0,
            endpoints,
            config: Arc::clone(config),
        }
    }

    /// Active OPEN: a connection whose SYN comes out of [`Connection::poll_segment`]. `iss` is from
    /// an [`IsnSource`](crate::IsnSource), `mss` what the interface's MTU leaves for TCP's text
    /// (1460 on Ethernet over IPv4).
    pub fn connect(
        cx: &mut Cx,
        config: &Arc<Config>,
        endpoints: Endpoints,
        iss: Seq,
        mss: u16,
    ) -> Connection {
        //= rfc9293#3.10.1
        let now = cx.now();
        let mss = mss.max(options::LEAST_PATH_MSS);
        let mut connection = Self::blank(config, endpoints, iss, mss, now);
        connection.move_to(cx, Journey::NONE, StateName::SynSent);
        connection.send.nxt = iss + 1;
        connection.due.syn = true;
        connection.rtt.start(iss + 1, now);
        connection.arm_retransmit(now);
        let port = endpoints.remote.port();
        cx.trace.emit(Place::Node, Journey::NONE, reasons::SynSent { port, iss, mss });
        connection
    }

    /// A connection out of a listener's SYN queue: SYN-RECEIVED, our SYN,ACK is on its way.
    pub(crate) fn from_syn_queue(
        config: &Arc<Config>,
        endpoints: Endpoints,
        half: &crate::listener::HalfOpen,
        now: Instant,
    ) -> Connection {
        let mut connection = Self::blank(config, endpoints, half.iss, half.path_mss, half.born);
        connection.state = StateName::SynReceived;
        connection.send.nxt = half.iss + 1;
        connection.agreed = half.agreed.clone();
        connection.receive.open(half.irs, config.receive_buffer.min(0xffff));
        connection.send.wl1 = half.irs;
        connection.progress_at = half.born;
        if half.tries == 0 {
            connection.rtt.start(half.iss + 1, half.born);
        } else {
            connection.rtt.syn_was_lost();
        }
        connection.heard_at = now;
        connection
    }

    /// To CLOSED, with a RST where the other side still believes in the connection.
    pub(crate) fn reset_now(&mut self, cx: &mut Cx, why: &'static str) {
        use StateName::{CloseWait, Established, FinWait1, FinWait2, SynReceived};
        //= rfc9293#3.10.5
        if matches!(self.state, SynReceived | Established | FinWait1 | FinWait2 | CloseWait) {
            let seq = self.send.nxt;
            let header = Header {
                src_port: self.endpoints.local.port(),
                dst_port: self.endpoints.remote.port(),
                seq,
                ack: self.receive.nxt,
                flags: Flags::RST.with(Flags::ACK),
                ..Header::default()
            };
            let parent = self.answers;
            self.due.reset = Some(Box::new(Segment { parent, ..Segment::bare(header) }));
            cx.trace.emit(Place::Node, Journey::NONE, reasons::ResetSent { seq, why });
        }
        self.become_closed(cx, Journey::NONE, StateEvent::Abort, Some(Error::Closed));
    }

    /// Moves on by `event`, where the table has a way from here; the new state. `journey`: the segment
    /// that brought it about, if one did.
    pub(crate) fn step(
        &mut self,
        cx: &mut Cx,
        journey: Journey,
        event: StateEvent,
    ) -> Option<StateName> {
        let next = self.state.after(event)?;
        self.move_to(cx, journey, next);
        Some(next)
    }

    /// The one place where a state changes, and so is told.
    fn move_to(&mut self, cx: &mut Cx, journey: Journey, next: StateName) {
        self.state = next;
        next.tell(cx, journey, &self.endpoints);
    }

    /// A TIME-WAIT ends before its time: a new connection takes its place, or there are too many.
    pub fn cut_time_wait(&mut self, cx: &mut Cx) {
        if self.state == StateName::TimeWait {
            self.become_closed(cx, self.answers, StateEvent::Expire, None);
        }
    }

    /// The end; what was received stays readable.
    pub(crate) fn become_closed(
        &mut self,
        cx: &mut Cx,
        journey: Journey,
        event: StateEvent,
        error: Option<Error>,
    ) {
        self.step(cx, journey, event);
        self.forget_all(error);
    }

    /// What is left of a connection that is closed: what can be read, and why it is no more.
    pub(crate) fn forget_all(&mut self, error: Option<Error>) {
        if self.error.is_none() {
            self.error = error;
        }
        self.forget_sending();
        self.due.acks = 0;
        self.reassembly = None;
        self.timers.stop_all();
    }

    /// Nothing will be sent or repeated any more.
    pub(crate) fn forget_sending(&mut self) {
        self.send_queue.clear();
        self.recovery = None;
        self.undo = None;
        self.sent.clear();
        let reset = self.due.reset.take();
        self.due = Due { reset, acks: self.due.acks, ..Due::default() };
    }

    /// Nobody answers.
    pub(crate) fn give_up(&mut self, cx: &mut Cx) {
        let after = cx.now().since(self.progress_at);
        let state = self.state.name();
        cx.trace.emit(Place::Node, Journey::NONE, reasons::ConnectionTimedOut { after, state });
        let error = if self.soft_error { Error::Unreachable } else { Error::TimedOut };
        self.become_closed(cx, Journey::NONE, StateEvent::Expire, Some(error));
    }

    /// May `segment`, a SYN to the same endpoints, end our TIME-WAIT and open a new connection
    /// (RFC 9293 section 3.6.1 MAY-2, RFC 6191)?
    pub fn may_be_replaced_by(&self, segment: &Segment) -> bool {
        let header = &segment.header;
        let opens = header.flags.has(Flags::SYN)
            && !header.flags.has(Flags::ACK)
            && !header.flags.has(Flags::RST);
        if self.state == StateName::Closed {
            return opens;
        }
        if self.state != StateName::TimeWait || !opens {
            return false;
        }
        //= rfc6191#2
        match header.options.timestamps {
            Some(_) if !self.agreed.timestamps && self.config.timestamps => true,
            Some(stamp) if self.agreed.timestamps && stamp.value != self.agreed.ts_recent => {
                (stamp.value.wrapping_sub(self.agreed.ts_recent) as i32) > 0
            }
            _ => header.seq.after(self.receive.nxt),
        }
    }

    /// Nagle's algorithm on or off (RFC 9293 section 3.7.4 MUST-17).
    pub fn set_nagle(&mut self, on: bool) {
        if self.config.nagle != on {
            Arc::make_mut(&mut self.config).nagle = on;
        }
    }

    /// What a program could do now.
    pub fn readiness(&self) -> Readiness {
        let over = self.state == StateName::Closed;
        let room = self.send_queue.room(self.config.send_buffer);
        let can_write = self.was_open && !self.fin_queued && room >= self.config.send_buffer / 4;
        Readiness {
            readable: self.receive_queue.len() > 0 || self.peer_has_finished() || over,
            writable: can_write || over || self.fin_queued,
            connected: self.was_open,
            failed: self.error,
            peer_closed: self.peer_has_finished(),
        }
    }

    /// The state.
    pub fn state(&self) -> StateName {
        self.state
    }
    /// Between whom.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }
    /// CLOSED, and nothing is left to be polled: the record may go when the program lets go of it.
    pub fn is_over(&self) -> bool {
        self.state == StateName::Closed && self.due.reset.is_none() && self.due.acks == 0
    }
    /// When [`Connection::handle_timeout`] wants to be called.
    #[inline]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// The numbers.
    pub fn info(&self) -> Info {
        Info {
            state: self.state,
            snd_una: self.send.una,
            snd_nxt: self.send.nxt,
            snd_wnd: self.send.wnd,
            rcv_nxt: self.receive.nxt,
            rcv_wnd: self.receive.window(),
            iss: self.send.iss,
            irs: self.receive.irs,
            cwnd: self.congestion.window(),
            ssthresh: self.congestion.ssthresh(),
            srtt: self.rtt.srtt(),
            rttvar: self.rtt.rttvar(),
            rto: self.rtt.rto(),
            in_flight: self.in_flight(),
            retransmissions: self.retransmissions,
            bytes_sent: self.bytes_sent,
            bytes_received: self.bytes_received,
            mss: self.text_mss() as u16,
            sack: self.agreed.sack,
            timestamps: self.agreed.timestamps,
            snd_scale: self.agreed.snd_scale,
            rcv_scale: self.agreed.rcv_scale,
            send_queue: self.send_queue.len() as usize,
            receive_queue: self.receive_queue.len() as usize,
            recovering: self.recovery.as_ref().is_some_and(|it| it.phase != Phase::Disorder),
        }
    }

    // What several rooms need.

    /// Octets of text in a full segment (without SACK blocks).
    #[inline]
    pub(crate) fn text_mss(&self) -> u32 {
        u32::from(self.agreed.mss) - if self.agreed.timestamps { 12 } else { 0 }
    }
    pub(crate) fn view(&self) -> View {
        View {
            una: self.send.una,
            nxt: self.send.nxt,
            mss: self.text_mss(),
            sack: self.agreed.sack,
        }
    }
    /// Octets believed to be on their way.
    #[inline]
    pub(crate) fn in_flight(&self) -> u32 {
        match &self.recovery {
            None => self.send.flight(),
            Some(recovery) => recovery.pipe,
        }
    }
    /// Our FIN has been sent (perhaps not acknowledged).
    #[inline]
    pub(crate) fn fin_sent(&self) -> bool {
        self.fin_queued && self.send.nxt.after(self.send_queue.end())
    }
    pub(crate) fn initial_window(&self) -> u32 {
        initial_window(self.config.initial_window, self.text_mss())
    }
    /// Starts the retransmission timer anew; it also watches over R2.
    pub(crate) fn arm_retransmit(&mut self, now: Instant) {
        let patience = match self.state {
            StateName::SynSent | StateName::SynReceived => self.config.syn_timeout,
            _ => self.config.user_timeout,
        };
        let end = (self.progress_at + patience).max(now + base::Duration::from_nanos(1));
        self.timers.retransmit = (now + self.rtt.rto()).min(end);
    }
    /// The options of our first SYN.
    pub(crate) fn syn_options(&self, now: Instant) -> wire::tcp::Options {
        options::offer(&self.config, self.path_mss, self.send.iss, self.progress_at, now)
    }
}
