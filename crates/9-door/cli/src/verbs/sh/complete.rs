//! What Tab offers: programs where a command begins, machines and names elsewhere.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper, Result};
use service::api::LabView;

/// The shell's own words.
const OWN: &[&str] = &["command", "exit", "false", "help", "jobs", "kill", "true", "wait"];

/// The names of a lab.
pub struct Names {
    programs: Vec<String>,
    places: Vec<String>,
}

impl Names {
    /// Programs of its machines; its machines, their names and addresses.
    pub fn of(lab: &LabView) -> Names {
        let mut programs: Vec<String> = lab.programs.iter().map(|one| one.name.clone()).collect();
        programs.extend(OWN.iter().map(|&own| own.to_owned()));
        let mut places: Vec<String> = Vec::new();
        for node in lab.nodes_list.iter().filter(|node| node.kind != "switch") {
            places.extend(node.names.iter().cloned());
            let bare = |address: &String| address.split('/').next().unwrap_or_default().to_owned();
            places.extend(node.addresses.iter().map(bare));
        }
        for names in [&mut programs, &mut places] {
            names.sort();
            names.dedup();
        }
        Names { programs, places }
    }

    /// Where the last word of `line` begins, and what it may become.
    fn offers(&self, line: &str) -> (usize, Vec<String>) {
        let start = line.rfind([' ', '|', ';', '&', '/', '<', '>']).map_or(0, |place| place + 1);
        let before = line[..start].trim_end();
        let begins = before.is_empty() || before.ends_with(['|', ';', '&']);
        let known = if begins { &self.programs } else { &self.places };
        let word = &line[start..];
        (start, known.iter().filter(|name| name.starts_with(word)).cloned().collect())
    }
}

impl Completer for Names {
    type Candidate = Pair;
    fn complete(&self, line: &str, place: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let (start, offers) = self.offers(&line[..place]);
        let pair = |name: String| Pair { display: name.clone(), replacement: name };
        Ok((start, offers.into_iter().map(pair).collect()))
    }
}
impl Hinter for Names {
    type Hint = String;
}
impl Highlighter for Names {}
impl Validator for Names {}
impl Helper for Names {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_begin_commands_and_places_follow() {
        let names = Names {
            programs: ["curl", "ping", "ss"].map(str::to_owned).to_vec(),
            places: ["10.0.2.80", "www.example.lab"].map(str::to_owned).to_vec(),
        };
        for (line, start, offers) in [
            ("pi", 0, vec!["ping"]),
            ("ping w", 5, vec!["www.example.lab"]),
            ("ping -c 1 10", 10, vec!["10.0.2.80"]),
            ("a | s", 4, vec!["ss"]),
            ("a &&c", 4, vec!["curl"]),
            ("curl http://ww", 12, vec!["www.example.lab"]),
            ("ping 中", 5, vec![]),
        ] {
            let offers: Vec<String> = offers.into_iter().map(str::to_owned).collect();
            assert_eq!(names.offers(line), (start, offers), "{line}");
        }
    }
}
