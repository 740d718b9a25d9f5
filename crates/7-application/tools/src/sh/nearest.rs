//! The program that somebody meant who mistyped its name.

/// The nearest of `names`: at most two letters away, and nearer than a new word.
pub(super) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word.chars().take(32).collect();
    let most = if typed.len() < 4 { 1 } else { 2 };
    names
        .map(|name| (distance(&typed, name), name))
        .filter(|(away, _)| *away <= most)
        .min()
        .map(|(_, name)| name)
}

/// How many letters are wrong, missing or too many; two that changed places count once.
fn distance(typed: &[char], name: &str) -> usize {
    let name: Vec<char> = name.chars().collect();
    let mut rows = vec![(0..=name.len()).collect::<Vec<usize>>()];
    for (i, letter) in typed.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, wanted) in name.iter().enumerate() {
            let change = rows[i][j] + usize::from(letter != wanted);
            let mut best = change.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == name[j - 1] && typed[i - 1] == *wanted {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[typed.len()][name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_seen() {
        let names = ["arp", "curl", "ping", "ss", "traceroute"];
        for (word, wanted) in [
            ("pign", Some("ping")),
            ("pin", Some("ping")),
            ("tracerout", Some("traceroute")),
            ("cul", Some("curl")),
            ("vim", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), wanted, "{word}");
        }
    }
}
