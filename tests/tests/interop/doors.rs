//! Who may speak to a service, and which files a lab may name.

use catenet_tests::{Job, User, http};
use std::time::Duration;

/// The status line's number of the answer to a GET with these further lines.
fn ask(port: u16, path: &str, lines: &[String]) -> (u16, String) {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let answer = http(port, &format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{lines}\r\n"));
    let status = answer.split(' ').nth(1).and_then(|number| number.parse().ok());
    (status.unwrap_or_else(|| panic!("no status in {answer:?}")), answer)
}

#[test]
fn the_loopback_port_asks_for_host_origin_and_secret() {
    let user = User::new("doors");
    user.up("labs/two-lans.toml");
    let (port, secret) = user.port();
    let ours = format!("Host: 127.0.0.1:{port}");
    let key = format!("Authorization: Bearer {secret}");
    let wrong: String = secret.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    let own_origin = format!("Origin: http://127.0.0.1:{port}");
    let cases: Vec<(u16, Vec<String>)> = vec![
        (200, vec![ours.clone(), key.clone()]),
        (200, vec![ours.clone(), key.clone(), own_origin]),
        (
            200,
            vec![
                format!("Host: localhost:{port}"),
                format!("Cookie: a=b; catenet-{port}={secret}"),
            ],
        ),
        (401, vec![ours.clone()]),
        (401, vec![ours.clone(), format!("Authorization: Bearer {wrong}")]),
        (401, vec![ours.clone(), format!("Cookie: catenet-{port}={wrong}")]),
        (401, vec![ours.clone(), "Authorization: Bearer".to_owned()]),
        (403, vec![format!("Host: evil.example:{port}"), key.clone()]),
        (403, vec![format!("Host: 127.0.0.1.evil.example:{port}"), key.clone()]),
        (403, vec!["Host: 127.0.0.1".to_owned(), key.clone()]),
        (403, vec![ours.clone(), key.clone(), "Origin: http://evil.example".to_owned()]),
        (403, vec![ours.clone(), key.clone(), "Origin: null".to_owned()]),
        (403, vec![ours.clone(), key.clone(), format!("Origin: https://127.0.0.1:{port}")]),
    ];
    for (wanted, lines) in &cases {
        let (status, answer) = ask(port, "/api/v1/labs", lines);
        assert_eq!(status, *wanted, "{lines:?}: {answer}");
        assert_eq!(answer.contains("two-lans"), *wanted == 200, "{lines:?}: {answer}");
        assert!(*wanted == 200 || !answer.contains(&secret), "{lines:?}: {answer}");
    }
    // What changes something is refused as well, and nothing has changed.
    let stop =
        format!("DELETE /api/v1/labs/two-lans HTTP/1.1\r\nConnection: close\r\n{ours}\r\n\r\n");
    assert!(http(port, &stop).starts_with("HTTP/1.1 401 "));
    user.line("catenet ps").code(0).says("two-lans");
    // The front says who is there, to our own Host only.
    assert_eq!(ask(port, "/", std::slice::from_ref(&ours)).0, 200);
    assert_eq!(ask(port, "/", &["Host: evil.example".to_owned()]).0, 403);
    // The command line's own way over the port: the token's file.
    let server = format!("http://127.0.0.1:{port}");
    user.run(&["--server", &server, "ps"]).code(0).says("two-lans");
    let mut guessing = user.catenet(&["--server", &server, "ps"]);
    let refused = Job::start(guessing.env("CATENET_TOKEN", &wrong)).end(Duration::from_secs(10));
    assert_ne!(refused.code, 0);
    refused.complains("secret");
}

#[test]
fn another_user_cannot_speak_to_the_unix_sockets() {
    let owner = User::new("owner");
    if owner.uid().is_none() {
        return catenet_tests::missing("two users: only root can be both");
    }
    let other = owner.beside("other");
    owner.up("labs/two-lans.toml");
    let socket = owner.service_folder().join("service.sock").display().to_string();
    let ps = || other.run(&["--server", &socket, "ps"]);
    ps().code(3).complains("no service runs");
    // Even if the folders were open by mistake, the kernel says who speaks.
    for part in ["", "run", "run/catenet", "run/catenet/service.sock", "run/catenet/join.sock"] {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(owner.path(part), open).expect("opened");
    }
    let refused = ps();
    assert_eq!(refused.code, 3, "{}{}", refused.out, refused.err);
    assert!(!refused.out.contains("two-lans"), "{}", refused.out);
    let joining = other.run(&["--server", &socket, "join", "office", "--", "true"]);
    joining.code(125).complains("belongs to another user");
    // The other has a service of its own, on another port, with a lab of the same name.
    other.up("labs/two-lans.toml");
    assert_ne!(owner.port(), other.port());
    assert_ne!(owner.service(), other.service());
    owner.line("catenet down --all").code(0);
    other.line("catenet ps").code(0).says("two-lans");
    other.line("catenet down --all").code(0);
}

/// Another user of the machine can open connections, and cannot keep the owner out with them.
#[test]
fn a_silent_crowd_at_the_loopback_port_keeps_nobody_out() {
    let user = User::new("crowd");
    // A service with few descriptors: one that keeps them all would have none left.
    let binary = user.binary().display().to_string();
    let script = format!("ulimit -n 256; exec {binary} up labs/two-lans.toml -d");
    Job::start(user.command("sh").args(["-c", &script])).end(Duration::from_secs(20)).code(0);
    let (port, secret) = user.port();
    let open = |_| std::net::TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
    let crowd: Vec<_> = (0..300).map(open).collect();
    let began = std::time::Instant::now();
    user.line("catenet ps").code(0).says("two-lans");
    let lines = [format!("Host: 127.0.0.1:{port}"), format!("Authorization: Bearer {secret}")];
    assert_eq!(ask(port, "/", &lines[..1]).0, 200);
    assert_eq!(ask(port, "/api/v1/labs", &lines).0, 200);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(crowd);
}

const FOLDER: &str = r#"lab = "folder"
[networks]
lan = "10.0.0.0/24"
[hosts]
web = { net = "lan", ip = "10.0.0.80", run = "http root=ROOT" }
"#;

#[test]
fn a_lab_that_names_a_path_outside_its_folder_is_refused() {
    let user = User::new("outside");
    for root in ["..", "../secret", "/etc", "./site/../..", "site/../../secret"] {
        let lab = user.write("labs/folder.toml", FOLDER.replace("ROOT", root));
        let lab = lab.display().to_string();
        let refused = user.run(&["up", &lab, "-d"]);
        assert_eq!(refused.code, 2, "{root}: {}{}", refused.out, refused.err);
        assert!(refused.err.contains("folder.toml:5"), "{root}: {}", refused.err);
        user.run(&["validate", &lab]).code(2);
    }
    let listed = user.line("catenet ps");
    assert!(!listed.out.contains("folder"), "{}", listed.out);
}

#[test]
fn a_link_out_of_the_folder_is_not_served() {
    if !catenet_tests::has("curl") {
        return;
    }
    let user = User::new("links");
    user.write("secret/key.txt", "outside");
    user.write("labs/site/page.txt", "inside");
    for (to, at) in [
        ("../../secret/key.txt", "labs/site/key.txt"),
        ("../../secret", "labs/site/deep"),
        ("../secret", "labs/out"),
    ] {
        std::os::unix::fs::symlink(to, user.path(at)).expect("a link");
    }
    let get = |path: &str| {
        user.run(&["join", "lan", "--", "curl", "-sf", &format!("http://10.0.0.80/{path}")])
    };
    let lab =
        user.write("labs/folder.toml", FOLDER.replace("ROOT", "./site")).display().to_string();
    user.up(&lab);
    assert_eq!(get("page.txt").code(0).out, "inside");
    for path in ["key.txt", "deep/key.txt", "../secret/key.txt", "%2e%2e/%2e%2e/secret/key.txt"] {
        let refused = get(path);
        assert!(refused.code == 22 && !refused.out.contains("outside"), "{path}: {refused:?}");
    }
    user.line("catenet down --all").code(0);
    // A folder that is itself a link out: nothing of it is there.
    let lab = user.write("labs/folder.toml", FOLDER.replace("ROOT", "./out")).display().to_string();
    let up = user.run(&["up", &lab, "-d"]);
    if up.code == 0 {
        let refused = get("key.txt");
        assert!(refused.code == 22 && !refused.out.contains("outside"), "{refused:?}");
    } else {
        up.code(2);
    }
}

#[test]
fn all_of_loopback_can_be_listened_on() {
    for (name, address, host) in
        [("second", "127.0.0.2:8797", "127.0.0.2"), ("sixth", "[::1]:8798", "[::1]")]
    {
        let user = User::new(name);
        let said = user.run(&["up", "labs/two-lans.toml", "-d", "--listen", address]).code(0);
        assert!(said.out.contains(&format!("http://{address}/")), "{host}: {}", said.out);
        let server = format!("http://{address}");
        user.run(&["--server", &server, "ps"]).code(0).says("two-lans");
        user.line("catenet down two-lans").code(0);
    }
}
