//! The words of packet scripts: flags, spans of time, `name=value`.

use base::Duration;
use wire::tcp::Flags;

pub(crate) fn flags_of(word: &str) -> Flags {
    word.chars().fold(Flags::default(), |flags, letter| {
        flags.with(match letter {
            'S' => Flags::SYN,
            'F' => Flags::FIN,
            'R' => Flags::RST,
            'P' => Flags::PSH,
            'U' => Flags::URG,
            '-' => Flags::default(),
            _ => Flags::ACK,
        })
    })
}

pub(crate) fn flags_text(flags: Flags) -> String {
    let all = [
        (Flags::SYN, 'S'),
        (Flags::FIN, 'F'),
        (Flags::RST, 'R'),
        (Flags::PSH, 'P'),
        (Flags::URG, 'U'),
        (Flags::ACK, '.'),
    ];
    let text: String = all.iter().filter(|it| flags.has(it.0)).map(|it| it.1).collect();
    if text.is_empty() { "-".into() } else { text }
}

pub(crate) fn span(text: &str) -> Duration {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit()).collect();
    let n: u64 = digits.parse().expect("a number");
    match &text[digits.len()..] {
        "ms" => Duration::from_millis(n),
        "us" => Duration::from_micros(n),
        "s" => Duration::from_secs(n),
        "min" => Duration::from_secs(60 * n),
        unit => panic!("unit {unit}"),
    }
}

pub(crate) fn field<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}
