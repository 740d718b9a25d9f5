//! `kill -9` of the service: joined programs end, nothing is left, and captures can be read.

use catenet_tests::{Job, Tun, User, has, soon};
use std::process::Command;
use std::time::Duration;

#[test]
fn kill_nine_of_the_service_leaves_nothing() {
    if !["ping", "capinfos", "tshark", "ip"].into_iter().all(has) {
        return;
    }
    let user = User::new("killed");
    let before = user.traces();
    assert!(before.processes.is_empty() && before.namespaces.is_empty(), "{before:?}");
    user.up("labs/two-lans.toml");
    let mut joined: Vec<Job> = Vec::new();
    let tap = if user.uid().is_some() && user.can_have(Tun::Open) { Tun::Open } else { Tun::AsIs };
    for (number, tun) in [Tun::AsIs, tap].into_iter().enumerate() {
        let address = format!("10.0.2.9{number}");
        let script = "sleep 300 & setsid sleep 300 & echo up; sleep 300";
        let mut job =
            Job::start(&mut user.catenet_with(
                tun,
                &["join", "servers", "--ip", &address, "--", "sh", "-c", script],
            ));
        job.wait_for("up\n");
        joined.push(job);
    }
    let file = user.path("live.pcapng");
    let capture =
        Job::start(&mut user.catenet(&["capture", "r1", "-w", &file.display().to_string()]));
    let watch = user.start("catenet watch");
    let exec = user.start("catenet exec pc1 -- ping 10.0.2.53");
    let mut ping = user.start("catenet join office -- ping -i 0.1 10.0.2.90");
    ping.wait_for("icmp_seq=10 ");
    let during = user.traces();
    assert!(during.namespaces.len() >= 3, "{during:?}");

    let service = user.service().expect("a service runs");
    assert!(
        Command::new("kill")
            .args(["-s", "KILL", &service.to_string()])
            .status()
            .is_ok_and(|s| s.success())
    );
    for job in joined {
        job.end(Duration::from_secs(40)).code(125).complains("service went away");
    }
    ping.end(Duration::from_secs(40)).code(125);
    for follower in [capture, watch] {
        follower.end(Duration::from_secs(40)).code(3).complains("service is gone");
    }
    exec.end(Duration::from_secs(40)).code(125).complains("service is gone");
    soon("an empty machine", || user.traces() == before);
    assert_eq!(user.traces(), before);

    let read = |program: &str, words: &[&str]| {
        Job::start(user.command(program).args(words).arg(&file))
            .end(Duration::from_secs(30))
            .code(0)
    };
    let info = read("capinfos", &["-c", "-E"]);
    assert!(!info.err.contains("cut short"), "{}", info.err);
    let pings = read("tshark", &["-Y", "icmp.type == 8", "-T", "fields", "-e", "icmp.seq", "-r"]);
    assert!(pings.out.lines().count() >= 10, "{}\n{}", pings.out, info.out);
    // A new service starts where the old one lay.
    user.line("catenet ps").code(3);
    user.up("labs/two-lans.toml");
    user.line("catenet ps").code(0).says("two-lans");
}
