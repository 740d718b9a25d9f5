//! The verbs about a running lab's clock: one grammar for the command line and for buttons.
//!
//! ```text
//! pause      resume [SPEED]
//! step [N]   step until T   step until FILTER     each with: within SPAN
//! back [N]   back to T
//! ```
//!
//! They are no inputs to the world, so a script has none of them: its clock belongs to whoever watches.
//! `T` is a time of the lab's clock: `90s`, `1500ms`, or a number of seconds. `FILTER` is the rest of the
//! line, as it stands.

use crate::diagnostic::{Complaint, text};
use crate::quantity;
use base::Duration;

/// One verb about the clock.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeVerb {
    /// Stop the clock.
    Pause,
    /// Let it go on.
    Resume {
        /// Lab seconds in a second of the wall clock; as before without it.
        speed: Option<f64>,
    },
    /// Stop it, and go a step further.
    Step {
        /// How far.
        until: Until,
        /// By no more of the lab's time than this.
        within: Option<Duration>,
    },
    /// Stop it, and go back.
    Back(HowFar),
}

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowFar {
    /// So many steps.
    Steps(u64),
    /// To this time of the lab's clock.
    Time(Duration),
}

/// How far a step goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Until {
    /// So many steps.
    Steps(u64),
    /// Until this time of the lab's clock.
    Time(Duration),
    /// Until a frame or an event passes this filter.
    Filter(String),
}

/// The names of these verbs.
pub(crate) const TIME_VERBS: &[&str] = &["pause", "resume", "step", "back"];

const BACK: &str = "back [N | to T] (back 3, back to 90s)";
const STEP: &str = "step [N | until T | until FILTER] [within SPAN]";

impl TimeVerb {
    /// Reads one line; `None` if its verb is another one.
    pub fn parse(line: &str) -> Option<Result<TimeVerb, Complaint>> {
        let start = line.len() - line.trim_start().len();
        let (verb, rest) = cut(line, start);
        let words = line.get(rest..).unwrap_or("").trim_end();
        match &line[start..verb] {
            "pause" if words.is_empty() => Some(Ok(TimeVerb::Pause)),
            "pause" => Some(Err(wrong(line, rest, "pause"))),
            "resume" => Some(resume(line, rest, words)),
            "step" => Some(step(line, rest, words)),
            "back" => Some(back(line, rest, words)),
            _ => None,
        }
    }
}

/// Where the word that begins at `start` ends, and where the next one begins.
fn cut(line: &str, start: usize) -> (usize, usize) {
    let tail = line.get(start..).unwrap_or("");
    let end = start + tail.find(char::is_whitespace).unwrap_or(tail.len());
    let after = line.get(end..).unwrap_or("");
    (end, end + after.len() - after.trim_start().len())
}

fn resume(line: &str, at: usize, words: &str) -> Result<TimeVerb, Complaint> {
    if words.is_empty() {
        return Ok(TimeVerb::Resume { speed: None });
    }
    match words.trim_end_matches('x').parse::<f64>() {
        Ok(speed) if speed.is_finite() => Ok(TimeVerb::Resume { speed: Some(speed) }),
        _ => Err(wrong(line, at, "resume 0.1")),
    }
}

fn back(line: &str, at: usize, words: &str) -> Result<TimeVerb, Complaint> {
    let time = words.strip_prefix("to").filter(|rest| rest.starts_with(char::is_whitespace));
    let how_far = match time.map(str::trim) {
        Some(time) => time_of(time).map(HowFar::Time),
        None if words.is_empty() => Some(HowFar::Steps(1)),
        None => words.parse().ok().filter(|&steps| steps > 0).map(HowFar::Steps),
    };
    how_far.map(TimeVerb::Back).ok_or_else(|| wrong(line, at, BACK))
}

fn step(line: &str, at: usize, words: &str) -> Result<TimeVerb, Complaint> {
    let (words, within) = match split_within(words) {
        Some((words, span)) => {
            let start = line.rfind(span).unwrap_or(at);
            let within = quantity::parse_duration(span).map_err(|mut it| {
                it.at = start..start + span.len();
                it
            })?;
            (words, Some(within))
        }
        None => (words, None),
    };
    let until =
        match words.strip_prefix("until").filter(|rest| rest.starts_with(char::is_whitespace)) {
            Some(goal) => goal_of(goal.trim()),
            None if words.is_empty() => Until::Steps(1),
            None => match words.parse() {
                Ok(steps @ 1..) => Until::Steps(steps),
                _ => return Err(wrong(line, at, STEP)),
            },
        };
    Ok(TimeVerb::Step { until, within })
}

