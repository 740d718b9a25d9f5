//! The language of labs: from text to a lab as plain data, its filters and checks, and back.
//!
//! ```text
//!  text --syntax--> tree --variables, includes, overlays--> tree --read--> Lab --long_form--> text
//!                                                                           |
//!         a filter, a check, a verb, a quantity: each a small language      +--> `lab`: a world,
//!         of its own, which knows only its own text (Complaint)                  run and judged
//! ```
//!
//! Nothing here runs. The crate is pure (no files, no clock, no world): what it must know of the world
//! around the file is handed to it ([`Options`]), and what a filter looks at is a [`filter::FieldSource`]
//! that somebody else fills. Every mistake is a [`Diagnostic`] with a place and a repair, in English and
//! Chinese.
//!
//! | room | what lives there |
//! |---|---|
//! | [`parse`](mod@parse) | text to [`Lab`], reporting every mistake, with overlays laid over |
//! | `syntax`, `tree` | TOML read tolerantly; a tree whose every word knows its place |
//! | `variables`, `include` | values and a student's draws put into the tree; other files' parts |
//! | `read` | the tree to [`Lab`]: keys, names, addresses, cables; short forms computed |
//! | [`model`] | [`Lab`] and its parts: the long form as plain data |
//! | [`long_form`](mod@long_form) | [`Lab`] to text that parses back to the equal [`Lab`] |
//! | [`with_checks`] | somebody's lab under the checks of another file |
//! | [`lesson`] | scenes, buttons and tasks beside a lab: a file of its own |
//! | [`expect`] | what a `[[check]]` demands |
//! | [`filter`], [`fields`] | Wireshark's display filter over a closed table of fields |
//! | [`command`], [`verb`] | program lines and the verbs of scripts and of the command line |
//! | [`mishap`], [`time_verb`] | the verbs about single frames of a cable; about a running lab's clock |
//! | [`quantity`] | `"20ms"`, `"10Mbit"`, `"1%"`, `"64kB"` |
//! | [`diagnostic`], [`render`](mod@render) | mistakes as data, and as people read them |
//! | [`nearest`](fn@nearest) | "did you mean" |
//! | [`schema`](fn@schema) | the JSON Schema of a lab file, for editors |

pub mod command;
pub mod diagnostic;
pub mod expect;
pub mod fields;
pub mod filter;
mod include;
pub mod lesson;
pub mod long_form;
pub mod mishap;
pub mod model;
mod nearest;
pub mod parse;
pub mod quantity;
mod read;
pub mod render;
mod replug;
mod rules;
mod schema;
mod syntax;
pub mod time_verb;
mod tree;
mod variables;
pub mod verb;

pub use diagnostic::{Complaint, Diagnostic, Text};
pub use expect::Expect;
pub use filter::Filter;
pub use long_form::long_form;
pub use model::Lab;
pub use nearest::nearest;
pub use parse::{Include, Options, parse, parse_bytes, parse_with};
pub use read::{check_name, is_key};
pub use render::render;
pub use rules::with_checks;
pub use schema::schema;
pub use time_verb::TimeVerb;
pub use verb::Verb;
