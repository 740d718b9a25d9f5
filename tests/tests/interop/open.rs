//! `open`: a real curl and a real browser inside the lab, through its SOCKS port.

use catenet_tests::{Job, User, has, missing};
use std::process::Command;
use std::time::Duration;

const MEGA: usize = 1_000_000;
const BOUND: Duration = Duration::from_secs(60);

const LAB: &str = r#"lab = "opened"
[networks]
office  = "192.168.1.0/24"
servers = "10.0.2.0/24"
[routers]
r1 = ["office", "servers"]
[hosts]
pc1 = "office"
dns = { net = "servers", ip = "10.0.2.53", run = "dns" }
web = { net = "servers", ip = "10.0.2.80", name = "www.example.lab", run = ["http write=yes", "sink reply=5000"] }
"#;

/// `open --print` at work, and its port.
fn opened(user: &User, words: &[&str]) -> (Job, String) {
    let all: Vec<&str> = ["open", "--print"].iter().chain(words).copied().collect();
    let mut job = Job::start(&mut user.catenet(&all));
    job.wait_for("curl -x socks5h://");
    let said = job.said();
    let port = said.split("curl -x socks5h://").nth(1).and_then(|rest| rest.split(' ').next());
    let port = port.expect("an address").to_owned();
    (job, port)
}

fn curl(user: &User, port: &str, words: &[&str]) -> Command {
    let mut command = user.command("curl");
    command.args(["-sS", "-m", "60", "-x", &format!("socks5h://{port}")]).args(words);
    command
}

fn lab(test: &str) -> User {
    let user = User::new(test);
    user.write("labs/opened.toml", LAB);
    user.up("labs/opened.toml");
    user
}

