//! Programs of a few lines: `hostname`, `sleep`, `cat`, `ls`.

use crate::Running;
use crate::options::{pick, seconds, show_usage};
use socket::{Env, ExitCode};

/// `hostname`: the machine's name.
pub fn hostname(env: Env) -> Running {
    Box::pin(async move {
        let name = env.inspect().look("name").map_or(String::new(), |name| name.to_string());
        env.print(format_args!("{name}\n"));
        ExitCode::SUCCESS
    })
}

/// `sleep SECONDS`: waits.
pub fn sleep(env: Env) -> Running {
    Box::pin(async move {
        let span = match env.args() {
            [_, text] => seconds(text.strip_suffix('s').unwrap_or(text)),
            _ => None,
        };
        let Some(span) = span else {
            return show_usage(&env, ("usage: sleep SECONDS", "用法: sleep 秒数"));
        };
        env.sleep(span).await;
        ExitCode::SUCCESS
    })
}

/// `cat [FILE...]`: files, or standard input, to standard output.
pub fn cat(env: Env) -> Running {
    Box::pin(async move {
        let paths = env.args().get(1..).unwrap_or_default();
        if paths.is_empty() {
            return copy_input(&env).await;
        }
        let mut code = ExitCode::SUCCESS;
        for path in paths {
            match env.files().read(path) {
                // Nobody is left to tell when standard output is gone.
                Ok(octets) => drop(env.stdout().write_all(&octets).await),
                Err(error) => {
                    complain(&env, "cat", path, &error);
                    code = ExitCode::FAILURE;
                }
            }
        }
        code
    })
}

async fn copy_input(env: &Env) -> ExitCode {
    let mut stdin = env.stdin();
    loop {
        let octets = stdin.read_bytes(1 << 16).await;
        if octets.is_empty() || env.stdout().write_all(&octets).await.is_err() {
            return ExitCode::SUCCESS;
        }
    }
}

/// `ls [FOLDER]`: what is in it; folders end with a slash.
pub fn ls(env: Env) -> Running {
    Box::pin(async move {
        let path = match env.args() {
            [] | [_] => "/",
            [_, path] => path,
            _ => return show_usage(&env, ("usage: ls [FOLDER]", "用法: ls [文件夹]")),
        };
        let entries = match (env.files().list(path), env.files().entry(path)) {
            (Ok(entries), _) => entries,
            (Err(_), Ok(file)) => vec![file],
            (Err(error), Err(_)) => {
                complain(&env, "ls", path, &error);
                return ExitCode::USAGE;
            }
        };
        for entry in entries {
            let slash = if entry.is_folder { "/" } else { "" };
            env.print(format_args!("{}{slash}\n", entry.name));
        }
        ExitCode::SUCCESS
    })
}

fn complain(env: &Env, program: &str, path: &str, error: &std::io::Error) {
    use std::io::ErrorKind::{IsADirectory, NotFound};
    let why = match error.kind() {
        NotFound => pick(env.lang(), ("No such file or directory", "没有这个文件或文件夹")),
        IsADirectory => pick(env.lang(), ("Is a directory", "是一个文件夹")),
        _ => return env.eprint(format_args!("{program}: {path}: {error}\n")),
    };
    env.eprint(format_args!("{program}: {path}: {why}\n"));
}
