//! `exec`: nothing of the input is lost, codes are a shell's, and nothing stays behind.

use catenet_tests::{Job, User, soon};
use std::process::Command;
use std::time::Duration;

const MEGA: usize = 1_000_000;

/// A command line for a shell in which `catenet` is the binary under test.
fn shell(user: &User, script: &str) -> Command {
    let mut command = user.command("sh");
    let binary = user.binary().display().to_string();
    command.args(["-c", &format!("catenet() {{ {binary} \"$@\"; }}; {script}")]);
    command
}

#[test]
fn five_megabytes_of_standard_input_arrive_whole() {
    let user = User::new("stdin");
    user.up("two-lans");
    let octets: Vec<u8> = (0..5 * MEGA as u32).map(|n| (n / 7 * 31 % 251) as u8).collect();
    user.write("five.bin", &octets);
    let sink = Job::start(&mut user.catenet(&[
        "join",
        "servers",
        "--ip",
        "10.0.2.90",
        "--",
        "python3",
        "-c",
        SINK,
    ]));
    let mut sink = sink;
    sink.wait_for("up\n");
    let sent = "catenet exec pc1 -- nc -N 10.0.2.90 9000 < five.bin";
    Job::start(&mut shell(&user, sent)).end(Duration::from_secs(60)).code(0);
    sink.end(Duration::from_secs(90)).code(0);
    let arrived = std::fs::read(user.path("arrived.bin")).expect("a file");
    assert_eq!(arrived.len(), octets.len());
    assert!(arrived == octets, "other octets");
}

const SINK: &str = "
import socket
s = socket.create_server(('', 9000))
print('up', flush=True)
line, _ = s.accept()
with open('arrived.bin', 'wb') as out:
    while True:
        octets = line.recv(65536)
        if not octets: break
        out.write(octets)
";

#[test]
fn the_codes_of_exec_are_a_shells() {
    let user = User::new("shell-codes");
    user.line("catenet exec pc1 -- ping 10.0.2.1").code(125).complains("up two-lans");
    user.up("two-lans");
    user.line("catenet exec pc1 -- no-such-program").code(127).complains("join");
    user.line("catenet exec nobody -- ping 10.0.2.1").code(125).complains("pc1");
    user.line("catenet -l nothing exec pc1 -- ping 10.0.2.1").code(125).complains("ps");
    user.line("catenet power pc1 off").code(0);
    user.line("catenet exec pc1 -- ping -c 1 10.0.2.53").code(125).complains("off");
    user.line("catenet power pc1 on").code(0);
    let held = user.start("catenet exec pc1 -- ping 10.0.2.53");
    soon("the ping", || held.said().contains("seq=2"));
    user.line("catenet down two-lans").code(0);
    held.end(Duration::from_secs(20)).code(125).complains("ended");
}

#[test]
fn a_program_ends_with_its_reader() {
    let user = User::new("readers");
    user.up("two-lans");
    let script = "catenet exec pc1 -- ping 10.0.2.53 | head -1";
    let done = Job::start(&mut shell(&user, script)).end(Duration::from_secs(20)).code(0);
    assert!(!done.err.contains("ended"), "{}", done.err);
    let mut code = user.command("bash");
    let binary = user.binary().display().to_string();
    code.args([
        "-c",
        &format!("{binary} exec pc1 -- ping 10.0.2.53 | head -1; exit ${{PIPESTATUS[0]}}"),
    ]);
    Job::start(&mut code).end(Duration::from_secs(20)).code(141);
    for signal in ["TERM", "HUP", "KILL"] {
        let mut job = user.start("catenet exec pc1 -- ping 10.0.2.53");
        job.wait_for("seq=2");
        job.signal(signal);
        let done = job.end(Duration::from_secs(20));
        assert!(done.code > 128, "{signal}: {done:?}");
    }
    silent(&user);
}

/// Nobody pings from pc1 any more: two seconds of the cable hold no echo request of its.
fn silent(user: &User) {
    std::thread::sleep(Duration::from_millis(300));
    let mut watch = user.catenet(&["--json", "watch", "icmp.type == 8 && ip.src == 192.168.1.2"]);
    let mut watch = Job::start(&mut watch);
    std::thread::sleep(Duration::from_millis(2500));
    assert!(!watch.has_ended(), "the watch ended");
    assert!(watch.said().is_empty(), "somebody pings: {}", watch.said());
}

#[test]
fn the_second_interrupt_is_heard_while_the_input_waits() {
    let user = User::new("interrupts");
    user.up("two-lans");
    // A program that never reads: the input stands, and Ctrl-C still reaches it.
    let mut job =
        Job::start(&mut shell(&user, "exec 3</dev/zero; catenet exec pc1 -- ping 10.0.2.53 <&3"));
    job.wait_for("seq=2");
    let client = user
        .traces()
        .processes
        .into_iter()
        .find(|(_, line)| line.contains("exec pc1") && !line.starts_with("sh "))
        .expect("the client");
    let told = Command::new("kill").args(["-s", "INT", &client.0.to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()));
    job.end(Duration::from_secs(20)).code(0);
}

/// `| head` is no bug, and a name with a blank is a name that is not there.
#[test]
fn a_closed_pipe_and_an_odd_name_are_no_panic() {
    let user = User::new("pipes");
    user.up("two-lans");
    let binary = user.binary().display().to_string();
    for verb in ["ps", "show", "show web tcp", "labs", "doctor", "test two-lans", "show --file"] {
        let script = format!("{binary} {verb} | true; exit ${{PIPESTATUS[0]}}");
        let done = Job::start(user.command("bash").args(["-c", &script]));
        let done = done.end(Duration::from_secs(60));
        assert!(done.code < 4 && !done.err.contains("panicked"), "{verb}: {done:?}");
    }
    for words in [["--lab", "a b", "show"], ["-l", "../status", "show"]] {
        user.run(&words).code(2).complains("catenet");
    }
    user.run(&["show", "a b/c"]).code(2).complains("a b/c");
}

/// A reader that stops reading must not make `exec` deaf: Ctrl-C ends it.
#[test]
fn ctrl_c_is_heard_while_nobody_reads_the_output() {
    let user = User::new("stuck");
    user.up("two-lans");
    // The shell's pipe is full and its reader asleep: the program prints far more than it holds.
    let flood = "catenet exec pc1 -- ping -i 0.002 10.0.2.53 2>/dev/null & echo $! > pid; wait $!; echo $? > code";
    let script = format!("({flood}) | (sleep 60; cat > /dev/null)");
    let _stuck = Job::start(&mut shell(&user, &script));
    let full = |path: &str| std::fs::read_to_string(user.path(path)).unwrap_or_default();
    soon("the command", || !full("pid").trim().is_empty());
    std::thread::sleep(Duration::from_secs(4)); // 64 KiB of lines
    let shell = full("pid").trim().to_owned();
    let children = format!("/proc/{shell}/task/{shell}/children");
    let child = std::fs::read_to_string(children).unwrap_or_default();
    let target = child.split_whitespace().next().unwrap_or(&shell).to_owned();
    assert!(Command::new("kill").args(["-s", "INT", &target]).status().is_ok_and(|s| s.success()));
    soon("its end", || full("code").trim() == "130");
}
