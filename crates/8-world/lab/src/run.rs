//! A lab in virtual time: boot, script, checks, report. As fast as it goes, the same every time.

use crate::expect::Expect;
use crate::judge::{Measured, Verdict, judge};
use crate::model::{Check, Lab, When};
use crate::world::{Folder, Ground, boot};
use base::{Duration, Instant, Lang};
use capture::Capture;
use serde_json::{Value, json};
use sim::{InputError, World};

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
    /// What broke beside the checks: a script line that could not be carried out, a storm without
    /// end, an account that does not balance.
    pub faults: Vec<String>,
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
/// As [`test`].
pub fn played(lab: &Lab, options: &Options<'_>) -> Result<(Report, World), String> {
    let ground = Ground {
        seed: options.seed,
        programs: crate::programs(),
        lang: options.lang,
        folder: options.folder,
    };
    let world = boot(lab, &ground).map_err(|error| error.text(options.lang))?;
    let mut run = Run { lab, world, checks: Vec::new(), faults: Vec::new() };
    run.checks.resize(lab.checks.len(), None);
    run.play();
    let report = run.report(options);
    Ok((report, run.world))
}

/// What happens at a moment of the run, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Script(usize),
    Look(usize),
    Judge(usize),
}

struct Run<'a> {
    lab: &'a Lab,
    world: World,
    checks: Vec<Option<Judged>>,
    faults: Vec<String>,
}

impl Run<'_> {
    fn play(&mut self) {
        let end = self.end();
        for (at, moment) in self.moments(end) {
            if let Err(stuck) = self.world.run_until(at) {
                self.faults.push(stuck.to_string());
                break;
            }
            match moment {
                Moment::Script(index) => self.script(index),
                Moment::Look(index) => self.look(index),
                Moment::Judge(index) => self.judge(index),
            }
        }
        if self.faults.is_empty() {
            if let Err(stuck) = self.world.run_until(end) {
                self.faults.push(stuck.to_string());
            }
            self.faults.extend(self.world.audit().err());
        }
        (0..self.checks.len()).for_each(|index| self.judge(index));
    }

    /// When the lab is over: as the file says, or when its last check and script line are done.
    fn end(&self) -> Instant {
        if let Some(span) = self.lab.duration {
            return Instant::ZERO + span;
        }
        let span = |check: &Check| check.when.within.unwrap_or(DEFAULT_SPAN);
        let checks = self.lab.checks.iter().map(span).max().unwrap_or(DEFAULT_SPAN);
        let scripts =
            self.lab.scripts.iter().map(|script| script.at + Duration::from_secs(1)).max();
        Instant::ZERO + checks.max(scripts.unwrap_or_default())
    }

    fn moments(&self, end: Instant) -> Vec<(Instant, Moment)> {
        let mut moments = Vec::new();
        for (index, script) in self.lab.scripts.iter().enumerate() {
            let mut at = Instant::ZERO + script.at;
            while at <= end {
                moments.push((at, Moment::Script(index)));
                match script.every {
                    Some(every) if !every.is_zero() => at += every,
                    _ => break,
                }
            }
        }
        let scripted: Vec<Instant> = moments.iter().map(|(at, _)| *at).collect();
        for (index, check) in self.lab.checks.iter().enumerate() {
            if check.when.always {
                let mut at = Instant::ZERO + check.when.after.unwrap_or_default();
                moments.extend(
                    scripted
                        .iter()
                        .filter(|&&then| then >= at)
                        .map(|&then| (then, Moment::Look(index))),
                );
                while at < end {
                    moments.push((at, Moment::Look(index)));
                    at += ALWAYS_EVERY;
                }
            } else if let Some(within) = check.when.within {
                moments.push((Instant::ZERO + within, Moment::Judge(index)));
            }
        }
        moments.sort();
        moments
    }

    fn script(&mut self, index: usize) {
        let script = &self.lab.scripts[index];
        let inputs = match crate::inputs::inputs(&script.verb, self.lab) {
            Ok(inputs) => inputs,
            Err(why) => return self.faults.push(format!("`{}`: {}", script.line, why.en)),
        };
        for input in inputs {
            let done: Result<_, InputError> = self.world.handle_input(input);
            if let Err(error) = done {
                self.faults.push(format!("`{}` at {}: {error}", script.line, self.world.now()));
            }
        }
    }

    /// A check that must hold always: the first moment at which it does not is its verdict.
    fn look(&mut self, index: usize) {
        if self.checks[index].is_none() {
            let judged = self.verdict(index);
            if !judged.verdict.holds {
                self.checks[index] = Some(judged);
            }
        }
    }

    fn judge(&mut self, index: usize) {
        if self.checks[index].is_none() {
            self.checks[index] = Some(self.verdict(index));
        }
    }

    fn verdict(&self, index: usize) -> Judged {
        let Check { text, line, expect, when } = &self.lab.checks[index];
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
            faults.push(format!(
                "{missed} frames were recorded and forgotten: checks saw only the last ones"
            ));
        }
        let captures = if options.capture { captures(self.lab, world) } else { Vec::new() };
        Report {
            lab: self.lab.name.clone(),
            seed: options.seed,
            ran: world.now(),
            events: world.events_done(),
            frames: frames.len() as u64,
            digest: world.digest(),
            checks: std::mem::take(&mut self.checks).into_iter().flatten().collect(),
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

fn how(measured: &Measured, lang: Lang) -> &'static str {
    match (measured.known, measured.holds, lang) {
        (false, _, Lang::En) => "could not be measured",
        (false, _, Lang::Zh) => "无法测量",
        (true, true, Lang::En) => "held",
        (true, true, Lang::Zh) => "成立",
        (true, false, Lang::En) => "did not hold",
        (true, false, Lang::Zh) => "不成立",
    }
}

