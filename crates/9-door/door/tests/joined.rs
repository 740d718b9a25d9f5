//! Real programs joined by an ordinary user: who they are, what they see, how they end.
//! The cable between them is `examples/pump.rs`; no network of this machine is touched.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods)] // a test of the real machine

mod bench;

use bench::{Bench, Kind, Running, UID, has, is_root, missing, output, soon, spoken, text};
use std::process::Command;

const LOOK: &str = "id -u; id -g; hostname; cat /etc/resolv.conf; grep ^hosts: /etc/nsswitch.conf; \
    cat /etc/hosts; ip -o link show eth0; ip -o addr; ip route; \
    cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6; grep CapEff /proc/self/status; pwd";

#[test]
fn the_program_is_its_caller_and_sees_the_lab() {
    let bench = Bench::new("look");
    for kind in bench.kinds() {
        let settings = ["gw=10.0.2.1", "dns=10.0.2.53", "search=example.lab"];
        let mut join = bench.join(kind, "-", 90, &settings);
        let (code, seen, errors) = spoken(&join.args(["sh", "-c", LOOK]).output().unwrap());
        let uid = if is_root() { UID.to_string() } else { output(Command::new("id").arg("-u")) };
        assert_eq!((code, errors.as_str()), (0, ""), "{kind:?}: {seen}");
        assert!(seen.starts_with(&format!("{}\n", uid.trim())), "{kind:?}: {seen}");
        for part in [
            "\npc90\n",
            "\nnameserver 10.0.2.53\nsearch example.lab\n",
            "\nhosts: files dns\n",
            "\n10.0.2.90 pc90.example.lab pc90\n",
            "02:00:00:00:00:5a",
            "mtu 1500",
            "inet 127.0.0.1/8",
            "inet 10.0.2.90/24 brd 10.0.2.255",
            "\ndefault via 10.0.2.1 dev eth0",
            "\n1\nCapEff:\t0000000000000000\n",
            &format!("\n{}\n", bench.folder.display()),
        ] {
            assert!(seen.contains(part), "{kind:?}: no {part:?} in\n{seen}");
        }
        assert!(!seen.contains("fe80:"), "IPv6 is on: {seen}");
    }
}

/// As in a container: the settings cannot be written, and still nothing speaks IPv6.
#[test]
fn a_read_only_proc_does_not_hinder() {
    let bench = Bench::new("container");
    if !is_root() {
        return missing("only root can make /proc/sys read-only");
    }
    let prelude = "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys";
    let mut join = bench.join_on(prelude, Kind::Veth, "-", 8, &[]);
    let look = "sleep 0.3; ip -o addr show eth0";
    let (code, seen, errors) = spoken(&join.args(["sh", "-c", look]).output().unwrap());
    assert_eq!(code, 0, "{errors}");
    assert!(seen.contains("10.0.2.8/24") && !seen.contains("fe80:"), "{seen}");
    assert!(errors.contains("ping may not work") && !errors.contains("IPv6"), "{errors}");
}

#[test]
fn the_exit_code_is_the_programs_own() {
    let bench = Bench::new("codes");
    std::fs::write(bench.folder.join("plain"), "not a program").unwrap();
    let plain = bench.folder.join("plain").display().to_string();
    for kind in bench.kinds() {
        let cases: [(&[&str], i32, &str); 6] = [
            (&["true"], 0, ""),
            (&["sh", "-c", "exit 3"], 3, ""),
            (&["sh", "-c", "kill -TERM $$"], 143, ""),
            (&[&plain], 126, "cannot be executed"),
            (&["no-such-program"], 127, "command not found"),
            (&["/no/such/program"], 127, "command not found"),
        ];
        for (command, code, says) in cases {
            let done = bench.join(kind, "-", 3, &[]).args(command).output().unwrap();
            let (got, _, errors) = spoken(&done);
            assert_eq!(got, code, "{kind:?} {command:?}: {errors}");
            assert!(errors.contains(says), "{kind:?} {command:?}: {errors}");
        }
    }
    let done = bench.join(Kind::Veth, "-", 0, &["lang=zh"]).arg("true").output().unwrap();
    let (code, _, errors) = spoken(&done);
    assert_eq!(code, 125, "the network's own address: {errors}");
    assert!(errors.contains("网卡参数 address 有误"), "{errors}");
}

