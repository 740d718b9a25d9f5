//! The network card.
use base::{Frame, InterfaceId, MacAddr, frame::Fcs};
use trace::Cx;
use wire::ethernet::Header;
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
pub fn accept(mac: MacAddr, header: &Header, fcs: Fcs, promiscuous: bool) -> Acceptance {
    todo!()
}
/// Parses, accepts and strips a frame; `None`: the frame was ended with a reason.
pub fn receive(
    cx: &mut Cx,
    interface: InterfaceId,
    mac: MacAddr,
    promiscuous: bool,
    frame: Frame,
) -> Option<Received> {
    todo!()
}
/// Prepends the header and pads to the least length.
pub fn emit(frame: &mut Frame, header: &Header) {
    todo!()
}
