//! A check or task in the words of one language: what it asks, what was measured, and the frames.

use super::how;
use crate::run::Judged;
use base::Lang;

/// One check or task with its proof.
pub(super) struct Evidence {
    /// The sentence for people, or the expression where the file gives none.
    pub says: String,
    /// The expression.
    pub line: String,
    /// When it was judged, in seconds.
    pub at: String,
    /// Its measurements.
    pub measured: Vec<Measure>,
    lang: Lang,
}

/// One measurement.
pub(super) struct Measure {
    /// As it is written.
    pub what: String,
    /// What came out.
    pub value: String,
    /// `held`, `did not hold`, `could not be measured`.
    pub how: &'static str,
    /// The first frames that count.
    pub frames: Vec<String>,
    /// The way of the first of them, station by station.
    pub journey: Vec<String>,
}

impl Evidence {
    /// In this language.
    pub(super) fn of(judged: &Judged, lang: Lang) -> Evidence {
        let said = if lang == Lang::Zh { &judged.zh } else { &judged.en };
        let measured = judged.verdict.measured.iter().map(|one| Measure {
            what: one.what.clone(),
            value: one.value.get(lang).to_owned(),
            how: how(one, lang),
            frames: one.frames.iter().map(|frame| frame.get(lang).to_owned()).collect(),
            journey: one.journey.iter().map(|step| step.get(lang).to_owned()).collect(),
        });
        Evidence {
            says: if said.is_empty() { judged.line.clone() } else { said.clone() },
            line: judged.line.clone(),
            at: judged.at.to_string(),
            measured: measured.collect(),
            lang,
        }
    }

    /// What was measured, in one line.
    pub(super) fn value(&self) -> String {
        if self.measured.is_empty() {
            return match self.lang {
                Lang::En => "not judged".to_owned(),
                Lang::Zh => "未评判".to_owned(),
            };
        }
        let values: Vec<&str> = self.measured.iter().map(|one| one.value.as_str()).collect();
        values.join("; ")
    }

    /// All of it, below the sentence, each line behind `margin`.
    pub(super) fn below(&self, margin: &str) -> String {
        let (line, at) = (&self.line, &self.at);
        let mut text = match self.lang {
            Lang::En => format!("{margin}{line} (at {at} s)\n"),
            Lang::Zh => format!("{margin}{line} (在 {at} 秒)\n"),
        };
        for one in &self.measured {
            text += &format!("{margin}{}: {} - {}\n", one.what, one.value, one.how);
            for frame in &one.frames {
                text += &format!("{margin}  {frame}\n");
            }
            for line in &one.journey {
                text += &format!("{margin}    {line}\n");
            }
        }
        text
    }

    /// All of it, for a build server.
    pub(super) fn text(&self) -> String {
        self.below("")
    }
}
