//! Whether a frame passes. Pure; what is made on the way lies on the stack (`values`).

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::filter::values::each;
use crate::filter::{FieldSource, Literal, Mask, Node, Op, Operand, Value};

pub(super) fn holds(node: &Node, frame: &dyn FieldSource) -> bool {
    match node {
        Node::And(nodes) => nodes.iter().all(|node| holds(node, frame)),
        Node::Or(nodes) => nodes.iter().any(|node| holds(node, frame)),
        Node::Xor(nodes) => nodes.iter().fold(false, |odd, node| odd != holds(node, frame)),
        Node::Not(a) => !holds(a, frame),
        Node::Exists(operand) => {
            quantified(operand, false, frame, &mut |value| match (&operand.mask, value) {
                (Some(Mask::Bits(_)), Value::Unsigned(bits)) => bits != 0,
                (Some(Mask::Octets(_)), Value::Bytes(octets)) => octets.iter().any(|o| *o != 0),
                _ => {
                    operand.slices.is_empty()
                        || with_octets(value, |o| !o.is_empty()) != Some(false)
                }
            })
        }
        Node::Compare(operand, comparison, literal) => {
            quantified(operand, comparison.all, frame, &mut |value| {
                compare(value, literal).is_some_and(|order| comparison.op.holds(order))
            })
        }
        Node::CompareFields(a, comparison, b) => {
            let all = comparison.all;
            quantified(a, all, frame, &mut |left| {
                quantified(b, all, frame, &mut |right| {
                    compare_values(left, right).is_some_and(|order| comparison.op.holds(order))
                })
            })
        }
        Node::Contains(operand, needle, all) => {
            quantified(operand, *all, frame, &mut |value| contains(value, needle))
        }
        Node::Matches(operand, pattern, all) => quantified(operand, *all, frame, &mut |value| {
            // What lies beyond the end is empty, and no pattern fits it.
            let there = |octets: &[u8]| operand.slices.is_empty() || !octets.is_empty();
            with_octets(value, |octets| there(octets) && pattern.is_in(octets)).unwrap_or(false)
        }),
        Node::In(operand, items, all) => quantified(operand, *all, frame, &mut |value| {
            items.iter().any(|item| within(value, item))
        }),
    }
}

fn quantified(
    operand: &Operand,
    of_all: bool,
    frame: &dyn FieldSource,
    test: &mut dyn FnMut(Value<'_>) -> bool,
) -> bool {
    let (mut present, mut any, mut all) = (false, false, true);
    each(operand, frame, &mut |value| {
        present = true;
        // Whatever the others say, the answer stands after the first that decides.
        if if of_all { all } else { !any } {
            let good = test(value);
            any |= good;
            all &= good;
        }
    });
    if of_all { present && all } else { any }
}

pub(super) fn compare(value: Value<'_>, literal: &Literal) -> Option<Ordering> {
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

pub(super) fn compare_values(a: Value<'_>, b: Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Unsigned(a), Value::Unsigned(b)) => Some(a.cmp(&b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(&b)),
        (Value::Address(a), Value::Address(b)) => Some(a.cmp(&b)),
        (Value::Ether(a), Value::Ether(b)) => Some(a.cmp(&b)),
        (Value::Ether(a), Value::Bytes(b)) => Some(compare_octets(&a, b)),
        (Value::Bytes(a), Value::Ether(b)) => Some(compare_octets(a, &b)),
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

/// The octets of a value that has them.
pub(super) fn with_octets<T>(value: Value<'_>, see: impl FnOnce(&[u8]) -> T) -> Option<T> {
    match value {
        Value::Bytes(octets) => Some(see(octets)),
        Value::Text(words) => Some(see(words.as_bytes())),
        Value::Ether(address) => Some(see(&address)),
        Value::Address(IpAddr::V4(address)) => Some(see(&address.octets())),
        _ => None,
    }
}

fn contains(value: Value<'_>, needle: &[u8]) -> bool {
    let found =
        |hay: &[u8]| needle.is_empty() || hay.windows(needle.len()).any(|part| part == needle);
    with_octets(value, found).unwrap_or(false)
}
