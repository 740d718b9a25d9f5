//! What every verb needs to speak: the language, how it ends, and the path by which we were called.

use base::Lang;
use service::api::Problem;
use std::ffi::OsString;
use std::io::Write;

/// What holds for the whole call.
pub struct Context {
    /// The language.
    pub lang: Lang,
    /// JSON instead of tables?
    pub json: bool,
    /// Another service than the user's own.
    pub server: Option<String>,
    /// Which lab.
    pub lab: Option<String>,
}

impl Context {
    /// One of two texts.
    pub fn say(&self, en: &str, zh: &str) -> String {
        match self.lang {
            Lang::En => en.to_owned(),
            Lang::Zh => zh.to_owned(),
        }
    }
}

/// Writes to standard output. Nobody reads any more (`| head`): the verb still ends with its own code.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::cannot(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error. Where nobody reads any more there is nobody to be told of it.
pub fn tell(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// `exec` or `join` itself failed, as shells say it for `env`, `nohup` and `timeout`.
pub const WE_FAILED: u8 = 125;
/// The service is about to end: `up` starts another. Never seen outside.
pub const SERVICE_LEAVES: u8 = 254;
/// There is no such program, as shells say it.
pub const NOT_FOUND: u8 = 127;

/// The command's exit code: 0 done, 1 a check failed, 2 wrong use or bad lab, 3 this machine cannot
/// or no service; `exec` and `join`: the program's own.
pub struct Exit(pub u8);

impl Exit {
    /// Done.
    pub const DONE: Exit = Exit(0);
}

/// Why a command did not do what it was told.
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What goes to stderr; empty: it was said already.
    pub text: String,
    /// The same in both languages, from whoever speaks both: a page outlives the call.
    pub both: Option<language::Text>,
}

impl Failure {
    /// Wrong use or a bad lab.
    pub fn usage(text: impl Into<String>) -> Failure {
        Failure { code: 2, text: text.into(), both: None }
    }
    /// This machine cannot, or there is no service.
    pub fn cannot(text: impl Into<String>) -> Failure {
        Failure { code: 3, text: text.into(), both: None }
    }
    /// The system would not let us have a file, a folder or a socket.
    pub fn of_system(name: &dyn core::fmt::Display, error: &std::io::Error, lang: Lang) -> Failure {
        Failure::cannot(format!("{name}: {}", door::system::says(error, lang)))
    }
    /// A lab's mistakes, which it tells at once.
    pub fn mistakes(mistakes: &[language::Diagnostic], lang: Lang) -> Failure {
        tell(&as_called(&language::render(mistakes, lang)));
        Failure::usage("")
    }
    /// What the service said.
    pub fn of(problem: &Problem, lang: Lang) -> Failure {
        let both = language::Text { en: problem.en.clone(), zh: problem.zh.clone() };
        let code = match problem.code.as_str() {
            "no-lab" | "lab-ended" | "no-thread" | "internal" => 3,
            "unknown-program" => NOT_FOUND,
            "service-leaves" => SERVICE_LEAVES,
            _ => 2,
        };
        Failure::in_both(code, both, lang)
    }
    /// What is said in both languages.
    pub fn in_both(code: u8, both: language::Text, lang: Lang) -> Failure {
        Failure { code, text: both.get(lang).trim_end().to_owned(), both: Some(both) }
    }
    /// What it says, in both languages if it can.
    pub fn both(&self) -> language::Text {
        let same = || language::Text { en: self.text.clone(), zh: self.text.clone() };
        self.both.clone().unwrap_or_else(same)
    }
}

/// The language: `--lang`, `CATENET_LANG`, then the locale.
pub fn language(args: impl Iterator<Item = OsString>) -> Lang {
    let args: Vec<String> =
        args.map_while(|arg| arg.into_string().ok()).take_while(|arg| arg != "--").collect();
    let after = args.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1].clone());
    let joined = args.iter().find_map(|arg| arg.strip_prefix("--lang=")).map(str::to_owned);
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let said = after.or(joined).or_else(|| variable("CATENET_LANG"));
    let locale =
        || variable("LC_ALL").or_else(|| variable("LC_MESSAGES")).or_else(|| variable("LANG"));
    match said.or_else(locale) {
        Some(lang) if lang.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// A text in which every command of ours begins with the path by which we were called. Whoever wrote
/// it (a lab file's reader, the service) cannot know that path.
pub fn as_called(text: &str) -> String {
    rename(text, &called_as())
}

fn rename(text: &str, called: &str) -> String {
    let joins = |c: char| c.is_ascii_alphanumeric() || "/._-'".contains(c);
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("catenet ") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let verb = after.split_whitespace().nth(1).unwrap_or_default();
        let verb = verb.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let alone = !before.chars().next_back().is_some_and(joins);
        let is_ours = alone && (verb == "--help" || crate::args::is_verb(verb));
        out.push_str(if is_ours { called } else { "catenet" });
        rest = after.get("catenet".len()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The path by which we were called, so that a command that we print can be pasted.
pub fn called_as() -> String {
    let called = std::env::args().next().unwrap_or_else(|| "catenet".to_owned());
    let plain = called.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    if plain { called } else { format!("'{}'", called.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn a_command_begins_with_the_path_by_which_we_were_called() {
        let say = |text: &str| rename(text, "./target/catenet");
        assert_eq!(say("stop it: catenet down x"), "stop it: ./target/catenet down x");
        assert_eq!(say("用 catenet down x 停止它"), "用 ./target/catenet down x 停止它");
        assert_eq!(say("by `catenet join`"), "by `./target/catenet join`");
        assert_eq!(say("/bin/catenet up"), "/bin/catenet up");
        assert_eq!(say("catenet is a word"), "catenet is a word");
    }
}
