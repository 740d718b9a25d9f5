//! Assertions in the language of `[[check]]`: `count(tcp.flags.syn == 1) > 2`, `exit(fetch) == 0`,
//! `events(retransmit) == 0`, `web.tcp.listen[80].syn_queue < 9`.

use crate::World;
use base::Lang;
use lab::judge::{Verdict, judge};
use language::Expect;
use language::model::When;

/// A check that does not hold: what was measured, the first frames, the first one's journey.
#[derive(Clone, PartialEq, Eq)]
pub struct Failed(String);

impl core::fmt::Display for Failed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}
/// As people read it, so that `unwrap` shows it well.
impl core::fmt::Debug for Failed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}
impl core::error::Error for Failed {}

impl World {
    /// Is it so, of all that happened up to now?
    ///
    /// # Errors
    /// It is not, or cannot be known, or the line itself is wrong (with caret and "did you mean").
    pub fn check(&self, line: &str) -> Result<(), Failed> {
        let verdict = self.verdict(line)?;
        if verdict.holds {
            return Ok(());
        }
        Err(Failed(self.story(line, &verdict)))
    }

    /// As [`World::check`], for a test that ends where it does not hold.
    ///
    /// # Panics
    /// It does not hold.
    #[track_caller]
    pub fn assert(&self, line: &str) {
        if let Err(failed) = self.check(line) {
            panic!("{failed}");
        }
    }

    /// Measures: `count("events(retransmit)")`, `count("tcp.port == 80")` (frames that pass a
    /// filter), `count("bytes(ip) at r1--servers")`.
    ///
    /// # Panics
    /// The line is wrong, or what it counts is forgotten already.
    #[track_caller]
    pub fn count(&self, what: &str) -> u64 {
        let counts = ["count(", "copies(", "bytes(", "events("];
        let counted = if counts.iter().any(|head| what.trim_start().starts_with(head)) {
            what.to_owned()
        } else {
            format!("count({what})")
        };
        // The relation that no number settles: where something is forgotten, that is said.
        let measured = self.verdict(&format!("{counted} < {}", u64::MAX)).map(|verdict| {
            let first = verdict.measured.into_iter().next();
            first.map(|first| first.number.ok_or(first.value.en))
        });
        match measured {
            Ok(Some(Ok(number))) => number,
            Ok(Some(Err(why))) => panic!("`{counted}`: {why}"),
            Ok(None) => panic!("`{counted}`: nothing is measured"),
            Err(failed) => panic!("{failed}"),
        }
    }

    fn verdict(&self, line: &str) -> Result<Verdict, Failed> {
        let say = |complaint: language::Complaint| {
            Failed(language::render(&[complaint.in_text("-", line)], Lang::En))
        };
        let expect = Expect::parse(line, language::fields::FIELDS).map_err(say)?;
        let reasons = lab::reason_names();
        if let Some(complaint) = expect.check(self.lab(), Some(&reasons)).into_iter().next() {
            return Err(say(complaint));
        }
        Ok(self.with(|world| judge(&expect, line, &When::default(), self.lab(), world)))
    }

    fn story(&self, line: &str, verdict: &Verdict) -> String {
        let mut text = format!("`{line}` does not hold at {} s of virtual time\n", self.now());
        for measured in &verdict.measured {
            let how = match (measured.known, measured.holds) {
                (false, _) => "could not be measured",
                (true, true) => "held",
                (true, false) => "did not hold",
            };
            text.push_str(&format!("  {}: {} - {how}\n", measured.what, measured.value.en));
            for frame in &measured.frames {
                text.push_str(&format!("    {}\n", frame.en));
            }
            for step in &measured.journey {
                text.push_str(&format!("    {}\n", step.en));
            }
        }
        text
    }
}
