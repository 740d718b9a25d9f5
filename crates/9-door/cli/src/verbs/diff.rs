//! `diff`: two runs side by side.
//!
//! ```text
//!   RUN = LAB | FILE | JOURNAL, then any of   ,seed=N   ,with=OVERLAY   ,student=ID   ,set=LINK K=V ..
//! ```
//!
//! Each `set` turns knobs before anything happens. A journal has its seed and lab: it takes `set` only.

use crate::args::Diff;
use crate::say::{Context, Exit, Failure, print};
use crate::verbs::grade::used;
use crate::verbs::replay;
use crate::verbs::test::load::no_overlay;
use base::Instant;
use lab::diff::{Compared, First, Side, Told, diff};
use lab::world::{BootError, Ground, boot, boot_with};
use language::Lab;
use language::diagnostic::counted;
use serde_json::{Value, json};
use service::sources;
use sim::{Input, Tape, TimedInput};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// A run as it was written.
struct Run<'a> {
    word: &'a str,
    source: &'a str,
    seed: Option<u64>,
    overlay: Option<&'a str>,
    student: Option<&'a str>,
    sets: Vec<&'a str>,
}

/// Compares; 0 when nothing differs, 1 when something does.
pub fn run(context: &Context, wish: &Diff) -> Result<Exit, Failure> {
    let until = wish.until.as_deref().map(|word| replay::time(context, word)).transpose()?;
    let (mut a, end_a) = begin(context, &parse(context, &wish.a)?)?;
    let (mut b, end_b) = begin(context, &parse(context, &wish.b)?)?;
    let end = until.unwrap_or(end_a.max(end_b));
    let enough = || used() > Duration::from_secs(wish.limit);
    let compared = diff(&mut a, &mut b, end, &enough);
    let compared = compared.map_err(|stuck| Failure::usage(stuck.text(context.lang)))?;
    if compared.enough {
        return Err(stopped(context, &compared, wish.limit));
    }
    print(&if context.json { to_json(&compared) } else { told(context, wish, &compared) })?;
    let same = compared.happens.is_none() && compared.octets.is_none();
    Ok(Exit(u8::from(!same)))
}

/// Neither alike nor not: the time was too short to tell.
fn stopped(context: &Context, compared: &Compared, limit: u64) -> Failure {
    let (until, frames, more) = (compared.until, compared.frames, limit.saturating_mul(10));
    Failure::usage(context.say(
        &format!("after {limit} s of computing time both are the same up to {until} s ({}); further: --limit {more}, or less: --until {until}s", counted(frames, "frame", "frames")),
        &format!("用了 {limit} 秒计算时间, 到 {until} 秒为止两者相同 ({frames} 帧); 继续: --limit {more}, 或者只比较到这里: --until {until}s"),
    ))
}

fn parse<'a>(context: &Context, word: &'a str) -> Result<Run<'a>, Failure> {
    let wrong = |part: &str| {
        Failure::usage(context.say(
            &format!("{word}: `{part}` is nothing that a run has; write: two-lans,seed=7 or lab.toml,with=broken or \"lab.toml,set=a--b loss=30%\" or run.journal"),
            &format!("{word}: `{part}` 不是运行的设定; 请写: two-lans,seed=7 或 lab.toml,with=broken 或 \"lab.toml,set=a--b loss=30%\" 或 run.journal"),
        ))
    };
    let mut parts = word.split(',');
    let source = parts.next().unwrap_or_default().trim();
    if source.is_empty() {
        return Err(wrong(word));
    }
    let (seed, overlay, student) = (None, None, None);
    let mut run = Run { word, source, seed, overlay, student, sets: Vec::new() };
    for part in parts {
        match part.trim().split_once('=') {
            Some(("seed", seed)) => run.seed = Some(number(context, word, seed)?),
            Some(("with", overlay)) => run.overlay = Some(overlay),
            Some(("student", student)) => run.student = Some(student),
            Some(("set", knobs)) => run.sets.push(knobs),
            _ => return Err(wrong(part)),
        }
    }
    Ok(run)
}

fn number(context: &Context, word: &str, seed: &str) -> Result<u64, Failure> {
    seed.trim().parse().map_err(|_| {
        Failure::usage(context.say(
            &format!("{word}: `{seed}` is no seed; write a whole number: seed=7"),
            &format!("{word}: `{seed}` 不是种子; 请写整数: seed=7"),
        ))
    })
}

/// A run at its first instant, and when it is over.
fn begin(context: &Context, run: &Run<'_>) -> Result<(Side, Instant), Failure> {
    let path = Path::new(run.source);
    if is_journal(path) {
        return begin_journal(context, run, path);
    }
    let loaded =
        super::up::loaded(run.source).map_err(|why| Failure::in_both(2, why, context.lang))?;
    let student = run.student.map(|id| ("student".to_owned(), id.to_owned()));
    let variables: BTreeMap<String, String> = student.into_iter().collect();
    let mut lab =
        loaded.read(&variables).map_err(|mistakes| Failure::mistakes(&mistakes, context.lang))?;
    if let Some(name) = run.overlay {
        lab = lab
            .with_overlay(name)
            .ok_or_else(|| Failure::in_both(2, no_overlay(&lab, run.source, name), context.lang))?;
    }
    let folder = |path: &str| sources::folder(loaded.folder.as_deref(), path);
    let (seed, lang) = (run.seed.unwrap_or(lab.seed), context.lang);
    let ground = Ground { seed, programs: lab::programs(), lang, folder: &folder };
    let side = side(context, run, &lab, &ground, Vec::new())?;
    Ok((side, lab::run::end_of(&lab)))
}

