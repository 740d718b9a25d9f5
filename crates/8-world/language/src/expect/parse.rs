//! The grammar of checks, on top of the parser of filters.

use crate::diagnostic::{Complaint, text};
use crate::expect::{Expect, Frames, Name, Scalar, Step, Test};
use crate::fields::FieldTable;
use crate::filter::lexer::{Token, TokenKind};
use crate::filter::parse::{Parser, Stop};
use crate::filter::{Filter, Function, Op};
use crate::nearest::nearest;
use crate::quantity;

/// Measurements in one check: each walks over all frames.
const MOST: usize = 100;

const FUNCTIONS: &[&str] = &["count", "copies", "bytes", "events", "exit", "output"];

type Read<T> = Result<T, Complaint>;

pub(super) fn expect(whole: &str, tokens: &[Token], table: FieldTable) -> Read<Expect> {
    let mut parser = Parser::new(whole, tokens, table);
    let expect = or(&mut parser, &mut 0)?;
    match parser.peek() {
        None => Ok(expect),
        Some(token) if token.word() == Some("before") => Err(chained(&parser)),
        Some(token) if token.is("=") => Err(parser.wanted("`==`", " `==`")),
        Some(_) => Err(parser.wanted("`and`, `or` or the end", " `and`、`or` 或结尾")),
    }
}

fn chained(p: &Parser<'_>) -> Complaint {
    Complaint::new("check-syntax", p.here(), text("a second `before`", "第二个 `before`"))
        .help(text("write (A before B) and (B before C)", "写成 (A before B) and (B before C)"))
}

fn or(p: &mut Parser<'_>, count: &mut usize) -> Read<Expect> {
    let mut left = and(p, count)?;
    while p.word("or") || p.symbol("||") {
        left = Expect::Or(Box::new(left), Box::new(and(p, count)?));
    }
    Ok(left)
}

fn and(p: &mut Parser<'_>, count: &mut usize) -> Read<Expect> {
    let mut left = term(p, count)?;
    while p.word("and") || p.symbol("&&") {
        left = Expect::And(Box::new(left), Box::new(term(p, count)?));
    }
    Ok(left)
}

fn term(p: &mut Parser<'_>, count: &mut usize) -> Read<Expect> {
    p.deeper(|p| {
        let start = p.here().start;
        let negated = p.peek().is_some_and(|t| t.word() == Some("not") || t.is("!"));
        // Before a filter that a `before` follows, `not` and `!` alike belong to the filter.
        if negated && is_check(p, p.at + 1) {
            p.next();
            return term(p, count).map(|inner| Expect::Not(Box::new(inner)));
        }
        if p.peek().is_some_and(|t| t.is("(")) && holds_check(p, p.at) {
            p.next();
            let inner = or(p, count)?;
            p.expect_symbol(")")?;
            return Ok(inner);
        }
        *count += 1;
        if *count > MOST {
            return Err(Complaint::new(
                "too-long",
                p.here(),
                text(
                    format!("more than {MOST} measurements in one check"),
                    format!("一个检查里的测量超过 {MOST} 个"),
                ),
            )
            .help(text("write several checks", "请写成几个检查")));
        }
        let test = test(p)?;
        let end = p.tokens.get(p.at.wrapping_sub(1)).map_or(start, |token| token.at.end);
        Ok(Expect::Test(Box::new(test), start..end))
    })
}

fn test(p: &mut Parser<'_>) -> Read<Test> {
    if is_measurement(p, p.at) {
        return function(p);
    }
    if is_path(p, p.at) {
        return table(p);
    }
    if let Some(complaint) = misspelt_function(p) {
        return Err(complaint);
    }
    before(p)
}

fn is_function(p: &Parser<'_>, at: usize) -> bool {
    let name = p.tokens.get(at).and_then(Token::word);
    name.is_some_and(|name| FUNCTIONS.contains(&name))
        && p.tokens.get(at + 1).is_some_and(|t| t.is("("))
}

