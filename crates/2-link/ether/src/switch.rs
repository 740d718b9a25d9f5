//! The learning switch.
use base::{Duration, Frame, Instant, JackId, MacAddr};
use trace::Cx;
/// The switch's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How long an address is remembered.
    pub age: Duration,
    /// Addresses at most.
    pub capacity: usize,
    /// The key of the table's hash.
    pub secret: u64,
}
impl Default for Config {
    fn default() -> Self {
        Config { age: Duration::from_secs(300), capacity: 8192, secret: 0 }
    }
}
/// Where a frame goes. Whoever sends it ends it as Sent, once.
#[derive(Debug)]
#[must_use]
pub enum Forwarding {
    /// Out of one jack.
    One(JackId, Frame),
    /// Out of all jacks that are up but one.
    Flood {
        /// The one it came by.
        except: JackId,
        /// The frame.
        frame: Frame,
    },
    /// Nowhere; the frame was ended with a reason.
    Ended,
}
/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableEntry {
    /// Whose.
    pub mac: MacAddr,
    /// By which jack.
    pub jack: JackId,
    /// Last heard.
    pub seen: Instant,
}
/// The switch.
#[derive(Debug)]
pub struct Switch {}
impl Switch {
    /// A switch with `jacks` jacks, all of them up.
    pub fn new(jacks: u16, config: Config) -> Self {
        todo!()
    }
    /// A frame came in.
    pub fn handle_frame(&mut self, cx: &mut Cx, jack: JackId, frame: Frame) -> Forwarding {
        todo!()
    }
    /// One jack more, up.
    pub fn add_jack(&mut self) -> Option<JackId> {
        todo!()
    }
    /// A cable was plugged in or pulled out.
    pub fn set_jack_up(&mut self, cx: &mut Cx, jack: JackId, up: bool) {
        todo!()
    }
    /// Is the jack up?
    pub fn is_jack_up(&self, jack: JackId) -> bool {
        todo!()
    }
    /// The jacks.
    pub fn jacks(&self) -> u16 {
        todo!()
    }
    /// The table by address.
    pub fn table(&self) -> Vec<TableEntry> {
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
}