fn begin_journal(
    context: &Context,
    run: &Run<'_>,
    path: &Path,
) -> Result<(Side, Instant), Failure> {
    if run.seed.is_some() || run.overlay.is_some() || run.student.is_some() {
        let word = run.word;
        return Err(Failure::usage(context.say(
            &format!("{word}: a journal has its own lab and seed; only set= may follow it"),
            &format!("{word}: 日志自带实验和种子; 后面只能加 set="),
        )));
    }
    let recorded = replay::read(context, path)?;
    let lab = replay::lab_of(context, &recorded, path)?;
    let folder = |path: &str| replay::folder(&recorded.head.folders, path);
    let (seed, lang) = (recorded.head.seed, replay::lang_of(&recorded));
    let ground = Ground { seed, programs: lab::programs(), lang, folder: &folder };
    let last = recorded.inputs.last().map(TimedInput::at);
    let end = recorded.end.as_ref().map(|end| Instant::from_nanos(end.position.at_ns));
    let end = end.unwrap_or_else(|| lab::run::end_of(&lab).max(last.unwrap_or_default()));
    Ok((side(context, run, &lab, &ground, recorded.inputs)?, end))
}

fn side(
    context: &Context,
    run: &Run<'_>,
    lab: &Lab,
    ground: &Ground<'_>,
    given: Vec<TimedInput>,
) -> Result<Side, Failure> {
    let failed = |error: BootError| Failure::usage(error.text(context.lang));
    let world = boot(lab, ground).map_err(failed)?;
    let mut sets: Vec<Input> = Vec::new();
    for knobs in &run.sets {
        let line = format!("set {knobs}");
        let verb = language::Verb::parse(&line, &lab::program_names()).map_err(|complaint| {
            Failure::usage(lab::seen::explain(complaint, &line).get(context.lang).trim_end())
        })?;
        let set = lab::live::live_inputs(&verb, &line, lab, &world);
        let set = set.map_err(|why| Failure::usage(why.get(context.lang).trim_end()))?;
        sets.extend(set);
    }
    // What was asked of the first world holds in the second for its first frame, too.
    let world = match sets.is_empty() {
        true => world,
        false => boot_with(lab, ground, &mut |builder| {
            builder.first("set", sets.clone());
        })
        .map_err(failed)?,
    };
    Ok(Side::new(world, Tape::of(given)))
}

fn is_journal(path: &Path) -> bool {
    let mut beginning = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut beginning));
    read.is_ok_and(|length| door::journal::is_journal(&beginning[..length]))
}

fn told(context: &Context, wish: &Diff, compared: &Compared) -> String {
    let Compared { frames, events, until, .. } = compared;
    let mut text = context.say(
        &format!("A = {}\nB = {}\n", wish.a, wish.b),
        &format!("A = {}\nB = {}\n", wish.a, wish.b),
    );
    if let Some(first) = &compared.octets {
        text += &context.say(
            "the first octets that differ (what happens is still the same):\n",
            "最先不同的字节 (发生的事仍然相同):\n",
        );
        text += &first_text(context, first);
    }
    match &compared.happens {
        Some(first) => {
            text += &context.say(
                &format!(
                    "the first thing that happens otherwise, after {} and {} alike:\n",
                    counted(frames, "frame", "frames"),
                    counted(events, "event", "events")
                ),
                &format!("在 {frames} 帧和 {events} 个事件都相同之后, 最先不同的事:\n"),
            );
            text += &first_text(context, first);
        }
        None => {
            text += &context.say(
                &format!(
                    "the same happens until {until} s: {}, {}\n",
                    counted(frames, "frame", "frames"),
                    counted(events, "event", "events")
                ),
                &format!("到 {until} 秒为止发生的事相同: {frames} 帧, {events} 个事件\n"),
            )
        }
    }
    text
}

fn first_text(context: &Context, first: &First) -> String {
    let mut text = String::new();
    for (name, side) in ["A", "B"].into_iter().zip(&first.sides) {
        let said = match side {
            Some(Told { time, node, jack, packet, says }) => {
                let dot = if jack.is_empty() { "" } else { "." };
                format!("{time} s {node}{dot}{jack} {packet} {}", says.get(context.lang))
            }
            None => context.say("nothing of that at this time", "此时没有这件事"),
        };
        text += &format!("  {name}: {said}\n");
    }
    for why in &first.why {
        text += &context.say(&format!("  why: {}\n", why.en), &format!("  原因: {}\n", why.zh));
    }
    text
}

fn to_json(compared: &Compared) -> String {
    let told = |told: &Told| {
        json!({ "seconds": told.time.as_secs_f64(), "node": told.node, "jack": told.jack,
            "packet": told.packet, "en": told.says.en, "zh": told.says.zh })
    };
    let first = |first: &First| {
        let why: Vec<Value> =
            first.why.iter().map(|why| json!({ "en": why.en, "zh": why.zh })).collect();
        json!({ "seconds": first.time.as_secs_f64(), "a": first.sides[0].as_ref().map(told),
            "b": first.sides[1].as_ref().map(told), "why": why })
    };
    let answer = json!({
        "equal": compared.happens.is_none() && compared.octets.is_none(),
        "frames": compared.frames, "events": compared.events,
        "until": compared.until.as_secs_f64(),
        "happens": compared.happens.as_ref().map(first),
        "octets": compared.octets.as_ref().map(first),
    });
    format!("{answer}\n")
}
