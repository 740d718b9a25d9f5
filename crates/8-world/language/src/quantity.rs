//! Quantities with units, as people write them: `"20ms"`, `"10Mbit"`, `"1%"`, `"0.1% 5ms"`,
//! `"64kB"`, and back. Times and rates are exact integers (nanoseconds, bits per second);
//! `show_*` prints what `parse_*` reads back to the same value (tested).

use base::Duration;

use crate::diagnostic::{Complaint, Text, text};
use crate::model::{Discipline, Queue, Reorder};
use crate::nearest::nearest;

/// A parsed quantity or what is wrong with it.
pub type Parsed<T> = Result<T, Complaint>;

const TIMES: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
const RATES: &[(&str, u64)] =
    &[("bit", 1), ("kbit", 1_000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000)];
const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// A time: `20ms`, `1.5s`, `500ns`, `2min`.
pub fn parse_duration(words: &str) -> Parsed<Duration> {
    let kind = text("a time, such as `20ms`", "时间, 例如 `20ms`");
    whole_number(words, TIMES, &kind).map(Duration::from_nanos)
}

/// A rate in bits per second: `10Mbit`, `1Gbit`, `9600bit`.
pub(crate) fn parse_rate(words: &str) -> Parsed<u64> {
    let kind = text("a rate, such as `10Mbit` (per second)", "速率, 例如 `10Mbit` (每秒)");
    let nothing = !words.is_empty() && words.chars().all(|c| c == '0' || c == '.');
    if nothing || whole_number(words, RATES, &kind)? == 0 {
        return Err(complain(
            "out-of-range",
            words,
            "a rate of nothing carries nothing",
            "速率为零, 什么也传不了",
        )
        .help(text("to cut a cable use `cut LINK`", "要断开网线, 用 `cut LINK`")));
    }
    whole_number(words, RATES, &kind)
}

/// A size in octets: `1500`, `64kB`, `10MiB`.
pub fn parse_bytes(words: &str) -> Parsed<u64> {
    if let Ok(plain) = words.parse() {
        return Ok(plain);
    }
    whole_number(words, SIZES, &text("a size, such as `64kB`", "大小, 例如 `64kB`"))
}

/// A share from nothing to all: `1%`, `0.01`, `1e-6`.
pub(crate) fn parse_share(words: &str) -> Parsed<f64> {
    let (number, scale) = match words.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (words, 1.0),
    };
    let bad = || {
        complain(
            "bad-quantity",
            words,
            &format!("`{words}` is not a share"),
            &format!("`{words}` 不是比例"),
        )
        .label(text("expected a share, such as `1%` or `1e-6`", "应为比例, 例如 `1%` 或 `1e-6`"))
    };
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Err(bad());
    }
    let share = number.parse::<f64>().map_err(|_| bad())? / scale;
    if !(0.0..=1.0).contains(&share) {
        return Err(complain(
            "out-of-range",
            words,
            &format!("a share of {words} is not between 0% and 100%"),
            &format!("比例 {words} 不在 0% 与 100% 之间"),
        )
        .label(text("from 0% to 100%", "应在 0% 到 100% 之间"))
        .help(text("to lose everything write \"100%\"", "要全部丢掉, 写 \"100%\"")));
    }
    Ok(share)
}

/// A share of frames and how long each is held back: `0.1% 5ms`; `0%` is none.
pub(crate) fn parse_reorder(words: &str) -> Parsed<Option<Reorder>> {
    let Some((share, hold)) = words.split_once(char::is_whitespace) else {
        if parse_share(words)? == 0.0 {
            return Ok(None);
        }
        return Err(complain(
            "bad-quantity",
            words,
            "`reorder` needs a share and a time",
            "`reorder` 需要比例和时间",
        )
        .label(text("how long are they held back?", "要扣留多久?"))
        .help(text(format!("write \"{words} 5ms\""), format!("写成 \"{words} 5ms\""))));
    };
    let offset = words.len() - hold.len();
    let hold = hold.trim_end();
    let lead = hold.len() - hold.trim_start().len();
    let hold = parse_duration(hold.trim_start()).map_err(|c| c.shifted(offset + lead))?;
    Ok(Some(Reorder { share: parse_share(share)?, hold }))
}

/// A queue: a number of frames (`100`), a discipline (`fq_codel`), or both (`fq_codel 1000`).
pub(crate) fn parse_queue(words: &str) -> Parsed<Queue> {
    let (name, frames) = match words.split_once(' ') {
        Some((name, frames)) => (name, frames.trim()),
        None if words.starts_with(|c: char| c.is_ascii_digit()) => ("fifo", words),
        None => (words, "100"),
    };
    let discipline = match name {
        "fifo" => Discipline::Fifo,
        "fq_codel" => Discipline::FqCodel,
        other => {
            return Err(complain(
                "bad-queue",
                words,
                &format!("no queue is called `{other}`"),
                &format!("没有叫 `{other}` 的队列"),
            )
            .label(text("a number of frames, or `fq_codel`", "应为帧数, 或 `fq_codel`"))
            .choose(nearest(other, ["fifo", "fq_codel"]), "100, fq_codel"));
        }
    };
    match frames.parse() {
        Ok(frames @ 1..=1_000_000) => Ok(Queue { discipline, frames }),
        _ => Err(complain(
            "out-of-range",
            words,
            "a queue holds 1 to 1000000 frames",
            "队列可容 1 到 1000000 帧",
        )),
    }
}

