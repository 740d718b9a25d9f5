//! The name server and those who ask it.

use crate::room::{self, Room, room};
use base::Duration;
use core::future::Future;
use core::pin::Pin;
use dns::answer::Transport;
use sim::Input;
use socket::{Env, ExitCode};

#[test]
fn dig_as_the_real_one_prints() {
    let mut room = room();
    let (code, text) = room.sh("pc1", "dig www.example.lab");
    assert_eq!(code, Some(0), "{text}");
    for part in [
        "; <<>> DiG catenet <<>> www.example.lab. A\n;; global options: +cmd\n;; Got answer:\n",
        ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: ",
        ";; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n",
        ";; QUESTION SECTION:\n;www.example.lab.\t\tIN\tA\n",
        "\n;; ANSWER SECTION:\nwww.example.lab.\t60\tIN\tA\t10.0.2.80\n",
        ";; SERVER: 10.0.2.53#53(10.0.2.53) (UDP)\n;; WHEN: Tue Nov 14 22:13:2",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let cases = [
        ("dig +short www.example.lab", "10.0.2.80\n"),
        ("dig +short +tcp www.example.lab", "10.0.2.80\n"),
        ("dig +short -x 10.0.2.80", "www.example.lab.\n"),
        ("dig +short @10.0.2.53 example.lab NS", "dns.example.lab.\n"),
        ("dig +short nobody.example.lab", ""),
    ];
    for (line, text) in cases {
        assert_eq!(room.sh("pc1", line), (Some(0), text.to_owned()), "{line}");
    }
    let (_, text) = room.sh("pc1", "dig nobody.example.lab +tcp");
    assert!(text.contains("status: NXDOMAIN") && text.contains("(TCP)"), "{text}");
    assert!(
        text.contains("\n;; AUTHORITY SECTION:\nexample.lab.\t\t60\tIN\tSOA\tdns.example.lab. "),
        "{text}"
    );
    let (_, text) = room.sh("pc1", "dig www.example.com +norecurse");
    assert!(text.contains("status: REFUSED") && text.contains("flags: qr;"), "{text}");
}

#[test]
fn who_is_silent_is_asked_again_and_given_up() {
    let mut room = room();
    room.silence_the_name_server();
    let curl = room.start("pc1", "curl -S http://www.example.lab/");
    room.wait(Duration::from_millis(6_900));
    assert_eq!(room.exit(&curl), None, "1 + 2 + 4 seconds");
    room.wait(Duration::from_millis(200));
    assert_eq!(room.exit(&curl), Some(6));
    let (code, text) = room.sh("pc1", "dig www.example.lab");
    assert_eq!(code, Some(9));
    assert!(text.ends_with("10.0.2.53#53: timed out\n;; no servers could be reached\n"), "{text}");
}

#[test]
fn nobody_listening_is_said_at_once() {
    let mut room = room();
    let before = room.world.now();
    let (code, text) = room.sh("pc1", "dig @10.0.2.80 www.example.lab");
    assert!(code == Some(9) && text.contains("connection refused"), "{text}");
    assert!(room.world.now().since(before) < Duration::from_secs(1));
}

/// A name server whose datagrams are all cut: whole answers come over TCP only.
fn cutter(env: Env) -> Pin<Box<dyn Future<Output = ExitCode> + Send>> {
    const ZONE: &str = "10.9.8.7 long.example.lab";
    let answer = |question: &[u8], how| {
        let zone = dns::zone::Zone::from_hosts(ZONE);
        dns::answer::answer(question, &zone, "ns.example.lab.", how).expect("a question")
    };
    let local = ([0, 0, 0, 0], 53).into();
    Box::pin(async move {
        let listener = env.tcp_listen(local, 4).expect("free");
        let own = env.clone();
        drop(env.spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let question = stream.read_bytes(512).await.expect("a question");
            let reply = answer(&question[2..], Transport::Tcp);
            stream.write_all_bytes(&(reply.len() as u16).to_be_bytes()).await.expect("open");
            own.sleep(Duration::from_millis(5)).await;
            stream.write_all_bytes(&reply).await.expect("open");
        }));
        let socket = env.udp_bind(local).expect("free");
        loop {
            let question = socket.recv_msg().await.expect("a question");
            let mut reply = answer(&question.payload.into_bytes(), Transport::Udp);
            reply.truncate(34); // header and question
            (reply[2], reply[7], reply[11]) = (reply[2] | 2, 0, 0); // TC, no records
            socket.send_to(&reply, question.from).await.expect("a way back");
        }
    })
}

#[test]
fn a_cut_answer_is_asked_for_over_tcp() {
    let mut programs = room::registry();
    programs.add("cutter", cutter, "", "");
    let mut room = Room::of(room::builder_with(1, programs).build().expect("whole"));
    room.start("pc2", "cutter");
    let (code, text) = room.sh("pc1", "dig @192.168.1.11 long.example.lab");
    assert_eq!(code, Some(0));
    assert!(text.starts_with(";; Truncated, retrying in TCP mode.\n"), "{text}");
    assert!(text.contains("10.9.8.7\n") && text.contains("(TCP)"), "{text}");
}

#[test]
fn a_name_that_joins_is_known_at_once() {
    let mut room = room();
    assert_eq!(room.sh("pc1", "ping -c1 chat").0, Some(2));
    let name =
        Input::SetName { name: "chat.example.lab".into(), address: Some([10, 0, 2, 80].into()) };
    room.world.handle_input(name).expect("known");
    let (code, text) = room.sh("pc1", "ping -c1 chat");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn the_server_logs_questions_and_refuses_nonsense() {
    let mut room = room();
    room.sh("pc1", "dig +short www.example.lab");
    let label = room.world.outputs().label("dns/dns").expect("the server's label");
    let said = String::from_utf8_lossy(&label.output).into_owned();
    assert!(
        said.starts_with("192.168.1.10:") && said.ends_with(" www.example.lab. A NOERROR\n"),
        "{said}"
    );
    let (code, text) = room.sh("pc1", "dns prt=53");
    assert!(code == Some(2) && text.contains("`prt=53` is no setting"), "{text}");
    let (code, text) = room.sh("dns", "dns");
    assert!(code == Some(1) && text.contains("already in use"), "{text}");
}

#[test]
fn an_unreachable_server_is_not_waited_for() {
    let mut room = room();
    let cut = |name: &str| Input::Cut { cable: name.to_owned() };
    room.world.handle_input(cut("dns--servers")).expect("the name server's cable");
    let (code, text) = room.sh("pc1", "curl -v http://www.example.lab/");
    assert!(code == Some(6) && text.contains("no route to host 10.0.2.53"), "{text}");
}
