//! The one door into a world: everything that reaches it from outside is an [`Input`].
//!
//! Plain data with names and whole nanoseconds, so that a journal of inputs replays a world from its
//! boot on any machine. Answers are an [`Outcome`] or an [`InputError`], which changed nothing.

use crate::{Mishap, ProcessId};
use base::{Duration, Instant, Lang, NodeId};
use cable::LineConfig;
use serde::{Deserialize, Serialize};

/// An input with its virtual time, as a journal keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedInput {
    /// Nanoseconds since the world began.
    pub at_ns: u64,
    /// What happened.
    pub input: Input,
}

impl TimedInput {
    /// The time as an instant.
    pub fn at(&self) -> Instant {
        Instant::from_nanos(self.at_ns)
    }
}

/// What can reach a world from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Input {
    /// A frame from the real world comes in by a door.
    FrameIn {
        /// The door.
        node: String,
        /// The whole Ethernet frame without its check sequence.
        octets: Vec<u8>,
    },
    /// Knobs of a cable are turned.
    SetCable {
        /// The cable.
        cable: String,
        /// In which direction.
        way: Way,
        /// Which, and how far.
        change: LineChange,
    },
    /// A single frame of a cable meets a mishap.
    Befall {
        /// The cable.
        cable: String,
        /// In which direction; both: one frame in each.
        way: Way,
        /// Which frame that is handed to the cable from now on; 1 is the next.
        nth: u64,
        /// What befalls it.
        mishap: Mishap,
    },
    /// A cable is cut: what is on it is lost, both ends lose their link.
    Cut {
        /// The cable.
        cable: String,
    },
    /// A cable is mended.
    Mend {
        /// The cable.
        cable: String,
    },
    /// The cable in a jack of a machine (or door) is pulled out at its far end and plugged into a free
    /// jack of another switch. It is `NODE--SWITCH` from then on.
    Plug {
        /// The machine.
        node: String,
        /// Its jack, as people call it: `eth0`.
        jack: String,
        /// The switch.
        network: String,
    },
    /// A node is switched on or off; off drops its volatile part.
    Power {
        /// The node.
        node: String,
        /// On?
        on: bool,
    },
    /// A program is started.
    Exec {
        /// The machine.
        node: String,
        /// The program's name.
        program: String,
        /// What follows the name.
        args: Vec<String>,
        /// Under which label its output and exit are kept (default: `NODE/PROGRAM`).
        label: Option<String>,
        /// Started again this many nanoseconds after each start (later if it still runs).
        every_ns: Option<u64>,
    },
    /// Octets for a program's standard input; what does not fit is not taken ([`Outcome::Taken`]).
    Stdin {
        /// Whose.
        process: ProcessId,
        /// What; nothing means the end of the input.
        octets: Vec<u8>,
    },
    /// Ctrl-C.
    Interrupt {
        /// For whom.
        process: ProcessId,
    },
    /// The program dies where it stands; its sockets close.
    Kill {
        /// Which.
        process: ProcessId,
    },
    /// A new door appears as a host on a network: a jack on its switch, a cable, the door.
    AddDoorHost {
        /// The door's name.
        name: String,
        /// The switch.
        network: String,
    },
    /// A node is taken away for good, with its cables.
    RemoveNode {
        /// Which.
        node: String,
    },
    /// A machine's programs learn a new name for an address (`None` takes it away). A name that is
    /// known, whatever its case, is not taken over.
    SetName {
        /// The name.
        name: String,
        /// The address.
        address: Option<core::net::IpAddr>,
    },
    /// The program of a joined host did something, out there.
    Joined {
        /// The host, whose name is the program's label, too.
        host: String,
        /// What.
        deed: Deed,
    },
}

/// What a program out there does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    /// It began; a host has one at a time.
    Began {
        /// Its command.
        program: String,
    },
    /// It printed.
    Printed {
        /// To standard error?
        complaint: bool,
        /// What.
        octets: Vec<u8>,
    },
    /// It ended.
    Ended {
        /// The code.
        code: u8,
    },
}

/// Which direction of a cable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Both.
    #[default]
    Both,
    /// From its first end to its second.
    Forward,
    /// From its second end to its first.
    Backward,
}

/// Knobs to turn; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // each is the knob of the same name in `cable::LineConfig`
pub struct LineChange {
    pub rate_bps: Option<u64>,
    pub delay_ns: Option<u64>,
    pub jitter_ns: Option<u64>,
    pub loss: Option<f64>,
    pub reorder: Option<f64>,
    pub reorder_by_ns: Option<u64>,
    pub duplicate: Option<f64>,
    pub corrupt: Option<f64>,
    pub queue: Option<usize>,
    /// `Some(0)` lifts the limit.
    pub mtu: Option<u16>,
}

impl LineChange {
    /// The knobs as they stand afterwards.
    pub fn apply(&self, config: &LineConfig) -> LineConfig {
        let span = |nanos: Option<u64>, old| nanos.map_or(old, Duration::from_nanos);
        let mtu = self.mtu.map_or(config.mtu, |mtu| (mtu > 0).then_some(mtu));
        LineConfig {
            rate_bps: self.rate_bps.unwrap_or(config.rate_bps),
            delay: span(self.delay_ns, config.delay),
            jitter: span(self.jitter_ns, config.jitter),
            loss: self.loss.unwrap_or(config.loss),
            reorder: self.reorder.unwrap_or(config.reorder),
            reorder_by: span(self.reorder_by_ns, config.reorder_by),
            duplicate: self.duplicate.unwrap_or(config.duplicate),
            corrupt: self.corrupt.unwrap_or(config.corrupt),
            queue: self.queue.unwrap_or(config.queue),
            mtu,
        }
    }

