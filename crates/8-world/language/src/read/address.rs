//! Names, addresses and dates as the file writes them. An address that no host may bear is refused
//! here with the rule that forbids it (RFC 1122 section 3.2.1.3, RFC 919, RFC 1112).

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::diagnostic::{Complaint, text};
use crate::read::whole;

type Read<T> = Result<T, Complaint>;

/// A node's name: ASCII letters, digits, `-`, `_`; no `-` at an end, no `--`; at most 63 octets.
pub fn check_name(name: &str) -> Read<()> {
    let bad = |en: &str, zh: &str| {
        Err(Complaint::new(
            "bad-name",
            whole(name),
            text(format!("`{name}` cannot be a name"), format!("`{name}` 不能作名字")),
        )
        .label(text(en, zh)))
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 63 {
        return bad("1 to 63 characters", "应有 1 到 63 个字符");
    }
    if !name.chars().all(allowed) {
        let complaint =
            bad("letters a-z, digits, `-` and `_` only", "只能用英文字母、数字、`-` 和 `_`");
        return complaint.map_err(|c| {
            c.help(text(
                format!("choose an ASCII name and keep this one as the title: title = \"{name}\""),
                format!("用英文名, 原来的名字写进 title: title = \"{name}\""),
            ))
        });
    }
    if name.starts_with('-') || name.ends_with('-') {
        let repaired = name.trim_matches('-');
        let complaint = bad("a name neither begins nor ends with `-`", "名字不能以 `-` 开头或结尾");
        return complaint.map_err(|c| {
            c.help(text(format!("write `{repaired}`"), format!("写成 `{repaired}`")))
        });
    }
    if name.contains("--") {
        let repaired = name.replace("--", "-");
        let complaint = bad("`--` joins two names into a link's", "`--` 留给网线的名字");
        return complaint.map_err(|c| {
            c.help(text(format!("write `{repaired}`"), format!("写成 `{repaired}`")))
        });
    }
    Ok(())
}

/// A name of the DNS (RFC 1035 section 2.3.1): labels of letters, digits, `-`.
pub(crate) fn check_dns_name(name: &str) -> Read<()> {
    let label = |label: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len())
            && label.chars().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        return Ok(());
    }
    Err(Complaint::new(
        "bad-dns-name",
        whole(name),
        text(format!("`{name}` is not a DNS name"), format!("`{name}` 不是域名")),
    )
    .label(text(
        "labels of letters, digits and `-`, joined by dots",
        "由点分开的英文字母、数字和 `-`",
    ))
    .help(text("write: name = \"www.example.lab\"", "写成: name = \"www.example.lab\"")))
}

/// An IPv4 address with or without `/prefix`.
pub(crate) fn parse_address(words: &str) -> Read<(Ipv4Addr, Option<u8>)> {
    let narrow = narrowed(words);
    if narrow != words && parse_address(&narrow).is_ok() {
        let complaint = bad_address(
            words,
            whole(words),
            "digits, dots and slashes of the Chinese keyboard",
            "这里有全角的数字、句点或斜线",
        );
        return Err(write_so(complaint, &narrow));
    }
    let (address, prefix) = match words.split_once('/') {
        Some((address, prefix)) => (address, Some(parse_prefix(prefix, address.len() + 1)?)),
        None => (words, None),
    };
    if address.contains(':') {
        return Err(Complaint::new(
            "ipv6-later",
            whole(words),
            text("IPv6 is not there yet", "还不支持 IPv6"),
        )
        .label(text("an IPv4 address for now", "目前只能写 IPv4 地址")));
    }
    Ok((parse_octets(address)?, prefix))
}

/// The same in ASCII, where a Chinese keyboard left full-width digits, stops and slashes.
fn narrowed(words: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '．' | '。' | '｡' => '.',
        '／' => '/',
        other => other,
    };
    words.chars().map(narrow).collect()
}

fn parse_prefix(words: &str, offset: usize) -> Read<u8> {
    match words.parse() {
        Ok(length @ 0..=32) if !words.starts_with('+') => Ok(length),
        _ => Err(Complaint::new(
            "bad-prefix",
            offset..offset + words.len(),
            text(format!("`/{words}` is not a prefix length"), format!("`/{words}` 不是前缀长度")),
        )
        .label(text("from 0 to 32", "应在 0 到 32 之间"))
        .help(text("a LAN of 254 hosts is a /24", "能容 254 台主机的局域网是 /24"))),
    }
}

