//! A class on one page: a row per lab that was handed in, with a link to its own page.

use super::Graded;
use super::escape::escape;
use super::page::{document, say};
use base::Lang;

/// The page; `reports` are the names of the pages beside it, in the same order.
pub fn index(all: &[Graded], reports: &[String], lang: Lang) -> String {
    let title = say(lang, "Results", "成绩");
    document(title, lang, |lang| table(all, reports, lang))
}

fn table(all: &[Graded], reports: &[String], lang: Lang) -> String {
    let passed = all.iter().filter(|graded| graded.passed()).count();
    let (title, count) = (say(lang, "Results", "成绩"), all.len());
    let summary = match lang {
        Lang::En => format!("{count} handed in, {passed} complete"),
        Lang::Zh => format!("交了 {count} 份, {passed} 份全部完成"),
    };
    let mut text = format!(
        "<h1>{title}</h1>\n<p class=\"score\">{summary}</p>\n<div class=\"scroll\" tabindex=\"0\">\n<table>\n<tr>"
    );
    for head in [say(lang, "Student", "学生"), say(lang, "Result", "结果")] {
        text += &format!("<th>{head}</th>");
    }
    text += &format!("<th class=\"number\">{}</th>", say(lang, "Points", "得分"));
    text += &format!("<th>{}</th></tr>\n", say(lang, "Reason", "原因"));
    for (index, graded) in all.iter().enumerate() {
        let page = reports.get(index).map(String::as_str).unwrap_or_default();
        text += &row(graded, page, lang);
    }
    text + "</table>\n</div>\n"
}

fn row(graded: &Graded, page: &str, lang: Lang) -> String {
    let name = if graded.student.is_empty() { &graded.file } else { &graded.student };
    let points = graded.report().map(|report| {
        let (points, of) = report.points();
        format!("{points} / {of}")
    });
    let reason = graded.reason();
    format!(
        "<tr><td><a href=\"{}\">{}</a></td><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
        address(page),
        escape(name),
        escape(word(graded.result(), lang)),
        points.unwrap_or_else(|| "-".to_owned()),
        escape(reason.get(lang)),
    )
}

/// The result for people.
fn word(result: &str, lang: Lang) -> &str {
    match result {
        "passed" => say(lang, "complete", "全部完成"),
        "open" => say(lang, "not complete", "未全部完成"),
        "fault" => say(lang, "something went wrong", "运行出错"),
        "storm" => say(lang, "a storm at one instant", "一瞬间的风暴"),
        "too-long" => say(lang, "took too long", "耗时太长"),
        "not-the-task" => say(lang, "not the lab of the task", "不是题目要的实验"),
        "bad-lab" => say(lang, "mistakes in the file", "文件有错误"),
        _ => say(lang, "could not be graded", "无法评分"),
    }
}

/// A file's name as a relative address.
fn address(name: &str) -> String {
    let mut out = String::from("./");
    for octet in name.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(octet));
            }
            _ => out.push_str(&format!("%{octet:02X}")),
        }
    }
    out
}
