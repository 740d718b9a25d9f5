//! A class of 200 is graded, hostile submissions among it; and a lab that runs is.

use catenet_tests::{Job, User, soon};
use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

/// The task; its way back is what the students shall mend.
const TASK: &str = r#"lab = "reach"
title = { en = "Reach the server", zh = "连上服务器" }
duration = "6s"
[networks]
office  = "192.168.1.0/24"
servers = "10.0.2.0/24"
[routers]
r1 = ["office", "servers"]
[hosts]
pc1 = { net = "office", run = { do = "ping -c 2 10.0.2.80", at = "1s", label = "ping" } }
web = { net = "servers", ip = "10.0.2.80", gateway = "none" }
[[check]]
expect = "count(icmp.type == 8) at pc1 > 0"
[[task]]
text   = { en = "Make the ping succeed", zh = "让 ping 成功" }
expect = "exit(ping) == 0"
points = 60
[[task]]
text   = { en = "The server answers twice", zh = "服务器回答两次" }
expect = "count(icmp.type == 0) at web == 2"
points = 40
"#;

/// Two switches that cables join twice: a question for everybody goes round for ever. `more` decides how fast.
fn circle(more: &str, cpu: &str) -> String {
    format!(
        "lab = \"reach\"\nlinks = [\"pc1 - a\", \"web - b\", {{ link = \"a - b\", {more} }}, {{ link = \"b - a\", {more} }}]\n[switches]\na = {{ cpu = \"{cpu}\" }}\nb = {{ cpu = \"{cpu}\" }}\n[hosts.pc1]\nip = \"10.0.2.1/24\"\nrun = {{ do = \"ping -c 2 10.0.2.80\", at = \"1s\", label = \"ping\" }}\n[hosts.web]\nip = \"10.0.2.80/24\"\n"
    )
}

/// Hostile or mistaken submissions: whose, what is in it, and what becomes of it.
fn bad(good: &str) -> Vec<(&'static str, String, &'static [&'static str])> {
    let cheat = TASK
        .replace("exit(ping) == 0", "count(arp) > 0")
        .replace("count(icmp.type == 0) at web == 2", "count(arp) > 0");
    let never = good.replace("ip = \"10.0.2.80\"", "ip = \"10.0.2.80\", run = \"nc -l 9\"");
    let mut crowd = String::from(
        "lab = \"reach\"\n[networks]\noffice = \"10.0.0.0/8\"\n[hosts]\nweb = \"office\"\npc1 = { net = \"office\", run = { do = \"ping -c 2 10.0.2.80\", label = \"ping\" } }\n",
    );
    crowd.extend((0..10_000).map(|number| format!("h{number} = \"office\"\n")));
    vec![
        ("=1+1", good.to_owned(), &["passed"]),
        ("\"quoted\", and <script>", good.to_owned(), &["passed"]),
        ("cheat", cheat, &["open"]),
        ("circle", circle("delay = \"0ns\"", "1us"), &["too-long", "storm", "open"]),
        ("crowd", crowd, &["too-large", "too-long"]),
        ("deep", format!("lab = \"x\"\na = {}\n", "[".repeat(200_000)), &["bad-lab"]),
        ("fast", circle("delay = \"0ns\", rate = \"1000Gbit\"", "0ns"), &["storm", "too-long"]),
        ("itself", format!("include = [\"itself.toml\"]\n{good}"), &["bad-lab"]),
        ("long", "#".repeat(10_000_000), &["too-large"]),
        ("never", never, &["passed"]),
        ("nobody", good.replace("web", "www"), &["not-the-task"]),
        ("unclosed", "lab = \"x\n".to_owned(), &["bad-lab"]),
    ]
}

#[test]
fn a_class_of_200_is_graded() {
    let user = User::new("grade");
    let good = TASK.replace("gateway = \"none\"", "gateway = \"10.0.2.1\"");
    user.write("task.toml", TASK);
    let bad = bad(&good);
    for (student, text, _) in &bad {
        user.write(&format!("class/{student}.toml"), text);
    }
    user.write("secret.toml", &good);
    symlink(user.path("secret.toml"), user.path("class/thief.toml")).expect("a link");
    let honest = 200 - bad.len() - 1;
    for number in 0..honest {
        let text = if number % 4 == 0 { TASK } else { good.as_str() };
        let folder = if number % 3 == 0 { "/lab" } else { "" };
        user.write(&format!("class/s{number:03}{folder}.toml"), text);
    }
    let mut line = user.line_command(
        "catenet grade --submissions class --checks task.toml --csv out/class.csv --reports out/pages --junit out/class.xml --limit 3",
    );
    let done = Job::start(&mut line).end(Duration::from_secs(540)).code(1);
    println!("200 submissions in {:.1} s", done.took.as_secs_f64());
    assert!(done.out.contains("200 submissions: "), "{}", done.out);

    let csv = fs::read_to_string(user.path("out/class.csv")).expect("a table");
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 201, "{csv}");
    for (student, _, wanted) in &bad {
        let cell = match *student {
            "=1+1" => "'=1+1,".to_owned(),
            plain if plain.contains('"') => format!("\"{}\",", plain.replace('"', "\"\"")),
            plain => format!("{plain},"),
        };
        let row = lines.iter().find(|line| line.starts_with(&cell));
        let row = row.unwrap_or_else(|| panic!("{student}: {csv}"));
        let is = |result: &&str| {
            row.contains(&format!(".toml,{result},")) || row.contains(&format!(".toml\",{result},"))
        };
        assert!(wanted.iter().any(is), "{student}: {row}");
    }
    assert!(csv.contains("thief,class/thief.toml,no-file,0,"), "{csv}");
    let cheat = lines.iter().find(|line| line.starts_with("cheat,")).expect("a row");
    assert!(cheat.contains(",open,0,100,"), "its own checks count for nothing: {cheat}");
    for number in 0..honest {
        let (result, points) = if number % 4 == 0 { ("open", 0) } else { ("passed", 100) };
        let file =
            if number % 3 == 0 { format!("s{number:03}/lab") } else { format!("s{number:03}") };
        let wanted = format!("s{number:03},class/{file}.toml,{result},{points},100,1,1,");
        assert!(lines.iter().any(|line| line.starts_with(&wanted)), "{wanted}: {csv}");
    }

    let pages = fs::read_dir(user.path("out/pages")).expect("pages").count();
    assert_eq!(pages, 201, "one each, and the class's");
    let page = fs::read_to_string(user.path("out/pages/_quoted___and__script_.html"));
    let page = page.expect("a page for whoever bears such a name");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    assert!(page.contains("让 ping 成功") && page.contains("Make the ping succeed"));
    let xml = fs::read_to_string(user.path("out/class.xml")).expect("JUnit");
    assert_eq!(xml.matches("<testsuite ").count(), 200);

    again(&user, &csv);
}

