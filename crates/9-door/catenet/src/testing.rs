//! What `#[catenet::test]` stands for: builds the world, runs the test in it, looks at the end.

use crate::World;
use crate::stage::Stage;
use base::{Duration, Lang};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use lab::world::{Ground, boot};
use language::Lab;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod folder;

/// Which lab a test runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A built-in one, by name.
    Name(&'static str),
    /// Its text.
    Text(&'static str),
    /// A file, read when the test was compiled; its folder is read when it runs.
    File {
        /// Where it is.
        path: &'static str,
        /// What is in it.
        text: &'static str,
    },
}

/// A test about to run.
#[derive(Clone, Debug)]
pub struct Setup {
    name: &'static str,
    source: Source,
    seeds: Vec<u64>,
    with: Option<String>,
    limit: Duration,
    capture: Option<PathBuf>,
}

/// How a test's body may end.
pub trait Ending {
    /// Why it failed, if it did.
    fn failure(self) -> Option<String>;
}

impl Ending for () {
    fn failure(self) -> Option<String> {
        None
    }
}

impl<E: core::fmt::Debug> Ending for Result<(), E> {
    fn failure(self) -> Option<String> {
        self.err().map(|error| format!("{error:?}"))
    }
}

impl Setup {
    /// The test called `name` in a lab, with seed 1 and at most ten minutes of virtual time.
    pub fn new(name: &'static str, source: Source) -> Setup {
        Setup {
            name,
            source,
            seeds: vec![1],
            with: None,
            limit: Duration::from_secs(600),
            capture: None,
        }
    }
    /// The seed of all chance.
    #[must_use]
    pub fn seed(self, seed: u64) -> Setup {
        Setup { seeds: vec![seed], ..self }
    }
    /// The test runs once with each of these.
    #[must_use]
    pub fn seeds(self, seeds: impl IntoIterator<Item = u64>) -> Setup {
        Setup { seeds: seeds.into_iter().collect(), ..self }
    }
    /// Lays `solution` or one of `broken` over the lab.
    #[must_use]
    pub fn with(self, overlay: &str) -> Setup {
        Setup { with: Some(overlay.to_owned()), ..self }
    }
    /// How much virtual time may pass: `"1h"`.
    ///
    /// # Panics
    /// That is no time.
    #[must_use]
    pub fn limit(self, span: &str) -> Setup {
        match language::quantity::parse_duration(span) {
            Ok(limit) => Setup { limit, ..self },
            Err(_) => panic!("limit = {span:?} is no time: write \"30s\" or \"1h\""),
        }
    }
    /// If the test fails, what was on the cables goes to this pcapng file, below the package.
    #[must_use]
    pub fn capture(self, file: &str) -> Setup {
        Setup { capture: Some(PathBuf::from(file)), ..self }
    }

    /// Runs the test, once with each seed.
    ///
    /// # Panics
    /// It failed; the message tells the seed and the command that repeats it.
    pub fn run<F, Fut>(self, body: F)
    where
        F: Fn(World) -> Fut,
        Fut: Future,
        Fut::Output: Ending,
    {
        assert!(!self.seeds.is_empty(), "seeds = .. names no seed: the test would never run");
        let lab = self.lab();
        for &seed in &self.seeds {
            if let Err(why) = self.run_one(&lab, seed, &body) {
                let name = self.name.split_once("::").map_or(self.name, |(_, rest)| rest);
                panic!("{why}\nseed {seed}; repeat: cargo test {name} -- --exact");
            }
        }
    }

    fn lab(&self) -> Lab {
        let (text, file) = match self.source {
            Source::Text(text) => (text, "the lab in the test"),
            Source::File { path, text } => (text, path),
            Source::Name(name) => {
                let known = || lab::gallery::names().collect::<Vec<_>>().join(", ");
                let text = lab::gallery::text(name).unwrap_or_else(|| {
                    panic!("no built-in lab is called `{name}`: there are {}", known())
                });
                (text, name)
            }
        };
        let lab = lab::read_lab(text.as_bytes(), file)
            .unwrap_or_else(|mistakes| panic!("{}", language::render(&mistakes, Lang::En)));
        let Some(with) = &self.with else { return lab };
        let overlay = lab.overlays.iter().find(|overlay| overlay.name == *with);
        let known = || lab.overlays.iter().map(|one| one.name.as_str()).collect::<Vec<_>>();
        let overlay = overlay.unwrap_or_else(|| {
            panic!("the lab has no overlay `{with}`: there are {}", known().join(", "))
        });
        (*overlay.lab).clone()
    }

    fn world(&self, lab: &Lab, seed: u64) -> Result<sim::World, String> {
        let files = |path: &str| match self.source {
            Source::File { path: lab, .. } => folder::read(Path::new(lab), path),
            Source::Name(_) | Source::Text(_) => lab::gallery::folder(path),
        };
        let mut programs = lab::programs();
        crate::net::add_programs(&mut programs);
        let ground = Ground { seed, programs, lang: Lang::En, folder: &files };
        boot(lab, &ground).map_err(|error| error.text(Lang::En))
    }

    fn run_one<F, Fut>(&self, lab: &Lab, seed: u64, body: &F) -> Result<(), String>
    where
        F: Fn(World) -> Fut,
        Fut: Future,
        Fut::Output: Ending,
    {
        let stage = Stage::new(self.world(lab, seed)?, lab.clone(), self.limit);
        let mut guard = Leaving { stage: stage.clone(), file: self.capture.as_deref() };
        let runtime = runtime(&stage)?;
        let result = runtime.block_on(perform(&stage, body));
        // Whoever still runs ends here, and closes what it had open.
        drop(runtime);
        crate::net::forget_tasks();
        result?;
        if let Some(fault) = stage.take_faults().into_iter().next() {
            return Err(fault);
        }
        stage.close(sim::World::audit)?;
        guard.file = None;
        Ok(())
    }
}

fn runtime(stage: &Arc<Stage>) -> Result<tokio::runtime::Runtime, String> {
    let (parking, unparked) = (stage.clone(), stage.clone());
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true);
    builder.on_thread_park(move || parking.parking()).on_thread_unpark(move || unparked.unparked());
    builder.build().map_err(|why| format!("no runtime: {why}"))
}

