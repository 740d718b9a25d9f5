//! Each lab of `labs/` under the eyes of a stranger: tshark.
//!
//! ```text
//!   lab ─┬─ seed 7 ───────────────────────────┐
//!        ├─ seed 7, other folder, env, load ──┼─ the same bytes
//!        ├─ seed 7, debug build ──────────────┘
//!        ├─ seed 8 ────── other bytes inside the packets
//!        └─ each knob of `[broken]` turned ── a check fails
//! ```
//!
//! Of the capture tshark must say: nothing malformed, no wrong checksum but in frames that our
//! trace marks as corrupted, and at least as many frames of each kind as `labs/captures.toml`
//! promises. An empty capture fails. `catenet test --json` gives our own count of TCP
//! conversations, and both counts must agree.

mod runs;
mod shark;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::shell::Failure;
use crate::workspace;
use runs::{Circumstances, Run};

/// Lab -> display filter -> least number of frames.
const PROMISES: &str = "labs/captures.toml";

/// The programs without which nothing can be said.
pub(crate) const NEEDS: &[&str] = &["tshark"];

/// The lab that a path from the root holds: `labs/two-lans.toml` holds `two-lans`.
pub(crate) fn name_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix("labs/")?.strip_suffix(".toml")?;
    (path != PROMISES && !name.contains('/')).then_some(name)
}

/// Every lab of this checkout, by name.
///
/// # Errors
/// A folder that cannot be read.
pub(crate) fn names() -> Result<Vec<String>, Failure> {
    let files = workspace::files()?;
    Ok(files.iter().filter_map(|path| name_of(path.to_str()?)).map(str::to_owned).collect())
}

/// Judges the labs named, or all of them; `quick` leaves the debug build out.
///
/// # Errors
/// Every fault of every lab, with the command that repeats it.
pub(crate) fn run(chosen: &[&str], quick: bool) -> Result<String, Failure> {
    let all = names()?;
    if let Some(stranger) = chosen.iter().find(|name| !all.iter().any(|lab| lab == *name)) {
        return Err(Failure::new(format!("no lab `{stranger}` in labs/")));
    }
    if all.is_empty() {
        return Err(Failure::new("labs/ holds no lab"));
    }
    let promises = promises()?;
    let mut faults = Vec::new();
    let mut frames = 0;
    let mut judged = 0;
    for lab in all.iter().filter(|lab| chosen.is_empty() || chosen.contains(&lab.as_str())) {
        let judge = Judge { lab, promised: promises.get(lab), quick };
        match judge.verdict() {
            Ok(verdict) => {
                println!("lab {lab}: {} frames, {}", verdict.frames, verdict.summary());
                frames += verdict.frames;
                faults.extend(verdict.faults.iter().map(|fault| format!("{lab}: {fault}")));
            }
            Err(failure) => {
                println!("lab {lab}: {failure}");
                faults.push(format!("{lab}: {failure}"));
            }
        }
        judged += 1;
    }
    if faults.is_empty() {
        return Ok(format!("{judged} labs, {frames} frames, tshark agrees"));
    }
    Err(Failure::new(format!("labs\n  {}", faults.join("\n  "))))
}

/// What captures are promised to hold.
type Promises = BTreeMap<String, BTreeMap<String, usize>>;

fn promises() -> Result<Promises, Failure> {
    if !workspace::root().join(PROMISES).is_file() {
        return Ok(Promises::new());
    }
    read_promises(&workspace::read(PROMISES)?)
}

fn read_promises(text: &str) -> Result<Promises, Failure> {
    let wrong = |what: &str| Failure::new(format!("{PROMISES}: {what}"));
    let table: toml::Table = text.parse().map_err(|error| wrong(&format!("{error}")))?;
    let mut promises = Promises::new();
    for (lab, filters) in &table {
        let filters = filters.as_table().ok_or_else(|| wrong(&format!("{lab} is no table")))?;
        for (filter, least) in filters {
            let least = least.as_integer().and_then(|least| usize::try_from(least).ok());
            let least = least.filter(|&least| least > 0);
            let least = least.ok_or_else(|| {
                wrong(&format!("[{lab}] \"{filter}\" wants a count of at least 1"))
            })?;
            promises.entry(lab.clone()).or_default().insert(filter.clone(), least);
        }
    }
    Ok(promises)
}

/// The overlays of a lab that break it: `broken` or `broken.NAME`, as their headings stand.
fn knobs(lab: &str) -> Vec<String> {
    let mut knobs: Vec<String> = Vec::new();
    for line in lab.lines() {
        let Some(heading) = line.trim().strip_prefix("[broken") else { continue };
        let Some(name) = heading.split(']').next() else { continue };
        let first = name.trim_start_matches('.').split('.').next().unwrap_or_default();
        let tables = ["networks", "switches", "routers", "hosts", "links", "publish"];
        let knob = if first.is_empty() || tables.contains(&first) {
            "broken".to_owned()
        } else {
            format!("broken.{first}")
        };
        if !knobs.contains(&knob) {
            knobs.push(knob);
        }
    }
    knobs
}

/// One lab before the judge.
struct Judge<'a> {
    lab: &'a str,
    promised: Option<&'a BTreeMap<String, usize>>,
    quick: bool,
}

/// What was found.
#[derive(Default)]
struct Verdict {
    frames: usize,
    faults: Vec<String>,
}

