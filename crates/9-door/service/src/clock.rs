//! A lab's clock: pause, resume, speed, step, back.
//!
//! A step, and a way back, is a state of the lab's thread, which goes on reading its letters; its answer comes when it
//! has ended, and giving the answer up calls it off.

use crate::answers::{Answer, OfBody, OfClock, OfLab, OfService};
use crate::api::{Back, Clock, More, Problem, SetClock, Step, Stepped, WentBack};
use crate::conversations;
use crate::extract::{Json, Path};
use crate::frames::{followed, frame_line};
use crate::http::Service;
use crate::labs::RunningLab;
use crate::stream;
use crate::watching::event_line;
use axum::extract::State;
use axum::response::Response;
use base::{Duration, Instant, Lang};
use core::ops::Range;
use door::clock::{By, ClockError, Fits, Goal, News, Wanted};
use door::driver::Running;
use door::journal::whole;
use door::rewind::MOST_STEPS as MOST_BACK;
use lab::seen::StreamFilter;
use language::TimeVerb;
use language::time_verb::{HowFar, Until};
use sim::World;
use std::sync::Arc;
use tokio::sync::oneshot;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Frames and events of a step that its answer tells, of each.
const MOST_LINES: u64 = 64;
/// By how much lab time a step goes on when its wish says nothing.
const WITHIN: Duration = Duration::from_secs(60);
/// Steps in one wish.
const MOST_STEPS: u64 = 1_000_000;
/// The latest time that can be written, in seconds.
const LATEST: f64 = 1e9;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(look_at_clock, set_clock))
        .routes(routes!(step))
        .routes(routes!(back))
        .routes(routes!(journal))
}

/// Look at the clock
#[utoipa::path(get, path = "/labs/{lab}/clock", tag = "time",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Clock), OfLab))]
async fn look_at_clock(
    State(service): State<Service>,
    Path(lab): Path<String>,
) -> Answer<axum::Json<Clock>> {
    let lab = service.labs.find(Some(&lab))?;
    lab.ask(|running| of(running)).await.map(axum::Json)
}

/// Pause, resume, set the speed
#[utoipa::path(post, path = "/labs/{lab}/clock", tag = "time", request_body = SetClock,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Clock), OfLab, OfBody, OfClock))]
async fn set_clock(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(wish): Json<SetClock>,
) -> Answer<axum::Json<Clock>> {
    hold(&service.labs.find(Some(&lab))?, &wish).await.map(axum::Json)
}

/// Pause, and go a step further
#[utoipa::path(post, path = "/labs/{lab}/clock/step", tag = "time", request_body = Step,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, description = "It has ended.", body = Stepped), OfLab, OfBody, OfClock))]
async fn step(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(wish): Json<Step>,
) -> Answer<axum::Json<Stepped>> {
    go(&service.labs.find(Some(&lab))?, &wish).await.map(axum::Json)
}

/// Pause, and go back: by replay of all that the lab was given, while it goes on answering
#[utoipa::path(post, path = "/labs/{lab}/clock/back", tag = "time", request_body = Back,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, description = "It stands there.", body = WentBack), OfLab, OfBody, OfClock,
        OfService))]
async fn back(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(wish): Json<Back>,
) -> Answer<axum::Json<WentBack>> {
    go_back(&service.labs.find(Some(&lab))?, &wish).await.map(axum::Json)
}

/// The lab's journal: all that rebuilds it, and all that it was given until now
#[utoipa::path(get, path = "/labs/{lab}/journal", tag = "time",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, description = "A journal, as `replay` reads it.", body = Vec<u8>,
        content_type = "application/octet-stream"), OfLab, OfClock, OfService))]
async fn journal(State(service): State<Service>, Path(lab): Path<String>) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let past = lab.ask(|running| running.past()).await?.map_err(|error| refused(&error))?;
    let head = lab.head.clone();
    // Up to 64 MiB to write: not on the thread of the interface.
    let write = move || whole(&head, &past.inputs, past.position, past.digest);
    let written = tokio::task::spawn_blocking(write).await.map_err(std::io::Error::other);
    let octets = written.and_then(|written| written).map_err(|error| {
        Problem::new("internal", error.to_string(), door::system::says(&error, Lang::Zh))
    })?;
    Ok(stream::answer("application/octet-stream", octets.into()))
}

