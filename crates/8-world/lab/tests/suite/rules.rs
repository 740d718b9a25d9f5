//! A submission under the rules of another file.

use base::Lang;
use catenet_lab::run::{Options, Report, test};
use catenet_lab::{gallery, read_lab, reason_names};
use language::{Diagnostic, Lab, render, with_checks};

const RULES: &str = "lab = \"task\"\nduration = \"5s\"\nfixed = [\"web\", \"lan\", \"pc1--lan\"]\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc1 = \"lan\"\nweb = { net = \"lan\", ip = \"10.0.0.80\", run = \"http root=./site\" }\n[[script]]\nat = \"2s\"\ndo = \"exec pc1 -- curl http://10.0.0.80/\"\nlabel = \"page\"\n[[task]]\ntext = { en = \"pc1 pings web\", zh = \"pc1 ping web\" }\nexpect = \"exit(ping) == 0 and count(icmp.type == 8) > 0\"\npoints = 10\n[[check]]\nexpect = \"exit(page) == 0\"\n";

fn read(text: &str) -> Lab {
    let lab = read_lab(text.as_bytes(), "lab.toml");
    lab.unwrap_or_else(|mistakes| panic!("{}\n{text}", render(&mistakes, Lang::En)))
}

/// The only one of a text.
fn mistake(text: &str) -> Diagnostic {
    let mut mistakes = read_lab(text.as_bytes(), "lab.toml").expect_err("a mistake");
    assert_eq!(mistakes.len(), 1, "{}", render(&mistakes, Lang::En));
    mistakes.remove(0)
}

/// As `catenet test --checks` reads it.
fn under(submission: Lab, rules: &Lab) -> Result<Lab, Vec<Diagnostic>> {
    with_checks(submission, rules, Some(&reason_names()))
}

fn rules() -> Lab {
    let unnamed = RULES.replace(
        "pc1 = \"lan\"",
        "pc1 = { net = \"lan\", run = { do = \"sleep 1\", label = \"ping\" } }",
    );
    read(&unnamed)
}

fn submission(run: &str) -> String {
    RULES.replace("pc1 = \"lan\"", &format!("pc1 = {{ net = \"lan\", run = {run} }}"))
}

const PING: &str = "{ do = \"ping -c 1 10.0.0.80\", label = \"ping\" }";

fn run(lab: &Lab) -> Report {
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    test(lab, &options).unwrap_or_else(|why| panic!("{why:?}"))
}

fn findings(text: &str, rules: &Lab) -> String {
    match under(read(text), rules) {
        Ok(_) => String::new(),
        Err(found) => {
            assert!(found.iter().all(|one| !one.message.zh.is_empty() && !one.help.is_empty()));
            render(&found, Lang::En)
        }
    }
}

#[test]
fn a_submission_is_judged_by_the_rules() {
    let judged = |text: &str| {
        let lab = under(read(text), &rules());
        run(&lab.unwrap_or_else(|found| panic!("{}", render(&found, Lang::En)))).points().0
    };
    assert_eq!(judged(&submission(PING)), 10);
    let idle = submission(&PING.replace("ping -c 1 10.0.0.80", "sleep 1"));
    assert_eq!(judged(&idle), 0);
    // What it says of tasks, checks, scripts, times and seeds counts for nothing.
    let (own, _) = idle.split_once("[[script]]").expect("a script");
    let edited = format!(
        "{}[[task]]\ntext = \"free\"\nexpect = \"count(arp) >= 0\"\npoints = 10\n[[script]]\nat = \"0.5s\"\ndo = \"exec pc1 -- ping -c 1 10.0.0.80\"\nlabel = \"mine\"\n",
        own.replace("\"5s\"", "\"600s\"").replace("\"task\"", "\"other\"")
    );
    assert_eq!(judged(&edited), 0);
    let lab = under(read(&edited), &rules()).expect("a lab");
    let rules = rules();
    assert_eq!((&lab.name, lab.duration, &lab.tasks), (&rules.name, rules.duration, &rules.tasks));
    assert_eq!((&lab.checks, &lab.scripts), (&rules.checks, &rules.scripts));
}

