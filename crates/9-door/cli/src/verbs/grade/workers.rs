//! A process a submission, so many at once. Whatever one of them does, the others go on, and it leaves a
//! row with its reason.

use super::find::Found;
use super::one::MEMORY;
use crate::args::Grade;
use crate::say::{Context, Failure};
use lab::report::{Graded, Outcome, Refusal};
use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Octets of its answer that are read.
const ANSWER: u64 = 16 << 20;
/// Octets of its last words that are read.
const LAST_WORDS: u64 = 4 << 10;

/// How it ended: its answer, or its last words and what ended it.
struct Ended {
    out: Vec<u8>,
    err: String,
    good: bool,
    signal: Option<i32>,
    late: bool,
}

/// Grades all of them; `done` is called whenever one more is.
pub async fn grade(
    context: &Context,
    wish: &Grade,
    found: &[Found],
    mut done: impl FnMut(usize),
) -> Result<Vec<Graded>, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::cannot(error.to_string()))?;
    let slots = Arc::new(Semaphore::new(wish.jobs()));
    let mut all: Vec<Option<Graded>> = vec![None; found.len()];
    let mut running = JoinSet::new();
    for (index, it) in found.iter().enumerate() {
        let file = it.path.display().to_string();
        let refused = it.refusal.clone().or_else(|| not_text(it));
        if let Some(refusal) = refused {
            let outcome = Outcome::Refused(refusal);
            all[index] = Some(Graded { student: it.student.clone(), file, outcome });
            continue;
        }
        let mut command = Command::new(&program);
        command.args(words(context, wish, it));
        let (slots, student) = (slots.clone(), it.student.clone());
        // The kernel holds it to its computing time; this is for one that only sleeps.
        let bound = wish.limit() * 20 + Duration::from_secs(10);
        running.spawn(async move {
            let _slot = slots.acquire_owned().await;
            let outcome = match ended(command, bound).await {
                Ok(ended) => outcome(&ended),
                Err(error) => Outcome::Refused(system(&error)),
            };
            (index, Graded { student, file, outcome })
        });
    }
    let mut count = all.iter().flatten().count();
    while let Some(next) = running.join_next().await {
        let (index, graded) = next.map_err(|error| Failure::cannot(error.to_string()))?;
        all[index] = Some(graded);
        count += 1;
        done(count);
    }
    Ok(all.into_iter().flatten().collect())
}

/// A path that cannot be said on a command line of ours.
fn not_text(found: &Found) -> Option<Refusal> {
    found
        .path
        .to_str()
        .is_none()
        .then(|| Refusal::new("no-file", "the file's name is not UTF-8", "文件名不是 UTF-8"))
}

fn words(context: &Context, wish: &Grade, found: &Found) -> Vec<OsString> {
    let lang = if context.lang == base::Lang::Zh { "zh" } else { "en" };
    let mut words: Vec<OsString> = vec!["--lang".into(), lang.into(), "grade".into()];
    let mut add = |option: &str, value: &OsString| {
        let mut word = OsString::from(format!("--{option}="));
        word.push(value);
        words.push(word);
    };
    add("one", &found.path.clone().into_os_string());
    add("student", &OsString::from(&found.student));
    add("limit", &OsString::from(wish.limit().as_secs().to_string()));
    wish.checks.iter().for_each(|checks| add("checks", &checks.into()));
    wish.seed.iter().for_each(|seed| add("seed", &seed.to_string().into()));
    wish.var.iter().for_each(|(name, value)| add("var", &format!("{name}={value}").into()));
    if found.alone {
        words.push("--alone".into());
    }
    words
}

