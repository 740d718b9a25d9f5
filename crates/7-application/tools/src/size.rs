//! Amounts of octets as people write them: `512`, `100kB`, `64KiB`, `1MB`.

/// Octets; at most a tebibyte.
pub fn octets(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit {
        "" | "B" => 1,
        "k" | "kB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "K" | "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor).filter(|&octets| octets <= 1 << 40)
}

/// What [`octets`] reads, in English and Chinese, for complaints.
pub const WANTED: (&str, &str) = ("a size: 512, 100kB, 64KiB, 1MB", "大小: 512, 100kB, 64KiB, 1MB");

#[cfg(test)]
mod tests {
    #[test]
    fn sizes() {
        let cases = [
            ("512", Some(512)),
            ("100kB", Some(100_000)),
            ("64KiB", Some(65_536)),
            ("1MB", Some(1_000_000)),
            ("", None),
            ("kB", None),
            ("-1", None),
            ("1.5kB", None),
            ("99999999999GB", None),
            ("1 kB", None),
        ];
        for (text, octets) in cases {
            assert_eq!(super::octets(text), octets, "{text}");
        }
    }
}