impl Report {
    /// Did everything hold?
    pub fn passed(&self) -> bool {
        self.faults.is_empty() && self.checks.iter().all(|check| check.verdict.holds)
    }

    /// For people.
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let said = if lang == Lang::Zh { &check.zh } else { &check.en };
            let said = if said.is_empty() { &check.line } else { said };
            let mark = if check.verdict.holds { "ok  " } else { "FAIL" };
            text.push_str(&format!("{mark}  {said}\n"));
            if check.verdict.holds {
                continue;
            }
            text.push_str(&match lang {
                Lang::En => format!("      {} (at {} s)\n", check.line, check.at),
                Lang::Zh => format!("      {} (在 {} 秒)\n", check.line, check.at),
            });
            for measured in &check.verdict.measured {
                let value = measured.value.get(lang);
                text.push_str(&format!(
                    "      {}: {value} - {}\n",
                    measured.what,
                    how(measured, lang)
                ));
                for frame in &measured.frames {
                    text.push_str(&format!("        {}\n", frame.get(lang)));
                }
            }
        }
        for fault in &self.faults {
            text.push_str(&format!("FAIL  {fault}\n"));
        }
        let good = self.checks.iter().filter(|check| check.verdict.holds).count();
        let bad = self.checks.len() - good + self.faults.len();
        let (name, seed, ran, frames) = (&self.lab, self.seed, self.ran, self.frames);
        text.push_str(&match lang {
            Lang::En => format!("{name}: {good} held, {bad} failed (seed {seed}, {ran} s of virtual time, {frames} frames)\n"),
            Lang::Zh => format!("{name}: {good} 项成立, {bad} 项不成立 (种子 {seed}, 虚拟时间 {ran} 秒, {frames} 帧)\n"),
        });
        text
    }

    /// For programs: one line.
    pub fn to_json(&self) -> String {
        let check = |check: &Judged| {
            let measured: Vec<Value> = check.verdict.measured.iter().map(|measured| json!({
                "what": measured.what, "value": measured.value.en, "value_zh": measured.value.zh,
                "holds": measured.holds, "known": measured.known,
                "frames": measured.frames.iter().map(|frame| &frame.en).collect::<Vec<_>>(),
            })).collect();
            json!({ "text": { "en": check.en, "zh": check.zh }, "expect": check.line, "at": check.at.as_secs_f64(),
                    "holds": check.verdict.holds, "measured": measured })
        };
        let conversation = |found: &capture::Conversation| {
            json!({
                "a": found.a.to_string(), "b": found.b.to_string(),
                "a_to_b": { "packets": found.a_to_b.packets, "bytes": found.a_to_b.bytes },
                "b_to_a": { "packets": found.b_to_a.packets, "bytes": found.b_to_a.bytes },
            })
        };
        let report = json!({
            "lab": self.lab, "seed": self.seed, "passed": self.passed(), "seconds": self.ran.as_secs_f64(),
            "events": self.events, "frames": self.frames, "digest": format!("{:032x}", self.digest),
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "faults": self.faults,
            "conversations": self.conversations.iter().map(conversation).collect::<Vec<_>>(),
        });
        format!("{report}\n")
    }
}