/// What a page says to type gives the same digest.
fn again(user: &User, csv: &str) {
    let report = repeated(user, "out/pages/s001.html");
    let digest = report["digest"].as_str().expect("a digest");
    let row = csv.lines().find(|line| line.starts_with("s001,")).expect("a row");
    assert!(row.contains(digest), "{digest}: {row}");
}

/// What the command gives that stands on a page.
fn repeated(user: &User, page: &str) -> serde_json::Value {
    let page = fs::read_to_string(user.path(page)).expect("a page");
    let report = user.line(&format!("{} --json", command(&page))).out;
    let report: serde_json::Value = serde_json::from_str(&report).expect("a report");
    let digest = report["digest"].as_str().expect("a digest");
    assert!(page.contains(digest), "{digest}: {page}");
    report
}

fn command(page: &str) -> &str {
    let (_, rest) = page.split_once("<pre translate=\"no\">").expect("a command");
    rest.split_once("</pre>").expect("its end").0
}

/// Serves the files beside the lab, if there are any that belong to it, and counts in a language.
const SITE: &str = r#"lab = "site"
[networks]
lan = "10.0.0.0/24"
[hosts]
pc  = { net = "lan", run = [{ do = "curl http://10.0.0.80/", at = "1s", label = "page" }, { do = "send 10.0.0.80 9 100", at = "1s" }] }
web = { net = "lan", ip = "10.0.0.80", run = ["http root=./site", { do = "sink port=9", label = "sink" }] }
[[task]]
text   = { en = "Serve a page", zh = "提供网页" }
expect = "output(page) contains \"mine\""
points = 6
[[task]]
text   = { en = "Count in Chinese", zh = "用中文计数" }
expect = "output(sink) contains \"收到\""
points = 3
"#;

/// A file that came alone has nothing beside it, nor has it when a page's command is typed; and a program's
/// words are those that were graded.
#[test]
fn a_page_repeats_how_its_lab_came_and_what_was_spoken() {
    let user = User::new("grade-alone");
    for lab in ["task/task.toml", "class/lone.toml", "class/whole/lab.toml"] {
        user.write(lab, SITE);
    }
    user.write("class/plain.toml", SITE.replace("\"http root=./site\", ", ""));
    user.write("class/site/index.html", "mine, says somebody else");
    user.write("class/whole/site/index.html", "mine");
    let line = "catenet grade --submissions class --checks task/task.toml --reports out --json";
    for (lang, words) in [("en", 0), ("zh", 3)] {
        let rows = user.line(&format!("{line} --lang {lang}")).code(1).out;
        let rows: serde_json::Value = serde_json::from_str(&rows).expect("rows");
        let row = |student: &str| {
            let of = |row: &&serde_json::Value| row["student"] == student;
            rows.as_array().and_then(|rows| rows.iter().find(of)).expect("a row").clone()
        };
        for (student, points) in [("plain", words), ("whole", 6 + words)] {
            assert_eq!(row(student)["points"], points, "{rows}");
            let again = repeated(&user, &format!("out/{student}.html"));
            let told = |of: &serde_json::Value| (of["points"].clone(), of["digest"].clone());
            assert_eq!(told(&again), told(&row(student)), "{student}, {lang}");
        }
        assert_eq!(row("lone")["result"], "bad-lab", "{rows}");
        let page = fs::read_to_string(user.path("out/lone.html")).expect("a page");
        assert!(page.contains("no files lie in") && page.contains("里没有文件"), "{page}");
        user.line(command(&page)).code(2).complains("./site");
        user.line(&command(&page).replace(" --alone", "")).says("done  ");
    }
}

