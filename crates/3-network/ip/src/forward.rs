//! A router passes a packet on (RFC 1812 section 5.2.1).
//!
//! One lookup, one less TTL, a mended checksum; the payload is not touched. Redirects are not sent
//! (RFC 1812 section 5.2.7.2 has them): hosts rightly ignore them today, since anybody on a link can
//! forge one, and a lab that wants the shorter way adds a route. Into record route and timestamp
//! options the router writes itself; all others pass unread.

use crate::fragments;
use crate::icmp::Error;
use crate::reasons::{BadFragment, Forwarded, LinkLocal, NoRoute, TooBig, TtlExceeded};
use crate::receive::end_frame;
use crate::{Ip, Outgoing, Path, Unreachable};
use base::Frame;
use core::net::IpAddr;
use trace::{Cx, Place};
use wire::icmpv4;
use wire::ipv4::{self, Header};

impl Ip {
    /// What is sent on; `None`: the frame was ended.
    pub(crate) fn forward(
        &mut self,
        cx: &mut Cx,
        header: &Header,
        mut frame: Frame,
    ) -> Option<Outgoing> {
        let dst = header.dst.into();
        if header.src.is_link_local() || header.dst.is_link_local() {
            //= rfc3927#7 not through a router, and not to the sender's knowledge
            end_frame(cx, frame, LinkLocal { src: header.src.into(), dst });
            return None;
        }
        if header.ttl <= 1 {
            //= rfc1812#5.3.1
            let message = icmpv4::Header::TimeExceeded { reassembly: false };
            self.report(cx, Error { about: &frame, link_broadcast: false, message });
            end_frame(cx, frame, TtlExceeded { dst, ttl: header.ttl });
            return None;
        }
        let Some(path) = self.lookup(0, dst, Some(header.src.into()), None, frame.meta().mark)
        else {
            //= rfc1812#5.2.7.1
            self.tell_unreachable(cx, &frame, Unreachable::Net);
            end_frame(cx, frame, NoRoute { dst });
            return None;
        };
        if header.total_len > path.mtu && header.dont_fragment {
            //= rfc1191#4 with the size that the next link takes
            let why = Unreachable::FragmentationNeeded { next_hop_mtu: path.mtu };
            self.tell_unreachable(cx, &frame, why);
            let octets = usize::from(header.total_len);
            end_frame(cx, frame, TooBig { dst, octets, mtu: path.mtu });
            return None;
        }
        if header.total_len > path.mtu && fragments::ends_beyond(header) {
            //= rfc791#3.2 no offset says where its pieces begin
            let why = "beyond 65535";
            let (src, id) = (header.src.into(), header.id);
            end_frame(cx, frame, BadFragment { src, id, why });
            return None;
        }
        //= rfc1812#5.3.1 at least one less at each router, and the checksum follows (RFC 1624)
        ipv4::decrement_ttl(frame.head_mut());
        //= rfc1812#5.3.13.5
        //= rfc1812#5.3.13.6
        if let IpAddr::V4(here) = path.source {
            self.record(cx, header, &mut frame, here);
        }
        let meta = frame.meta();
        let reason = Forwarded { dst, next_hop: path.next_hop, interface: path.interface.0 };
        cx.trace.emit(Place::Interface(meta.interface), meta.journey, reason);
        let frame = if header.total_len > path.mtu {
            let header = Header { ttl: header.ttl - 1, ..*header };
            self.fragment(cx, &header, frame, path, false)
        } else {
            frame
        };
        Some(Outgoing { path, frame, broadcast: false })
    }

    /// Cuts a packet; the first piece is returned, the others come out of `poll_packet`.
    pub(crate) fn fragment(
        &mut self,
        cx: &mut Cx,
        header: &Header,
        frame: Frame,
        path: Path,
        broadcast: bool,
    ) -> Frame {
        let mut cut = fragments::Cut::new(header, frame, path.mtu);
        let first = cut.next_piece(cx);
        while cut.is_more() {
            let frame = cut.next_piece(cx);
            self.queue(cx, header.dst.into(), Outgoing { path, frame, broadcast });
        }
        cut.finish(cx);
        first
    }

    fn tell_unreachable(&mut self, cx: &mut Cx, about: &Frame, why: Unreachable) {
        let message = icmpv4::Header::DestinationUnreachable(why);
        self.report(cx, Error { about, link_broadcast: false, message });
    }
}
