//! A DNS message, field by field, for people and filters (RFC 1035 section 4.1).
//!
//! Names are Wireshark's. Total: it reads what is there, says which field it could not read, and
//! never follows more pointers than a name can have labels.

use base::field::{Fields, Value};
use core::net::IpAddr;
use core::ops::Range;

/// Records described at most; further ones are passed over.
const RECORDS: usize = 256;

/// Describes the message in `octets`, which stand at `at` in their frame.
///
/// # Errors
/// The name of the first field that cannot be read; those before it were described.
pub fn describe(octets: &[u8], at: usize, fields: &mut Fields) -> Result<(), &'static str> {
    fields.open("dns", at..at + octets.len(), Value::Present);
    let mut reader = Reader { octets, at, place: 0, records: 0 };
    let result = reader.message(fields);
    fields.close();
    result
}

/// Describes a message behind its length, as a TCP segment bears it when it holds a whole one.
///
/// # Errors
/// As [`describe`]; `dns.length` where the segment holds less than the message.
pub fn describe_behind_length(
    octets: &[u8],
    at: usize,
    fields: &mut Fields,
) -> Result<(), &'static str> {
    let Some((length, rest)) = octets.split_first_chunk::<2>() else { return Err("dns.length") };
    let length = usize::from(u16::from_be_bytes(*length));
    let message = rest.get(..length).ok_or("dns.length")?;
    describe(message, at + 2, fields)
}

struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
    place: usize,
    records: usize,
}

/// What a record says beside its name.
struct Row {
    kind: u16,
    data: Range<usize>,
}

