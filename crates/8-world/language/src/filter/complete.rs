//! What may be written next: fields and functions where an operand begins, relations behind one, values
//! behind a relation, joints behind a test.
//!
//! Pure: the names that only a lab knows (of machines, jacks, cables, reasons) come from the caller. A
//! word in the middle is completed from its beginning to the cursor and replaced whole.

use crate::Text;
use crate::diagnostic::text;
use crate::fields::{FIELDS, Field, Kind, describe};
use crate::filter::Function;
use crate::filter::lexer::{Token, TokenKind, in_word, tokens};

/// Proposals at most: more cannot be read.
const MOST: usize = 40;

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What to write in place of the octets `from..to` of the text.
    pub text: String,
    /// Where the word begins that it completes.
    pub from: usize,
    /// Where that word ends.
    pub to: usize,
    /// What it is, for people.
    pub note: Text,
}

/// What stands before the cursor.
enum Before {
    /// Nothing, a joint, an opening: an operand begins.
    Begin,
    /// A field.
    Field(&'static Field),
    /// A relation, and the field on its left.
    Relation(Option<&'static Field>),
    /// A whole test.
    Test,
}

/// What may stand at `cursor` (an octet of `text`). `names` gives the values known for a field
/// (`node`, `jack`, `link`, `event`, `reason`).
pub fn complete(text: &str, cursor: usize, names: &dyn Fn(&str) -> Vec<String>) -> Vec<Completion> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    let (head, tail) = text.split_at(cursor.unwrap_or(0));
    let from = head.char_indices().rev().take_while(|(_, c)| in_word(*c)).last();
    let from = from.map_or(head.len(), |(at, _)| at);
    let to = head.len() + tail.find(|c| !in_word(c)).unwrap_or(tail.len());
    let word = &head[from..];
    // An open quote, or what is no filter at all: nothing can be proposed.
    let Ok(before) = tokens(&head[..from]) else { return Vec::new() };
    // Half of a relation: no value stands behind it.
    if let Some(half) = before.last().filter(|last| last.is("=")) {
        let whole = (word.is_empty() && half.at.end == from).then(|| {
            let (text, note) = noted(("==", "is", "等于"));
            Completion { text, from: half.at.start, to, note }
        });
        return whole.into_iter().collect();
    }
    let stands = what(&before);
    let begins = matches!(stands, Before::Begin);
    let proposals = match stands {
        Before::Begin => operands(),
        Before::Field(field) => relations(field),
        Before::Relation(field) => values(field, names),
        Before::Test => joints(),
    };
    let fits = |part: &dyn Fn(&str) -> bool| -> Vec<Completion> {
        let fitting = proposals.iter().filter(|(known, _)| part(known) && known != word);
        let made = fitting.map(|(known, note)| Completion {
            text: known.clone(),
            from,
            to,
            note: note.clone(),
        });
        made.take(MOST).collect()
    };
    let lower = word.to_lowercase();
    // At the beginning the layers and our own words will do; their fields come with the first letter.
    let mut found = fits(&|known| match lower.is_empty() {
        true => !begins || !known.contains('.'),
        false => known.trim_start_matches('"').to_lowercase().starts_with(&lower),
    });
    if found.is_empty() && lower.len() > 1 {
        found = fits(&|known| known.to_lowercase().contains(&lower));
    }
    found
}

fn what(before: &[Token]) -> Before {
    let Some(last) = before.last() else { return Before::Begin };
    match &last.kind {
        TokenKind::Quoted(..) => Before::Test,
        TokenKind::Symbol(")" | "}") => Before::Test,
        TokenKind::Symbol("]") => match before.iter().rposition(|token| token.is("[")) {
            Some(at) => what(&before[..at]),
            None => Before::Test,
        },
        TokenKind::Symbol("{" | ",") => {
            let set = before.iter().rposition(|token| token.is("{"));
            match set.and_then(|at| before.get(..at.checked_sub(1)?)) {
                Some(left) => Before::Relation(field(left)),
                None => Before::Begin,
            }
        }
        TokenKind::Symbol("(" | "!" | "&&" | "||" | "^^") => Before::Begin,
        TokenKind::Symbol(_) => Before::Relation(field(&before[..before.len() - 1])),
        TokenKind::Word(word) => match word.as_str() {
            "and" | "or" | "xor" | "not" | "any" | "all" => Before::Begin,
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "contains" | "matches" | "in" => {
                Before::Relation(field(&before[..before.len() - 1]))
            }
            _ => match field(before) {
                // Behind a relation a field is a value, and the test is whole.
                Some(found) if !behind_relation(before) => Before::Field(found),
                _ => Before::Test,
            },
        },
    }
}

fn behind_relation(before: &[Token]) -> bool {
    before.len() > 1 && matches!(what(&before[..before.len() - 1]), Before::Relation(_))
}

/// The field that the last token names; slices behind it do not matter.
fn field(before: &[Token]) -> Option<&'static Field> {
    let last = before.last()?;
    if last.is("]") {
        return field(&before[..before.iter().rposition(|token| token.is("["))?]);
    }
    FIELDS.find(last.word()?).and_then(|id| FIELDS.get(id))
}

type Proposals = Vec<(String, Text)>;

fn operands() -> Proposals {
    let fields = FIELDS.0.iter().map(|field| (field.name.to_owned(), describe(field.name)));
    let functions = Function::names()
        .map(|name| (format!("{name}("), text(format!("function {name}"), format!("函数 {name}"))));
    let words = [
        ("not", "it does not hold", "条件不成立"),
        ("any", "of any occurrence", "任何一个值"),
        ("all", "of all occurrences", "所有的值"),
    ];
    fields.chain(functions).chain(words.map(noted)).collect()
}

