//! What build servers read: JUnit's XML. A lab that was handed in is a suite; its checks, its tasks and
//! the run itself are its cases.
//!
//! A check or task that does not hold is a failure; a task that is open in the lab as shipped is
//! skipped, for that is how it should be; a lab that could not be run to its end is an error.

use super::escape::escape;
use super::{Evidence, Graded, Outcome, Report};
use crate::run::Judged;
use base::Lang;

/// How a case ended.
enum Case {
    Good,
    Skipped(String),
    /// In one line, and in full.
    Failure(String, String),
    Error(String, String),
}

/// One document over all of them.
pub fn junit(all: &[Graded], lang: Lang) -> String {
    let suites: Vec<Suite> = all.iter().map(|graded| Suite::of(graded, lang)).collect();
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let (tests, failures) = (sum(|suite| suite.cases.len()), sum(Suite::failures));
    let (errors, skipped) = (sum(Suite::errors), sum(Suite::skipped));
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text += &format!(
        "<testsuites name=\"catenet\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">\n"
    );
    for suite in &suites {
        suite.write(&mut text);
    }
    text + "</testsuites>\n"
}

struct Suite {
    name: String,
    file: String,
    seconds: f64,
    properties: Vec<(&'static str, String)>,
    /// Class, name, and how it ended.
    cases: Vec<(String, String, Case)>,
}

impl Suite {
    fn of(graded: &Graded, lang: Lang) -> Suite {
        let lab = graded.report().map_or(graded.file.as_str(), |report| report.lab.as_str());
        let student = graded.student.as_str();
        let name = if student.is_empty() { lab.to_owned() } else { format!("{lab}: {student}") };
        let mut suite = Suite {
            name,
            file: graded.file.clone(),
            seconds: 0.0,
            properties: Vec::new(),
            cases: Vec::new(),
        };
        if !student.is_empty() {
            suite.properties.push(("student", student.to_owned()));
        }
        match &graded.outcome {
            Outcome::Ran(report) => suite.ran(report, lang),
            Outcome::Refused(refusal) => {
                let (why, detail) = (refusal.why.get(lang), refusal.detail.get(lang));
                let case = Case::Error(why.to_owned(), detail.to_owned());
                suite.cases.push((suite.name.clone(), refusal.code.clone(), case));
            }
        }
        suite
    }

    fn ran(&mut self, report: &Report, lang: Lang) {
        self.seconds = report.ran.as_secs_f64();
        self.properties.push(("seed", report.seed.to_string()));
        if !report.real {
            self.properties.push(("digest", format!("{:032x}", report.digest)));
        }
        for check in &report.checks {
            let weighs = !report.tasks_decide();
            self.judged("checks", check, weighs, lang);
        }
        for task in &report.tasks {
            self.judged("tasks", &task.judged, report.solving, lang);
        }
        for (index, fault) in report.faults.iter().enumerate() {
            let case = Case::Error(fault.get(lang).to_owned(), String::new());
            self.cases.push((format!("{}.run", self.name), format!("run {}", index + 1), case));
        }
    }

    /// One check or task; what does not weigh and does not hold is skipped.
    fn judged(&mut self, kind: &str, judged: &Judged, weighs: bool, lang: Lang) {
        let evidence = Evidence::of(judged, lang);
        let case = match (judged.verdict.holds, weighs) {
            (true, _) => Case::Good,
            (false, true) => Case::Failure(evidence.value(), evidence.text()),
            (false, false) => Case::Skipped(evidence.value()),
        };
        self.cases.push((format!("{}.{kind}", self.name), evidence.says, case));
    }

    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.2, Case::Failure(..))).count()
    }
    fn errors(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.2, Case::Error(..))).count()
    }
    fn skipped(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.2, Case::Skipped(..))).count()
    }

    fn write(&self, text: &mut String) {
        let (tests, failures, errors, skipped) =
            (self.cases.len(), self.failures(), self.errors(), self.skipped());
        // The suite's time is the lab's own: the same wherever it is run.
        *text += &format!(
            "  <testsuite name=\"{}\" file=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{:.6}\">\n",
            escape(&self.name),
            escape(&self.file),
            self.seconds
        );
        if !self.properties.is_empty() {
            *text += "    <properties>\n";
            for (name, value) in &self.properties {
                *text +=
                    &format!("      <property name=\"{name}\" value=\"{}\"/>\n", escape(value));
            }
            *text += "    </properties>\n";
        }
        for (class, name, case) in &self.cases {
            let (class, name) = (escape(class), escape(name));
            *text += &format!("    <testcase classname=\"{class}\" name=\"{name}\" time=\"0\"");
            *text += &match case {
                Case::Good => "/>\n".to_owned(),
                Case::Skipped(why) => {
                    format!("><skipped message=\"{}\"/></testcase>\n", escape(why))
                }
                Case::Failure(why, full) => element("failure", why, full),
                Case::Error(why, full) => element("error", why, full),
            };
        }
        *text += "  </testsuite>\n";
    }
}

fn element(tag: &str, why: &str, full: &str) -> String {
    let (why, full) = (escape(why), escape(full));
    format!(">\n      <{tag} message=\"{why}\">{full}</{tag}>\n    </testcase>\n")
}
