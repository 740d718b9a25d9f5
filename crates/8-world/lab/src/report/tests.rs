//! Reports hold what was measured, and nothing that somebody wrote becomes markup or a formula.

use super::*;
use crate::run::{Options, test};

const LAB: &str = "lab = \"t\"\ntitle = { en = \"A <b> title\", zh = \"标题\" }\nduration = \"2s\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = { do = \"ping -c 1 10.0.0.2\", label = \"p\" }\n[hosts.b]\nip = \"10.0.0.2/24\"\n[[check]]\nexpect = \"count(icmp && ip.ttl < 65) == 4\"\n[[task]]\ntext = { en = \"Say \\\"hi\\\" & <go>\", zh = \"任务\" }\nexpect = \"count(arp) > 100\"\npoints = 7\nhint = { en = \"none\", zh = \"没有\" }\n[[task]]\ntext = { en = \"Ping\", zh = \"通\" }\nexpect = \"exit(p) == 0\"\npoints = 3\n";

fn report() -> Report {
    let lab = crate::read_lab(LAB.as_bytes(), "t.toml")
        .unwrap_or_else(|mistakes| panic!("{}", language::render(&mistakes, Lang::En)));
    let options =
        Options { seed: 1, lang: Lang::En, folder: &crate::gallery::folder, capture: false };
    let mut report = test(&lab, &options).expect("a world");
    report.solving = true;
    report
}

fn graded(student: &str) -> Graded {
    Graded {
        student: student.to_owned(),
        file: format!("{student}.toml"),
        outcome: Outcome::Ran(Box::new(report())),
    }
}

fn refused() -> Graded {
    Graded {
        student: "broken".to_owned(),
        file: "broken.toml".to_owned(),
        outcome: Outcome::Refused(Refusal::new("bad-lab", "a.toml:1:2: no, \"never\"", "不行")),
    }
}

#[test]
fn junit_counts_what_it_holds() {
    let xml = junit(&[graded("x"), refused()], Lang::En);
    assert!(
        xml.contains(
            "<testsuites name=\"catenet\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"0\">"
        ),
        "{xml}"
    );
    assert_eq!(xml.matches("<testcase ").count(), 4, "{xml}");
    assert!(xml.contains("name=\"Say &quot;hi&quot; &amp; &lt;go&gt;\""), "{xml}");
    assert!(xml.contains("<failure message=\"count = "), "{xml}");
    let mut shipped = report();
    shipped.solving = false;
    let shipped = Graded { outcome: Outcome::Ran(Box::new(shipped)), ..graded("") };
    let xml = junit(&[shipped], Lang::Zh);
    assert!(xml.contains("failures=\"0\" errors=\"0\" skipped=\"1\""), "an open task: {xml}");
    assert!(xml.contains("任务"), "{xml}");
}

#[test]
fn a_page_holds_both_languages_and_no_markup_of_others() {
    let page = page(&graded("<script>alert(1)</script>"), "catenet test \"a\"", Lang::En);
    assert!(!page.contains("<script"), "{page}");
    for part in [
        "&lt;script&gt;alert(1)",
        "id=\"zh\" lang=\"zh-Hans\"",
        "<strong>3</strong> of 10 points",
        "<strong>3</strong> 分, 共 10 分",
        "Say &quot;hi&quot; &amp; &lt;go&gt;",
        "count(icmp &amp;&amp; ip.ttl &lt; 65) == 4",
        "catenet test &quot;a&quot;",
        "default-src 'none'",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let digest = format!("{:032x}", report().digest);
    assert_eq!(page.matches(&digest).count(), 2);
    let [zh, en] = ["id=\"zh\"", "id=\"en\""].map(|id| page.find(id).expect("a section"));
    assert!(zh < en, "the reader's language stands last");
    for outside in ["http://", "https://", "src=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_class_is_a_table() {
    let all = [graded("=1+1"), graded("a,\"b\""), refused()];
    let names = ["a.html", "b.html", "c.html"].map(str::to_owned);
    let table = csv(&all, &names, Lang::En);
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}student,file,result,points,of,checks_held,checks,task_1,task_2,reason,seed,digest,report"
    );
    assert!(lines[1].starts_with("'=1+1,'=1+1.toml,open,3,10,1,1,0,3,,1,"), "{}", lines[1]);
    assert!(lines[2].starts_with("\"a,\"\"b\"\"\",\"a,\"\"b\"\".toml\",open,"), "{}", lines[2]);
    assert_eq!(
        lines[3],
        "broken,broken.toml,bad-lab,0,,,,0,0,\"a.toml:1:2: no, \"\"never\"\"\",,,c.html"
    );
    let page = index(&all, &names, Lang::Zh);
    assert!(page.contains("href=\"./b.html\"") && page.contains("a,&quot;b&quot;"), "{page}");
    assert!(page.contains("交了 3 份, 0 份全部完成") && page.contains("文件有错误"), "{page}");
}