fn parse_octets(words: &str) -> Read<Ipv4Addr> {
    let parts: Vec<&str> = words.split('.').collect();
    let mut octets = [0u8; 4];
    if parts.len() != 4 {
        let complaint = bad_address(
            words,
            whole(words),
            "four numbers with dots between them",
            "由点分开的四个数",
        );
        return Err(write_so(complaint, "10.0.2.80"));
    }
    let mut at = 0;
    for (octet, part) in octets.iter_mut().zip(parts) {
        let here = at..at + part.len();
        at = here.end + 1;
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            let here = here.start..here.end.max(here.start + 1);
            let complaint =
                bad_address(words, here, "a number from 0 to 255", "应为 0 到 255 的数");
            return Err(write_so(complaint, "10.0.2.80"));
        }
        if part.len() > 1 && part.starts_with('0') {
            let plain = part.trim_start_matches('0');
            let plain = if plain.is_empty() { "0" } else { plain };
            let repaired = format!("{}{plain}{}", &words[..here.start], &words[here.end..]);
            let complaint = bad_address(
                words,
                here,
                "a leading zero means octal to some programs",
                "有的程序把前导零当八进制",
            );
            return Err(write_so(complaint, &repaired));
        }
        *octet = part.parse().map_err(|_| {
            let repaired = format!("{}254{}", &words[..here.start], &words[here.end..]);
            let complaint = bad_address(
                words,
                here.clone(),
                "each number is 0 to 255",
                "每个数都在 0 到 255 之间",
            );
            write_so(complaint, &repaired)
        })?;
    }
    Ok(octets.into())
}

fn write_so(complaint: Complaint, words: &str) -> Complaint {
    complaint.help(text(format!("write \"{words}\""), format!("写成 \"{words}\"")))
}

fn bad_address(words: &str, at: std::ops::Range<usize>, en: &str, zh: &str) -> Complaint {
    Complaint::new(
        "bad-address",
        at,
        text(format!("`{words}` is not an IPv4 address"), format!("`{words}` 不是 IPv4 地址")),
    )
    .label(text(en, zh))
}

/// A subnet: its first address and a prefix length from /1 to /30.
pub(crate) fn parse_subnet(words: &str) -> Read<Ipv4Net> {
    let (address, prefix) = parse_address(words)?;
    let Some(prefix) = prefix else {
        return Err(Complaint::new(
            "missing-prefix",
            whole(words),
            text(
                format!("`{words}` is one address, not a network"),
                format!("`{words}` 是一个地址, 不是网络"),
            ),
        )
        .label(text("how large is it?", "网络有多大?"))
        .help(text(format!("write \"{words}/24\""), format!("写成 \"{words}/24\""))));
    };
    let slash = words.find('/').map_or(0, |i| i + 1);
    let net = match Ipv4Net::new(address, prefix) {
        Ok(net) if (1..=30).contains(&prefix) => net,
        _ => {
            return Err(Complaint::new(
                "bad-prefix",
                slash..words.len(),
                text(format!("a /{prefix} is no LAN"), format!("/{prefix} 不能作局域网")),
            )
            .label(text("from 1 to 30", "应在 1 到 30 之间")));
        }
    };
    if net.trunc() != net {
        let repaired = net.trunc();
        return Err(Complaint::new(
            "host-bits",
            whole(words),
            text(
                format!("`{words}` is an address inside a network"),
                format!("`{words}` 是网络里的一个地址"),
            ),
        )
        .label(text("a network is written by its first address", "网络用它的第一个地址来写"))
        .help(text(format!("write \"{repaired}\""), format!("写成 \"{repaired}\""))));
    }
    for_hosts(net.addr(), whole(words))?;
    Ok(net)
}

/// Whether a host may bear the address at all.
pub(crate) fn for_hosts(address: Ipv4Addr, at: std::ops::Range<usize>) -> Read<()> {
    let (en, zh) = match address.octets() {
        [0, ..] => (
            "0.0.0.0/8 means \"this host\" before it has an address",
            "0.0.0.0/8 表示还没有地址的本机",
        ),
        [127, ..] => {
            ("127.0.0.0/8 never leaves a machine: loopback", "127.0.0.0/8 是环回地址, 不出本机")
        }
        [224..=239, ..] => ("224.0.0.0/4 is for groups (multicast)", "224.0.0.0/4 是组播地址"),
        [240..=255, ..] => ("240.0.0.0/4 is reserved", "240.0.0.0/4 是保留地址"),
        _ => return Ok(()),
    };
    Err(not_a_host(address, at, en, zh).help(text(
        "for a lab take 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, or leave `ip` out",
        "实验用 10.0.0.0/8、172.16.0.0/12 或 192.168.0.0/16, 或不写 `ip`",
    )))
}

