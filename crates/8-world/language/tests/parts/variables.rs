//! Variables: what fills what, whose draw is whose, and where a mistake in a filled text is told.

use std::collections::BTreeSet;

use base::Lang;
use catenet_language::{Lab, long_form, render};

use super::{marked, only, read, read_for};

fn lab(variables: &str, title: &str) -> String {
    format!(
        "lab = \"draws\"\ntitle = '{title}'\n[variables]\n{variables}\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc1 = \"lan\"\n"
    )
}

fn title(variables: &str, words: &str, student: &str) -> String {
    let read = read_for(&lab(variables, words), &[("student", student)]);
    read.unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En))).title.en
}

#[test]
fn any_text_is_filled_and_other_braces_are_themselves() {
    let filled = |words: &str| title("n = 7\nname = \"web\"\nboth = \"{name}-{n}\"", words, "s1");
    for (written, meant) in [
        ("{n}", "7"),
        ("{both} of {student}", "web-7 of s1"),
        ("{{n}} {{{n}}} {{{{n}}}}", "{n} {{n}} {{{n}}}"),
        ("tcp.port in {80, 443} or {", "tcp.port in {80, 443} or {"),
        ("{\"a\":{\"b\":1}} {} {1} { n }", "{\"a\":{\"b\":1}} {} {1} { n }"),
        ("中{n}文", "中7文"),
    ] {
        assert_eq!(filled(written), meant, "{written}");
    }
}

#[test]
fn the_long_form_keeps_braces() {
    let long = long_form(&read(&lab("n = 7", "{{n}} {{{n}}} {n} {80}")));
    assert!(long.contains("\"{{n}} {{{n}}} 7 {80}\""), "{long}");
    assert_eq!(read(&long), read(&lab("n = 7", "{{n}} {{{n}}} {n} {80}")));
}

/// The values themselves: another version that draws otherwise changes every student's lab.
#[test]
fn a_draw_is_the_students_own_and_the_same_everywhere() {
    let draws = "n = { from = 1, to = 200 }\ncolour = { one_of = [\"red\", \"green\", \"blue\"] }\nnet = { subnet = \"10.0.0.0/8\", prefix = 24 }\nweb = { address = 80, of = \"{net}\" }\nkey = { hex = 16 }\nword = { letters = 8 }";
    let words = "{n} {colour} {net} {web} {key} {word}";
    let drawn = |student: &str| title(draws, words, student);
    assert_eq!(drawn("20260001"), drawn("20260001"));
    assert_eq!(
        drawn("20260001"),
        "137 green 10.220.216.0/24 10.220.216.80 d7f14d20d8b5c6ee qpidwjdl"
    );
    assert_eq!(drawn(""), "35 red 10.62.187.0/24 10.62.187.80 f813dcc155d2b589 odqlaocr");
    for (address, is) in [
        ("1, of = \"10.1.1.0/31\"", "10.1.1.0"),
        ("2, of = \"10.1.1.0/31\"", "10.1.1.1"),
        ("1, of = \"255.255.255.255/32\"", "255.255.255.255"),
        ("2, of = \"10.1.1.0/30\"", "10.1.1.2"),
    ] {
        assert_eq!(title(&format!("a = {{ address = {address} }}"), "{a}", ""), is);
    }
    // A variable more changes no other.
    let more = format!("first = {{ hex = 4 }}\n{draws}");
    assert_eq!(title(&more, words, "20260001"), drawn("20260001"));
    let keys: BTreeSet<String> = (0..200).map(|n| title(draws, "{key}", &n.to_string())).collect();
    assert_eq!(keys.len(), 200);
    let numbers: BTreeSet<u32> = (0..2000)
        .map(|n| title("n = { from = 3, to = 12 }", "{n}", &n.to_string()).parse().unwrap_or(0))
        .collect();
    assert_eq!(numbers, (3..=12).collect());
}

#[test]
fn the_student_comes_from_the_file_or_from_outside() {
    let text = "lab = \"x\"\nstudent = \"file\"\ntitle = \"{student}\"\n[networks]\nlan = \"10.0.0.0/24\"\n";
    assert_eq!(read(text).title.en, "file");
    assert_eq!(read(&text.replace("\"file\"", "20260001")).title.en, "20260001");
    let outside = |given: &[(&str, &str)]| read_for(text, given).map(|lab: Lab| lab.title.en);
    assert_eq!(outside(&[("student", "own")]), Ok("own".to_owned()));
    assert_eq!(outside(&[("student", "{student}\"")]), Ok("{student}\"".to_owned()));
    let found = only(read_for(text, &[("studnt", "own")]));
    assert_eq!((found.code, found.place.file.as_str()), ("unknown-variable", "--var"));
    assert!(found.help.iter().any(|help| help.en.contains("student")), "{found:?}");
    assert_eq!(only(read_for(text, &[("student", "a\nb")])).code, "bad-value");
}

#[test]
fn values_from_outside_are_of_the_same_kind() {
    let text = lab("n = { from = 1, to = 200 }\nw = \"x\"", "{n}{w}");
    let given = |n: &str, w: &str| read_for(&text, &[("n", n), ("w", w)]);
    assert_eq!(given("500", "é").map(|lab| lab.title.en), Ok("500é".to_owned()));
    // One mistake, though a draw without a value is used.
    let found = only(given("five", "y"));
    assert_eq!((found.code, marked(&found).as_str()), ("wrong-type", "n"));
}

