//! A lab in virtual time: boot, script, checks, report. As fast as it goes, the same every time.
//!
//! Whoever runs the lab of a stranger says by [`bounded`] when it is enough: it is asked every few
//! milliseconds, and what was not judged until then is not known (`enough_is_enough`).

mod faults;
mod outcome;
mod schedule;
#[cfg(test)]
mod tests;
mod wall;

pub use faults::faults;
pub use outcome::{Ending, Judged, JudgedTask, Report};

use crate::judge::{Judging, Verdict};
use crate::world::{Folder, Ground, boot_with};
use base::{Duration, Instant, Lang};
use capture::Capture;
use language::Text;
use language::diagnostic::text;
use language::expect::Expect;
use language::model::{Check, Lab, When};
use schedule::{Moment, Schedule};
use sim::{Position, Tape, World};

/// How long a lab runs whose checks say no time and that has no `duration`.
const DEFAULT_SPAN: Duration = Duration::from_secs(10);
/// Events worked off, and frames walked over, before it is asked whether it is enough.
const SLICE: u64 = 20_000;

/// How a lab is run.
pub struct Options<'a> {
    /// The seed of all chance.
    pub seed: u64,
    /// The language of its programs.
    pub lang: Lang,
    /// Its folders' files.
    pub folder: &'a Folder<'a>,
    /// Write captures?
    pub capture: bool,
}

/// A sentence in both languages, from whoever speaks both.
fn both(says: impl Fn(Lang) -> String) -> Text {
    text(says(Lang::En), says(Lang::Zh))
}

/// Runs a lab to its end.
///
/// # Errors
/// The world could not be built.
pub fn test(lab: &Lab, options: &Options<'_>) -> Result<Report, Text> {
    played(lab, options).map(|(report, _)| report)
}

/// Runs a lab to its end, and gives its world too: what was recorded can be asked further.
///
/// # Errors
/// As [`test()`].
pub fn played(lab: &Lab, options: &Options<'_>) -> Result<(Report, World), Text> {
    bounded(lab, options, &|| false)
}

/// The same, as long as it is not `enough`: then what is not judged yet is not known.
///
/// # Errors
/// As [`test()`].
pub fn bounded(
    lab: &Lab,
    options: &Options<'_>,
    enough: &dyn Fn() -> bool,
) -> Result<(Report, World), Text> {
    bounded_with(lab, options, enough, &mut |_| ())
}

/// The same, where somebody has a last word before the world is built.
pub(crate) fn bounded_with(
    lab: &Lab,
    options: &Options<'_>,
    enough: &dyn Fn() -> bool,
    last: &mut dyn FnMut(&mut sim::WorldBuilder),
) -> Result<(Report, World), Text> {
    if let Some(why) = only_real(lab) {
        return Err(why);
    }
    run_with(lab, options, Replay::default(), enough, last)
}

/// What a lab was given from outside while it ran, to be given again.
#[derive(Debug, Default)]
pub struct Replay {
    /// The inputs.
    pub tape: Tape,
    /// When it is over.
    pub until: Until,
}

/// When a run is over.
#[derive(Clone, Copy, Debug, Default)]
pub enum Until {
    /// At the lab's own end, and not before the last input.
    #[default]
    Over,
    /// At this time.
    Time(Instant),
    /// At this very moment of a run before, which may lie in the midst of an instant.
    Moment(Position),
}

/// Runs a lab again with what it was given then. What is not judged at its end is judged there.
///
/// # Errors
/// The world could not be built.
pub fn replayed(
    lab: &Lab,
    options: &Options<'_>,
    replay: Replay,
    enough: &dyn Fn() -> bool,
) -> Result<(Report, World), Text> {
    run_with(lab, options, replay, enough, &mut |_| ())
}

fn run_with(
    lab: &Lab,
    options: &Options<'_>,
    replay: Replay,
    enough: &dyn Fn() -> bool,
    last: &mut dyn FnMut(&mut sim::WorldBuilder),
) -> Result<(Report, World), Text> {
    let ground = Ground {
        seed: options.seed,
        programs: crate::programs(),
        lang: options.lang,
        folder: options.folder,
    };
    let world = boot_with(lab, &ground, last).map_err(|error| both(|lang| error.text(lang)))?;
    let checks: Vec<&Check> =
        lab.checks.iter().chain(lab.tasks.iter().map(|task| &task.check)).collect();
    let judged = vec![None; checks.len()];
    let ended = Ending::Whole;
    let faults = Vec::new();
    let mut run = Run { lab, world, replay, played: 0, checks, judged, enough, ended, faults };
    run.play();
    let report = run.report(options);
    Ok((report, run.world))
}