async fn ended(mut command: Command, bound: Duration) -> std::io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // An answer is one line, and a panic's is short.
    command.kill_on_drop(true).env("RUST_BACKTRACE", "0");
    let mut child = command.spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let talk = async {
        let (out, err) = tokio::join!(read(out, ANSWER), read(err, LAST_WORDS));
        (out, err, child.wait().await)
    };
    match tokio::time::timeout(bound, talk).await {
        Ok((out, err, status)) => {
            let status = status?;
            let signal = std::os::unix::process::ExitStatusExt::signal(&status);
            let err = String::from_utf8_lossy(&err).into_owned();
            Ok(Ended { out, err, good: status.success(), signal, late: false })
        }
        Err(_) => {
            stop(&mut child).await;
            let (out, err) = (Vec::new(), String::new());
            Ok(Ended { out, err, good: false, signal: None, late: true })
        }
    }
}

async fn stop(child: &mut Child) {
    let _ = child.kill().await; // it has ended by itself: fine
}

/// So much of a stream; the rest is read and thrown away, so that nobody waits for us.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut octets = Vec::new();
    let Some(mut from) = from else { return octets };
    let _ = (&mut from).take(most).read_to_end(&mut octets).await; // what came until then
    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    octets
}

fn outcome(ended: &Ended) -> Outcome {
    if ended.good
        && let Ok(graded) = serde_json::from_slice::<Graded>(&ended.out)
    {
        return graded.outcome;
    }
    Outcome::Refused(fall(ended))
}

/// Why there is no answer.
fn fall(ended: &Ended) -> Refusal {
    if ended.signal == Some(nix::libc::SIGKILL) {
        // The kernel's last word on time, and on memory when the whole machine has none left.
        return Refusal::new(
            "too-long",
            "it took too long, or the machine ran out of memory",
            "耗时太长, 或机器内存不足",
        );
    }
    if ended.late || ended.signal == Some(nix::libc::SIGXCPU) {
        return Refusal::new(
            "too-long",
            "it took too long: more computing time than --limit allows",
            "耗时太长: 超过了 --limit 允许的计算时间",
        );
    }
    if ended.err.contains("memory allocation of") {
        let mib = MEMORY >> 20;
        return Refusal::new(
            "no-memory",
            format!("it needed more than {mib} MiB of memory"),
            format!("需要的内存超过 {mib} MiB"),
        );
    }
    if ended.err.contains("overflowed its stack") {
        return Refusal::new("too-deep", "its values are nested too deeply", "它的值嵌套得太深");
    }
    let last = ended.err.lines().next().unwrap_or_default();
    Refusal::new(
        "crashed",
        format!("grading it failed, which is a mistake of Catenet: {last}"),
        format!("评分失败, 这是 Catenet 的错误: {last}"),
    )
}

fn system(error: &std::io::Error) -> Refusal {
    let says = |lang| door::system::says(error, lang);
    Refusal::new("no-process", says(base::Lang::En), says(base::Lang::Zh))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fallen(err: &str, signal: Option<i32>) -> String {
        let ended =
            Ended { out: Vec::new(), err: err.to_owned(), good: false, signal, late: false };
        match outcome(&ended) {
            Outcome::Refused(refusal) => refusal.code,
            Outcome::Ran(_) => "ran".to_owned(),
        }
    }

    #[test]
    fn whatever_ends_a_process_is_a_reason() {
        let abort = Some(nix::libc::SIGABRT);
        assert_eq!(fallen("", Some(nix::libc::SIGXCPU)), "too-long");
        assert_eq!(fallen("", Some(nix::libc::SIGKILL)), "too-long");
        assert_eq!(fallen("memory allocation of 9 bytes failed\n", abort), "no-memory");
        assert_eq!(fallen("\nthread 'main' has overflowed its stack\n", abort), "too-deep");
        assert_eq!(fallen("thread 'main' panicked at x.rs:1\n", None), "crashed");
        let half = Ended {
            out: b"{\"student\":\"x\"".to_vec(),
            err: String::new(),
            good: true,
            signal: None,
            late: false,
        };
        assert!(matches!(outcome(&half), Outcome::Refused(_)), "half an answer is none");
    }
}