/// Carries out a verb about the clock. What a step met is told by `step` alone.
pub async fn carry_out(lab: &Arc<RunningLab>, verb: TimeVerb) -> Result<(), Problem> {
    match verb {
        TimeVerb::Pause => hold(lab, &SetClock { run: Some(false), speed: None }).await.map(drop),
        TimeVerb::Resume { speed } => {
            hold(lab, &SetClock { run: Some(true), speed }).await.map(drop)
        }
        TimeVerb::Step { until, within } => go(lab, &wish(until, within)).await.map(drop),
        TimeVerb::Back(how_far) => go_back(lab, &wish_back(how_far)).await.map(drop),
    }
}

/// The verb `back` as a request.
pub fn wish_back(how_far: HowFar) -> Back {
    match how_far {
        HowFar::Steps(steps) => Back { events: Some(steps), to: None },
        HowFar::Time(time) => Back { events: None, to: Some(time.as_secs_f64()) },
    }
}

/// A step's verb as a request.
pub fn wish(until: Until, within: Option<Duration>) -> Step {
    let within = within.map(Duration::as_secs_f64);
    let wish = Step { within, ..Step::default() };
    match until {
        Until::Steps(steps) => Step { events: Some(steps), ..wish },
        Until::Time(time) => Step { until: Some(time.as_secs_f64()), ..wish },
        Until::Filter(filter) => Step { filter: Some(filter), ..wish },
    }
}

/// A running lab's clock, for people.
pub fn of(running: &Running) -> Clock {
    view(&running.clock())
}

fn view(clock: &door::clock::Clock) -> Clock {
    Clock {
        seconds: clock.now.as_secs_f64(),
        nanos: clock.now.as_nanos(),
        running: clock.running,
        speed: clock.speed,
        behind_ms: clock.behind.as_millis(),
        next_seconds: clock.next.map(Instant::as_secs_f64),
        recorded_seconds: clock.recorded.map(Instant::as_secs_f64),
        rewound: clock.rewound,
        cannot_stop: clock.joined.clone(),
    }
}

/// Why a clock stays as it is, for people.
pub fn refused(error: &ClockError) -> Problem {
    Problem::new(error.code(), error.text(Lang::En), error.text(Lang::Zh))
}

async fn hold(lab: &Arc<RunningLab>, wish: &SetClock) -> Result<Clock, Problem> {
    let (run, speed) = (wish.run, wish.speed);
    let set = move |running: &mut Running| running.set_clock(run, speed).map(|()| of(running));
    lab.ask(set).await?.map_err(|error| refused(&error))
}

async fn go(lab: &Arc<RunningLab>, wish: &Step) -> Result<Stepped, Problem> {
    let (goal, within) = goal(lab, wish).await?;
    let (tell, told) = oneshot::channel();
    // Dropped with this answer, when whoever asked has gone: then nobody wants the step any more.
    let wanted = Wanted::default();
    let flag = wanted.flag();
    let begun = lab.ask(move |running| {
        let told = move |world: &World, stepped| {
            let _ = tell.send(tell_of(world, &stepped)); // nobody waits any more: fine
        };
        running.step(goal, within, flag, Box::new(told))
    });
    begun.await?.map_err(|error| refused(&error))?;
    let stepped = told.await.map_err(|_| lab.gone());
    drop(wanted);
    stepped
}

async fn go_back(lab: &Arc<RunningLab>, wish: &Back) -> Result<WentBack, Problem> {
    let how_far = match (wish.events, wish.to) {
        (None, Some(seconds)) => door::clock::Back::To(Instant::ZERO + span("to", seconds)?),
        (steps, None) => match steps.unwrap_or(1) {
            steps @ 1..=MOST_BACK => door::clock::Back::Steps(steps),
            steps => {
                return Err(bad(
                    &format!("{steps} is no number of steps back: write 1 to {MOST_BACK}"),
                    &format!("后退步数 {steps} 不行: 请写 1 到 {MOST_BACK}"),
                ));
            }
        },
        _ => return Err(bad("back has one goal: events or to", "后退只有一个目标: events 或 to")),
    };
    let (tell, told) = oneshot::channel();
    let wanted = Wanted::default(); // as in `go`
    let flag = wanted.flag();
    let talks = lab.talks.clone();
    let begun = lab.ask(move |running| {
        let told = move |_: &World, stepped: door::clock::Stepped| {
            // Who spoke with whom is read anew, also where nobody waits for the answer any more.
            conversations::forget(&talks);
            let clock = view(&stepped.clock);
            let _ = tell.send(WentBack { clock, by: stepped.by.name().to_owned() });
        };
        running.back(how_far, flag, Box::new(told))
    });
    begun.await?.map_err(|error| refused(&error))?;
    let went = told.await.map_err(|_| lab.gone());
    drop(wanted);
    went
}

