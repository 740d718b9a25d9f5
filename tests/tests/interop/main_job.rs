//! The main job, word for word as issue and README have it, and the lines that `up` prints.

use catenet_tests::{Job, User, has};
use std::time::Duration;

#[test]
fn the_main_job() {
    if !(has("curl") && has("python3") && has("dig")) {
        return;
    }
    let user = User::new("main");
    user.line("catenet up labs/two-lans.toml -d").code(0).says("two-lans runs");
    let page = user.line("catenet join office -- curl -s http://www.example.lab/").code(0);
    let wanted = std::fs::read_to_string(user.path("labs/site/index.html")).expect("the page");
    assert_eq!(page.out, wanted);
    let mut chat = user.start(
        "catenet join servers --name chat --ip 10.0.2.90 -- python3 examples/echo_server.py",
    );
    chat.wait_for("waiting on port 8888\n");
    let client = user
        .line("catenet join office -- python3 examples/echo_client.py chat.example.lab")
        .code(0);
    assert_eq!(
        client.out,
        "hello, catenet -> HELLO, CATENET\nthree to open -> THREE TO OPEN\nfour to close -> FOUR TO CLOSE\n"
    );
    chat.wait_for(" left\n");
    let asked =
        user.line("catenet join office -- dig +short www.example.lab chat.example.lab").code(0);
    assert_eq!(asked.out, "10.0.2.80\n10.0.2.90\n");
    let nobody = user.line("catenet join office -- dig nobody.example.lab").code(0);
    nobody.says("status: NXDOMAIN").says("SERVER: 10.0.2.53#53");
    chat.signal("INT");
    chat.end(Duration::from_secs(20)).code(0);
    // Its name goes with it.
    user.line("catenet join office -- dig chat.example.lab").code(0).says("status: NXDOMAIN");
    user.line("catenet join office -- curl -s http://nobody.example.lab/").code(6);
    user.line("catenet down two-lans").code(0).says("two-lans stopped");
}

/// `up` prints what to do next, by the path by which it was called: pasted into a shell, it works.
#[test]
fn what_up_prints_can_be_pasted() {
    if !has("curl") {
        return;
    }
    let user = User::new("paste");
    let said = user.up("labs/two-lans.toml").out;
    let binary = user.binary().display().to_string();
    let lines: Vec<&str> =
        said.lines().filter_map(|line| line.find(&binary).map(|at| &line[at..])).collect();
    let verbs = ["join", "exec", "watch", "down"];
    assert_eq!(lines.len(), verbs.len(), "{said}");
    for (line, verb) in lines.into_iter().zip(verbs) {
        assert!(line.starts_with(&format!("{binary} {verb}")), "{line}");
        let bounded = if verb == "watch" { format!("{line} -n 3") } else { line.to_owned() };
        let mut shell = user.command("sh");
        let done = Job::start(shell.args(["-c", &bounded])).end(Duration::from_secs(30)).code(0);
        assert!(!done.out.is_empty(), "{line} says nothing");
    }
    user.line("catenet ps").code(0);
}
