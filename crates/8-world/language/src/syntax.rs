//! From text to tree, with TOML's own mistakes said in our words.
//!
//! Typing Chinese leaves full-width punctuation (`＝`, `，`, `“`) and bare Chinese keys behind. They
//! are found first and replaced, byte for byte in length, so that the rest of the file can still be
//! read and its other mistakes found at their true places. What TOML itself then refuses is
//! translated; only if that fails too does nobody look at the meaning.

use toml::de::DeTable;

use crate::diagnostic::{Complaint, Sink, Span, text};
use crate::tree::{Table, duplicate_key};

/// The largest lab file, in octets.
const MOST_OCTETS: usize = 4 << 20;

/// Reads one file. `None` if it is too broken for anybody to look at what it means.
pub(crate) fn read(name: &str, whole: &str, sink: &mut Sink) -> Option<Table> {
    read_or(name, whole, empty_lab, sink)
}

/// The same for a file that is no lab: what is said of it when it is empty.
pub(crate) fn read_or(
    name: &str,
    whole: &str,
    empty: fn() -> Complaint,
    sink: &mut Sink,
) -> Option<Table> {
    let file = sink.add_file(name, whole);
    if let Some((at, complaint)) = unreadable(whole, empty) {
        sink.report(Span { file, start: at, end: at + 1 }, complaint);
        return None;
    }
    let repaired = Repair::of(whole).finish(file, sink);
    let (document, errors) = DeTable::parse_recoverable(&repaired);
    let table = Table::from_toml(file, document.get_ref());
    let mut readable = true;
    let mut lines = std::collections::BTreeSet::new();
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let span = Span { file, start: range.start, end: range.end };
        if error.message() == "duplicate key" {
            let name = whole.get(range.clone()).unwrap_or("").trim_matches(['"', '\'']).to_owned();
            let first = table.earlier_key(&name, range.start);
            sink.report_with(
                span,
                duplicate_key(&name),
                first.map(|s| (s, text("first here", "第一次在这里"))),
            );
        } else {
            readable = false;
            let (start, end) = widen(whole, range);
            let line = whole[..start].matches('\n').count();
            // One broken line is one mistake; what TOML stumbles over behind it is an echo.
            if lines.insert(line) {
                let complaint = translate(error.message(), whole, start);
                sink.report(Span { file, start, end }, complaint);
            }
        }
    }
    readable.then_some(table)
}

fn unreadable(whole: &str, empty: fn() -> Complaint) -> Option<(usize, Complaint)> {
    if whole.len() > MOST_OCTETS {
        let complaint = Complaint::new(
            "too-large",
            0..0,
            text("the file is larger than 4 MiB", "文件大于 4 MiB"),
        );
        return Some((0, complaint.help(text("is it a lab file?", "这是实验文件吗?"))));
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if let Some((at, c)) = whole.char_indices().find(|&(_, c)| control(c)) {
        return Some((at, not_text(&format!("U+{:04X}", u32::from(c)))));
    }
    let meaning = |line: &str| {
        !matches!(line.trim_start_matches('\u{feff}').trim().chars().next(), None | Some('#'))
    };
    if !whole.lines().any(meaning) {
        return Some((0, empty()));
    }
    None
}

fn empty_lab() -> Complaint {
    Complaint::new("empty", 0..0, text("the lab file says nothing", "实验文件是空的"))
        .label(text("expected `lab = \"name\"`", "应有 `lab = \"名字\"`"))
        .help(text(format!("the smallest lab:\n{SMALLEST}"), format!("最小的实验:\n{SMALLEST}")))
}

const SMALLEST: &str = "lab = \"hello\"\n[networks]\noffice = \"192.168.1.0/24\"\n[hosts]\npc1 = \"office\"\npc2 = \"office\"";

/// The complaint about octets that are no text.
pub(crate) fn not_text(what: &str) -> Complaint {
    Complaint::new(
        "not-text",
        0..0,
        text(
            format!("not a text file: it holds the octet or character {what}"),
            format!("这不是文本文件: 其中有字节或字符 {what}"),
        ),
    )
    .label(text("no text has this", "文本里不会有这个"))
    .help(text(
        "a lab file is TOML text in UTF-8; is this another file (a capture, a picture)?",
        "实验文件是 UTF-8 编码的 TOML 文本; 是不是拿错了文件 (抓包文件、图片)?",
    ))
}

/// One replacement: a byte range of the file, what stands there for TOML (same length), and what
/// the writer should have typed.
struct Edit {
    start: usize,
    end: usize,
    padded: String,
    meant: String,
}

/// Finds what an input method left behind, outside strings and comments.
struct Repair<'a> {
    whole: &'a str,
    edits: Vec<Edit>,
    mistakes: Vec<(usize, usize, Complaint)>,
}