/// What stands before a last `within SPAN`, and the span.
fn split_within(words: &str) -> Option<(&str, &str)> {
    let (before, span) = words.rsplit_once(char::is_whitespace)?;
    let before = before.trim_end();
    let rest = before.strip_suffix("within")?;
    (rest.is_empty() || rest.ends_with(char::is_whitespace)).then(|| (rest.trim_end(), span))
}

/// A time with its unit, or a number of seconds.
fn time_of(word: &str) -> Option<Duration> {
    let seconds = || word.parse::<f64>().ok().filter(|seconds| (0.0..1e9).contains(seconds));
    let bare = || seconds().map(|seconds| Duration::from_nanos((seconds * 1e9).round() as u64));
    quantity::parse_duration(word).ok().or_else(bare)
}

/// A time, if it is one; else a filter, without the quotes that a shell would have taken away.
fn goal_of(goal: &str) -> Until {
    if let Some(time) = time_of(goal) {
        return Until::Time(time);
    }
    let bare = goal.strip_prefix('\'').and_then(|goal| goal.strip_suffix('\''));
    Until::Filter(bare.unwrap_or(goal).to_owned())
}

fn wrong(line: &str, at: usize, form: &str) -> Complaint {
    let at = if at < line.len() { at..line.len() } else { 0..line.len() };
    Complaint::new("bad-verb", at, text("not what this verb takes", "这个动词不能这样写"))
        .help(text(format!("write: {form}"), format!("写成: {form}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<TimeVerb> {
        TimeVerb::parse(line).and_then(Result::ok)
    }

    fn step(until: Until, within: Option<u64>) -> Option<TimeVerb> {
        Some(TimeVerb::Step { until, within: within.map(Duration::from_secs) })
    }

    #[test]
    fn reads_every_form() {
        assert_eq!(parse(" pause "), Some(TimeVerb::Pause));
        assert_eq!(parse("resume"), Some(TimeVerb::Resume { speed: None }));
        assert_eq!(parse("resume 0.1"), Some(TimeVerb::Resume { speed: Some(0.1) }));
        assert_eq!(parse("resume 10x"), Some(TimeVerb::Resume { speed: Some(10.0) }));
        assert_eq!(parse("step"), step(Until::Steps(1), None));
        assert_eq!(parse("step 12 within 3s"), step(Until::Steps(12), Some(3)));
        let time = |millis| Until::Time(Duration::from_millis(millis));
        assert_eq!(parse("step until 90s"), step(time(90_000), None));
        assert_eq!(parse("step until 12.5"), step(time(12_500), None));
        let filter = |text: &str| Until::Filter(text.to_owned());
        let syn = "tcp.flags.syn == 1 && ip.dst == 10.0.2.80";
        assert_eq!(parse(&format!("step until {syn}")), step(filter(syn), None));
        assert_eq!(parse("step until 'tcp' within 5s"), step(filter("tcp"), Some(5)));
        assert_eq!(parse("back"), Some(TimeVerb::Back(HowFar::Steps(1))));
        assert_eq!(parse("back 20"), Some(TimeVerb::Back(HowFar::Steps(20))));
        let half = HowFar::Time(Duration::from_millis(500));
        assert_eq!(parse("back to 500ms"), Some(TimeVerb::Back(half)));
        assert_eq!(parse("back to 0.5"), Some(TimeVerb::Back(half)));
        assert_eq!(TimeVerb::parse("set l loss=1%"), None);
        assert_eq!(TimeVerb::parse(""), None);
    }

    #[test]
    fn says_where_it_is_wrong() {
        let wrong = |line: &str| {
            let complaint = TimeVerb::parse(line).and_then(Result::err);
            complaint.map(|complaint| (complaint.code, line[complaint.at].to_owned()))
        };
        assert_eq!(wrong("step two"), Some(("bad-verb", "two".into())));
        assert_eq!(wrong("back 0"), Some(("bad-verb", "0".into())));
        assert_eq!(wrong("back to tcp"), Some(("bad-verb", "to tcp".into())));
        assert_eq!(wrong("step 0"), Some(("bad-verb", "0".into())));
        assert_eq!(wrong("resume slowly"), Some(("bad-verb", "slowly".into())));
        assert_eq!(wrong("pause now"), Some(("bad-verb", "now".into())));
        assert!(wrong("step within 5 s").is_some());
        assert!(wrong("step 3 within soon").is_some_and(|(_, at)| at == "soon"));
    }
}
