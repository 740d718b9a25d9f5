//! The labs that run: one [`Driver`] each, found by name.

use crate::api::{LabLine, Problem, Source, StartLab, Stopped, Text};
use crate::endings::Endings;
use crate::kept::Kept;
use crate::letters;
use crate::sources::{self, Loaded};
use door::driver::{Driver, Ended, Mailbox, Running};
use door::journal::{Folders, Head, Journal, Trouble};
use door::rewind::Again;
use lab::world::{BootError, Ground, boot};
use language::model::Lab;
use sim::World;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{oneshot, watch};

/// Labs that one service runs at once.
const MOST_LABS: usize = 64;

/// A lab that runs.
pub struct RunningLab {
    /// What the file says.
    pub lab: Lab,
    /// Where its text came from, for people.
    pub source: String,
    /// Its seed.
    pub seed: u64,
    /// Who listens to what it does.
    pub live: crate::pulse::Board,
    /// Who spoke with whom, as far as somebody asked.
    pub talks: crate::conversations::Board,
    mailbox: Mailbox,
    ended: watch::Receiver<Option<Ended>>,
    trouble: Trouble,
    /// Names and addresses that joined hosts hold, beside those of the file.
    pub guests: Mutex<BTreeMap<String, crate::join::Guest>>,
    /// What its journal begins with.
    pub head: Arc<Head>,
    /// Its picture, until machines or cables come or go.
    pub picture: crate::picture::Wall,
}

/// All labs of a service.
#[derive(Default)]
pub struct Labs {
    running: Mutex<BTreeMap<String, (Arc<RunningLab>, Driver)>>,
    /// Labs that boot, and whether no more are taken: the service is about to leave.
    booting: Mutex<Booting>,
    /// How labs ended that nobody stopped.
    pub endings: Endings,
    /// What runs, written down for the service after us.
    pub kept: Kept,
}

#[derive(Default)]
struct Booting {
    count: usize,
    closed: bool,
}

/// A lab that boots; dropping it tells that it has, or that it could not.
struct Boot<'a>(&'a Labs);

impl Drop for Boot<'_> {
    fn drop(&mut self) {
        self.0.booting().count -= 1;
    }
}

impl RunningLab {
    /// Asks the lab's thread, which answers between two turns.
    pub async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Running) -> R + Send + 'static,
    ) -> Result<R, Problem> {
        let (reply, answer) = oneshot::channel();
        let letter = move |running: &mut Running| {
            let _ = reply.send(question(running)); // nobody waits any more: fine
        };
        letters::send(&self.mailbox, letter).await.map_err(|_| self.gone())?;
        answer.await.map_err(|_| self.gone())
    }

    /// Where letters to its thread go.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Waits until it has ended; says how.
    pub async fn ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(how) => how.clone().unwrap_or(Ended::Stopped),
            Err(_) => Ended::Stopped,
        }
    }

    /// Its line of `ps`.
    pub async fn line(&self) -> Result<LabLine, Problem> {
        let (seconds, nodes, late_ms) = self
            .ask(|running| {
                let world = &running.world;
                (world.now().as_secs_f64(), world.nodes().count(), running.lateness().as_millis())
            })
            .await?;
        Ok(LabLine {
            name: self.lab.name.clone(),
            title: self.lab.title.en.clone(),
            title_zh: self.lab.title.zh.clone(),
            seed: self.seed,
            seconds,
            nodes,
            late_ms,
            source: self.source.clone(),
            journal_trouble: self.journal_trouble(),
        })
    }

    /// When and why its journal broke off, if it did.
    pub fn journal_trouble(&self) -> Option<String> {
        self.trouble.text().map(str::to_owned)
    }

    pub(crate) fn guests(&self) -> MutexGuard<'_, BTreeMap<String, crate::join::Guest>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn gone(&self) -> Problem {
        let name = &self.lab.name;
        Problem::new(
            "lab-ended",
            format!("the lab {name} has ended"),
            format!("实验 {name} 已结束"),
        )
    }
}

impl Labs {
    /// No lab yet; what runs is written down.
    pub fn keeping(kept: Kept) -> Labs {
        Labs { kept, ..Labs::default() }
    }

