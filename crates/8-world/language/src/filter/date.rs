//! Civil times in filters: `2026-01-01`, `2026-01-01 12:34`, `2026-01-01T12:34:56.789+08:00`. Without a
//! zone it is UTC, as everything in a lab; Wireshark takes its user's own zone.

use base::Civil;

/// Nanoseconds since 1970.
pub(super) fn read(word: &str) -> Option<i64> {
    let (date, time) = match word.find(['T', ' ']) {
        Some(at) => (word.get(..at)?, word.get(at + 1..)?),
        None => (word, "00:00:00"),
    };
    let mut parts = date.split('-');
    let (year, month, day) =
        (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() {
        return None;
    }
    let (time, zone) = zoned(time)?;
    let seconds = midnight(year, month, day)?.checked_sub(zone)?;
    let seconds = seconds.checked_mul(1_000_000_000)?;
    seconds.checked_add(of_day(time)?)
}

/// Nanoseconds since midnight.
fn of_day(time: &str) -> Option<i64> {
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = whole.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let plain =
        !fraction.is_empty() && fraction.len() <= 9 && fraction.bytes().all(|c| c.is_ascii_digit());
    let nanos: i64 = plain.then(|| format!("{fraction:0<9}").parse().ok()).flatten()?;
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nanos)
}

/// The time without its zone, and the zone in seconds east.
fn zoned(time: &str) -> Option<(&str, i64)> {
    for utc in ["Z", " UTC"] {
        if let Some(time) = time.strip_suffix(utc) {
            return Some((time, 0));
        }
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (time, zone) = (time.get(..at)?, time.get(at..)?);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = zone.get(1..)?.replace(':', "");
    let number = digits(&zone, 4)?;
    (number / 100 < 24 && number % 100 < 60)
        .then_some((time.trim_end(), sign * (number / 100 * 3_600 + number % 100 * 60)))
}

/// Exactly so many digits.
fn digits(word: &str, count: usize) -> Option<i64> {
    (word.len() == count && word.bytes().all(|c| c.is_ascii_digit())).then(|| word.parse().ok())?
}

/// Seconds from 1970 to the midnight that begins a day which the calendar has.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) {
        return None;
    }
    let before = year - i64::from(month <= 2);
    let (era, of_era) = (before.div_euclid(400), before.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let back = Civil::from_unix(days * 86_400);
    (i64::from(back.month) == month && i64::from(back.day) == day).then_some(days * 86_400)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn dates_are_read_and_refused() {
        let at = |word: &str| read(word).map(|nanos| nanos / 1_000_000_000);
        assert_eq!(at("1970-01-02"), Some(86_400));
        assert_eq!(at("2026-01-01 00:00:01"), Some(1_767_225_601));
        assert_eq!(at("2026-01-01T08:00:01+08:00"), Some(1_767_225_601));
        assert_eq!(at("2026-01-01T00:00Z"), Some(1_767_225_600));
        assert_eq!(at("2024-02-29 00:00:00 UTC"), Some(1_709_164_800));
        assert_eq!(read("2026-01-01 00:00:00.5"), Some(1_767_225_600_500_000_000));
        for wrong in ["", "2026", "2026-13-01", "2025-02-29", "2026-1-1", "2026-01-01 25:00", "1.5"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read("9999-12-31"), None, "beyond what nanoseconds can count");
    }
}
