//! One word per thing: `docs/glossary.toml` says which, and every other spelling of it is a fault.
//!
//! A Chinese spelling is looked for in every text of ours. An English one has innocent uses in code,
//! so it is looked for only in what people read.

use super::Fault;
use crate::shell::Failure;
use crate::workspace;

/// The list.
const GLOSSARY: &str = "docs/glossary.toml";

/// The files that must spell what it forbids: itself, by both of its names, and the tests of this rule.
const EXEMPT: &[&str] = &[GLOSSARY, "crates/8-world/lab/glossary.toml", "xtask/src/tidy/words.rs"];

/// A spelling, and the word that is meant.
struct Avoided {
    spelling: String,
    instead: String,
    chinese: bool,
}

/// The glossary's other spellings.
pub(crate) struct Words(Vec<Avoided>);

impl Words {
    /// Those of this checkout.
    ///
    /// # Errors
    /// A glossary that is missing, or not as its head says.
    pub(crate) fn of_checkout() -> Result<Self, Failure> {
        Self::parse(&workspace::read(GLOSSARY)?)
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::new(format!("{GLOSSARY}: {what}"));
        let table: toml::Table = text.parse().map_err(|error| wrong(&format!("{error}")))?;
        let terms = table.get("term").and_then(toml::Value::as_array);
        let mut words = Vec::new();
        for term in terms.ok_or_else(|| wrong("no [[term]]"))? {
            let word = |key: &str| term.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            let avoid = term.get("avoid").and_then(toml::Value::as_array);
            for spelling in avoid.into_iter().flatten().filter_map(toml::Value::as_str) {
                let chinese = !spelling.is_ascii();
                let instead = word(if chinese { "zh" } else { "en" }).to_owned();
                let spelling = spelling.to_lowercase();
                words.push(Avoided { spelling, instead, chinese });
            }
        }
        match words.is_empty() {
            true => Err(wrong("no term avoids anything")),
            false => Ok(Self(words)),
        }
    }

    /// The faults of one text.
    pub(super) fn faults(&self, path: &str, text: &str) -> Vec<Fault> {
        if EXEMPT.contains(&path) {
            return Vec::new();
        }
        let for_people = is_for_people(path);
        let mut faults = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            let said = self.0.iter().filter(|word| word.chinese || for_people);
            for Avoided { spelling, instead, .. } in said.filter(|w| lower.contains(&w.spelling)) {
                let what = format!("glossary: `{spelling}` is `{instead}` here");
                faults.push(Fault::at(at + 1, what));
            }
        }
        faults
    }
}

/// Whether a file is mostly sentences for people.
fn is_for_people(path: &str) -> bool {
    let lab = path.starts_with("labs/") && path.ends_with(".toml");
    let readme = path.ends_with(".md") && !path.contains('/');
    lab || readme || path.ends_with("/reasons.rs") || path.starts_with("web/src/i18n/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[term]]\nid = \"p\"\nen = \"packet\"\nzh = \"分组\"\n\
                        avoid = [\"封包\", \"TCP packet\"]\n";

    fn lines_at_fault(path: &str, text: &str) -> Vec<usize> {
        let words = Words::parse(LIST).unwrap_or(Words(Vec::new()));
        words.faults(path, text).iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn another_spelling_is_found_where_it_stands() {
        assert_eq!(lines_at_fault("README.zh.md", "交换机转发帧\n路由器转发封包\n"), [2]);
        assert_eq!(lines_at_fault("crates/x/src/a.rs", "let s = \"封包\";\n"), [1]);
        assert_eq!(lines_at_fault("labs/lessons/a.toml", "A tcp packet.\n"), [1]);
    }

    #[test]
    fn what_is_right_or_not_for_people_is_no_fault() {
        assert_eq!(lines_at_fault("README.zh.md", "路由器转发分组 (包)\n"), [0; 0]);
        assert_eq!(lines_at_fault("crates/x/src/a.rs", "// a TCP packet\n"), [0; 0]);
        assert_eq!(lines_at_fault(GLOSSARY, LIST), [0; 0]);
    }

    #[test]
    fn the_glossary_of_this_checkout_forbids_what_the_word_list_did() {
        let words = Words::of_checkout().map(|words| words.0).unwrap_or_default();
        let spelt = |wanted: &str| words.iter().any(|word| word.spelling == wanted);
        for wanted in ["数据包", "讯框", "插口", "连接埠", "交握", "半开队列", "乙太网", "网路"]
        {
            assert!(spelt(wanted), "{wanted}");
        }
    }

    #[test]
    fn a_glossary_that_forbids_nothing_is_refused() {
        assert!(Words::parse("[[term]]\nid = \"p\"\n").is_err());
        assert!(Words::parse("term = 1").is_err());
    }
}
