//! A student's page: one file that needs nothing else, in both languages, light and dark, for the
//! screen and for paper.
//!
//! No script and nothing loaded: its policy forbids both. Both languages are sections of it; the
//! reader's stands last and is shown unless the other one is asked for by its address (`#zh`): CSS can
//! hide what comes after the section that is asked for, and only that.

use super::escape::escape;
use super::{Evidence, Graded, JudgedTask, Outcome, Refusal, Report};
use crate::run::{Ending, Judged};
use base::Lang;
use language::diagnostic::counted;

const STYLE: &str = include_str!("style.css");

/// The page; `again` is the command that repeats it.
pub fn page(graded: &Graded, again: &str, lang: Lang) -> String {
    let title = match graded.student.as_str() {
        "" => name(graded),
        student => format!("{student} - {}", name(graded)),
    };
    document(&title, lang, |lang| section(graded, again, lang))
}

/// What the page is about.
fn name(graded: &Graded) -> String {
    graded.report().map_or(&graded.file, |report| &report.lab).clone()
}

/// A page whose sections are written by `section`, one a language.
pub(super) fn document(title: &str, lang: Lang, section: impl Fn(Lang) -> String) -> String {
    let (other, links) = match lang {
        Lang::En => (
            Lang::Zh,
            "<a href=\"#en\" hreflang=\"en\">English</a> <a href=\"#zh\" hreflang=\"zh-Hans\" lang=\"zh-Hans\">中文</a>",
        ),
        Lang::Zh => (
            Lang::En,
            "<a href=\"#zh\" hreflang=\"zh-Hans\">中文</a> <a href=\"#en\" hreflang=\"en\" lang=\"en\">English</a>",
        ),
    };
    let mut text = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<nav>{links}</nav>\n<main>\n",
        tag(lang),
        escape(title),
    );
    for lang in [other, lang] {
        let id = if lang == Lang::En { "en" } else { "zh" };
        text +=
            &format!("<section id=\"{id}\" lang=\"{}\">\n{}</section>\n", tag(lang), section(lang));
    }
    text + "</main>\n</body>\n</html>\n"
}

fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh-Hans",
    }
}

/// One of two words.
pub(super) fn say<'a>(lang: Lang, en: &'a str, zh: &'a str) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

fn section(graded: &Graded, again: &str, lang: Lang) -> String {
    let title = graded.report().map(|report| report.title.get(lang)).unwrap_or_default();
    let title = if title.is_empty() { name(graded) } else { title.to_owned() };
    let head = if graded.student.is_empty() { &title } else { &graded.student };
    let mut text = String::new();
    if !graded.student.is_empty() {
        text += &format!("<p class=\"lab\">{}</p>\n", escape(&title));
    }
    text += &format!("<h1>{}</h1>\n", escape(head));
    match &graded.outcome {
        Outcome::Ran(report) => text += &ran(report, lang),
        Outcome::Refused(refusal) => text += &refused(refusal, lang),
    }
    text + &repeat(graded, again, lang)
}

fn refused(refusal: &Refusal, lang: Lang) -> String {
    let head = say(lang, "This lab could not be graded", "这个实验无法评分");
    let mut text = format!("<h2>{head}</h2>\n<p>{}</p>\n", escape(refusal.why.get(lang)));
    let detail = refusal.detail.get(lang);
    if !detail.is_empty() {
        text += &format!("<pre>{}</pre>\n", escape(detail));
    }
    text
}

fn ran(report: &Report, lang: Lang) -> String {
    let mut text = String::new();
    if !report.tasks.is_empty() {
        let (points, of) = report.points();
        text += &match lang {
            Lang::En => {
                let of = counted(of, "point", "points");
                format!("<p class=\"score\"><strong>{points}</strong> of {of}</p>\n")
            }
            Lang::Zh => {
                format!("<p class=\"score\"><strong>{points}</strong> 分, 共 {of} 分</p>\n")
            }
        };
    }
    if !report.faults.is_empty() {
        text += &format!("<h2>{}</h2>\n<ul>\n", say(lang, "What went wrong", "出了什么问题"));
        for fault in &report.faults {
            text += &format!("<li>{}</li>\n", escape(fault.get(lang)));
        }
        text += "</ul>\n";
    }
    if !report.tasks.is_empty() {
        let tasks = report.tasks.iter().map(|task| one_task(task, lang));
        text += &list(say(lang, "Tasks", "任务"), tasks);
    }
    if !report.checks.is_empty() {
        let checks = report.checks.iter().map(|check| {
            let marks = (say(lang, "held", "成立"), say(lang, "did not hold", "不成立"));
            one(check, marks, "", "", lang)
        });
        let head = match report.tasks_decide() {
            true => {
                say(lang, "Checks of the lab as shipped (no points)", "实验原有的检查 (不计分)")
            }
            false => say(lang, "Checks", "检查"),
        };
        text += &list(head, checks);
    }
    text
}

fn list(head: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.collect();
    format!("<h2>{head}</h2>\n<ol class=\"judged\">\n{items}</ol>\n")
}