#[test]
fn a_variable_may_be_a_number_where_one_is_wanted() {
    let text = "lab = \"x\"\nseed = \"{n}\"\nlinks = [{ link = \"a - b\", loss = \"{n}%\", mtu = \"{m}\" }]\n[variables]\nn = 7\nm = \"1280\"\n[hosts]\na = { ip = \"10.0.0.1/24\" }\nb = { ip = \"10.0.0.2/24\" }\n";
    let lab = read(text);
    assert_eq!((lab.seed, lab.links[0].forward.mtu, lab.links[0].forward.loss), (7, 1280, 0.07));
    let found = only(read_for(&text.replace("\"1280\"", "\"wide\""), &[]));
    assert_eq!((found.code, marked(&found).as_str()), ("out-of-range", "{m}"));
    let (given, words) = found.also.expect("where it is given");
    assert_eq!((given.line, words.en.as_str()), (6, "`m` is `wide` here"));
    let text_as_seed =
        text.replace("n = 7", "n = 7\nw = \"x\"").replace("seed = \"{n}\"", "seed = \"{w}\"");
    let found = only(read_for(&text_as_seed, &[]));
    assert_eq!((found.code, marked(&found).as_str()), ("wrong-type", "{w}"));
    // A text that was not filled is a text.
    assert_eq!(only(read_for(&text.replace("\"{n}\"\nl", "\"7\"\nl"), &[])).code, "wrong-type");
}

#[test]
fn a_mistake_is_marked_where_it_was_written() {
    let hosts = |ip: &str| {
        format!(
            "lab = \"x\"\n[variables]\nn = 300\nlong = \"192.168\"\n[networks]\nlan = \"192.168.1.0/24\"\n[hosts]\npc1 = {{ net = \"lan\", ip = \"{ip}\" }}\n"
        )
    };
    let found = only(read_for(&hosts("{long}.1.{n}"), &[]));
    assert_eq!(marked(&found), "{n}", "{found:?}");
    assert_eq!(found.also.as_ref().map(|(place, _)| place.line), Some(3));
    // Behind a variable, places are the file's.
    let found = only(read_for(&hosts("{long}.1.256"), &[]));
    assert_eq!(marked(&found), "256");
    assert_eq!(found.also, None);
    let found = only(read_for(&hosts("{long}.1.{m}"), &[]));
    assert_eq!((found.code, marked(&found).as_str()), ("unknown-variable", "{m}"));
}

#[test]
fn draws_without_room_and_hostile_ones_are_answers() {
    for (draw, code) in [
        ("{ from = 5, to = 4 }", "bad-draw"),
        ("{ from = -9223372036854775808, to = 9223372036854775807 }", "bad-draw"),
        ("{ from = 5 }", "missing-key"),
        ("{ from = \"a\", to = 4 }", "wrong-type"),
        ("{ one_of = [] }", "bad-draw"),
        ("{ one_of = [[1]] }", "bad-draw"),
        ("{ subnet = \"10.0.0.0/24\", prefix = 8 }", "bad-draw"),
        ("{ subnet = \"10.0.0.0/24\", prefix = 31 }", "bad-draw"),
        ("{ subnet = \"10.0.0.1/24\", prefix = 28 }", "bad-draw"),
        ("{ subnet = \"ten\", prefix = 28 }", "bad-draw"),
        ("{ address = 255, of = \"10.0.0.0/24\" }", "bad-draw"),
        ("{ hex = 0 }", "bad-draw"),
        ("{ letters = 1000000000 }", "bad-draw"),
        ("{ leters = 8 }", "unknown-key"),
        ("{ hex = 8, from = 1 }", "unknown-key"),
        ("{}", "wrong-type"),
        ("true", "wrong-type"),
        ("[1]", "wrong-type"),
    ] {
        let found = only(read_for(&lab(&format!("n = {draw}"), "{n}"), &[]));
        assert_eq!(found.code, code, "{draw}: {found:?}");
        assert!(!found.help.is_empty() && !found.message.zh.is_empty(), "{draw}");
    }
    // Every number there is but one.
    assert!(
        read_for(&lab("n = { from = -9223372036854775807, to = 9223372036854775807 }", "{n}"), &[])
            .is_ok()
    );
    assert_eq!(only(read_for(&lab("1n = 5", "x"), &[])).code, "bad-name");
    let many: String = (0..1001).map(|n| format!("n{n} = 1\n")).collect();
    let found = only(read_for(&lab(&many, "{n1}"), &[]));
    assert_eq!((found.code, marked(&found).as_str()), ("too-large", "n1000"));
    assert_eq!(only(read_for(&lab("student = 5", "x"), &[])).code, "name-taken");
    // Below itself a variable is unknown: no circle can be.
    assert_eq!(only(read_for(&lab("a = \"{b}\"\nb = \"{a}\"", "x"), &[])).code, "unknown-variable");
}

#[test]
fn growth_is_bounded() {
    let double: Vec<String> =
        (1..40).map(|n| format!("v{n} = \"{{v{}}}{{v{}}}\"", n - 1, n - 1)).collect();
    let text = lab(&format!("v0 = \"0123456789\"\n{}", double.join("\n")), "x");
    let found = read_for(&text, &[]).expect_err("it doubles 40 times");
    assert_eq!(found[0].code, "too-long");
    let long = format!("v = \"{}\"", "0".repeat(4000));
    let found = read_for(&lab(&long, &"{v}".repeat(10_000)), &[]).expect_err("40 MB");
    assert!(found.iter().any(|mistake| mistake.code == "too-large"), "{}", found.len());
}
