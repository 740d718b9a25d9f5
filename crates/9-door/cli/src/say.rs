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
}

impl Failure {
    /// Wrong use or a bad lab.
    pub fn usage(text: impl Into<String>) -> Failure {
        Failure { code: 2, text: text.into() }
    }
    /// This machine cannot, or there is no service.
    pub fn cannot(text: impl Into<String>) -> Failure {
        Failure { code: 3, text: text.into() }
    }
    /// What the service said.
    pub fn of(problem: &Problem, lang: Lang) -> Failure {
        // The service does not know how we were called: a command that it names is ours to complete.
        let text =
            problem.text(lang).trim_end().replace(": catenet ", &format!(": {} ", called_as()));
        let code = match problem.code.as_str() {
            "no-lab" | "lab-ended" | "no-thread" | "internal" => 3,
            "unknown-program" => NOT_FOUND,
            "service-leaves" => SERVICE_LEAVES,
            _ => 2,
        };
        Failure { code, text }
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

/// The path by which we were called, so that a command that we print can be pasted.
pub fn called_as() -> String {
    let called = std::env::args().next().unwrap_or_else(|| "catenet".to_owned());
    let plain = called.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    if plain { called } else { format!("'{}'", called.replace('\'', "'\\''")) }
}