    /// A share that is no share (below 0, above 1, not a number), by its knob's name.
    pub fn fault(&self) -> Option<&'static str> {
        let shares = [
            ("loss", self.loss),
            ("reorder", self.reorder),
            ("duplicate", self.duplicate),
            ("corrupt", self.corrupt),
        ];
        shares
            .into_iter()
            .find(|(_, share)| share.is_some_and(|share| !(0.0..=1.0).contains(&share)))
            .map(|(name, _)| name)
    }
}

/// What an input did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// A program runs under this number.
    Started(ProcessId),
    /// A node was made.
    Added(NodeId),
    /// So many octets fitted.
    Taken(usize),
}

/// Why an input changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputError {
    /// No node has this name.
    UnknownNode(String),
    /// No cable has this name.
    UnknownCable(String),
    /// The node has no such jack.
    UnknownJack(String),
    /// The machine has no such program.
    UnknownProgram(String),
    /// No process has this number.
    UnknownProcess(ProcessId),
    /// The process has ended.
    ProcessOver(ProcessId),
    /// The process's standard input has ended already.
    InputOver(ProcessId),
    /// The node is another kind of thing.
    WrongKind {
        /// The node.
        node: String,
        /// What it would have to be: `machine`, `switch`, `door`.
        wanted: &'static str,
    },
    /// The node is switched off.
    PoweredOff(String),
    /// A node, or an address, has this name already.
    NameTaken(String),
    /// A knob has a value that it cannot have.
    BadKnob(&'static str),
    /// A bound of the world is reached (how many of what).
    Full(&'static str, usize),
    /// The frame is shorter than an Ethernet header or longer than any card takes.
    BadFrame(usize),
}

impl InputError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            InputError::UnknownNode(_) => "unknown-node",
            InputError::UnknownCable(_) => "unknown-cable",
            InputError::UnknownJack(_) => "unknown-jack",
            InputError::UnknownProgram(_) => "unknown-program",
            InputError::UnknownProcess(_) => "unknown-process",
            InputError::ProcessOver(_) => "process-over",
            InputError::InputOver(_) => "input-over",
            InputError::WrongKind { .. } => "wrong-kind",
            InputError::PoweredOff(_) => "powered-off",
            InputError::NameTaken(_) => "name-taken",
            InputError::BadKnob(_) => "bad-knob",
            InputError::Full(..) => "full",
            InputError::BadFrame(_) => "bad-frame",
        }
    }

    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.chinese(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            InputError::UnknownNode(name) => format!("没有名为 {name} 的节点"),
            InputError::UnknownCable(name) => format!("没有名为 {name} 的网线"),
            InputError::UnknownJack(name) => format!("{name} 没有这个网口"),
            InputError::UnknownProgram(name) => format!("没有名为 {name} 的程序"),
            InputError::UnknownProcess(id) => format!("没有编号为 {} 的进程", id.0),
            InputError::ProcessOver(id) => format!("进程 {} 已经结束", id.0),
            InputError::InputOver(id) => format!("进程 {} 的标准输入已经结束", id.0),
            InputError::WrongKind { node, wanted } => format!("{node} 不是{}", kind_zh(wanted)),
            InputError::PoweredOff(name) => format!("{name} 已关机"),
            InputError::NameTaken(name) => format!("已有名为 {name} 的节点或地址"),
            InputError::BadKnob(knob) => format!("{knob} 必须在 0 和 1 之间"),
            InputError::Full(what, most) => format!("{}最多 {most} 个", kind_zh(what)),
            InputError::BadFrame(len) => format!("{len} 字节不是一个以太网帧"),
        }
    }
}

/// A kind of thing, in Chinese.
fn kind_zh(kind: &str) -> &str {
    match kind {
        "machine" => "机器",
        "switch" => "交换机",
        "door" => "加入的主机",
        "processes" => "进程",
        "nodes" => "节点",
        "jacks" => "网口",
        "mishaps" => "单帧指令",
        other => other,
    }
}

impl core::fmt::Display for InputError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            InputError::UnknownNode(name) => write!(f, "there is no node {name}"),
            InputError::UnknownCable(name) => write!(f, "there is no cable {name}"),
            InputError::UnknownJack(name) => write!(f, "{name} has no such jack"),
            InputError::UnknownProgram(name) => write!(f, "there is no program {name}"),
            InputError::UnknownProcess(id) => write!(f, "there is no process {}", id.0),
            InputError::ProcessOver(id) => write!(f, "process {} has ended", id.0),
            InputError::InputOver(id) => {
                write!(f, "the standard input of process {} has ended", id.0)
            }
            InputError::WrongKind { node, wanted } => write!(f, "{node} is not a {wanted}"),
            InputError::PoweredOff(name) => write!(f, "{name} is switched off"),
            InputError::NameTaken(name) => write!(f, "the name {name} is taken already"),
            InputError::BadKnob(knob) => write!(f, "{knob} must lie between 0 and 1"),
            InputError::Full(what, most) => write!(f, "there are already {most} {what}"),
            InputError::BadFrame(len) => write!(f, "{len} octets are no Ethernet frame"),
        }
    }
}
impl std::error::Error for InputError {}
