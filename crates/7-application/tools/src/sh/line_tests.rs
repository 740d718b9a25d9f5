//! Lines as they are read, and what is said of those that are not.

use super::*;
use base::Lang;

/// A line in one canonical form.
fn form(line: &str) -> Result<String, Fault> {
    let command = |command: &Command| {
        let mut text: Vec<String> =
            command.words.iter().map(|word| format!("[{}]", word.expand(7))).collect();
        text.extend(command.redirects.iter().map(|redirect| match redirect {
            Redirect::From(word) => format!("<{}", word.expand(7)),
            Redirect::To(stream, word, append) => {
                format!("{stream}>{}{}", if *append { ">" } else { "" }, word.expand(7))
            }
            Redirect::Same(stream, other) => format!("{stream}>&{other}"),
        }));
        text.join("")
    };
    let chain = |chain: &Chain| {
        let mut text = String::new();
        for (when, pipeline) in &chain.parts {
            text += match when {
                When::Always => "",
                When::Success => " and ",
                When::Failure => " or ",
            };
            text += &pipeline.iter().map(command).collect::<Vec<_>>().join("|");
        }
        text + if chain.background { "&" } else { ";" }
    };
    Ok(read(line)?.iter().map(chain).collect())
}

#[test]
fn lines_are_read_as_a_shell_reads_them() {
    for (line, wanted) in [
        ("", ""),
        ("   # only a word for people", ""),
        ("ping -c 1 10.0.2.80", "[ping][-c][1][10.0.2.80];"),
        ("a;b ;c", "[a];[b];[c];"),
        ("a && b || c & d", "[a] and [b] or [c]&[d];"),
        ("a|b | c", "[a]|[b]|[c];"),
        ("echo 'a  b'\"c $? \\\" \\n\"d\\ e", "[echo][a  bc 7 \" \\nd e];"),
        ("echo '' \"\" x#y $ 5$ $?$?", "[echo][][][x#y][$][5$][77];"),
        ("a >f 2>>g <h", "[a]1>f2>>g<h;"),
        ("a 2>&1 >x 1>&2 12>y", "[a][12]2>&11>x1>&21>y;"),
        ("echo \"2\">f", "[echo][2]1>f;"),
        ("curl http://a/?b=*", "[curl][http://a/?b=*];"),
        ("echo 你好，世界", "[echo][你好，世界];"),
        ("echo '；｜“” 　'", "[echo][；｜“” 　];"),
    ] {
        assert_eq!(form(line), Ok(wanted.to_owned()), "{line}");
    }
}

#[test]
fn mistakes_say_where_and_what_to_type() {
    for (line, column, en, zh) in [
        ("echo 'a", 6, "add another '", "再加一个 '"),
        ("echo a \"b \\", 8, "add another \"", "再加一个 \""),
        ("a \\", 3, "one line", "一行"),
        ("; a", 1, "missing", "缺少命令"),
        ("a ;; b", 4, "missing", "缺少命令"),
        ("a || | b", 6, "missing", "缺少命令"),
        ("a &&", 3, "behind it", "没有命令"),
        ("a | ", 3, "behind it", "没有命令"),
        ("a >", 3, "> /tmp/out", "文件名"),
        ("a > > b", 3, "> /tmp/out", "文件名"),
        ("a 2>&3", 4, "2>&1", "2>&1"),
        ("a << b", 3, "echo TEXT |", "echo"),
        ("a $HOME", 3, "only $?", "只有 $?"),
        ("a \"$(b)\"", 4, "only $?", "只有 $?"),
        ("(a)", 1, "'('", "'('"),
        ("ping 10．0．2．80", 6, "type 10.0.2.80", "请输入 10.0.2.80"),
        ("ping　r1", 5, "full-width", "全角空格"),
        ("a ｜ b", 3, "type |", "请输入 |"),
        ("echo “a”", 6, "type \"", "请输入 \""),
        ("curl http：//www", 6, "type http://www", "请输入 http://www"),
    ] {
        let fault = form(line).expect_err(line);
        assert_eq!(fault.column, column, "{line}");
        let (told_en, told_zh) = (fault.text(3, Lang::En), fault.text(3, Lang::Zh));
        assert!(told_en.starts_with(&format!("line 3, column {column}: ")), "{told_en}");
        assert!(told_en.contains(en), "{line}: {told_en}");
        assert!(told_zh.contains(zh), "{line}: {told_zh}");
    }
    let long = vec!["cat"; MOST_STAGES].join("|");
    assert!(form(&long).is_ok());
    assert!(form(&format!("{long}|cat")).is_err());
}
