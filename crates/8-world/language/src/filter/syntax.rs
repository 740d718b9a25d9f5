//! The syntax tree of a filter.

use std::cmp::Ordering;
use std::ops;

use crate::fields::FieldId;
use crate::filter::{Function, Pattern};

/// The syntax tree of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// All hold.
    And(Vec<Node>),
    /// One or more hold.
    Or(Vec<Node>),
    /// An odd number of them holds.
    Xor(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// The field or layer is in the frame; with a mask, one of the masked bits is set.
    Exists(Operand),
    /// A comparison with a literal.
    Compare(Operand, Comparison, Literal),
    /// A comparison of two fields.
    CompareFields(Operand, Comparison, Operand),
    /// Octets or text inside; of all occurrences, or of any.
    Contains(Operand, Vec<u8>, bool),
    /// A regular expression; of all occurrences, or of any.
    Matches(Operand, Pattern, bool),
    /// One of several literals or ranges; of all occurrences, or of any.
    In(Operand, Vec<(Literal, Option<Literal>)>, bool),
}

impl Node {
    pub(super) fn compared(&self, see: &mut dyn FnMut(&Operand, &str)) {
        match self {
            Node::And(nodes) | Node::Or(nodes) | Node::Xor(nodes) => {
                nodes.iter().for_each(|node| node.compared(see));
            }
            Node::Not(a) => a.compared(see),
            Node::Compare(field, comparison, Literal::Text(value))
                if matches!(comparison.op, Op::Eq | Op::Ne) =>
            {
                see(field, value);
            }
            Node::In(field, items, _) => {
                for item in items {
                    if let (Literal::Text(value), None) = item {
                        see(field, value);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn tests(&self) -> usize {
        match self {
            Node::And(nodes) | Node::Or(nodes) | Node::Xor(nodes) => {
                nodes.iter().map(Node::tests).sum()
            }
            Node::Not(a) => a.tests(),
            _ => 1,
        }
    }

    pub(super) fn visit(&self, see: &mut dyn FnMut(FieldId)) {
        match self {
            Node::And(nodes) | Node::Or(nodes) | Node::Xor(nodes) => {
                nodes.iter().for_each(|node| node.visit(see));
            }
            Node::Not(a) => a.visit(see),
            Node::Exists(a)
            | Node::Compare(a, ..)
            | Node::Contains(a, ..)
            | Node::Matches(a, ..)
            | Node::In(a, ..) => a.visit(see),
            Node::CompareFields(a, _, b) => {
                a.visit(see);
                b.visit(see);
            }
        }
    }
}

/// From..to: octets from 0 or layers from 1; negative counts from the end. `None` is the end.
pub type Range = (i64, Option<i64>);

/// A field or what a function makes of it, or a part of that.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// What it is.
    pub source: Source,
    /// Of its octets these, one after the other; none: the whole value.
    pub slices: Vec<Range>,
    /// Bits that count.
    pub mask: Option<Mask>,
    /// Where it stands in the text.
    pub at: ops::Range<usize>,
}

/// Where an operand's values come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The occurrences of a field; if any layers are named, those in headers of these numbers.
    Field(FieldId, Vec<Range>),
    /// What a function makes of its arguments.
    Call(Function, Vec<Argument>),
}

/// What a function is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Values of the frame.
    Operand(Operand),
    /// One value, always there.
    Literal(Literal),
}

/// Bits that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Of a number.
    Bits(u64),
    /// Of octets: as many.
    Octets(Vec<u8>),
}

impl Operand {
    /// The field, where this is all of a field.
    pub fn field(&self) -> Option<FieldId> {
        match &self.source {
            Source::Field(field, _) if self.slices.is_empty() => Some(*field),
            _ => None,
        }
    }

    fn visit(&self, see: &mut dyn FnMut(FieldId)) {
        match &self.source {
            Source::Field(field, _) => see(*field),
            Source::Call(_, arguments) => {
                for argument in arguments {
                    if let Argument::Operand(operand) = argument {
                        operand.visit(see);
                    }
                }
            }
        }
    }
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