    /// Boots a lab.
    pub fn start(self: &Arc<Self>, request: &StartLab) -> Result<Arc<RunningLab>, Problem> {
        let _boot = self.boot()?;
        let loaded = sources::load(&request.source)?;
        let lab = loaded.read(&request.variables).map_err(|mistakes| bad_lab(&mistakes))?;
        let Loaded { name: file, folder, known, .. } = &loaded;
        if lab.clock == Some(language::model::Clock::Virtual) {
            return Err(Problem::new(
                "bad-lab",
                format!(
                    "{file}: clock = \"virtual\", and `up` runs by the wall clock: take the line out, or run it by: catenet test {file}"
                ),
                format!(
                    "{file}: clock = \"virtual\", 而 up 按真实时间运行: 去掉这一行, 或者用 catenet test {file} 运行"
                ),
            ));
        }
        let seed = request.seed.unwrap_or(lab.seed);
        let lang = request.lang.as_deref().unwrap_or("en").to_owned();
        let mut head = Head {
            lab: lab.name.clone(),
            text: loaded.alone(&lab),
            seed,
            lang,
            folders: Folders::new(),
        };
        // What is read now is what the lab has, whatever becomes of its files.
        let folders = RefCell::new(Folders::new());
        let read = |path: &str| {
            let mut folders = folders.borrow_mut();
            let known = folders.entry(path.to_owned());
            known.or_insert_with(|| sources::folder(folder.as_deref(), path)).clone()
        };
        let empty = lab::world::empty_folders(&lab, file, &loaded.text, &read);
        if !empty.is_empty() {
            return Err(bad_lab(&empty));
        }
        let world = world_of(&lab, &head, &read).map_err(|error| {
            Problem::new("bad-lab", error.text(base::Lang::En), error.text(base::Lang::Zh))
        })?;
        head.folders = folders.into_inner();
        let head = Arc::new(head);
        let mut running = self.lock();
        if running.contains_key(&lab.name) {
            let name = &lab.name;
            return Err(Problem::new(
                "lab-runs",
                format!("a lab called {name} runs already; stop it with: catenet down {name}"),
                format!("名为 {name} 的实验已在运行; 用 catenet down {name} 停止它"),
            ));
        }
        if running.len() >= MOST_LABS {
            return Err(Problem::new(
                "too-many-labs",
                "64 labs run already",
                "已有 64 个实验在运行",
            ));
        }
        // Only now: a lab that is refused leaves no file.
        let journal = request.record.as_deref().map(|path| begin_journal(path, &head));
        let journal = journal.transpose()?;
        let trouble = journal.as_ref().map(Journal::trouble).unwrap_or_default();
        let (tell, ended) = watch::channel(None);
        let again = again(lab.clone(), head.clone());
        let driver = Driver::start(&lab.name, world, journal, Some(again), move |how| {
            tell.send_replace(Some(how));
        })
        .map_err(|error| {
            let why = door::system::says(&error, base::Lang::Zh);
            Problem::new("no-thread", error.to_string(), format!("无法启动: {why}"))
        })?;
        let name = lab.name.clone();
        let started = Arc::new(RunningLab {
            lab,
            source: if matches!(request.source, Source::Builtin(_)) {
                known.clone()
            } else {
                file.clone()
            },
            seed,
            live: crate::pulse::Board::default(),
            talks: crate::conversations::Board::default(),
            mailbox: driver.mailbox().clone(),
            ended,
            trouble,
            guests: Mutex::default(),
            head,
            picture: crate::picture::Wall::default(),
        });
        self.endings.forget(&name);
        let title = &started.lab.title;
        let title = Text { en: title.en.clone(), zh: title.zh.clone() };
        self.kept.keep(&name, title, request, seed);
        running.insert(name, (started.clone(), driver));
        Ok(started)
    }

    /// The lab of this name; or, without a name, the only one.
    pub fn find(&self, name: Option<&str>) -> Result<Arc<RunningLab>, Problem> {
        let running = self.lock();
        match name {
            Some(name) => {
                running.get(name).map(|(lab, _)| lab.clone()).ok_or_else(|| self.unknown(name))
            }
            None => match running.len() {
                0 => Err(Problem::new(
                    "no-lab",
                    "no lab runs; start one: catenet up",
                    "没有实验在运行; 先启动一个: catenet up",
                )),
                1 => running
                    .values()
                    .next()
                    .map(|(lab, _)| lab.clone())
                    .ok_or_else(|| unknown_lab("")),
                _ => {
                    let names: Vec<&str> = running.keys().map(String::as_str).collect();
                    let names = names.join(", ");
                    Err(Problem::new(
                        "which-lab",
                        format!("several labs run ({names}); say which with --lab NAME"),
                        format!("有多个实验在运行 ({names}); 用 --lab NAME 指定"),
                    ))
                }
            },
        }
    }

