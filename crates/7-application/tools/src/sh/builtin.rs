//! The commands that the shell is itself: they change it, or need no process.

use super::jobs::Jobs;
use crate::options::pick;
use base::Lang;
use socket::Env;

/// Their names, and a line of help in both languages.
pub(super) const BUILTINS: &[(&str, &str, &str)] = &[
    (
        "command",
        "runs a program, not a word of the shell: command echo port=7",
        "运行程序而不是内部命令: command echo port=7",
    ),
    ("echo", "prints its words (the server is: command echo)", "显示文字 (服务器用: command echo)"),
    ("exit", "ends the shell: exit 3", "退出: exit 3"),
    ("false", "fails", "返回失败"),
    ("help", "this list", "显示此列表"),
    ("jobs", "lists what runs in the background", "列出后台任务"),
    ("kill", "ends a job: kill %1", "结束任务: kill %1"),
    ("true", "succeeds", "返回成功"),
    ("wait", "waits for jobs: wait %1", "等待任务结束: wait %1"),
];

/// Is this word the shell's own?
pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.iter().any(|(known, ..)| *known == name)
}

/// What a builtin came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// For standard output.
    pub(super) text: String,
    /// For standard error.
    pub(super) complaint: String,
    /// Its exit code.
    pub(super) code: u8,
    /// The shell ends with this.
    pub(super) exit: Option<u8>,
}

fn text(text: impl Into<String>) -> Done {
    Done { text: text.into(), ..Done::default() }
}
fn complaint(env: &Env, code: u8, name: &str, what: (&str, &str)) -> Done {
    let complaint = format!("sh: {name}: {}\n", pick(env.lang(), what));
    Done { complaint, code, ..Done::default() }
}

/// Runs one that needs no waiting. `wait` is the shell's loop's.
pub(super) fn run(env: &Env, jobs: &Jobs, status: u8, words: &[String]) -> Done {
    let (name, args) = words.split_first().map_or(("", &[][..]), |(name, args)| (name, args));
    match name {
        "echo" => echo(args),
        "false" => Done { code: 1, ..Done::default() },
        "help" => help(env, args),
        "jobs" => text(jobs.iter().map(|job| job.describe(env.lang())).collect::<String>()),
        "kill" => kill(env, jobs, args),
        "exit" => exit(env, status, args),
        _ => Done::default(),
    }
}

fn echo(args: &[String]) -> Done {
    match args.split_first() {
        Some((flag, rest)) if flag == "-n" => text(rest.join(" ")),
        _ => text(args.join(" ") + "\n"),
    }
}

fn exit(env: &Env, status: u8, args: &[String]) -> Done {
    match args {
        [] => Done { code: status, exit: Some(status), ..Done::default() },
        [code] => match code.parse() {
            Ok(code) => Done { code, exit: Some(code), ..Done::default() },
            Err(_) => {
                let what = ("a code is a number from 0 to 255", "退出码是 0 到 255 的数");
                complaint(env, 2, "exit", what)
            }
        },
        _ => complaint(env, 2, "exit", ("usage: exit [CODE]", "用法: exit [退出码]")),
    }
}

fn kill(env: &Env, jobs: &Jobs, args: &[String]) -> Done {
    if args.is_empty() {
        let what = ("usage: kill %1 (jobs lists them)", "用法: kill %1 (用 jobs 查看)");
        return complaint(env, 2, "kill", what);
    }
    let mut done = Done::default();
    for word in args {
        match jobs.find(word) {
            Some(job) => job.group.kill(),
            None => {
                let wrong = complaint(env, 1, "kill", no_job());
                done = Done { complaint: done.complaint + &wrong.complaint, ..wrong };
            }
        }
    }
    done
}

/// What is said of a number that is no job's.
pub(super) fn no_job() -> (&'static str, &'static str) {
    ("no such job; jobs lists them", "没有这个任务; 用 jobs 查看")
}

fn help(env: &Env, args: &[String]) -> Done {
    let lang = env.lang();
    let own = BUILTINS.iter().map(|(name, en, zh)| (*name, pick(lang, (en, zh))));
    let programs: Vec<_> =
        env.programs().iter().map(|program| (program.name, program.help(lang))).collect();
    if let [name, ..] = args {
        let all = own.chain(programs).filter(|(known, _)| known == name);
        let lines: String = all.map(|(name, help)| format!("{name}  {help}\n")).collect();
        return match lines.is_empty() {
            true => complaint(
                env,
                1,
                "help",
                ("no such program; see: help", "没有这个程序; 请看: help"),
            ),
            false => text(lines),
        };
    }
    let column = |(name, help): (&str, &str)| format!("  {name:<12}{help}\n");
    let heads = match lang {
        Lang::En => ["programs of this machine:\n", "words of the shell:\n"],
        Lang::Zh => ["本机的程序:\n", "shell 的内部命令:\n"],
    };
    let programs: String = programs.into_iter().map(column).collect();
    let own: String = own.map(column).collect();
    text([heads[0], &programs, heads[1], &own, syntax(lang)].concat())
}

fn syntax(lang: Lang) -> &'static str {
    pick(
        lang,
        (
            "lines: a; b   a && b   a || b   a | b   a &   < > >> 2>&1   '..' \"..\"   $?   # ..\n",
            "写法: a; b   a && b   a || b   a | b   a &   < > >> 2>&1   '..' \"..\"   $?   # ..\n",
        ),
    )
}
