//! The grammar of tests and of what joins them, types checked on the way (operands: `operand`). [`crate::expect`] uses the same parser for the
//! filters inside checks and says by [`Stop`] where such a filter ends.

use std::ops::Range;

use crate::diagnostic::{Complaint, text};
use crate::fields::{Field, FieldTable, Kind};
use crate::filter::lexer::{Token, TokenKind};
use crate::filter::operand::Side;
use crate::filter::{Comparison, Literal, Node, Op, Operand, Pattern, Source, literal, refusal};

/// Deeper nesting is refused, so that a hostile text cannot exhaust the stack.
const DEEPEST: usize = 50;
/// Regular expressions in one filter.
const MOST_PATTERNS: usize = 64;

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
    patterns: usize,
}

pub(super) type Read<T> = Result<T, Complaint>;

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token], table: FieldTable) -> Parser<'a> {
        Parser { text, tokens, at: 0, table, depth: 0, patterns: 0 }
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
        if token.is("*") || matches!(token.word(), Some("+" | "-" | "/" | "%")) {
            return Err(refusal::arithmetic(token.at.clone()));
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
        self.chain(stop, "||", "or", Self::xor, Node::Or)
    }

    fn xor(&mut self, stop: Stop) -> Read<Node> {
        self.chain(stop, "^^", "xor", Self::and, Node::Xor)
    }

    fn and(&mut self, stop: Stop) -> Read<Node> {
        self.chain(stop, "&&", "and", |p, _| p.not(), Node::And)
    }

    /// Terms with the same joint between them: one flat node, however many they are.
    fn chain(
        &mut self,
        stop: Stop,
        symbol: &str,
        word: &str,
        term: impl Fn(&mut Self, Stop) -> Read<Node>,
        joined: impl Fn(Vec<Node>) -> Node,
    ) -> Read<Node> {
        let first = term(self, stop)?;
        if !self.join(symbol, word, stop) {
            return Ok(first);
        }
        let mut terms = vec![first, term(self, stop)?];
        while self.join(symbol, word, stop) {
            terms.push(term(self, stop)?);
        }
        Ok(joined(terms))
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
        let start = self.here().start;
        let quantifier = self.quantifier();
        let mut left = self.side()?;
        let mut chain: Vec<Node> = Vec::new();
        while let Some(mut comparison) = self.comparison()? {
            comparison.all = quantifier.unwrap_or(comparison.all);
            let right = self.side()?;
            chain.push(self.compare(left, comparison, right.clone())?);
            left = right;
        }
        match (chain.len(), left) {
            (0, Side::Field(operand)) => self.existence(operand, quantifier, start),
            (0, Side::Literal(token)) => Err(self.unknown_field(token)),
            (1, _) => Ok(chain.remove(0)),
            _ => Ok(Node::And(chain)),
        }
    }

    /// `any` or `all` before a field or function: is it all?
    fn quantifier(&mut self) -> Option<bool> {
        let all = match self.peek()?.word()? {
            "any" => false,
            "all" => true,
            _ => return None,
        };
        let next = self.tokens.get(self.at + 1)?;
        let begins =
            matches!(next.kind, TokenKind::Word(_)) && comparison_of(next.word()?).is_none();
        self.at += usize::from(begins);
        begins.then_some(all)
    }

    /// An operand alone, or followed by `contains`, `in`, `matches`.
    fn existence(
        &mut self,
        operand: Operand,
        quantifier: Option<bool>,
        start: usize,
    ) -> Read<Node> {
        let shape = self.shape(&operand);
        let all = quantifier.unwrap_or(false);
        if self.word("contains") {
            self.of_octets(&operand, &shape)?;
            let token = self.next().ok_or_else(|| self.wanted("a text", "文本"))?;
            return literal::needle(&shape, token)
                .map(|needle| Node::Contains(operand, needle, all));
        }
        if self.word("matches") || self.symbol("~") {
            self.of_octets(&operand, &shape)?;
            return self.pattern().map(|pattern| Node::Matches(operand, pattern, all));
        }
        let negated = self.peek_in();
        if negated || self.word("in") {
            let inside = Node::In(operand, self.set(&shape)?, all);
            return Ok(if negated { Node::Not(Box::new(inside)) } else { inside });
        }
        let of_function = matches!(operand.source, Source::Call(..));
        if quantifier.is_some() || of_function {
            let end = self.tokens.get(self.at - 1).map_or(start, |token| token.at.end);
            if self.peek().is_some_and(|token| token.is("=")) {
                return Err(self.wanted("`==`", " `==`"));
            }
            return Err(refusal::no_test(&self.text[start..end], start..end));
        }
        Ok(Node::Exists(operand))
    }

    fn of_octets(&self, operand: &Operand, shape: &Field) -> Read<()> {
        let plain = matches!(
            shape.kind,
            Kind::Bool | Kind::Unsigned | Kind::Time | Kind::Date | Kind::Ipv4
        );
        if plain { Err(refusal::not_octets(shape, operand.at.clone())) } else { Ok(()) }
    }

    fn pattern(&mut self) -> Read<Pattern> {
        let wanted = self.wanted("a pattern in quotes", "带引号的正则表达式");
        let at = self.here();
        let Some(TokenKind::Quoted(pattern, _)) = self.next().map(|token| &token.kind) else {
            return Err(wanted);
        };
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            return Err(Complaint::new(
                "filter-pattern",
                at,
                text(
                    format!("more than {MOST_PATTERNS} regular expressions"),
                    format!("正则表达式超过 {MOST_PATTERNS} 个"),
                ),
            )
            .help(text("one can say several: \"a|b|c\"", "一个可以代替几个: \"a|b|c\"")));
        }
        Pattern::read(pattern, at)
    }

    /// Takes `not in`.
    fn peek_in(&mut self) -> bool {
        let words = |at: usize| self.tokens.get(self.at + at).and_then(Token::word);
        let found = words(0) == Some("not") && words(1) == Some("in");
        self.at += 2 * usize::from(found);
        found
    }

    fn set(&mut self, shape: &Field) -> Read<Vec<(Literal, Option<Literal>)>> {
        self.expect_symbol("{")?;
        let mut items = Vec::new();
        loop {
            if !items.is_empty() && self.symbol("}") {
                return Ok(items);
            }
            items.push(self.item(shape)?);
            if !self.symbol(",") && !self.peek().is_some_and(|token| token.is("}")) {
                return Err(self.wanted("`,` or `}`", " `,` 或 `}`"));
            }
        }
    }

    /// `80`, `80..90`, `80 .. 90`.
    fn item(&mut self, shape: &Field) -> Read<(Literal, Option<Literal>)> {
        let Some(token) = self.next() else {
            return Err(self.wanted("a value or `}`", "值或 `}`"));
        };
        let read = |token: &Token| literal::read(shape, token);
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

    fn compare(&self, left: Side<'a>, comparison: Comparison, right: Side<'a>) -> Read<Node> {
        let flipped = Comparison { op: comparison.op.flipped(), ..comparison };
        let read = |operand: &Operand, token| literal::read(&self.shape(operand), token);
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
        let class = |operand: &Operand| match self.shape(operand).kind {
            Kind::Bool => Kind::Unsigned,
            // Octets, too: `eth.dst == frame[0:6]`.
            Kind::Protocol | Kind::Ether => Kind::Bytes,
            Kind::Date => Kind::Time,
            kind => kind,
        };
        if class(&a) == class(&b) {
            return Ok(Node::CompareFields(a, comparison, b));
        }
        let (left, right) = (self.shape(&a).name, self.shape(&b).name);
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
        refusal::unknown_field(&self.text[token.at.clone()], token.at.clone(), self.table)
    }
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
