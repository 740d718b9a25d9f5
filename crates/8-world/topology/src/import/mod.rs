//! `catenet import`: a lab of another tool as a lab file, with an honest list of what was lost.
//!
//! ```text
//!  containerlab  *.clab.yml         nodes, links, `exec: ip ..`          --+
//!  Kathara       lab.conf, *.startup  collision domains, ip and ifconfig --+--> Plan --> lab file
//!  MiniEdit      *.mn (JSON)        hosts, switches, links with knobs    --+     |
//!  Topology Zoo  *.graphml          cities and lines between them        --+     +--> losses
//! ```
//!
//! Pure: whoever calls has read the files. The input is a stranger's: its size, depth and number of
//! nodes are bounded, YAML's aliases are counted, XML's entities are refused, and what it calls
//! things never gets beyond a quoted string. A check of ours is written only if it holds.

mod boxes;
mod commands;
mod containerlab;
mod graphml;
mod kathara;
mod losses;
mod miniedit;
mod ways;

use base::Lang;
use lab::read_lab;
use lab::run::{Options, test};
use language::Text;
use language::diagnostic::text;

use crate::plan::{self, Plan};
use losses::Losses;

/// The longest file that is read.
pub const MOST_OCTETS: usize = 4 << 20;

/// A file, and for Kathara those beside it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its name, without folders: what it ends with says which tool wrote it.
    pub file: &'a str,
    /// The name of its folder, which is the lab's in Kathara; may be empty.
    pub folder: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Kathara: names and texts of the files in its folder.
    pub beside: &'a [(String, String)],
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The lab file.
    pub text: String,
    /// What was left out or put in, and why.
    pub losses: Vec<Text>,
}

/// The tools whose files are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `*.clab.yml`.
    Containerlab,
    /// `lab.conf`.
    Kathara,
    /// `*.mn`.
    MiniEdit,
    /// `*.graphml`.
    TopologyZoo,
}

impl Format {
    /// Whose file it is: by its name, else by how it begins.
    pub fn of(file: &str, text: &str) -> Option<Format> {
        let ends = |ends: &[&str]| ends.iter().any(|end| file.to_ascii_lowercase().ends_with(end));
        let begins = text.trim_start_matches('\u{feff}').trim_start();
        match () {
            () if ends(&["lab.conf"]) => Some(Format::Kathara),
            () if ends(&[".mn"]) => Some(Format::MiniEdit),
            () if ends(&[".graphml"]) => Some(Format::TopologyZoo),
            () if ends(&[".yml", ".yaml"]) => Some(Format::Containerlab),
            () if begins.starts_with('{') => Some(Format::MiniEdit),
            () if begins.starts_with('<') => Some(Format::TopologyZoo),
            () if text.lines().any(|line| line.starts_with("topology:")) => {
                Some(Format::Containerlab)
            }
            () if kathara::looks_like(text) => Some(Format::Kathara),
            () => None,
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Containerlab => "containerlab",
            Format::Kathara => "Kathara",
            Format::MiniEdit => "MiniEdit",
            Format::TopologyZoo => "Topology Zoo",
        }
    }
}

/// A plan as a reader of a foreign file leaves it.
#[derive(Default)]
struct Draft {
    plan: Plan,
    losses: Losses,
    /// Somebody there learns routes by itself: ours are computed in its place.
    learns: bool,
    /// Nobody said which way the defaults lead.
    no_way_up: bool,
}

/// Reads it.
///
/// # Errors
/// The file is none of these, or broken: says where, and what is wrong.
pub fn import(source: &Source<'_>, lang: Lang) -> Result<Imported, Text> {
    let format = Format::of(source.file, source.text).ok_or_else(unknown)?;
    let longest = source.beside.iter().map(|(_, text)| text.len()).max().unwrap_or(0);
    if source.text.len().max(longest) > MOST_OCTETS {
        return Err(text("larger than 4 MiB", "超过 4 MiB"));
    }
    let mut draft = match format {
        Format::Containerlab => containerlab::read(source.text),
        Format::Kathara => kathara::read(source.text, source.beside),
        Format::MiniEdit => miniedit::read(source.text),
        Format::TopologyZoo => graphml::read(source.text),
    }?;
    if draft.plan.nodes.is_empty() {
        return Err(text("there is no machine in it", "里面没有一台机器"));
    }
    if draft.plan.name.is_empty() {
        draft.plan.name = match format {
            Format::Kathara if !source.folder.is_empty() => source.folder.to_owned(),
            _ => file_stem(source.file),
        };
    }
    draft.plan.name = plan::fitting(&draft.plan.name);
    draft.plan.notes.push(text(
        format!(
            "From {} ({}), by `catenet import`, which also says what was lost.",
            source.file,
            format.name()
        ),
        format!(
            "由 `catenet import` 从 {} ({}) 导入; 命令同时列出了丢失的内容。",
            source.file,
            format.name()
        ),
    ));
    finish(draft, lang)
}

/// Fills in what is missing, tries it, and writes it.
fn finish(draft: Draft, lang: Lang) -> Result<Imported, Text> {
    let Draft { mut plan, mut losses, learns, no_way_up } = draft;
    ways::without_loops(&mut plan, &mut losses);
    ways::unique_addresses(&mut plan, &mut losses);
    let completed = plan::complete(&mut plan);
    let ours = !completed.is_empty();
    completed.into_iter().for_each(|loss| losses.add(loss));
    ways::on_link(&mut plan, &mut losses);
    if no_way_up {
        plan::toward_the_middle(&mut plan);
    }
    if ours || learns {
        plan::routes(&mut plan);
    }
    let bare = plan::write(&plan, lang);
    plan::prove(&mut plan);
    let proven = plan::write(&plan, lang);
    let text = match (plan.proof.is_some(), holds(&proven)?) {
        (true, true) => {
            losses.add(text(
                "added: some hosts ping each other, and a check asks whether all pings come back",
                "新增: 部分主机互相 ping, 并有一项检查看所有 ping 是否都有回答",
            ));
            proven
        }
        (false, _) => bare,
        (true, false) => {
            losses.add(text(
                "not every host reaches every other, so no check was written: add your own",
                "并非每台主机都能到达其他主机, 所以没有写检查: 请自己加",
            ));
            bare
        }
    };
    Ok(Imported { text, losses: losses.list() })
}

/// Does the lab's check hold? An error if it is no lab at all.
fn holds(lab: &str) -> Result<bool, Text> {
    let read = read_lab(lab.as_bytes(), "lab.toml").map_err(|mistakes| {
        let first =
            |lang| mistakes.first().map(|m| m.message.get(lang).to_owned()).unwrap_or_default();
        text(
            format!("what came out is no lab that Catenet can run: {}", first(Lang::En)),
            format!("得到的结果不是 Catenet 能运行的实验: {}", first(Lang::Zh)),
        )
    })?;
    let folder = |_: &str| Vec::new();
    let options = Options { seed: read.seed, lang: Lang::En, folder: &folder, capture: false };
    Ok(test(&read, &options).is_ok_and(|report| report.passed()))
}

fn unknown() -> Text {
    text(
        "no kind of file that is understood; there are: containerlab (*.clab.yml), Kathara (lab.conf, or its folder), MiniEdit (*.mn), Topology Zoo (*.graphml)",
        "看不出是哪种文件; 支持: containerlab (*.clab.yml), Kathara (lab.conf 或其文件夹), MiniEdit (*.mn), Topology Zoo (*.graphml)",
    )
}

/// `ring.clab.yml` is `ring`.
fn file_stem(file: &str) -> String {
    file.split('.').next().unwrap_or_default().to_owned()
}
