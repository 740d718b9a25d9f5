//! From a seed under which a demand fails to a list of mishaps under which it still does, and from which
//! no single one can be left out.
//!
//! ```text
//!   run the seed, note what chance gave      1498 mishaps on 2 lines
//!   still the cables, tell all of them       does it still fail? then nothing else was to blame
//!   halves, quarters, .. (ddmin)             which part is enough?
//!   name what is left by its number          set bad loss=0% ..    lose bad from client 37
//!   run the lab with these script lines      it fails, or the list is not shown as if it did
//! ```
//!
//! While the list shrinks a frame is known by what it carries (`marks`), for numbers shift with
//! every mishap that is left out. The list is one from which nothing can be taken away (Zeller and
//! Hildebrandt's ddmin), not always the shortest of all; where the caller's patience ended sooner,
//! [`Shrunk::least`] is false.
//!
//! Not repeated: what a switched link or a queue gives (it follows from the rest), and jitter where the
//! failure needs it; then the cable keeps its jitter, and the seed repeats it.

use crate::marks::{Book, Mark, Shared};
use crate::run::{Options, Report, bounded_with};
use crate::seeds::{Demand, holds};
use crate::still::{script, stilling};
use base::Duration;
use language::Text;
use language::mishap::mishap_line;
use language::model::{Lab, Script};
use sim::{Mishap, WorldBuilder};

/// What is left of a failing run.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// Mishaps that chance gave in the failing run.
    pub given: usize,
    /// Script lines that still the cables.
    pub still: Vec<Script>,
    /// Script lines that are the mishaps: without one of them the demand holds.
    pub mishaps: Vec<Script>,
    /// Nothing can be taken away from the list; false: the caller's patience ended before that was known.
    pub least: bool,
    /// The cables keep their jitter, which the seed repeats.
    pub jitter: bool,
    /// Runs that it took.
    pub runs: u64,
}

/// Why a failing run gave no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotShrunk {
    /// The demand holds under this seed.
    Holds,
    /// With all mishaps told, the demand holds: it is not them alone.
    Otherwise,
    /// The script lines do not repeat what the marked frames did.
    NotRepeated,
}

type Incident = (Mark, Mishap);
/// The same by its line in the world and the frame's number there.
type Numbered = (usize, u64, Mishap);
/// Of each line of a world what chance gave, by the number of the frame on it.
type Given = Vec<Vec<(u64, Mishap)>>;

/// Shrinks the run of `options.seed`, under which `demand` fails. `patience` is asked before each run.
///
/// # Errors
/// The world could not be built.
pub fn shrink(
    lab: &Lab,
    options: &Options<'_>,
    demand: Demand,
    patience: &mut dyn FnMut() -> bool,
) -> Result<Result<Shrunk, NotShrunk>, Text> {
    shrink_with(lab, options, demand, patience, &|_| ())
}

/// The same, in worlds that somebody else prepared, too.
fn shrink_with(
    lab: &Lab,
    options: &Options<'_>,
    demand: Demand,
    patience: &mut dyn FnMut() -> bool,
    prepare: &dyn Fn(&mut WorldBuilder),
) -> Result<Result<Shrunk, NotShrunk>, Text> {
    let still = Vec::new();
    let mut search = Search { lab, options, demand, still, runs: 0, patience, prepare };
    let Some(given) = search.given()? else { return Ok(Err(NotShrunk::Holds)) };
    let mut jitter = None;
    for with_jitter in [true, false] {
        search.still = stilling(lab, with_jitter);
        if search.fails(&given)?.is_some() {
            jitter = Some(!with_jitter);
            break;
        }
    }
    let Some(jitter) = jitter else { return Ok(Err(NotShrunk::Otherwise)) };
    let (left, least) = search.least(given.clone())?;
    let Some(numbered) = search.fails(&left)? else { return Ok(Err(NotShrunk::NotRepeated)) };
    let mishaps: Vec<Script> = numbered.into_iter().filter_map(|it| told(lab, it)).collect();
    let still = search.still.clone();
    let found = Shrunk { given: given.len(), still, mishaps, least, jitter, runs: search.runs };
    let report = search.run(&found.lab(lab), None)?.0;
    Ok(if holds(&report, demand) { Err(NotShrunk::NotRepeated) } else { Ok(found) })
}

impl Shrunk {
    /// All script lines, in the order in which they go below the lab's own.
    pub fn scripts(&self) -> impl Iterator<Item = &Script> {
        self.still.iter().chain(&self.mishaps)
    }

    /// The lab with these lines.
    pub fn lab(&self, lab: &Lab) -> Lab {
        let mut with = lab.clone();
        with.scripts.extend(self.scripts().cloned());
        with
    }

    /// The lines as the lab file has them.
    pub fn text(&self) -> String {
        let span = |span: Duration| match span.is_zero() {
            true => "0s".to_owned(),
            false => language::quantity::show_duration(span),
        };
        let block = |script: &Script| {
            let every = script.every.map(|every| format!("every = \"{}\"\n", span(every)));
            let every = every.unwrap_or_default();
            format!("[[script]]\nat = \"{}\"\n{every}do = \"{}\"\n", span(script.at), script.line)
        };
        self.scripts().map(block).collect::<Vec<_>>().join("\n")
    }
}