impl<'a> Repair<'a> {
    fn of(whole: &'a str) -> Repair<'a> {
        let mut repair = Repair { whole, edits: Vec::new(), mistakes: Vec::new() };
        let mut at = 0;
        while let Some(c) = whole[at..].chars().next() {
            at = repair.step(at, c);
        }
        repair
    }

    /// Looks at one character and says where to go on.
    fn step(&mut self, at: usize, c: char) -> usize {
        match c {
            '#' | '＃' => {
                if c == '＃' {
                    self.punctuation(at, c, "#");
                }
                self.line_end(at)
            }
            '"' | '\'' => self.string(at, c),
            '“' | '”' | '‘' | '’' | '＂' | '「' | '」' => self.curly(at, c),
            '\u{feff}' if at == 0 => at + c.len_utf8(),
            c if c.is_ascii() => at + 1,
            c => match plain(c) {
                Some(meant) => self.punctuation(at, c, meant),
                None => self.bare_word(at),
            },
        }
    }

    fn line_end(&self, at: usize) -> usize {
        self.whole[at..].find('\n').map_or(self.whole.len(), |i| at + i)
    }

    /// Passes over a string; a one-line string that a curly quote was meant to end is mended.
    fn string(&mut self, at: usize, quote: char) -> usize {
        let triple = quote.to_string().repeat(3);
        let rest = &self.whole[at..];
        if let Some(body) = rest.strip_prefix(&triple) {
            return body.find(&triple).map_or(self.whole.len(), |i| at + 3 + i + 3);
        }
        let end = self.line_end(at);
        let mut escaped = false;
        for (i, c) in self.whole[at + 1..end].char_indices() {
            if escaped {
                escaped = false;
            } else if c == '\\' && quote == '"' {
                escaped = true;
            } else if c == quote {
                return at + 1 + i + 1;
            }
        }
        let Some(i) = self.whole[at + 1..end].find(['”', '“', '’', '‘', '＂']) else {
            return end;
        };
        let close = at + 1 + i;
        let c = self.whole[close..].chars().next().unwrap_or('”');
        self.punctuation(close, c, "\"")
    }

    fn punctuation(&mut self, at: usize, c: char, meant: &str) -> usize {
        let end = at + c.len_utf8();
        self.edit(at, end, format!("{meant:<width$}", width = c.len_utf8()), meant);
        let complaint = Complaint::new(
            "full-width",
            0..0,
            text(format!("full-width punctuation `{c}`"), format!("全角标点 `{c}`")),
        )
        .label(text(format!("write `{meant}`"), format!("应写半角 `{meant}`")));
        self.mistakes.push((at, end, complaint));
        end
    }

    /// A string between curly quotes: one mistake for the pair.
    fn curly(&mut self, at: usize, c: char) -> usize {
        let open_end = at + c.len_utf8();
        let line_end = self.line_end(at);
        let closing = self.whole[open_end..line_end].find(['”', '’', '“', '‘', '"', '＂', '」']);
        let Some(close) = closing.map(|i| open_end + i) else {
            return self.punctuation(at, c, "\"");
        };
        let width = self.whole[close..].chars().next().map_or(1, char::len_utf8);
        self.edit(at, open_end, format!("{:>1$}", "\"", open_end - at), "\"");
        self.edit(close, close + width, format!("{:<width$}", "\""), "\"");
        let complaint = Complaint::new(
            "full-width",
            0..0,
            text("a text stands between straight quotes", "文本要放在英文直引号之间"),
        )
        .label(text("write `\"`, not `“` or `”`", "应写 `\"`, 不是 `“` `”`"));
        self.mistakes.push((at, close + width, complaint));
        close + width
    }

    /// A word with letters that a bare TOML key may not have.
    fn bare_word(&mut self, at: usize) -> usize {
        let part = |c: char| {
            c.is_ascii_alphanumeric()
                || matches!(c, '-' | '_')
                || (!c.is_ascii() && plain(c).is_none() && !"“”‘’＂「」＃".contains(c))
        };
        let start = self.whole[..at]
            .rfind(|c: char| !part(c))
            .map_or(0, |i| i + self.whole[i..].chars().next().map_or(1, char::len_utf8));
        let end = self.whole[at..].find(|c: char| !part(c)).map_or(self.whole.len(), |i| at + i);
        let word = &self.whole[start..end];
        let before = self.whole[..start].trim_end_matches([' ', '\t']).chars().next_back();
        let is_value = matches!(before, Some('=' | '＝'));
        let inline = matches!(before, Some('{' | ',' | '｛' | '，'));
        let known = KEYS_ZH.iter().find(|(zh, _)| *zh == word).map(|(_, key)| *key);
        let complaint = match (is_value, known) {
            (true, _) => bare_value(word),
            (false, Some(key)) => bare_key(word, inline)
                .label(text(format!("write `{key}`"), format!("应写 `{key}`"))),
            (false, None) => bare_key(word, inline),
        };
        if is_value {
            let padding = "x".repeat((end - start).saturating_sub(2));
            self.edit(start, end, format!("\"{padding}\""), &format!("\"{word}\""));
        } else {
            let stand_in = format!("k{:x<1$}", self.edits.len(), end - start - 1);
            self.edit(start, end, stand_in[..end - start].to_owned(), known.unwrap_or(UNKNOWN_KEY));
        }
        self.mistakes.push((start, end, complaint));
        end
    }

    fn edit(&mut self, start: usize, end: usize, padded: String, meant: &str) {
        self.edits.push(Edit { start, end, padded, meant: meant.to_owned() });
    }

    /// Reports the mistakes, each with its whole line repaired, and gives the text for TOML.
    fn finish(self, file: usize, sink: &mut Sink) -> String {
        for (start, end, complaint) in &self.mistakes {
            let line = self.repaired_line(*start);
            let repaired = match line.contains(UNKNOWN_KEY) {
                true => complaint.clone(),
                false => {
                    complaint.clone().help(text(format!("write: {line}"), format!("写成: {line}")))
                }
            };
            sink.report(Span { file, start: *start, end: *end }, repaired);
        }
        let mut out = self.whole.to_owned();
        for edit in &self.edits {
            out.replace_range(edit.start..edit.end, &edit.padded);
        }
        out
    }

    fn repaired_line(&self, at: usize) -> String {
        let from = self.whole[..at].rfind('\n').map_or(0, |i| i + 1);
        let to = self.line_end(at);
        let mut line = self.whole[from..to].to_owned();
        let on_line = self.edits.iter().filter(|edit| edit.start >= from && edit.end <= to);
        let mut on_line: Vec<&Edit> = on_line.collect();
        on_line.sort_by_key(|edit| edit.start);
        for edit in on_line.iter().rev() {
            line.replace_range(edit.start - from..edit.end - from, &edit.meant);
        }
        line.trim().chars().take(120).collect()
    }
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '＝' => "=",
        '，' | '、' => ",",
        '．' | '。' => ".",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '｛' => "{",
        '｝' => "}",
        '：' => "=",
        '－' | '—' | '–' => "-",
        '＿' => "_",
        '\u{3000}' | '\u{a0}' => " ",
        _ => return None,
    })
}

