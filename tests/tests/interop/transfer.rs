//! A real curl against our web server: 100 MB up and down over a clean cable; then 8 MB each way over
//! a bad one, beside the same curl and nginx in two joined hosts (reno) over the same cable.
//!
//! What comes down is what went up, and its SHA-256 is the file's own. Figures are printed.

use catenet_tests::{Done, Job, User, has, soon};
use std::process::Command;
use std::time::Duration;

const MEGA: usize = 1_000_000;
/// What one transfer may take.
const BOUND: Duration = Duration::from_secs(60);
/// The bad cable: loss, delay one way, and some frames held back so that others overtake them.
const BAD: [&str; 3] = ["loss=1%", "delay=20ms", "reorder=1% 5ms"];
/// How much longer ours may take on it.
const AT_MOST: f64 = 2.0;
const ROUNDS: u32 = 2;
/// Our web server, and the host that nginx joins as.
const OURS: &str = "10.0.2.80";
const THEIRS: &str = "10.0.2.81";
const SERVERS: [&str; 2] = [OURS, THEIRS];

const LAB: &str = r#"lab = "transfer"
[networks]
office  = "192.168.1.0/24"
servers = "10.0.2.0/24"
[routers]
r1 = ["office", "servers"]
[hosts]
pc1 = "office"
web = { net = "servers", ip = "10.0.2.80", run = "http write=yes" }
"#;

#[test]
fn curl_moves_a_hundred_megabytes_down_and_up() {
    if !["curl", "sha256sum"].into_iter().all(has) {
        return;
    }
    let user = User::alone("hundred");
    let sum = boot(&user, 100 * MEGA);
    let up = timed(put(&user, OURS).end(BOUND));
    let down = timed(get(&user, OURS).end(BOUND));
    println!("100 MB over a clean cable: up {}, down {}", rate(100, up), rate(100, down));
    let file = format!("{OURS}.bin");
    assert_eq!(sha256(&user, &file), sum, "what came down is not what went up");
    assert_eq!(std::fs::metadata(user.path(&file)).expect("a file").len(), 100 * MEGA as u64);
}

#[test]
fn a_bad_cable_costs_us_no_more_than_twice_what_it_costs_nginx() {
    if !["curl", "sha256sum", "nginx"].into_iter().all(has) {
        return;
    }
    let user = User::alone("bad-cable");
    let sum = boot(&user, 8 * MEGA);
    let mut nginx = nginx(&user);
    let knobs: Vec<&str> = ["set", "r1--servers"].into_iter().chain(BAD).collect();
    user.run(&knobs).code(0);
    // Both at once: together they take a hundredth of the cable, and what else this machine does
    // hurts both alike. Several rounds, for a frame is lost by chance.
    let (mut up, mut down) = ([0.0; 2], [0.0; 2]);
    for _ in 0..ROUNDS {
        let puts = SERVERS.map(|server| put(&user, server));
        let puts = puts.map(|job| timed(job.end(BOUND)));
        let gets = SERVERS.map(|server| get(&user, server));
        let gets = gets.map(|job| timed(job.end(BOUND)));
        for (which, server) in SERVERS.into_iter().enumerate() {
            assert_eq!(sha256(&user, &format!("{server}.bin")), sum, "from {server}");
            up[which] += puts[which] / f64::from(ROUNDS);
            down[which] += gets[which] / f64::from(ROUNDS);
        }
    }
    assert!(!nginx.has_ended());
    nginx.signal("TERM");
    for (way, [ours, theirs]) in [("up", up), ("down", down)] {
        println!(
            "8 MB {way} at {}: ours {ours:.2} s, curl and nginx {theirs:.2} s, ratio {:.2}",
            BAD.join(" "),
            ours / theirs
        );
    }
    for (way, [ours, theirs]) in [("up", up), ("down", down)] {
        assert!(ours <= AT_MOST * theirs, "{way}: {ours:.2} s against {theirs:.2} s");
    }
}

/// Boots the lab and makes a file of so many octets that no compression would shrink; its SHA-256.
fn boot(user: &User, octets: usize) -> String {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut content = Vec::with_capacity(octets + 8);
    while content.len() < octets {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        content.extend_from_slice(&state.to_le_bytes());
    }
    content.truncate(octets);
    user.write("up.bin", content);
    let lab = user.write("labs/transfer.toml", LAB).display().to_string();
    user.up(&lab);
    sha256(user, "up.bin")
}

fn sha256(user: &User, file: &str) -> String {
    let done = Job::start(user.command("sha256sum").arg(user.path(file))).end(BOUND).code(0);
    done.out.split(' ').next().unwrap_or_default().to_owned()
}

/// curl as a joined host with reno, as the peers' rule is: only the server differs.
fn curl(user: &User, words: &[&str]) -> Command {
    let join = ["join", "--congestion", "reno", "office", "--", "curl", "-sSf", "--noproxy", "*"];
    user.catenet(&[&join[..], words].concat())
}

fn put(user: &User, server: &str) -> Job {
    let url = format!("http://{server}/up.bin");
    let words = ["-T", "up.bin", "-H", "Expect:", "-o", "/dev/null", &url, "-w", "%{time_total}"];
    Job::start(&mut curl(user, &words))
}

fn get(user: &User, server: &str) -> Job {
    let url = format!("http://{server}/up.bin");
    let file = format!("{server}.bin");
    Job::start(&mut curl(user, &["-o", &file, &url, "-w", "%{time_total}"]))
}

/// The seconds of the transfer as curl itself measured them: joining and parting are not in it.
fn timed(done: Done) -> f64 {
    let done = done.code(0);
    done.out.trim().parse().unwrap_or_else(|_| panic!("no time in {done:?}"))
}

fn rate(megabytes: u32, seconds: f64) -> String {
    format!("{seconds:.2} s ({:.1} MB/s)", f64::from(megabytes) / seconds)
}

const NGINX: &str = "daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log stderr;
events { worker_connections 64; }
http {
  access_log off; client_max_body_size 0;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server { listen 80; root files; dav_methods PUT; location / { } }
}
";

/// nginx in a joined host with reno, which takes PUT, on port 80: an ordinary user's, as all ports of
/// a joined host are.
fn nginx(user: &User) -> Job {
    user.write("nginx/nginx.conf", NGINX);
    for folder in ["nginx/files/keep", "nginx/tmp/keep"] {
        user.write(folder, "");
    }
    let folder = user.path("nginx").display().to_string();
    let mut join = user.catenet(&[
        "join",
        "--congestion",
        "reno",
        "servers",
        "--name",
        "nginx",
        "--ip",
        "10.0.2.81",
    ]);
    let job = Job::start(join.args(["--", "nginx", "-p", &folder, "-c", "nginx.conf"]));
    soon("nginx", || {
        let look = ["join", "office", "--", "curl", "-sfo", "/dev/null", "http://10.0.2.81/keep"];
        Job::start(&mut user.catenet(&look)).end(Duration::from_secs(20)).code == 0
    });
    job
}
