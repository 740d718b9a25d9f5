//! `NODE.TABLE.PATH OP VALUE`: what a path of a machine's tables says now.
//!
//! A key that a table does not have is known to be absent, and equal to nothing. A name that is not there
//! is a mistake, or belongs to what is not there yet: nobody knows, and the names that are there are told.

use crate::gather::Shown;
use crate::judge::Outcome;
use language::Text;
use language::diagnostic::text;
use language::expect::{Scalar, Step};
use language::filter::Op;
use language::nearest;
use sim::World;
use socket::Tree;

/// Names that are told at most.
const MOST_NAMES: usize = 12;

/// Compares what is there with what is wanted.
pub(crate) fn judge(world: &World, node: &str, path: &[Step], op: Op, wanted: &Scalar) -> Outcome {
    let mut place = crate::tables::of_node(world, node)
        .ok_or_else(|| text(format!("{node} has no tables now"), format!("{node} 现在没有表")))?;
    let mut written = String::new();
    for step in path {
        let above = written.clone();
        let key = match step {
            Step::Name(name) => {
                let dot = if written.is_empty() { "" } else { "." };
                written.extend([dot, name]);
                name
            }
            Step::Key(key) => {
                written.extend(["[", key, "]"]);
                key
            }
        };
        place = match (place.get(key), step, op) {
            (Some(found), ..) => found.clone(),
            // `mac.len`: how many there are. An entry of that name, if there is one, is meant first.
            (None, Step::Name(name), _) if name == "len" && place.at(name).is_some() => {
                place.at(name).unwrap_or(place)
            }
            (None, Step::Key(_), Op::Eq | Op::Ne) => {
                let value = text(format!("{written} is absent"), format!("{written} 不在表中"));
                return Ok((op == Op::Ne, value, Shown::default()));
            }
            (None, ..) => return Err(missing(node, &written, &above, &place, key)),
        };
    }
    let json = place.to_json();
    let holds =
        compare(&place, op, wanted).ok_or_else(|| no_comparison(&written, &place, &json))?;
    let value = format!("{written} = {json}");
    // A value is no sentence: both languages write it alike.
    Ok((holds, text(value.clone(), format!("值: {value}")), Shown::default()))
}

/// What is there instead, and what was probably meant.
fn missing(node: &str, written: &str, above: &str, place: &Tree, key: &str) -> Text {
    let mut told =
        text(format!("{node} has no {written} now"), format!("{node} 现在没有 {written}"));
    let names = place.keys();
    let of = if above.is_empty() { node } else { above };
    if let Some(near) = nearest(key, names.iter().copied()) {
        told.en.push_str(&format!("; did you mean `{near}`?"));
        told.zh.push_str(&format!("; 是不是 `{near}`?"));
    } else if names.is_empty() {
        told.en.push_str(&format!("; {of} has no parts"));
        told.zh.push_str(&format!("; {of} 没有下一层"));
    } else {
        let more = if names.len() > MOST_NAMES { ", .." } else { "" };
        let list = names[..names.len().min(MOST_NAMES)].join(", ");
        told.en.push_str(&format!("; {of} has: {list}{more}"));
        told.zh.push_str(&format!("; {of} 有: {list}{more}"));
    }
    told
}

fn no_comparison(written: &str, found: &Tree, json: &str) -> Text {
    let (en, zh) = match found {
        Tree::Number(_) => ("a number", "数"),
        Tree::Flag(_) => ("true or false", "true 或 false"),
        Tree::Text(_) => ("a text in quotes", "带引号的文本"),
        _ => (
            "one of its parts: go on with `.name` or `[key]`",
            "其中一部分: 再写 `.名字` 或 `[键]`",
        ),
    };
    let json: String = json.chars().take(80).collect();
    text(
        format!("{written} is {json} and cannot be compared so; compare {en}"),
        format!("{written} 是 {json}, 不能这样比较; 请比较{zh}"),
    )
}

fn compare(found: &Tree, op: Op, wanted: &Scalar) -> Option<bool> {
    Some(match (found, wanted) {
        (Tree::Number(found), Scalar::Number(wanted)) => op.holds(found.cmp(wanted)),
        (Tree::Flag(found), Scalar::Bool(wanted)) => op.holds(found.cmp(wanted)),
        (Tree::Text(found), Scalar::Text(wanted)) => op.holds(found.as_str().cmp(wanted)),
        _ => return None,
    })
}