    /// All labs, by name.
    pub fn all(&self) -> Vec<Arc<RunningLab>> {
        self.lock().values().map(|(lab, _)| lab.clone()).collect()
    }

    /// Is none left, and none about to be?
    pub fn is_empty(&self) -> bool {
        self.booting().count == 0 && self.lock().is_empty()
    }

    /// Takes no lab any more if there is none; false when there is one.
    pub fn close_if_empty(&self) -> bool {
        let mut booting = self.booting();
        booting.closed = booting.count == 0 && self.lock().is_empty();
        booting.closed
    }

    fn boot(&self) -> Result<Boot<'_>, Problem> {
        let mut booting = self.booting();
        if booting.closed {
            return Err(Problem::new(
                "service-leaves",
                "the service is leaving; try again",
                "服务正在退出; 请再试一次",
            ));
        }
        booting.count += 1;
        Ok(Boot(self))
    }

    fn booting(&self) -> MutexGuard<'_, Booting> {
        self.booting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unknown(&self, name: &str) -> Problem {
        self.endings.explain(name, unknown_lab(name))
    }

    /// Stops a lab and waits for its thread.
    pub async fn stop(&self, name: &str) -> Result<Stopped, Problem> {
        let found = self.lock().remove(name);
        let (lab, driver) = found.ok_or_else(|| self.unknown(name))?;
        self.kept.drop(name);
        // The thread ends within a turn; joining it is still no work for this one.
        let joined = tokio::task::spawn_blocking(move || driver.stop()).await;
        joined
            .map(|_| Stopped { journal_trouble: lab.journal_trouble() })
            .map_err(|error| Problem::new("internal", error.to_string(), error.to_string()))
    }

    /// Stops this very lab; another of its name, started since, goes on.
    pub async fn forget(&self, lab: &Arc<RunningLab>) {
        let this = |running: &(Arc<RunningLab>, Driver)| Arc::ptr_eq(&running.0, lab);
        let driver = {
            let mut running = self.lock();
            let name = &lab.lab.name;
            let found =
                if running.get(name).is_some_and(this) { running.remove(name) } else { None };
            if found.is_some() {
                self.kept.drop(name);
            }
            found
        };
        if let Some((_, driver)) = driver {
            let _ = tokio::task::spawn_blocking(move || driver.stop()).await; // it has ended either way
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (Arc<RunningLab>, Driver)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lab's world at its first instant.
fn world_of(lab: &Lab, head: &Head, folder: &lab::world::Folder<'_>) -> Result<World, BootError> {
    let lang = if head.lang == "zh" { base::Lang::Zh } else { base::Lang::En };
    boot(lab, &Ground { seed: head.seed, programs: lab::programs(), lang, folder })
}

/// Boots the same lab anew: for the way back.
fn again(lab: Lab, head: Arc<Head>) -> Again {
    Arc::new(move || {
        let read = |path: &str| head.folders.get(path).cloned().unwrap_or_default();
        world_of(&lab, &head, &read).map_err(|error| error.text(base::Lang::En))
    })
}

fn begin_journal(path: &str, head: &Head) -> Result<Journal, Problem> {
    // Never over a file that is there: it may be the journal of a lab that runs.
    let file = std::fs::File::options().write(true).create_new(true).open(path);
    let begun = file.map(std::io::BufWriter::new);
    begun.and_then(|file| Journal::begin(Box::new(file), head)).map_err(|error| {
        let (en, zh) = match error.kind() {
            std::io::ErrorKind::AlreadyExists => (
                format!("{path} is there already; name a new file, or remove it first"),
                format!("{path} 已存在; 请换一个文件名, 或先删除它"),
            ),
            _ => (
                format!("{path}: {error}"),
                format!("{path}: {}", door::system::says(&error, base::Lang::Zh)),
            ),
        };
        Problem::new("no-journal", en, zh)
    })
}

fn bad_lab(mistakes: &[language::Diagnostic]) -> Problem {
    let says = |lang| language::render(mistakes, lang);
    Problem::new("bad-lab", says(base::Lang::En), says(base::Lang::Zh))
}

fn unknown_lab(name: &str) -> Problem {
    Problem::new(
        "unknown-lab",
        format!("no lab called {name} runs; see: catenet ps"),
        format!("没有名为 {name} 的实验在运行; 查看: catenet ps"),
    )
}
