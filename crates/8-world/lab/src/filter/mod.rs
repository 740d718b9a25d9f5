//! Wireshark's display filter over a closed table of fields: one language for `watch`, `capture`,
//! `step`, the page, the event stream and checks.
//!
//! ```text
//! or    = xor ("||" | "or") ..                       lowest
//! xor   = and ("^^" | "xor") ..                      as in Wireshark 4.2; 4.0 has none
//! and   = not ("&&" | "and") ..
//! not   = ("!" | "not") not | "(" or ")" | test
//! test  = operand                                    the field or layer is there
//!       | operand OP operand (OP operand)..          == != === !== < <= > >= and their words
//!       | operand "contains" literal
//!       | operand ["not"] "in" "{" item, .. "}"      item = literal | literal..literal
//! operand = FIELD ["[" slice "]"] ["&" NUMBER] | literal
//! ```
//!
//! A field may occur several times in a frame. As in Wireshark 4: `==`, `<` and the rest hold if
//! *any* occurrence (of either side) does; `!=` holds if *all* differ; `===` wants all equal and
//! `!==` any different. A comparison with a field that is not there is false, `!=` too.
//!
//! Refused, with a hint: `tcp.analysis.*` (it guesses; `events(..)` knows), `matches` (no regular
//! expressions yet), functions and `any`/`all`. Text and nesting are bounded.

mod eval;
pub(crate) mod lexer;
mod literal;
pub(crate) mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::Range;

use crate::diagnostic::Complaint;
use crate::fields::{FieldId, FieldTable};

/// One occurrence of a field in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number, or a Boolean as 0 or 1.
    Unsigned(u64),
    /// Nanoseconds.
    Time(i64),
    /// An address of layer 3.
    Address(IpAddr),
    /// A hardware address.
    Ether([u8; 6]),
    /// Octets; a protocol's are its header and everything inside it.
    Bytes(&'a [u8]),
    /// Text.
    Text(&'a str),
}

/// A frame that can be asked for its fields.
pub trait FieldSource {
    /// Shows each occurrence of `field` to `see`, outermost header first; none if it is not there.
    fn values(&self, field: FieldId, see: &mut dyn FnMut(Value<'_>));
}

/// A filter, checked against a table and ready to be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    text: String,
    root: Node,
}

impl Filter {
    /// Reads a filter over the fields of `table`.
    pub fn parse(text: &str, table: FieldTable) -> Result<Filter, Complaint> {
        let tokens = lexer::tokens(text)?;
        let mut parser = parse::Parser::new(text, &tokens, table);
        let root = parser.filter(parse::Stop::AtEnd)?;
        parser.expect_end()?;
        Ok(Filter { text: text.to_owned(), root })
    }

    /// The text it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its syntax tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Whether a frame passes. Allocates nothing.
    pub fn matches(&self, frame: &dyn FieldSource) -> bool {
        eval::holds(&self.root, frame)
    }

    /// The fields it asks for, each once: what a dissector must provide.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut found = Vec::new();
        self.root.visit(&mut |operand| found.push(operand.field));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Texts that a field is compared with (`node == "pc1"`), each with the place of the field.
    pub fn compared(&self, see: &mut dyn FnMut(&Operand, &str)) {
        self.root.compared(see);
    }

    pub(crate) fn part(text: &str, root: Node) -> Filter {
        Filter { text: text.to_owned(), root }
    }
}

/// The syntax tree of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Both hold.
    And(Box<Node>, Box<Node>),
    /// One or both hold.
    Or(Box<Node>, Box<Node>),
    /// Exactly one holds.
    Xor(Box<Node>, Box<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// The field or layer is in the frame; with a mask, one of the masked bits is set.
    Exists(Operand),
    /// A comparison with a literal.
    Compare(Operand, Comparison, Literal),
    /// A comparison of two fields.
    CompareFields(Operand, Comparison, Operand),
    /// Octets or text inside.
    Contains(Operand, Vec<u8>),
    /// One of several literals or ranges.
    In(Operand, Vec<(Literal, Option<Literal>)>),
}

impl Node {
    fn compared(&self, see: &mut dyn FnMut(&Operand, &str)) {
        match self {
            Node::And(a, b) | Node::Or(a, b) | Node::Xor(a, b) => {
                a.compared(see);
                b.compared(see);
            }
            Node::Not(a) => a.compared(see),
            Node::Compare(field, comparison, Literal::Text(value))
                if matches!(comparison.op, Op::Eq | Op::Ne) =>
            {
                see(field, value);
            }
            Node::In(field, items) => {
                for item in items {
                    if let (Literal::Text(value), None) = item {
                        see(field, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Operand)) {
        match self {
            Node::And(a, b) | Node::Or(a, b) | Node::Xor(a, b) => {
                a.visit(see);
                b.visit(see);
            }
            Node::Not(a) => a.visit(see),
            Node::Exists(a) | Node::Compare(a, ..) | Node::Contains(a, _) | Node::In(a, _) => {
                see(a)
            }
            Node::CompareFields(a, _, b) => {
                see(a);
                see(b);
            }
        }
    }
}

/// A field, or a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// Which field.
    pub field: FieldId,
    /// Its octets from..to; negative counts from the end. `None` is the end.
    pub slice: Option<(i64, Option<i64>)>,
    /// Bits that count.
    pub mask: Option<u64>,
    /// Where it stands in the text.
    pub at: Range<usize>,
}

/// How two values compare, and over how many occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The relation.
    pub op: Op,
    /// All occurrences must satisfy it, not any one.
    pub all: bool,
}

/// A relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Op {
    /// Whether two values in this order satisfy the relation.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Op::Eq => order.is_eq(),
            Op::Ne => order.is_ne(),
            Op::Lt => order.is_lt(),
            Op::Le => order.is_le(),
            Op::Gt => order.is_gt(),
            Op::Ge => order.is_ge(),
        }
    }

    /// The same relation with its sides exchanged.
    pub fn flipped(self) -> Op {
        match self {
            Op::Lt => Op::Gt,
            Op::Le => Op::Ge,
            Op::Gt => Op::Lt,
            Op::Ge => Op::Le,
            same => same,
        }
    }

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Op::Eq => "==",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
        }
    }
}

/// A value written in a filter, of its field's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A number or a Boolean.
    Unsigned(u64),
    /// Nanoseconds.
    Time(i64),
    /// An IPv4 address and the mask that counts.
    Ipv4(u32, u32),
    /// A hardware address.
    Ether([u8; 6]),
    /// Octets.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
}
