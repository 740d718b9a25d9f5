//! What a `[[check]]` or `[[task]]` demands, as data.
//!
//! ```text
//! count(FILTER) [at PLACE] OP N          bytes(FILTER) [at PLACE] OP QUANTITY
//! copies(FILTER) [at PLACE] OP N         events(REASON [, FILTER]) OP N
//! FILTER before FILTER                   NODE.TABLE.PATH OP VALUE
//! exit(LABEL) OP N                       output(LABEL) contains "text"
//! ```
//!
//! joined by `and`, `or`, `not` (`and` binds tighter) and parentheses. Beside `before`, a filter
//! takes all the `and`s and `or`s up to it on its left; on its right it ends where another check
//! begins. Parentheses settle every doubt. `[K]` in a path is a table's key, never a position.

mod parse;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::diagnostic::{Complaint, text};
use crate::fields::{FIELDS, FieldTable};
use crate::filter::lexer;
use crate::filter::{Filter, Op, Operand};
use crate::model::Lab;
use crate::verb::unknown;

/// A check, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// Both hold.
    And(Box<Expect>, Box<Expect>),
    /// One or both hold.
    Or(Box<Expect>, Box<Expect>),
    /// It does not hold.
    Not(Box<Expect>),
    /// One measurement.
    Test(Box<Test>, Range<usize>),
}

/// One measurement. Ranges are bytes of the expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// How many frames pass.
    Count(Frames, Op, u64),
    /// How often the frame seen most often was seen.
    Copies(Frames, Op, u64),
    /// How many octets the frames that pass have.
    Bytes(Frames, Op, u64),
    /// How many events carry the reason.
    Events {
        /// Name of the reason.
        reason: Name,
        /// Which of them count.
        filter: Option<Filter>,
        /// The relation.
        op: Op,
        /// To what.
        number: u64,
    },
    /// The first frame that passes one filter comes before the first that passes the other.
    Before(Filter, Filter),
    /// What `show --json` prints.
    Table {
        /// The machine or switch.
        node: Name,
        /// Its table, then the way inside.
        path: Vec<Step>,
        /// The relation.
        op: Op,
        /// To what.
        value: Scalar,
    },
    /// The exit code of a program.
    Exit {
        /// Its label.
        label: Name,
        /// The relation.
        op: Op,
        /// To what.
        number: i64,
    },
    /// A program's output holds a text.
    Output {
        /// Its label.
        label: Name,
        /// The text.
        text: String,
    },
}

/// Frames that pass a filter, anywhere or at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    /// Which frames.
    pub filter: Filter,
    /// A link, jack or node ([`Lab::place`] finds it); everywhere without one.
    pub place: Option<Name>,
}

/// A name in an expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// Bytes of the expression.
    pub at: Range<usize>,
}

/// One step into a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Name(String),
    /// `[key]`
    Key(String),
}

/// What a table's entry is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number; quantities with units are sizes in octets or times in nanoseconds.
    Number(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Any other word, or a text in quotes.
    Text(String),
}

/// Tables that `NODE.TABLE.PATH` may begin with: those of `show`.
pub const TABLES: &[&str] = &[
    "addresses",
    "arp",
    "counters",
    "icmp",
    "ip",
    "jacks",
    "mac",
    "nat",
    "ports",
    "programs",
    "routes",
    "sockets",
    "stp",
    "tcp",
    "udp",
];

impl Expect {
    /// Reads a check over the fields of `table`.
    pub fn parse(text: &str, table: FieldTable) -> Result<Expect, Complaint> {
        let tokens = lexer::tokens(text)?;
        parse::expect(text, &tokens, table)
    }

    /// Each measurement with its place in the expression, in order.
    pub fn tests(&self) -> Vec<(&Test, Range<usize>)> {
        let mut out = Vec::new();
        self.gather(&mut out);
        out
    }

    fn gather<'a>(&'a self, out: &mut Vec<(&'a Test, Range<usize>)>) {
        match self {
            Expect::And(a, b) | Expect::Or(a, b) => {
                a.gather(out);
                b.gather(out);
            }
            Expect::Not(a) => a.gather(out),
            Expect::Test(test, at) => out.push((test, at.clone())),
        }
    }

