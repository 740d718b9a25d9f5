//! A lab's clock: a pause holds the time exactly, a handshake is seen step by step, going on is no jump.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods)] // a test of the wall clock

use base::{Duration, Instant};
use catenet_door::clock::{Back, By, Clock, ClockError, Fits, Goal, News, Stepped, Wanted};
use catenet_door::driver::{Driver, Running};
use catenet_door::journal::{self, Head, Journal};
use catenet_door::rewind::Again;
use lab::seen::{StreamFilter, Walk};
use lab::world::{Ground, boot};
use sim::{Input, InputError, World};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration as Span, Instant as Wall};

const STORM: &str = "lab = \"storm\"\nlinks = [\"pc1 - sw1\", \"sw1 - sw2\", \"sw1 - sw2\"]\n\
    [switches]\nsw1 = {}\nsw2 = {}\n[hosts.pc1]\nip = \"10.0.0.1/24\"\nrun = \"ping -c 1 10.0.0.9\"\n";
const QUIET: &str = "lab = \"quiet\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\na = \"lan\"\n";

fn world(text: &str) -> World {
    let lab = lab::read_lab(text.as_bytes(), "x.toml");
    let lab = lab.unwrap_or_else(|wrong| panic!("{}", language::render(&wrong, base::Lang::En)));
    let folder = &lab::gallery::folder;
    let ground = Ground { seed: 7, programs: lab::programs(), lang: base::Lang::En, folder };
    boot(&lab, &ground).expect("boots")
}

fn two_lans() -> World {
    world(lab::gallery::text("two-lans").expect("built in"))
}

fn drive(world: World) -> Driver {
    Driver::start("test", world, None, None, |_| ()).expect("a thread")
}

/// What the lab's thread says, which must come soon.
fn ask<R: Send + 'static>(
    driver: &Driver,
    question: impl FnOnce(&mut Running) -> R + Send + 'static,
) -> R {
    let (tell, told) = mpsc::channel();
    driver.mailbox().ask(question, move |said| drop(tell.send(said))).expect("it runs");
    told.recv_timeout(Span::from_secs(20)).expect("an answer")
}

fn clock(driver: &Driver) -> Clock {
    ask(driver, |running| running.clock())
}

fn set(driver: &Driver, run: Option<bool>, speed: Option<f64>) -> Result<(), ClockError> {
    ask(driver, move |running| running.set_clock(run, speed))
}

/// Begins a step; how it ends comes later.
fn begin(
    driver: &Driver,
    goal: Goal,
    within: Option<Duration>,
) -> (Wanted, mpsc::Receiver<Stepped>) {
    let (tell, told) = mpsc::channel();
    let wanted = Wanted::default();
    let flag = wanted.flag();
    let begun = ask(driver, move |running| {
        running.step(goal, within, flag, Box::new(move |_, stepped| drop(tell.send(stepped))))
    });
    begun.expect("nobody is joined");
    (wanted, told)
}

fn step(driver: &Driver, goal: Goal, within: Option<Duration>) -> Stepped {
    let (_wanted, told) = begin(driver, goal, within);
    told.recv_timeout(Span::from_secs(20)).expect("it ends")
}

