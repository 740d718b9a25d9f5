//! `pause`, `step`, `resume`, `back`: the lab's clock.

use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure, print};
use crate::verbs::watch::event_text;
use base::Lang;
use language::TimeVerb;
use language::diagnostic::counted;
use service::api::{Clock, FrameLine, SetClock, Step, Stepped, WentBack};
use service::clock::{wish, wish_back};

/// Lines of a step that are printed: what fits on a screen.
const MOST_LINES: usize = 20;

/// Stops the clock.
pub fn pause(context: &Context) -> Result<Exit, Failure> {
    hold(context, &SetClock { run: Some(false), speed: None })
}

/// Lets it go on.
pub fn resume(context: &Context, speed: Option<f64>) -> Result<Exit, Failure> {
    hold(context, &SetClock { run: Some(true), speed })
}

fn hold(context: &Context, wish: &SetClock) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let clock: Clock = client.post_for(&format!("/labs/{lab}/clock"), wish).await?;
        match context.json {
            true => print(&format!("{}\n", serde_json::json!(clock)))?,
            false => print(&format!("{}\n", stands(context, &clock)))?,
        }
        Ok(Exit::DONE)
    })
}

/// Steps, and says what happened.
pub fn step(context: &Context, words: &[String]) -> Result<Exit, Failure> {
    let step = read(context, words)?;
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let stepped: Stepped = client.post_for(&format!("/labs/{lab}/clock/step"), &step).await?;
        if context.json {
            print(&format!("{}\n", serde_json::json!(stepped)))?;
            return Ok(Exit::DONE);
        }
        print(&told(context, &stepped, step.filter.as_deref()))?;
        Ok(Exit::DONE)
    })
}

/// Goes back, and says where the clock stands.
pub fn back(context: &Context, words: &[String]) -> Result<Exit, Failure> {
    let wish = match read_line(context, "back", words)? {
        TimeVerb::Back(how_far) => wish_back(how_far),
        _ => return Err(no_way(context)),
    };
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let went: WentBack = client.post_for(&format!("/labs/{lab}/clock/back"), &wish).await?;
        match context.json {
            true => print(&format!("{}\n", serde_json::json!(went)))?,
            false => print(&went_text(context, &went))?,
        }
        Ok(Exit::DONE)
    })
}

fn went_text(context: &Context, went: &WentBack) -> String {
    let why = match (went.by.as_str(), context.lang) {
        ("start", Lang::En) => "; this is the beginning",
        ("start", Lang::Zh) => "; 这里是开头",
        ("stopped", Lang::En) => "; not gone back: somebody else did something",
        ("stopped", Lang::Zh) => "; 没有后退: 有人做了别的事",
        _ => "",
    };
    let to_come = went.clock.recorded_seconds.map_or_else(String::new, |seconds| {
        context.say(
            &format!("what was done until {seconds:.6} s comes again by itself (step, resume); a change drops it\n"),
            &format!("此后到 {seconds:.6} 秒为止做过的事会自行重演 (step, resume); 有新的改动则作废\n"),
        )
    });
    format!("{}{why}\n{to_come}", stands(context, &went.clock))
}

fn read(context: &Context, words: &[String]) -> Result<Step, Failure> {
    match read_line(context, "step", words)? {
        TimeVerb::Step { until, within } => Ok(wish(until, within)),
        _ => Err(no_way(context)),
    }
}

/// The words in the grammar of verb lines: what the shell took as one word is a filter's own text.
fn read_line(context: &Context, verb: &str, words: &[String]) -> Result<TimeVerb, Failure> {
    let line = format!("{verb} {}", words.join(" "));
    let wrong = |complaint| {
        let said = lab::seen::explain(complaint, &line);
        Failure::usage(said.get(context.lang).trim_end())
    };
    TimeVerb::parse(&line).ok_or_else(|| no_way(context))?.map_err(wrong)
}

fn no_way(context: &Context) -> Failure {
    Failure::usage(context.say("say how far", "请说明走多远"))
}

fn told(context: &Context, stepped: &Stepped, filter: Option<&str>) -> String {
    let mut text = String::new();
    let lines = lines(context, stepped);
    let all = stepped.more.events + stepped.more.frames + lines.len() as u64;
    if let Some(filter) = filter.filter(|_| stepped.by != "filter") {
        // Hundreds of lines that were not asked for would hide that.
        text += &context.say(
            &format!(
                "-- none of {} passes: {filter}\n",
                counted(all, "frame or event", "frames and events")
            ),
            &format!("-- {all} 个帧和事件都不符合: {filter}\n"),
        );
    } else {
        let shown = lines.len().min(MOST_LINES);
        let more = all - shown as u64;
        if more > 0 {
            let en = format!(
                "-- {} before these\n",
                counted(more, "frame or event", "frames and events")
            );
            text += &context.say(&en, &format!("-- 更早的 {more} 个帧和事件\n"));
        }
        for line in &lines[lines.len() - shown..] {
            text += line;
            text.push('\n');
        }
    }
    let why = match (stepped.by.as_str(), context.lang) {
        ("limit", Lang::En) => "; its bound is reached (longer: within SPAN)",
        ("limit", Lang::Zh) => "; 到达上限 (更久: within 时长)",
        ("quiet", Lang::En) => "; nothing will happen by itself",
        ("quiet", Lang::Zh) => "; 不会再自行发生任何事",
        ("stopped", Lang::En) => "; somebody else holds the clock",
        ("stopped", Lang::Zh) => "; 时钟已被他人操作",
        _ => "",
    };
    format!("{text}{}{why}\n", stands(context, &stepped.clock))
}

/// Frames and events by time; at one time what was recorded of a frame stands before what was decided.
fn lines(context: &Context, stepped: &Stepped) -> Vec<String> {
    let frames = stepped.frames.iter().map(|frame| (frame.nanos, frame_text(context, frame)));
    let events = stepped.events.iter().map(|event| (event.nanos, event_text(context, event)));
    let mut all: Vec<(u64, String)> = frames.chain(events).collect();
    all.sort_by_key(|(nanos, _)| *nanos);
    all.into_iter().map(|(_, line)| line).collect()
}

/// A frame on one line, in the columns of an event's.
fn frame_text(context: &Context, frame: &FrameLine) -> String {
    let FrameLine { seconds, node, jack, packet, protocol, src, dst, .. } = frame;
    let place = format!("{node}.{jack}");
    let info = context.say(&frame.info.en, &frame.info.zh);
    let way = match (frame.direction.as_str(), context.lang) {
        ("in", Lang::En) => "in",
        ("in", Lang::Zh) => "进",
        (_, Lang::En) => "out",
        (_, Lang::Zh) => "出",
    };
    let what = format!("{way} {protocol}");
    format!("{seconds:>12.6} {place:<12} {packet:<10} {what:<24} {src} > {dst} {info}")
}

/// Where the clock stands.
fn stands(context: &Context, clock: &Clock) -> String {
    let Clock { seconds, running, speed, .. } = clock;
    match (running, *speed == 1.0) {
        (false, _) => context
            .say(&format!("paused at {seconds:.6} s"), &format!("已暂停, 时钟 {seconds:.6} 秒")),
        (true, true) => context
            .say(&format!("runs, at {seconds:.6} s"), &format!("运行中, 时钟 {seconds:.6} 秒")),
        (true, false) => context.say(
            &format!("runs at {speed} of real time, at {seconds:.6} s"),
            &format!("以 {speed} 倍速运行, 时钟 {seconds:.6} 秒"),
        ),
    }
}
