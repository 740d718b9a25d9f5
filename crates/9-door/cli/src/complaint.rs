//! What is wrong with a command line, in Chinese: the parser itself speaks English only.
//!
//! Every kind of mistake that our arguments can meet has its sentence; the words in it (an option, a
//! value, the usage line) are the parser's.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The complaint in Chinese. `None` if it is none (help, the version), or of a kind that we never meet.
pub fn chinese(error: &Error) -> Option<String> {
    let argument = words(error, ContextKind::InvalidArg);
    let value = words(error, ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("没有 {} 这个命令", words(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("这里不接受参数 {argument}"),
        ErrorKind::MissingRequiredArgument => format!("缺少参数: {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面缺少值"),
        ErrorKind::InvalidValue => format!("{argument} 的值不能是 {value}"),
        ErrorKind::ValueValidation => format!("{argument} 的值 {value} 读不懂{}", why(error)),
        ErrorKind::ArgumentConflict => {
            let other = words(error, ContextKind::PriorArg);
            match other == argument {
                true => format!("{argument} 只能写一次"),
                false => format!("{argument} 不能和 {other} 同时使用"),
            }
        }
        ErrorKind::TooManyValues => format!("{argument} 的值太多: {value}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值不够")
        }
        ErrorKind::NoEquals => format!("{argument} 和它的值之间要写 ="),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文本".to_owned(),
        _ => return None,
    };
    let mut out = format!("错误: {what}\n");
    for (kind, says) in HELP {
        let words = words(error, *kind);
        if !words.is_empty() {
            out.push_str(&format!("  {says}: {words}\n"));
        }
    }
    let usage = words(error, ContextKind::Usage);
    let usage = usage.trim().trim_start_matches("Usage:").trim();
    if !usage.is_empty() {
        out.push_str(&format!("\n用法: {usage}\n"));
    }
    out.push_str(&format!("\n详细说明: {} --help\n", crate::say::called_as()));
    Some(out)
}

/// Why a value is none, as far as the parser of numbers says it.
fn why(error: &Error) -> String {
    let why = core::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    if let Some((least, most)) = why.rsplit(' ').next().and_then(|range| range.split_once("..")) {
        let most = most.trim_start_matches('=');
        // What a number may be at most at all is no bound of ours.
        return match most.is_empty() || most == u64::MAX.to_string() {
            true => format!(": 最小是 {least}"),
            false => format!(": 应在 {least} 到 {most} 之间"),
        };
    }
    if let Some(form) = why.strip_prefix("write ") {
        return format!(": 应写成 {form}");
    }
    match why.as_str() {
        "number would be zero for non-zero type" => ": 应是大于 0 的整数".to_owned(),
        _ if ["digit", "integer", "number"].iter().any(|word| why.contains(word)) => {
            ": 应是整数, 不带单位, 且不能太大".to_owned()
        }
        _ => String::new(),
    }
}

/// What may stand under the complaint.
const HELP: &[(ContextKind, &str)] = &[
    (ContextKind::ValidValue, "可以是"),
    (ContextKind::ValidSubcommand, "有这些命令"),
    (ContextKind::SuggestedSubcommand, "是不是想写"),
    (ContextKind::SuggestedArg, "是不是想写"),
    (ContextKind::SuggestedValue, "是不是想写"),
];

fn words(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        Some(ContextValue::Strings(words)) => words.join(", "),
        Some(ContextValue::StyledStr(words)) => words.to_string(),
        Some(ContextValue::StyledStrs(words)) => {
            words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn said(line: &str) -> String {
        let command = crate::chinese::help(crate::args::Args::command(), base::Lang::Zh);
        let error = command.try_get_matches_from(line.split(' ')).err();
        error.and_then(|error| chinese(&error)).unwrap_or_default()
    }

    #[test]
    fn every_mistake_is_said_in_chinese() {
        let cases = [
            ("catenet upp", "没有 upp 这个命令"),
            ("catenet up --detatch", "--detatch"),
            ("catenet cut", "缺少参数: <LINK>"),
            ("catenet diff two-lans", "缺少参数: <B>"),
            ("catenet power pc1 of", "不能是 of"),
            ("catenet up --seed x", "--seed <SEED> 的值 x 读不懂"),
            ("catenet up --seed x", "x 读不懂: 应是整数"),
            ("catenet test x --limit 0", "应在 1 到 3600 之间"),
            ("catenet replay x --limit 0", "0 读不懂: 最小是 1"),
            ("catenet grade --jobs 0", "应是大于 0 的整数"),
            ("catenet test x --var a", "应写成 NAME=VALUE"),
            ("catenet new ring 4.5", "应是整数"),
            ("catenet up --seed", "--seed <SEED> 后面缺少值"),
            ("catenet down --all x", "不能和"),
            ("catenet down a b", "这里不接受参数 b"),
        ];
        for (line, wanted) in cases {
            let text = said(line);
            assert!(text.contains(wanted), "{line}: {text}");
            for english in ["error", "Usage", "tip", "found", "required"] {
                assert!(!text.contains(english), "{line}: {english} in {text}");
            }
        }
        assert!(said("catenet upp").contains("是不是想写: up"), "{}", said("catenet upp"));
        assert!(said("catenet power pc1 of").contains("可以是: on, off, cycle"));
        assert_eq!(said("catenet --help"), "");
    }
}