const SERVER: &str = "import socket,hashlib
s=socket.create_server(('',7000)); print('listening',flush=True)
c,_=s.accept(); h=hashlib.sha256()
while d:=c.recv(65536): h.update(d)
c.sendall(h.hexdigest().encode()); c.close()";
const CLIENT: &str = "import socket,hashlib,random
c=socket.create_connection(('10.0.2.1',7000),20); d=random.Random(7).randbytes(SIZE)
c.sendall(d); c.shutdown(socket.SHUT_WR); c.settimeout(60)
print(c.recv(100).decode()==hashlib.sha256(d).hexdigest())";

/// Two kernels believe a checksum only after they have summed it themselves, and the pump adds no
/// word of its own: that the bytes arrive proves that every checksum was finished.
fn two_programs_talk(test: &str, spoil: &[&str], octets: u32) {
    let bench = Bench::new(test);
    if !has("python3") {
        return;
    }
    let kinds = bench.kinds();
    let pairs = kinds.iter().flat_map(|server| kinds.iter().map(move |client| (server, client)));
    for (&server, &client) in pairs {
        let _ = std::fs::remove_file(bench.socket());
        let mut pump = bench.pump(spoil);
        let mut server = Running::start(
            bench.join(server, &bench.socket(), 1, &[]).args(["python3", "-c", SERVER]),
        );
        assert_eq!(server.line(), "listening\n");
        let script = CLIENT.replace("SIZE", &octets.to_string());
        let mut join = bench.join(client, &bench.socket(), 2, &[]);
        let (code, said, errors) = spoken(&join.args(["python3", "-c", &script]).output().unwrap());
        assert_eq!((code, said.as_str()), (0, "True\n"), "{errors}");
        if server.code() != 0 {
            pump.signal("KILL");
            panic!("the server: {}\nthe pump: {}", server.rest(), pump.rest());
        }
    }
}

#[test]
fn two_programs_talk_over_our_cable() {
    two_programs_talk("talk", &[], 4_000_000);
}

#[test]
fn a_spoilt_segment_is_not_believed() {
    two_programs_talk("spoil", &["spoil=20"], 300_000);
}

#[test]
fn ping_and_traceroute_need_no_privilege() {
    let bench = Bench::new("ping");
    for kind in bench.kinds() {
        let _ = std::fs::remove_file(bench.socket());
        let _pump = bench.pump(&[]);
        let quiet = ["sh", "-c", "echo up; sleep 60"];
        let mut peer = Running::start(bench.join(kind, &bench.socket(), 1, &[]).args(quiet));
        assert_eq!(peer.line(), "up\n");
        let tools: [(&str, &[&str], &str); 2] = [
            ("ping", &["-c", "2", "-i", "0.2", "10.0.2.1"], " 0% packet loss"),
            ("traceroute", &["-n", "-w", "1", "10.0.2.1"], " 1  10.0.2.1 "),
        ];
        for (tool, arguments, says) in tools.into_iter().filter(|(tool, ..)| has(tool)) {
            let mut join = bench.join(kind, &bench.socket(), 2, &[]);
            let (code, said, errors) = spoken(&join.arg(tool).args(arguments).output().unwrap());
            assert_eq!(code, 0, "{kind:?} {tool}: {said}{errors}");
            assert!(said.contains(says), "{kind:?} {tool}: {said}");
        }
    }
}

#[test]
fn signals_pass_through() {
    let bench = Bench::new("signals");
    let script = "trap 'echo got $0; exit 42' TERM INT HUP USR1; echo up; \
        while :; do sleep 0.1; done";
    for signal in ["TERM", "INT", "HUP", "USR1"] {
        let mut join = bench.join(Kind::Veth, "-", 5, &[]);
        let mut join = Running::start(join.args(["sh", "-c", script, signal]));
        assert_eq!(join.line(), "up\n");
        join.signal(signal);
        assert_eq!(join.line(), format!("got {signal}\n"));
        assert_eq!(join.code(), 42);
    }
}

