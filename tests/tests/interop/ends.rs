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