/// Stands in a repaired line for a key that nobody can guess; such a line is not shown.
const UNKNOWN_KEY: &str = "\u{0}";

/// What people write in Chinese where a key belongs.
const KEYS_ZH: &[(&str, &str)] = &[
    ("实验", "lab"),
    ("标题", "title"),
    ("网络", "net"),
    ("地址", "ip"),
    ("网关", "gateway"),
    ("域名", "name"),
    ("名字", "name"),
    ("名称", "name"),
    ("运行", "run"),
    ("程序", "run"),
    ("路由", "routes"),
    ("链路", "links"),
    ("网线", "links"),
    ("延迟", "delay"),
    ("时延", "delay"),
    ("抖动", "jitter"),
    ("丢包", "loss"),
    ("丢包率", "loss"),
    ("速率", "rate"),
    ("带宽", "rate"),
    ("队列", "queue"),
    ("主机", "hosts"),
    ("交换机", "switches"),
    ("路由器", "routers"),
    ("种子", "seed"),
    ("时钟", "clock"),
];

fn bare_key(word: &str, inline: bool) -> Complaint {
    let help = match inline {
        true => text(
            "keys are English words: net, ip, gateway, name, title, run, ..",
            "键是英文词: net, ip, gateway, name, title, run, ..",
        ),
        false => text(
            format!(
                "choose an ASCII name and keep yours as the title: pc9 = {{ title = \"{word}\", net = \"office\" }}"
            ),
            format!("用英文名, 中文写进 title: pc9 = {{ title = \"{word}\", net = \"office\" }}"),
        ),
    };
    Complaint::new(
        "bare-key",
        0..0,
        text(
            format!("`{word}` cannot be a name or a key here"),
            format!("`{word}` 不能作名字, 也不能作键"),
        ),
    )
    .label(text("letters a-z, digits, `-` and `_` only", "只能用英文字母、数字、`-` 和 `_`"))
    .help(help)
}

