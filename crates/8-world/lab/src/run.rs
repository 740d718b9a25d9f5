//! A lab in virtual time: boot, script, checks, report. As fast as it goes, the same every time.

use crate::Text;
use crate::diagnostic::text;
use crate::expect::Expect;
use crate::judge::{Verdict, judge};
use crate::model::{Check, Lab, When};
use crate::world::{Folder, Ground, boot};
use base::{Duration, Instant, Lang};
use capture::Capture;
use sim::World;

/// How long a lab runs whose checks say no time and that has no `duration`.
const DEFAULT_SPAN: Duration = Duration::from_secs(10);
/// How often a check that must hold always is looked at, beside every script line.
const ALWAYS_EVERY: Duration = Duration::from_millis(100);

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

/// One check's outcome.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the file says about it, English.
    pub en: String,
    /// Chinese.
    pub zh: String,
    /// The expression.
    pub line: String,
    /// When it was judged.
    pub at: Instant,
    /// The verdict.
    pub verdict: Verdict,
}

/// One task's outcome.
#[derive(Clone, Debug)]
pub struct JudgedTask {
    /// Its text, and how it was judged.
    pub judged: Judged,
    /// What it brings.
    pub points: u32,
    /// A nudge; may be empty.
    pub hint: Text,
}

/// A sentence in both languages, from whoever speaks both.
fn both(says: impl Fn(Lang) -> String) -> Text {
    text(says(Lang::En), says(Lang::Zh))
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Report {
    /// The lab.
    pub lab: String,
    /// The seed.
    pub seed: u64,
    /// Virtual time that passed.
    pub ran: Instant,
    /// Events worked off.
    pub events: u64,
    /// Frames recorded at all jacks.
    pub frames: u64,
    /// The hash of all frames: equal seeds, equal digests.
    pub digest: u128,
    /// Its checks in the order of the file.
    pub checks: Vec<Judged>,
    /// Its tasks, in the order of the file.
    pub tasks: Vec<JudgedTask>,
    /// The lab bears its solution: the tasks decide, not the checks, which hold as shipped.
    pub solving: bool,
    /// What broke beside the checks: a script line that could not be carried out, a storm without
    /// end, an account that does not balance.
    pub faults: Vec<Text>,
    /// TCP conversations over all jacks.
    pub conversations: Vec<capture::Conversation>,
    /// Captures by name.
    pub captures: Vec<(String, Vec<u8>)>,
}

/// Runs a lab to its end.
///
/// # Errors
/// The world could not be built.
pub fn test(lab: &Lab, options: &Options<'_>) -> Result<Report, String> {
    played(lab, options).map(|(report, _)| report)
}

/// Runs a lab to its end, and gives its world too: what was recorded can be asked further.
///
/// # Errors
/// As [`test()`].
pub fn played(lab: &Lab, options: &Options<'_>) -> Result<(Report, World), String> {
    let ground = Ground {
        seed: options.seed,
        programs: crate::programs(),
        lang: options.lang,
        folder: options.folder,
    };
    let world = boot(lab, &ground).map_err(|error| error.text(options.lang))?;
    let checks: Vec<&Check> =
        lab.checks.iter().chain(lab.tasks.iter().map(|task| &task.check)).collect();
    let judged = vec![None; checks.len()];
    let mut run = Run { lab, world, checks, judged, faults: Vec::new() };
    run.play();
    let report = run.report(options);
    Ok((report, run.world))
}

/// What happens at a moment of the run, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Look(usize),
    Judge(usize),
}

struct Run<'a> {
    lab: &'a Lab,
    world: World,
    /// The lab's checks, then what its tasks demand.
    checks: Vec<&'a Check>,
    judged: Vec<Option<Judged>>,
    faults: Vec<Text>,
}