/// Why a lab with a real program has no place in virtual time.
fn only_real(lab: &Lab) -> Option<Text> {
    let host = lab.real_hosts().next()?;
    let (name, command) = (&host.name, host.real.as_deref().unwrap_or_default());
    Some(text(
        format!(
            "{name} is a real program (`{command}`), which lives in real time: add --clock real"
        ),
        format!("{name} 是真实程序 (`{command}`), 只能按真实时间运行: 请加 --clock real"),
    ))
}

struct Run<'a> {
    lab: &'a Lab,
    world: World,
    replay: Replay,
    /// How many of its inputs were given.
    played: usize,
    /// The lab's checks, then what its tasks demand.
    checks: Vec<&'a Check>,
    judged: Vec<Option<Judged>>,
    enough: &'a dyn Fn() -> bool,
    ended: Ending,
    faults: Vec<Text>,
}

impl Run<'_> {
    fn play(&mut self) {
        let end = self.end();
        let (checks, scripts) = (self.checks.clone(), &self.lab.scripts);
        for (at, moment) in Schedule::new(&checks, scripts, end) {
            // A replay may end before, and what is left is judged there.
            if self.is_beyond(at, end) || !self.advance(at) {
                break;
            }
            match moment {
                Moment::Look(index) => self.look(index),
                Moment::Judge(index) => self.judge(index),
            }
        }
        if self.finish(end) {
            let unbalanced = self.world.audit().err();
            self.faults.extend(unbalanced.map(|why| text(why.clone(), format!("账目不平: {why}"))));
        }
        (0..self.checks.len()).for_each(|index| self.judge(index));
        self.faults.extend(faults(&self.world));
    }

    /// Lets everything happen until `at`; false when that cannot be, which is then a fault.
    fn advance(&mut self, at: Instant) -> bool {
        while self.ended == Ending::Whole {
            let (tape, world) = (&self.replay.tape, &mut self.world);
            let ran = tape.run_some(world, &mut self.played, at, SLICE);
            if self.is_there(ran) {
                return !self.has_enough();
            }
        }
        false
    }

    /// The last stretch.
    fn finish(&mut self, end: Instant) -> bool {
        let Until::Moment(moment) = self.replay.until else { return self.advance(end) };
        while self.ended == Ending::Whole {
            let (tape, world) = (&self.replay.tape, &mut self.world);
            let ran = tape.reach(world, &mut self.played, moment, SLICE);
            if self.is_there(ran) {
                return !self.has_enough();
            }
        }
        false
    }

    fn is_there(&mut self, ran: Result<bool, sim::Stuck>) -> bool {
        // Nobody is behind the doors of a replay.
        while self.world.poll_door_frame().is_some() {}
        match ran {
            Ok(true) => return true,
            Ok(false) => {
                self.has_enough();
            }
            Err(stuck) => {
                self.ended = Ending::Storm;
                self.faults.push(both(|lang| stuck.text(lang)));
            }
        }
        false
    }

    fn is_beyond(&self, at: Instant, end: Instant) -> bool {
        match self.replay.until {
            Until::Over => false,
            Until::Time(_) => at > end,
            Until::Moment(_) => at >= end,
        }
    }

    fn has_enough(&mut self) -> bool {
        if self.ended == Ending::Whole && (self.enough)() {
            self.ended = Ending::Enough;
            let (now, events) = (self.world.now(), self.world.events_done());
            self.faults.push(text(
                format!("it was stopped at {now} s of virtual time, after {events} events: it takes too long"),
                format!("在虚拟时间 {now} 秒, 第 {events} 个事件之后被停止: 耗时太长"),
            ));
        }
        self.ended == Ending::Enough
    }

    fn end(&self) -> Instant {
        match self.replay.until {
            Until::Over => {
                end_of(self.lab).max(self.replay.tape.goes_on_until(0).unwrap_or_default())
            }
            Until::Time(end) => end,
            Until::Moment(moment) => Instant::from_nanos(moment.at_ns),
        }
    }

    /// A check that must hold always: the first moment at which it does not is its verdict.
    fn look(&mut self, index: usize) {
        if self.judged[index].is_none() {
            let judged = self.verdict(index);
            if !judged.verdict.holds {
                self.judged[index] = Some(judged);
            }
        }
    }

    fn judge(&mut self, index: usize) {
        if self.judged[index].is_none() {
            self.judged[index] = Some(self.verdict(index));
        }
    }

    fn verdict(&mut self, index: usize) -> Judged {
        let Check { text, line, expect, when } = self.checks[index];
        let verdict = self.measured(expect, line, when);
        Judged {
            en: text.get(Lang::En).to_owned(),
            zh: text.get(Lang::Zh).to_owned(),
            line: line.clone(),
            at: self.world.now(),
            verdict,
        }
    }

    /// What is so; after enough, nothing is known any more.
    fn measured(&mut self, expect: &Expect, line: &str, when: &When) -> Verdict {
        let mut judging = Judging::begin(expect, line, when, self.lab, &self.world);
        while !self.has_enough() {
            if !judging.step(self.lab, &self.world, SLICE as usize) {
                return judging.verdict(&self.world);
            }
        }
        Verdict::default()
    }

    fn report(&mut self, options: &Options<'_>) -> Report {
        let world = &self.world;
        let faults = std::mem::take(&mut self.faults);
        let mut judged: Vec<Judged> =
            std::mem::take(&mut self.judged).into_iter().flatten().collect();
        let tasks = judged.split_off(self.lab.checks.len().min(judged.len()));
        let tasks = self.lab.tasks.iter().zip(tasks).map(|(task, judged)| JudgedTask {
            judged: Judged {
                en: task.text.get(Lang::En).to_owned(),
                zh: task.text.get(Lang::Zh).to_owned(),
                ..judged
            },
            points: task.points,
            hint: task.hint.clone(),
        });
        let tasks = tasks.collect();
        let captures = if options.capture { captures(self.lab, world) } else { Vec::new() };
        Report {
            lab: self.lab.name.clone(),
            title: self.lab.title.clone(),
            student: String::new(),
            seed: options.seed,
            ran: world.now(),
            events: world.events_done(),
            frames: world.recorder().since(0).count() as u64,
            digest: world.digest(),
            checks: judged,
            tasks,
            solving: false,
            real: false,
            ended: self.ended,
            faults,
            conversations: self.conversations(),
            captures,
        }
    }
}

