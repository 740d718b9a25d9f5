//! The grammar of filters, types checked on the way. [`crate::expect`] uses the same parser for the
//! filters inside checks and says by [`Stop`] where such a filter ends.

use std::ops::Range;

use crate::diagnostic::{Complaint, text};
use crate::fields::{Field, FieldTable, Kind};
use crate::filter::lexer::{Token, TokenKind};
use crate::filter::{Comparison, Literal, Node, Op, Operand, literal};
use crate::nearest::nearest;

/// Deeper nesting is refused, so that a hostile text cannot exhaust the stack.
const DEEPEST: usize = 50;

/// Where a filter ends.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    /// At the end of the text, or at what cannot belong to a filter.
    AtEnd,
    /// Also at an `and` or `or` after which a check begins; see `crate::expect::parse`.
    BeforeCheck(fn(&Parser<'_>, usize) -> bool),
}

pub(crate) struct Parser<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: &'a [Token],
    pub(crate) at: usize,
    pub(crate) table: FieldTable,
    depth: usize,
}

type Read<T> = Result<T, Complaint>;

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token], table: FieldTable) -> Parser<'a> {
        Parser { text, tokens, at: 0, table, depth: 0 }
    }

    pub(crate) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(crate) fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    pub(crate) fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(symbol));
        self.at += usize::from(found);
        found
    }

    pub(crate) fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.word() == Some(word));
        self.at += usize::from(found);
        found
    }

    /// The place of the next token, or the end of the text.
    pub(crate) fn here(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        self.peek().map_or(end..end, |token| token.at.clone())
    }

    pub(crate) fn wanted(&self, en: &str, zh: &str) -> Complaint {
        let found = &self.text[self.here()];
        let message = match found {
            "" => text("the expression ends too early", "表达式没有写完"),
            found => {
                text(format!("`{found}` does not belong here"), format!("`{found}` 不该在这里"))
            }
        };
        Complaint::new("filter-syntax", self.here(), message)
            .label(text(format!("expected {en}"), format!("这里应是{zh}")))
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Read<()> {
        match self.symbol(symbol) {
            true => Ok(()),
            false => Err(self.wanted(&format!("`{symbol}`"), &format!(" `{symbol}`"))),
        }
    }

    pub(crate) fn expect_end(&self) -> Read<()> {
        let Some(token) = self.peek() else {
            return Ok(());
        };
        if token.is("=") {
            return Err(self.wanted("`==`", " `==`"));
        }
        let joined = self.wanted("`&&`, `||` or the end", " `&&`、`||` 或结尾");
        Err(match token.word() {
            Some(word @ ("AND" | "OR" | "NOT" | "IN" | "CONTAINS")) => {
                joined.did_you_mean(Some(&word.to_lowercase()))
            }
            _ => joined,
        })
    }

    /// Bounds recursion.
    pub(crate) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            return Err(Complaint::new(
                "too-deep",
                self.here(),
                text("nested too deep", "嵌套太深"),
            ));
        }
        self.depth += 1;
        let out = inner(self);
        self.depth -= 1;
        out
    }

    pub(crate) fn filter(&mut self, stop: Stop) -> Read<Node> {
        self.deeper(|p| p.or(stop))
    }

    /// Takes a joining word or symbol unless a check begins after it.
    fn join(&mut self, symbol: &str, word: &str, stop: Stop) -> bool {
        if self.symbol(symbol) {
            return true;
        }
        if let Stop::BeforeCheck(begins) = stop
            && begins(self, self.at + 1)
        {
            return false;
        }
        self.word(word)
    }

    fn or(&mut self, stop: Stop) -> Read<Node> {
        let mut left = self.xor(stop)?;
        while self.join("||", "or", stop) {
            left = Node::Or(Box::new(left), Box::new(self.xor(stop)?));
        }
        Ok(left)
    }

    fn xor(&mut self, stop: Stop) -> Read<Node> {
        let mut left = self.and(stop)?;
        while self.join("^^", "xor", stop) {
            left = Node::Xor(Box::new(left), Box::new(self.and(stop)?));
        }
        Ok(left)
    }

    fn and(&mut self, stop: Stop) -> Read<Node> {
        let mut left = self.not()?;
        while self.join("&&", "and", stop) {
            left = Node::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Read<Node> {
        if self.symbol("!") || self.word("not") {
            return self.deeper(|p| p.not()).map(|inner| Node::Not(Box::new(inner)));
        }
        if self.symbol("(") {
            let inner = self.filter(Stop::AtEnd)?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Read<Node> {
        let mut left = self.side()?;
        let mut chain: Option<Node> = None;
        loop {
            let Some(comparison) = self.comparison()? else {
                return match (chain, left) {
                    (Some(chain), _) => Ok(chain),
                    (None, Side::Field(operand)) => self.existence(operand),
                    (None, Side::Literal(token)) => Err(self.unknown_field(token)),
                };
            };
            let right = self.side()?;
            let link = self.compare(left, comparison, right.clone())?;
            chain = Some(match chain {
                Some(before) => Node::And(Box::new(before), Box::new(link)),
                None => link,
            });
            left = right;
        }
    }

    /// A field alone, or followed by `contains`, `in`, `matches`.
    fn existence(&mut self, operand: Operand) -> Read<Node> {
        let field = self.field(&operand);
        if self.word("contains") {
            if matches!(
                field.kind,
                Kind::Bool | Kind::Unsigned | Kind::Time | Kind::Date | Kind::Ipv4
            ) {
                return Err(self.not_octets(&operand, field));
            }
            let token = self.next().ok_or_else(|| self.wanted("a text", "文本"))?;
            return literal::needle(field, token).map(|needle| Node::Contains(operand, needle));
        }
        if self.peek().is_some_and(|t| t.word() == Some("matches") || t.is("~")) {
            return Err(Complaint::new(
                "filter-unsupported",
                self.here(),
                text("`matches` is not there yet", "还不支持 `matches`"),
            )
            .help(text("write `contains \"text\"`", "写成 `contains \"文本\"`")));
        }
        let negated = self.peek_in();
        if negated || self.word("in") {
            let set = self.set(&operand, field)?;
            let inside = Node::In(operand, set);
            return Ok(if negated { Node::Not(Box::new(inside)) } else { inside });
        }
        Ok(Node::Exists(operand))
    }

    /// Takes `not in`.
    fn peek_in(&mut self) -> bool {
        let words = |at: usize| self.tokens.get(self.at + at).and_then(Token::word);
        let found = words(0) == Some("not") && words(1) == Some("in");
        self.at += 2 * usize::from(found);
        found
    }

    fn set(&mut self, operand: &Operand, field: &Field) -> Read<Vec<(Literal, Option<Literal>)>> {
        self.expect_symbol("{")?;
        let mut items = Vec::new();
        loop {
            if !items.is_empty() && self.symbol("}") {
                return Ok(items);
            }
            items.push(self.item(operand, field)?);
            if !self.symbol(",") && !self.peek().is_some_and(|token| token.is("}")) {
                return Err(self.wanted("`,` or `}`", " `,` 或 `}`"));
            }
        }
    }

    /// `80`, `80..90`, `80 .. 90`.
    fn item(&mut self, operand: &Operand, field: &Field) -> Read<(Literal, Option<Literal>)> {
        let Some(token) = self.next() else {
            return Err(self.wanted("a value or `}`", "值或 `}`"));
        };
        let read = |token: &Token| literal::read(field, operand.slice.is_some(), token);
        if let Some((from, to)) = token.word().and_then(|word| word.split_once("..")) {
            let middle = token.at.start + from.len();
            let from = word_token(from, token.at.start..middle);
            let to = match to {
                "" => self.next().cloned().ok_or_else(|| self.wanted("a value", "值"))?,
                to => word_token(to, middle + 2..token.at.end),
            };
            return range(&from, read(&from)?, read(&to)?);
        }
        if self.word("..") {
            let to = self.next().ok_or_else(|| self.wanted("a value", "值"))?;
            return range(token, read(token)?, read(to)?);
        }
        Ok((read(token)?, None))
    }

    fn comparison(&mut self) -> Read<Option<Comparison>> {
        let found = match self.peek().map(|token| &token.kind) {
            Some(TokenKind::Symbol(symbol)) => comparison_of(symbol),
            Some(TokenKind::Word(word)) => comparison_of(word),
            _ => None,
        };
        self.at += usize::from(found.is_some());
        Ok(found)
    }

    fn side(&mut self) -> Read<Side<'a>> {
        let Some(token) = self.peek() else {
            return Err(self.wanted("a field or a layer", "字段或协议名"));
        };
        if let TokenKind::Symbol(_) = token.kind {
            return Err(self.wanted("a field or a layer", "字段或协议名"));
        }
        self.at += 1;
        let Some(field) = token.word().and_then(|word| self.table.find(word)) else {
            return Ok(Side::Literal(token));
        };
        let mut operand = Operand { field, slice: None, mask: None, at: token.at.clone() };
        if self.symbol("[") {
            operand.slice = Some(self.slice(&operand)?);
        }
        if self.symbol("&") {
            operand.mask = Some(self.mask(&operand)?);
        }
        Ok(Side::Field(operand))
    }

    /// `[i]`, `[i:length]`, `[i-j]`, `[:length]`, `[i:]`.
    fn slice(&mut self, operand: &Operand) -> Read<(i64, Option<i64>)> {
        let field = self.field(operand);
        if matches!(field.kind, Kind::Bool | Kind::Unsigned | Kind::Time | Kind::Date | Kind::Ipv4)
        {
            return Err(self.not_octets(operand, field));
        }
        let complaint = self.wanted("octets, such as `[0:3]`", "字节范围, 例如 `[0:3]`");
        let range = self.next().and_then(Token::word).and_then(slice_range).ok_or(complaint)?;
        self.expect_symbol("]")?;
        if outside_header(field, range) {
            return Err(from_the_front(operand, field));
        }
        Ok(range)
    }

    fn mask(&mut self, operand: &Operand) -> Read<u64> {
        let wanted = self.wanted("a number, such as 0x02", "数, 例如 0x02");
        let is_number =
            matches!(self.field(operand).kind, Kind::Unsigned) && operand.slice.is_none();
        let Some(token) = self.next().filter(|_| is_number) else { return Err(wanted) };
        let mask = token.word().and_then(literal::number).ok_or(wanted)?;
        literal::in_range(self.field(operand), mask, token)
    }

    fn field(&self, operand: &Operand) -> &'static Field {
        // A `FieldId` in an operand came from this table.
        self.table.get(operand.field).unwrap_or(&self.table.0[0])
    }

    fn not_octets(&self, operand: &Operand, field: &Field) -> Complaint {
        let name = field.name;
        Complaint::new(
            "filter-type",
            operand.at.clone(),
            text(
                format!("`{name}` is no text and no octets"),
                format!("`{name}` 不是文本, 也不是字节串"),
            ),
        )
        .label(text("compare it with `==`, `<`, `in`", "用 `==`、`<`、`in` 比较"))
    }

    fn compare(&self, left: Side<'a>, comparison: Comparison, right: Side<'a>) -> Read<Node> {
        let flipped = Comparison { op: comparison.op.flipped(), ..comparison };
        let read = |operand: &Operand, token| {
            literal::read(self.field(operand), operand.slice.is_some(), token)
        };
        match (left, right) {
            (Side::Field(a), Side::Field(b)) => self.compare_fields(a, comparison, b),
            (Side::Field(a), Side::Literal(token)) => {
                let literal =
                    read(&a, token).map_err(|complaint| self.maybe_a_field(complaint, token))?;
                Ok(Node::Compare(a, comparison, literal))
            }
            (Side::Literal(token), Side::Field(b)) => {
                let literal =
                    read(&b, token).map_err(|complaint| self.maybe_a_field(complaint, token))?;
                Ok(Node::Compare(b, flipped, literal))
            }
            (Side::Literal(token), Side::Literal(_)) => Err(self.unknown_field(token)),
        }
    }

    fn compare_fields(&self, a: Operand, comparison: Comparison, b: Operand) -> Read<Node> {
        let class = |operand: &Operand| match self.field(operand).kind {
            Kind::Text => Kind::Text,
            _ if operand.slice.is_some() => Kind::Bytes,
            Kind::Bool => Kind::Unsigned,
            Kind::Protocol => Kind::Bytes,
            Kind::Date => Kind::Time,
            kind => kind,
        };
        if class(&a) == class(&b) {
            return Ok(Node::CompareFields(a, comparison, b));
        }
        let (left, right) = (self.field(&a).name, self.field(&b).name);
        Err(Complaint::new(
            "filter-type",
            a.at.start..b.at.end,
            text(
                format!("`{left}` and `{right}` are of different types"),
                format!("`{left}` 与 `{right}` 类型不同"),
            ),
        ))
    }

    /// A bad value that looks like a field's name was meant as one.
    fn maybe_a_field(&self, complaint: Complaint, token: &Token) -> Complaint {
        let word = token.word().unwrap_or("");
        let layer = word.split('.').next().unwrap_or("");
        let named = word.contains('.') && self.table.find(layer).is_some();
        if named { self.unknown_field(token) } else { complaint }
    }

    /// The complaint about a name that is not in the table.
    pub(crate) fn unknown_field(&self, token: &Token) -> Complaint {
        let name = &self.text[token.at.clone()];
        if name.starts_with("tcp.analysis") {
            return analysis(name, token.at.clone());
        }
        let complaint = Complaint::new(
            "unknown-field",
            token.at.clone(),
            text(
                format!("no field or layer is called `{name}`"),
                format!("没有叫 `{name}` 的字段或协议"),
            ),
        );
        let lower = name.to_lowercase();
        let near = nearest(&lower, self.table.names());
        let layer = format!("{}.", name.split('.').next().unwrap_or(""));
        let siblings: Vec<&str> =
            self.table.names().filter(|field| field.starts_with(&layer)).take(12).collect();
        match (near, siblings.is_empty()) {
            (Some(_), _) => complaint.choose(near, ""),
            (None, false) => complaint.help(text(
                format!("there are: {}, ..", siblings.join(", ")),
                format!("有这些: {}, ..", siblings.join(", ")),
            )),
            (None, true) => complaint.help(text(
                "the layers are frame, eth, arp, ip, icmp, udp, tcp, dns, http; and node, jack, link, event, reason, time",
                "协议有 frame, eth, arp, ip, icmp, udp, tcp, dns, http; 另有 node, jack, link, event, reason, time",
            )),
        }
    }
}

fn analysis(name: &str, at: Range<usize>) -> Complaint {
    let hint = match name.contains("retransmission") {
        true => "events(retransmit) > 0",
        false => "events(REASON) > 0",
    };
    Complaint::new(
        "filter-analysis",
        at,
        text(
            format!("`{name}` is a guess made from a capture"),
            format!("`{name}` 是从抓包里猜出来的"),
        ),
    )
    .label(text("Catenet does not guess", "Catenet 不猜"))
    .help(text(
        format!("the machine itself knows: write {hint}"),
        format!("机器自己知道: 写成 {hint}"),
    ))
}

/// Of a layer's octets those of its shortest header can be taken: beyond it, and from the end,
/// Wireshark takes what its dissector happened to cover, another stretch for each layer.
fn outside_header(field: &Field, (from, to): (i64, Option<i64>)) -> bool {
    let header = match field.name {
        _ if field.kind != Kind::Protocol => return false,
        "frame" | "tcp.options.sack_perm" => return false,
        "eth" => 14,
        "arp" => 28,
        "ip" | "tcp" => 20,
        "icmp" | "udp" => 8,
        "dns" => 12,
        _ => 0,
    };
    from < 0 || to.is_none_or(|to| to < 0 || to > header)
}

fn from_the_front(operand: &Operand, field: &Field) -> Complaint {
    let name = field.name;
    Complaint::new(
        "filter-unsupported",
        operand.at.clone(),
        text(
            format!("of the layer `{name}` only the octets of its header can be taken"),
            format!("协议 `{name}` 只能取首部里的字节"),
        ),
    )
    .help(text(
        format!("write {name}[0:2]; any octet of the frame is frame[60:2], its end frame[-2:]"),
        format!("写成 {name}[0:2]; 帧里的字节写成 frame[60:2], 末尾写成 frame[-2:]"),
    ))
}

/// From..to; backwards it would be accepted and never hold.
fn range(at: &Token, from: Literal, to: Literal) -> Read<(Literal, Option<Literal>)> {
    let empty = match (&from, &to) {
        (Literal::Unsigned(from), Literal::Unsigned(to)) => from > to,
        (Literal::Time(from), Literal::Time(to)) => from > to,
        (Literal::Ipv4(from, _), Literal::Ipv4(to, _)) => from > to,
        (Literal::Ether(from), Literal::Ether(to)) => from > to,
        _ => false,
    };
    if empty {
        let what = text("the range ends before it begins", "范围的终点小于起点");
        let help = text("write: in {LOW..HIGH}", "写成: in {小..大}");
        return Err(Complaint::new("filter-range", at.at.clone(), what).help(help));
    }
    Ok((from, Some(to)))
}

#[derive(Clone)]
enum Side<'a> {
    Field(Operand),
    Literal(&'a Token),
}

fn word_token(word: &str, at: Range<usize>) -> Token {
    Token { kind: TokenKind::Word(word.to_owned()), at }
}

/// The comparison that a symbol or word means (Wireshark 4: `!=` wants all occurrences to differ).
fn comparison_of(word: &str) -> Option<Comparison> {
    let (op, all) = match word {
        "==" | "eq" | "any_eq" => (Op::Eq, false),
        "===" | "all_eq" => (Op::Eq, true),
        "!=" | "ne" | "all_ne" => (Op::Ne, true),
        "!==" | "~=" | "any_ne" => (Op::Ne, false),
        "<" | "lt" => (Op::Lt, false),
        "<=" | "le" => (Op::Le, false),
        ">" | "gt" => (Op::Gt, false),
        ">=" | "ge" => (Op::Ge, false),
        _ => return None,
    };
    Some(Comparison { op, all })
}

fn slice_range(word: &str) -> Option<(i64, Option<i64>)> {
    let number = |digits: &str| digits.parse::<i64>().ok().filter(|n| n.abs() <= 65_535);
    if let Some((from, length)) = word.split_once(':') {
        let from = if from.is_empty() { 0 } else { number(from)? };
        let length = if length.is_empty() { return Some((from, None)) } else { number(length)? };
        let end = from + length;
        // A slice that counts from the end and reaches it has no number for its end.
        return (length > 0).then_some((from, (end != 0 || from >= 0).then_some(end)));
    }
    if let Some(at) = number(word) {
        return Some((at, (at != -1).then_some(at + 1)));
    }
    let (from, to) = word.split_once('-')?;
    let (from, to) = (number(from)?, number(to)?);
    (from <= to).then_some((from, Some(to + 1)))
}
