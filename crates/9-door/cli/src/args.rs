//! What may be written on the command line. English help stands here, Chinese in [`crate::chinese`].

// The comments are the help, where [N] says that N may be left out.
#![allow(rustdoc::broken_intra_doc_links)]

mod judging;

pub use judging::{Grade, Test, Validate};

use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Over the options that every verb has.
const EVERYWHERE: &str = "Options of every verb";

/// A whole internet in one binary: networks, hosts and routers from a small file
#[derive(Parser)]
#[command(name = "catenet", version, max_term_width = 100)]
pub struct Args {
    /// The service: a socket's path or http://127.0.0.1:PORT (CATENET_SERVER)
    #[arg(long, global = true, env = "CATENET_SERVER", hide_env = true, help_heading = EVERYWHERE)]
    pub server: Option<String>,
    /// Which lab, when several run
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub lab: Option<String>,
    /// en or zh (CATENET_LANG, then the locale)
    #[arg(long, global = true, value_parser = ["en", "zh"], help_heading = EVERYWHERE)]
    pub lang: Option<String>,
    /// Print JSON; streams print one object a line
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// Whether this word is one of our verbs.
pub fn is_verb(word: &str) -> bool {
    Args::command().find_subcommand(word).is_some()
}

#[derive(Subcommand)]
pub enum Verb {
    /// Boot a lab: a file, or the name of a built-in lab
    Up(Up),
    /// Stop a lab, or all
    Down(Down),
    /// List the labs that run
    Ps,
    /// List the built-in labs, and the lessons played in them
    Labs,
    /// List the lessons, or read one: its scenes, its buttons as commands, its tasks
    Lessons(Lessons),
    /// Look inside: a lab, a node, one of its tables
    Show(Show),
    /// Run one of a machine's own programs on it
    Exec(Exec),
    /// The shell of a machine: its programs, line by line
    Sh(Sh),
    /// Run a REAL program as a host of the lab
    Join(Join),
    /// Your browser inside the lab, through a SOCKS port of this machine
    Open(Open),
    /// Turn a cable's knobs: set LINK loss=30% delay=20ms
    Set(Set),
    /// Cut a cable
    Cut(OneLink),
    /// Mend a cable
    Mend(OneLink),
    /// Lose the next frame of a cable, or the N-th: LINK [from NODE] [N]
    Lose(OneFrame),
    /// Hold a frame of a cable back, so that later ones overtake it: LINK [from NODE] [N] SPAN
    Hold(OneFrame),
    /// Deliver a frame of a cable twice: LINK [from NODE] [N]
    Double(OneFrame),
    /// Damage a frame of a cable, one bit of it: LINK [from NODE] [N]
    Damage(OneFrame),
    /// Plug a machine's cable into another network; it keeps its address
    Plug(Plug),
    /// Switch a node on or off
    Power(Power),
    /// Stop the lab's clock
    Pause,
    /// Let the lab's clock go on
    Resume(Resume),
    /// Stop the lab's clock and let the next thing happen
    Step(Step),
    /// Stop the lab's clock and go back in time
    Back(Back),
    /// Write a running lab's journal: all that rebuilds it and all that was done to it
    Record(Record),
    /// Run a journal again in virtual time, and judge it
    Replay(Replay),
    /// Run two labs or journals side by side: the first thing that differs, and why
    Diff(Diff),
    /// Follow what happens, with reasons
    Watch(Watch),
    /// List the fields that filters may name
    Fields(Fields),
    /// What programs print
    Logs(Logs),
    /// Why each device did with a packet what it did: pc1:12, or FILE.pcapng:FRAME
    Why(Why),
    /// Record frames as pcapng
    Capture(Capture),
    /// Look for mistakes in a lab file
    #[command(alias = "check")]
    Validate(Validate),
    /// Run a lab in virtual time and judge its checks
    Test(Test),
    /// How far are a running lab's tasks? Or grade a folder of submissions
    Grade(Grade),
    /// Draw a lab's network: as text, SVG or Graphviz
    Graph(Graph),
    /// Make a lab file of a known shape: linear, ring, star, tree, fat-tree, campus
    New(New),
    /// A lab of another tool as a lab file: containerlab, Kathara, MiniEdit, Topology Zoo
    Import(Import),
    /// Run the service alone
    Serve(Serve),
    /// The JSON Schema of a lab file, for editors
    Schema,
    /// What a shell needs to complete our command lines
    Completions(Completions),
    /// What this machine can and cannot do, and the line that mends it
    Doctor,
}

#[derive(ClapArgs)]
pub struct Up {
    /// A lab file, or the name of a built-in lab (default: two-lans)
    pub lab_file: Option<String>,
    /// Return when the lab is ready; it goes on in the background
    #[arg(short, long)]
    pub detach: bool,
    /// Another seed than the lab's
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where the page and its interface listen, if the service is started now
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// Start the lab's real programs ([hosts.X] real = "..") on this machine, with your rights
    #[arg(long)]
    pub real: bool,
    /// Write the journal of all inputs to a file
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
}

/// What a lab is told about whoever works in it.
#[derive(ClapArgs, Default)]
pub struct Variables {
    /// Whose lab it is: what it draws is this student's own
    #[arg(long, value_name = "ID")]
    pub student: Option<String>,
    /// The value of one of the lab's variables; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub var: Vec<(String, String)>,
}

impl Variables {
    /// By name.
    pub fn all(&self) -> BTreeMap<String, String> {
        let student = self.student.iter().map(|id| ("student".to_owned(), id.clone()));
        student.chain(self.var.iter().cloned()).collect()
    }
}

fn variable(words: &str) -> Result<(String, String), String> {
    let (name, value) = words.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[derive(ClapArgs)]
pub struct Down {
    /// Which lab
    pub name: Option<String>,
    /// All of them
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
}

#[derive(ClapArgs)]
pub struct Lessons {
    /// Which lesson; none: list them
    pub name: Option<String>,
    /// With hints and solutions
    #[arg(long, requires = "name")]
    pub solution: bool,
}

#[derive(ClapArgs)]
pub struct Show {
    /// A node; none: the lab
    pub node: Option<String>,
    /// addresses, arp, mac, routes, sockets, tcp ..
    pub table: Option<String>,
    /// The long form of the lab file
    #[arg(long)]
    pub file: bool,
}

#[derive(ClapArgs)]
pub struct Exec {
    /// On which machine
    pub node: String,
    /// PROGRAM ARGS
    #[arg(last = true, required = true)]
    pub command: Vec<String>,
}

#[derive(ClapArgs)]
pub struct Sh {
    /// On which machine
    pub node: String,
}

#[derive(ClapArgs)]
pub struct Open {
    /// What to look at (default: the lab's first web server that has a name)
    pub url: Option<String>,
    /// The host from which to look (default: the lab's first host)
    #[arg(long, value_name = "HOST")]
    pub from: Option<String>,
    /// Start no browser; print the port and how to use it
    #[arg(long)]
    pub print: bool,
    /// This browser (default: the first of chromium, google-chrome, firefox)
    #[arg(long, value_name = "PROGRAM", conflicts_with = "print")]
    pub browser: Option<PathBuf>,
    /// Further words for the browser: -- --headless --dump-dom
    #[arg(last = true, conflicts_with = "print")]
    pub words: Vec<OsString>,
}

#[derive(ClapArgs)]
pub struct Join {
    /// On which network
    pub network: String,
    /// The host's name (default: guest1 ..)
    #[arg(long)]
    pub name: Option<String>,
    /// Its address (default: the next free one)
    #[arg(long)]
    pub ip: Option<String>,
    /// Its card's address
    #[arg(long)]
    pub mac: Option<String>,
    /// Return when it has joined; the program goes on in the background
    #[arg(short, long)]
    pub detach: bool,
    /// Which kind of card: auto, tap, veth
    #[arg(long, default_value = "auto", value_parser = ["auto", "tap", "veth"], hide = true)]
    pub card: String,
    /// The congestion control of the host's TCP, by its kernel's name: to compare like with like
    #[arg(long, hide = true)]
    pub congestion: Option<String>,
    /// Where to say that it has joined: for `-d`
    #[arg(long, hide = true, value_name = "SOCKET")]
    pub tell: Option<PathBuf>,
    /// COMMAND ARGS
    #[arg(last = true, required = true)]
    pub command: Vec<OsString>,
}

#[derive(ClapArgs)]
pub struct Set {
    /// LINK key=value ..
    #[arg(required = true, num_args = 2..)]
    pub words: Vec<String>,
}

#[derive(ClapArgs)]
pub struct OneLink {
    /// The cable: a--b, its name, or one of its jacks
    pub link: String,
}

#[derive(ClapArgs)]
pub struct OneFrame {
    /// The cable; from NODE: of the frames that this end sends; N: the how many-th from now (1)
    #[arg(required = true, num_args = 1..)]
    pub words: Vec<String>,
}

#[derive(ClapArgs)]
pub struct Plug {
    /// NODE or NODE.JACK (default: its first jack)
    pub place: String,
    /// The network whose switch the cable shall lead to
    pub network: String,
}

#[derive(ClapArgs)]
pub struct Resume {
    /// Lab seconds in a second, 0.001 to 100 (default: as before; 1 is real time)
    #[arg(allow_negative_numbers = true)]
    pub speed: Option<f64>,
}

#[derive(ClapArgs)]
pub struct Step {
    /// N steps, or: until T, until FILTER; then, if you like: within SPAN
    #[arg(num_args = 0..)]
    pub words: Vec<String>,
}

#[derive(ClapArgs)]
pub struct Back {
    /// N steps, or: to T
    #[arg(num_args = 0..)]
    pub words: Vec<String>,
}

#[derive(ClapArgs)]
pub struct Record {
    /// To this file (default: standard output)
    #[arg(short = 'w', long = "write", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Replay {
    /// A journal, as record or up --record wrote it
    pub journal: PathBuf,
    /// Only until this time of the lab's clock: 90s, 1500ms
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Write every jack's frames to DIR/LAB.pcapng, and the lab's own captures
    #[arg(long, value_name = "DIR")]
    pub capture: Option<PathBuf>,
    /// Computing time that it may use
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: u64,
}

#[derive(ClapArgs)]
pub struct Diff {
    /// LAB, FILE or JOURNAL; then, if you like: ,seed=7 ,with=broken ,student=ID ,set=LINK loss=30%
    pub a: String,
    /// The other run, written alike
    pub b: String,
    /// Only until this time of the labs' clocks: 90s, 1500ms
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Computing time that it may use
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: u64,
}

#[derive(ClapArgs)]
pub struct Completions {
    /// bash, zsh or fish
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    pub shell: String,
}

#[derive(ClapArgs)]
pub struct Power {
    /// The node
    pub node: String,
    /// on, off or cycle
    #[arg(value_parser = ["on", "off", "cycle"])]
    pub state: String,
}

#[derive(ClapArgs)]
pub struct Watch {
    /// A filter: tcp.flags.syn == 1, node == "r1", reason == "retransmit"
    pub filter: Option<String>,
    /// End after so many events
    #[arg(short = 'n', long)]
    pub count: Option<u64>,
}

#[derive(ClapArgs)]
pub struct Fields {
    /// Only those whose names begin so: tcp.flags
    pub prefix: Option<String>,
    /// Complete a filter that is half written, a way a line
    #[arg(long, value_name = "TEXT", conflicts_with = "prefix")]
    pub complete: Option<String>,
}

#[derive(ClapArgs)]
pub struct Logs {
    /// Only this machine's
    pub node: Option<String>,
    /// Go on with what is printed from now on
    #[arg(short, long)]
    pub follow: bool,
}

#[derive(ClapArgs)]
pub struct Why {
    /// A packet, as watch prints it (pc1:12), or a frame of a capture file (FILE.pcapng:FRAME)
    pub packet: String,
}

#[derive(ClapArgs)]
pub struct Capture {
    /// A link, a jack (pc1.eth0) or a node
    pub place: Option<String>,
    /// To this file (default: standard output)
    #[arg(short = 'w', long = "write", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Only frames that match
    #[arg(long)]
    pub filter: Option<String>,
    /// Open Wireshark on it
    #[arg(long)]
    pub wireshark: bool,
}

#[derive(ClapArgs)]
pub struct Graph {
    /// A lab file, or the name of a built-in lab (default: the lab that runs)
    pub lab_file: Option<String>,
    /// An SVG file on standard output
    #[arg(long, conflicts_with = "dot")]
    pub svg: bool,
    /// Graphviz's language on standard output
    #[arg(long)]
    pub dot: bool,
    /// Write the names of cables into the SVG
    #[arg(long, requires = "svg")]
    pub names: bool,
    #[command(flatten)]
    pub variables: Variables,
}

#[derive(ClapArgs)]
pub struct New {
    /// Which shape; none: list them
    pub shape: Option<String>,
    /// Its numbers: ring 4 2
    pub numbers: Vec<u32>,
    /// The lab's name (default: the shape and its numbers)
    #[arg(long, requires = "shape")]
    pub name: Option<String>,
    /// To this new file (default: standard output)
    #[arg(short, long, value_name = "FILE", requires = "shape")]
    pub output: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Import {
    /// *.clab.yml, lab.conf (or its folder), *.mn, *.graphml
    pub file: PathBuf,
    /// To this new file (default: standard output)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Serve {
    /// Where the page and its interface listen (default: 127.0.0.1:8742 or the next free port)
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// End when no lab has run for a while
    #[arg(long, hide = true)]
    pub until_idle: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever reads what there is finds every verb.
    #[test]
    fn every_verb_stands_in_both_readmes() {
        let readmes = [
            ("README.md", include_str!("../../../../README.md")),
            ("README.zh.md", include_str!("../../../../README.zh.md")),
        ];
        for (file, text) in readmes {
            for verb in Args::command().get_subcommands().filter(|verb| !verb.is_hide_set()) {
                let name = verb.get_name();
                let told =
                    [" ", "`", ","].iter().any(|end| text.contains(&format!("`{name}{end}")));
                assert!(told, "{file} does not tell of `{name}`");
            }
        }
    }
}