fn bare_value(word: &str) -> Complaint {
    Complaint::new(
        "unquoted",
        0..0,
        text(format!("the text `{word}` has no quotes"), format!("文本 `{word}` 没有加引号")),
    )
    .label(text("a text stands between `\"` and `\"`", "文本要放在 `\"` 与 `\"` 之间"))
}

/// An empty range is no place to point at: takes the character there, or the one before the line's end.
fn widen(whole: &str, range: std::ops::Range<usize>) -> (usize, usize) {
    let mut start = range.start.min(whole.len());
    while !whole.is_char_boundary(start) {
        start -= 1;
    }
    let end = range.end.min(whole.len());
    if end > start {
        return (start, end);
    }
    (start, start + whole[start..].chars().next().map_or(1, char::len_utf8))
}

/// The bare address of which TOML read the beginning as a number.
fn address_at(whole: &str, at: usize) -> Option<&str> {
    let part = |c: char| c.is_ascii_digit() || c == '.' || c == '/';
    let start = whole[..at].rfind(|c| !part(c)).map_or(0, |i| i + 1);
    let start = (start..=at).find(|&i| whole.is_char_boundary(i))?;
    let end = whole[at..].find(|c| !part(c)).map_or(whole.len(), |i| at + i);
    let word = &whole[start..end];
    (word.split('.').count() == 4).then_some(word)
}

