//! The grammar of operands: fields and layers, functions of them, slices of octets and masks.

use crate::fields::{Field, Kind};
use crate::filter::lexer::{Token, TokenKind};
use crate::filter::parse::{Parser, Read};
use crate::filter::{Argument, Function, Mask, Operand, Range, Source, literal, refusal};

/// Arguments of a function, slices of an operand: more help nobody.
const MOST: usize = 32;

/// One side of a comparison.
#[derive(Clone)]
pub(super) enum Side<'a> {
    /// What a frame says.
    Field(Operand),
    /// What is written.
    Literal(&'a Token),
}

impl<'a> Parser<'a> {
    pub(super) fn side(&mut self) -> Read<Side<'a>> {
        let Some(token) = self.peek() else {
            return Err(self.wanted("a field or a layer", "字段或协议名"));
        };
        if let TokenKind::Symbol(_) = token.kind {
            return Err(self.wanted("a field or a layer", "字段或协议名"));
        }
        if self.tokens.get(self.at + 1).is_some_and(|next| next.is("(")) && token.word().is_some() {
            return self.call().map(Side::Field);
        }
        self.at += 1;
        let Some(field) = token.word().and_then(|word| self.table.find(word)) else {
            return Ok(Side::Literal(token));
        };
        let layers = if self.symbol("#") { self.layers()? } else { Vec::new() };
        self.parts(Source::Field(field, layers), token).map(Side::Field)
    }

    /// `len(tcp.payload)`, `max(tcp.srcport, 80)`.
    fn call(&mut self) -> Read<Operand> {
        let Some(token) = self.next() else {
            return Err(self.wanted("a function", "函数"));
        };
        let name = token.word().unwrap_or("");
        let function = Function::find(name)
            .ok_or_else(|| refusal::unknown_function(name, token.at.clone()))?;
        self.expect_symbol("(")?;
        let mut arguments = Vec::new();
        let mut first: Option<Field> = None;
        loop {
            let argument = self.argument(function, &mut first)?;
            arguments.push(argument);
            if !(function.takes_many() && arguments.len() < MOST && self.symbol(",")) {
                break;
            }
        }
        self.expect_symbol(")")?;
        self.parts(Source::Call(function, arguments), token)
    }

    fn argument(&mut self, function: Function, first: &mut Option<Field>) -> Read<Argument> {
        let here = self.here();
        let operand = match (self.side()?, *first) {
            (Side::Literal(token), Some(shape)) => {
                return literal::read(&shape, token).map(Argument::Literal);
            }
            (Side::Literal(token), None) => return Err(self.unknown_field(token)),
            (Side::Field(operand), _) => operand,
        };
        let shape = self.shape(&operand);
        let at = here.start..self.tokens.get(self.at - 1).map_or(here.end, |token| token.at.end);
        let alike = first.is_none_or(|first| first.kind == shape.kind);
        // Of fields only, as in Wireshark: what is asked of a frame is then bounded by its fields.
        let of_field = matches!(operand.source, Source::Field(..));
        if !of_field || !alike || !function.takes(&shape) {
            return Err(refusal::no_argument(function, &shape, at));
        }
        first.get_or_insert(shape);
        Ok(Argument::Operand(operand))
    }

    /// Slices and a mask behind a field or function.
    fn parts(&mut self, source: Source, token: &Token) -> Read<Operand> {
        let mut operand = Operand { source, slices: Vec::new(), mask: None, at: token.at.clone() };
        if self.symbol("[") {
            operand.slices = self.slices(&operand)?;
        }
        if self.symbol("&") || self.word("bitwise_and") {
            operand.mask = Some(self.mask(&operand)?);
        }
        Ok(operand)
    }

    /// `#2`, `#[1-2]`: numbers of headers, from 1.
    fn layers(&mut self) -> Read<Vec<Range>> {
        let wanted = self.wanted("a number, such as `#2`", "数, 例如 `#2`");
        let bracket = self.symbol("[");
        let mut layers = Vec::new();
        loop {
            let word = self.next().and_then(Token::word).ok_or_else(|| wanted.clone())?;
            let range = slice_range(word).filter(|(from, to)| {
                *from >= 1 && to.is_none_or(|to| to > 0) && (bracket || *to == Some(from + 1))
            });
            layers.push(range.ok_or_else(|| wanted.clone())?);
            if !(bracket && layers.len() < MOST && self.symbol(",")) {
                break;
            }
        }
        if bracket {
            self.expect_symbol("]")?;
        }
        Ok(layers)
    }

    /// `[i]`, `[i:length]`, `[i-j]`, `[:length]`, `[i:]`, several with commas.
    fn slices(&mut self, operand: &Operand) -> Read<Vec<Range>> {
        let field = self.shape(operand);
        if matches!(field.kind, Kind::Bool | Kind::Unsigned | Kind::Time | Kind::Date) {
            return Err(refusal::not_octets(&field, operand.at.clone()));
        }
        let mut slices = Vec::new();
        loop {
            let complaint = self.wanted("octets, such as `[0:3]`", "字节范围, 例如 `[0:3]`");
            let range = self.next().and_then(Token::word).and_then(slice_range).ok_or(complaint)?;
            if outside_header(&field, range) {
                return Err(refusal::from_the_front(&field, operand.at.clone()));
            }
            slices.push(range);
            if !(slices.len() < MOST && self.symbol(",")) {
                break;
            }
        }
        self.expect_symbol("]")?;
        Ok(slices)
    }

    fn mask(&mut self, operand: &Operand) -> Read<Mask> {
        let wanted = self.wanted("a number, such as 0x02", "数, 例如 0x02");
        let shape = self.shape(operand);
        let Some(token) = self.next() else { return Err(wanted) };
        match shape.kind {
            Kind::Unsigned => {
                let mask = token.word().and_then(literal::number).ok_or(wanted)?;
                literal::in_range(&shape, mask, token).map(Mask::Bits)
            }
            Kind::Bytes if !operand.slices.is_empty() => {
                let octets = token.word().and_then(literal::octets);
                octets.map(Mask::Octets).ok_or(wanted)
            }
            _ => Err(refusal::no_mask(&shape, operand.at.clone())),
        }
    }

    /// What an operand is like, as if it were a field.
    pub(super) fn shape(&self, operand: &Operand) -> Field {
        let whole = match &operand.source {
            // A `FieldId` in an operand came from this table.
            Source::Field(field, _) => *self.table.get(*field).unwrap_or(&self.table.0[0]),
            Source::Call(function, arguments) => {
                let first = arguments.iter().find_map(|argument| match argument {
                    Argument::Operand(operand) => Some(self.shape(operand)),
                    Argument::Literal(_) => None,
                });
                function.gives(first.unwrap_or(self.table.0[0]))
            }
        };
        match whole.kind {
            Kind::Text => whole,
            _ if operand.slices.is_empty() => whole,
            _ => Field { kind: Kind::Bytes, ..whole },
        }
    }
}

/// Of a layer's octets those of its shortest header can be taken: beyond it, and from the end,
/// Wireshark takes what its dissector happened to cover, another stretch for each layer.
fn outside_header(field: &Field, (from, to): Range) -> bool {
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

fn slice_range(word: &str) -> Option<Range> {
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