#[test]
fn rules_alone_need_no_network() {
    let (head, tail) = RULES.split_once("fixed").expect("a key");
    let (_, tail) = tail.split_once("[[script]]").expect("a script");
    let alone = read(&format!("{head}[[script]]{tail}"));
    assert!(alone.is_rules());
    assert_eq!(run(&under(read(&submission(PING)), &alone).expect("a lab")).points().0, 10);
    let other = "lab = \"y\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc2 = \"lan\"\n";
    let said = findings(other, &alone);
    assert!(
        said.contains("in your lab no machine is called `pc1`, and [[script]] asks for it"),
        "{said}"
    );
    assert!(said.contains("it is about: pc1 pings web"), "{said}");
    // The label of a program that the rules start is theirs.
    let stolen = submission(PING).replace("label = \"ping\" }", "label = \"page\" }");
    let stolen = stolen
        .replace("exec pc1 -- curl http://10.0.0.80/\"\nlabel = \"page\"", "exec pc1 -- sleep 1\"");
    let stolen =
        stolen.replace("exit(page)", "exit(pc1/sleep)").replace("exit(ping)", "exit(page)");
    let said = findings(&stolen, &alone);
    assert!(said.contains("a program of pc1 has the label `page`"), "{said}");
}

#[test]
fn what_is_fixed_must_be_equal() {
    let good = submission(PING);
    assert_eq!(findings(&good, &rules()), "");
    for (was, becomes, says) in [
        (
            "ip = \"10.0.0.80\"",
            "ip = \"10.0.0.81\"",
            "`web` must stay as the task has it: `jacks` is",
        ),
        ("http root=./site", "http root=./other", "`run` is [http root=./site"),
        (
            "lan = \"10.0.0.0/24\"",
            "lan = \"10.0.0.0/16\"",
            "`lan` must stay as the task has it: `v4` is 10.0.0.0/24",
        ),
        ("web = {", "www = {", "your lab does not have it"),
        (
            "duration",
            "links = [{ link = \"pc1 - lan\", loss = \"5%\" }]\nduration",
            "`pc1--lan` must stay",
        ),
    ] {
        let said = findings(
            &good.replace(was, becomes).replace("fixed = [\"web\", ", "fixed = ["),
            &rules(),
        );
        assert!(said.contains(says), "{becomes}: {said}");
    }
    // Its own name is no other machine's, and its cable may be written from either end.
    let twice = good.replace("pc1 = {", "zz = { net = \"lan\", names = [\"other.lab\"] }\npc1 = {");
    let domain = |lab: &str, name: &str| {
        lab.replace("lab = \"task\"", &format!("lab = \"task\"\ndomain = \"{name}\""))
    };
    let task = read(&domain(&good, "other.lab"));
    let stolen = twice.replace("other.lab", "web.other.lab");
    let said = findings(&domain(&stolen, "mine.lab"), &task);
    assert!(said.contains("web and zz are both called `web.other.lab`"), "{said}");
    let turned = "links = [\"lan - pc1\"]\nduration";
    assert_eq!(findings(&good.replace("duration", turned), &rules()), "");
    let slow = "links = [{ link = \"lan - pc1\", delay = \"1s\" }]\nduration";
    let said = findings(&good.replace("duration", slow), &rules());
    assert!(said.contains("the cable's properties differ"), "{said}");
    // A title is its owner's business.
    assert_eq!(findings(&good.replace("web = {", "web = { title = \"mine\","), &rules()), "");
}

