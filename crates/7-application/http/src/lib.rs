//! HTTP on the lab's own TCP: a server of files and a client (RFC 9110, RFC 9112), over hyper.

pub mod range;
pub mod respond;
