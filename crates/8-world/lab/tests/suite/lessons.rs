//! The lessons of `labs/lessons/`: each is held to the lab that it is played in.
//!
//! ```text
//!   as shipped, left alone ............ no task holds, however long one waits
//!   its solution pressed .............. the task holds
//!   any other button .................. it does not
//!   an other button, then the solution's parts, one alone ... it does not
//! ```
//!
//! Played in virtual time: a button does what `POST /labs/{lab}/do` does, then the lab runs on for a
//! few seconds, as it would while a person looks; unless its clock was stopped.

use base::{Duration, Instant, Journey, Lang};
use catenet_lab::judge::judge;
use catenet_lab::world::{Ground, boot};
use catenet_lab::{gallery, inputs, read_lab, shelf};
use language::fields::FIELDS;
use language::lesson::{Action, Lesson, Press, Scene, Task, View};
use language::model::When;
use language::time_verb::Until;
use language::{Filter, Lab, TimeVerb, Verb, render};
use sim::World;

/// How long a person looks at the lab before pressing the first button, in seconds.
const LOOKS: &[u64] = &[3, 20, 200];
/// How long after each button.
const AFTER: Duration = Duration::from_secs(3);

fn lessons() -> Vec<Lesson> {
    let read = |name: &str| match shelf::lesson(name) {
        Some(Ok(lesson)) => lesson,
        Some(Err(mistakes)) => panic!("{}", render(&mistakes, Lang::En)),
        None => panic!("{name} is not on the shelf"),
    };
    shelf::names().map(read).collect()
}

fn lab_of(lesson: &Lesson) -> Lab {
    let text = gallery::text(&lesson.lab).unwrap_or_default();
    match read_lab(text.as_bytes(), &lesson.lab) {
        Ok(lab) => lab,
        Err(mistakes) => panic!("{}", render(&mistakes, Lang::En)),
    }
}

/// A lab that runs, and the hand on its buttons.
struct Stage<'a> {
    lab: &'a Lab,
    world: World,
    /// Does its clock stand still?
    paused: bool,
}

