//! Wireshark's display filter over a closed table of fields: one language for `watch`, `capture`,
//! `step`, the page, the event stream and checks.
//!
//! ```text
//! or    = xor ("||" | "or") ..                       lowest
//! xor   = and ("^^" | "xor") ..                      as in Wireshark 4.2; 4.0 has none
//! and   = not ("&&" | "and") ..
//! not   = ("!" | "not") not | "(" or ")" | test
//! test  = operand                                    the field or layer is there
//!       | [any | all] operand OP operand (OP operand)..   == != === !== < <= > >= and their words
//!       | [any | all] operand "contains" literal
//!       | [any | all] operand ("matches" | "~") "pattern"
//!       | [any | all] operand ["not"] "in" "{" item, .. "}"     item = literal | literal..literal
//! operand = (FIELD ["#" layers] | FUNCTION "(" argument, .. ")") ["[" slice, .. "]"] ["&" mask]
//!       | literal
//! ```
//!
//! A field may occur several times in a frame. As in Wireshark 4: `==`, `<` and the rest hold if
//! *any* occurrence (of either side) does; `!=` holds if *all* differ; `===` wants all equal and
//! `!==` any different; `any` and `all` before a test say so of every relation. A comparison with a
//! field that is not there is false, `!=` too.
//!
//! Refused, with a hint: `tcp.analysis.*` (it guesses; `events(..)` knows) and arithmetic. Where
//! Wireshark differs on purpose stands in `docs/filters.md`. Text, nesting and patterns are bounded;
//! chains of `&&` and `||` are flat, so that ten thousand terms need no deeper stack than two.
//!
//! | room | what lives there |
//! |---|---|
//! | `lexer`, `literal`, `date` | words and quotes; what a written value means beside a field |
//! | `parse`, `operand` | the grammar: of tests; of fields, functions, slices and masks |
//! | `refusal` | what is said of mistakes |
//! | `pattern` | regular expressions |
//! | `eval`, `values` | whether a frame passes; what an operand is in a frame |
//! | `complete` | what may be written next |

mod complete;
mod date;
mod eval;
mod function;
pub(crate) mod lexer;
mod literal;
mod operand;
pub(crate) mod parse;
mod pattern;
mod refusal;
mod syntax;
#[cfg(test)]
mod tests;
mod values;

pub use complete::{Completion, complete};
pub use function::Function;
pub use pattern::Pattern;
pub use syntax::{Argument, Comparison, Literal, Mask, Node, Op, Operand, Range, Source};

use std::net::IpAddr;

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

    /// The same with the number of the header that bears it, from 1, among those of its protocol:
    /// 2 in the header that an ICMP error quotes.
    fn layered(&self, field: FieldId, see: &mut dyn FnMut(i64, Value<'_>)) {
        self.values(field, &mut |value| see(1, value));
    }
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

    /// Whether a frame passes. Allocates nothing, but for what a function makes of a text, or slices
    /// of octets, longer than 256 octets.
    pub fn matches(&self, frame: &dyn FieldSource) -> bool {
        eval::holds(&self.root, frame)
    }

    /// The fields it asks for, each once: what a dissector must provide.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut found = Vec::new();
        self.root.visit(&mut |field| found.push(field));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How many tests it may make of one frame: what a look costs.
    pub fn tests(&self) -> usize {
        self.root.tests()
    }

    /// Texts that a field is compared with (`node == "pc1"`), each with the place of the field.
    pub fn compared(&self, see: &mut dyn FnMut(&Operand, &str)) {
        self.root.compared(see);
    }

    pub(crate) fn part(text: &str, root: Node) -> Filter {
        Filter { text: text.to_owned(), root }
    }
}
