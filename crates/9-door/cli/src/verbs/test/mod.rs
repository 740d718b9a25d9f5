//! `test`: a lab in virtual time, judged.

use crate::args::Test;
use crate::say::{Context, Exit, Failure, print};
use lab::run::{Options, Report, test};
use service::sources;
use std::path::Path;

/// Runs it; 1 when a check failed.
pub fn run(context: &Context, wish: &Test) -> Result<Exit, Failure> {
    let source = super::up::source(&wish.lab_file)?;
    let loaded = sources::load(&source).map_err(|problem| Failure::of(&problem, context.lang))?;
    let parsed = loaded.read(&wish.variables.all());
    let mut lab = parsed.map_err(|mistakes| {
        eprint!("{}", lab::render(&mistakes, context.lang));
        Failure::usage("")
    })?;
    if let Some(overlay) = &wish.overlay {
        lab = lab.with_overlay(overlay).ok_or_else(|| {
            let names: Vec<&str> = lab.overlays.iter().map(|it| it.name.as_str()).collect();
            let names = if names.is_empty() { "-".to_owned() } else { names.join(", ") };
            Failure::usage(context.say(
                &format!("{} has no [{overlay}]; there are: {names}", wish.lab_file),
                &format!("{} 没有 [{overlay}]; 有: {names}", wish.lab_file),
            ))
        })?;
    }
    if lab.clock == Some(lab::Clock::Real) {
        return Err(Failure::usage(context.say(
            &format!("{}: clock = \"real\", and a test runs in virtual time: take the line out, or run it by: catenet up {}", wish.lab_file, wish.lab_file),
            &format!("{}: clock = \"real\", 而测试按虚拟时间运行: 去掉这一行, 或者用 catenet up {} 运行", wish.lab_file, wish.lab_file),
        )));
    }
    let folder = loaded.folder.clone();
    let read = move |path: &str| sources::folder(folder.as_deref(), path);
    let options = Options {
        seed: wish.seed.unwrap_or(lab.seed),
        lang: context.lang,
        folder: &read,
        capture: wish.capture.is_some(),
    };
    let mut report = test(&lab, &options).map_err(Failure::usage)?;
    report.solving = wish.overlay.as_deref() == Some("solution");
    if let Some(folder) = &wish.capture {
        write_captures(folder, &report, context.lang)?;
    }
    print(&{ if context.json { report.to_json() } else { report.text(context.lang) } })?;
    Ok(Exit(u8::from(!report.passed())))
}

fn write_captures(folder: &Path, report: &Report, lang: base::Lang) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::of_system(&folder.display(), &error, lang);
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (name, octets) in &report.captures {
        std::fs::write(folder.join(format!("{name}.pcapng")), octets).map_err(failed)?;
    }
    Ok(())
}
