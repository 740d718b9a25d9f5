//! What a lab does and demands: publish, capture, scripts, checks, tasks. Read last, because all of
//! it names machines, links and labels.

use std::net::SocketAddr;

use crate::command::bad_port;
use crate::diagnostic::{Complaint, Text, text};
use crate::expect::Expect;
use crate::fields::FIELDS;
use crate::model::{Capture, Check, Discipline, Lab, Publish, Script, Task, When};
use crate::read::{Reader, SCALARS, check_name, keys, top_level, whole};
use crate::tree::{Item, Key, Table};
use crate::verb::{Setting, Verb, Way, unknown};

impl Reader<'_> {
    pub(super) fn lists(&mut self, root: &Table, lab: &mut Lab) {
        for (key, item) in self.entries(root, "publish") {
            if let Some(publish) = self.publish(key, item, lab) {
                lab.publish.push(publish);
            }
        }
        for (key, item) in self.entries(root, "capture") {
            if let Some(capture) = self.capture(key, item, lab) {
                lab.captures.push(capture);
            }
        }
        let mut lines = Vec::new();
        for item in self.all(root, "script") {
            if let Some((script, line)) = self.script(item, lab) {
                lab.scripts.push(script);
                lines.push(line);
            }
        }
        // A line may name what an earlier `plug` has made.
        lab.each_script(|index, script, then| {
            if lab.is_rules() {
                return;
            }
            if let Err(complaint) = script.verb.check(&script.line, then) {
                self.complain(lines[index], complaint);
            }
        });
        for item in self.all(root, "check") {
            if let Some(check) = self.check(item, lab) {
                lab.checks.push(check);
            }
        }
        for item in self.all(root, "task") {
            if let Some(task) = self.task(item, lab) {
                lab.tasks.push(task);
            }
        }
    }

    fn all<'i>(&self, root: &'i Table, name: &str) -> &'i [Item] {
        root.get(name).map_or(&[], |item| self.list(item))
    }

    fn publish(&mut self, key: &Key, item: &Item, lab: &Lab) -> Option<Publish> {
        if SCALARS.contains(&key.name.as_str()) {
            self.sink.report(key.span, top_level(&key.name));
            return None;
        }
        let Ok(listen) = key.name.parse::<SocketAddr>() else {
            let complaint = Complaint::new(
                "bad-publish",
                0..0,
                text(
                    format!("`{}` is not a real address and port", key.name),
                    format!("`{}` 不是真实的地址和端口", key.name),
                ),
            )
            .help(text(
                "write: \"127.0.0.1:8080\" = \"web:80\"",
                "写成: \"127.0.0.1:8080\" = \"web:80\"",
            ));
            self.sink.report(key.span, complaint);
            return None;
        };
        let words = self.words(item, "publish")?;
        let (node, port) = words.split_once(':').unwrap_or((words, ""));
        if lab.machine(node).is_none() {
            self.complain(
                item,
                unknown(words, node, "machine", "机器", lab.machines().map(|m| m.name.as_str())),
            );
            return None;
        }
        let Some(port) = port.parse().ok().filter(|port| *port > 0) else {
            let start = (node.len() + 1).min(words.len());
            let complaint = bad_port(port, start..words.len()).help(text(
                "write: \"127.0.0.1:8080\" = \"web:80\"",
                "写成: \"127.0.0.1:8080\" = \"web:80\"",
            ));
            self.complain(item, complaint);
            return None;
        };
        Some(Publish { listen, node: node.to_owned(), port })
    }

    fn capture(&mut self, key: &Key, item: &Item, lab: &Lab) -> Option<Capture> {
        if let Err(complaint) = check_name(&key.name) {
            self.sink.report(key.span, complaint);
        }
        let words = item.as_text().unwrap_or("");
        if SCALARS.contains(&key.name.as_str()) && lab.place(words).is_none() {
            self.sink.report(key.span, top_level(&key.name));
            return None;
        }
        if key.name == lab.name {
            let taken = Complaint::new(
                "name-taken",
                0..0,
                text(
                    format!("`{}` is the capture of the whole lab", key.name),
                    format!("`{}` 是整个实验的抓包文件名", key.name),
                ),
            );
            self.sink.report(key.span, taken.help(text("choose another name", "换一个名字")));
            return None;
        }
        let words = self.words(item, "capture")?;
        let Some(place) = lab.place(words) else {
            let known = lab.links.iter().map(|link| link.name.as_str()).chain(lab.node_names());
            self.complain(
                item,
                unknown(words, words, "link, jack or node", "网线、网口或设备", known),
            );
            return None;
        };
        Some(Capture { name: key.name.clone(), place })
    }

    /// A script line, and where it stands.
    fn script<'i>(&mut self, item: &'i Item, lab: &Lab) -> Option<(Script, &'i Item)> {
        let table = self.table(item, "script")?;
        self.only(table, keys::SCRIPT, "a [[script]]", "[[script]]");
        let at = self.required(item, table, "at", "[[script]]", "at = \"3s\"");
        let line_item =
            self.required(item, table, "do", "[[script]]", "do = \"set LINK loss=30%\"")?;
        let at = self.duration(at?, "at");
        let every = self.every(table, base::Duration::from_micros(1));
        let line = self.words(line_item, "do")?;
        let verb = match Verb::parse(line, self.options.known_programs) {
            Ok(verb) => verb,
            Err(complaint) => {
                self.complain(line_item, complaint);
                return None;
            }
        };
        self.built_verb(line_item, &verb);
        let label = self.script_label(table, line_item, &verb, lab);
        let mut verb = verb;
        if let Verb::Exec { label: kept, .. } = &mut verb {
            // Under this label the world keeps what the program prints, and how it ends.
            kept.clone_from(&label);
        }
        let at = at?;
        if lab.duration.is_some_and(|duration| at > duration) {
            self.after_the_end(table, "at", lab);
        }
        Some((Script { at, every, line: line.to_owned(), verb, label }, line_item))
    }

    /// `label = ".."`, or the one in the line, or `pc1/ping` for a program.
    fn script_label(
        &mut self,
        table: &Table,
        line: &Item,
        verb: &Verb,
        lab: &Lab,
    ) -> Option<String> {
        let Verb::Exec { node, program, label, .. } = verb else {
            return None;
        };
        let taken = |label: &str| lab.labels().any(|known| known == label);
        let said = table.get("label");
        let given = said
            .and_then(|item| self.words(item, "label"))
            .map(str::to_owned)
            .or_else(|| label.clone());
        if let Some(label) = given.as_deref().filter(|label| taken(label)) {
            let item = said.unwrap_or(line);
            let complaint = Complaint::new(
                "duplicate-name",
                0..0,
                text(
                    format!("two programs have the label `{label}`"),
                    format!("两个程序的标签都是 `{label}`"),
                ),
            );
            let help = text("give one of them another label", "给其中一个换个标签");
            self.sink.report(item.span, complaint.help(help));
        }
        let plain = format!("{node}/{program}");
        let numbered = || (2u32..).map(|n| format!("{plain}/{n}"));
        let computed =
            || std::iter::once(plain.clone()).chain(numbered()).find(|label| !taken(label));
        given.or_else(computed)
    }

    fn check(&mut self, item: &Item, lab: &Lab) -> Option<Check> {
        let table = self.table(item, "check")?;
        self.only(table, keys::CHECK, "a [[check]]", "[[check]]");
        let sentence = self.sentence(table, "text");
        self.expectation(item, table, lab, "[[check]]", sentence)
    }

    fn task(&mut self, item: &Item, lab: &Lab) -> Option<Task> {
        let table = self.table(item, "task")?;
        self.only(table, keys::TASK, "a [[task]]", "[[task]]");
        self.required(item, table, "text", "[[task]]", "text = { en = \"..\", zh = \"..\" }");
        let sentence = self.sentence(table, "text");
        if let Some(said) = table.get("text").filter(|_| sentence.is_empty()) {
            let silent = Complaint::new(
                "missing-key",
                0..0,
                text("a task says what to do", "任务要说明做什么"),
            );
            let help = "text = { en = \"..\", zh = \"..\" }";
            self.sink.report(
                said.span,
                silent.help(text(format!("write: {help}"), format!("写上: {help}"))),
            );
        }
        let check = self.expectation(item, table, lab, "[[task]]", Text::default());
        let points =
            table.get("points").and_then(|item| self.natural(item, "points", 100_000)).unwrap_or(0);
        let hint = self.sentence(table, "hint");
        Some(Task {
            text: sentence,
            check: check?,
            points: u32::try_from(points).unwrap_or(0),
            hint,
        })
    }

    fn expectation(
        &mut self,
        item: &Item,
        table: &Table,
        lab: &Lab,
        what: &str,
        sentence: Text,
    ) -> Option<Check> {
        let line_item = self.required(item, table, "expect", what, "expect = \"count(tcp) > 0\"");
        let when = When {
            within: self.optional(table, "within"),
            after: self.optional(table, "after"),
            always: table
                .get("always")
                .and_then(|item| self.boolean(item, "always"))
                .unwrap_or(false),
        };
        if when.within.is_some() && when.within <= when.after {
            let complaint = Complaint::new(
                "out-of-range",
                0..0,
                text("`within` ends before `after` begins", "`within` 早于 `after`"),
            );
            let at = table.get("within").map_or(item.span, |item| item.span);
            self.sink.report(
                at,
                complaint.help(text(
                    "both count from boot: within = \"10s\", after = \"3s\"",
                    "两者都从开机算起: within = \"10s\", after = \"3s\"",
                )),
            );
        }
        for (key, late) in
            [("within", when.within > lab.duration), ("after", when.after >= lab.duration)]
        {
            if late && lab.duration.is_some() && table.get(key).is_some() {
                self.after_the_end(table, key, lab);
            }
        }
        let line_item = line_item?;
        let line = self.words(line_item, "expect")?;
        match Expect::parse(line, FIELDS) {
            Ok(expect) => {
                let known = if lab.is_rules() {
                    Vec::new()
                } else {
                    expect.check(lab, self.options.known_reasons)
                };
                for complaint in known {
                    self.complain(line_item, complaint);
                }
                Some(Check { text: sentence, line: line.to_owned(), expect, when })
            }
            Err(complaint) => {
                self.complain(line_item, complaint);
                None
            }
        }
    }

    /// A time at which the lab is over: nothing would happen or be judged then.
    fn after_the_end(&mut self, table: &Table, key: &str, lab: &Lab) {
        let (Some(item), Some(duration)) = (table.get(key), lab.duration) else { return };
        let end = crate::quantity::show_duration(duration);
        let complaint = Complaint::new(
            "out-of-range",
            0..0,
            text(
                format!("`{key}` lies behind the end: the lab's duration is {end}"),
                format!("`{key}` 在结束之后: 实验的 duration 是 {end}"),
            ),
        )
        .help(text(
            "write a later end above the first [table]: duration = \"60s\"",
            "在第一个 [表] 之前写更晚的结束时间: duration = \"60s\"",
        ));
        self.sink.report(item.span, complaint);
    }

    /// A verb that the language knows and nobody carries out.
    fn built_verb(&mut self, item: &Item, verb: &Verb) {
        let fair = |(_, setting): &(Way, Setting)| match setting {
            Setting::Queue(queue) => queue.discipline == Discipline::FqCodel,
            _ => false,
        };
        let (what, instead) = match verb {
            Verb::Set { changes, .. } if changes.iter().any(fair) => {
                ("queue=fq_codel", ("write a number of frames: queue=100", "写帧数: queue=100"))
            }
            _ => return,
        };
        self.refuse(item.span, what, instead);
    }

    fn required<'i>(
        &mut self,
        item: &Item,
        table: &'i Table,
        key: &str,
        what: &str,
        example: &str,
    ) -> Option<&'i Item> {
        let found = table.get(key);
        if found.is_none() {
            // The heading alone; its keys may have mistakes of their own.
            let mut span = item.span;
            span.end = span.end.min(span.start + what.len());
            let complaint = Complaint::new(
                "missing-key",
                whole(""),
                text(format!("a {what} needs `{key}`"), format!("{what} 缺少 `{key}`")),
            );
            self.sink.report(
                span,
                complaint.help(text(format!("write: {example}"), format!("写上: {example}"))),
            );
        }
        found
    }
}