impl Run<'_> {
    fn play(&mut self) {
        let end = self.end();
        for (at, moment) in self.moments(end) {
            if let Err(stuck) = self.world.run_until(at) {
                self.faults.push(both(|lang| stuck.text(lang)));
                break;
            }
            match moment {
                Moment::Look(index) => self.look(index),
                Moment::Judge(index) => self.judge(index),
            }
        }
        if self.faults.is_empty() {
            if let Err(stuck) = self.world.run_until(end) {
                self.faults.push(both(|lang| stuck.text(lang)));
            }
            let unbalanced = self.world.audit().err();
            self.faults.extend(unbalanced.map(|why| text(why.clone(), format!("账目不平: {why}"))));
        }
        (0..self.checks.len()).for_each(|index| self.judge(index));
        let kept = self.world.refused().count() as u64;
        let gone = self.world.refusals() - kept;
        if gone > 0 {
            self.faults.push(text(
                format!("{gone} script lines before these could not be carried out either"),
                format!("在这些之前还有 {gone} 行脚本无法执行"),
            ));
        }
        for refused in self.world.refused() {
            let (line, time, why) = (&refused.name, refused.time, &refused.why);
            self.faults.push(text(
                format!("`{line}` at {time} s: {}", why.text(Lang::En)),
                format!("`{line}` 在 {time} 秒: {}", why.text(Lang::Zh)),
            ));
        }
    }

    /// When the lab is over: as the file says, or when its last check and script line are done. A
    /// check that names no time is judged at the end, and has its span after its `after`.
    fn end(&self) -> Instant {
        if let Some(span) = self.lab.duration {
            return Instant::ZERO + span;
        }
        let span = |check: &&Check| {
            let open = || check.when.after.unwrap_or_default() + DEFAULT_SPAN;
            check.when.within.unwrap_or_else(open)
        };
        let checks = self.checks.iter().map(span).max().unwrap_or(DEFAULT_SPAN);
        let scripts =
            self.lab.scripts.iter().map(|script| script.at + Duration::from_secs(1)).max();
        Instant::ZERO + checks.max(scripts.unwrap_or_default())
    }

    fn moments(&self, end: Instant) -> Vec<(Instant, Moment)> {
        let scripted = self.scripted(end);
        let mut moments = Vec::new();
        for (index, check) in self.checks.iter().enumerate() {
            let last = check.when.within.map_or(end, |within| Instant::ZERO + within);
            if check.when.always {
                let mut at = Instant::ZERO + check.when.after.unwrap_or_default();
                let looked = scripted.iter().filter(|&&then| then >= at && then <= last);
                moments.extend(looked.map(|&then| (then, Moment::Look(index))));
                while at < last {
                    moments.push((at, Moment::Look(index)));
                    at += ALWAYS_EVERY;
                }
            }
            if check.when.within.is_some() {
                moments.push((last, Moment::Judge(index)));
            }
        }
        moments.sort();
        moments
    }

    /// When script lines are carried out. One that comes again faster than a check that holds always is
    /// looked at anyway counts at its first time only: a million looks would say no more.
    fn scripted(&self, end: Instant) -> Vec<Instant> {
        let mut times = Vec::new();
        for script in &self.lab.scripts {
            let mut at = Instant::ZERO + script.at;
            while at <= end {
                times.push(at);
                match script.every {
                    Some(every) if every >= ALWAYS_EVERY => at += every,
                    _ => break,
                }
            }
        }
        times
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

    fn verdict(&self, index: usize) -> Judged {
        let Check { text, line, expect, when } = self.checks[index];
        let (expect, when): (&Expect, &When) = (expect, when);
        Judged {
            en: text.get(Lang::En).to_owned(),
            zh: text.get(Lang::Zh).to_owned(),
            line: line.clone(),
            at: self.world.now(),
            verdict: judge(expect, line, when, self.lab, &self.world),
        }
    }

    fn report(&mut self, options: &Options<'_>) -> Report {
        let world = &self.world;
        let frames: Vec<Vec<u8>> = world.recorder().since(0).map(sim::Recorded::octets).collect();
        let missed = world.recorder().missed(0);
        let mut faults = std::mem::take(&mut self.faults);
        if missed > 0 {
            faults.push(text(
                format!(
                    "{missed} frames were recorded and forgotten: checks saw only the last ones"
                ),
                format!("{missed} 帧已被遗忘: 检查只看到了最后的那些"),
            ));
        }
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
            seed: options.seed,
            ran: world.now(),
            events: world.events_done(),
            frames: frames.len() as u64,
            digest: world.digest(),
            checks: judged,
            tasks,
            solving: false,
            faults,
            conversations: capture::conversations(frames.iter().map(Vec::as_slice)),
            captures,
        }
    }
}

fn captures(lab: &Lab, world: &World) -> Vec<(String, Vec<u8>)> {
    let mut written = vec![(lab.name.clone(), write(Capture::everything(), world))];
    for wish in &lab.captures {
        let name = match &wish.place {
            crate::Place::Link(name) | crate::Place::Node(name) => name.clone(),
            crate::Place::Jack(end) => format!("{}.{}", end.node, end.jack),
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
