//! `labs/README.md` and `labs/README.zh.md`: the gallery as people read it, written from the labs
//! themselves and held equal to them. `UPDATE=1` writes them anew.

use std::fs;
use std::path::Path;

use base::Lang;
use catenet_lab::{gallery, shelf};
use language::{Lab, Text};

use super::lab;

/// A picture wider than this would be broken by the page that shows it.
const WIDEST: usize = 100;

fn say(lang: Lang, en: &'static str, zh: &'static str) -> &'static str {
    if lang == Lang::En { en } else { zh }
}

fn labs() -> Vec<Lab> {
    gallery::names().map(|name| lab(name, gallery::text(name).unwrap_or_default())).collect()
}

fn page(lang: Lang) -> String {
    let mut out = String::from("<!-- ");
    out.push_str(say(
        lang,
        "Written from the labs by: UPDATE=1 cargo test -p catenet-lab --test suite shipped_labs",
        "由实验文件生成: UPDATE=1 cargo test -p catenet-lab --test suite shipped_labs",
    ));
    out.push_str(" -->\n\n");
    out.push_str(say(
        lang,
        "# The labs\n\n[中文](README.zh.md)\n\n",
        "# 实验\n\n[English](README.md)\n\n",
    ));
    out.push_str(say(lang, ABOUT_EN, ABOUT_ZH));
    out.push_str(say(
        lang,
        "\n| lab | what it shows | tasks |\n|---|---|---|\n",
        "\n| 实验 | 讲什么 | 任务 |\n|---|---|---|\n",
    ));
    let labs = labs();
    for lab in &labs {
        let (name, title) = (&lab.name, lab.title.get(lang));
        out.push_str(&format!("| [{name}](#{name}) | {title} | {} |\n", lab.tasks.len()));
    }
    labs.iter().for_each(|lab| one(lab, lang, &mut out));
    out
}

const ABOUT_EN: &str = "Each lab is a demonstration and a test: its checks hold as shipped, each of them fails under at
least one `[broken]`, its tasks are open until you change the lab, and its `[solution]` does them all.
How such a file is written: [docs/lab-file.md](../docs/lab-file.md).

```
catenet up two-lans              # watch it live
catenet test two-lans            # judge it in virtual time: what holds, which tasks are open
cp labs/two-lans.toml labs/mine.toml   # change it, then: catenet test labs/mine.toml
catenet test two-lans --with solution
```
";

const ABOUT_ZH: &str = "每个实验既是演示, 也是测试: 原样运行时检查全部成立, 每项检查至少被一个 `[broken]` 打破; 任务要等你改动实验才算完成,
而 `[solution]` 完成全部任务。实验文件的写法: [docs/lab-file.md](../docs/lab-file.md)。

```
catenet up two-lans              # 看它运行
catenet test two-lans            # 在虚拟时间里评判: 哪些成立, 哪些任务还没完成
cp labs/two-lans.toml labs/mine.toml   # 改一改, 再运行: catenet test labs/mine.toml
catenet test two-lans --with solution
```
";

fn one(lab: &Lab, lang: Lang, out: &mut String) {
    let name = &lab.name;
    out.push_str(&format!(
        "\n## {name}\n\n**{}**\n\n{}\n",
        lab.title.get(lang),
        lab.about.get(lang)
    ));
    if let Some(picture) = layout::terminal(&layout::of_lab(lab), lang, WIDEST) {
        let lines: Vec<&str> = picture.lines().map(str::trim_end).collect();
        out.push_str(&format!("\n```text\n{}\n```\n", lines.join("\n").trim_matches('\n')));
    }
    out.push_str(say(lang, "\nIt proves:\n\n", "\n它证明:\n\n"));
    for check in &lab.checks {
        out.push_str(&format!("- {}\n", check.text.get(lang)));
    }
    out.push_str(say(lang, "\nYours to do:\n\n", "\n由你来做:\n\n"));
    for task in &lab.tasks {
        let points = task.points;
        let worth = match lang {
            Lang::En => format!("{points} points"),
            Lang::Zh => format!("{points} 分"),
        };
        out.push_str(&format!("- {} ({worth})\n", task.text.get(lang)));
    }
    let draws = gallery::text(name).is_some_and(|text| text.contains("\n[variables]"));
    if draws {
        out.push_str(&match lang {
            Lang::En => format!("\nEach student has values of their own, such as those above: `catenet test {name} --student ID`.\n"),
            Lang::Zh => format!("\n每位学生有自己的值, 上面只是一例: `catenet test {name} --student 学号`。\n"),
        });
    }
    let lessons = shelf::names().filter_map(|name| shelf::lesson(name)?.ok());
    let played: Vec<String> = lessons
        .filter(|lesson| lesson.lab == *name)
        .map(|lesson| {
            let title: &Text = &lesson.title;
            format!("[{}](lessons/{}.toml)", title.get(lang), lesson.name)
        })
        .collect();
    if !played.is_empty() {
        let list = played.join(", ");
        out.push_str(&match lang {
            Lang::En => format!("\nLessons played in it: {list}.\n"),
            Lang::Zh => format!("\n在其中上的课: {list}。\n"),
        });
    }
    let overlays: Vec<&str> = lab.broken_names().collect();
    out.push_str(&match lang {
        Lang::En => format!(
            "\nFile: [{name}.toml]({name}.toml). Ways to break it: `{}`.\n",
            overlays.join("`, `")
        ),
        Lang::Zh => format!(
            "\n文件: [{name}.toml]({name}.toml)。弄坏它的办法: `{}`。\n",
            overlays.join("`, `")
        ),
    });
}

#[test]
fn the_gallery_is_written_from_the_labs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs");
    for (lang, file) in [(Lang::En, "README.md"), (Lang::Zh, "README.zh.md")] {
        let (path, expected) = (folder.join(file), page(lang));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &expected).expect("written");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, expected, "labs/{file} is old; UPDATE=1 writes it anew");
    }
}