/// The largest IP packet of a link, in octets: 68 (RFC 791) to 9216.
pub(crate) fn parse_mtu(words: &str) -> Parsed<u16> {
    match words.parse() {
        Ok(mtu @ 68..=9216) => Ok(mtu),
        _ => Err(complain(
            "out-of-range",
            words,
            &format!("`{words}` is not an MTU"),
            &format!("`{words}` 不是 MTU"),
        )
        .label(text("from 68 to 9216 octets", "应在 68 到 9216 字节之间"))
        .help(text("Ethernet's is 1500: write mtu = 1500", "以太网是 1500: 写成 mtu = 1500"))),
    }
}

/// Prints a time in its largest whole unit.
pub fn show_duration(value: Duration) -> String {
    show(value.as_nanos(), &[("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)])
}

/// Prints a rate in its largest whole unit.
pub fn show_rate(bps: u64) -> String {
    show(bps, RATES)
}

/// Prints a share as a percentage if that reads back exactly, else in scientific notation.
pub fn show_share(share: f64) -> String {
    let percent = format!("{}%", share * 100.0);
    let exact = percent.len() < 10 && parse_share(&percent).is_ok_and(|back| back == share);
    if exact { percent } else { format!("{share:e}") }
}

/// Prints a reordering; none is `0%`.
pub(crate) fn show_reorder(reorder: Option<Reorder>) -> String {
    reorder
        .map_or("0%".to_owned(), |r| format!("{} {}", show_share(r.share), show_duration(r.hold)))
}

/// Prints a queue.
pub(crate) fn show_queue(queue: Queue) -> String {
    match queue.discipline {
        Discipline::Fifo => queue.frames.to_string(),
        Discipline::FqCodel => format!("fq_codel {}", queue.frames),
    }
}

fn show(value: u64, units: &[(&str, u64)]) -> String {
    let fits = |(_, scale): &&(&str, u64)| value >= *scale && value.is_multiple_of(*scale);
    let (unit, scale) = units.iter().rev().find(fits).copied().unwrap_or(units[0]);
    format!("{}{unit}", value / scale)
}

fn complain(code: &'static str, words: &str, en: &str, zh: &str) -> Complaint {
    Complaint::new(code, 0..words.len(), text(en, zh))
}

/// A decimal number and a unit, exactly: digits after the point must come out whole.
fn whole_number(words: &str, units: &[(&str, u64)], kind: &Text) -> Parsed<u64> {
    let expected = || text(format!("expected {}", kind.en), format!("应为{}", kind.zh));
    let split = words.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(words.len());
    let (number, unit) = (&words[..split], words[split..].trim());
    if number.is_empty() {
        return Err(complain(
            "bad-quantity",
            words,
            &format!("`{words}` is not {}", short(&kind.en)),
            &format!("`{words}` 不是{}", short_zh(&kind.zh)),
        )
        .label(expected())
        .help(begin_with_a_number(words)));
    }
    let Some(&(_, scale)) = units.iter().find(|(name, _)| *name == unit) else {
        return Err(bad_unit(words, number, unit, units).label(expected()));
    };
    exact(number, scale).ok_or_else(|| {
        complain(
            "bad-quantity",
            words,
            &format!("`{words}` is too large or too fine"),
            &format!("`{words}` 太大或太细"),
        )
        .label(expected())
    })
}

fn begin_with_a_number(words: &str) -> Text {
    match words.strip_prefix('-').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        Some(rest) => text(
            format!("it is never negative (times count from boot): write \"{rest}\""),
            format!("它不能是负的 (时间从开机算起): 写成 \"{rest}\""),
        ),
        None => text("begin with a number, then the unit", "先写数, 再写单位"),
    }
}

fn short(kind: &str) -> &str {
    kind.split(',').next().unwrap_or(kind)
}

fn short_zh(kind: &str) -> &str {
    kind.split(',').next().unwrap_or(kind)
}

fn bad_unit(words: &str, number: &str, unit: &str, units: &[(&str, u64)]) -> Complaint {
    let names: Vec<&str> =
        units.iter().map(|(name, _)| *name).filter(|name| name.is_ascii()).collect();
    let list = names.join(", ");
    if unit.is_empty() {
        let likely = if names.contains(&"ms") { "ms" } else { names[names.len() / 2] };
        return complain(
            "missing-unit",
            words,
            &format!("`{words}` has no unit"),
            &format!("`{words}` 没有单位"),
        )
        .help(text(
            format!("units: {list}; for example \"{number}{likely}\""),
            format!("单位: {list}; 例如 \"{number}{likely}\""),
        ));
    }
    let complaint = complain(
        "unknown-unit",
        words,
        &format!("unknown unit `{unit}`"),
        &format!("未知的单位 `{unit}`"),
    )
    .help(text(format!("units: {list}"), format!("单位: {list}")));
    let mut guess = unit.trim_end_matches("/s").trim_end_matches("ps").to_owned();
    if let Some(bits) = octets_a_second(number, &guess, units) {
        return complaint.help(text(
            format!("`B` is an octet, 8 bits: write \"{bits}\""),
            format!("`B` 是字节, 8 比特: 写成 \"{bits}\""),
        ));
    }
    // `Mbps` and `Mb/s` mean bits; that is what their writers want here.
    if names.contains(&"bit") && guess.ends_with(['b', 'B']) {
        guess.push_str("it");
    }
    match nearest(&guess, names.iter().copied()) {
        Some(near) => complaint
            .help(text(format!("write \"{number}{near}\""), format!("写成 \"{number}{near}\""))),
        None => complaint,
    }
}

/// The rate in bits of so many `MB` a second, where the units are bits.
fn octets_a_second(number: &str, unit: &str, units: &[(&str, u64)]) -> Option<String> {
    let scale = SIZES.iter().find(|(name, _)| *name == unit)?.1;
    let bits = units.iter().any(|(name, _)| *name == "bit");
    let rate = bits.then(|| exact(number, scale.checked_mul(8)?)).flatten()?;
    (rate > 0).then(|| show_rate(rate))
}

fn exact(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > 18 || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    let ten = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = digits.checked_mul(u128::from(scale))?;
    if scaled % ten != 0 {
        return None;
    }
    u64::try_from(scaled / ten).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_back() {
        for words in ["20ms", "500ns", "1us", "3s", "1500ms", "0ns"] {
            assert_eq!(parse_duration(words).map(show_duration).as_deref(), Ok(words));
        }
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_duration("2min"), Ok(Duration::from_secs(120)));
        for words in ["10Mbit", "1Gbit", "9600bit", "2500kbit"] {
            assert_eq!(parse_rate(words).map(show_rate).as_deref(), Ok(words));
        }
        for words in ["1%", "0.1%", "100%", "0%", "30%", "1e-6", "1e-12", "7%", "33.3%"] {
            assert_eq!(
                parse_share(words).map(show_share).and_then(|w| parse_share(&w)),
                parse_share(words)
            );
        }
        assert_eq!(parse_share("1e-6").map(show_share).as_deref(), Ok("1e-6"));
        assert_eq!(parse_bytes("64kB"), Ok(64_000));
        assert_eq!(parse_bytes("10MiB"), Ok(10 << 20));
        let reorder = Some(Reorder { share: 0.001, hold: Duration::from_millis(5) });
        assert_eq!(parse_reorder("0.1% 5ms"), Ok(reorder));
        assert_eq!(show_reorder(reorder), "0.1% 5ms");
        assert_eq!(parse_queue("fq_codel").map(show_queue).as_deref(), Ok("fq_codel 100"));
    }

    #[test]
    fn refuses_with_a_stable_code() {
        let code = |result: Result<_, Complaint>| result.err().map(|c: Complaint| c.code);
        assert_eq!(code(parse_duration("20")), Some("missing-unit"));
        for zero in ["0", "0.0", "0Mbit"] {
            assert_eq!(parse_rate(zero).err().map(|c| c.code), Some("out-of-range"), "{zero}");
        }
        for (wrong, right) in [("10MB", "80Mbit"), ("1.5kB/s", "12kbit"), ("10Mbps", "10Mbit")] {
            let help = parse_rate(wrong).err().map(|c| c.help[1].en.clone()).unwrap_or_default();
            assert!(help.ends_with(&format!("write \"{right}\"")), "{wrong}: {help}");
            assert!(parse_rate(right).is_ok());
        }
        assert_eq!(code(parse_duration("20mss")), Some("unknown-unit"));
        assert_eq!(code(parse_duration("fast")), Some("bad-quantity"));
        assert_eq!(code(parse_duration("0.1ns")), Some("bad-quantity"));
        assert_eq!(code(parse_duration("99999999999999s")), Some("bad-quantity"));
        let code = |result: Parsed<f64>| result.err().map(|c| c.code);
        assert_eq!(code(parse_share("120%")), Some("out-of-range"));
        assert_eq!(code(parse_share("-1%")), Some("out-of-range"));
        assert_eq!(code(parse_share("nan")), Some("bad-quantity"));
        assert_eq!(code(parse_reorder("1%").map(|_| 0.0)), Some("bad-quantity"));
    }
}
