//! Real programs that a lab file names: started by whoever runs the lab, judged with it, gone with it.

use catenet_tests::{User, has};
use std::time::Duration;

/// A Python server and curl, both of this machine, in a lab whose cable becomes slow.
const LAB: &str = r#"lab = "mixed"
duration = "8s"
[networks]
office  = "192.168.1.0/24"
servers = "10.0.2.0/24"
[routers]
r1 = ["office", "servers"]
[hosts]
dns  = { net = "servers", ip = "10.0.2.53", run = "dns" }
chat = { net = "servers", ip = "10.0.2.90", real = "python3 examples/echo_server.py" }
pc1  = { net = "office", real = "sleep 2; exec python3 examples/echo_client.py chat.example.lab" }
pc2  = { net = "office", real = "sleep 1; echo to stderr >&2; exit 7" }
[[script]]
at = "1s"
do = "set r1--servers delay=100ms"
[[check]]
text = { en = "Three lines come back in capitals, though the cable is slow", zh = "网线变慢, 三行仍以大写返回" }
expect = "exit(pc1) == 0 and output(pc1) contains \"FOUR TO CLOSE\" and output(chat) contains \"192.168.1.\""
[[check]]
expect = "exit(pc2) == 7 and output(pc2) contains \"to stderr\""
[[check]]
expect = "count(tcp.port == 8888 && tcp.flags.syn == 1 && tcp.flags.ack == 0) at r1--servers >= 1"
[[check]]
expect = "count(arp) < 1000"
always = true
"#;

#[test]
fn one_command_runs_network_programs_faults_and_checks() {
    if !has("python3") {
        return;
    }
    let user = User::new("real");
    user.write("mixed.toml", LAB);
    let done = user.run(&["test", "--clock", "real", "mixed.toml"]);
    let done = done.code(0).says("mixed: 4 held, 0 failed").says("by the wall's clock");
    assert!(
        done.took >= Duration::from_secs(8),
        "it runs as long as the file says: {:?}",
        done.took
    );
    user.line("catenet ps").code(0);
    // The same with a check that fails: one exit code.
    user.write("bad.toml", LAB.replace("exit(pc2) == 7", "exit(pc2) == 0").replace("8s", "4s"));
    let bad = user.run(&["test", "--clock", "real", "bad.toml"]).code(1);
    bad.says("exit(pc2)").says("7");
    let left = user.traces().processes;
    assert!(left.iter().all(|(_, line)| !line.contains("python3")), "{left:?}");
}

#[test]
fn without_being_asked_nothing_of_this_machine_is_started() {
    let user = User::new("unasked");
    let lab = LAB.replace("sleep 1; echo to stderr >&2; exit 7", "touch started; sleep 60");
    user.write("mixed.toml", lab);
    user.run(&["test", "mixed.toml"]).code(2).complains("--clock real");
    user.run(&["up", "mixed.toml", "-d"]).code(0).complains("--real");
    user.run(&["down", "mixed"]).code(0);
    assert!(!user.path("started").exists());
    user.run(&["up", "mixed.toml", "-d", "--real"]).code(2).complains("-d");
    assert!(!user.path("started").exists());
}

#[test]
fn up_shows_what_real_programs_print_and_ends_them() {
    if !has("python3") {
        return;
    }
    let user = User::new("shown");
    user.write("mixed.toml", LAB);
    let mut up = user.start("catenet up --real mixed.toml");
    up.wait_for("mixed runs");
    catenet_tests::soon("the client's last line", || {
        let logs = user.run(&["logs", "pc1"]);
        logs.out.contains("FOUR TO CLOSE")
    });
    user.run(&["exec", "dns", "--", "ping", "-c", "1", "10.0.2.90"]).code(0);
    up.signal("INT");
    up.end(Duration::from_secs(20)).code(0).complains("chat | waiting on port 8888");
}

#[test]
fn a_killed_test_leaves_nothing() {
    if !has("python3") {
        return;
    }
    let user = User::new("killed-real");
    user.write("mixed.toml", LAB.replace("8s", "60s"));
    let test = user.start("catenet test --clock real mixed.toml");
    catenet_tests::soon("the server", || {
        user.run(&["logs", "chat"]).out.contains("waiting on port 8888")
    });
    test.signal("KILL");
    test.end(Duration::from_secs(20)).code(137);
    catenet_tests::soon("the lab's end", || user.run(&["ps"]).out.lines().count() <= 1);
}

/// The program is over when the script turns to its cable: nothing is passed over in silence.
#[test]
fn a_script_line_that_cannot_be_carried_out_fails_the_run() {
    let user = User::new("real-fault");
    let lab = "lab = \"late\"\nduration = \"3s\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc = { net = \"lan\", real = \"true\" }\n[[script]]\nat = \"2s\"\ndo = \"set pc--lan loss=10%\"\n[[check]]\nexpect = \"exit(pc) == 0\"\n";
    user.write("late.toml", lab);
    let done = user.run(&["test", "--clock", "real", "late.toml"]).code(1);
    done.says("`set pc--lan loss=10%` at 2").says("late: 1 held, 1 failed");
    user.run(&["test", "--clock", "real", "--seeds", "1..3", "late.toml"]).code(2);
}
