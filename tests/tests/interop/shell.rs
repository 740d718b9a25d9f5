//! `sh NODE`: at a pipe, at a terminal, in both languages.

use catenet_tests::{Job, User, has, soon};
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(30);

#[test]
fn a_pipe_is_the_shells_input_and_its_code_is_ours() {
    let user = User::new("sh-pipe");
    user.line("catenet sh pc1").code(125).complains("up two-lans");
    user.up("two-lans");
    let piped = |lines: &str| {
        Job::start_with(&mut user.catenet(&["sh", "pc1"]), lines.as_bytes()).end(BOUND)
    };
    piped("ping -c 1 10.0.2.80\n").code(0).says("64 bytes from 10.0.2.80");
    let done = piped("hostname\nping -c 1 10.0.2.80 | cat > /tmp/a; cat /tmp/a\nexit 9\n").code(9);
    assert!(done.out.starts_with("pc1\n") && !done.out.contains("# "), "{}", done.out);
    done.says("1 packets transmitted");
    piped("pign 10.0.2.80\n").code(127).complains("did you mean ping?").complains("join");
    piped("ping “10.0.2.80”\n").code(2).complains("line 1, column 6");
    user.line("catenet sh nobody").code(125).complains("pc1");
    user.line("catenet down --all").code(0);
    user.line("catenet --lang zh up two-lans -d").code(0);
    piped("vim\n").code(127).complains("没有程序 vim").complains("join");
    piped("help\n").code(0).says("测试主机是否有回应");
}

#[test]
fn ctrl_c_at_a_pipe_ends_the_program_and_the_shell() {
    let user = User::new("sh-interrupt");
    user.up("two-lans");
    let job = Job::start_with(&mut user.catenet(&["sh", "pc1"]), b"sleep 1000; echo never\n");
    soon("the sleep", || user.run(&["exec", "pc1", "--", "sh", "-c", "true"]).code == 0);
    std::thread::sleep(Duration::from_millis(500));
    job.signal("INT");
    let done = job.end(BOUND).code(130);
    assert!(!done.out.contains("never"), "{}", done.out);
}

/// What a person does, typed by a program at a terminal of its own.
const PERSON: &str = r"
import os, pty, select, sys, time
pid, line = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
def wait(part):
    global seen
    end = time.time() + 15
    while part not in seen:
        left = end - time.time()
        if left <= 0 or not select.select([line], [], [], left)[0]:
            sys.exit('no %r in %r' % (part, seen))
        try:
            seen += os.read(line, 4096)
        except OSError:
            sys.exit('ended before %r in %r' % (part, seen))
    seen = seen[seen.index(part) + len(part):]
def type(octets):
    os.write(line, octets)
wait(b'pc1# '); type(b'ping 10.0.2.80\r')
wait(b'seq=2'); type(b'\x03')
wait(b'packets transmitted'); wait(b'pc1# '); type(b'echo half \x03')
wait(b'pc1# '); type(b'\x1b[A\x1b[A'); wait(b'ping'); type(b'\x03')
wait(b'pc1# '); type(b'trace\t'); wait(b'traceroute'); type(b'\x03')
wait(b'pc1# '); type(b'cat\r'); time.sleep(0.5); type(b'to cat\n'); wait(b'to cat\r\nto cat'); type(b'\x04')
wait(b'pc1# '); type(b'sh -c \'exit 7\'\r')
wait(b'pc1# '); type(b'\x04')
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
";

#[test]
fn a_person_at_a_terminal_edits_interrupts_and_leaves() {
    if !has("python3") {
        return;
    }
    let user = User::new("sh-terminal");
    user.up("two-lans");
    let mut person = user.command("python3");
    person.env("TERM", "xterm").args(["-c", PERSON]);
    person.arg(user.binary()).args(["sh", "pc1"]);
    Job::start(&mut person).end(Duration::from_secs(60)).code(7);
}