async fn perform<F, Fut>(stage: &Arc<Stage>, body: &F) -> Result<(), String>
where
    F: Fn(World) -> Fut,
    Fut: Future,
    Fut::Output: Ending,
{
    stage.begin();
    let mut body = pin!(body(World { stage: stage.clone() }));
    let mut root = None;
    poll_fn(|task| {
        if let Poll::Ready(why) = stage.poll_over(task, &mut root) {
            return Poll::Ready(Err(why));
        }
        let ended = body.as_mut().poll(task);
        ended.map(|ending| ending.failure().map_or(Ok(()), Err))
    })
    .await
}

/// What is left to do when the runtime is gone, also after a panic: the capture is written unless the
/// test went well.
struct Leaving<'a> {
    stage: Arc<Stage>,
    file: Option<&'a Path>,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.stage.forget_runtime();
        let Some(file) = self.file else { return };
        let mut octets = Vec::new();
        self.stage.close(|world| capture::Capture::everything().write_new(world, &mut octets));
        match folder::write(file, &octets) {
            Ok(()) => eprintln!("what was on the cables: {}", file.display()),
            Err(why) => eprintln!("{}: {why}", file.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, Weak};

    /// A hundred seeds are a hundred worlds: each goes with its test.
    #[test]
    fn nothing_is_left_of_a_world() {
        let stages = Arc::new(Mutex::new(Vec::<Weak<Stage>>::new()));
        for sleeps in [false, true] {
            let stages = stages.clone();
            Setup::new("t", Source::Name("two-lans")).run(move |w: World| {
                stages.lock().expect("whole").push(Arc::downgrade(&w.stage));
                async move {
                    drop(w.host("web").spawn(core::future::pending::<()>()));
                    if sleeps {
                        w.run(core::time::Duration::from_secs(1)).await;
                    }
                }
            });
        }
        let stages = stages.lock().expect("whole");
        assert!(stages.len() == 2 && stages.iter().all(|stage| stage.upgrade().is_none()));
    }
}
