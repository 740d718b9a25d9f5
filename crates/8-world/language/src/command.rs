//! Program lines: `curl "http://www.example.lab/"`, `http root=./site port=8080`.
//!
//! Words are split as a shell splits them (spaces, `'..'`, `".."`, backslash), and nothing is
//! expanded. The words of servers are looked at for ports and folders, so that a lab that cannot
//! work is refused before it boots.

use std::ops::Range;

use crate::diagnostic::{Complaint, text};
use crate::nearest::nearest;

/// Programs that every machine of a lab has, unless the caller of the reader knows better.
pub const KNOWN_PROGRAMS: &[&str] = &[
    "arp",
    "cat",
    "curl",
    "datagrams",
    "dig",
    "discard",
    "dns",
    "echo",
    "hostname",
    "http",
    "ip",
    "ls",
    "nc",
    "ping",
    "relay",
    "send",
    "sh",
    "sink",
    "sleep",
    "ss",
    "traceroute",
];

/// A transport protocol, as far as ports go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Servers and the ports on which they listen unless told `port=N`.
const SERVERS: &[(&str, u16, &[Transport])] = &[
    ("dns", 53, &[Transport::Udp, Transport::Tcp]),
    ("http", 80, &[Transport::Tcp]),
    ("tftp", 69, &[Transport::Udp]),
    ("ftp", 21, &[Transport::Tcp]),
    ("smtp", 25, &[Transport::Tcp]),
    ("telnet", 23, &[Transport::Tcp]),
];

/// Keys of `key=value` words whose value is a file or folder.
const PATH_KEYS: &[&str] = &["root", "file", "dir", "folder", "zone", "script", "out"];

/// A word of a command line and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Without its quotes.
    pub word: String,
    /// Bytes of the line it came from, quotes included.
    pub at: Range<usize>,
}

/// Splits a line into words. At most 256 words.
pub fn split_words(line: &str) -> Result<Vec<Word>, Complaint> {
    let mut words = Vec::new();
    let mut current: Option<(String, usize)> = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            finish_word(&mut words, &mut current, at);
            continue;
        }
        let (word, _) = current.get_or_insert_with(|| (String::new(), at));
        match c {
            '\'' | '"' => quoted(&mut chars, word, c, at)?,
            '\\' => match chars.next() {
                Some((_, next)) => word.push(next),
                None => return Err(Complaint::unclosed(at, '\\')),
            },
            c => word.push(c),
        }
    }
    finish_word(&mut words, &mut current, line.len());
    if words.len() > 256 {
        return Err(Complaint::new(
            "too-long",
            0..line.len(),
            text("more than 256 words", "超过 256 个词"),
        ));
    }
    Ok(words)
}

fn finish_word(words: &mut Vec<Word>, current: &mut Option<(String, usize)>, end: usize) {
    if let Some((word, start)) = current.take() {
        words.push(Word { word, at: start..end });
    }
}

fn quoted(
    chars: &mut std::str::CharIndices<'_>,
    word: &mut String,
    quote: char,
    start: usize,
) -> Result<(), Complaint> {
    while let Some((_, c)) = chars.next() {
        match c {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => word.extend(chars.next().map(|(_, next)| next)),
            c => word.push(c),
        }
    }
    Err(Complaint::unclosed(start, quote))
}

/// Where a server will listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// TCP or UDP.
    pub transport: Transport,
    /// One of the machine's addresses; all of them without one.
    pub address: Option<String>,
    /// The port.
    pub port: u16,
}

/// A program line, split and looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Ports it will listen on.
    pub listens: Vec<Listen>,
}

/// Reads a program line, given the programs there are. Every mistake is returned.
pub fn parse_command(line: &str, known_programs: &[&str]) -> Result<Command, Vec<Complaint>> {
    let words = split_words(line).map_err(|complaint| vec![complaint])?;
    let Some((first, rest)) = words.split_first() else {
        return Err(vec![
            Complaint::new("empty-command", 0..line.len(), text("no program", "没有程序")).help(
                text(
                    "write a program and its words: \"ping pc2\"",
                    "写程序和它的参数: \"ping pc2\"",
                ),
            ),
        ]);
    };
    let mut mistakes = Vec::new();
    if !known_programs.contains(&first.word.as_str()) {
        mistakes.push(unknown_program(first, known_programs));
    }
    mistakes.extend(rest.iter().filter_map(path_outside));
    let listens = listens(&first.word, rest).unwrap_or_else(|complaint| {
        mistakes.push(complaint);
        Vec::new()
    });
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let arguments = rest.iter().map(|word| word.word.clone()).collect();
    Ok(Command { program: first.word.clone(), arguments, listens })
}

