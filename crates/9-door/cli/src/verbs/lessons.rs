//! `lessons`: the lessons, and each as a text whose buttons are commands.

use crate::args::Lessons;
use crate::prose::paragraphs;
use crate::say::{Context, Exit, Failure, called_as, print};
use crate::table;
use lab::shelf;
use language::diagnostic::counted;
use language::lesson::{Lesson, Scene, Show, Task, View};
use std::io::IsTerminal;

/// Lists them, or tells one.
pub fn run(context: &Context, wish: &Lessons) -> Result<Exit, Failure> {
    match &wish.name {
        None => list(context),
        Some(name) => tell(context, name, wish.solution),
    }
    .map(|()| Exit::DONE)
}

/// All lessons of the binary.
pub fn all(context: &Context) -> Result<Vec<Lesson>, Failure> {
    let read = shelf::names().filter_map(shelf::lesson).collect::<Result<Vec<_>, _>>();
    read.map_err(|mistakes| Failure::cannot(language::render(&mistakes, context.lang)))
}

fn list(context: &Context) -> Result<(), Failure> {
    let lessons = all(context)?;
    if context.json {
        let lines: Vec<_> = lessons.iter().map(service::lessons::line).collect();
        return print(&format!("{}\n", serde_json::json!(lines)));
    }
    let head = table::head(context.lang, ["LESSON", "LAB", "TITLE"], ["课文", "实验", "标题"]);
    print(&table::render(&head, &rows(context, &lessons)))
}

/// A row for each lesson.
pub fn rows(context: &Context, lessons: &[Lesson]) -> Vec<Vec<String>> {
    let row = |lesson: &Lesson| {
        vec![lesson.name.clone(), lesson.lab.clone(), lesson.title.get(context.lang).to_owned()]
    };
    lessons.iter().map(row).collect()
}

fn tell(context: &Context, name: &str, solution: bool) -> Result<(), Failure> {
    let Some(read) = shelf::lesson(name) else {
        let known = shelf::names().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(context.say(
            &format!("no lesson is called {name}; there are: {known}"),
            &format!("没有叫 {name} 的课文; 有这些: {known}"),
        )));
    };
    let lesson =
        read.map_err(|mistakes| Failure::cannot(language::render(&mistakes, context.lang)))?;
    if context.json {
        let whole = service::lessons::whole(&lesson);
        return print(&format!("{}\n", serde_json::json!(whole)));
    }
    let bold = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let teller = Teller { context, lab: &lesson.lab, bold, solution };
    print(&teller.lesson(&lesson))
}

struct Teller<'a> {
    context: &'a Context,
    lab: &'a str,
    bold: bool,
    solution: bool,
}

impl Teller<'_> {
    fn lesson(&self, lesson: &Lesson) -> String {
        let lang = self.context.lang;
        let mut out = paragraphs(&format!("**{}**", lesson.title.get(lang)), 0, self.bold);
        out.push_str(&paragraphs(lesson.about.get(lang), 0, self.bold));
        let first = self.context.say("first", "首先");
        out.push_str(&format!("\n{first}: {} up -d {}\n", called_as(), lesson.lab));
        for (at, scene) in lesson.scenes.iter().enumerate() {
            out.push_str(&format!("\n{}", self.scene(at + 1, scene)));
        }
        out
    }

    fn scene(&self, number: usize, scene: &Scene) -> String {
        let lang = self.context.lang;
        let title = format!("**{number}. {}**", scene.title.get(lang));
        let mut out = paragraphs(&title, 0, self.bold);
        out.push_str(&paragraphs(scene.text.get(lang), 2, self.bold));
        let look = self.context.say("look", "查看");
        out.push_str(&format!("\n  {look}: {}\n", self.command(&shown(&scene.show))));
        for (at, action) in scene.actions.iter().enumerate() {
            let (label, line) = (action.label.get(lang), self.command(&action.line));
            out.push_str(&format!("  [{}] {label}\n      {line}\n", at + 1));
        }
        if let Some(task) = &scene.task {
            out.push_str(&self.task(task));
        }
        if let Some(note) = &scene.note {
            let head = self.context.say("The lesson and the RFC", "课文与 RFC");
            let note = format!("{head}: {}", note.get(lang));
            out.push_str(&format!("\n{}", paragraphs(&note, 4, self.bold)));
        }
        if !scene.rfc.is_empty() {
            out.push_str(&format!("    {}\n", scene.rfc.join(", ")));
        }
        out
    }

    fn task(&self, task: &Task) -> String {
        let lang = self.context.lang;
        let head = self.context.say(
            &format!("**Task** ({})", counted(task.points, "point", "points")),
            &format!("**任务** ({} 分)", task.points),
        );
        let text = format!("{head}: {}", task.text.get(lang));
        let mut out = format!("\n{}", paragraphs(&text, 2, self.bold));
        if self.solution {
            let hint = format!("{}: {}", self.context.say("Hint", "提示"), task.hint.get(lang));
            out.push_str(&paragraphs(&hint, 2, self.bold));
            let buttons: Vec<String> =
                task.solution.iter().map(|at| format!("[{}]", at + 1)).collect();
            let head = self.context.say("Solution", "解法");
            out.push_str(&format!("  {head}: {}\n", buttons.join(" ")));
        }
        let held = self.context.say("Done when", "完成的标准");
        out.push_str(&format!("  {held}: {}\n", task.line));
        out
    }

    /// A verb line as a command that can be pasted.
    fn command(&self, line: &str) -> String {
        format!("{} -l {} {line}", called_as(), self.lab)
    }
}

/// What a scene shows, as a verb line.
fn shown(show: &Show) -> String {
    let filter = || show.filter.as_ref().map_or(String::new(), |filter| format!(" '{filter}'"));
    match show.view {
        View::Network => "show".to_owned(),
        View::Events | View::Ladder | View::Packet => format!("watch{}", filter()),
        View::Machine => {
            let parts = [Some("show"), show.node.as_deref(), show.table.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Lang;
    use clap::CommandFactory;

    fn context(lang: Lang) -> Context {
        Context { lang, json: false, server: None, lab: None }
    }

    #[test]
    fn every_lesson_is_told_in_both_languages_and_its_commands_can_be_pasted() {
        for lang in [Lang::En, Lang::Zh] {
            let context = context(lang);
            for lesson in all(&context).unwrap_or_default() {
                let teller =
                    Teller { context: &context, lab: &lesson.lab, bold: false, solution: true };
                let text = teller.lesson(&lesson);
                assert!(!text.contains("**"), "{text}");
                let called = called_as();
                let commands: Vec<&str> = text
                    .lines()
                    .filter_map(|line| line.split(&format!("{called} ")).nth(1))
                    .collect();
                assert!(commands.len() > lesson.scenes.len());
                for command in commands {
                    let words = language::command::split_words(command).unwrap_or_default();
                    let words = words.into_iter().map(|word| word.word);
                    let line = std::iter::once("catenet".to_owned()).chain(words);
                    let read = crate::args::Args::command().try_get_matches_from(line);
                    assert!(read.is_ok(), "{command}: {:?}", read.err());
                }
            }
        }
    }
}
