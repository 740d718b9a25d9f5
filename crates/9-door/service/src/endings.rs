//! How labs ended that nobody stopped: kept for whoever asks next, and written to the service's log.
//!
//! Invariant: the last `MOST` are kept; a lab that starts again takes its old ending away.

use crate::api::Problem;
use door::driver::Ended;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Endings that are kept.
const MOST: usize = 16;

/// Endings, oldest first.
#[derive(Debug, Default)]
pub struct Endings(Mutex<VecDeque<(String, String)>>);

impl Endings {
    /// Notes how a lab ended; one that was stopped is no news.
    pub fn note(&self, lab: &str, how: &Ended) {
        let why = match how {
            Ended::Stopped => return,
            Ended::Failed(why) => why.clone(),
            Ended::Panicked(why) => format!("a bug of ours: {why}"),
        };
        eprintln!("the lab {lab} ended: {why}");
        self.add(lab, why);
    }

    /// Notes that a lab of a service that was killed could not be started anew.
    pub fn not_restored(&self, lab: &str, problem: &Problem) {
        eprintln!("the lab {lab} was not restored: {}", problem.en);
        self.add(lab, problem.en.clone());
    }

    fn add(&self, lab: &str, why: String) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(name, _)| name != lab);
        kept.push_back((lab.to_owned(), why));
        if kept.len() > MOST {
            kept.pop_front();
        }
    }

    /// A lab of this name runs again.
    pub fn forget(&self, lab: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, _)| name != lab);
    }

    /// All of them: name and reason.
    pub fn all(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Adds to a complaint about a lab that does not run why it does not.
    pub fn explain(&self, lab: &str, problem: Problem) -> Problem {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.iter().find(|(name, _)| name == lab) {
            Some((_, why)) => Problem::new(
                "lab-ended",
                format!("the lab {lab} has ended: {why}"),
                format!("实验 {lab} 已结束: {why}"),
            ),
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_told_until_the_lab_runs_again() {
        let endings = Endings::default();
        let gone = || endings.explain("x", Problem::new("unknown-lab", "no x", "无 x"));
        endings.note("x", &Ended::Stopped);
        assert_eq!(gone().code, "unknown-lab");
        endings.note("x", &Ended::Failed("time stands still".into()));
        assert_eq!(gone().en, "the lab x has ended: time stands still");
        (0..MOST).for_each(|n| endings.note(&format!("y{n}"), &Ended::Panicked("!".into())));
        assert_eq!(endings.all().len(), MOST);
        endings.note("x", &Ended::Failed("again".into()));
        endings.forget("x");
        assert_eq!(gone().code, "unknown-lab");
    }
}
