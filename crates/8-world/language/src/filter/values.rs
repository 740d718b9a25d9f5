//! What an operand is in a frame: the occurrences of its field or what a function makes of them, cut
//! and masked. Nothing is allocated while what is made has at most [`FEW`] octets.

use std::fmt::{self, Write};
use std::net::IpAddr;

use crate::filter::eval::{compare_values, with_octets};
use crate::filter::{
    Argument, FieldSource, Function, Literal, Mask, Operand, Range, Source, Value,
};

/// Octets that are made without asking for memory.
const FEW: usize = 256;

/// Octets in the making.
struct Scratch {
    few: [u8; FEW],
    len: usize,
    many: Vec<u8>,
}

impl Scratch {
    fn new() -> Scratch {
        Scratch { few: [0; FEW], len: 0, many: Vec::new() }
    }

    fn push(&mut self, octets: &[u8]) {
        match self.few.get_mut(self.len..self.len + octets.len()) {
            Some(room) if self.many.is_empty() => {
                room.copy_from_slice(octets);
                self.len += octets.len();
            }
            _ => {
                if self.many.is_empty() {
                    self.many.extend_from_slice(&self.few[..self.len]);
                }
                self.many.extend_from_slice(octets);
            }
        }
    }

    fn octets(&self) -> &[u8] {
        if self.many.is_empty() { &self.few[..self.len] } else { &self.many }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(self.octets()).unwrap_or("")
    }
}

impl Write for Scratch {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// Shows the parts of each occurrence that the operand takes.
pub(super) fn each(operand: &Operand, frame: &dyn FieldSource, see: &mut dyn FnMut(Value<'_>)) {
    let mut cut =
        |value: Value<'_>| sliced(value, &operand.slices, &mut |v| masked(v, &operand.mask, see));
    match &operand.source {
        Source::Field(field, layers) if layers.is_empty() => frame.values(*field, &mut cut),
        Source::Field(field, layers) => frame.layered(*field, &mut |number, value| {
            if layers.iter().any(|(from, to)| number >= *from && to.is_none_or(|to| number < to)) {
                cut(value);
            }
        }),
        Source::Call(function, arguments) => called(*function, arguments, frame, &mut cut),
    }
}

fn masked(value: Value<'_>, mask: &Option<Mask>, see: &mut dyn FnMut(Value<'_>)) {
    match (mask, value) {
        (Some(Mask::Bits(mask)), Value::Unsigned(bits)) => see(Value::Unsigned(bits & mask)),
        (Some(Mask::Octets(mask)), Value::Bytes(octets)) if octets.len() == mask.len() => {
            let mut made = Scratch::new();
            octets.iter().zip(mask).for_each(|(octet, mask)| made.push(&[octet & mask]));
            see(Value::Bytes(made.octets()));
        }
        (Some(_), _) => {}
        (None, value) => see(value),
    }
}

/// As in Wireshark: the slices up to the first that lies beyond the end; none of them is no octets.
fn sliced(value: Value<'_>, slices: &[Range], see: &mut dyn FnMut(Value<'_>)) {
    let Some(first) = slices.first() else { return see(value) };
    let text = matches!(value, Value::Text(_));
    let show = |part: &[u8], see: &mut dyn FnMut(Value<'_>)| match std::str::from_utf8(part) {
        Ok(words) if text => see(Value::Text(words)),
        _ => see(Value::Bytes(part)),
    };
    with_octets(value, |octets| {
        if slices.len() == 1 {
            return show(part(octets, *first).unwrap_or(&[]), see);
        }
        let mut made = Scratch::new();
        slices.iter().map_while(|range| part(octets, *range)).for_each(|part| made.push(part));
        show(made.octets(), see);
    });
}

fn part(octets: &[u8], (from, to): Range) -> Option<&[u8]> {
    let place = |at: i64| {
        let length = octets.len() as i64;
        usize::try_from(if at < 0 { at + length } else { at }).ok()
    };
    octets.get(place(from)?..to.map_or(Some(octets.len()), place)?)
}

fn called(
    function: Function,
    arguments: &[Argument],
    frame: &dyn FieldSource,
    see: &mut dyn FnMut(Value<'_>),
) {
    match function {
        Function::Max | Function::Min => extreme(function, arguments, frame, see),
        Function::Count => {
            let mut count = 0;
            all(arguments, frame, &mut |_| count += 1);
            if count > 0 {
                see(Value::Unsigned(count));
            }
        }
        _ => all(arguments, frame, &mut |value| made(function, value, see)),
    }
}

fn all(arguments: &[Argument], frame: &dyn FieldSource, see: &mut dyn FnMut(Value<'_>)) {
    for argument in arguments {
        match argument {
            Argument::Operand(operand) => each(operand, frame, see),
            Argument::Literal(literal) => see(of_literal(literal)),
        }
    }
}

fn of_literal(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Unsigned(number) => Value::Unsigned(*number),
        Literal::Time(time) => Value::Time(*time),
        Literal::Ipv4(address, _) => Value::Address(IpAddr::V4((*address).into())),
        Literal::Ether(address) => Value::Ether(*address),
        Literal::Bytes(octets) => Value::Bytes(octets),
        Literal::Text(text) => Value::Text(text),
    }
}

/// The largest or smallest of all.
fn extreme(
    function: Function,
    arguments: &[Argument],
    frame: &dyn FieldSource,
    see: &mut dyn FnMut(Value<'_>),
) {
    let mut best: Option<Value<'static>> = None;
    all(arguments, frame, &mut |value| {
        let Some(value) = kept(value) else { return };
        let order = best.and_then(|best| compare_values(value, best));
        let better = order.is_none_or(|order| match function {
            Function::Max => order.is_gt(),
            _ => order.is_lt(),
        });
        if better {
            best = Some(value);
        }
    });
    best.into_iter().for_each(see);
}

/// The value without its frame; a text and octets cannot leave it.
fn kept(value: Value<'_>) -> Option<Value<'static>> {
    Some(match value {
        Value::Unsigned(number) => Value::Unsigned(number),
        Value::Time(time) => Value::Time(time),
        Value::Address(address) => Value::Address(address),
        Value::Ether(address) => Value::Ether(address),
        Value::Bytes(_) | Value::Text(_) => return None,
    })
}

fn made(function: Function, value: Value<'_>, see: &mut dyn FnMut(Value<'_>)) {
    let mut out = Scratch::new();
    match (function, value) {
        (Function::Len, value) => {
            let len = with_octets(value, <[u8]>::len);
            return len.into_iter().for_each(|len| see(Value::Unsigned(len as u64)));
        }
        (Function::Abs, Value::Time(time)) => return see(Value::Time(time.saturating_abs())),
        (Function::Abs, value) => return see(value),
        (Function::Upper, Value::Text(text)) => {
            text.bytes().for_each(|octet| out.push(&[octet.to_ascii_uppercase()]));
        }
        (Function::Lower, Value::Text(text)) => {
            text.bytes().for_each(|octet| out.push(&[octet.to_ascii_lowercase()]));
        }
        // Writing into octets of ours cannot fail.
        (_, Value::Unsigned(number)) => drop(write!(out, "{number}")),
        (_, Value::Address(address)) => drop(write!(out, "{address}")),
        (_, Value::Ether(address)) => drop(write!(out, "{}", base::MacAddr(address))),
        _ => return,
    }
    see(Value::Text(out.text()));
}
