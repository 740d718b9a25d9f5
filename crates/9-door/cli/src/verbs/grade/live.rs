//! A running lab's checks and tasks, judged on what happened up to now.

use crate::args::Grade;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Exit, Failure, print};
use base::Lang;
use language::diagnostic::counted;
use service::api::{self, GradeWish, Judgement, Text};

/// Asks the service; 1 when a task is open, or, in a lab without tasks, when a check does not hold, or
/// when something broke beside them.
pub fn run(context: &Context, wish: &Grade) -> Result<Exit, Failure> {
    refuse(context, wish)?;
    let last = wish.last.as_deref().map(|span| seconds(context, span)).transpose()?;
    let graded: api::Grade = block_on(async {
        let client = Client::connect(context).await?;
        let lab = match &wish.name {
            Some(name) => encode(name),
            None => client.lab(context).await?,
        };
        client.post_for(&format!("/labs/{lab}/grade"), &GradeWish { last }).await
    })?;
    let told = match context.json {
        true => format!("{}\n", serde_json::json!(graded)),
        false => text(context, &graded, last.is_some()),
    };
    print(&told)?;
    Ok(Exit(u8::from(!passed(&graded))))
}

/// What would be passed over: a lab that runs has its own checks, seed and variables. And what is no
/// lab that runs.
fn refuse(context: &Context, wish: &Grade) -> Result<(), Failure> {
    if let Some(name) = wish.name.as_deref().filter(|name| std::path::Path::new(name).is_dir()) {
        return Err(Failure::usage(context.say(
            &format!("{name} is a folder; to grade what lies in it: catenet grade --submissions {name} --checks FILE"),
            &format!("{name} 是文件夹; 要给里面的提交评分: catenet grade --submissions {name} --checks FILE"),
        )));
    }
    let unfit = [
        ("--checks", wish.checks.is_some()),
        ("--seed", wish.seed.is_some()),
        ("--var", !wish.var.is_empty()),
        ("--limit", wish.has_limit()),
    ];
    match unfit.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::usage(context.say(
            &format!("{option} goes with --submissions FOLDER; a lab that runs has its own"),
            &format!("{option} 要和 --submissions FOLDER 一起使用; 运行中的实验有自己的设定"),
        ))),
    }
}

fn seconds(context: &Context, span: &str) -> Result<f64, Failure> {
    let span = language::quantity::parse_duration(span).map_err(|complaint| {
        let mistake = [complaint.in_text("--last", span)];
        Failure::usage(language::render(&mistake, context.lang).trim_end())
    })?;
    Ok(span.as_secs_f64())
}

/// Nothing broke, and everything is done that brings points, or, where nothing does, everything holds.
fn passed(graded: &api::Grade) -> bool {
    let holds = |judgement: &Judgement| judgement.verdict.holds;
    graded.faults.is_empty()
        && match graded.tasks.is_empty() {
            true => graded.checks.iter().all(holds),
            false => graded.tasks.iter().all(|task| holds(&task.judgement)),
        }
}

fn get(text: &Text, lang: Lang) -> &str {
    let (first, second) = match lang {
        Lang::En => (&text.en, &text.zh),
        Lang::Zh => (&text.zh, &text.en),
    };
    if first.is_empty() { second } else { first }
}

/// For people.
fn text(context: &Context, graded: &api::Grade, lately: bool) -> String {
    let lang = context.lang;
    let mut text = String::new();
    for check in &graded.checks {
        let mark = if check.verdict.holds { "ok  " } else { "no  " };
        judged(check, mark, lang, &mut text);
    }
    for task in &graded.tasks {
        let done = task.judgement.verdict.holds;
        judged(&task.judgement, if done { "done" } else { "open" }, lang, &mut text);
        if !done && !get(&task.hint, lang).is_empty() {
            let word = context.say("hint", "提示");
            text += &format!("      {word}: {}\n", get(&task.hint, lang));
        }
    }
    for fault in &graded.faults {
        text += &format!("no    {}\n", get(fault, lang));
    }
    let api::Grade { lab, seconds, points, of, .. } = graded;
    if !graded.tasks.is_empty() {
        text += &context.say(
            &format!("tasks: {points} of {}\n", counted(of, "point", "points")),
            &format!("任务: {points} 分, 共 {of} 分\n"),
        );
    }
    text += &context.say(
        &format!("{lab}: judged at {seconds:.3} s of its clock\n"),
        &format!("{lab}: 在实验时钟 {seconds:.3} 秒评判\n"),
    );
    if !lately && !passed(graded) {
        let called = crate::say::called_as();
        text += &context.say(
            &format!("all since boot counts; for what you changed just now: {called} grade {lab} --last 5s\n"),
            &format!("从启动起的一切都算; 只看刚才的改动: {called} grade {lab} --last 5s\n"),
        );
    }
    text
}

fn judged(judgement: &Judgement, mark: &str, lang: Lang, text: &mut String) {
    let says = get(&judgement.text, lang);
    let says = if says.is_empty() { &judgement.expect } else { says };
    *text += &format!("{mark}  {says}\n");
    if judgement.verdict.holds {
        return;
    }
    *text += &format!("      {}\n", judgement.expect);
    for one in &judgement.verdict.measured {
        let how = match (one.known, one.holds, lang) {
            (false, _, Lang::En) => "could not be measured",
            (false, _, Lang::Zh) => "无法测量",
            (true, true, Lang::En) => "holds",
            (true, true, Lang::Zh) => "成立",
            (true, false, Lang::En) => "does not hold",
            (true, false, Lang::Zh) => "不成立",
        };
        *text += &format!("      {}: {} - {how}\n", one.what, get(&one.value, lang));
        for frame in &one.frames {
            *text += &format!("        {}\n", get(frame, lang));
        }
        for step in &one.journey {
            *text += &format!("          {}\n", get(step, lang));
        }
    }
    if judgement.always {
        *text += match lang {
            Lang::En => {
                "      (it must hold always; a running lab is asked about now only: catenet test looks all the time)\n"
            }
            Lang::Zh => "      (它必须一直成立; 运行中的实验只看现在: catenet test 会一直看)\n",
        };
    }
}
