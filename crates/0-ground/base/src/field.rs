//! The field tree: what a codec says about the octets it read.
//!
//! A frame's description is one flat list in the order of the octets; [`Field::depth`] makes it a
//! tree. Names are Wireshark's (`tcp.flags.syn`), so that one word serves filter, page and tshark.

use crate::{Duration, MacAddr};
use core::net::IpAddr;
use core::ops::Range;

/// One named run of octets, with what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Wireshark's name; a protocol's own line has the protocol's name (`tcp`).
    pub name: &'static str,
    /// The octets of the frame that say it. Several fields may share octets (flags).
    pub range: Range<usize>,
    /// The value.
    pub value: Value,
    /// 0 for a protocol's own line, 1 for its fields, and so on.
    pub depth: u8,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A protocol's own line, or a field that is only there or not.
    Present,
    /// A number, of at most 64 bits.
    Number(u64),
    /// A flag.
    Flag(bool),
    /// A hardware address.
    Mac(MacAddr),
    /// An IP address.
    Ip(IpAddr),
    /// A text (a DNS name, an HTTP method).
    Text(String),
    /// Plain octets; they stand at the field's range.
    Octets,
    /// A span of time.
    Time(Duration),
}

/// Collects the fields of one frame.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The fields so far, in the order of the octets.
    pub list: Vec<Field>,
    depth: u8,
}

impl Fields {
    /// Adds a field at the depth that is open now.
    pub fn add(&mut self, name: &'static str, range: Range<usize>, value: Value) {
        self.list.push(Field { name, range, value, depth: self.depth });
    }
    /// Adds a line and opens the level below it; pair with [`Fields::close`].
    pub fn open(&mut self, name: &'static str, range: Range<usize>, value: Value) {
        self.add(name, range, value);
        self.depth = self.depth.saturating_add(1);
    }
    /// Closes the level opened last.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
    /// Every value that the frame holds under this name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> + 'a {
        self.list.iter().filter(move |field| field.name == name).map(|field| &field.value)
    }
}
