//! DNS: the lab's name server and the resolver of its hosts (RFC 1034, 1035).

pub mod answer;
pub mod zone;
