//! Every shape of `catenet new` boots, routes, proves it, and fails when its cable is cut.

use base::Lang;
use catenet_topology::generate::{SHAPES, generate};
use lab::run::{Options, Report, test};
use lab::{gallery, read_lab};
use language::{Lab, render};

fn lab(shape: &str, numbers: &[u32]) -> Lab {
    let text = generate(shape, numbers, None, Lang::En)
        .unwrap_or_else(|why| panic!("{shape} {numbers:?}: {}", why.en));
    read_lab(text.as_bytes(), "new.toml")
        .unwrap_or_else(|mistakes| panic!("{}\n{text}", render(&mistakes, Lang::En)))
}

fn run(lab: &Lab) -> Report {
    let folder = |path: &str| gallery::folder(path);
    let options = Options { seed: 1, lang: Lang::En, folder: &folder, capture: false };
    test(lab, &options).unwrap_or_else(|why| panic!("{}: {why:?}", lab.name))
}

#[test]
fn every_shape_works_and_can_be_broken() {
    for shape in SHAPES {
        let lab = lab(shape.name, &[]);
        let report = run(&lab);
        assert!(report.passed(), "{}", report.text(Lang::En));
        assert!(!lab.checks.is_empty(), "{}: nothing is proven", shape.name);
        let broken = lab.with_overlay("broken").unwrap_or_else(|| panic!("{}", shape.name));
        let report = run(&broken);
        assert!(!report.passed(), "{}: holds with a cable cut", shape.name);
    }
}

#[test]
fn other_sizes_work_too() {
    let sizes: [(&str, &[u32]); 8] = [
        ("linear", &[1, 2]),
        ("linear", &[40]),
        ("ring", &[3]),
        ("ring", &[31, 2]),
        ("star", &[250]),
        ("tree", &[4, 3]),
        ("fat-tree", &[6]),
        ("campus", &[20, 2]),
    ];
    for (shape, numbers) in sizes {
        let report = run(&lab(shape, numbers));
        assert!(report.passed(), "{shape} {numbers:?}: {}", report.text(Lang::En));
    }
}

#[test]
fn one_of_a_shape_is_told_as_one() {
    for (shape, numbers, title) in [
        ("campus", [1, 2], "A campus of 1 building\""),
        ("campus", [2, 2], "A campus of 2 buildings\""),
        ("linear", [1, 2], "1 router in a row\""),
    ] {
        let text =
            generate(shape, &numbers, None, Lang::En).unwrap_or_else(|why| panic!("{}", why.en));
        assert!(text.contains(title), "{text}");
    }
}

/// Routers reach each other too, not only the hosts behind them.
#[test]
fn a_router_reaches_the_far_side_of_the_ring() {
    let text = generate("ring", &[6], None, Lang::En).unwrap_or_else(|why| panic!("{}", why.en));
    let far = "\n[[check]]\nexpect = \"exit(far) == 0\"\n[[script]]\nat = \"1s\"\ndo = \"exec r1 -- ping -c 1 10.0.4.1\"\nlabel = \"far\"\n";
    let shape = text.split("\n[broken]").next().unwrap_or_default();
    let whole = format!("{shape}{far}");
    let lab = read_lab(whole.as_bytes(), "ring.toml")
        .unwrap_or_else(|mistakes| panic!("{}\n{whole}", render(&mistakes, Lang::En)));
    let report = run(&lab);
    assert!(report.passed(), "{}", report.text(Lang::En));
}

#[test]
fn what_cannot_be_drawn_is_refused_in_both_languages() {
    let cases: [(&str, &[u32], &str); 7] = [
        ("rnig", &[], "`ring`"),
        ("ring", &[2], "3"),
        ("ring", &[4, 1, 1], "ROUTERS HOSTS"),
        ("linear", &[200, 100], "2000"),
        ("tree", &[6, 16], "2000"),
        ("fat-tree", &[4_000_000_000], "12"),
        ("fat-tree", &[3], "3"),
    ];
    for (shape, numbers, part) in cases {
        let why = generate(shape, numbers, None, Lang::En).expect_err(shape);
        assert!(why.en.contains(part) && why.zh.contains(part), "{shape}: {why:?}");
    }
    let why = generate("ring", &[], Some("no name"), Lang::En).expect_err("a bad name");
    assert!(why.en.contains("digits, `-` and `_` only") && why.zh.contains("只能用"), "{why:?}");
}

#[test]
fn the_same_words_make_the_same_file_in_each_language() {
    for shape in SHAPES {
        let [en, again, zh] = [Lang::En, Lang::En, Lang::Zh]
            .map(|lang| generate(shape.name, &[], None, lang).unwrap_or_default());
        assert_eq!(en, again);
        let code = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
            lines.collect::<Vec<_>>()
        };
        assert_eq!(code(&en), code(&zh), "{}: only comments differ", shape.name);
        assert_ne!(en, zh);
    }
}
