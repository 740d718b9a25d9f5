//! `include`: what adds up, and what is refused with the chain of files that leads to it.

use base::Lang;
use catenet_language::{Diagnostic, Lab, Options, Text, parse_bytes, render};

use super::only;

fn read_among(text: &str, files: &dyn Fn(&str) -> Option<String>) -> Result<Lab, Vec<Diagnostic>> {
    let why = || Text { en: "no such file".to_owned(), zh: "没有这个文件".to_owned() };
    let include = |path: &str| files(path).ok_or_else(why);
    let options = Options { include: Some(&include), ..Options::default() };
    parse_bytes(text.as_bytes(), "labs/lab.toml", &options)
}

const LAN: &str = "[networks]\nn = \"10.0.0.0/24\"\n[hosts]\npc1 = \"n\"\n";

#[test]
fn parts_add_up_over_several_files() {
    let files = |path: &str| {
        match path {
        "parts/hosts.toml" => Some(
            "include = [\"parts/checks.toml\"]\n[hosts]\npc2 = \"n\"\n[[check]]\nexpect = \"arp before ip\"\n"
                .to_owned(),
        ),
        "parts/checks.toml" => Some("[[check]]\nexpect = \"count(arp) > 0\"\n".to_owned()),
        _ => None,
    }
    };
    let text = format!("lab = \"x\"\ninclude = [\"parts/hosts.toml\"]\n{LAN}");
    let lab = read_among(&text, &files).unwrap_or_else(|m| panic!("{}", render(&m, Lang::En)));
    assert_eq!((lab.hosts.len(), lab.checks.len()), (2, 2));
    // The same key twice stands where it came second.
    let twice = only(read_among(&text.replace("pc1 =", "pc2 ="), &files));
    assert_eq!((twice.code, twice.place.file.as_str()), ("duplicate-key", "parts/hosts.toml"));
    assert_eq!(twice.also.map(|(place, _)| place.file).as_deref(), Some("labs/lab.toml"));
    let missing = only(read_among(&text.replace("hosts.toml", "host.toml"), &files));
    assert_eq!((missing.code, missing.place.line), ("no-file", 2));
    assert!(missing.message.zh.contains("没有这个文件"));
}

#[test]
fn a_circle_names_its_chain() {
    let own = format!("lab = \"x\"\ninclude = [\"./lab.toml\"]\n{LAN}");
    let found = only(read_among(&own, &|_| Some(own.clone())));
    assert_eq!((found.code, found.label.en.as_str()), ("include-circle", "lab.toml -> lab.toml"));
    // By another name, such as a link, it is still itself.
    let linked = own.replace("./lab.toml", "other.toml");
    let found = only(read_among(&linked, &|_| Some(linked.clone())));
    assert_eq!((found.code, found.label.en.as_str()), ("include-circle", "lab.toml -> other.toml"));
    let files = |path: &str| {
        let next = if path == "a.toml" { "parts/../b.toml" } else { "a.toml" };
        Some(format!("include = [\"{}\"]\n", next.trim_start_matches("parts/../")))
    };
    let text = own.replace("./lab.toml", "a.toml");
    let found = only(read_among(&text, &files));
    assert_eq!(found.place.file, "b.toml");
    assert_eq!(found.label.en, "lab.toml -> a.toml -> b.toml -> a.toml");
    let twice = text.replace("[\"a.toml\"]", "[\"c.toml\", \"./c.toml\"]");
    let found = only(read_among(&twice, &|_| Some("[switches]\ns = {}\n".to_owned())));
    assert_eq!((found.code, super::marked(&found).as_str()), ("included-twice", "./c.toml"));
}

#[test]
fn depth_number_and_size_are_bounded() {
    let deep = |path: &str| {
        let number: u32 = path.trim_end_matches(".toml").parse().ok()?;
        Some(format!("include = [\"{}.toml\"]\n", number + 1))
    };
    let text = format!("lab = \"x\"\ninclude = [\"1.toml\"]\n{LAN}");
    assert_eq!(only(read_among(&text, &deep)).place.file, "8.toml");
    let many: Vec<String> = (0..100).map(|number| format!("\"{number}.toml\"")).collect();
    let many = format!("lab = \"x\"\ninclude = [{}]\n{LAN}", many.join(", "));
    let part =
        |path: &str| Some(format!("[switches]\ns{} = {{}}\n", path.trim_end_matches(".toml")));
    let found = read_among(&many, &part).expect_err("too many");
    assert!(
        found.iter().all(|mistake| mistake.code == "too-large"),
        "{}",
        render(&found, Lang::En)
    );
    let large = |path: &str| {
        let comment = "#".repeat(3 << 20);
        part(path).map(|part| format!("{part}{comment}\n"))
    };
    let three = format!("lab = \"x\"\ninclude = [\"1.toml\", \"2.toml\", \"3.toml\"]\n{LAN}");
    assert_eq!(only(read_among(&three, &large)).code, "too-large");
}

#[test]
fn paths_stay_inside_and_need_a_folder() {
    for outside in ["../x.toml", "/etc/passwd", "~/x.toml", "a/../../x.toml", "C:\\\\x.toml"] {
        let text = format!("lab = \"x\"\ninclude = [\"{outside}\"]\n{LAN}");
        assert_eq!(only(read_among(&text, &|_| Some(String::new()))).code, "path-outside");
    }
    let text = format!("lab = \"x\"\ninclude = [\"part.toml\"]\n{LAN}");
    assert_eq!(only(super::read_for(&text, &[])).code, "no-folder");
    let number = text.replace("[\"part.toml\"]", "5");
    assert_eq!(only(super::read_for(&number, &[])).code, "wrong-type");
}
