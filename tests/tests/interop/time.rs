//! A lab's time as its people hold it: back and on again, recorded, replayed, compared.

use catenet_tests::{Job, User, has, missing, soon};
use std::time::Duration;

/// What a capture of r1 holds of the lab from where its clock stands until `until`.
fn captured(user: &User, file: &str, until: &str) -> Vec<u8> {
    let capture = user.start(&format!("catenet capture r1 -w {file}"));
    soon("the head of a capture", || {
        std::fs::metadata(user.path(file)).is_ok_and(|file| file.len() > 0)
    });
    user.line(&format!("catenet step until {until}")).code(0).says("paused at");
    let size = || std::fs::metadata(user.path(file)).map_or(0, |file| file.len());
    let mut before = 0;
    soon("the frames of a capture", || {
        std::thread::sleep(Duration::from_millis(300));
        let grown = std::mem::replace(&mut before, size()) != before;
        !grown && before > 1000
    });
    capture.signal("INT");
    capture.end(Duration::from_secs(20));
    std::fs::read(user.path(file)).expect("a capture")
}

#[test]
fn back_and_on_again_gives_the_same_bytes() {
    let user = User::new("back");
    user.up("two-lans");
    user.line("catenet step until 60s").code(0);
    let first = captured(&user, "first.pcapng", "65s");
    user.line("catenet cut pc1--office").code(0);
    user.line("catenet step until 70s").code(0);
    user.line("catenet record -w first.journal").code(0).says("replay first.journal");
    let back = user.line("catenet back to 60s").code(0).says("paused at 60.000000 s");
    assert!(back.out.contains("until 65.000000 s comes again by itself"), "{}", back.out);
    assert!(captured(&user, "second.pcapng", "65s") == first, "other bytes than before");
    // The cut comes again by itself; all that was and is to be is the same.
    user.line("catenet step until 70s").code(0);
    user.line("catenet record -w second.journal").code(0);
    let read = |file: &str| std::fs::read(user.path(file)).expect("a journal");
    assert!(read("first.journal") == read("second.journal"));
    // Something else happens at 60 s: from here on it is another life.
    user.line("catenet back to 60s").code(0);
    user.line("catenet set pc1--office delay=50ms").code(0);
    assert!(captured(&user, "third.pcapng", "65s") != first);
    // Steps, the beginning, both languages, and what is no way back.
    user.line("catenet back").code(0).says("paused at");
    user.line("catenet --lang zh back 20").code(0).says("已暂停");
    user.line("catenet back 99999").code(0).says("this is the beginning");
    user.line("catenet back to 100s").code(2).complains("step until");
    user.line("catenet back two").code(2).complains("back [N | to T]");
    user.line("catenet --lang zh back to then").code(2).complains("back [N | to T]");
}

#[test]
fn a_live_lab_with_a_joined_program_is_recorded_and_replayed() {
    if !has("curl") {
        return missing("curl");
    }
    let user = User::new("record");
    user.up("two-lans");
    user.line("catenet join office -- curl -s http://www.example.lab/").code(0).says("Catenet");
    user.line("catenet join -d servers --name chat -- sleep 60").code(0);
    // While it is there its kernel's time is the wall's: whoever wants back is told who holds it.
    user.line("catenet back to 1s").code(2).complains("chat");
    user.line("catenet --lang zh back").code(2).complains("chat");
    user.line("catenet record -w with.journal").code(0);
    user.line("catenet replay with.journal").complains("the same bytes");
    for (pid, line) in user.traces().processes {
        if line.starts_with("sleep 60") {
            let _ =
                Job::start(user.command("kill").arg(pid.to_string())).end(Duration::from_secs(5));
        }
    }
    soon("chat to have gone", || user.run(&["back"]).code == 0);
    user.line("catenet record -w after.journal").code(0);
    let english = user.line("catenet replay after.journal --capture frames").code(0);
    let english = english.says("www.example.lab").complains("the same bytes as recorded");
    assert!(user.path("frames/two-lans.pcapng").is_file(), "{}", english.out);
    let chinese = user.line("catenet --lang zh replay after.journal").code(0);
    chinese.complains("与记录的字节完全相同");
    // Cut short, or no journal at all.
    let whole = std::fs::read(user.path("after.journal")).expect("a journal");
    user.write("short.journal", &whole[..whole.len() - 40]);
    user.line("catenet replay short.journal").complains("breaks off");
    user.write("none.journal", "lab = \"x\"\n");
    user.line("catenet replay none.journal").code(2).complains("no journal");
    user.line("catenet --lang zh replay gone.journal").code(2).complains("gone.journal");
}

#[test]
fn two_runs_differ_where_and_why() {
    let user = User::new("diff");
    user.line("catenet diff two-lans two-lans").code(0).says("the same happens until");
    user.line("catenet --lang zh diff lossy-link,seed=3 lossy-link,seed=3 --until 4s").code(0);
    let seeds = user.line("catenet diff lossy-link,seed=1 lossy-link,seed=2").code(1);
    seeds.says("why: in run ").says("the cable bad");
    let knob = user.run(&["diff", "lossy-link", "lossy-link,set=bad delay=11ms"]).code(1);
    knob.says("the cable bad").says("delay 10ms in A, 11ms in B");
    // A knob holds for the first frame, too: what a host announces when it boots.
    let dead = "lossy-link,set=bad loss=100%";
    user.run(&["diff", "lossy-link", dead, "--until", "500ms"]).code(1).says("the cable bad");
    user.line("catenet diff two-lans two-lans,with=broken.cut").code(1).says("web");
    user.line("catenet diff two-lans two-lans,sed=3").code(2).complains("sed=3");
    user.line("catenet --lang zh diff two-lans").code(2);
}
