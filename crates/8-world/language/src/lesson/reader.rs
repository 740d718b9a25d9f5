//! From the text of a lesson to a [`Lesson`], or all its mistakes.
//!
//! The reader of lab files lends its hands (places, "did you mean", wrong types); what is new here:
//! both languages are demanded, and every name is held to the lab that the lesson names.

use super::scribe::{ACTION_KEYS, LESSON_KEYS, SCENE_KEYS, Scribe, Style, TASK_KEYS, heading};
use super::{Action, Lesson, Press, Scene, Task};
use crate::diagnostic::{Complaint, Diagnostic, Sink, text};
use crate::expect::Expect;
use crate::fields::FIELDS;
use crate::model::Lab;
use crate::parse::{Options, utf8};
use crate::read::check_name;
use crate::time_verb::Until;
use crate::tree::{Item, Kind, Table};
use crate::verb::unknown;
use crate::{Filter, TimeVerb, Verb, syntax};

/// What a task brings that does not say.
const POINTS: u32 = 10;

/// The labs that lessons are played in.
pub struct Labs<'a> {
    /// Their names, for "did you mean".
    pub names: &'a [&'a str],
    /// One of them, by its name.
    pub find: &'a dyn Fn(&str) -> Option<Lab>,
}

/// Reads a lesson from the octets of a file, given what the world around it knows and where its lab
/// comes from.
///
/// # Errors
/// All mistakes, in the order of the file.
pub fn parse(
    octets: &[u8],
    file_name: &str,
    options: &Options<'_>,
    labs: &Labs<'_>,
) -> Result<Lesson, Vec<Diagnostic>> {
    let text = utf8(octets, file_name)?;
    let mut sink = Sink::default();
    let root = syntax::read_or(file_name, text, empty, &mut sink);
    let lesson = root.map(|root| Scribe::new(&mut sink, options).lesson(&root, labs));
    match lesson {
        Some(lesson) if sink.is_empty() => Ok(lesson),
        _ => Err(sink.finish()),
    }
}

