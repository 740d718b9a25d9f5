//! How an input is cut: `do (1 octet) | length (2, big endian) | that many octets`, repeated.

/// The chunks of an input; the last may be shorter than it says.
pub fn chunks(mut data: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    core::iter::from_fn(move || {
        let [what, high, low, rest @ ..] = data else { return None };
        let len = usize::from(u16::from_be_bytes([*high, *low]) % 4_096).min(rest.len());
        let (octets, rest) = rest.split_at(len);
        data = rest;
        Some((*what, octets))
    })
}

/// Appends a chunk; of more than 4095 octets only the first.
pub fn chunk(what: u8, octets: &[u8], out: &mut Vec<u8>) {
    let len = octets.len().min(4_095);
    out.push(what);
    out.extend((len as u16).to_be_bytes());
    out.extend(&octets[..len]);
}
