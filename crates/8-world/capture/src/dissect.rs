//! A frame's field tree, all layers: `wire`'s up to layer 4, then whichever codec knows the ports.
//!
//! Absent until their crates describe themselves: DNS, HTTP. What needs several frames (streams,
//! relative numbers) is not here: a frame is described alone.

use base::field::{Fields, Value};

/// Names every field of a frame. Never panics, whatever the octets.
pub fn dissect(octets: &[u8]) -> Fields {
    let mut fields = Fields::default();
    let rest = wire::dissect(octets, &mut fields);
    if !rest.payload.is_empty() && !fields.list.iter().any(|field| field.name == "_ws.malformed") {
        fields.add("data", rest.payload, Value::Octets);
    }
    fields
}
