//! A running lab's clock as people hold it: stopped, at a speed, or one step further.
//!
//! A **step** runs the world until at least one new frame or event is recorded; other goals are so
//! many of them, a time, or the first one that fits. It is as fast as the machine is, and a state of the
//! driver: letters are read between its slices, so that a step without end can be called off.
//!
//! **Back** is a replay: the lab boots anew and is given its inputs again, up to the wished moment, while
//! the world of now goes on answering questions. Forward again is the same bytes, for the inputs that
//! are still to come come again by themselves, until somebody gives another one.
//!
//! While a real program is joined the clock is the wall's: its kernel's timers do not wait for ours.

use base::{Duration, Instant, Lang};
use core::ops::Range;
use sim::{Recorded, World};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use trace::Event;

pub use crate::pace::SPEEDS;

/// A clock, looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// The lab's time.
    pub now: Instant,
    /// Does it run? A step in progress is no running.
    pub running: bool,
    /// Lab seconds in a second of the wall clock, while it runs.
    pub speed: f64,
    /// How far the world is behind where it should be.
    pub behind: Duration,
    /// When something happens next by itself.
    pub next: Option<Instant>,
    /// After going back: when the last input comes that comes again by itself. A new one drops them.
    pub recorded: Option<Instant>,
    /// How often the lab went back: numbers of frames and events from before mean others now.
    pub rewound: u64,
    /// Joined hosts, by name: while there are any, the clock is the wall's.
    pub joined: Vec<String>,
}

/// Why a clock stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub enum ClockError {
    /// Real programs are joined, these hosts: they live in real time.
    RealTime(Vec<String>),
    /// A speed outside [`SPEEDS`].
    BadSpeed(f64),
    /// A step to a time that is over: where the clock stands.
    Over(Instant),
    /// Back to a time that has not come yet: where the clock stands.
    NotYet(Instant),
    /// More came in from outside than is kept: the way back is lost.
    TooMuch,
    /// Nobody knows how to boot this lab anew.
    NoWayBack,
}

impl ClockError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            ClockError::RealTime(_) => "real-time",
            ClockError::BadSpeed(_) => "bad-speed",
            ClockError::Over(_) => "time-over",
            ClockError::NotYet(_) => "time-not-yet",
            ClockError::TooMuch => "too-much-input",
            ClockError::NoWayBack => "no-way-back",
        }
    }

    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        let (slowest, fastest) = (SPEEDS.start(), SPEEDS.end());
        match (self, lang) {
            (ClockError::RealTime(hosts), Lang::En) => format!(
                "real programs are joined and live in real time ({}): the clock cannot be paused, changed, stepped or taken back; end them first",
                hosts.join(", ")
            ),
            (ClockError::RealTime(hosts), Lang::Zh) => format!(
                "有真实程序加入 ({}), 它们活在真实时间里: 时钟不能暂停, 变速, 单步或后退; 请先结束它们",
                hosts.join(", ")
            ),
            (ClockError::BadSpeed(speed), Lang::En) => {
                format!(
                    "{speed} is no speed: write a number from {slowest} to {fastest} (1 is real time)"
                )
            }
            (ClockError::BadSpeed(speed), Lang::Zh) => {
                format!("{speed} 不是速度: 请写 {slowest} 到 {fastest} 之间的数 (1 是真实时间)")
            }
            (ClockError::Over(now), Lang::En) => {
                format!("the lab's clock stands at {now} s already: write a later time")
            }
            (ClockError::Over(now), Lang::Zh) => {
                format!("实验的时钟已经是 {now} 秒: 请写更晚的时间")
            }
            (ClockError::NotYet(now), Lang::En) => {
                format!("the lab's clock stands at {now} s only; forward: step until T")
            }
            (ClockError::NotYet(now), Lang::Zh) => {
                format!("实验的时钟才到 {now} 秒; 前进请用: step until T")
            }
            (ClockError::TooMuch, lang) => too_much(lang),
            (ClockError::NoWayBack, Lang::En) => "this lab cannot be booted anew".to_owned(),
            (ClockError::NoWayBack, Lang::Zh) => "这个实验无法重新启动".to_owned(),
        }
    }
}

fn too_much(lang: Lang) -> String {
    let most = sim::Tape::BOUND >> 20;
    match lang {
        Lang::En => format!(
            "more than {most} MiB of inputs came into this lab (frames of joined programs, mostly): its way back is not kept any more; a lab started anew has one"
        ),
        Lang::Zh => format!(
            "进入这个实验的输入超过了 {most} MiB (多半是加入的程序的帧), 回到过去所需的记录已不再保留; 重新启动的实验才有"
        ),
    }
}

/// Something new that was recorded.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// A frame at a jack.
    Frame(Recorded<'a>),
    /// An event.
    Event(Event),
}

/// Is this the one?
pub type Fits = Box<dyn FnMut(&World, News<'_>) -> bool + Send>;

/// What a step runs towards.
pub enum Goal {
    /// So many steps (at least 1).
    Count(u64),
    /// This time.
    Until(Instant),
    /// The first frame or event that fits.
    Fits(Fits),
}

/// Why a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// It made as many as it should.
    Count,
    /// It is that time.
    Time,
    /// One fits.
    Filter,
    /// Its bound of lab time is reached.
    Limit,
    /// Nothing will ever happen by itself.
    Quiet,
    /// It is the beginning; of a way back.
    Start,
    /// Somebody paused, resumed, stepped anew, or gave the answer up.
    Stopped,
}

impl By {
    /// A stable word for scripts.
    pub fn name(self) -> &'static str {
        match self {
            By::Count => "count",
            By::Time => "time",
            By::Filter => "filter",
            By::Limit => "limit",
            By::Quiet => "quiet",
            By::Start => "start",
            By::Stopped => "stopped",
        }
    }
}

/// A step that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Stepped {
    /// Why.
    pub by: By,
    /// The clock then.
    pub clock: Clock,
    /// Numbers of the frames that it recorded.
    pub frames: Range<u64>,
    /// Numbers of the events that it recorded.
    pub events: Range<u64>,
    /// The frame that fits, if one did.
    pub frame: Option<u64>,
    /// The event that fits, if one did.
    pub event: Option<u64>,
}

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// So many steps (at least 1).
    Steps(u64),
    /// To the end of this instant.
    To(Instant),
}

/// Told when the step has ended, on the lab's thread.
pub type Told = Box<dyn FnOnce(&World, Stepped) + Send>;

/// Keeps a step wanted: once this is dropped, the step is called off.
#[derive(Debug, Default)]
pub struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// What the step looks at.
    pub fn flag(&self) -> CalledOff {
        CalledOff(self.0.clone())
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whether nobody waits for a step any more.
#[derive(Clone, Debug)]
pub struct CalledOff(Arc<AtomicBool>);

impl CalledOff {
    /// Does nobody wait?
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