/// TOML's own complaint in our words. The fragments are those of `toml_parser` 1.1.
fn translate(message: &str, whole: &str, at: usize) -> Complaint {
    let has = |part: &str| message.contains(part);
    if whole[at..].starts_with(':') || whole[..at].trim_end_matches(' ').ends_with(':') {
        return Complaint::new(
            "syntax",
            0..0,
            text("a key is followed by `=`, not by `:`", "键后面是 `=`, 不是 `:`"),
        )
        .label(text("write `=`", "应写 `=`"))
        .help(text("write key = \"value\"", "写成 key = \"value\""));
    }
    if let Some(address) = address_at(whole, at) {
        return Complaint::new(
            "unquoted",
            0..0,
            text("an address stands between quotes", "地址要放在引号之间"),
        )
        .label(text("not a number", "这不是数"))
        .help(text(format!("write \"{address}\""), format!("写成 \"{address}\"")));
    }
    let (en, zh, help_en, help_zh) = if has("string values must be quoted") {
        (
            "a text stands between quotes",
            "文本要放在引号之间",
            "write net = \"office\"",
            "写成 net = \"office\"",
        )
    } else if has("unclosed inline table") || has("inline table") {
        (
            "this `{` is not closed, or something in it is not `key = value`",
            "这个 `{` 没有配对, 或其中有不是 `键 = 值` 的东西",
            "write { net = \"office\", run = \"http\" }",
            "写成 { net = \"office\", run = \"http\" }",
        )
    } else if has("unclosed array") || has("array elements") || has("extra comma in array") {
        (
            "this list is not closed, or lacks a comma",
            "列表没有配对的 `]`, 或缺少逗号",
            "write [\"office\", \"servers\"]",
            "写成 [\"office\", \"servers\"]",
        )
    } else if has("unclosed table") || has("table open") {
        ("this heading is not closed", "这个表头没有配对的 `]`", "write [hosts]", "写成 [hosts]")
    } else if has("invalid basic string")
        || has("invalid literal string")
        || has("missing opening quote")
        || has("multi-line")
    {
        (
            "this text is not closed, or holds what no text may",
            "这个文本没有配对的引号, 或含有不允许的字符",
            "a text begins and ends with `\"` on one line",
            "文本以 `\"` 开头和结尾, 写在一行里",
        )
    } else if has("escape") || has("unicode") {
        (
            "no such escape in a text",
            "文本里没有这种转义",
            "write `\\\\` for a backslash",
            "反斜杠写成 `\\\\`",
        )
    } else if has("comma") {
        (
            "a comma is missing or there is one too many",
            "少了或多了一个逗号",
            "separate with one `,`",
            "用一个 `,` 分隔",
        )
    } else if has("leading zero") || has("number") || has("digit") || has("float") || has("integer")
    {
        (
            "this is not a number, and a text stands between quotes",
            "这不是数; 文本要放在引号之间",
            "write delay = \"20ms\", seed = 42",
            "写成 delay = \"20ms\", seed = 42",
        )
    } else if has("no value") || has("missing value") || has("assignment") || has("`=`") {
        (
            "expected `key = value`",
            "这里应是 `键 = 值`",
            "write key = \"value\"",
            "写成 key = \"value\"",
        )
    } else if has("recurs") {
        ("nested too deep", "嵌套太深", "a lab nests four deep at most", "实验文件最多嵌套四层")
    } else {
        (
            "this is not TOML",
            "这不符合 TOML 语法",
            "a line is `key = value`, `[table]` or a comment",
            "一行是 `键 = 值`、`[表]` 或注释",
        )
    };
    let bare: String = whole[at..]
        .chars()
        .take_while(|c| !c.is_whitespace() && !",}]#".contains(*c))
        .take(24)
        .collect();
    let (quoted_en, quoted_zh) = (format!("write \"{bare}\""), format!("写成 \"{bare}\""));
    let (help_en, help_zh) = match has("must be quoted") && !bare.is_empty() {
        true => (quoted_en.as_str(), quoted_zh.as_str()),
        false => (help_en, help_zh),
    };
    let code = if has("must be quoted") { "unquoted" } else { "syntax" };
    let word: String = whole[at..].chars().take_while(|c| !c.is_whitespace()).take(24).collect();
    let label = if word.is_empty() {
        text("here", "这里")
    } else {
        text(format!("at `{word}`"), format!("在 `{word}` 处"))
    };
    Complaint::new(code, 0..0, text(en, zh)).label(label).help(text(help_en, help_zh))
}