impl Scribe<'_> {
    fn lesson(&mut self, root: &Table, labs: &Labs<'_>) -> Lesson {
        self.keys(root, LESSON_KEYS, "a lesson", "课文");
        let start = root.entries.iter().map(|(key, _)| key.span).min_by_key(|span| span.start);
        let head = start.unwrap_or_default();
        let name = self.demand(root, head, "lesson", "a lesson", "课文", "lesson = \"my-lesson\"");
        let name = name.and_then(|item| self.name(item)).unwrap_or_default();
        let lab = self.demand(root, head, "lab", "a lesson", "课文", "lab = \"handshake\"");
        let lab = lab.and_then(|item| self.find_lab(item, labs)).unwrap_or_default();
        let title = self.both(root, head, "title", Style::Line).unwrap_or_default();
        let about = self.both(root, head, "about", Style::Line).unwrap_or_default();
        let scenes = self.demand(root, head, "scene", "a lesson", "课文", "[[scene]]");
        let scenes: Vec<Scene> = match scenes {
            Some(item) => {
                let items = self.reader.list(item).to_vec();
                items.iter().filter_map(|item| self.scene(item)).collect()
            }
            None => Vec::new(),
        };
        Lesson { name, lab, title, about, scenes }
    }

    fn name(&mut self, item: &Item) -> Option<String> {
        let words = self.reader.words(item, "lesson")?;
        if let Err(complaint) = check_name(words) {
            self.reader.complain(item, complaint);
        }
        Some(words.to_owned())
    }

    fn find_lab(&mut self, item: &Item, labs: &Labs<'_>) -> Option<String> {
        let words = self.reader.words(item, "lab")?;
        self.lab = (labs.find)(words);
        if self.lab.is_none() {
            let mut complaint = unknown(words, words, "lab", "实验", labs.names.iter().copied());
            complaint.at = 0..words.len();
            self.reader.complain(item, complaint);
        }
        Some(words.to_owned())
    }

    fn scene(&mut self, item: &Item) -> Option<Scene> {
        let table = self.reader.table(item, "scene")?.clone();
        self.keys(&table, SCENE_KEYS, "a [[scene]]", "[[scene]] ");
        let head = heading(item, "[[scene]]");
        let title = self.both(&table, head, "title", Style::Line).unwrap_or_default();
        let text = self.both(&table, head, "text", Style::Prose).unwrap_or_default();
        let show = self.demand(
            &table,
            head,
            "show",
            "a [[scene]]",
            "[[scene]]",
            "show = { view = \"network\" }",
        );
        let show = show.and_then(|item| self.show(item)).unwrap_or_default();
        let actions = table.get("actions").map_or(&[][..], |item| match &item.kind {
            Kind::List(list) => list,
            _ => std::slice::from_ref(item),
        });
        // A button that is broken stands in the list all the same: the task counts them.
        let actions: Vec<Option<Action>> = actions.iter().map(|item| self.action(item)).collect();
        let task = table.get("task").and_then(|item| self.task(item, actions.len()));
        let note = match table.get("note") {
            Some(_) => self.both(&table, head, "note", Style::Prose),
            None => None,
        };
        let rfc = table.get("rfc").map_or_else(Vec::new, |item| self.clauses(item));
        let actions = actions.into_iter().flatten().collect();
        Some(Scene { title, text, show, actions, task, note, rfc })
    }

    fn action(&mut self, item: &Item) -> Option<Action> {
        let what = "[[scene.actions]]";
        let table = self.reader.table(item, "actions")?.clone();
        self.keys(&table, ACTION_KEYS, "a [[scene.actions]]", "[[scene.actions]] ");
        let head = heading(item, what);
        let label = self.both(&table, head, "label", Style::Line);
        let line = self.demand(
            &table,
            head,
            "do",
            "a [[scene.actions]]",
            what,
            "do = \"exec pc1 -- ping pc2\"",
        );
        let (item, line) = (line?, self.reader.words(line?, "do")?);
        match self.press(line) {
            Ok(press) => Some(Action { label: label?, line: line.to_owned(), press }),
            Err(complaint) => {
                self.reader.complain(item, complaint);
                None
            }
        }
    }

    fn press(&self, line: &str) -> Result<Press, Complaint> {
        if let Some(verb) = TimeVerb::parse(line) {
            let verb = verb?;
            if let TimeVerb::Step { until: Until::Filter(filter), .. } = &verb {
                let at = line.find(filter.as_str()).unwrap_or(0);
                Filter::parse(filter, FIELDS).map_err(|complaint| complaint.shifted(at))?;
            }
            return Ok(Press::Clock(verb));
        }
        let verb = Verb::parse(line, self.reader.options.known_programs)?;
        self.lab.as_ref().map_or(Ok(()), |lab| verb.check(line, lab))?;
        Ok(Press::World(verb))
    }

    fn task(&mut self, item: &Item, buttons: usize) -> Option<Task> {
        let what = "[scene.task]";
        let table = self.reader.table(item, "task")?.clone();
        self.keys(&table, TASK_KEYS, "a [scene.task]", "[scene.task] ");
        let head = heading(item, what);
        let sentence = self.both(&table, head, "text", Style::Prose);
        let hint = self.both(&table, head, "hint", Style::Prose);
        let example = "expect = \"count(tcp.flags.reset == 1) > 0\"";
        let line = self.demand(&table, head, "expect", "a [scene.task]", what, example);
        let expect = line.and_then(|item| self.expect(item));
        let points = table.get("points").and_then(|item| self.reader.natural(item, "points", 1000));
        let example = "solution = [1]";
        let solution = self.demand(&table, head, "solution", "a [scene.task]", what, example);
        let solution = solution.and_then(|item| self.solution(item, buttons));
        let (line, expect) = expect?;
        Some(Task {
            text: sentence?,
            line,
            expect,
            hint: hint?,
            points: points.and_then(|points| u32::try_from(points).ok()).unwrap_or(POINTS),
            solution: solution?,
        })
    }

    fn expect(&mut self, item: &Item) -> Option<(String, Expect)> {
        let line = self.reader.words(item, "expect")?;
        match Expect::parse(line, FIELDS) {
            Ok(expect) => {
                let reasons = self.reader.options.known_reasons;
                let wrong = self.lab.as_ref().map(|lab| expect.check(lab, reasons));
                for complaint in wrong.unwrap_or_default() {
                    self.reader.complain(item, complaint);
                }
                Some((line.to_owned(), expect))
            }
            Err(complaint) => {
                self.reader.complain(item, complaint);
                None
            }
        }
    }

    /// Numbers of buttons, from 1.
    fn solution(&mut self, item: &Item, buttons: usize) -> Option<Vec<usize>> {
        let list = self.reader.list(item).to_vec();
        let complaint = |buttons: usize| {
            Complaint::new(
                "out-of-range",
                0..0,
                text(
                    "`solution` lists the scene's buttons that solve the task, by number",
                    "`solution` 按编号列出能完成任务的按钮",
                ),
            )
            .label(text(
                format!("the scene has {buttons} [[scene.actions]]"),
                format!("这一幕有 {buttons} 个 [[scene.actions]]"),
            ))
            .help(text(
                "write: solution = [1], or [2, 1] for two in this order",
                "写成: solution = [1]; 先 2 后 1 写成 [2, 1]",
            ))
        };
        if list.is_empty() {
            self.reader.sink.report(item.span, complaint(buttons));
            return None;
        }
        let mut out = Vec::new();
        for item in &list {
            let number = match item.kind {
                Kind::Integer(number) => usize::try_from(number).ok(),
                _ => None,
            };
            match number.filter(|number| (1..=buttons).contains(number)) {
                Some(number) => out.push(number - 1),
                None => {
                    self.reader.sink.report(item.span, complaint(buttons));
                    return None;
                }
            }
        }
        Some(out)
    }

    fn clauses(&mut self, item: &Item) -> Vec<String> {
        let items = self.reader.list(item).to_vec();
        let mut out = Vec::new();
        for item in &items {
            let Some(words) = self.reader.words(item, "rfc") else { continue };
            if !is_clause(words) {
                self.reader.complain(item, bad_clause(words));
            }
            out.push(words.to_owned());
        }
        out
    }
}