fn sha256(user: &User, file: &str) -> String {
    let done = Job::start(user.command("sha256sum").arg(user.path(file))).end(BOUND).code(0);
    done.out.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn curl_by_socks_names_refusals_and_big_files() {
    if !["curl", "sha256sum"].into_iter().all(has) {
        return;
    }
    let user = lab("open-curl");
    let (job, port) = opened(&user, &[]);
    assert!(
        job.said().contains("pc1") && job.said().contains("http://www.example.lab/"),
        "{}",
        job.said()
    );
    let get = |words: &[&str]| Job::start(&mut curl(&user, &port, words)).end(BOUND);
    get(&["http://www.example.lab/"]).code(0).says("Catenet");
    get(&["http://10.0.2.80/"]).code(0).says("Catenet");
    // curl ends with 97 and says the number of the answer: 5 is refused, 4 a host that is not.
    get(&["http://www.example.lab:81/"]).code(97).complains("(5)");
    get(&["http://nobody.example.lab/"]).code(97).complains("(4)");
    // Up and down, more than any window, two at once.
    let octets: Vec<u8> = (0..20 * MEGA as u32).map(|n| (n / 7 * 31 % 251) as u8).collect();
    user.write("big.bin", &octets);
    get(&["-T", "big.bin", "http://www.example.lab/big.bin"]).code(0);
    let began = std::time::Instant::now();
    let both = ["one.bin", "two.bin"].map(|file| {
        Job::start(&mut curl(&user, &port, &["-o", file, "http://www.example.lab/big.bin"]))
    });
    for job in both {
        job.end(BOUND).code(0);
    }
    println!("2 x 20 MB by SOCKS in {:.2} s", began.elapsed().as_secs_f64());
    let sum = sha256(&user, "big.bin");
    assert_eq!((sha256(&user, "one.bin"), sha256(&user, "two.bin")), (sum.clone(), sum));
    job.signal("INT");
    job.end(BOUND).code(0);
}

/// A client that half-closes hears the answer that comes only then; the reader is slow on purpose.
#[test]
fn each_direction_ends_by_itself_and_waits_for_its_reader() {
    if !["python3", "curl"].into_iter().all(has) {
        return;
    }
    let user = lab("open-half");
    let (_job, port) = opened(&user, &["--from", "pc1"]);
    let mut half = user.command("python3");
    half.args(["-c", HALF, port.rsplit(':').next().expect("a port")]);
    Job::start(&mut half).end(BOUND).code(0).says("5000\n");
    let octets = vec![7; 12 * MEGA];
    user.write("slow.bin", &octets);
    Job::start(&mut curl(&user, &port, &["-T", "slow.bin", "http://10.0.2.80/slow.bin"]))
        .end(BOUND)
        .code(0);
    let slow = ["--limit-rate", "3M", "-o", "got.bin", "http://10.0.2.80/slow.bin"];
    Job::start(&mut curl(&user, &port, &slow)).end(BOUND).code(0);
    assert_eq!(std::fs::read(user.path("got.bin")).expect("a file"), octets);
}

/// Speaks SOCKS itself: sends 3 MB to the sink, ends its direction, and prints how long the reply is.
const HALF: &str = "
import socket, struct, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
s.sendall(b'\\x05\\x01\\x00'); assert s.recv(2) == b'\\x05\\x00'
s.sendall(b'\\x05\\x01\\x00\\x01' + socket.inet_aton('10.0.2.80') + struct.pack('>H', 9000))
answer = s.recv(10, socket.MSG_WAITALL); assert answer[1] == 0, answer
s.sendall(bytes(3000000)); s.shutdown(socket.SHUT_WR)
said = b''
while True:
    piece = s.recv(4096)
    if not piece: break
    said += piece
print(len(said))
";

#[test]
fn what_is_no_request_of_ours_is_refused() {
    if !has("python3") {
        return;
    }
    let user = lab("open-odd");
    user.line("catenet open --print --from nobody").code(2).complains("pc1");
    user.line("catenet open --browser /nothing/there").code(3).complains("--print");
    let (_job, port) = opened(&user, &[]);
    let number = port.rsplit(':').next().expect("a port").to_owned();
    let mut odd = user.command("python3");
    Job::start(odd.args(["-c", ODD, &number])).end(BOUND).code(0);
    // Another user of the machine is not served.
    let other = user.beside("open-other");
    if user.uid().is_some() && has("curl") {
        let done = Job::start(&mut curl(&other, &port, &["http://www.example.lab/"])).end(BOUND);
        assert!(done.code != 0 && done.out.is_empty(), "{done:?}");
    } else {
        missing("no second user to try the port with");
    }
}

const ODD: &str = "
import socket, sys
def ask(first, second):
    s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
    s.sendall(first); got = s.recv(2)
    if second is None: return got
    s.sendall(second); return s.recv(10)[1]
assert ask(b'\\x05\\x01\\x02', None) == b'\\x05\\xff'
assert ask(b'GET / HTTP/1.1', None) in (b'', b'\\x05\\xff')
assert ask(b'\\x05\\x01\\x00', b'\\x05\\x02\\x00\\x01\\x0a\\x00\\x02\\x50\\x00\\x50') == 7
assert ask(b'\\x05\\x01\\x00', b'\\x05\\x01\\x00\\x04' + bytes(16) + b'\\x00\\x50') == 8
";

#[test]
fn a_real_browser_shows_the_labs_page_and_leaves_no_profile() {
    if !has("chromium") {
        return;
    }
    let user = User::new("open-browser");
    user.up("labs/two-lans.toml");
    // The sandbox of a browser needs what a test's user may not have.
    let words = ["open", "--", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"];
    let mut command = user.catenet(&words);
    command.env("TMPDIR", user.path("run"));
    let done = Job::start(&mut command).end(Duration::from_secs(90)).code(0);
    assert!(done.out.contains("Catenet"), "{}\n{}", done.out, done.err);
    let left: Vec<String> = std::fs::read_dir(user.path("run"))
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("catenet-browser"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