impl Verdict {
    fn summary(&self) -> String {
        match self.faults.len() {
            0 => "fine".to_owned(),
            count => format!("{count} faults"),
        }
    }
}

impl Judge<'_> {
    fn verdict(&self) -> Result<Verdict, Failure> {
        let release = workspace::target()?.join("release/catenet");
        let first = self.run(&release, 7, "first", Circumstances::Plain)?;
        let mut verdict = Verdict::default();
        self.same_bytes(&release, &first, &mut verdict.faults)?;
        self.can_fail(&release, &mut verdict.faults)?;
        let other = self.run(&release, 8, "other-seed", Circumstances::Plain)?;
        self.seen_by_shark(&first, &other, &mut verdict)?;
        Ok(verdict)
    }

    fn run(
        &self,
        binary: &Path,
        seed: u64,
        name: &str,
        circumstances: Circumstances,
    ) -> Result<Run, Failure> {
        let folder = match circumstances {
            Circumstances::Plain => workspace::target()?.join("labs").join(self.lab).join(name),
            Circumstances::Strange => std::env::temp_dir()
                .join(format!("catenet labs {}", std::process::id()))
                .join(self.lab)
                .join(name),
        };
        Run::of(binary, self.lab, seed, folder, circumstances)
    }

    /// The same seed gives the same bytes: elsewhere, under load, and in a debug build.
    fn same_bytes(
        &self,
        release: &Path,
        first: &Run,
        faults: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let strange = self.run(release, 7, "strange", Circumstances::Strange)?;
        faults.extend(first.difference(&strange)?);
        strange.forget();
        if !self.quick {
            let debug = workspace::target()?.join("debug/catenet");
            let debug = self.run(&debug, 7, "debug", Circumstances::Plain)?;
            faults.extend(first.difference(&debug)?);
        }
        Ok(())
    }

    /// Each knob that the lab names breaks it: a check that cannot fail is a toy.
    fn can_fail(&self, release: &Path, faults: &mut Vec<String>) -> Result<(), Failure> {
        let text = workspace::read(format!("labs/{}.toml", self.lab))?;
        let knobs = knobs(&text);
        if knobs.is_empty() {
            faults.push("names no knob that breaks it (`[broken]`)".to_owned());
        }
        for knob in knobs {
            let (code, command) = runs::exit_with(release, self.lab, &knob)?;
            if code != 1 {
                faults.push(format!("`{knob}` must fail a check (exit 1), exit {code}: {command}"));
            }
        }
        Ok(())
    }

    fn seen_by_shark(
        &self,
        first: &Run,
        other: &Run,
        verdict: &mut Verdict,
    ) -> Result<(), Failure> {
        let captures = first.captures()?;
        verdict.frames = shark::count(&captures, "frame")?;
        if verdict.frames == 0 {
            verdict.faults.push(format!("empty capture: {}", first.command));
        }
        verdict.faults.extend(shark::complaints(&captures)?);
        verdict.faults.extend(self.broken_promises(&captures)?);
        match shark::miscounts(&first.whole_capture(self.lab), &first.output)? {
            Some(miscounts) => verdict.faults.extend(miscounts),
            None => verdict.faults.push("test --json gives no count of `conversations`".to_owned()),
        }
        if shark::chosen_by_chance(&captures)? == shark::chosen_by_chance(&other.captures()?)? {
            let what = "seeds 7 and 8 choose the same sequence numbers, ports and identifiers";
            verdict.faults.push(what.to_owned());
        }
        Ok(())
    }

    fn broken_promises(&self, captures: &[PathBuf]) -> Result<Vec<String>, Failure> {
        let Some(promised) = self.promised else {
            return Ok(vec![format!("{PROMISES} does not say what its capture holds")]);
        };
        let mut broken = Vec::new();
        for (filter, &least) in promised {
            let count = shark::count(captures, filter)?;
            if count < least {
                broken.push(format!("{count} frames match `{filter}`, {least} were promised"));
            }
        }
        Ok(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_is_a_file_of_the_folder() {
        assert_eq!(name_of("labs/two-lans.toml"), Some("two-lans"));
        assert_eq!(name_of("labs/captures.toml"), None);
        assert_eq!(name_of("labs/site/index.toml"), None);
        assert_eq!(name_of("xtask/Cargo.toml"), None);
    }

    #[test]
    fn the_knobs_of_a_lab_are_its_broken_overlays() {
        let named = "[broken.cut]\nx = 1\n[broken.cut.hosts]\n[broken.nameless] # why\n";
        assert_eq!(knobs(named), ["broken.cut", "broken.nameless"]);
        assert_eq!(knobs("[broken]\nlinks = []\n[broken.links.\"a--b\"]\n"), ["broken"]);
        assert_eq!(knobs("[hosts]\n"), Vec::<String>::new());
    }

    #[test]
    fn a_promise_is_a_count() {
        let promises = read_promises("[two-lans]\n\"http\" = 4\n\"arp\" = 2\n").unwrap();
        assert_eq!(promises["two-lans"]["http"], 4);
        for wrong in ["[a]\nhttp = 0\n", "[a]\nhttp = \"4\"\n", "a = 1\n", "[a"] {
            assert!(read_promises(wrong).is_err(), "{wrong}");
        }
    }
}
