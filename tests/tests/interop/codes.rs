//! Exit codes: a person's script depends on them.

use catenet_tests::{Job, User, has};
use std::time::Duration;

#[test]
fn a_bad_lab_starts_nothing() {
    let user = User::new("bad");
    let bad = user.write(
        "labs/bad.toml",
        "lab = \"bad\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc = \"lann\"\n",
    );
    let bad = bad.display().to_string();
    let refused = user.run(&["up", &bad, "-d"]).code(2).complains("bad.toml:5:").complains("lan");
    assert!(refused.out.is_empty(), "{}", refused.out);
    user.run(&["validate", &bad]).code(2);
    user.run(&["test", &bad]).code(2);
    user.run(&["--lang", "zh", "up", &bad, "-d"]).code(2);
    user.run(&["up", "labs/absent.toml", "-d"]).code(2);
    user.run(&["up", "no-such-lab", "-d"]).code(2).complains("two-lans");
    // Whatever was started to look at it goes, and no lab runs.
    let listed = user.run(&["ps"]);
    assert!(listed.code == 3 || !listed.out.contains("bad"), "{listed:?}");
    catenet_tests::soon("the end of an idle service", || user.traces().processes.is_empty());
}

#[test]
fn without_a_service_the_code_is_three() {
    let user = User::new("none");
    for line in ["catenet ps", "catenet show", "catenet down --all", "catenet watch"] {
        user.line(line).code(3).complains("up two-lans");
    }
    user.line("catenet join office -- true").code(125).complains("up two-lans");
    user.line("catenet no-such-verb").code(2);
    assert!(user.traces().processes.is_empty());
}

/// A newcomer's mistakes before the lab itself: each is told by the name that was written, in bounded
/// memory, with what to do.
#[test]
fn what_cannot_be_used_is_told_by_the_name_that_was_written() {
    let user = User::new("names");
    let plain = "lab = \"plain\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc = \"lan\"\n";
    user.write("plain.toml", plain);
    user.write("bad.toml", plain.replace("\"lan\"", "\"lam\""));
    let site = plain.replace("\"lan\"", "{ net = \"lan\", run = \"http root=./site\" }");
    user.write("site.toml", site);
    user.write("folder/a.txt", "");
    let cases = [
        ("validate /dev/zero", "/dev/zero: more than 4194304 octets"),
        ("test /dev/zero", "/dev/zero: more than 4194304 octets"),
        ("diff two-lans /dev/zero", "/dev/zero: more than 4194304 octets"),
        ("validate folder", "folder: Is a directory"),
        ("test folder", "folder: Is a directory"),
        ("validate nothing", "built-in lab is called nothing; there are: two-lans"),
        ("test nothing.toml", "catenet: nothing.toml: No such file"),
        ("replay nothing.journal", "catenet: nothing.journal: No such file"),
        ("replay plain.toml --capture plain.toml", "this is no journal"),
        ("test bad.toml", " bad.toml:5:"),
        ("graph bad.toml", " bad.toml:5:"),
        ("diff plain.toml bad.toml", " bad.toml:5:"),
        ("test site.toml", " site.toml:5:"),
        ("up site.toml -d", "site.toml:5:"),
        ("test plain.toml --with broken", "plain.toml has no [broken]; it has no overlay at all"),
        ("diff plain.toml two-lans,with=x", "two-lans has no [x]; there are: solution, "),
        ("test two-lans --checks plain.toml", "nothing to judge by"),
        ("grade --submissions folder --checks plain.toml", "holds no submission"),
        ("import folder", "folder: no lab.conf in this folder"),
        ("import /dev/zero", "/dev/zero: not a file"),
        (
            "import plain.toml",
            "plain.toml: no kind of file that is understood; there are: containerlab",
        ),
        ("new ring --name a--b", "`a--b` cannot be a name: `--` joins"),
        ("grade folder", "grade --submissions folder --checks FILE"),
    ];
    for (line, wanted) in cases {
        user.line(&format!("catenet {line}")).code(2).complains(wanted);
    }
    user.line("catenet validate two-lans").code(0).says("two-lans: good");
    user.line("catenet test plain.toml").code(0).complains("nothing was judged");
    user.line("catenet test plain.toml --capture plain.toml").code(3).complains("not a directory");
}

