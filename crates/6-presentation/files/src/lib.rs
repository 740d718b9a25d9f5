//! The virtual file system under the servers: a tree of files in memory, by absolute path.
//!
//! A lab's folder is read once, on floor 9, and handed in; nothing here opens a real file, so no
//! path, however crooked, leaves the tree. Paths are absolute, `/`-separated, and resolved before
//! use: `.` and empty parts vanish, `..` goes up and stops at the root (RFC 3986 section 5.2.4).
//!
//! Absent until a protocol needs it: permissions, times, links, empty directories.

mod for_programs;
mod media;
mod path;
mod tree;

pub use media::media_type;
pub use path::resolve;
pub use tree::{Entry, Tree, TreeFull};
