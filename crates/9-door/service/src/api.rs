//! The service interface in plain types: what requests and answers hold, as JSON.
//!
//! Command line and page know nothing else of the service. All paths lie under [`ROOT`].
//!
//! | method and path | does |
//! |---|---|
//! | `GET /status` | who answers |
//! | `GET /labs`, `POST /labs` | list what runs; start one |
//! | `GET /labs/LAB`, `DELETE /labs/LAB` | look at it; stop it |
//! | `GET /labs/LAB/hold` | an answer that ends when the lab ends; giving it up stops the lab |
//! | `GET /labs/LAB/file` | the long form |
//! | `GET /labs/LAB/nodes/NODE[/TABLE]` | look inside a machine or switch |
//! | `POST /labs/LAB/do` | a verb line: `set`, `cut`, `mend`, `power` |
//! | `POST /labs/LAB/exec` | start a program; the answer is its output, [`ExecNews`] a line; giving it up kills it |
//! | `POST /labs/LAB/processes/ID/stdin`, `.../interrupt`, `.../kill` | speak to it |
//! | `GET /labs/LAB/events` | what happens, an [`EventNews`] a line |
//! | `GET /labs/LAB/capture?at=PLACE` | frames, as a pcapng stream |

use serde::{Deserialize, Serialize};

/// Before every path.
pub const ROOT: &str = "/api/v1";

/// Who answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// The service's process.
    pub pid: u32,
    /// Where the page is.
    pub page: String,
    /// The secret that opens it; only told over the Unix socket.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
    /// Labs that ended though nobody stopped them, and why; oldest first.
    #[serde(default)]
    pub ended: Vec<(String, String)>,
}

/// Where a lab's text comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One of the built-in labs.
    Builtin(String),
    /// A file of the user's, by its absolute path.
    File(String),
    /// The text itself.
    Text(String),
}

/// Start a lab.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartLab {
    /// The lab.
    pub source: Source,
    /// Another seed than the lab's.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Where its journal is written, by an absolute path.
    #[serde(default)]
    pub record: Option<String>,
    /// The language of its programs: `en` or `zh`.
    #[serde(default)]
    pub lang: Option<String>,
}

/// A lab that runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LabLine {
    /// Its name.
    pub name: String,
    /// Its title, English.
    pub title: String,
    /// Its title, Chinese.
    pub title_zh: String,
    /// Its seed.
    pub seed: u64,
    /// How long it has run, in seconds of its own clock.
    pub seconds: f64,
    /// Machines and switches.
    pub nodes: usize,
    /// How late it was at worst, in milliseconds.
    pub late_ms: u64,
    /// Where its text came from.
    pub source: String,
    /// When and why its journal broke off, if it has one and that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_trouble: Option<String>,
}

/// A lab was stopped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stopped {
    /// When and why its journal broke off, if it had one and that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_trouble: Option<String>,
}

/// A lab, looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LabView {
    /// The line of `ps`.
    #[serde(flatten)]
    pub line: LabLine,
    /// Its networks.
    pub networks: Vec<NetworkView>,
    /// Its nodes.
    pub nodes_list: Vec<NodeLine>,
    /// Its cables.
    pub links: Vec<LinkLine>,
    /// Programs that its machines have.
    pub programs: Vec<ProgramLine>,
}

/// A network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkView {
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub subnet: String,
    /// The address of its first router.
    pub gateway: Option<String>,
}

/// A node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NodeLine {
    /// Its name.
    pub name: String,
    /// `host`, `router`, `switch`, or `joined`.
    pub kind: String,
    /// Is it switched on?
    pub powered: bool,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its names in the lab's DNS.
    pub names: Vec<String>,
}

/// A cable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkLine {
    /// Its name.
    pub name: String,
    /// One end: `pc1.eth0`.
    pub a: String,
    /// The other.
    pub b: String,
    /// `up`, `cut`, or `down` (an end is switched off).
    pub state: String,
    /// From `a` to `b`, as a lab file would say it: `1Gbit 500ns`.
    pub forward: String,
    /// From `b` to `a`.
    pub backward: String,
}

/// A program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProgramLine {
    /// Its name.
    pub name: String,
    /// What it does.
    pub help: String,
    /// What it does, Chinese.
    pub help_zh: String,
}

/// A verb line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Do {
    /// `set uplink loss=30%`
    pub line: String,
}

/// Start a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exec {
    /// On which machine.
    pub node: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Whether its standard input will be sent; without, it is at its end at once.
    #[serde(default)]
    pub stdin: bool,
}

/// What a started program does, one line each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecNews {
    /// It runs under this number.
    Process(u64),
    /// It printed this, in base64.
    Stdout(String),
    /// It complained like this, in base64.
    Stderr(String),
    /// It ended with this code.
    Exit(u8),
    /// This many octets of output were lost: the reader was too slow.
    Missed(u64),
}

/// What happened, one line each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventLine {
    /// When, in seconds of the lab's clock.
    pub time: f64,
    /// On which node.
    pub node: String,
    /// Where on it: a jack, an interface, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Which packet: `pc1:12`, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub packet: String,
    /// The reason's name.
    pub reason: String,
    /// What it did to the packet: `note`, `sent`, `delivered`, `consumed`, `dropped`.
    pub fate: String,
    /// The clause behind it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// The sentence.
    pub en: String,
    /// The sentence in Chinese.
    pub zh: String,
}

/// A line of the stream of events.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventNews {
    /// Something happened.
    Event(EventLine),
    /// The reader was too slow for what happened here.
    Missed {
        /// How many events are gone, those included that its filter would not have let pass.
        missed: u64,
    },
}

/// A join's request, beside its descriptor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinRequest {
    /// Which card would this host have?
    Plan {
        /// The lab; none: the only one.
        lab: Option<String>,
        /// The network.
        network: String,
        /// The host's name; none: the next free of `guest1`...
        name: Option<String>,
        /// Its address; none: the next free.
        ip: Option<String>,
        /// Its hardware address; none: made from its name.
        mac: Option<String>,
    },
    /// Here is its card (one descriptor follows).
    Attach {
        /// What stands behind the descriptor.
        kind: door::card::CarrierKind,
    },
}

/// The answer to a join.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinAnswer {
    /// The card to make; the place is kept while the line stays open.
    Card(Box<door::card::Card>),
    /// It is plugged in.
    Joined,
    /// It cannot be.
    Refused(Problem),
}

/// Why something was refused: a stable code, and the sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// For scripts.
    pub code: String,
    /// For people.
    pub en: String,
    /// For people.
    pub zh: String,
}

impl Problem {
    /// A problem.
    pub fn new(code: &str, en: impl Into<String>, zh: impl Into<String>) -> Problem {
        Problem { code: code.to_owned(), en: en.into(), zh: zh.into() }
    }
    /// The sentence.
    pub fn text(&self, lang: base::Lang) -> &str {
        match lang {
            base::Lang::En => &self.en,
            base::Lang::Zh => &self.zh,
        }
    }
}

/// An error's body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What is wrong.
    pub error: Problem,
}