/// What a run is refused for stands on a page's halves in their own languages.
#[test]
fn a_refused_run_is_told_in_both_languages() {
    let user = User::new("grade-refused");
    let real =
        "[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc = { net = \"lan\", real = \"true\" }\n";
    user.write("real.toml", format!("lab = \"real\"\n{real}"));
    for (line, lang, [en, zh]) in [
        ("real.toml", "en", ["a real program", "真实程序"]),
        ("real.toml --clock real --with solution", "zh", ["leave it out", "请去掉它"]),
        ("no-such-lab --clock real", "zh", ["no built-in lab is", "没有名为"]),
    ] {
        user.line(&format!("catenet test {line} --lang {lang} --report page.html")).code(2);
        let page = fs::read_to_string(user.path("page.html")).expect("a page");
        let half = |id: &str| {
            let (_, rest) = page.split_once(&format!("<section id=\"{id}\"")).expect("a half");
            rest.split_once("</section>").expect("its end").0
        };
        assert!(half("en").contains(en) && !half("en").contains(zh), "{line}: {page}");
        assert!(half("zh").contains(zh) && !half("zh").contains(en), "{line}: {page}");
    }
}

#[test]
fn a_lab_that_runs_is_graded_as_it_stands() {
    let user = User::new("grade-live");
    let lab = "lab = \"mend\"\nlinks = [{ link = \"a - b\", loss = \"100%\" }]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = { do = \"ping -c 1 10.0.0.2\", every = \"500ms\" }\n[hosts.b]\nip = \"10.0.0.2/24\"\n[[check]]\ntext = { en = \"a asks\", zh = \"a 在问\" }\nexpect = \"count(arp) > 0\"\n[[task]]\ntext = { en = \"Let a reach b\", zh = \"让 a 连上 b\" }\nexpect = \"count(icmp.type == 0) > 0\"\npoints = 5\nhint = { en = \"show a--b\", zh = \"看看 a--b\" }\n";
    user.write("mend.toml", lab);
    user.up("mend.toml");
    let open = user.line("catenet grade").code(1);
    for part in
        ["open  Let a reach b", "count = 0", "hint: show a--b", "tasks: 0 of 5 points", "--last"]
    {
        assert!(open.out.contains(part), "{part}: {}", open.out);
    }
    user.line("catenet grade mend --lang zh")
        .code(1)
        .says("任务: 0 分, 共 5 分")
        .says("让 a 连上 b");
    user.line("catenet set a--b loss=0%").code(0);
    soon("a reaches b", || user.line("catenet grade").code == 0);
    user.line("catenet grade --last 1min").code(0).says("done  Let a reach b");
    let told: serde_json::Value =
        serde_json::from_str(&user.line("catenet grade --json").code(0).out).expect("JSON");
    assert_eq!((told["points"].as_u64(), told["of"].as_u64()), (Some(5), Some(5)));
    user.line("catenet grade nobody").code(2).complains("nobody");
    user.line("catenet grade --last soon").code(2).complains("soon");
    user.line("catenet down mend").code(0);
}

/// A run that a grader stops is stopped by its page's command, too.
#[test]
fn a_page_repeats_a_run_that_was_stopped() {
    let user = User::new("grade-endless");
    let task = TASK.replace("\"6s\"", "\"100000h\"").replace("ping -c 2", "ping -i 0.001");
    user.write("task.toml", &task);
    user.write("class/long.toml", &task);
    let line =
        "catenet grade --submissions class --checks task.toml --reports out --json --limit 1";
    let rows = user.line(line).code(1).out;
    assert!(rows.contains("\"too-long\""), "{rows}");
    let page = fs::read_to_string(user.path("out/long.html")).expect("a page");
    assert!(page.contains("计算时间用完") && !page.contains("Digest"), "{page}");
    let again = command(&page);
    assert!(again.contains(" --limit=1 "), "{again}");
    user.line(again).code(1).says("it takes too long");
}
