//! One lab that was handed in, and what came of it: the evidence that pages, lists and build servers
//! are made from.

use super::Report;
use base::Lang;
use language::{Diagnostic, Text};
use serde::{Deserialize, Serialize};

/// One lab that was handed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Graded {
    /// Whose it is; empty where nobody said so.
    pub student: String,
    /// Its file, as it was named.
    pub file: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was run.
    Ran(Box<Report>),
    /// It could not be.
    Refused(Refusal),
}

/// Why a lab was not run, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable word: `bad-lab`, `too-large` ..
    pub code: String,
    /// In one line.
    pub why: Text,
    /// In full; may be empty.
    pub detail: Text,
}

impl Refusal {
    /// With a reason of one line.
    pub fn new(code: &str, en: impl Into<String>, zh: impl Into<String>) -> Refusal {
        let why = Text { en: en.into(), zh: zh.into() };
        Refusal { code: code.to_owned(), why, detail: Text::default() }
    }

    /// Told by whoever ran it: its first line, and in full where there is more.
    pub fn told(code: &str, whole: Text) -> Refusal {
        let first = |whole: &str| whole.trim().lines().next().unwrap_or_default().to_owned();
        let why = Text { en: first(&whole.en), zh: first(&whole.zh) };
        let more = whole.en.trim() != why.en || whole.zh.trim() != why.zh;
        Refusal { code: code.to_owned(), why, detail: if more { whole } else { Text::default() } }
    }

    /// A lab that lacks what a task asks for: the place is a line of the task, not of the lab.
    pub fn lacks(mistakes: &[Diagnostic]) -> Refusal {
        let why = mistakes.first().map(|first| first.message.clone()).unwrap_or_default();
        Refusal { code: "not-the-task".to_owned(), why, ..Refusal::mistakes(mistakes) }
    }

    /// A lab file with mistakes.
    pub fn mistakes(mistakes: &[Diagnostic]) -> Refusal {
        let says = |lang| language::render(mistakes, lang);
        let first = |lang| match mistakes.first() {
            Some(first) => {
                let place = &first.place;
                format!(
                    "{}:{}:{}: {}",
                    place.file,
                    place.line,
                    place.column,
                    first.message.get(lang)
                )
            }
            None => String::new(),
        };
        Refusal {
            code: "bad-lab".to_owned(),
            why: Text { en: first(Lang::En), zh: first(Lang::Zh) },
            detail: Text { en: says(Lang::En), zh: says(Lang::Zh) },
        }
    }
}

impl Graded {
    /// A stable word: `passed`, `open` (it ran, and not all holds), or why it was refused.
    pub fn result(&self) -> &str {
        match &self.outcome {
            Outcome::Ran(report) if report.passed() => "passed",
            Outcome::Ran(report) => match report.ended {
                crate::run::Ending::Whole if report.faults.is_empty() => "open",
                crate::run::Ending::Whole => "fault",
                crate::run::Ending::Storm => "storm",
                crate::run::Ending::Enough => "too-long",
            },
            Outcome::Refused(refusal) => &refusal.code,
        }
    }

    /// Was everything brought about?
    pub fn passed(&self) -> bool {
        self.result() == "passed"
    }

    /// Why it was refused, or what went wrong while it ran; empty where nothing did.
    pub fn reason(&self) -> Text {
        match &self.outcome {
            Outcome::Ran(report) => report.faults.first().cloned().unwrap_or_default(),
            Outcome::Refused(refusal) => refusal.why.clone(),
        }
    }

    /// What came out, if it ran.
    pub fn report(&self) -> Option<&Report> {
        match &self.outcome {
            Outcome::Ran(report) => Some(report),
            Outcome::Refused(_) => None,
        }
    }
}