impl Reader<'_> {
    fn here(&self, length: usize) -> Range<usize> {
        self.at + self.place..self.at + self.place + length
    }

    fn u16(&mut self) -> Option<u16> {
        let octets = self.octets.get(self.place..)?.first_chunk::<2>()?;
        self.place += 2;
        Some(u16::from_be_bytes(*octets))
    }

    fn number(&mut self, name: &'static str, fields: &mut Fields) -> Result<u16, &'static str> {
        let range = self.here(2);
        let number = self.u16().ok_or(name)?;
        fields.add(name, range, Value::Number(number.into()));
        Ok(number)
    }

    fn message(&mut self, fields: &mut Fields) -> Result<(), &'static str> {
        self.number("dns.id", fields)?;
        self.flags(fields)?;
        let queries = self.number("dns.count.queries", fields)?;
        let answers = self.number("dns.count.answers", fields)?;
        let authority = self.number("dns.count.auth_rr", fields)?;
        let additional = self.number("dns.count.add_rr", fields)?;
        for _ in 0..queries {
            self.query(fields)?;
        }
        for _ in 0..usize::from(answers) + usize::from(authority) + usize::from(additional) {
            self.record(fields)?;
        }
        Ok(())
    }

    fn flags(&mut self, fields: &mut Fields) -> Result<(), &'static str> {
        let range = self.here(2);
        let flags = self.u16().ok_or("dns.flags")?;
        let flag = |bit: u16| Value::Flag(flags & bit != 0);
        let response = flags & 0x8000 != 0;
        fields.open("dns.flags", range.clone(), Value::Number(flags.into()));
        fields.add("dns.flags.response", range.clone(), flag(0x8000));
        let opcode = u64::from(flags >> 11 & 15);
        fields.add("dns.flags.opcode", range.clone(), Value::Number(opcode));
        if response {
            fields.add("dns.flags.authoritative", range.clone(), flag(0x0400));
        }
        fields.add("dns.flags.truncated", range.clone(), flag(0x0200));
        fields.add("dns.flags.recdesired", range.clone(), flag(0x0100));
        if response {
            fields.add("dns.flags.recavail", range.clone(), flag(0x0080));
        }
        fields.add("dns.flags.z", range.clone(), flag(0x0040));
        if response {
            fields.add("dns.flags.authenticated", range.clone(), flag(0x0020));
        }
        fields.add("dns.flags.checkdisable", range.clone(), flag(0x0010));
        if response {
            fields.add("dns.flags.rcode", range, Value::Number(u64::from(flags & 15)));
        }
        fields.close();
        Ok(())
    }

    /// A name at `place`; moves behind it.
    fn name(&mut self) -> Option<(String, Range<usize>)> {
        let start = self.place;
        let (name, end) = read_name(self.octets, start)?;
        self.place = end;
        Some((name, self.at + start..self.at + end))
    }

    fn query(&mut self, fields: &mut Fields) -> Result<(), &'static str> {
        let (name, range) = self.name().ok_or("dns.qry.name")?;
        fields.add("dns.qry.name", range, Value::Text(name));
        self.number("dns.qry.type", fields)?;
        self.number("dns.qry.class", fields)?;
        self.counted()
    }

    fn counted(&mut self) -> Result<(), &'static str> {
        self.records += 1;
        if self.records > RECORDS { Err("dns.count.answers") } else { Ok(()) }
    }

    fn record(&mut self, fields: &mut Fields) -> Result<(), &'static str> {
        let (name, range) = self.name().ok_or("dns.resp.name")?;
        fields.add("dns.resp.name", range, Value::Text(name));
        let kind = self.number("dns.resp.type", fields)?;
        if kind == 41 {
            self.number("dns.rr.udp_payload_size", fields)?;
        } else {
            self.number("dns.resp.class", fields)?;
        }
        let range = self.here(4);
        let ttl = self.octets.get(self.place..).and_then(|rest| rest.first_chunk::<4>());
        let ttl = u32::from_be_bytes(*ttl.ok_or("dns.resp.ttl")?);
        self.place += 4;
        if kind != 41 {
            fields.add("dns.resp.ttl", range, Value::Number(ttl.into()));
        }
        let length = usize::from(self.number("dns.resp.len", fields)?);
        let data = self.place..self.place + length;
        self.octets.get(data.clone()).ok_or("dns.resp.len")?;
        self.data(Row { kind, data: data.clone() }, fields)?;
        self.place = data.end;
        self.counted()
    }

    fn data(&self, row: Row, fields: &mut Fields) -> Result<(), &'static str> {
        let octets = self.octets.get(row.data.clone()).unwrap_or_default();
        let range = self.at + row.data.start..self.at + row.data.end;
        let name = |field| match read_name(self.octets, row.data.start) {
            Some((name, _)) => Ok(Value::Text(name)),
            None => Err(field),
        };
        let (field, value) = match row.kind {
            1 => ("dns.a", Value::Ip(IpAddr::from(<[u8; 4]>::try_from(octets).or(Err("dns.a"))?))),
            28 => {
                let octets = <[u8; 16]>::try_from(octets).or(Err("dns.aaaa"))?;
                ("dns.aaaa", Value::Ip(IpAddr::from(octets)))
            }
            2 => ("dns.ns", name("dns.ns")?),
            5 => ("dns.cname", name("dns.cname")?),
            6 => ("dns.soa.mname", name("dns.soa.mname")?),
            12 => ("dns.ptr.domain_name", name("dns.ptr.domain_name")?),
            _ => return Ok(()),
        };
        fields.add(field, range, value);
        Ok(())
    }
}

/// The name that begins at `start`, without its final dot (the root: `<Root>`, as Wireshark says
/// it), and where what follows it begins.
fn read_name(octets: &[u8], start: usize) -> Option<(String, usize)> {
    let (mut place, mut end) = (start, None);
    let mut name = String::new();
    // A name has at most 127 labels, and a pointer must lead backwards: each step is bounded.
    for _ in 0..255 {
        let length = usize::from(*octets.get(place)?);
        match length {
            0 => {
                let text = if name.is_empty() { "<Root>".to_owned() } else { name };
                return Some((text, end.unwrap_or(place + 1)));
            }
            1..=63 => {
                let label = octets.get(place + 1..place + 1 + length)?;
                if !name.is_empty() {
                    name.push('.');
                }
                name.extend(label.escape_ascii().map(char::from));
                place += 1 + length;
            }
            192.. => {
                let low = usize::from(*octets.get(place + 1)?);
                end.get_or_insert(place + 2);
                let target = (length & 63) << 8 | low;
                if target >= place {
                    return None;
                }
                place = target;
            }
            _ => return None,
        }
        if name.len() > 1024 {
            return None;
        }
    }
    None
}

#[cfg(test)]
#[path = "describe_tests.rs"]
mod tests;