fn one_task(task: &JudgedTask, lang: Lang) -> String {
    let points = match lang {
        Lang::En => counted(task.points, "point", "points"),
        Lang::Zh => format!("{} 分", task.points),
    };
    let marks = (say(lang, "done", "完成"), say(lang, "open", "未完成"));
    one(&task.judged, marks, &points, task.hint.get(lang), lang)
}

fn one(judged: &Judged, marks: (&str, &str), points: &str, hint: &str, lang: Lang) -> String {
    let evidence = Evidence::of(judged, lang);
    let holds = judged.verdict.holds;
    let (class, sign, mark) =
        if holds { ("good", "✓", marks.0) } else { ("bad", "✗", marks.1) };
    let mut text = format!(
        "<li class=\"{class}\">\n<h3><span class=\"mark\">{sign} {mark}</span> <span>{}</span>",
        escape(&evidence.says)
    );
    if !points.is_empty() {
        text += &format!(" <span class=\"points\">{points}</span>");
    }
    text += "</h3>\n";
    let at = match lang {
        Lang::En => format!("at {} s", evidence.at),
        Lang::Zh => format!("在 {} 秒", evidence.at),
    };
    text +=
        &format!("<p class=\"ask\"><code>{}</code> {}</p>\n", escape(&evidence.line), escape(&at));
    if evidence.measured.is_empty() {
        text += &format!("<p class=\"value\">{}</p>\n", escape(&evidence.value()));
    }
    for one in &evidence.measured {
        text += &measured(one, lang);
    }
    if !holds && !hint.is_empty() {
        text += &format!("<p class=\"note\">{}: {}</p>\n", say(lang, "Hint", "提示"), escape(hint));
    }
    text + "</li>\n"
}

fn measured(one: &super::evidence::Measure, lang: Lang) -> String {
    let mut text = format!(
        "<p class=\"value\"><code>{}</code>: {} - {}</p>\n",
        escape(&one.what),
        escape(&one.value),
        one.how
    );
    if !one.frames.is_empty() {
        text += "<ul class=\"frames\">\n";
        for frame in &one.frames {
            text += &format!("<li>{}</li>\n", escape(frame));
        }
        text += "</ul>\n";
    }
    if !one.journey.is_empty() {
        let head = say(lang, "The journey of the first", "第一帧的旅程");
        text += &format!(
            "<p class=\"note\">{head}</p>\n<pre>{}</pre>\n",
            escape(&one.journey.join("\n"))
        );
    }
    text
}

/// What comes again when it is run again.
fn promise(graded: &Graded, lang: Lang) -> &'static str {
    match graded.report() {
        Some(report) if report.real => say(
            lang,
            "Real programs keep their own time: there is no digest, and the seed repeats only what the cables do.",
            "真实程序有自己的时间: 没有摘要, 种子只重现网线的行为。",
        ),
        Some(report) if report.ended == Ending::Enough => say(
            lang,
            "It was stopped when its computing time was over. How far it comes until then depends on the machine: there is no digest.",
            "计算时间用完, 它被停止了。到那时能运行到哪里, 取决于机器的快慢: 没有摘要。",
        ),
        _ => say(
            lang,
            "The same lab with the same seed gives the same digest on every machine.",
            "同样的实验, 同样的种子, 在任何机器上得到同样的摘要。",
        ),
    }
}

/// How anybody comes to the same result.
fn repeat(graded: &Graded, again: &str, lang: Lang) -> String {
    let head = say(lang, "Run it again", "重新运行");
    let note = promise(graded, lang);
    let real = graded.report().is_some_and(|report| report.real);
    let mut text = format!(
        "<h2>{head}</h2>\n<p class=\"note\">{note}</p>\n<pre translate=\"no\">{}</pre>\n<dl>\n",
        escape(again)
    );
    let mut row = |name: &str, value: &str| {
        text += &format!("<dt>{name}</dt><dd translate=\"no\">{}</dd>\n", escape(value));
    };
    row(say(lang, "File", "文件"), &graded.file);
    if let Some(report) = graded.report() {
        row(say(lang, "Seed", "种子"), &report.seed.to_string());
        if !real && report.ended != Ending::Enough {
            row(say(lang, "Digest", "摘要"), &format!("{:032x}", report.digest));
        }
        let ran = match lang {
            Lang::En if real => format!("{} s", report.ran),
            Lang::Zh if real => format!("{} 秒", report.ran),
            Lang::En => {
                let events = counted(report.events, "event", "events");
                format!("{} s, {events}, {}", report.ran, counted(report.frames, "frame", "frames"))
            }
            Lang::Zh => {
                format!("{} 秒, {} 个事件, {} 帧", report.ran, report.events, report.frames)
            }
        };
        let time = match real {
            true => say(lang, "Real time", "真实时间"),
            false => say(lang, "Virtual time", "虚拟时间"),
        };
        row(time, &ran);
    }
    row("Catenet", env!("CARGO_PKG_VERSION"));
    text + "</dl>\n"
}
