//! How joined programs and services begin and end.

use catenet_tests::{User, has, soon};
use std::time::Duration;

#[test]
fn a_join_in_the_background_has_joined_when_it_returns() {
    if !has("python3") {
        return;
    }
    let user = User::new("background");
    user.up("two-lans");
    let joined = user.line(
        "catenet join -d servers --name chat --ip 10.0.2.90 -- python3 examples/echo_server.py",
    );
    joined.code(0).says("chat 10.0.2.90");
    user.line("catenet show").code(0).says("chat");
    soon("the server's port", || {
        user.line("catenet join office -- python3 examples/echo_client.py chat.example.lab").code
            == 0
    });
    // One that cannot join says why, with the code of join.
    user.line("catenet join -d servers --ip 10.0.2.90 -- true").code(125).complains("in use");
    user.line("catenet join -d nowhere -- true").code(125);
    // One whose program cannot start has not joined.
    let absent = user.line("catenet join -d office -- no-such-program").code(127);
    assert!(absent.out.is_empty() && absent.err.contains("not found"), "{absent:?}");
    let closed = user.line("catenet join -d office -- /etc/passwd").code(126);
    assert!(closed.out.is_empty(), "{closed:?}");
    // The lab's end is the program's end.
    user.line("catenet down two-lans").code(0);
    soon("the end of the background program", || {
        !user.traces().processes.iter().any(|(_, line)| line.contains("echo_server"))
    });
}

#[test]
fn signals_reach_the_program() {
    let user = User::new("signals");
    user.up("two-lans");
    let script = "trap 'echo got it; exit 42' INT TERM HUP; echo up; while :; do sleep 0.1; done";
    for signal in ["INT", "TERM", "HUP"] {
        let mut job = catenet_tests::Job::start(
            &mut user.catenet(&["join", "office", "--", "sh", "-c", script]),
        );
        job.wait_for("up\n");
        job.signal(signal);
        job.end(Duration::from_secs(20)).code(42).says("got it");
    }
    let mut ping = user.start("catenet join office -- ping -i 0.2 10.0.2.53");
    ping.wait_for("icmp_seq=3 ");
    ping.signal("INT");
    ping.end(Duration::from_secs(20)).code(0).says("packets transmitted");
}

#[test]
fn a_service_leaves_when_its_last_lab_has_stopped() {
    let user = User::new("idle");
    let before = user.traces();
    user.up("two-lans");
    user.line("catenet down two-lans").code(0);
    user.line("catenet ps").code(0);
    soon("the service's end", || user.traces() == before);
    user.line("catenet ps").code(3);
    let left: Vec<_> = std::fs::read_dir(user.service_folder())
        .expect("its folder")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    let left: Vec<_> =
        left.into_iter().filter(|name| name != "service.lock" && name != "service.log").collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A world without any event to wait for must not keep its lab from ending.
#[test]
fn a_lab_in_which_nothing_happens_stops_at_once() {
    let user = User::new("quiet");
    let lab = "lab = \"quiet\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc = \"lan\"\n";
    let lab = user.write("labs/quiet.toml", lab).display().to_string();
    user.up(&lab);
    std::thread::sleep(Duration::from_millis(500));
    let down = user.line("catenet down quiet").code(0);
    assert!(down.took < Duration::from_secs(2), "{down:?}");
}

#[test]
fn in_the_foreground_an_interrupt_stops_the_lab() {
    let user = User::new("foreground");
    let before = user.traces();
    let mut up = user.start("catenet up two-lans");
    up.wait_for("Ctrl-C stops the lab");
    user.line("catenet ps").code(0).says("two-lans");
    // Down and up again at once: the first one's end is not the second one's.
    user.line("catenet down two-lans").code(0);
    user.up("two-lans");
    up.end(Duration::from_secs(10)).code(0).says("was stopped");
    std::thread::sleep(Duration::from_millis(300));
    user.line("catenet ps").code(0).says("two-lans");
    user.line("catenet down two-lans").code(0);
    let mut up = user.start("catenet up two-lans");
    up.wait_for("Ctrl-C stops the lab");
    up.signal("INT");
    up.end(Duration::from_secs(10)).code(0).says("two-lans stopped");
    soon("the service's end", || user.traces() == before);
}
