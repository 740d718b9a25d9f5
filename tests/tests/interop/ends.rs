//! A lab's end is its programs' end and nobody else's, and what ended it is said.

use catenet_tests::{Job, User, soon};
use std::time::Duration;

const OTHER: &str = "lab = \"other\"\n[networks]\nlan = \"10.9.0.0/24\"\n[hosts]\npc = \"lan\"\n";

/// Boots two labs in one service: `two-lans` and `other`.
fn two_labs(user: &User) {
    user.up("two-lans");
    let other = user.write("labs/other.toml", OTHER).display().to_string();
    user.up(&other);
}

fn join(user: &User, words: &[&str], script: &str) -> Job {
    let mut job =
        Job::start(&mut user.catenet(&[&["-l"], words, &["--", "sh", "-c", script]].concat()));
    if !words.contains(&"-d") {
        job.wait_for("up\n");
    }
    job
}

/// Is a program with this word on its command line still there?
fn lives(user: &User, word: &str) -> bool {
    user.traces().processes.iter().any(|(_, line)| line.contains(word))
}

#[test]
fn down_ends_the_joined_programs_of_that_lab_only() {
    let user = User::new("ends");
    two_labs(&user);
    let plain = join(&user, &["two-lans", "join", "office"], "echo up; exec sleep 301");
    let deaf = "trap '' TERM HUP; echo up; while :; do sleep 302; done";
    let deaf = join(&user, &["two-lans", "join", "servers"], deaf);
    let forked = "(setsid sh -c 'sleep 303 & sleep 303 &' &) ; echo up; exec sleep 304";
    let forked = join(&user, &["two-lans", "join", "office"], forked);
    join(&user, &["two-lans", "join", "-d", "office"], "exec sleep 305")
        .end(Duration::from_secs(20))
        .code(0);
    let mut neighbour = join(&user, &["other", "join", "lan"], "echo up; exec sleep 306");
    user.line("catenet down two-lans").code(0);
    let ended = std::time::Instant::now();
    for job in [plain, deaf, forked] {
        job.end(Duration::from_secs(60)).code(125).complains("went away");
    }
    soon("the end of what forked and of the background", || {
        !["sleep 301", "sleep 302", "sleep 303", "sleep 304", "sleep 305"]
            .into_iter()
            .any(|word| lives(&user, word))
    });
    assert!(ended.elapsed() < Duration::from_secs(10), "{:?}", ended.elapsed());
    assert!(!neighbour.has_ended() && lives(&user, "sleep 306"));
    user.line("catenet ps").code(0).says("other");
    user.line("catenet down other").code(0);
    neighbour.end(Duration::from_secs(60)).code(125);
}

#[test]
fn a_lab_that_starts_again_at_once_has_no_guests_of_the_old_one() {
    let user = User::new("again");
    user.up("two-lans");
    let old = join(&user, &["two-lans", "join", "office"], "echo up; exec sleep 307");
    user.line("catenet down two-lans").code(0);
    user.up("two-lans");
    old.end(Duration::from_secs(30)).code(125);
    user.line("catenet down two-lans").code(0);
}

#[test]
fn a_journal_is_never_written_over_and_its_end_is_told() {
    let user = User::new("journal");
    user.write("mine.txt", "mine");
    user.line("catenet up two-lans -d --record mine.txt").code(2).complains("there already");
    assert_eq!(std::fs::read(user.path("mine.txt")).expect("a file"), b"mine");
    user.line("catenet up two-lans -d --record first.journal").code(0);
    // A lab that is refused because one of its name runs touches neither file.
    user.line("catenet up two-lans -d --record first.journal").code(2).complains("down two-lans");
    user.line("catenet up two-lans -d --record second.journal").code(2);
    assert!(!user.path("second.journal").exists());
    user.line("catenet exec pc1 -- ping -c 1 10.0.2.53").code(0);
    user.line("catenet down two-lans").code(0);
    let journal = std::fs::read(user.path("first.journal")).expect("a journal");
    let holds = |word: &[u8]| journal.windows(word.len()).any(|at| at == word);
    assert!(journal.starts_with(b"catenet-journal 2\n") && holds(b"10.0.2.53"));
    soon("the service's end", || user.service().is_none());
    // A disk that is full: the lab runs on, and who looks is told.
    let binary = user.binary().display().to_string();
    let script =
        format!("trap '' XFSZ; ulimit -f 16; {binary} up two-lans -d --record full.journal");
    Job::start(user.command("bash").args(["-c", &script])).end(Duration::from_secs(20)).code(0);
    let noise =
        "for n in 1 2 3 4 5 6 7 8 9; do head -c 20000 /dev/zero > /dev/udp/10.0.2.53/9; done";
    user.run(&["join", "office", "--", "bash", "-c", noise]);
    user.line("catenet ps").code(0).complains("breaks off");
    user.line("catenet down two-lans").code(0).complains("breaks off");
}

/// The file's `lab =` name says which lab was started, not where it came from.
#[test]
fn up_speaks_of_the_lab_that_it_started() {
    let user = User::new("renamed");
    let lab = |name: &str| {
        user.write("labs/one.toml", OTHER.replace("\"other\"", &format!("\"{name}\"")))
    };
    let path = lab("aaa").display().to_string();
    user.up(&path).says("aaa runs");
    lab("zzz");
    user.up(&path).says("zzz runs");
    user.line("catenet ps").code(0).says("aaa").says("zzz");
}

/// Two first `up`s at once: whoever comes second is served by the first one's service.
#[test]
fn two_first_ups_at_once_share_one_service() {
    let user = User::new("first");
    let other = user.write("labs/other.toml", OTHER).display().to_string();
    for _ in 0..3 {
        let both =
            ["two-lans", &other].map(|lab| Job::start(&mut user.catenet(&["up", lab, "-d"])));
        let _ = both.map(|job| job.end(Duration::from_secs(30)).code(0));
        user.line("catenet ps").code(0).says("two-lans").says("other");
        user.line("catenet down --all").code(0);
        soon("the service's end", || user.service().is_none());
    }
}

/// An `up` just when an idle service leaves finds it, or starts another.
#[test]
fn a_lab_boots_while_an_idle_service_leaves() {
    let user = User::new("leaving");
    let other = user.write("labs/other.toml", OTHER).display().to_string();
    for wait in [2700, 2900, 3100, 3300] {
        user.up(&other);
        user.line("catenet down other").code(0);
        std::thread::sleep(Duration::from_millis(wait));
        user.up(&other);
        user.line("catenet ps").code(0).says("other");
        user.line("catenet down other").code(0);
    }
}