fn noted((word, en, zh): (&str, &str, &str)) -> (String, Text) {
    (word.to_owned(), text(en, zh))
}

fn relations(field: &Field) -> Proposals {
    let mut found: Proposals = Vec::new();
    let octets = matches!(field.kind, Kind::Text | Kind::Bytes | Kind::Protocol | Kind::Ether);
    if field.kind != Kind::Protocol {
        found.extend([("==", "is", "等于"), ("!=", "is not", "不等于")].map(noted));
    }
    if !octets && field.kind != Kind::Bool {
        let orders = [
            ("<", "less than", "小于"),
            ("<=", "at most", "不大于"),
            (">", "more than", "大于"),
            (">=", "at least", "不小于"),
        ];
        found.extend(orders.map(noted));
    }
    if octets {
        let inside = [
            ("contains", "holds a text or octets", "包含文本或字节"),
            ("matches", "a regular expression fits", "匹配正则表达式"),
        ];
        found.extend(inside.map(noted));
    }
    if !matches!(field.kind, Kind::Protocol | Kind::Bool) {
        found.push(noted(("in", "one of a set", "属于集合")));
    }
    found.extend(joints());
    found
}

fn joints() -> Proposals {
    [("&&", "and", "并且"), ("||", "or", "或者")].map(noted).to_vec()
}

fn values(field: Option<&'static Field>, names: &dyn Fn(&str) -> Vec<String>) -> Proposals {
    let Some(field) = field else { return Vec::new() };
    let own = field.layer.is_empty() && field.kind == Kind::Text;
    let note = describe(field.name);
    let mut found: Proposals = match field.kind {
        Kind::Bool => vec![noted(("1", "yes", "是")), noted(("0", "no", "否"))],
        _ if own => names(field.name)
            .into_iter()
            .map(|name| (format!("\"{name}\""), note.clone()))
            .collect(),
        _ => known(field.name),
    };
    // Two fields of one kind can be compared.
    let alike = FIELDS.0.iter().filter(|other| {
        other.kind == field.kind && other.layer == field.layer && other.name != field.name
    });
    if !own && field.kind != Kind::Bool {
        found.extend(alike.map(|other| (other.name.to_owned(), describe(other.name))));
    }
    found
}

/// Numbers of a field that stand for something.
fn known(name: &str) -> Proposals {
    let words = capture::labels::label(name).map(|label| label.choices()).unwrap_or(&[]);
    let line =
        |(number, (en, zh)): &(u64, capture::labels::Words)| (number.to_string(), text(*en, *zh));
    words.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::complete;

    fn at(text: &str, cursor: usize) -> Vec<String> {
        let names = |field: &str| match field {
            "node" => vec!["pc1".to_owned(), "web".to_owned()],
            _ => Vec::new(),
        };
        complete(text, cursor, &names).into_iter().map(|one| one.text).collect()
    }

    fn end(text: &str) -> Vec<String> {
        at(text, text.len())
    }

    #[test]
    fn proposes_what_may_stand_there() {
        let begin = end("");
        for layer in ["node", "tcp", "http", "len(", "not"] {
            assert!(begin.iter().any(|one| one == layer), "{layer}: {begin:?}");
        }
        assert!(!begin.iter().any(|one| one.contains('.')), "{begin:?}");
        assert!(end("tcp.flags.s").contains(&"tcp.flags.syn".to_owned()));
        assert_eq!(end("tcp.flags.sy"), ["tcp.flags.syn"]);
        assert_eq!(end("tcp.flags.syn")[..], [] as [&str; 0], "nothing to add to a whole word");
        assert!(end("tcp.flags.syn ").contains(&"==".to_owned()));
        assert!(!end("tcp.flags.syn ").contains(&"contains".to_owned()));
        assert!(end("http.host ").contains(&"matches".to_owned()));
        assert_eq!(end("tcp.flags.syn == "), ["1", "0"]);
        assert_eq!(end("tcp.flags.syn ="), ["=="]);
        assert_eq!(end("tcp.flags.syn = "), [""; 0], "which is no filter");
        assert_eq!(end("node == "), ["\"pc1\"", "\"web\""]);
        assert_eq!(end("node == w"), ["\"web\""]);
        assert_eq!(end("node in {\"pc1\", "), ["\"pc1\"", "\"web\""]);
        assert_eq!(end("tcp.port == 80 "), ["&&", "||"]);
        assert_eq!(end("tcp.srcport == tcp.dstport "), ["&&", "||"]);
        assert!(end("tcp.srcport == ").contains(&"tcp.dstport".to_owned()));
        assert!(end("eth.src[0:3] ").contains(&"==".to_owned()));
        assert!(end("icmp.type == ").contains(&"8".to_owned()));
        assert!(end("tcp && ud").contains(&"udp".to_owned()));
        assert!(end("retransmi").is_empty());
        assert!(end("ttl").contains(&"ip.ttl".to_owned()), "found inside");
    }

    #[test]
    fn a_word_in_the_middle_is_replaced_whole() {
        let found = complete("tcp.fl == 1", 6, &|_| Vec::new());
        let whole = found.iter().find(|one| one.text == "tcp.flags.syn").expect("proposed");
        assert_eq!((whole.from, whole.to), (0, 6));
        let found = complete("ip.tt && tcp", 4, &|_| Vec::new());
        assert_eq!((found[0].text.as_str(), found[0].from, found[0].to), ("ip.ttl", 0, 5));
    }

    #[test]
    fn never_panics_and_never_lists_without_end() {
        let hostile =
            ["\"", "\"abc", "((((", "]", "}", "{", ",", "中文", "a中", "== ==", "tcp[", "] ]"];
        for text in hostile {
            for cursor in 0..=text.len() + 2 {
                assert!(at(text, cursor).len() <= super::MOST);
            }
        }
    }
}