#[test]
fn names_and_labels_stay_where_they_are() {
    let rules = rules();
    let moved = RULES.replace(
        "pc1 = \"lan\"",
        "pc1 = \"lan\"\nzz = { net = \"lan\", run = { do = \"sleep 1\", label = \"ping\" } }",
    );
    let said = findings(&moved, &rules);
    assert!(said.contains("`ping` is a program of zz, not of pc1"), "{said}");
    for (was, becomes, says) in [
        (
            "[hosts]",
            "[hosts]\nzz = { net = \"lan\", names = [\"WEB.example.lab\"] }",
            "two machines are called `web.example.lab`",
        ),
        (
            "duration",
            "links = [{ link = \"pc1 - lan\", name = \"web\" }]\nduration",
            "a link and a node are both called `web`",
        ),
        (
            "duration",
            "links = [{ link = \"pc1 - lan\", name = \"lan\" }]\nduration",
            "a link and a node are both called `lan`",
        ),
    ] {
        let text = submission(PING).replace(was, becomes).replace(", \"pc1--lan\"", "");
        let found = mistake(&text);
        assert_eq!(found.code, "duplicate-name");
        assert!(found.message.en.contains(says) && !found.message.zh.is_empty(), "{found:?}");
    }
}

/// `count(..) at web` means the task's machine: the reader refuses a cable of a node's name, and where no
/// reader was (a lab made by a program), the rules do.
#[test]
fn no_cable_bears_a_nodes_name() {
    let rules = rules();
    for name in ["web", "lan"] {
        let mut lab = read(&submission(PING));
        name.clone_into(&mut lab.links[0].name);
        let found = under(lab, &rules).expect_err("two of one name");
        let says = format!("a cable and a node are both called `{name}`");
        assert!(found.iter().any(|one| one.message.en == says), "{found:?}");
    }
}

/// The same address on a network of another name is another place. That its cable leads there is held by
/// the cable's name.
#[test]
fn a_fixed_machine_stays_on_its_network() {
    let fixed =
        |names: &str| read(&submission(PING).replace("[\"web\", \"lan\", \"pc1--lan\"]", names));
    let own = submission(PING).replace("\"lan\"", "\"own\"").replace("\nlan =", "\nown =");
    let own = own.replace("\"own\", \"pc1--lan\"", "\"own\"");
    let said = findings(&own, &fixed("[\"web\"]"));
    assert!(said.contains("`web` must stay as the task has it: `jacks` is"), "{said}");
    assert!(said.contains("10.0.0.80/24 on lan]"), "{said}");
    let moved = submission(PING)
        .replace("duration", "links = [\"web - own\"]\nduration")
        .replace("[hosts]", "[switches.own]\n[hosts]")
        .replace("web = { net = \"lan\", ip = \"10.0.0.80\"", "web = { ip = \"10.0.0.80/24\"");
    assert_eq!(findings(&moved, &fixed("[\"web\"]")), "", "cables are their own");
    let said = findings(&moved, &fixed("[\"web\", \"web--lan\"]"));
    assert!(said.contains("`web--lan` must stay as the task has it: your lab"), "{said}");
}

#[test]
fn a_real_host_is_no_machine_of_the_world() {
    let text = "lab = \"x\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc1 = { net = \"lan\", run = \"ping -c 1 chat\" }\nchat = { net = \"lan\", real = \"python3 server.py\" }\n[[check]]\nexpect = \"exit(chat) == 0\"\n";
    let lab = read(text);
    assert_eq!(lab.hosts[1].real.as_deref(), Some("python3 server.py"));
    assert_eq!(read(&language::long_form(&lab)), lab);
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    let why = test(&lab, &options).expect_err("virtual time");
    for why in [&why.en, &why.zh] {
        assert!(why.contains("--clock real") && why.contains("python3 server.py"), "{why}");
    }
    assert_ne!(why.en, why.zh);
    let ground = catenet_lab::world::Ground {
        seed: 1,
        programs: catenet_lab::programs(),
        lang: Lang::En,
        folder: &gallery::folder,
    };
    let world = catenet_lab::world::boot(&lab, &ground).expect("a world");
    assert!(!world.nodes().any(|node| format!("{node:?}").contains("chat")));
    for (was, becomes) in [
        ("real = ", "run = \"sleep 1\", real = "),
        ("python3 server.py", " "),
        ("chat = {", "chat = {} \n[routers]\nr1 = {"),
    ] {
        let wrong = text.replace(was, becomes).replace("exit(chat)", "exit(pc1/ping)");
        assert_eq!(mistake(&wrong).code, "bad-real", "{becomes}");
    }
}
