//! The shell on a machine: programs as children, pipes, files, jobs, Ctrl-C, and ends.

use crate::room::{self, Room, Run, room};
use base::Duration;
use sim::{Input, Outcome, ProcessId};

/// A shell that is fed these lines to the end of its input: exit code and what came of it.
fn fed(room: &mut Room, lines: &str) -> (Option<u8>, String) {
    let run = room.start("pc1", "sh");
    room.stdin(&run, lines.as_bytes());
    room.stdin(&run, b"");
    for _ in 0..600 {
        room.wait(Duration::from_millis(100));
        if room.exit(&run).is_some() {
            break;
        }
    }
    (room.exit(&run), all(room, &run))
}

/// `sh -c LINE` to its end.
fn dash_c(room: &mut Room, line: &str) -> (Option<u8>, String) {
    let input = Input::Exec {
        node: "pc1".to_owned(),
        program: "sh".to_owned(),
        args: vec!["-c".to_owned(), line.to_owned()],
        label: None,
        every_ns: None,
    };
    let Ok(Outcome::Started(process)) = room.world.handle_input(input) else { panic!("{line}") };
    let run = Run { process, label: String::new() };
    room.wait(Duration::from_secs(5));
    (room.exit(&run), all(room, &run))
}

/// What the shell and its programs printed, in order.
fn all(room: &Room, run: &Run) -> String {
    let mut text = Vec::new();
    for record in room.world.outputs().since(0).filter(|record| record.leader == run.process) {
        if let sim::News::Printed(_, octets) = &record.news {
            text.extend_from_slice(octets);
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn running(room: &Room) -> Vec<String> {
    let processes = room.world.outputs().processes();
    let of_pc1 =
        processes.filter(|process| process.ended.is_none() && process.label.starts_with("pc1/"));
    of_pc1.map(|process| process.program.clone()).collect()
}

#[test]
fn programs_are_children_and_their_codes_are_known() {
    let mut room = room();
    let (code, text) = fed(&mut room, "ping -c 1 10.0.2.80\necho code $?\nhostname; exit 3\n");
    assert_eq!(code, Some(3));
    assert!(text.contains("64 bytes from 10.0.2.80"), "{text}");
    assert!(text.ends_with("code 0\npc1\n"), "{text}");
    let outputs = room.world.outputs();
    let ping = outputs.processes().find(|process| process.program == "ping").expect("a process");
    assert_eq!((ping.ended.map(|(_, code)| code), ping.args.len()), (Some(0), 3));
    let shell = ping.parent.and_then(|id| outputs.process(id)).expect("its shell");
    assert_eq!((shell.program.as_str(), ping.leader), ("sh", shell.id));
    let label = outputs.label("pc1/ping").expect("a label");
    assert!(String::from_utf8_lossy(&label.output).contains("64 bytes"));
    room.world.audit().expect("every frame is accounted for");
}

#[test]
fn lists_and_codes_are_a_shells() {
    let mut room = room();
    for (line, code, wanted) in [
        ("true && echo yes || echo no", 0, "yes\n"),
        ("false && echo yes || echo no", 0, "no\n"),
        ("false; echo $?; true; echo $?", 0, "1\n0\n"),
        ("false", 1, ""),
        ("exit 7; echo never", 7, ""),
        ("echo -n 'a  b' \"$?\"", 0, "a  b 0"),
        ("echo a | cat | cat", 0, "a\n"),
        ("echo a | false", 1, ""),
        ("false | true", 0, ""),
        (
            "echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f; cat /tmp/f | cat",
            0,
            "one\ntwo\none\ntwo\n",
        ),
        (
            "cat /nothing 2> /tmp/e; echo $?; cat /tmp/e",
            0,
            "1\ncat: /nothing: No such file or directory\n",
        ),
        (
            "cat /nothing > /tmp/both 2>&1; cat /tmp/both",
            0,
            "cat: /nothing: No such file or directory\n",
        ),
        ("cat < /nothing", 1, "sh: /nothing: No such file or directory\n"),
        ("echo a > /tmp", 1, "sh: /tmp: Is a directory\n"),
        ("sh -c 'echo in; exit 9'; echo $?", 0, "in\n9\n"),
        ("echo 'echo file; exit 4' > /tmp/s; sh /tmp/s", 4, "file\n"),
        ("sh /none", 127, "sh: /none: No such file or directory\n"),
        ("sleep 1 & wait; echo $?", 0, "0\n"),
        ("sh -c 'exit 5' & wait %1", 5, ""),
        ("wait %2", 127, "sh: wait: %2: no such job; jobs lists them\n"),
        ("exit x", 2, "sh: exit: a code is a number from 0 to 255\n"),
        ("command hostname", 0, "pc1\n"),
    ] {
        let got = dash_c(&mut room, line);
        assert_eq!(got, (Some(code), wanted.to_owned()), "{line}");
    }
}

#[test]
fn what_it_cannot_read_is_said_with_its_place() {
    let mut room = room();
    let (code, text) = fed(&mut room, "echo 'a\nping “x”\npign r1\nvim\n");
    assert_eq!(code, Some(127));
    assert!(text.contains("sh: line 1, column 6: the quote ' is never closed"), "{text}");
    assert!(text.contains("sh: line 2, column 6: “ is full-width; type \""), "{text}");
    assert!(text.contains("there is no program pign; did you mean ping?"), "{text}");
    assert!(text.contains("there is no program vim; there are: arp, cat, curl"), "{text}");
    assert!(text.contains("catenet join NETWORK -- vim"), "{text}");
    let long = "x".repeat(20_000);
    let (code, text) = fed(&mut room, &format!("{long}\necho on\n"));
    assert_eq!(code, Some(0));
    assert!(text.starts_with("sh: line 1: longer than 16384 octets"), "{text}");
    assert!(text.ends_with("on\n"), "{text}");
}

#[test]
fn a_pipe_ends_with_its_reader_and_a_file_has_a_bound() {
    let mut room = room();
    let (code, text) = fed(&mut room, "ping 10.0.2.80 | true\necho $?\n");
    assert_eq!((code, text.as_str()), (Some(0), "0\n"));
    assert_eq!(running(&room), Vec::<String>::new());
    // A server's page in a file, then half of it by a program that reads its standard input.
    let (_, text) = fed(&mut room, "curl -s http://10.0.2.80/ten.txt > /tmp/ten; cat < /tmp/ten\n");
    assert_eq!(text, "0123456789");
}

#[test]
fn a_prompt_where_somebody_types() {
    let mut room = room();
    let run = room.start("pc1", "sh -i");
    room.wait(Duration::from_millis(10));
    assert_eq!(all(&room, &run), "pc1# ");
    room.stdin(&run, b"echo half a li");
    room.interrupt(&run);
    room.wait(Duration::from_millis(10));
    room.stdin(&run, b"echo whole; cat\n");
    room.wait(Duration::from_millis(10));
    assert_eq!(all(&room, &run), "pc1# \npc1# whole\n");
    // What is typed goes to the program in front; Ctrl-D ends its input and not the shell's.
    room.stdin(&run, b"to cat\n\x04echo after\n");
    room.wait(Duration::from_millis(10));
    assert_eq!(all(&room, &run), "pc1# \npc1# whole\nto cat\npc1# after\npc1# ");
    room.stdin(&run, b"\x04");
    room.wait(Duration::from_millis(10));
    assert_eq!(room.exit(&run), Some(0));
}

#[test]
fn ctrl_c_is_for_what_runs_in_front() {
    let mut room = room();
    let run = room.start("pc1", "sh -i");
    room.stdin(&run, b"sleep 1000 &\nping 10.0.2.80; echo ping $?\nsleep 900; echo never\n");
    room.wait(Duration::from_millis(1_500));
    room.interrupt(&run);
    room.wait(Duration::from_millis(100));
    let text = all(&room, &run);
    assert!(text.contains("2 packets transmitted") && text.contains("ping 0\n"), "{text}");
    room.interrupt(&run);
    room.wait(Duration::from_millis(100));
    room.stdin(&run, b"echo $?\njobs\n");
    room.wait(Duration::from_millis(100));
    let text = all(&room, &run);
    assert!(text.contains("\npc1# 130\n") && !text.contains("never"), "{text}");
    assert!(text.contains("[1] running  sleep 1000\n"), "{text}");
    room.stdin(&run, b"wait\n");
    room.wait(Duration::from_millis(100));
    room.interrupt(&run);
    room.stdin(&run, b"kill %1\nsleep 0\n");
    room.wait(Duration::from_millis(100));
    let text = all(&room, &run);
    assert!(text.contains("[1] exit 137  sleep 1000\n"), "{text}");
    assert_eq!(running(&room), ["sh"]);
}

#[test]
fn a_program_deaf_to_ctrl_c_is_killed_by_the_second() {
    let mut room = room();
    let run = room.start("pc1", "sh -i");
    room.stdin(&run, b"sh -c 'wait; sleep 1000'\n");
    room.wait(Duration::from_millis(100));
    // The inner shell passes the first one on to its sleep, and ends as a script does.
    room.interrupt(&run);
    room.wait(Duration::from_millis(100));
    assert_eq!(running(&room), ["sh"]);
}

#[test]
fn what_a_shell_started_ends_with_it() {
    let mut room = room();
    for how in ["kill", "interrupt", "end"] {
        let run = room.start("pc1", "sh");
        room.stdin(&run, b"sleep 1000 & sh -c \"ping 10.0.2.80 | cat\" &\n");
        room.wait(Duration::from_millis(1_100));
        assert_eq!(running(&room).len(), 5, "{how}: {:?}", running(&room));
        match how {
            "kill" => drop(room.world.handle_input(Input::Kill { process: run.process })),
            "interrupt" => room.interrupt(&run),
            _ => room.stdin(&run, b""),
        }
        room.wait(Duration::from_millis(10));
        assert_eq!(running(&room), Vec::<String>::new(), "{how}");
    }
    room.world.audit().expect("every frame is accounted for");
}

#[test]
fn bounds_hold() {
    let mut room = room();
    let mut lines = "sleep 1000 &\n".repeat(70);
    lines += "sh -c 'echo deep' | cat\n";
    let run = room.start("pc1", "sh");
    room.stdin(&run, lines.as_bytes());
    room.wait(Duration::from_secs(1));
    let text = all(&room, &run);
    assert_eq!(text.matches("too many jobs").count(), 70 - 64, "{text}");
    assert!(text.ends_with("deep\n"), "{text}");
    assert_eq!(running(&room).iter().filter(|name| *name == "sleep").count(), 64);
}

#[test]
fn help_lists_what_there_is_in_both_languages() {
    let mut room = room();
    let (_, text) = room.sh("pc1", "sh -c help");
    for (name, _, help, _) in catenet_tools::programs() {
        assert!(text.contains(&format!("  {name:<12}{help}\n")), "{name}: {text}");
    }
    let mut builder = room::builder(1);
    builder.lang(base::Lang::Zh);
    let mut room = Room::of(builder.build().expect("whole"));
    let (_, text) = room.sh("pc1", "sh -c help");
    assert!(text.starts_with("本机的程序:\n") && text.contains("测试主机是否有回应"), "{text}");
    let (code, text) = room.sh("pc1", "sh -c nothing-like-it");
    assert_eq!(code, Some(127));
    assert!(text.starts_with("sh: 没有程序 nothing-like-it; 有: arp"), "{text}");
}

/// Two worlds with the same seed and the same lines: the same processes, output and times.
#[test]
fn the_same_in_every_run() {
    let story = || {
        let mut room = room();
        let lines =
            "ping -c 2 10.0.2.80 & ping -c 2 10.0.2.53 | cat & curl -s http://10.0.2.80/\nwait\n";
        let (code, text) = fed(&mut room, lines);
        let ends: Vec<(ProcessId, String)> = room
            .world
            .outputs()
            .processes()
            .map(|process| (process.id, format!("{:?} {:?}", process.started, process.ended)))
            .collect();
        (code, text, ends)
    };
    assert_eq!(story(), story());
}
