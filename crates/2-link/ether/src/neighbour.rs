//! The neighbour machine.
use base::{Duration, Frame, Instant, InterfaceId, MacAddr};
use core::net::IpAddr;
use trace::Cx;
/// How a neighbour's address was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It answered our question.
    Solicited,
    /// It asked us something and named itself.
    Unsolicited,
    /// It told everybody, or somebody else.
    Overheard,
}
/// RFC 4861 section 7.3.2, and FAILED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Asked, not answered.
    Incomplete,
    /// Confirmed lately.
    Reachable,
    /// Known, not confirmed lately.
    Stale,
    /// Used while stale; waits for a hint.
    Delay,
    /// Being asked again.
    Probe,
    /// Did not answer.
    Failed,
    /// Set by hand.
    Permanent,
}
/// The machine's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The interface that this machine serves.
    pub interface: InterfaceId,
    /// How long a confirmation holds.
    pub reachable: Duration,
    /// Entries at most.
    pub capacity: usize,
}
impl Default for Config {
    fn default() -> Self {
        Config { interface: InterfaceId(1), reachable: Duration::from_secs(30), capacity: 1024 }
    }
}
/// What became of a frame to be sent.
#[derive(Debug)]
#[must_use]
pub enum Resolution {
    /// Send it there.
    Known(MacAddr, Frame),
    /// The machine keeps it (or dropped it with a reason).
    Pending,
}
/// What the owner has to do.
#[derive(Debug)]
#[must_use]
pub enum Action {
    /// Ask for the address, by unicast or by broadcast.
    Probe {
        /// Whom.
        address: IpAddr,
        /// Where it was last.
        unicast: Option<MacAddr>,
    },
    /// Send a frame that waited.
    Ready {
        /// Where to.
        mac: MacAddr,
        /// The frame.
        frame: Frame,
    },
    /// Nobody answers; the frame is the owner's again.
    Unreachable {
        /// Who.
        address: IpAddr,
        /// The frame.
        frame: Frame,
    },
}
/// One entry, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Whose.
    pub address: IpAddr,
    /// Where.
    pub mac: Option<MacAddr>,
    /// The state.
    pub state: State,
    /// Since when it is in that state.
    pub since: Instant,
}
/// The neighbours of one interface.
#[derive(Debug)]
pub struct Neighbours {}
impl Neighbours {
    /// No neighbours yet.
    pub fn new(config: Config) -> Self {
        todo!()
    }
    /// Where to send a frame for `address`.
    pub fn resolve(&mut self, cx: &mut Cx, address: IpAddr, frame: Frame) -> Resolution {
        todo!()
    }
    /// Somebody said where `address` is.
    pub fn handle_confirmation(
        &mut self,
        cx: &mut Cx,
        address: IpAddr,
        mac: MacAddr,
        kind: Confirmation,
    ) {
        todo!()
    }
    /// A layer above saw progress.
    pub fn confirm_reachable(&mut self, now: Instant, address: IpAddr) {
        todo!()
    }
    /// What to do next.
    pub fn poll(&mut self, cx: &mut Cx) -> Option<Action> {
        todo!()
    }
    /// When to call `handle_timeout`.
    pub fn next_deadline(&self) -> Option<Instant> {
        todo!()
    }
    /// Time has passed.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        todo!()
    }
    /// The entries by address.
    pub fn entries(&self) -> impl Iterator<Item = EntryView> + '_ {
        core::iter::empty()
    }
    /// An entry by hand.
    pub fn insert_static(&mut self, cx: &mut Cx, address: IpAddr, mac: MacAddr) -> bool {
        todo!()
    }
    /// Forgets one entry; its frames end with a reason.
    pub fn remove(&mut self, cx: &mut Cx, address: IpAddr) -> bool {
        todo!()
    }
    /// Forgets all.
    pub fn flush(&mut self, cx: &mut Cx) {
        todo!()
    }
    /// Frames that wait here.
    pub fn held(&self) -> usize {
        todo!()
    }
}
