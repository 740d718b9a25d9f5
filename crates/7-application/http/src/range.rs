//! `Range: bytes=..` (RFC 9110 section 14.1.2).

use core::ops::Range;

/// What a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// These octets.
    Part(Range<usize>),
    /// Octets that the content does not have.
    Beyond,
    /// Everything: the header is for another unit, unreadable, or names several ranges.
    All,
}

/// Reads the header against content of `total` octets.
pub fn parse(header: &str, total: usize) -> Asked {
    let Some(spec) = header.trim().strip_prefix("bytes=") else { return Asked::All };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::All };
    match (number(first), number(last), first.is_empty(), last.is_empty()) {
        (Some(first), Some(last), ..) if first <= last => {
            part(first, last.saturating_add(1), total)
        }
        (Some(first), None, _, true) => part(first, total, total),
        (None, Some(0), true, _) => Asked::Beyond,
        (None, Some(last), true, _) => part(total.saturating_sub(last), total, total),
        _ => Asked::All,
    }
}

fn part(start: usize, end: usize, total: usize) -> Asked {
    if start < total { Asked::Part(start..end.min(total)) } else { Asked::Beyond }
}

fn number(digits: &str) -> Option<usize> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(usize::MAX - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let cases = [
            ("bytes=0-4", Asked::Part(0..5)),
            ("bytes=5-", Asked::Part(5..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=9-100", Asked::Part(9..10)),
            ("bytes=9-99999999999999999999999", Asked::Part(9..10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=4-2", Asked::All),
            ("bytes=0-1,3-4", Asked::All),
            ("bytes=-", Asked::All),
            ("bytes=+1-2", Asked::All),
            ("lines=1-2", Asked::All),
        ];
        for (header, asked) in cases {
            assert_eq!(parse(header, 10), asked, "{header}");
        }
    }
}
