//! What a page and a person find after the service was killed: their labs, and a door that still opens.

use catenet_tests::{Job, User, http, soon};
use std::process::Command;
use std::time::Duration;

const TEXT: &str = r#"lab = \"typed\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\na = \"lan\"\n"#;

/// A request with the page's cookie: status and body.
fn ask(port: u16, secret: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let answer = http(
        port,
        &format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
             Cookie: catenet-{port}={secret}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split_whitespace().nth(1).and_then(|word| word.parse().ok());
    (status.expect("a status"), body.to_owned())
}

fn kill(process: u32) {
    let killed = Command::new("kill").args(["-s", "KILL", &process.to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
}

fn left(port: u16, secret: &str) -> String {
    let (status, body) = ask(port, secret, "GET", "/api/v1/status", "");
    assert_eq!(status, 200, "the old cookie opens: {body}");
    body.split("\"left\":").nth(1).expect("left").to_owned()
}

fn serve(user: &User) -> Job {
    let job = user.start("catenet serve");
    soon("the service", || user.run(&["ps"]).code == 0);
    job
}

#[test]
fn after_kill_nine_one_request_brings_the_labs_back() {
    let user = User::new("restart");
    user.up("labs/two-lans.toml");
    user.run(&["up", "handshake", "-d", "--seed", "7"]).code(0);
    let (port, secret) = user.port();
    let start = format!("{{\"source\":{{\"text\":\"{TEXT}\"}}}}");
    assert_eq!(ask(port, &secret, "POST", "/api/v1/labs", &start).0, 201);
    user.line("catenet down two-lans").code(0);
    kill(user.service().expect("a service"));

    let served = serve(&user);
    assert_eq!(user.port(), (port, secret.clone()), "an open page finds the same door");
    let what = left(port, &secret);
    assert!(what.contains("\"handshake\"") && what.contains("\"typed\""), "{what}");
    assert!(!what.contains("two-lans"), "it was stopped: {what}");
    let (status, lines) = ask(port, &secret, "POST", "/api/v1/left/restore", "");
    assert_eq!(status, 200, "{lines}");
    assert!(lines.contains("\"seed\":7"), "it starts as it did: {lines}");
    user.line("catenet ps").code(0).says("handshake").says("typed");
    assert!(left(port, &secret).starts_with("[]"));

    // Killed once more, what is left can be forgotten.
    served.signal("KILL");
    served.end(Duration::from_secs(10));
    let served = serve(&user);
    assert!(left(port, &secret).contains("\"typed\""));
    assert_eq!(ask(port, &secret, "DELETE", "/api/v1/left", "").0, 204);
    assert!(left(port, &secret).starts_with("[]"));

    // A proper end forgets what ran, and the secret.
    user.up("labs/two-lans.toml");
    served.signal("TERM");
    served.end(Duration::from_secs(10)).code(0);
    let _served = serve(&user);
    let (again, other) = user.port();
    assert_ne!(other, secret);
    assert!(left(again, &other).starts_with("[]"));
    let old = ask(again, &secret, "GET", "/api/v1/status", "");
    assert_eq!(old.0, 401, "{}", old.1);
}

#[test]
fn two_users_of_one_machine_find_each_their_own_service() {
    let (one, other) = {
        let one = User::new("first");
        let other = one.beside("second");
        (one, other)
    };
    one.up("two-lans");
    other.up("handshake");
    let ((port, secret), (others, secret_of_other)) = (one.port(), other.port());
    assert_ne!(port, others);
    one.line("catenet ps").code(0).says("two-lans");
    other.line("catenet ps").code(0).says("handshake");
    // The other's door hears neither our token nor our cookie, and says no more than that.
    for (door, key) in [(others, &secret), (port, &secret_of_other)] {
        let (status, body) = ask(door, key, "GET", "/api/v1/labs", "");
        assert_eq!((status, body.contains("no-secret")), (401, true), "{body}");
    }
    let server = format!("http://127.0.0.1:{others}");
    let refused = one.run(&["--server", &server, "ps"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(!refused.out.contains("handshake"), "{refused:?}");
    one.line("catenet down --all").code(0);
    other.line("catenet ps").code(0).says("handshake");
    other.line("catenet down --all").code(0);
}

/// CPU time of a process, in seconds.
fn cpu_seconds(process: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("it runs").flatten();
    let spent = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    spent.sum::<f64>() / 1e9
}

/// Whoever opens the join's socket and says nothing gets it back, and does not burn the processor.
#[test]
fn joins_that_say_nothing_cost_nothing() {
    let user = User::new("silent-joins");
    let binary = user.binary().display().to_string();
    let script = format!("ulimit -n 64; exec {binary} up two-lans -d");
    Job::start(user.command("sh").args(["-c", &script])).end(Duration::from_secs(20)).code(0);
    let process = user.service().expect("a service");
    let socket = user.service_folder().join("join.sock");
    let open = |_| std::os::unix::net::UnixStream::connect(&socket);
    // More than the service has descriptors: those beyond wait in the socket's queue.
    let silent: Vec<_> = (0..80).map_while(|n| open(n).ok()).collect();
    assert!(silent.len() > 64, "{}", silent.len());
    std::thread::sleep(Duration::from_millis(300));
    let spent = cpu_seconds(process);
    std::thread::sleep(Duration::from_secs(2));
    let spent = cpu_seconds(process) - spent;
    assert!(spent < 0.7, "{spent:.2} s of CPU time in 2 s of silence");
    // Those that were heard are let go, though the others of the crowd stay.
    let mut first = &silent[0];
    first.set_read_timeout(Some(Duration::from_secs(30))).expect("a bound");
    let mut octet = [0];
    assert_eq!(std::io::Read::read(&mut first, &mut octet).ok(), Some(0), "it is closed");
    drop(silent);
    user.line("catenet join office -- true").code(0);
}
