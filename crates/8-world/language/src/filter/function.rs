//! Wireshark's functions: what they take, and what they give.

use crate::fields::{Field, Kind};

/// A function of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// How many octets each occurrence has.
    Len,
    /// How many occurrences there are.
    Count,
    /// Text in small letters.
    Lower,
    /// Text in capitals.
    Upper,
    /// A number or an address as text.
    String,
    /// The largest of all occurrences of all arguments.
    Max,
    /// The smallest of them.
    Min,
    /// Without its sign.
    Abs,
}

const ALL: &[(&str, Function)] = &[
    ("abs", Function::Abs),
    ("count", Function::Count),
    ("len", Function::Len),
    ("lower", Function::Lower),
    ("max", Function::Max),
    ("min", Function::Min),
    ("string", Function::String),
    ("upper", Function::Upper),
];

impl Function {
    /// The function of this name.
    pub fn find(name: &str) -> Option<Function> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|(name, _)| *name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// Does it take more than one argument, and literals after the first?
    pub(super) fn takes_many(self) -> bool {
        matches!(self, Function::Max | Function::Min)
    }

    /// Whether it can be asked of such values.
    pub(super) fn takes(self, of: &Field) -> bool {
        match self {
            Function::Count => true,
            // A layer's length is as far as a dissector happened to read: only the frame's is one.
            Function::Len => {
                matches!(of.kind, Kind::Text | Kind::Bytes | Kind::Ether) || of.name == "frame"
            }
            Function::Lower | Function::Upper => of.kind == Kind::Text,
            Function::String => matches!(of.kind, Kind::Unsigned | Kind::Ipv4 | Kind::Ether),
            Function::Abs => matches!(of.kind, Kind::Unsigned | Kind::Time),
            Function::Max | Function::Min => matches!(
                of.kind,
                Kind::Unsigned | Kind::Time | Kind::Date | Kind::Ipv4 | Kind::Ether
            ),
        }
    }

    /// What it takes, for people.
    pub(super) fn wants(self) -> (&'static str, &'static str) {
        match self {
            Function::Count => ("a field or a layer", "字段或协议名"),
            Function::Len => ("a text or octets, or `frame`", "文本、字节串或 `frame`"),
            Function::Lower | Function::Upper => ("a text", "文本"),
            Function::String => ("a number or an address", "数或地址"),
            Function::Abs => ("a number or a time", "数或时间"),
            Function::Max | Function::Min => {
                ("numbers, times or addresses of one type", "同一类型的数、时间或地址")
            }
        }
    }

    /// The shape of what it gives.
    pub(super) fn gives(self, first: Field) -> Field {
        let (name, kind, bits) = match self {
            Function::Len => ("len(..)", Kind::Unsigned, 32),
            Function::Count => ("count(..)", Kind::Unsigned, 32),
            Function::Lower => ("lower(..)", Kind::Text, 64),
            Function::Upper => ("upper(..)", Kind::Text, 64),
            Function::String => ("string(..)", Kind::Text, 64),
            Function::Max => ("max(..)", first.kind, first.bits),
            Function::Min => ("min(..)", first.kind, first.bits),
            Function::Abs => ("abs(..)", first.kind, first.bits),
        };
        Field { name, kind, bits, layer: "" }
    }
}
