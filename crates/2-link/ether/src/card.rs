//! The network card: which frames it takes, and the Ethernet header with its padding.
//!
//! A card takes frames to its own address, to everybody and to groups, and frames whose check
//! sequence holds (IEEE 802.3 section 4.1.2). Groups are not filtered in the card: layer 3 knows
//! which it joined. A promiscuous card (a sniffer) takes all sound frames.

use crate::reasons::{BadFcs, MalformedFrame, OtherCard};
use base::{Frame, InterfaceId, MacAddr, frame::Fcs};
use trace::{Cx, Place};
use wire::ethernet::{HEADER_LEN, Header, MIN_FRAME};

/// How a frame was addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkCast {
    /// To this card (or, on a promiscuous card, to another one).
    Unicast,
    /// To everybody.
    Broadcast,
    /// To a group.
    Multicast,
}

/// Why a card ignores a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The frame check sequence is wrong.
    BadFcs,
    /// It is for another card.
    OtherCard,
}

/// Does a card take a frame?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Yes.
    ForUs {
        /// How it was addressed.
        link: LinkCast,
    },
    /// No.
    Drop(Refusal),
}

/// A frame that the card took, stripped of its Ethernet header.
#[derive(Debug)]
pub struct Received {
    /// Its header.
    pub header: Header,
    /// How it was addressed.
    pub link: LinkCast,
    /// What is left.
    pub frame: Frame,
}

/// Does the card with this address take the frame?
#[inline]
pub fn accept(mac: MacAddr, header: &Header, fcs: Fcs, promiscuous: bool) -> Acceptance {
    if fcs == Fcs::Bad {
        return Acceptance::Drop(Refusal::BadFcs);
    }
    let link = if header.dst.is_broadcast() {
        LinkCast::Broadcast
    } else if header.dst.is_multicast() {
        LinkCast::Multicast
    } else if header.dst == mac || promiscuous {
        LinkCast::Unicast
    } else {
        return Acceptance::Drop(Refusal::OtherCard);
    };
    Acceptance::ForUs { link }
}

/// Parses, accepts and strips a frame; `None`: the frame was ended with a reason.
#[inline]
pub fn receive(
    cx: &mut Cx,
    interface: InterfaceId,
    mac: MacAddr,
    promiscuous: bool,
    mut frame: Frame,
) -> Option<Received> {
    let place = Place::Interface(interface);
    let (journey, fcs) = (frame.meta().journey, frame.meta().fcs);
    frame.pull(HEADER_LEN);
    let header = match Header::parse(frame.head()) {
        Ok(header) => header,
        Err(bad) => {
            let reason = MalformedFrame { field: bad.field, why: bad.why };
            cx.trace.emit(place, journey, reason);
            cx.pool.recycle(frame);
            return None;
        }
    };
    match accept(mac, &header, fcs, promiscuous) {
        Acceptance::ForUs { link } => {
            frame.strip(HEADER_LEN);
            return Some(Received { header, link, frame });
        }
        Acceptance::Drop(Refusal::BadFcs) => cx.trace.emit(place, journey, BadFcs {}),
        Acceptance::Drop(Refusal::OtherCard) => {
            cx.trace.emit(place, journey, OtherCard { dst: header.dst });
        }
    }
    cx.pool.recycle(frame);
    None
}

static ZEROS: [u8; MIN_FRAME] = [0; MIN_FRAME];

/// Prepends the header and pads to the least length.
#[inline]
pub fn emit(frame: &mut Frame, header: &Header) {
    header.emit(frame.prepend(HEADER_LEN));
    pad(frame);
}

/// Pads with zeros to the least length (RFC 894: the padding is not part of the packet).
#[inline]
pub fn pad(frame: &mut Frame) {
    let len = frame.len();
    if len < MIN_FRAME {
        frame.body_mut().push(bytes::Bytes::from_static(&ZEROS[len..]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::NodeId;
    use wire::ethernet::EtherType;

    const OURS: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
    const OTHER: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
    const GROUP: MacAddr = MacAddr([1, 0, 0x5e, 0, 0, 1]);

    #[test]
    fn what_a_card_takes() {
        use LinkCast::{Broadcast, Multicast, Unicast};
        let good = Fcs::Good;
        let rows = [
            (OURS, good, false, Ok(Unicast)),
            (OTHER, good, false, Err("other_card")),
            (OTHER, good, true, Ok(Unicast)),
            (MacAddr::BROADCAST, good, false, Ok(Broadcast)),
            (GROUP, good, false, Ok(Multicast)),
            (OURS, Fcs::Bad, false, Err("bad_fcs")),
            (OTHER, Fcs::Bad, true, Err("bad_fcs")),
        ];
        for (dst, fcs, promiscuous, want) in rows {
            let mut cx = Cx::new(NodeId(0), true);
            let mut frame = cx.pool.frame(b"hello".to_vec().into());
            emit(&mut frame, &Header { dst, src: OTHER, ethertype: EtherType::IPV4 });
            assert_eq!(frame.len(), 60, "padded");
            frame.meta_mut().fcs = fcs;
            cx.trace.entered();
            let got = receive(&mut cx, InterfaceId(1), OURS, promiscuous, frame);
            assert_eq!(cx.trace.ledger().held(), i64::from(got.is_some()));
            let reason = cx.trace.drain().next().map(|event| event.reason.name);
            let got = got.map(|received| {
                assert_eq!(received.frame.len(), 46);
                assert_eq!(&received.frame.to_vec()[..5], b"hello");
                received.link
            });
            assert_eq!(got.ok_or(reason.unwrap_or("")), want, "{dst} {fcs:?} {promiscuous}");
        }
    }

    #[test]
    fn frames_too_short_for_a_header_end_with_a_reason() {
        for len in 0..HEADER_LEN {
            let mut cx = Cx::new(NodeId(0), true);
            let frame = cx.pool.frame_from(vec![0xff; len].into());
            cx.trace.entered();
            assert!(receive(&mut cx, InterfaceId(1), OURS, true, frame).is_none());
            assert_eq!(cx.trace.ledger().held(), 0);
            assert_eq!(cx.trace.drain().next().map(|e| e.reason.name), Some("malformed_frame"));
        }
    }

    #[test]
    fn long_frames_are_not_padded() {
        let mut cx = Cx::new(NodeId(0), true);
        let mut frame = cx.pool.frame(vec![7; 46].into());
        emit(&mut frame, &Header { dst: OURS, src: OTHER, ethertype: EtherType::ARP });
        assert_eq!(frame.len(), 60);
        let mut frame = cx.pool.frame(vec![7; 1500].into());
        emit(&mut frame, &Header { dst: OURS, src: OTHER, ethertype: EtherType::ARP });
        assert_eq!(frame.len(), 1514);
    }
}