#[test]
fn a_clock_that_a_verb_does_not_have_is_refused() {
    let user = User::new("clock");
    let lab = |clock: &str| {
        let text = format!("lab = \"c\"\nclock = \"{clock}\"\n[networks]\nn = \"10.0.0.0/24\"\n");
        user.write(&format!("labs/{clock}.toml"), text).display().to_string()
    };
    let (real, fast) = (lab("real"), lab("virtual"));
    for file in [&real, &fast] {
        user.run(&["validate", file]).code(0);
    }
    user.run(&["test", &fast]).code(0);
    user.run(&["test", &real]).code(2).complains("catenet up");
    user.run(&["up", &fast, "-d"]).code(2).complains("catenet test");
    user.run(&["up", &real, "-d"]).code(0);
    user.line("catenet down --all").code(0);
}

#[test]
fn the_codes_of_programs_pass_through() {
    let user = User::new("codes");
    user.up("two-lans");
    let fair = user.line("catenet set pc1--office queue=fq_codel");
    assert_ne!(fair.code, 0, "it would be a plain queue");
    fair.complains("not built");
    user.line("catenet exec pc1 -- ping -c 1 10.0.2.53").code(0);
    user.line("catenet exec pc1 -- ping -c 1 -W 1 10.0.2.200").code(1);
    let script = |text: &str| user.run(&["join", "office", "--", "sh", "-c", text]);
    script("exit 0").code(0);
    script("exit 7").code(7);
    script("kill -TERM $$").code(143);
    script("kill -KILL $$").code(137);
    user.line("catenet join office -- no-such-program").code(127).complains("command not found");
    user.line("catenet join office -- /etc/passwd").code(126).complains("cannot be executed");
    user.line("catenet join nowhere -- true").code(125).complains("office");
    user.line("catenet join office --ip 192.168.1.1 -- true").code(125).complains("in use");
    user.line("catenet join office --ip 10.0.2.7 -- true").code(125).complains("192.168.1.0/24");
    user.line("catenet join office --name pc1 -- true").code(125).complains("pc1");
    user.line("catenet join office --name PC1 -- true").code(125).complains("pc1's");
    // A server's name is its own, and stays so.
    user.line("catenet join office --name www -- true").code(125).complains("web's");
    user.line("catenet --lang zh join office --name WWW -- true").code(125).complains("属于 web");
    let asked = user.line("catenet exec pc1 -- dig +short www.example.lab").code(0);
    assert_eq!(asked.out, "10.0.2.80\n");
    user.line("catenet join office").code(2);
}

#[test]
fn a_name_that_runs_names_down() {
    let user = User::new("twice");
    user.up("labs/two-lans.toml");
    let service = user.service();
    let again = user.line("catenet up labs/two-lans.toml -d");
    assert_ne!(again.code, 0);
    let again = again.complains("down two-lans");
    // The repair that it names can be pasted, and then it works.
    let binary = user.binary().display().to_string();
    let repair =
        again.err.lines().find_map(|line| line.find(&binary).map(|at| line[at..].to_owned()));
    let repair = repair.unwrap_or_else(|| panic!("no command of {binary} in {}", again.err));
    Job::start(user.command("sh").args(["-c", &repair])).end(Duration::from_secs(20)).code(0);
    user.up("labs/two-lans.toml");
    assert_eq!(user.service(), service, "the same service");
}

#[test]
fn knobs_turn_while_the_lab_runs() {
    if !has("ping") {
        return;
    }
    let user = User::new("knobs");
    user.up("two-lans");
    let ping = || user.line("catenet join office -- ping -c 2 -i 0.2 -W 1 10.0.2.53");
    ping().code(0);
    user.line("catenet cut r1--servers").code(0);
    ping().code(1).says("100% packet loss");
    user.line("catenet mend r1--servers").code(0);
    ping().code(0);
    user.line("catenet set r1--servers delay=50ms").code(0);
    ping().code(0).says("time=10");
    user.run(&["set", "r1--servers", "delay=0ms", "reorder=0.1% 5ms"]).code(0);
    ping().code(0);
    user.line("catenet power r1 off").code(0);
    ping().code(1);
    user.line("catenet power r1 on").code(0);
    ping().code(0);
    user.line("catenet set r1--servers loss=120%").code(2);
    user.line("catenet cut nothing").complains("nothing");
}