/// Whether a host of this subnet may bear the address.
pub(crate) fn in_subnet(address: Ipv4Addr, net: Ipv4Net, at: std::ops::Range<usize>) -> Read<()> {
    for_hosts(address, at.clone())?;
    let (first, last) =
        (u32::from(net.network()).saturating_add(1), u32::from(net.broadcast()).saturating_sub(1));
    let (first, last) = (Ipv4Addr::from(first), Ipv4Addr::from(last));
    let example =
        text(format!("hosts have {first} to {last}"), format!("主机可用 {first} 到 {last}"));
    if net.prefix_len() < 31 && address == net.network() {
        return Err(
            not_a_host(address, at, "the network's own address", "这是网络地址").help(example)
        );
    }
    if net.prefix_len() < 31 && address == net.broadcast() {
        return Err(not_a_host(
            address,
            at,
            "the broadcast address of the network",
            "这是该网络的广播地址",
        )
        .help(example));
    }
    Ok(())
}

fn not_a_host(address: Ipv4Addr, at: std::ops::Range<usize>, en: &str, zh: &str) -> Complaint {
    Complaint::new(
        "not-for-hosts",
        at,
        text(
            format!("no host may have the address {address}"),
            format!("主机不能用地址 {address}"),
        ),
    )
    .label(text(en, zh))
}

/// `2026-01-01T00:00:00Z` or `2026-01-01` in seconds since 1970.
pub(crate) fn unix_seconds(words: &str) -> Option<i64> {
    let words = words.strip_suffix('Z').unwrap_or(words);
    let (date, time) = words.split_once(['T', ' ']).unwrap_or((words, "00:00:00"));
    let number = |part: Option<&str>, range: std::ops::RangeInclusive<i64>| {
        part.and_then(|p| p.parse::<i64>().ok()).filter(|n| range.contains(n))
    };
    let mut date = date.split('-');
    let (year, month, day) = (
        number(date.next(), 1970..=9999)?,
        number(date.next(), 1..=12)?,
        number(date.next(), 1..=31)?,
    );
    let mut time = time.split(':');
    let (hour, minute, second) =
        (number(time.next(), 0..=23)?, number(time.next(), 0..=59)?, number(time.next(), 0..=59)?);
    if date.next().is_some() || time.next().is_some() {
        return None;
    }
    let days = days_from_civil(year, month, day);
    let back = base::Civil::from_unix(days * 86_400);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    // 31 February becomes a day of March: then it was no date.
    (i64::from(back.day) == day).then_some(seconds)
}

/// Days from 1970-01-01 in the Gregorian calendar, counting years from March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_dates() {
        assert_eq!(unix_seconds("2026-01-01T00:00:00Z"), Some(1_767_225_600));
        assert_eq!(unix_seconds("2000-02-29"), Some(951_782_400));
        assert_eq!(unix_seconds("2001-02-29"), None);
        assert_eq!(unix_seconds("tomorrow"), None);
    }

    #[test]
    fn knows_which_addresses_are_for_hosts() {
        let code =
            |words: &str| parse_address(words).err().map(|c| (c.code, words[c.at].to_owned()));
        assert_eq!(code("10.0.2.256"), Some(("bad-address", "256".into())));
        assert_eq!(code("010.0.0.1"), Some(("bad-address", "010".into())));
        assert_eq!(code("10.0.0.1/33"), Some(("bad-prefix", "33".into())));
        assert_eq!(code("10.0.0"), Some(("bad-address", "10.0.0".into())));
        assert_eq!(code("fd00::1"), Some(("ipv6-later", "fd00::1".into())));
        let repair = |words: &str| parse_address(words).err().map(|c| c.help[0].en.clone());
        assert_eq!(repair("１０.0.2.８0").as_deref(), Some("write \"10.0.2.80\""));
        assert_eq!(repair("10。0。2。80／24").as_deref(), Some("write \"10.0.2.80/24\""));
        let net = parse_subnet("192.168.1.0/24").unwrap_or_default();
        for address in
            ["192.168.1.0", "192.168.1.255", "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"]
        {
            let address: Ipv4Addr = address.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
            assert!(in_subnet(address, net, 0..0).is_err(), "{address}");
        }
    }
}