impl<'a> Stage<'a> {
    fn new(lab: &'a Lab, looks: u64) -> Stage<'a> {
        let folder = &gallery::folder;
        let ground =
            Ground { seed: lab.seed, programs: catenet_lab::programs(), lang: Lang::En, folder };
        let world = match boot(lab, &ground) {
            Ok(world) => world,
            Err(why) => panic!("{}: {}", lab.name, why.text(Lang::En)),
        };
        let mut stage = Stage { lab, world, paused: false };
        stage.run(Duration::from_secs(looks));
        stage
    }

    fn run(&mut self, span: Duration) {
        let until: Instant = self.world.now() + span;
        if let Err(stuck) = self.world.run_until(until) {
            panic!("{}: {}", self.lab.name, stuck.text(Lang::En));
        }
    }

    fn press(&mut self, action: &Action) {
        match &action.press {
            Press::World(verb) => self.change(verb, &action.line),
            Press::Clock(TimeVerb::Pause) => self.paused = true,
            Press::Clock(TimeVerb::Resume { .. }) => self.paused = false,
            Press::Clock(TimeVerb::Step { until, .. }) => {
                self.paused = true;
                self.step(until);
            }
            Press::Clock(TimeVerb::Back(_)) => panic!("no lesson goes back: {}", action.line),
        }
        if !self.paused {
            self.run(AFTER);
        }
    }

    fn change(&mut self, verb: &Verb, line: &str) {
        let inputs = match inputs::inputs(verb, self.lab) {
            Ok(inputs) => inputs,
            Err(why) => panic!("{line}: {}", why.en),
        };
        for input in inputs {
            if let Err(why) = self.world.handle_input(input) {
                panic!("{line}: {}", why.text(Lang::En));
            }
        }
    }

    /// On to the first new frame that passes, or a minute further.
    fn step(&mut self, until: &Until) {
        let Until::Filter(filter) = until else { panic!("no lesson steps by {until:?}") };
        let from = self.world.recorder().next();
        let end = self.world.now() + Duration::from_secs(60);
        while passing(self, filter, from).next_back().is_none() && self.world.now() < end {
            if !matches!(self.world.step(), Ok(Some(_))) {
                break;
            }
        }
    }

    fn holds(&self, task: &Task) -> bool {
        judge(&task.expect, &task.line, &When::default(), self.lab, &self.world).holds
    }
}

/// Presses the buttons with these numbers in a fresh lab, and asks whether the task holds.
fn played(lab: &Lab, scene: &Scene, task: &Task, looks: u64, buttons: &[usize]) -> bool {
    let mut stage = Stage::new(lab, looks);
    for &button in buttons {
        stage.press(&scene.actions[button]);
    }
    stage.holds(task)
}

fn tasks(lesson: &Lesson) -> impl Iterator<Item = (&Scene, &Task)> {
    lesson.scenes.iter().filter_map(|scene| Some((scene, scene.task.as_ref()?)))
}

#[test]
fn a_lesson_bears_the_name_of_its_file_and_is_of_a_learners_size() {
    for lesson in lessons() {
        assert!(shelf::names().any(|name| name == lesson.name), "{}", lesson.name);
        assert!((4..=7).contains(&lesson.scenes.len()), "{}: scenes", lesson.name);
        assert!((2..=3).contains(&tasks(&lesson).count()), "{}: tasks", lesson.name);
        for scene in &lesson.scenes {
            let words = scene.text.en.split_whitespace().count();
            assert!(words <= 150, "{}: \"{}\" has {words} words", lesson.name, scene.title.en);
            let signs = scene.text.zh.chars().count();
            assert!(signs <= 330, "{}: \"{}\" has {signs} signs", lesson.name, scene.title.zh);
        }
    }
}

#[test]
fn a_task_is_not_solved_by_waiting() {
    for lesson in lessons() {
        let lab = lab_of(&lesson);
        for &looks in LOOKS {
            let stage = Stage::new(&lab, looks);
            for (_, task) in tasks(&lesson) {
                assert!(!stage.holds(task), "{}: {} after {looks} s", lesson.name, task.line);
            }
        }
    }
}

#[test]
fn a_task_is_solved_by_its_solution() {
    for lesson in lessons() {
        let lab = lab_of(&lesson);
        for (scene, task) in tasks(&lesson) {
            for &looks in LOOKS {
                let solved = played(&lab, scene, task, looks, &task.solution);
                assert!(solved, "{}: {} after {looks} s", lesson.name, task.line);
            }
        }
    }
}

#[test]
fn a_task_is_not_solved_by_the_other_buttons() {
    for lesson in lessons() {
        let lab = lab_of(&lesson);
        for (scene, task) in tasks(&lesson) {
            let wrong: Vec<usize> =
                (0..scene.actions.len()).filter(|at| !task.solution.contains(at)).collect();
            assert!(!wrong.is_empty(), "{}: nothing to choose in {}", lesson.name, task.line);
            let mut tries: Vec<Vec<usize>> = wrong.iter().map(|&one| vec![one]).collect();
            tries.push(wrong.clone());
            if let [first, .., last] = task.solution[..] {
                let mixed = wrong.iter().flat_map(|&one| [vec![one, first], vec![one, last]]);
                tries.extend(mixed.chain([vec![first], vec![last]]));
            }
            for buttons in tries {
                let solved = played(&lab, scene, task, LOOKS[0], &buttons);
                assert!(!solved, "{}: {} solved by {buttons:?}", lesson.name, task.line);
            }
        }
    }
}

/// Wrong first, then right: a learner who errs is not locked out.
#[test]
fn a_task_is_solved_after_errors_too() {
    for lesson in lessons() {
        let lab = lab_of(&lesson);
        for (scene, task) in tasks(&lesson) {
            let wrong = (0..scene.actions.len()).filter(|at| !task.solution.contains(at));
            let buttons: Vec<usize> = wrong.chain(task.solution.iter().copied()).collect();
            let solved = played(&lab, scene, task, LOOKS[0], &buttons);
            assert!(solved, "{}: {} not solved by {buttons:?}", lesson.name, task.line);
        }
    }
}

/// What a scene shows is there when its buttons have been pressed: a frame that its filter passes
/// (and whose packet came by the machine that is shown), a table of the machine.
#[test]
fn a_scene_shows_something() {
    for lesson in lessons() {
        let lab = lab_of(&lesson);
        for scene in &lesson.scenes {
            let mut stage = Stage::new(&lab, 12);
            let solution = scene.task.as_ref().map(|task| task.solution.clone());
            let pressed = solution.unwrap_or_else(|| (0..scene.actions.len()).collect());
            pressed.iter().for_each(|&button| stage.press(&scene.actions[button]));
            let place = format!("{}: \"{}\"", lesson.name, scene.title.en);
            if let Some(table) = &scene.show.table {
                let node = scene.show.node.as_deref().unwrap_or_default();
                let tree = catenet_lab::tables::of_node(&stage.world, node);
                assert!(tree.is_some_and(|tree| tree.at(table).is_some()), "{place}: {table}");
            }
            if let Some(filter) = &scene.show.filter {
                let newest = newest(&stage, filter);
                assert!(newest.is_some(), "{place}: no frame passes {filter}");
                let node = scene.show.node.as_deref().filter(|_| scene.show.view == View::Packet);
                let came =
                    node.zip(newest).is_none_or(|(node, journey)| came_by(&stage, node, journey));
                assert!(came, "{place}: the packet never came by {node:?}");
            }
        }
    }
}

/// The packet of the newest frame that passes.
fn newest(stage: &Stage<'_>, filter: &str) -> Option<Journey> {
    passing(stage, filter, 0).next_back()
}

/// The packets of the frames that pass, of those recorded from number `from` on.
fn passing(stage: &Stage<'_>, filter: &str, from: u64) -> std::vec::IntoIter<Journey> {
    let filter = match Filter::parse(filter, FIELDS) {
        Ok(filter) => filter,
        Err(complaint) => panic!("{}", complaint.message.en),
    };
    let mut walk = catenet_lab::seen::Walk::default();
    let recorded = stage.world.recorder().since(from);
    let passing = recorded.filter(|frame| filter.matches(&walk.step(&stage.world, *frame)));
    passing.map(|frame| frame.journey()).collect::<Vec<_>>().into_iter()
}

fn came_by(stage: &Stage<'_>, node: &str, journey: Journey) -> bool {
    let node = stage.world.node(node);
    stage.world.recorder().since(0).any(|frame| {
        Some(frame.node) == node && (frame.journey() == journey || frame.parent() == journey)
    })
}

/// The handshake, one segment at a time: the buttons of its scenes stop the clock at each of the three.
/// A frame that has just arrived still waits a microsecond for the machine: what it changes is seen at
/// the next step.
#[test]
fn the_handshake_is_stepped_segment_by_segment() {
    let lessons = lessons();
    let Some(lesson) = lessons.iter().find(|lesson| lesson.name == "three-way-handshake") else {
        panic!("no such lesson");
    };
    let lab = lab_of(lesson);
    let mut stage = Stage::new(&lab, 20);
    let mut waiting = Vec::new();
    for action in lesson.scenes.iter().flat_map(|scene| &scene.actions).take(6) {
        stage.press(action);
        if matches!(action.press, Press::Clock(TimeVerb::Step { .. })) {
            let tree = catenet_lab::tables::of_node(&stage.world, "client");
            let asked = tree.and_then(|tree| tree.at("tcp.states.SYN-SENT"));
            waiting.push(asked.map(|number| number.to_json()));
        }
    }
    let number = |text: &str| Some(text.to_owned());
    assert_eq!(waiting, [number("1"), number("1"), number("0")], "until the answer was read");
    assert!(!stage.paused, "the clock is left running");
}