/// What a step runs towards, and by how much lab time at most.
async fn goal(lab: &Arc<RunningLab>, wish: &Step) -> Result<(Goal, Option<Duration>), Problem> {
    let within = wish.within.map(|seconds| span("within", seconds)).transpose()?;
    let bounded = within.or(Some(WITHIN));
    match (wish.events, wish.until, wish.filter.as_deref()) {
        (None, Some(seconds), None) => {
            Ok((Goal::Until(Instant::ZERO + span("until", seconds)?), within))
        }
        (None, None, Some(filter)) => Ok((Goal::Fits(fits(lab, filter).await?), bounded)),
        (steps, None, None) => match steps.unwrap_or(1) {
            steps @ 1..=MOST_STEPS => Ok((Goal::Count(steps), bounded)),
            steps => Err(bad(
                &format!("{steps} is no number of steps: write 1 to {MOST_STEPS}"),
                &format!("步数 {steps} 不行: 请写 1 到 {MOST_STEPS}"),
            )),
        },
        _ => Err(bad(
            "a step has one goal: events, until or filter",
            "一步只有一个目标: events, until 或 filter",
        )),
    }
}

fn span(what: &str, seconds: f64) -> Result<Duration, Problem> {
    if (0.0..=LATEST).contains(&seconds) {
        return Ok(Duration::from_nanos((seconds * 1e9).round() as u64));
    }
    Err(bad(
        &format!("{what} = {seconds}: write seconds, from 0 to {LATEST}"),
        &format!("{what} = {seconds}: 请写秒数, 0 到 {LATEST}"),
    ))
}

fn bad(en: &str, zh: &str) -> Problem {
    Problem::new("bad-request", en, zh)
}

async fn fits(lab: &Arc<RunningLab>, filter: &str) -> Result<Fits, Problem> {
    let filter =
        StreamFilter::parse(filter).map_err(|why| Problem::new("bad-filter", why.en, why.zh))?;
    let filter = followed(lab, filter).await?;
    Ok(Box::new(move |world, news| match news {
        News::Frame(frame) => filter.passes_recorded(world, &frame),
        News::Event(event) => filter.passes_event_beside_frames(world, &event),
    }))
}

fn tell_of(world: &World, stepped: &door::clock::Stepped) -> Stepped {
    let newest = |all: &Range<u64>| all.end.saturating_sub(MOST_LINES).max(all.start)..all.end;
    let (log, recorder) = (world.events(), world.recorder());
    let span = newest(&stepped.events);
    let lines = span.clone().zip(log.since(span.start));
    let events: Vec<_> = lines.map(|(number, event)| event_line(world, &event, number)).collect();
    let frames: Vec<_> = newest(&stepped.frames)
        .filter_map(|sequence| recorder.get(sequence))
        .map(|frame| frame_line(world, &frame))
        .collect();
    let more = More {
        frames: stepped.frames.end - stepped.frames.start - frames.len() as u64,
        events: stepped.events.end - stepped.events.start - events.len() as u64,
    };
    // Of a filter the one that it lets pass, of other steps the last ones.
    let fits = stepped.by == By::Filter;
    let frame = stepped.frame.and_then(|sequence| recorder.get(sequence));
    let frame = frame.map(|frame| frame_line(world, &frame));
    let event = stepped.event.and_then(|number| Some((number, log.since(number).next()?)));
    let event = event.map(|(number, event)| event_line(world, &event, number));
    Stepped {
        clock: view(&stepped.clock),
        by: stepped.by.name().to_owned(),
        frame: if fits { frame } else { frames.last().cloned() },
        event: if fits { event } else { events.last().cloned() },
        frames,
        events,
        more,
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
