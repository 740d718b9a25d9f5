//! `replay`: a journal again, in virtual time, judged.

use crate::args::Replay;
use crate::say::{Context, Exit, Failure, print, tell};
use crate::verbs::grade::used;
use crate::verbs::test::write;
use base::{Instant, Lang};
use door::journal::{self, Folders, Recorded};
use lab::run::{Ending, Options, Until, replayed};
use language::{Lab, quantity};
use sim::Tape;
use std::path::Path;
use std::time::Duration;

/// Runs it; 1 when a check failed, or when other bytes came out than were recorded.
pub fn run(context: &Context, wish: &Replay) -> Result<Exit, Failure> {
    let mut recorded = read(context, &wish.journal)?;
    let lab = lab_of(context, &recorded, &wish.journal)?;
    let until = wish.until.as_deref().map(|word| time(context, word)).transpose()?;
    let folders = &recorded.head.folders;
    let options = Options {
        seed: recorded.head.seed,
        lang: lang_of(&recorded),
        folder: &|path| folder(folders, path),
        capture: wish.capture.is_some(),
    };
    let until = match (until, &recorded.end) {
        (Some(time), _) => Until::Time(time),
        (None, Some(end)) => Until::Moment(end.position),
        (None, None) => Until::Over,
    };
    let tape = Tape::of(std::mem::take(&mut recorded.inputs));
    let replay = lab::run::Replay { tape, until };
    let enough = || used() > Duration::from_secs(wish.limit);
    let (report, _) = replayed(&lab, &options, replay, &enough)
        .map_err(|why| Failure::in_both(2, why, context.lang))?;
    if let Some(folder) = &wish.capture {
        for (name, octets) in &report.captures {
            write(context, &folder.join(format!("{name}.pcapng")), octets)?;
        }
    }
    print(&if context.json { report.to_json() } else { report.text(context.lang) })?;
    let whole = matches!(until, Until::Moment(_)) && report.ended == Ending::Whole;
    if report.ended == Ending::Enough {
        let more = wish.limit.saturating_mul(10);
        let (en, zh) =
            (format!("more time: --limit {more}\n"), format!("更多时间: --limit {more}\n"));
        tell(&context.say(&en, &zh));
    }
    let digest = recorded.end.as_ref().and_then(|end| end.digest.as_deref());
    let (hashed, digest) = (digest.is_some(), digest.filter(|_| whole));
    let bytes = match digest {
        Some(digest) if digest == format!("{:032x}", report.digest) => Bytes::Same,
        Some(_) => Bytes::Other,
        None if hashed => Bytes::Unasked,
        None => Bytes::Unknown,
    };
    tell(&told(context, &recorded, bytes));
    Ok(Exit(u8::from(!report.passed() || bytes == Bytes::Other)))
}

/// What is known of the bytes that came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bytes {
    Same,
    Other,
    /// The journal holds no hash.
    Unknown,
    /// It has one, of another moment than where this run ended.
    Unasked,
}

/// What became of it, beside its checks.
fn told(context: &Context, recorded: &Recorded, bytes: Bytes) -> String {
    let mut text = match bytes {
        Bytes::Same => context.say("the same bytes as recorded\n", "与记录的字节完全相同\n"),
        Bytes::Other => context.say(
            "OTHER bytes than recorded: another version of catenet, or a journal that was changed\n",
            "与记录的字节不同: catenet 版本不同, 或者日志被改过\n",
        ),
        Bytes::Unknown => context.say(
            "no hash in this journal: bytes were not compared\n",
            "日志中没有校验值: 字节未作比较\n",
        ),
        Bytes::Unasked => String::new(),
    };
    if !recorded.complete {
        text += &context.say(
            "the journal breaks off: this is what it holds\n",
            "日志不完整: 以上是其中保存的部分\n",
        );
    }
    text
}

/// Reads a journal.
pub fn read(context: &Context, path: &Path) -> Result<Recorded, Failure> {
    let failed =
        |error| Failure { code: 2, ..Failure::of_system(&path.display(), &error, context.lang) };
    let file = std::fs::File::open(path).map_err(failed)?;
    journal::read(std::io::BufReader::new(file)).map_err(|error| {
        Failure::usage(format!("{}: {}", path.display(), error.text(context.lang)))
    })
}

/// Its lab; a journal from hostile hands may hold a bad one.
pub fn lab_of(context: &Context, recorded: &Recorded, path: &Path) -> Result<Lab, Failure> {
    let lab = lab::read_lab(recorded.head.text.as_bytes(), &path.display().to_string());
    lab.map_err(|mistakes| Failure::mistakes(&mistakes, context.lang))
}

/// The language of its programs, whose words are bytes, too.
pub fn lang_of(recorded: &Recorded) -> Lang {
    if recorded.head.lang == "zh" { Lang::Zh } else { Lang::En }
}

/// Its files; a journal of the first version has those of the gallery.
pub fn folder(folders: &Folders, path: &str) -> Vec<(String, Vec<u8>)> {
    match folders.get(path) {
        Some(files) => files.clone(),
        None => lab::gallery::folder(path),
    }
}

/// A time of the lab's clock.
pub fn time(context: &Context, word: &str) -> Result<Instant, Failure> {
    let span = quantity::parse_duration(word);
    let span = span.map_err(|_| {
        Failure::usage(context.say(
            &format!("--until {word}: write a time with its unit: 90s, 1500ms"),
            &format!("--until {word}: 请写带单位的时间: 90s, 1500ms"),
        ))
    })?;
    Ok(Instant::ZERO + span)
}
