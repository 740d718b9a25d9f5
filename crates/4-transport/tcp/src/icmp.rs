//! ICMP errors about our segments (RFC 9293 section 3.9.2.2, RFC 5461, RFC 5927, RFC 1191).
//!
//! An error is believed only when it quotes a number that is in flight; only an attempt to connect
//! dies of one; "too big" shortens the segments and sends again what was too long.

use crate::connection::Connection;
use crate::info::{Error, IcmpErrorKind};
use crate::loss::Recovery;
use crate::options::LEAST_PATH_MSS;
use crate::reasons;
use crate::state::{StateEvent, StateName};
use crate::timers::Timers;
use base::{Journey, Seq};
use trace::{Cx, Place};

impl Connection {
    /// An ICMP error quotes a segment of ours that began with `seq`.
    pub fn handle_icmp_error(&mut self, cx: &mut Cx, kind: IcmpErrorKind, seq: Seq) {
        //= rfc5927#4.1
        let in_flight = seq.at_or_after(self.send.una) && seq.before(self.send.max_sent());
        if !in_flight || self.state == StateName::Closed {
            cx.trace.emit(Place::Node, Journey::NONE, reasons::IcmpIgnored { seq });
            return;
        }
        match kind {
            //= rfc9293#3.9.2.2 MUST-56
            IcmpErrorKind::Hard if self.state == StateName::SynSent => {
                cx.trace.emit(Place::Node, Journey::NONE, reasons::IcmpHard {});
                let refused = Some(Error::Refused);
                self.become_closed(cx, Journey::NONE, StateEvent::Abort, refused);
            }
            IcmpErrorKind::Soft | IcmpErrorKind::Hard => {
                self.soft_error = true;
                cx.trace.emit(Place::Node, Journey::NONE, reasons::IcmpSoft {});
            }
            IcmpErrorKind::TooBig { mtu } => self.shrink_mss(cx, mtu),
        }
    }

    /// Path MTU discovery (RFC 1191, RFC 8201): shorter segments, and again what was too long.
    fn shrink_mss(&mut self, cx: &mut Cx, mtu: u32) {
        let headers = if self.endpoints.remote.is_ipv4() { 40 } else { 60 };
        //= rfc1191#3
        let least = if self.endpoints.remote.is_ipv4() { LEAST_PATH_MSS } else { 1_220 };
        let mss = mtu.saturating_sub(headers).clamp(u32::from(least), 0xffff) as u16;
        if mss >= self.agreed.mss {
            return;
        }
        self.agreed.mss = mss;
        self.path_mss = self.path_mss.min(mss);
        cx.trace.emit(Place::Node, Journey::NONE, reasons::MssShrinks { mss });
        if self.state.is_synchronized() && self.send.flight() > 0 {
            let view = self.view();
            let una = self.send.una;
            self.rtt.stop();
            self.undo = None;
            self.timers.reorder = Timers::OFF;
            self.recovery.get_or_insert_with(|| Box::new(Recovery::new(una))).begin_timeout(view);
        }
    }
}
