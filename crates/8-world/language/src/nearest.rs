//! "Did you mean": the known word nearest to the one that was written.
//!
//! Distance is Damerau's restricted edit distance (insert, delete, replace, swap neighbours).
//! A suggestion is made only when at most a third of the word differs, so that nonsense gets none.

/// The candidate nearest to `word`, if any is near enough. Ties go to the earlier candidate.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (word.chars().count().min(64) / 3).max(1);
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = distance(&lower, &candidate.to_lowercase());
        if distance <= bound && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn distance(a: &str, b: &str) -> usize {
    // Words are short; a hostile one is cut so that the table stays small.
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &cb) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(ca != cb);
            let mut cost = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && ca == b[j - 1] && a[i - 1] == cb {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typos_and_refuses_nonsense() {
        let known = ["delay", "duplicate", "loss", "rate"];
        assert_eq!(nearest("dealy", known), Some("delay"));
        assert_eq!(nearest("Loss", known), Some("loss"));
        assert_eq!(nearest("ratee", known), Some("rate"));
        assert_eq!(nearest("quagga", known), None);
    }
}
