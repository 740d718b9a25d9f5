//! HTTP on the lab's own TCP: a server of files and a client (RFC 9110, RFC 9112), over hyper.
//!
//! ```text
//!   server --- respond --- range        the program `http`; a request's response; its range
//!      \------ content                  bodies in pieces, uploads with a bound
//!   client                              one request over one connection
//!   describe                            a message's head, field by field
//! ```

pub mod client;
pub mod content;
pub mod describe;
pub mod range;
pub mod respond;
pub mod server;

pub use describe::{begins_message, describe};
pub use server::http;
