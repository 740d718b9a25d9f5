//! `include = ["parts/hosts.toml"]`: parts of a lab from other files of its folder.
//!
//! ```text
//!   lab.toml --include--> parts/net.toml --include--> parts/more.toml
//!      tables mix, lists grow; the same key twice is a mistake in whichever file comes later
//! ```
//!
//! Paths count from the lab's folder, also in an included file, and never leave it. A file is
//! included once: again, or by itself, is a mistake that names the chain. Depth, number and size of
//! the files are bounded (`tests/parts/includes.rs`).

use crate::command::{outside, stays_inside};
use crate::diagnostic::{Complaint, Sink, text};
use crate::parse::Options;
use crate::read::Reader;
use crate::syntax;
use crate::tree::{Item, Table};

/// At most this many files make a lab, beside its own.
const MOST_FILES: usize = 64;
/// At most this many files stand one in another.
const DEEPEST: usize = 8;
/// Octets of all included files together.
const MOST_OCTETS: usize = 8 << 20;

/// Mixes into `root` what its `include` names, and what that includes.
pub(crate) fn include(
    root: &mut Table,
    file_name: &str,
    whole: &str,
    options: &Options<'_>,
    sink: &mut Sink,
) {
    let own = plain(file_name.rsplit(['/', '\\']).next().unwrap_or(file_name));
    let mut includer = Includer {
        chain: vec![own.clone()],
        seen: vec![own],
        whole,
        octets: 0,
        reader: Reader::new(sink, options),
    };
    includer.parts_of(root);
}

struct Includer<'a> {
    /// The file that is read, and those that lead to it.
    chain: Vec<String>,
    /// Every file so far.
    seen: Vec<String>,
    /// The lab file's own text: under another name it is still itself.
    whole: &'a str,
    octets: usize,
    reader: Reader<'a>,
}

impl Includer<'_> {
    /// What one file includes, mixed into it.
    fn parts_of(&mut self, table: &mut Table) {
        let Some(at) = table.entries.iter().position(|(key, _)| key.name == "include") else {
            return;
        };
        let (_, item) = table.entries.remove(at);
        for item in self.reader.list(&item) {
            let Some(path) = self.reader.words(item, "include") else { continue };
            if let Some(mut part) = self.part(item, path) {
                self.chain.push(plain(path));
                self.parts_of(&mut part);
                self.chain.pop();
                table.include(part, self.reader.sink);
            }
        }
    }

    /// One included file, if it may be and can be read.
    fn part(&mut self, item: &Item, path: &str) -> Option<Table> {
        if !stays_inside(path) {
            self.reader.complain(item, outside(path, 0..path.len()));
            return None;
        }
        let name = plain(path);
        if let Some(complaint) = self.again(&name).or_else(|| self.too_many()) {
            self.reader.complain(item, Complaint { at: 0..path.len(), ..complaint });
            return None;
        }
        let Some(find) = self.reader.options.include else {
            self.reader.sink.report(item.span, no_folder());
            return None;
        };
        let part = match find(path) {
            Ok(part) => part,
            Err(why) => {
                self.reader.sink.report(item.span, unread(path, &why));
                return None;
            }
        };
        self.octets += part.len();
        let complaint = match part == self.whole {
            true => self.circle(&name),
            false if self.octets > MOST_OCTETS => {
                bounded("8 MiB of included text", "8 MiB 的包含内容")
            }
            false => {
                self.seen.push(name);
                return syntax::read_or(path, &part, empty, self.reader.sink);
            }
        };
        self.reader.sink.report(item.span, complaint);
        None
    }

    /// The complaint about a file that was included before.
    fn again(&self, name: &str) -> Option<Complaint> {
        if self.chain.iter().any(|known| known == name) {
            return Some(self.circle(name));
        }
        self.seen.iter().any(|known| known == name).then(|| {
            Complaint::new(
                "included-twice",
                0..0,
                text(format!("`{name}` is included twice"), format!("`{name}` 被包含了两次")),
            )
            .help(text("one time is enough: leave this one out", "一次就够了: 去掉这一处"))
        })
    }

    fn circle(&self, name: &str) -> Complaint {
        let way = format!("{} -> {name}", self.chain.join(" -> "));
        let (en, zh) = match self.chain.len() {
            1 => ("the lab includes itself".to_owned(), "实验包含了自己".to_owned()),
            _ => (format!("`{name}` includes itself"), format!("`{name}` 包含了自己")),
        };
        Complaint::new("include-circle", 0..0, text(en, zh))
            .label(text(way.clone(), way))
            .help(text("take one of these includes out", "去掉其中一处 include"))
    }

    fn too_many(&self) -> Option<Complaint> {
        if self.chain.len() > DEEPEST {
            return Some(bounded("8 files, one in another", "8 层"));
        }
        (self.seen.len() > MOST_FILES).then(|| bounded("64 included files", "64 个文件"))
    }
}

/// A path as it is compared: `./parts//a.toml` is `parts/a.toml`.
fn plain(path: &str) -> String {
    let parts = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

fn bounded(en: &str, zh: &str) -> Complaint {
    Complaint::new(
        "too-large",
        0..0,
        text(format!("a lab has at most {en}"), format!("一个实验最多包含 {zh}")),
    )
    .help(text("write the parts into fewer files", "把各部分写进更少的文件"))
}

fn no_folder() -> Complaint {
    Complaint::new(
        "no-folder",
        0..0,
        text(
            "this lab came without its folder: there is nothing to include from",
            "这个实验没有带着文件夹: 没有可包含的文件",
        ),
    )
    .help(text(
        "start it by the path of its file, or copy the part into this text",
        "用文件路径启动它, 或把那一部分抄进来",
    ))
}

fn unread(path: &str, why: &crate::Text) -> Complaint {
    Complaint::new(
        "no-file",
        0..0,
        text(
            format!("cannot read `{path}`: {}", why.get(base::Lang::En)),
            format!("读不到 `{path}`: {}", why.get(base::Lang::Zh)),
        ),
    )
    .help(text("the path counts from the lab file's folder", "路径从实验文件所在的文件夹算起"))
}

fn empty() -> Complaint {
    Complaint::new("empty", 0..0, text("the included file says nothing", "被包含的文件是空的"))
        .help(text("take the include out, or write the part", "去掉这处 include, 或写上内容"))
}