fn of_cable(mishap: cable::Mishap) -> Mishap {
    match mishap {
        cable::Mishap::Lose => Mishap::Lose,
        cable::Mishap::Hold(by) => Mishap::Hold { by_ns: by.as_nanos() },
        cable::Mishap::Double => Mishap::Double,
        cable::Mishap::Damage => Mishap::Damage,
    }
}

/// The script line of a mishap: of frame `number` on a line of the world, two of which are a cable of the
/// lab, in its order.
fn told(lab: &Lab, (line, number, mishap): Numbered) -> Option<Script> {
    let link = lab.links.get(line / 2)?;
    let from = if line.is_multiple_of(2) { &link.a.node } else { &link.b.node };
    script(Duration::ZERO, None, mishap_line(&link.name, from, number, mishap))
}

struct Search<'a> {
    lab: &'a Lab,
    options: &'a Options<'a>,
    demand: Demand,
    still: Vec<Script>,
    runs: u64,
    patience: &'a mut dyn FnMut() -> bool,
    prepare: &'a dyn Fn(&mut WorldBuilder),
}

impl Search<'_> {
    /// A run, and the book in which its frames were written, if there was one.
    fn run(&mut self, lab: &Lab, book: Option<Book>) -> Result<(Report, Book, Given), Text> {
        self.runs += 1;
        let shared = book.map(Shared::new);
        let mut last = |builder: &mut WorldBuilder| {
            (self.prepare)(builder);
            builder.note_mishaps(true);
            if let Some(shared) = &shared {
                builder.witness(Box::new(shared.clone()));
            }
        };
        let (report, world) = bounded_with(lab, self.options, &|| false, &mut last)?;
        let given = world.lines().map(|line| {
            let given = line.mishaps().iter();
            given.map(|&(number, mishap)| (number, of_cable(mishap))).collect()
        });
        let given = given.collect();
        Ok((report, shared.map(|shared| shared.close()).unwrap_or_default(), given))
    }

    /// What chance gave in the failing run, on cables of the lab file; `None`: it does not fail.
    fn given(&mut self) -> Result<Option<Vec<Incident>>, Text> {
        let (report, book, given) = self.run(self.lab, Some(Book::default()))?;
        if holds(&report, self.demand) {
            return Ok(None);
        }
        let mut incidents = Vec::new();
        for (frames, given) in book.frames.iter().zip(given).take(2 * self.lab.links.len()) {
            let marked = given.into_iter().filter_map(|(number, mishap)| {
                let at = usize::try_from(number).ok()?.checked_sub(1)?;
                Some((frames.get(at)?.clone(), mishap))
            });
            incidents.extend(marked);
        }
        Ok(Some(incidents))
    }

    /// Does the demand fail in the stilled lab when these befall? Then which frames they were.
    fn fails(&mut self, told: &[Incident]) -> Result<Option<Vec<Numbered>>, Text> {
        let mut lab = self.lab.clone();
        lab.scripts.extend(self.still.iter().cloned());
        let (report, book, _) = self.run(&lab, Some(Book::telling(told)))?;
        Ok((!holds(&report, self.demand)).then_some(book.befell))
    }

    /// The least part of a failing list that still fails, and whether that is known to be so.
    fn least(&mut self, mut list: Vec<Incident>) -> Result<(Vec<Incident>, bool), Text> {
        if self.fails(&[])?.is_some() {
            return Ok((Vec::new(), true));
        }
        let mut parts = 2;
        while list.len() > 1 {
            let size = list.len().div_ceil(parts);
            let Some(smaller) = self.smaller(&list, size)? else {
                if !(self.patience)() {
                    return Ok((list, false));
                }
                if size == 1 {
                    break;
                }
                parts = (parts * 2).min(list.len());
                continue;
            };
            // A part alone begins anew with halves; without a part the others keep their size.
            parts = if smaller.len() <= size { 2 } else { (parts - 1).max(2) };
            list = smaller;
        }
        Ok((list, true))
    }

    /// A part of `size` that fails alone, or the list without such a part, if either fails.
    fn smaller(&mut self, list: &[Incident], size: usize) -> Result<Option<Vec<Incident>>, Text> {
        let starts = || (0..list.len()).step_by(size);
        let part = |start: usize| start..(start + size).min(list.len());
        for start in starts() {
            if !(self.patience)() {
                return Ok(None);
            }
            let alone = &list[part(start)];
            if self.fails(alone)?.is_some() {
                return Ok(Some(alone.to_vec()));
            }
        }
        // Of two parts each is what the other leaves.
        for start in starts().filter(|_| list.len() > 2 * size) {
            if !(self.patience)() {
                return Ok(None);
            }
            let range = part(start);
            let rest = [&list[..range.start], &list[range.end..]].concat();
            if self.fails(&rest)?.is_some() {
                return Ok(Some(rest));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