    /// Asks the lab whether places, nodes and labels are there, and `reasons`, if given, whether
    /// the reasons are.
    pub fn check(&self, lab: &Lab, reasons: Option<&[&str]>) -> Vec<Complaint> {
        let tests = self.tests();
        let names = tests.iter().filter_map(|(test, _)| test.check(lab, reasons).err());
        let mut found: Vec<Complaint> = names.collect();
        for filter in tests.iter().flat_map(|(test, _)| test.filters()) {
            filter.compared(&mut |operand, value| {
                found.extend(never(lab, reasons, operand, value));
            });
        }
        found
    }
}

/// The complaint about `node == "pc9"` where the lab has no pc9: such a filter never holds.
fn never(lab: &Lab, reasons: Option<&[&str]>, operand: &Operand, value: &str) -> Option<Complaint> {
    let own = lab.machines().flat_map(|machine| {
        machine.jacks.iter().map(|jack| format!("{}.{}", machine.name, jack.name))
    });
    let ends = lab.links.iter().flat_map(|link| [&link.a, &link.b]);
    let jacks: Vec<String> =
        own.chain(ends.map(|end| format!("{}.{}", end.node, end.jack))).collect();
    let (what, zh, known): (_, _, Vec<&str>) = match FIELDS.get(operand.field()?)?.name {
        "node" => ("node", "设备", lab.node_names().collect()),
        "jack" => ("jack", "网口", jacks.iter().map(String::as_str).collect()),
        "link" => ("link", "网线", lab.links.iter().map(|link| link.name.as_str()).collect()),
        "reason" | "event" => ("reason", "原因", reasons?.to_vec()),
        _ => return None,
    };
    if known.contains(&value) {
        return None;
    }
    let mut each: Vec<&str> = Vec::new();
    for name in known {
        if !each.contains(&name) {
            each.push(name);
        }
    }
    let name = Name { name: value.to_owned(), at: operand.at.clone() };
    Some(name.unknown(what, zh, each))
}

impl Test {
    /// The filters in it.
    fn filters(&self) -> Vec<&Filter> {
        match self {
            Test::Count(frames, ..) | Test::Copies(frames, ..) | Test::Bytes(frames, ..) => {
                vec![&frames.filter]
            }
            Test::Events { filter, .. } => filter.iter().collect(),
            Test::Before(first, then) => vec![first, then],
            Test::Table { .. } | Test::Exit { .. } | Test::Output { .. } => Vec::new(),
        }
    }

    fn check(&self, lab: &Lab, reasons: Option<&[&str]>) -> Result<(), Complaint> {
        match self {
            Test::Count(frames, ..) | Test::Copies(frames, ..) | Test::Bytes(frames, ..) => {
                match &frames.place {
                    Some(place) if lab.place(&place.name).is_none() => {
                        let links = lab.links.iter().map(|link| link.name.as_str());
                        Err(place.unknown(
                            "link, jack or node",
                            "网线、网口或设备",
                            links.chain(lab.node_names()),
                        ))
                    }
                    _ => Ok(()),
                }
            }
            Test::Events { reason, .. } => match reasons {
                Some(known) if !known.contains(&reason.name.as_str()) => {
                    Err(reason.unknown("reason", "原因", known.iter().copied()))
                }
                _ => Ok(()),
            },
            Test::Table { node, path, .. } => {
                if !lab.has_node(&node.name) {
                    return Err(node.unknown("node", "设备", lab.node_names()));
                }
                match path.first() {
                    Some(Step::Name(table)) if !TABLES.contains(&table.as_str()) => {
                        let at = node.at.end + 1..node.at.end + 1 + table.len();
                        let name = Name { name: table.clone(), at };
                        Err(name.unknown("table", "表", TABLES.iter().copied()))
                    }
                    _ => Ok(()),
                }
            }
            Test::Exit { label, .. } | Test::Output { label, .. } => {
                match lab.labels().any(|l| l == label.name) {
                    true => Ok(()),
                    false => Err(label.unknown("program", "程序", lab.labels()).help(text(
                        format!(
                            "a label is given so: run = {{ do = \"..\", label = \"{}\" }}",
                            label.name
                        ),
                        format!("标签这样写: run = {{ do = \"..\", label = \"{}\" }}", label.name),
                    ))),
                }
            }
            Test::Before(..) => Ok(()),
        }
    }
}

impl Name {
    fn unknown<'a>(
        &self,
        what: &str,
        zh: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Complaint {
        let mut complaint = unknown("", &self.name, what, zh, known);
        complaint.at = self.at.clone();
        complaint
    }
}