/// `rfc768`, `rfc9293#3.10.7.4`, `rfc8985#appendix-A`.
pub(super) fn is_clause(words: &str) -> bool {
    let (rfc, section) = words.split_once('#').unwrap_or((words, "1"));
    let number = rfc.strip_prefix("rfc").unwrap_or("");
    let numbered =
        !number.is_empty() && number.len() <= 5 && number.bytes().all(|b| b.is_ascii_digit());
    let part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    numbered && !section.is_empty() && section.chars().all(part)
}

/// The complaint about a file without a line that says anything.
fn empty() -> Complaint {
    Complaint::new("empty", 0..0, text("the lesson says nothing", "课文是空的"))
        .label(text("expected `lesson = \"name\"`", "应有 `lesson = \"名字\"`"))
        .help(text(
            "begin with: lesson = \"my-lesson\", then lab = \"two-lans\", title, about and a [[scene]]",
            "开头写: lesson = \"my-lesson\", 接着写 lab = \"two-lans\"、title、about 和一个 [[scene]]",
        ))
}

/// The complaint about what names no clause.
pub(super) fn bad_clause(words: &str) -> Complaint {
    let complaint = Complaint::new(
        "bad-clause",
        0..words.len(),
        text(format!("`{words}` names no clause of an RFC"), format!("`{words}` 不是 RFC 的条款")),
    );
    complaint.help(text(
        "write \"rfc9293#3.5\", or \"rfc768\" for the whole",
        "写成 \"rfc9293#3.5\"; 整篇写成 \"rfc768\"",
    ))
}
