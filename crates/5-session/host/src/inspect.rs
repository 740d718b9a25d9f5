//! The tables of a host as plain values: what `show --json` prints and what a check's path reads.

/// A self-describing value. Maps keep the order in which they were made (sorted by key, where keys
/// are addresses or ports), so the text is the same in every run.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// Named or keyed parts; `listen[80]` finds the part whose key is `80`.
    Map(Vec<(String, Tree)>),
    /// Parts in order.
    List(Vec<Tree>),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A word.
    Text(String),
}

impl Tree {
    /// The value at `path` (`tcp.listen[80].syn_queue`).
    pub fn at(&self, _path: &str) -> Option<&Tree> {
        todo!()
    }
    /// As JSON.
    pub fn to_json(&self) -> String {
        todo!()
    }
}