fn unknown_program(word: &Word, known: &[&str]) -> Complaint {
    let name = &word.word;
    let list = known.join(", ");
    Complaint::new(
        "unknown-program",
        word.at.clone(),
        text(format!("no machine has a program `{name}`"), format!("机器上没有程序 `{name}`")),
    )
    .label(text("not a program of the lab", "不是实验里的程序"))
    .choose(nearest(name, known.iter().copied()), &list)
    .help(text("your own programs come in by `catenet join`", "你自己的程序用 `catenet join` 加入"))
}

/// No path of a lab leaves the lab's folder.
fn path_outside(word: &Word) -> Option<Complaint> {
    let (key, path) = word.word.split_once('=')?;
    if !PATH_KEYS.contains(&key) || stays_inside(path) {
        return None;
    }
    let mut complaint = outside(path, word.at.clone());
    complaint.help.clear();
    let inner: Vec<&str> =
        path.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".." | "~")).collect();
    let inner = inner.join("/");
    Some(complaint.help(text(
        format!("put it beside the lab file: {key}=./{inner}"),
        format!("放到实验文件旁边: {key}=./{inner}"),
    )))
}

/// The complaint about a path that leaves the lab's folder.
pub(crate) fn outside(path: &str, at: Range<usize>) -> Complaint {
    Complaint::new(
        "path-outside",
        at,
        text(
            format!("the path `{path}` leaves the lab's folder"),
            format!("路径 `{path}` 离开了实验的文件夹"),
        ),
    )
    .label(text("a lab reads only below its own folder", "实验只能读自己文件夹里的东西"))
    .help(text(
        "copy it beside the lab file and name it from there",
        "复制到实验文件旁边, 再写相对路径",
    ))
}

/// Whether a relative path stays below the folder it starts from, whatever it names.
pub(crate) fn stays_inside(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    !drive
        && !path.starts_with(['/', '\\', '~'])
        && path.split(['/', '\\']).all(|part| part != "..")
}

fn listens(program: &str, words: &[Word]) -> Result<Vec<Listen>, Complaint> {
    let value = |key: &str| {
        words.iter().find_map(|word| Some((word, word.word.strip_prefix(key)?.strip_prefix('=')?)))
    };
    let Some((_, standard, transports)) = SERVERS.iter().find(|(name, ..)| *name == program) else {
        return Ok(Vec::new());
    };
    let port = match value("port") {
        None => *standard,
        Some((word, digits)) => match digits.parse() {
            Ok(port @ 1..) => port,
            _ => return Err(bad_port(digits, word.at.clone())),
        },
    };
    let address = value("addr").map(|(_, address)| address.to_owned());
    Ok(transports
        .iter()
        .map(|&transport| Listen { transport, address: address.clone(), port })
        .collect())
}

/// The complaint about what is no port.
pub(crate) fn bad_port(digits: &str, at: Range<usize>) -> Complaint {
    Complaint::new(
        "bad-port",
        at,
        text(format!("`{digits}` is not a port"), format!("`{digits}` 不是端口")),
    )
    .label(text("from 1 to 65535", "应在 1 到 65535 之间"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_does() {
        let words: Vec<String> = split_words(r#"nc  -c "a \"b\"" 'c d'e\ f"#)
            .into_iter()
            .flatten()
            .map(|word| word.word)
            .collect();
        assert_eq!(words, ["nc", "-c", "a \"b\"", "c de f"]);
        assert_eq!(split_words("a 'b").err().map(|c| c.at), Some(2..3));
    }

    #[test]
    fn servers_say_their_ports() {
        let command = parse_command("http root=./site port=8080", KNOWN_PROGRAMS);
        assert_eq!(
            command.map(|c| c.listens),
            Ok(vec![Listen { transport: Transport::Tcp, address: None, port: 8080 }])
        );
        let codes = |line| parse_command(line, KNOWN_PROGRAMS).err().map(|m| m[0].code);
        assert_eq!(codes("http root=../x"), Some("path-outside"));
        assert_eq!(codes("http root=/etc"), Some("path-outside"));
        assert_eq!(codes("http root=a/../../b"), Some("path-outside"));
        assert_eq!(codes("http port=0"), Some("bad-port"));
        assert_eq!(codes("htpp"), Some("unknown-program"));
        assert_eq!(codes(""), Some("empty-command"));
    }
}
