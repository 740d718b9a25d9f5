//! Whether a frame passes. Pure, and nothing is allocated: values are shown, not collected.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::filter::{Comparison, FieldSource, Literal, Node, Op, Operand, Value};

pub(super) fn holds(node: &Node, frame: &dyn FieldSource) -> bool {
    match node {
        Node::And(a, b) => holds(a, frame) && holds(b, frame),
        Node::Or(a, b) => holds(a, frame) || holds(b, frame),
        Node::Xor(a, b) => holds(a, frame) != holds(b, frame),
        Node::Not(a) => !holds(a, frame),
        Node::Exists(operand) => any(operand, frame, &mut |value| match (operand.mask, value) {
            (Some(_), Value::Unsigned(bits)) => bits != 0,
            _ => true,
        }),
        Node::Compare(operand, comparison, literal) => {
            quantified(operand, *comparison, frame, &mut |value| {
                compare(value, literal).is_some_and(|order| comparison.op.holds(order))
            })
        }
        Node::CompareFields(a, comparison, b) => quantified(a, *comparison, frame, &mut |left| {
            quantified(b, *comparison, frame, &mut |right| {
                compare_values(left, right).is_some_and(|order| comparison.op.holds(order))
            })
        }),
        Node::Contains(operand, needle) => {
            any(operand, frame, &mut |value| contains(value, needle))
        }
        Node::In(operand, items) => {
            any(operand, frame, &mut |value| items.iter().any(|item| within(value, item)))
        }
    }
}

/// Shows the parts of each occurrence that the operand takes.
fn each(operand: &Operand, frame: &dyn FieldSource, see: &mut dyn FnMut(Value<'_>)) {
    frame.values(operand.field, &mut |value| {
        let masked = match (operand.mask, value) {
            (Some(mask), Value::Unsigned(bits)) => Value::Unsigned(bits & mask),
            _ => value,
        };
        match operand.slice {
            None => see(masked),
            Some(range) => sliced(masked, range, see),
        }
    });
}

/// Octets beyond the end make the comparison fail: the slice is then not there.
fn sliced(value: Value<'_>, (from, to): (i64, Option<i64>), see: &mut dyn FnMut(Value<'_>)) {
    let ether;
    let octets: &[u8] = match value {
        Value::Bytes(octets) => octets,
        Value::Text(words) => words.as_bytes(),
        Value::Ether(address) => {
            ether = address;
            &ether
        }
        _ => return,
    };
    let place = |at: i64| {
        let length = octets.len() as i64;
        usize::try_from(if at < 0 { at + length } else { at }).ok()
    };
    let (Some(from), Some(to)) = (place(from), to.map_or(Some(octets.len()), place)) else {
        return;
    };
    let Some(part) = octets.get(from..to) else {
        return;
    };
    match (value, std::str::from_utf8(part)) {
        (Value::Text(_), Ok(words)) => see(Value::Text(words)),
        _ => see(Value::Bytes(part)),
    }
}

fn any(
    operand: &Operand,
    frame: &dyn FieldSource,
    test: &mut dyn FnMut(Value<'_>) -> bool,
) -> bool {
    let mut found = false;
    each(operand, frame, &mut |value| found = found || test(value));
    found
}

fn quantified(
    operand: &Operand,
    comparison: Comparison,
    frame: &dyn FieldSource,
    test: &mut dyn FnMut(Value<'_>) -> bool,
) -> bool {
    if !comparison.all {
        return any(operand, frame, test);
    }
    let (mut present, mut all) = (false, true);
    each(operand, frame, &mut |value| {
        present = true;
        all = all && test(value);
    });
    present && all
}

fn compare(value: Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Unsigned(a), Literal::Unsigned(b)) => Some(a.cmp(b)),
        (Value::Time(a), Literal::Time(b)) => Some(a.cmp(b)),
        (Value::Address(IpAddr::V4(a)), Literal::Ipv4(b, mask)) => {
            Some((u32::from(a) & mask).cmp(&(b & mask)))
        }
        (Value::Ether(a), Literal::Ether(b)) => Some(a.cmp(b)),
        (Value::Ether(a), Literal::Bytes(b)) => Some(compare_octets(&a, b)),
        (Value::Bytes(a), Literal::Bytes(b)) => Some(compare_octets(a, b)),
        (Value::Text(a), Literal::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// As in Wireshark: the shorter is less, whatever stands in it.
fn compare_octets(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn compare_values(a: Value<'_>, b: Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Unsigned(a), Value::Unsigned(b)) => Some(a.cmp(&b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(&b)),
        (Value::Address(a), Value::Address(b)) => Some(a.cmp(&b)),
        (Value::Ether(a), Value::Ether(b)) => Some(a.cmp(&b)),
        (Value::Bytes(a), Value::Bytes(b)) => Some(compare_octets(a, b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn within(value: Value<'_>, (from, to): &(Literal, Option<Literal>)) -> bool {
    let against = |literal, op: Op| compare(value, literal).is_some_and(|order| op.holds(order));
    match to {
        None => against(from, Op::Eq),
        Some(to) => against(from, Op::Ge) && against(to, Op::Le),
    }
}

fn contains(value: Value<'_>, needle: &[u8]) -> bool {
    let ether;
    let hay: &[u8] = match value {
        Value::Bytes(octets) => octets,
        Value::Text(words) => words.as_bytes(),
        Value::Ether(address) => {
            ether = address;
            &ether
        }
        _ => return false,
    };
    needle.is_empty() || hay.windows(needle.len()).any(|part| part == needle)
}