fn fits(filter: &str) -> Fits {
    let filter = StreamFilter::parse(filter).expect("a filter");
    let mut walk = Walk::default();
    Box::new(move |world, news| match news {
        News::Frame(frame) => filter.passes_frame(&mut walk, world, &frame),
        News::Event(event) => filter.passes_event_beside_frames(world, &event),
    })
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_pause_holds_the_time_exactly_and_going_on_is_no_jump() {
    let driver = drive(two_lans());
    std::thread::sleep(Span::from_millis(100));
    set(&driver, Some(false), None).expect("alone");
    let (held, done) = ask(&driver, |running| (running.clock(), running.world.events_done()));
    assert!(held.now >= Instant::ZERO + Duration::from_millis(90) && !held.running, "{held:?}");
    std::thread::sleep(Span::from_millis(300));
    let (still, done_still) =
        ask(&driver, |running| (running.clock(), running.world.events_done()));
    assert_eq!((still.now, done_still), (held.now, done));
    let went = Wall::now();
    set(&driver, Some(true), None).expect("alone");
    std::thread::sleep(Span::from_millis(50));
    let on = clock(&driver);
    let (passed, most) = (on.now - held.now, Duration::from(went.elapsed()));
    assert!(passed >= Duration::from_millis(50) && passed <= most, "{passed} of {most}");
    assert_eq!(ask(&driver, |running| running.lateness()), Duration::ZERO);
}

#[test]
fn a_handshake_is_seen_segment_by_segment() {
    let driver = drive(two_lans());
    // Between pc1's first fetch and its second, which begins at 2 s.
    step(&driver, Goal::Until(Instant::ZERO + seconds(1)), None);
    let mut flags = Vec::new();
    for _ in 0..3 {
        let at_pc1 = "jack == \"pc1.eth0\" && tcp";
        let stepped = step(&driver, Goal::Fits(fits(at_pc1)), Some(seconds(60)));
        assert_eq!((stepped.by, stepped.clock.running), (By::Filter, false));
        let sequence = stepped.frame.expect("a frame");
        flags.push(ask(&driver, move |running| {
            let frame = running.world.recorder().get(sequence).expect("kept");
            assert_eq!(frame.time, running.clock().now);
            let octets = frame.octets();
            octets[47] & 0b11_0010 // behind 14 octets of Ethernet and 20 of IP: the flags
        }));
    }
    assert_eq!(flags, [0b00_0010, 0b01_0010, 0b01_0000], "SYN, then SYN and ACK, then ACK");
    // Single steps: each records something, and time never falls.
    let mut before = clock(&driver).now;
    for _ in 0..40 {
        let stepped = step(&driver, Goal::Count(1), Some(seconds(60)));
        assert_eq!(stepped.by, By::Count);
        assert!(!stepped.frames.is_empty() || !stepped.events.is_empty());
        assert!(stepped.clock.now >= before);
        before = stepped.clock.now;
    }
    let fifty = step(&driver, Goal::Count(50), Some(seconds(60)));
    let news = fifty.frames.end - fifty.frames.start + fifty.events.end - fifty.events.start;
    assert!(fifty.by == By::Count && news >= 50, "{fifty:?}");
    ask(&driver, |running| running.world.audit()).expect("balanced");
}

#[test]
fn a_step_has_its_bounds() {
    let driver = drive(two_lans());
    set(&driver, Some(false), None).expect("alone");
    let began = clock(&driver).now;
    let never = || Goal::Fits(fits("tcp.port == 9"));
    let limited = step(&driver, never(), Some(seconds(30)));
    assert_eq!((limited.by, limited.clock.now), (By::Limit, began + seconds(30)));
    let until = step(&driver, Goal::Until(began + seconds(31)), None);
    assert_eq!((until.by, until.clock.now), (By::Time, began + seconds(31)));
    let over = ask(&driver, |running| {
        let goal = Goal::Until(Instant::ZERO);
        running.step(goal, None, Wanted::default().flag(), Box::new(|_, _| ()))
    });
    assert_eq!(over, Err(ClockError::Over(until.clock.now)));
    // A step without end is called off by whoever pauses, and by whoever gives its answer up.
    let (_wanted, told) = begin(&driver, never(), None);
    set(&driver, Some(false), None).expect("alone");
    assert_eq!(told.recv_timeout(Span::from_secs(5)).expect("it ends").by, By::Stopped);
    let (wanted, told) = begin(&driver, never(), None);
    drop(wanted);
    assert_eq!(told.recv_timeout(Span::from_secs(5)).expect("it ends").by, By::Stopped);
    let quiet = drive(world(QUIET));
    let nothing = step(&quiet, Goal::Count(1_000), Some(seconds(60)));
    assert!(matches!(nothing.by, By::Quiet | By::Limit), "{nothing:?}");
}

#[test]
fn letters_are_answered_while_a_step_runs() {
    let driver = drive(two_lans());
    let (_wanted, told) = begin(&driver, Goal::Fits(fits("tcp.port == 9")), None);
    let slowest = (0..50).map(|_| {
        let asked = Wall::now();
        ask(&driver, |_| ());
        asked.elapsed()
    });
    let slowest = slowest.max().expect("fifty");
    // 5 ms on a machine of one's own; others compile on this one.
    assert!(slowest < Span::from_millis(100), "{slowest:?}");
    assert!(told.try_recv().is_err(), "it is still on its way");
}

#[test]
fn a_storm_that_is_paused_stays_paused() {
    let driver = drive(world(STORM));
    std::thread::sleep(Span::from_millis(300));
    set(&driver, Some(false), None).expect("alone");
    let look = |running: &mut Running| {
        (running.clock().now, running.world.recorder().next(), running.world.events_done())
    };
    let held = ask(&driver, look);
    assert!(held.1 > 1000, "a storm: {held:?}");
    std::thread::sleep(Span::from_millis(200));
    assert_eq!(ask(&driver, look), held);
    // What the storm was late is forgiven: it goes on from where it stood.
    set(&driver, Some(true), Some(0.001)).expect("alone");
    let now = clock(&driver);
    assert!(now.behind < Duration::from_millis(5) && now.now - held.0 < seconds(1), "{now:?}");
}

#[test]
fn a_clock_has_a_speed() {
    let driver = drive(world(QUIET));
    for wrong in [0.0, -1.0, 0.0009, 101.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(set(&driver, None, Some(wrong)), Err(ClockError::BadSpeed(_))), "{wrong}");
    }
    let began = clock(&driver).now;
    set(&driver, None, Some(100.0)).expect("alone");
    std::thread::sleep(Span::from_millis(100));
    let fast = clock(&driver).now;
    assert!(fast - began >= seconds(10), "{}", fast - began);
    set(&driver, Some(true), Some(0.01)).expect("alone");
    let slow = clock(&driver).now;
    std::thread::sleep(Span::from_millis(100));
    let span = clock(&driver).now - slow;
    assert!(span >= Duration::from_millis(1) && span < Duration::from_millis(50), "{span}");
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(octets);
        Ok(octets.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Pauses, steps into the midst of an instant, speeds: the journal knows the world's time alone, and
/// its replay is the same world.
#[test]
fn a_journal_of_a_lab_that_was_stopped_and_stepped_replays() {
    let sink = Sink::default();
    let head = Head { lab: "two-lans".into(), seed: 7, ..Head::default() };
    let journal = Journal::begin(Box::new(sink.clone()), &head).expect("a sink");
    let driver = Driver::start("test", two_lans(), Some(journal), None, |_| ()).expect("a thread");
    let exec = |node: &str, words: &[&str]| Input::Exec {
        node: node.to_owned(),
        program: words[0].to_owned(),
        args: words[1..].iter().map(|&word| word.to_owned()).collect(),
        label: None,
        every_ns: None,
    };
    let ping = exec("pc2", &["ping", "-c", "3", "10.0.2.80"]);
    ask(&driver, move |running| running.input(ping)).expect("runs");
    set(&driver, Some(false), None).expect("alone");
    for turn in 0..60u64 {
        step(&driver, Goal::Count(1 + turn % 5), Some(seconds(1)));
        let cable = "pc1--office".to_owned();
        let input = match turn % 4 {
            0 => Input::Cut { cable },
            1 => Input::Mend { cable },
            2 => exec("pc1", &["curl", "http://10.0.2.80/"]),
            _ => exec("web", &["ping", "-c", "1", "192.168.1.2"]),
        };
        ask(&driver, move |running| running.input(input)).expect("done");
    }
    set(&driver, Some(true), Some(20.0)).expect("alone");
    std::thread::sleep(Span::from_millis(100));
    set(&driver, Some(false), None).expect("alone");
    let (now, digest, events) = ask(&driver, |running| {
        let world = &mut running.world;
        world.run_until(world.now()).expect("not stuck");
        world.audit().expect("balanced");
        (world.now(), world.digest(), world.events().next())
    });
    driver.stop();
    let octets = sink.0.lock().expect("not poisoned").clone();
    let recorded = journal::read(octets.as_slice()).expect("a journal");
    assert!(recorded.complete && recorded.inputs.len() == 61);
    let mut again = two_lans();
    for input in recorded.inputs {
        again.run_until(input.at()).expect("not stuck");
        again.handle_input(input.input).expect("as before");
    }
    again.run_until(now).expect("not stuck");
    assert_eq!((again.digest(), again.events().next()), (digest, events));
}

fn back(driver: &Driver, back: Back) -> Result<Stepped, ClockError> {
    let (tell, told) = mpsc::channel();
    let wanted = Wanted::default();
    let flag = wanted.flag();
    ask(driver, move |running| {
        running.back(back, flag, Box::new(move |_, stepped| drop(tell.send(stepped))))
    })?;
    Ok(told.recv_timeout(Span::from_secs(60)).expect("it ends"))
}

fn digest(driver: &Driver) -> (u128, u64, u64, Instant) {
    ask(driver, |running| {
        let world = &running.world;
        (world.digest(), world.events().next(), world.events_done(), world.now())
    })
}

#[test]
fn steps_back_and_forward_again_show_the_same() {
    let sink = Sink::default();
    let head = Head { lab: "two-lans".into(), seed: 7, ..Head::default() };
    let journal = Journal::begin(Box::new(sink.clone()), &head).expect("a sink");
    let again: Again = Arc::new(|| Ok(two_lans()));
    let driver = Driver::start("test", two_lans(), Some(journal), Some(again), |_| ());
    let driver = driver.expect("a thread");
    set(&driver, Some(false), None).expect("alone");
    let cable = || "pc1--office".to_owned();
    let mut past = vec![digest(&driver)];
    for turn in 0..30 {
        step(&driver, Goal::Count(1), Some(seconds(60)));
        past.push(digest(&driver));
        if turn == 20 {
            // What an input does is a step, too.
            ask(&driver, move |running| running.input(Input::Cut { cable: cable() })).expect("cut");
            past.push(digest(&driver));
        }
    }
    // One step at a time, several, and to a time; forward again it is cut again, by itself.
    let went = back(&driver, Back::Steps(1)).expect("alone");
    assert_eq!((went.by, digest(&driver)), (By::Count, past[30]));
    let went = back(&driver, Back::Steps(8)).expect("alone");
    assert_eq!((went.by, digest(&driver)), (By::Count, past[22]));
    assert!(went.clock.recorded.is_none() && !went.clock.running && went.clock.rewound == 2);
    // The input let the rest of its instant happen first: steps that nobody took one by one.
    let mut steps = 9;
    while digest(&driver) != past[11] {
        assert_eq!(back(&driver, Back::Steps(1)).expect("alone").by, By::Count);
        steps += 1;
        assert!(steps < 60, "never seen again: {:?}", past[11]);
    }
    assert!(clock(&driver).recorded.is_some());
    step(&driver, Goal::Count(steps), Some(seconds(60)));
    assert_eq!(digest(&driver), past[31]);
    let cut = |driver: &Driver| {
        ask(driver, move |running| {
            running.world.cable("pc1--office").is_some_and(|cable| cable.cut)
        })
    };
    assert!(cut(&driver));
    assert_eq!(back(&driver, Back::Steps(1000)).expect("alone").by, By::Start);
    assert_eq!(clock(&driver).now, Instant::ZERO);
    let late = back(&driver, Back::To(Instant::ZERO + seconds(3)));
    assert_eq!(late, Err(ClockError::NotYet(Instant::ZERO)));
    // Something else happens: what was to come is dropped, from the journal, too.
    let mend = Input::Mend { cable: cable() };
    ask(&driver, move |running| running.input(mend)).expect("mended");
    assert_eq!(clock(&driver).recorded, None);
    step(&driver, Goal::Until(Instant::ZERO + seconds(5)), None);
    assert!(!cut(&driver));
    let (end, ..) = digest(&driver);
    driver.stop();
    let octets = sink.0.lock().expect("not poisoned").clone();
    let recorded = journal::read(octets.as_slice()).expect("a journal");
    assert_eq!((recorded.inputs.len(), recorded.complete), (1, true));
    assert_eq!(recorded.end.and_then(|end| end.digest), Some(format!("{end:032x}")));
}

/// The world of now answers while the way back is played, and whoever does something else ends it.
#[test]
fn a_way_back_is_called_off_by_an_input() {
    let again: Again = Arc::new(|| {
        std::thread::sleep(Span::from_millis(300));
        Ok(two_lans())
    });
    let driver = Driver::start("test", two_lans(), None, Some(again), |_| ()).expect("a thread");
    step(&driver, Goal::Until(Instant::ZERO + seconds(5)), None);
    let before = digest(&driver);
    let (tell, told) = mpsc::channel();
    let wanted = Wanted::default();
    let flag = wanted.flag();
    ask(&driver, move |running| {
        let told = Box::new(move |_: &World, stepped| drop(tell.send(stepped)));
        running.back(Back::To(Instant::ZERO + seconds(1)), flag, told)
    })
    .expect("alone");
    assert_eq!(digest(&driver), before, "it answers meanwhile");
    let mend = Input::Mend { cable: "pc1--office".into() };
    ask(&driver, move |running| running.input(mend)).expect("mended");
    let stepped = told.recv_timeout(Span::from_secs(5)).expect("it ends");
    assert_eq!((stepped.by, stepped.clock.now), (By::Stopped, before.3));
    assert_eq!(back(&drive(two_lans()), Back::Steps(1)), Err(ClockError::NoWayBack));
}

/// Back to when a program was joined, and another way from there: neither the host nor its name is there.
#[test]
fn a_host_whose_program_is_no_more_goes_with_its_name() {
    let again: Again = Arc::new(|| Ok(two_lans()));
    let driver = Driver::start("test", two_lans(), None, Some(again), |_| ()).expect("a thread");
    set(&driver, Some(false), None).expect("alone");
    let give = |input: Input| ask(&driver, move |running| running.input(input));
    let is_there = || ask(&driver, |running| running.world.node("chat").is_some());
    let named = |address: Option<[u8; 4]>| Input::SetName {
        name: "chat.example.lab".into(),
        address: address.map(Into::into),
    };
    let host = Input::AddDoorHost { name: "chat".into(), network: "servers".into() };
    give(host).expect("a place");
    give(named(Some([10, 0, 2, 9]))).expect("a name");
    let taken = give(named(Some([10, 0, 2, 9])));
    assert!(matches!(taken, Err(InputError::NameTaken(_))), "{taken:?}");
    step(&driver, Goal::Until(Instant::ZERO + seconds(1)), None);
    give(named(None)).expect("a name");
    give(Input::RemoveNode { node: "chat".into() }).expect("a host");
    step(&driver, Goal::Until(Instant::ZERO + seconds(3)), None);
    assert!(!is_there());
    back(&driver, Back::To(Instant::ZERO + Duration::from_millis(500))).expect("alone");
    assert!(is_there());
    give(Input::Mend { cable: "pc1--office".into() }).expect("a cable");
    assert!(!is_there());
    give(named(Some([10, 0, 2, 9]))).expect("the name is free");
}