impl Run<'_> {
    /// Who spoke with whom; a run that took too long takes no longer for that.
    fn conversations(&self) -> Vec<capture::Conversation> {
        if self.ended == Ending::Enough {
            return Vec::new();
        }
        let frames: Vec<Vec<u8>> =
            self.world.recorder().since(0).map(|frame| frame.octets()).collect();
        capture::conversations(frames.iter().map(Vec::as_slice))
    }
}

/// When a lab is over: as the file says, or when its last check and script line are done. A check that
/// names no time is judged at the end, and has its span after its `after`.
pub fn end_of(lab: &Lab) -> Instant {
    if let Some(span) = lab.duration {
        return Instant::ZERO + span;
    }
    let span = |check: &Check| {
        let open = || check.when.after.unwrap_or_default() + DEFAULT_SPAN;
        check.when.within.unwrap_or_else(open)
    };
    let checks = lab.checks.iter().chain(lab.tasks.iter().map(|task| &task.check)).map(span).max();
    let scripts = lab.scripts.iter().map(|script| script.at + Duration::from_secs(1)).max();
    Instant::ZERO + checks.unwrap_or(DEFAULT_SPAN).max(scripts.unwrap_or_default())
}

fn captures(lab: &Lab, world: &World) -> Vec<(String, Vec<u8>)> {
    let mut written = vec![(lab.name.clone(), write(Capture::everything(), world))];
    for wish in &lab.captures {
        let name = match &wish.place {
            language::model::Place::Link(name) | language::model::Place::Node(name) => name.clone(),
            language::model::Place::Jack(end) => format!("{}.{}", end.node, end.jack),
        };
        if let Some(capture) = Capture::named(world, &name) {
            written.push((wish.name.clone(), write(capture, world)));
        }
    }
    written
}

fn write(mut capture: Capture, world: &World) -> Vec<u8> {
    let mut octets = Vec::new();
    capture.write_new(world, &mut octets);
    octets
}
