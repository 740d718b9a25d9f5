//! Command lines as `getopt_long` reads them: `-sS`, `-c3`, `-c 3`, `--max-time 3`, `--`, operands
//! anywhere. What is not in a program's table is refused: a flag that does nothing would be a lie.

use base::{Duration, Lang};
use socket::{Env, ExitCode};

/// One option of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    short: Option<char>,
    long: &'static str,
    value: bool,
}

/// `-s`, `--silent`.
pub const fn flag(short: char, long: &'static str) -> Opt {
    Opt { short: Some(short), long, value: false }
}
/// `-o FILE`, `--output FILE`.
pub const fn value(short: char, long: &'static str) -> Opt {
    Opt { short: Some(short), long, value: true }
}
/// `--connect-timeout SECONDS`.
pub const fn long_value(long: &'static str) -> Opt {
    Opt { short: None, long, value: true }
}
/// `--http1.1`.
pub const fn long_flag(long: &'static str) -> Opt {
    Opt { short: None, long, value: false }
}

/// A command line that was read. Options are asked for by their long name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    options: Vec<(Opt, String)>,
    /// What is no option, in order.
    pub operands: Vec<String>,
}

/// What was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadOption {
    /// Not in the table; as it was written.
    Unknown(String),
    /// Its value is missing.
    NeedsValue(String),
    /// Its value is of another kind.
    BadValue(String, String),
}

impl BadOption {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (BadOption::Unknown(name), Lang::En) => format!("unknown option {name}"),
            (BadOption::Unknown(name), Lang::Zh) => format!("没有 {name} 这个选项"),
            (BadOption::NeedsValue(name), Lang::En) => format!("option {name} needs a value"),
            (BadOption::NeedsValue(name), Lang::Zh) => format!("选项 {name} 缺少值"),
            (BadOption::BadValue(name, value), Lang::En) => {
                format!("{name}: invalid value {value}")
            }
            (BadOption::BadValue(name, value), Lang::Zh) => format!("{name}: 值 {value} 不合法"),
        }
    }
}

/// Reads the words after the program's name.
///
/// # Errors
/// An option that the table does not hold, or without its value.
pub fn read(words: &[String], table: &[Opt]) -> Result<Given, BadOption> {
    let mut given = Given::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            given.operands.extend(words.by_ref().cloned());
        } else if let Some(long) = word.strip_prefix("--") {
            read_long(&mut given, table, long, &mut words)?;
        } else if word.len() > 1 && word.starts_with('-') {
            read_short(&mut given, table, &word[1..], &mut words)?;
        } else {
            given.operands.push(word.clone());
        }
    }
    Ok(given)
}

type Words<'a> = core::slice::Iter<'a, String>;

fn read_long(
    given: &mut Given,
    table: &[Opt],
    long: &str,
    words: &mut Words<'_>,
) -> Result<(), BadOption> {
    let known = table.iter().find(|opt| !opt.long.is_empty() && opt.long == long);
    let opt = *known.ok_or_else(|| BadOption::Unknown(format!("--{long}")))?;
    let missing = || BadOption::NeedsValue(format!("--{long}"));
    let value = if opt.value { words.next().cloned().ok_or_else(missing)? } else { String::new() };
    given.options.push((opt, value));
    Ok(())
}

fn read_short(
    given: &mut Given,
    table: &[Opt],
    letters: &str,
    words: &mut Words<'_>,
) -> Result<(), BadOption> {
    let mut rest = letters;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        let known = table.iter().find(|opt| opt.short == Some(letter));
        let opt = *known.ok_or_else(|| BadOption::Unknown(format!("-{letter}")))?;
        if !opt.value {
            given.options.push((opt, String::new()));
            continue;
        }
        let missing = || BadOption::NeedsValue(format!("-{letter}"));
        let value = match rest {
            "" => words.next().cloned().ok_or_else(missing)?,
            attached => attached.to_owned(),
        };
        given.options.push((opt, value));
        break;
    }
    Ok(())
}

impl Given {
    /// Was it given?
    pub fn has(&self, long: &str) -> bool {
        self.all(long).next().is_some()
    }
    /// Its value; the last one counts.
    pub fn get(&self, long: &str) -> Option<&str> {
        let last = self.options.iter().rev().find(|(opt, _)| opt.long == long);
        last.map(|(_, value)| value.as_str())
    }
    /// All its values in order.
    pub fn all<'a>(&'a self, long: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let values = self.options.iter().filter(move |(opt, _)| opt.long == long);
        values.map(|(_, value)| value.as_str())
    }
    /// Its value, read; `usual` where it was not given.
    ///
    /// # Errors
    /// `read` cannot.
    pub fn parsed<T>(
        &self,
        long: &str,
        usual: T,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, BadOption> {
        let Some(value) = self.get(long) else { return Ok(usual) };
        read(value).ok_or_else(|| BadOption::BadValue(long.to_owned(), value.to_owned()))
    }
}

/// Seconds, perhaps with a fraction, as a span; at most a day.
pub fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    let fits = (0.0..=86_400.0).contains(&seconds);
    fits.then(|| Duration::from_nanos((seconds * 1e9).round() as u64))
}

/// Says what is wrong and how the program is used; gives the exit code for it.
pub fn refuse(env: &Env, wrong: &BadOption, usage: (&str, &str)) -> ExitCode {
    let name = env.args().first().map_or("", String::as_str);
    env.eprint(format_args!("{name}: {}\n", wrong.text(env.lang())));
    show_usage(env, usage)
}

/// Says how the program is used; gives the exit code for wrong use.
pub fn show_usage(env: &Env, usage: (&str, &str)) -> ExitCode {
    env.eprint(format_args!("{}\n", pick(env.lang(), usage)));
    ExitCode::USAGE
}

/// The text in the language to speak.
pub fn pick<'a>(lang: Lang, (en, zh): (&'a str, &'a str)) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [Opt; 4] =
        [flag('s', "silent"), value('c', "count"), long_value("max-time"), flag('v', "verbose")];

    fn line(text: &str) -> Result<Given, BadOption> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        read(&words, &TABLE)
    }

    #[test]
    fn lines_as_getopt_reads_them() {
        let given = line("-svc3 host --max-time 2.5 -c 4 - -- -x").expect("readable");
        assert!(given.has("silent") && given.has("verbose"));
        assert_eq!((given.get("count"), given.get("max-time")), (Some("4"), Some("2.5")));
        assert_eq!(given.operands, ["host", "-", "-x"]);
        assert_eq!(
            given.parsed("max-time", Duration::ZERO, seconds),
            Ok(Duration::from_millis(2500))
        );
        for (bad, why) in [
            ("-sx", BadOption::Unknown("-x".into())),
            ("--sil", BadOption::Unknown("--sil".into())),
            ("-c", BadOption::NeedsValue("-c".into())),
            ("--max-time", BadOption::NeedsValue("--max-time".into())),
        ] {
            assert_eq!(line(bad), Err(why), "{bad}");
        }
        for bad in ["x", "-1", "inf", "NaN", "1e9"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
