//! Digests of a running lab: one look each 200 ms for all who listen, none while nobody does.
//!
//! The look is a letter to the lab's thread that does bounded work: at most `MOST_LOOKS` entries per
//! filter, backwards from the newest, and no longer than `LONGEST_LOOK`. What it finds becomes text on
//! a thread of the service, once per filter, and lies in a watch channel: readers share it, a reader
//! that does not come for it finds the next one there. What all of it may cost is in the [`Purse`].
//!
//! Invariants: a lab without readers is not asked (`a_lab_is_asked_only_while_somebody_listens`); a
//! reader's messages and what it is told to have skipped add up to what happened
//! (`what_is_told_and_what_is_skipped_add_up`).

use crate::api::{Clock, EventLine, FrameLine, LinkState, Live, NodeState, Problem, Skipped};
use crate::labs::RunningLab;
use crate::purse::{Meter, Purse, own_cpu_nanos};
use crate::{clock, frames, look, watching};
use axum::extract::ws::Utf8Bytes;
use door::driver::Running;
use lab::seen::StreamFilter;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// Time between two looks.
const BEAT: Duration = Duration::from_millis(200);
/// Beats without news after which a message is sent all the same, so that clocks stay together.
const QUIET_BEATS: u32 = 5;
/// Lines of a kind in one digest.
const MOST_LINES: usize = 60;
/// The same while telling costs more than it may: nobody reads more at that pace, and 60 lines are a
/// message of 40 KB for each reader.
const FEW_LINES: usize = 15;
/// Entries of a log looked at in one look.
const MOST_LOOKS: usize = 2048;
/// Frames that a filter's walk passes in one look.
const FOLLOWED_A_BEAT: usize = 4096;
/// How long one filter's look may take; the entry at which it is over is the last.
const LONGEST_LOOK: Duration = Duration::from_millis(1);
/// Filters of one lab at once.
const MOST_FILTERS: usize = 16;
/// Readers of one lab at once.
const MOST_READERS: usize = 128;

/// Who listens to one lab.
#[derive(Default)]
pub struct Board {
    channels: Mutex<Channels>,
    readers: Arc<AtomicUsize>,
    /// What its readers cost.
    pub meter: Meter,
}

#[derive(Default)]
struct Channels {
    of: BTreeMap<String, Channel>,
    /// Is there a task that looks?
    beats: bool,
}

/// The readers of one filter.
struct Channel {
    filter: Arc<StreamFilter>,
    news: watch::Sender<Option<Arc<Digest>>>,
}

/// What readers of one filter share.
struct Digest {
    /// The message for a reader that has missed nothing.
    text: Utf8Bytes,
    /// How much of the message's beginning says what was skipped.
    head: usize,
    /// What happened before the digest, counted since the channel began.
    before: Skipped,
    /// The same, after it.
    after: Skipped,
    /// What the digest itself tells.
    told: Skipped,
}