#[test]
fn proxies_stay_outside_and_it_is_said_once() {
    let bench = Bench::new("proxy");
    let mut join = bench.join(Kind::Veth, "-", 5, &[]);
    join.env("http_proxy", "http://192.0.2.9:3128").env("HTTPS_PROXY", "x").env("OTHER", "kept");
    let (code, said, errors) = spoken(&join.arg("env").output().unwrap());
    assert_eq!(code, 0, "{errors}");
    assert!(!said.to_lowercase().contains("_proxy"), "{said}");
    assert!(said.contains("OTHER=kept"), "{said}");
    assert_eq!(errors.matches("proxy variables").count(), 1, "{errors}");
    assert!(errors.contains("http_proxy") && errors.contains("HTTPS_PROXY"), "{errors}");
}

#[test]
fn the_services_end_is_the_programs_end() {
    let bench = Bench::new("service");
    for (script, wanted_ms) in
        [("echo up; sleep 60", 0..1500), ("trap '' HUP TERM; echo up; sleep 60", 1900..4000)]
    {
        let _ = std::fs::remove_file(bench.socket());
        let mut pump = bench.pump(&[]);
        let mut join = bench.join(Kind::Veth, &bench.socket(), 5, &[]);
        let mut join = Running::start(join.args(["sh", "-c", script]));
        assert_eq!(join.line(), "up\n");
        let start = std::time::Instant::now();
        pump.signal("KILL");
        pump.code();
        assert_eq!(join.code(), 125);
        let took = start.elapsed().as_millis();
        assert!(wanted_ms.contains(&took), "{script}: ended after {took} ms");
        let errors = join.rest();
        assert!(errors.contains("service went away"), "{errors}");
    }
}

/// The network namespaces that some process of ours lives in.
fn namespaces() -> Vec<String> {
    let links = "for p in /proc/[0-9]*/ns/net; do readlink $p; done 2>/dev/null | sort -u";
    output(Command::new("sh").args(["-c", links])).lines().map(str::to_string).collect()
}

#[test]
fn kill_nine_leaves_nothing() {
    let bench = Bench::new("nine");
    let links = || output(Command::new("ip").args(["-o", "link"]));
    let before = links();
    for kind in bench.kinds() {
        let _ = std::fs::remove_file(bench.socket());
        let mut pump = bench.pump(&[]);
        let marker = format!("60{}", std::process::id());
        // One process in the background, one out of the session, one in front.
        let script = format!(
            "sleep {marker} & setsid sleep {marker} & readlink /proc/self/ns/net; sleep {marker}"
        );
        let mut join = bench.join(kind, &bench.socket(), 5, &[]);
        let mut join = Running::start(join.args(["sh", "-c", &script]));
        let namespace = join.line().trim().to_string();
        assert!(namespaces().contains(&namespace), "{namespace} is not among them");
        assert!(pump.line().starts_with("joined"));
        join.signal("KILL");
        soon("the end of the namespace", || !namespaces().contains(&namespace));
        let sleeping = Command::new("pgrep").args(["-f", &format!("sleep {marker}")]).output();
        assert_eq!(text(&sleeping.unwrap().stdout), "", "{kind:?}: an orphan");
        soon("the pump's farewell", || pump.line().starts_with("left"));
        assert_eq!(links(), before, "{kind:?}");
    }
}

#[test]
fn names_are_the_labs_whatever_etc_looks_like() {
    let bench = Bench::new("etc");
    if !is_root() {
        return missing("only root can lay out another /etc");
    }
    let etc = format!("cp -a /etc {0}/etc; cd {0}/etc; rm resolv.conf", bench.folder.display());
    let resolved = "mount -t tmpfs -o mode=0755 t /run; mkdir -p /run/systemd/resolve /run/nscd; \
        echo nameserver 127.0.0.53 > /run/systemd/resolve/stub-resolv.conf; \
        touch /run/systemd/resolve/io.systemd.Resolve /run/nscd/socket; \
        ln -s ../run/systemd/resolve/stub-resolv.conf resolv.conf";
    let dangling = "rm -f nsswitch.conf; ln -s /no/where resolv.conf; ln -s ../proc/self/mounts m";
    let absent = "rm -f hosts";
    for variant in [resolved, dangling, absent] {
        let clean = format!("rm -rf {}/etc", bench.folder.display());
        let prelude = format!("{clean}; {etc}; {variant}; mount --bind . /etc; cd /");
        let mut join = bench.join_on(&prelude, Kind::Veth, "-", 7, &["dns=10.0.2.53"]);
        let look = "cat /etc/resolv.conf /etc/nsswitch.conf /etc/hosts; \
            ls -A /run/systemd/resolve /run/nscd; getent passwd 0; ls /etc/ssl/ | head -3";
        let (code, seen, errors) = spoken(&join.args(["sh", "-c", look]).output().unwrap());
        assert_eq!(code, 0, "{variant}: {seen}{errors}");
        for part in
            ["nameserver 10.0.2.53\n", "hosts: files dns\n", "10.0.2.7 pc7\n", "root:x:0", "certs"]
        {
            assert!(seen.contains(part), "{variant}: no {part:?} in\n{seen}{errors}");
        }
        for part in ["127.0.0.53", "io.systemd.Resolve", "socket\n"] {
            assert!(!seen.contains(part), "{variant}: {part:?} in\n{seen}");
        }
    }
}

