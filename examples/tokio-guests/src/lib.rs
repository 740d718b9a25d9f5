//! Programs as people write them for tokio. All that is Catenet's in them is one `use`:
//! `catenet::net` where `tokio::net` would stand. Their tests run them on the hosts of a lab.

pub mod greeter;
pub mod page;
pub mod quic;
pub mod shop;