/// A reader's place; dropping it makes room for another.
struct Seat(Arc<AtomicUsize>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Reads the digests of one filter at its own pace.
pub struct Reader {
    news: watch::Receiver<Option<Arc<Digest>>>,
    /// What it knows of, told or skipped; none: it has just come.
    known: Option<Skipped>,
    _seat: Seat,
}

/// Begins to listen to a lab.
///
/// # Errors
/// `bad-filter`, `full`.
pub fn listen(lab: &Arc<RunningLab>, filter: &str) -> Result<Reader, Problem> {
    let board = &lab.live;
    let seat = Seat(board.readers.clone());
    if board.readers.fetch_add(1, Ordering::AcqRel) >= MOST_READERS {
        return Err(full());
    }
    Ok(Reader { news: subscribe(lab, filter)?, known: None, _seat: seat })
}

impl Reader {
    /// The next message; none when the lab has ended.
    pub async fn next(&mut self) -> Option<Utf8Bytes> {
        loop {
            self.news.changed().await.ok()?;
            let digest = self.news.borrow_and_update().clone();
            if let Some(digest) = digest {
                let text = digest.for_reader(self.known);
                self.known = Some(digest.after);
                return Some(text);
            }
        }
    }

    /// Turns to another filter.
    ///
    /// # Errors
    /// `bad-filter`, `full`; then it stays where it is.
    pub fn turn(&mut self, lab: &Arc<RunningLab>, filter: &str) -> Result<(), Problem> {
        self.news = subscribe(lab, filter)?;
        self.known = None;
        Ok(())
    }
}

impl Digest {
    fn for_reader(&self, known: Option<Skipped>) -> Utf8Bytes {
        let Some(known) = known.filter(|known| *known != self.before) else {
            return self.text.clone();
        };
        let skipped = Skipped {
            frames: self.after.frames - known.frames - self.told.frames,
            events: self.after.events - known.events - self.told.events,
        };
        (head(&skipped) + self.text.get(self.head..).unwrap_or_default()).into()
    }
}

/// How a message begins: its first field is what was skipped.
fn head(skipped: &Skipped) -> String {
    // Plain data always has a JSON form.
    format!("{{\"skipped\":{}", serde_json::to_string(skipped).unwrap_or_default())
}

fn full() -> Problem {
    Problem::new(
        "full",
        "this lab has as many live readers or filters as it can have; close one",
        "此实验的实时读者或过滤器已达上限; 请关闭一个",
    )
}

fn subscribe(
    lab: &Arc<RunningLab>,
    filter: &str,
) -> Result<watch::Receiver<Option<Arc<Digest>>>, Problem> {
    let filter = filter.trim();
    let parsed =
        StreamFilter::parse(filter).map_err(|why| Problem::new("bad-filter", why.en, why.zh))?;
    let mut channels = lab.live.lock();
    if !channels.of.contains_key(filter) && channels.of.len() >= MOST_FILTERS {
        // Those that nobody reads any more are gone at the next beat; they must not count.
        channels.of.retain(|_, channel| channel.news.receiver_count() > 0);
        if channels.of.len() >= MOST_FILTERS {
            return Err(full());
        }
    }
    let channel = channels
        .of
        .entry(filter.to_owned())
        .or_insert_with(|| Channel { filter: Arc::new(parsed), news: watch::Sender::new(None) });
    let mut news = channel.news.subscribe();
    news.mark_changed(); // what the others know already is news to it
    if !channels.beats {
        channels.beats = true;
        tokio::spawn(lab.live.meter.on(beat(lab.clone())));
    }
    Ok(news)
}

/// A filter's state between two looks.
struct Watch {
    filter: Arc<StreamFilter>,
    /// Where the next look begins; none: at the newest, since there was none yet.
    from: Option<Cursors>,
    /// What was told or skipped since the channel began.
    happened: Skipped,
    /// Beats since the last digest.
    quiet: u32,
}

/// What all filters share of one look.
#[derive(Clone, Default)]
struct State {
    /// None before the first look.
    clock: Option<Clock>,
    links: Vec<LinkState>,
    nodes: Vec<NodeState>,
    /// Made from the names of nodes and cables.
    shape: u64,
}

impl State {
    fn nanos(&self) -> Option<u64> {
        self.clock.as_ref().map(|clock| clock.nanos)
    }

    /// Is the clock held as it was: running or not, at which speed, free to stop or not?
    fn is_held_as(&self, other: &State) -> bool {
        let how = |state: &State| {
            let clock = state.clock.as_ref()?;
            Some((clock.running, clock.speed, clock.cannot_stop.clone()))
        };
        how(self) == how(other)
    }
}

/// The numbers that the next event and the next frame will have.
#[derive(Clone, Copy)]
struct Cursors {
    events: u64,
    frames: u64,
}

impl Cursors {
    fn at_end(running: &Running) -> Cursors {
        let world = &running.world;
        Cursors { events: world.events().next(), frames: world.recorder().next() }
    }
}

/// What one look found for one filter.
struct Found {
    events: Newest<EventLine>,
    frames: Newest<FrameLine>,
    next: Cursors,
}

/// Lines of one kind, oldest first, and how many entries before them were not looked at.
struct Newest<L> {
    lines: Vec<L>,
    unseen: u64,
}

impl<L> Newest<L> {
    const NOTHING: Newest<L> = Newest { lines: Vec::new(), unseen: 0 };
}

/// What is new in the state since the look before.
#[derive(Clone, Copy)]
struct Changes {
    topology: u64,
    /// Has anything changed but the time?
    any: bool,
    /// Has time passed?
    time: bool,
}

/// Looks at the lab while somebody listens.
async fn beat(lab: Arc<RunningLab>) {
    let mut ticks = tokio::time::interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut watches: BTreeMap<String, Watch> = BTreeMap::new();
    let mut last = State::default();
    let mut topology = 0;
    let mut purse = Purse::new(lab.live.meter.clone());
    let mut looks_nanos = 0;
    let mut lines = MOST_LINES;
    loop {
        ticks.tick().await;
        let Some(heard) = lab.live.heard() else { return };
        watches.retain(|filter, _| heard.contains_key(filter));
        for (text, filter) in heard {
            watches.entry(text).or_insert_with(|| Watch::new(filter));
        }
        let wanted: Vec<_> =
            watches.values().map(|watch| (watch.filter.clone(), watch.from)).collect();
        let meter = lab.live.meter.clone();
        let looked = lab.ask(move |running| {
            let began = own_cpu_nanos();
            let end = Cursors::at_end(running);
            let look = |(filter, from): &(Arc<StreamFilter>, Option<Cursors>)| {
                find(running, filter, from.unwrap_or(end), lines)
            };
            let (state, found) =
                meter.spend(|| (state(running), wanted.iter().map(look).collect::<Vec<Found>>()));
            (state, found, began, own_cpu_nanos())
        });
        let Ok((now, found, began, ended)) = looked.await else { return lab.live.close() };
        looks_nanos += ended - began;
        topology += u64::from(now.shape != last.shape);
        let changes = Changes {
            topology,
            any: now.links != last.links || now.nodes != last.nodes || !now.is_held_as(&last),
            time: now.nanos() != last.nanos(),
        };
        for ((text, watch), found) in watches.iter_mut().zip(found) {
            if let Some(digest) = watch.digest(found, &now, changes) {
                lab.live.publish(text, digest);
            }
        }
        last = now;
        let wait = purse.balance(ended - looks_nanos);
        lines = if wait.is_zero() { MOST_LINES } else { FEW_LINES };
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The filters that somebody reads; none: nobody does, and whoever comes next starts the task.
    fn heard(&self) -> Option<BTreeMap<String, Arc<StreamFilter>>> {
        let mut channels = self.lock();
        channels.of.retain(|_, channel| channel.news.receiver_count() > 0);
        channels.beats = !channels.of.is_empty();
        let filters =
            channels.of.iter().map(|(text, channel)| (text.clone(), channel.filter.clone()));
        channels.beats.then(|| filters.collect())
    }

    fn publish(&self, filter: &str, digest: Digest) {
        if let Some(channel) = self.lock().of.get(filter) {
            channel.news.send_replace(Some(Arc::new(digest)));
        }
    }

    /// The lab has ended: readers see their channels close.
    fn close(&self) {
        *self.lock() = Channels::default();
    }
}

impl Watch {
    fn new(filter: Arc<StreamFilter>) -> Watch {
        Watch { filter, from: None, happened: Skipped::default(), quiet: QUIET_BEATS }
    }

    /// The digest of what was found; none when there is nothing to tell.
    fn digest(&mut self, found: Found, now: &State, changes: Changes) -> Option<Digest> {
        let first = self.from.replace(found.next).is_none();
        let Found { events, frames, .. } = found;
        let skipped = Skipped { frames: frames.unseen, events: events.unseen };
        let told = Skipped { frames: frames.lines.len() as u64, events: events.lines.len() as u64 };
        let news =
            first || changes.any || skipped != Skipped::default() || told != Skipped::default();
        self.quiet += 1;
        let due = changes.time && self.quiet >= QUIET_BEATS;
        if !news && !due {
            return None;
        }
        self.quiet = 0;
        let before = self.happened;
        self.happened.events += told.events + skipped.events;
        self.happened.frames += told.frames + skipped.frames;
        let live = Live {
            skipped,
            clock: now.clock.clone()?,
            links: now.links.clone(),
            nodes: now.nodes.clone(),
            topology: changes.topology,
            frames: frames.lines,
            events: events.lines,
        };
        let text = serde_json::to_string(&live).ok()?;
        let head = head(&skipped).len();
        Some(Digest { text: text.into(), head, before, after: self.happened, told })
    }
}

/// Cables and nodes as they are: on the lab's thread.
fn state(running: &Running) -> State {
    let world = &running.world;
    let clock = Some(clock::of(running));
    let mut shape = DefaultHasher::new();
    let links: Vec<LinkState> = world.cables().map(|cable| look::link_state(&cable)).collect();
    let nodes: Vec<NodeState> = world
        .nodes()
        .map(|node| NodeState { name: node.name.to_owned(), powered: node.powered })
        .collect();
    links.iter().for_each(|link| link.name.hash(&mut shape));
    nodes.iter().for_each(|node| node.name.hash(&mut shape));
    State { clock, links, nodes, shape: shape.finish() }
}

/// The newest lines that a filter lets pass: on the lab's thread, so bounded in number and in time.
fn find(running: &Running, filter: &StreamFilter, from: Cursors, most: usize) -> Found {
    let world = &running.world;
    let (log, recorder) = (world.events(), world.recorder());
    if filter.follow(world, FOLLOWED_A_BEAT) {
        // Not yet known: the same will be looked at again at the next beat.
        return Found { events: Newest::NOTHING, frames: Newest::NOTHING, next: from };
    }
    let events = newest(log.next(), from.events, log.since(from.events), most, |number, event| {
        filter.passes_event(world, &event).then(|| watching::event_line(world, &event, number))
    });
    let since = recorder.since(from.frames);
    let frames = newest(recorder.next(), from.frames, since, most, |_, frame| {
        let passes = filter.passes_recorded(world, &frame);
        passes.then(|| frames::frame_line(world, &frame))
    });
    Found { events, frames, next: Cursors::at_end(running) }
}

/// The last of what `look` makes of the entries from `from` to `next`; `since` is those still kept.
fn newest<T, L>(
    next: u64,
    from: u64,
    since: impl DoubleEndedIterator<Item = T>,
    most: usize,
    look: impl Fn(u64, T) -> Option<L>,
) -> Newest<L> {
    let began = Instant::now();
    let (mut lines, mut number) = (Vec::new(), next);
    for entry in since.rev().take(MOST_LOOKS) {
        if lines.len() == most || began.elapsed() > LONGEST_LOOK {
            break;
        }
        number -= 1;
        lines.extend(look(number, entry));
    }
    lines.reverse();
    Newest { lines, unseen: number.saturating_sub(from) }
}

#[cfg(test)]
#[path = "pulse_tests.rs"]
mod tests;