#[test]
fn the_doctor_tries_and_tells() {
    let bench = Bench::new("doctor");
    let done = bench.ordinary("", &bench.program("doctor")).output().unwrap();
    let (code, said, errors) = spoken(&done);
    assert_eq!(code, 0, "{errors}");
    for part in [r#""name":"namespaces","state":"ok""#, r#""name":"veth","state":"ok""#] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    if !is_root() {
        return missing("only root can forbid namespaces");
    }
    // The limit of a user namespace of its own: this machine's stays as it is.
    let script = format!(
        "echo 0 > /proc/sys/user/max_user_namespaces; exec {}",
        bench.program("doctor").display()
    );
    let mut forbidden = Command::new("unshare");
    let (_, said, errors) = spoken(&forbidden.args(["-Ur", "sh", "-c", &script]).output().unwrap());
    assert!(said.contains(r#""name":"namespaces","state":"broken""#), "{said}{errors}");
    assert!(said.contains("sysctl -w user.max_user_namespaces"), "{said}");
}

/// What a person at a terminal does, typed by a program: `person.py COMMAND..` says what came of it.
const PTY: &str = "import os,pty,signal,sys,time,termios
def run(argv, talk):
    pid,fd=pty.fork()
    if pid==0: os.execvp(argv[0],argv)
    out=b''
    for wait,keys in talk:
        while wait not in out: out+=os.read(fd,4096)
        out=b''; time.sleep(0.3); os.write(fd,keys)
    try:
        while d:=os.read(fd,4096): out+=d
    except OSError: pass
    print(os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]), out.decode().split())
join=sys.argv[1:]
run(join+['sh','-c','trap \"exit 7\" INT; echo up; while :; do sleep 0.1; done'],[(b'up',b'\\x03')])
inner=join+['bash','--norc','-i']
run(inner,[(b'$ ',b'sleep 60\\n'),(b'sleep 60',b'\\x03'),(b'$ ',b'exit 5\\n')])
# A shell outside: stop, resume, and read from the terminal again afterwards.
outer=['bash','--norc','-i']
line=' '.join(join+['sh','-c','\"echo up; sleep 2; exit 9\"']).encode()+b'\\n'
run(outer,[(b'$ ',line),(b'up\\r\\n',b'\\x1a'),(b'Stopped',b'fg; echo code $?\\n'),(b'code 9',b'exit 6\\n')])
line=' '.join(inner).encode()+b'; read x; echo got $x\\n'
run(outer,[(b'$ ',line),(b'$ ',b'exit 5\\n'),(b'exit',b'word\\n'),(b'got word',b'exit 8\\n')])
";

#[test]
fn a_terminal_works_as_outside() {
    let bench = Bench::new("tty");
    if !has("python3") || !has("bash") {
        return;
    }
    std::fs::write(bench.folder.join("person.py"), PTY).unwrap();
    let mut person = bench.ordinary("", std::path::Path::new("python3"));
    let join = bench.program("join");
    let join = [join.to_str().unwrap(), "-", "pc5", "02:00:00:00:00:05", "10.0.2.5/24", "--"];
    let run = person.arg("person.py").args(join).env("PS1", "$ ").env("TERM", "dumb");
    let (code, said, errors) = spoken(&run.output().unwrap());
    assert_eq!(code, 0, "{errors}");
    let codes: Vec<&str> = said.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(codes, ["7", "5", "6", "8"], "{said}{errors}");
}