/// The same where a term begins: `count(ip.addr) > 2 before tcp` is of the filter's own function.
fn is_measurement(p: &Parser<'_>, at: usize) -> bool {
    let own = p.tokens.get(at).and_then(Token::word) == Some("count");
    is_function(p, at) && !(own && before_ahead(p, at))
}

fn misspelt_function(p: &Parser<'_>) -> Option<Complaint> {
    let token = p.peek()?;
    let name = token.word()?;
    if !p.tokens.get(p.at + 1)?.is("(") || Function::find(name).is_some() {
        return None;
    }
    let complaint = Complaint::new(
        "unknown-measure",
        token.at.clone(),
        text(format!("nothing is measured by `{name}(..)`"), format!("没有 `{name}(..)` 这种测量")),
    );
    let list = FUNCTIONS.join(", ");
    let all = format!("{list}, FILTER before FILTER, NODE.TABLE.PATH");
    Some(complaint.choose(nearest(name, FUNCTIONS.iter().copied()), &all))
}

/// A dotted word that is no field, in a term without `before`: `web.tcp.listen[80].syn_queue`.
fn is_path(p: &Parser<'_>, at: usize) -> bool {
    let Some(word) = p.tokens.get(at).and_then(Token::word) else {
        return false;
    };
    let layer = word.split('.').next().unwrap_or("");
    let dotted = word.split_once('.').is_some_and(|(node, rest)| {
        !node.is_empty() && rest.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    if !dotted || p.table.find(word).is_some() || before_ahead(p, at) {
        return false;
    }
    // `tcp.flag.syn` is a misspelt field and `dns.tcp.listen` is host dns: the table decides.
    let table = word.split('.').nth(1).unwrap_or("");
    let known = p.table.find(layer).is_some();
    !known || crate::expect::TABLES.contains(&table)
}

/// Whether the term at `at` has a `before` of its own.
fn before_ahead(p: &Parser<'_>, at: usize) -> bool {
    let mut depth = 0;
    for token in &p.tokens[at.min(p.tokens.len())..] {
        match &token.kind {
            TokenKind::Symbol("(" | "{") => depth += 1,
            TokenKind::Symbol(")" | "}") if depth == 0 => return false,
            TokenKind::Symbol(")" | "}") => depth -= 1,
            TokenKind::Symbol("&&" | "||") if depth == 0 => return false,
            TokenKind::Word(word) if depth == 0 => match word.as_str() {
                "before" => return true,
                "and" | "or" => return false,
                _ => {}
            },
            _ => {}
        }
    }
    false
}

/// Whether a check, not a filter, begins at `at`.
fn is_check(p: &Parser<'_>, at: usize) -> bool {
    let mut at = at;
    while p.tokens.get(at).is_some_and(|t| t.word() == Some("not") || t.is("!")) {
        at += 1;
    }
    is_measurement(p, at) || is_path(p, at) || holds_check(p, at)
}

/// The same, where a filter on the right of `before` may also end.
fn is_check_or_before(p: &Parser<'_>, at: usize) -> bool {
    is_check(p, at) || before_ahead(p, at)
}

/// Whether a parenthesis at `at` groups checks: a `before`, a measurement or a path stands inside.
fn holds_check(p: &Parser<'_>, at: usize) -> bool {
    if !p.tokens.get(at).is_some_and(|token| token.is("(")) {
        return false;
    }
    let mut depth = 0usize;
    for (i, token) in p.tokens.iter().enumerate().skip(at) {
        match &token.kind {
            TokenKind::Symbol("(") => depth += 1,
            TokenKind::Symbol(")") => {
                depth -= 1;
                if depth == 0 {
                    return false;
                }
            }
            TokenKind::Word(word) if word == "before" || is_function(p, i) => return true,
            TokenKind::Word(_) if begins_term(p, i) && is_path(p, i) => return true,
            _ => {}
        }
    }
    false
}

fn begins_term(p: &Parser<'_>, at: usize) -> bool {
    let Some(token) = at.checked_sub(1).and_then(|before| p.tokens.get(before)) else {
        return true;
    };
    ["(", "!", "&&", "||"].iter().any(|s| token.is(s))
        || matches!(token.word(), Some("and" | "or" | "not"))
}

fn before(p: &mut Parser<'_>) -> Read<Test> {
    let first = filter(p, Stop::BeforeCheck(is_check))?;
    if !p.word("before") {
        if p.peek().is_some_and(|token| token.is("=")) {
            return Err(p.wanted("`==`", " `==`"));
        }
        let words = first.as_str();
        return Err(Complaint::new(
            "check-syntax",
            p.here(),
            text("a filter alone says nothing that could fail", "单独一个过滤器不是检查"),
        )
        .label(text("expected `before` or a comparison", "这里应是 `before` 或比较"))
        .help(text(format!("write: count({words}) > 0"), format!("写成: count({words}) > 0"))));
    }
    let second = filter(p, Stop::BeforeCheck(is_check_or_before))?;
    Ok(Test::Before(first, second))
}

fn filter(p: &mut Parser<'_>, stop: Stop) -> Read<Filter> {
    let start = p.here().start;
    let root = p.filter(stop)?;
    let end = p.tokens.get(p.at.wrapping_sub(1)).map_or(start, |token| token.at.end);
    Ok(Filter::part(p.text.get(start..end).unwrap_or(""), root))
}

fn function(p: &mut Parser<'_>) -> Read<Test> {
    let name = p.next().and_then(Token::word).unwrap_or("");
    p.expect_symbol("(")?;
    match name {
        "events" => events(p),
        "exit" => {
            let label = argument(p)?;
            Ok(Test::Exit { label, op: op(p)?, number: integer(p)? })
        }
        "output" => {
            let label = argument(p)?;
            if !p.word("contains") {
                return Err(p.wanted("`contains \"text\"`", " `contains \"文本\"`"));
            }
            let wanted = p.wanted("a text in quotes", "带引号的文本");
            let text = p.next().and_then(text_of).ok_or(wanted)?;
            Ok(Test::Output { label, text })
        }
        measure => frames(p, measure),
    }
}

fn frames(p: &mut Parser<'_>, measure: &str) -> Read<Test> {
    let filter = filter(p, Stop::AtEnd)?;
    p.expect_symbol(")")?;
    let place = match p.word("at") {
        true => Some(name(p, "a link, a jack or a node", "网线、网口或设备")?),
        false => None,
    };
    let frames = Frames { filter, place };
    let op = op(p)?;
    Ok(match measure {
        "bytes" => Test::Bytes(frames, op, quantity_of(p)?),
        "copies" => Test::Copies(frames, op, number(p)?),
        _ => Test::Count(frames, op, number(p)?),
    })
}

fn events(p: &mut Parser<'_>) -> Read<Test> {
    let reason = name(p, "the name of a reason", "原因的名字")?;
    let filter = if p.symbol(",") { Some(filter(p, Stop::AtEnd)?) } else { None };
    p.expect_symbol(")")?;
    Ok(Test::Events { reason, filter, op: op(p)?, number: number(p)? })
}

fn argument(p: &mut Parser<'_>) -> Read<Name> {
    let label = name(p, "a program's label", "程序的标签")?;
    p.expect_symbol(")")?;
    Ok(label)
}

fn name(p: &mut Parser<'_>, en: &str, zh: &str) -> Read<Name> {
    let wanted = p.wanted(en, zh);
    let token = p.next().ok_or_else(|| wanted.clone())?;
    let name = text_of(token).ok_or(wanted)?;
    Ok(Name { name, at: token.at.clone() })
}

fn text_of(token: &Token) -> Option<String> {
    match &token.kind {
        TokenKind::Word(word) | TokenKind::Quoted(word, _) => Some(word.clone()),
        TokenKind::Symbol(_) => None,
    }
}

fn op(p: &mut Parser<'_>) -> Read<Op> {
    let found = match p.peek().map(|token| &token.kind) {
        Some(TokenKind::Symbol("==")) => Op::Eq,
        Some(TokenKind::Symbol("!=")) => Op::Ne,
        Some(TokenKind::Symbol("<")) => Op::Lt,
        Some(TokenKind::Symbol("<=")) => Op::Le,
        Some(TokenKind::Symbol(">")) => Op::Gt,
        Some(TokenKind::Symbol(">=")) => Op::Ge,
        _ => {
            return Err(p.wanted(
                "`==`, `!=`, `<`, `<=`, `>` or `>=`",
                " `==`、`!=`、`<`、`<=`、`>` 或 `>=`",
            ));
        }
    };
    p.next();
    Ok(found)
}

fn integer(p: &mut Parser<'_>) -> Read<i64> {
    let wanted = p.wanted("a whole number", "整数");
    p.next().and_then(Token::word).and_then(|word| word.parse().ok()).ok_or(wanted)
}

fn number(p: &mut Parser<'_>) -> Read<u64> {
    let wanted = p.wanted("a whole number", "整数");
    p.next().and_then(Token::word).and_then(|word| word.parse().ok()).ok_or(wanted)
}

fn quantity_of(p: &mut Parser<'_>) -> Read<u64> {
    let wanted = p.wanted("a size, such as `64kB`", "大小, 例如 `64kB`");
    let token = p.next().ok_or_else(|| wanted.clone())?;
    let word = token.word().ok_or(wanted)?;
    quantity::parse_bytes(word).map_err(|complaint| complaint.shifted(token.at.start))
}

fn table(p: &mut Parser<'_>) -> Read<Test> {
    let Some(token) = p.next() else {
        return Err(p.wanted("NODE.TABLE.PATH", " 设备.表.路径"));
    };
    let word = token.word().unwrap_or("");
    let (node, rest) = word.split_once('.').unwrap_or((word, ""));
    let node = Name { name: node.to_owned(), at: token.at.start..token.at.start + node.len() };
    let mut path = names(rest);
    loop {
        if p.symbol("[") {
            let wanted = p.wanted("a key of the table", "表的键");
            let key = p.next().and_then(text_of).ok_or(wanted)?;
            p.expect_symbol("]")?;
            path.push(Step::Key(key));
        } else if let Some(more) =
            p.peek().and_then(Token::word).and_then(|word| word.strip_prefix('.'))
        {
            p.next();
            path.extend(names(more));
        } else {
            break;
        }
    }
    Ok(Test::Table { node, path, op: op(p)?, value: scalar(p)? })
}

fn names(dotted: &str) -> Vec<Step> {
    dotted
        .split('.')
        .filter(|name| !name.is_empty())
        .map(|name| Step::Name(name.to_owned()))
        .collect()
}

fn scalar(p: &mut Parser<'_>) -> Read<Scalar> {
    let wanted = p.wanted("a value", "值");
    let token = p.next().ok_or_else(|| wanted.clone())?;
    let word = match &token.kind {
        TokenKind::Quoted(word, _) => return Ok(Scalar::Text(word.clone())),
        TokenKind::Word(word) => word,
        TokenKind::Symbol(_) => return Err(wanted),
    };
    let size = || quantity::parse_bytes(word).ok().and_then(|n| i64::try_from(n).ok());
    let time =
        || quantity::parse_duration(word).ok().and_then(|t| i64::try_from(t.as_nanos()).ok());
    Ok(match word.as_str() {
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        word => match word.parse().ok().or_else(size).or_else(time) {
            Some(number) => Scalar::Number(number),
            None => Scalar::Text(word.to_owned()),
        },
    })
}
