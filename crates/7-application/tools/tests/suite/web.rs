//! curl against the web server, through router and name server; and clients that are no curl.

use crate::room::{self, room};
use base::Duration;
use sim::{Input, LineChange, Way};

#[test]
fn a_page_by_name() {
    let mut room = room();
    let (code, text) = room.sh("pc1", "curl http://www.example.lab/");
    assert_eq!((code, text.as_str()), (Some(0), "<h1>Catenet</h1>\n"));
}

#[test]
fn exit_codes_and_messages() {
    let mut room = room();
    room.start("web", "nc -l -k 81"); // takes requests and never answers
    room.start("web", "nc -l 82"); // closes at the end of its input, which is at once
    let cases: &[(&str, u8, &str)] = &[
        ("curl", 2, "curl: (2) no URL specified\ncurl: option --url: requires parameter\n"),
        ("curl --frob www", 2, "curl: option --frob: is unknown\n"),
        ("curl https://www/", 1, "curl: (1) Protocol \"https\" not supported\n"),
        (
            "curl http://nobody.example.lab/",
            6,
            "curl: (6) Could not resolve host: nobody.example.lab\n",
        ),
        ("curl http://www:8080/", 7, "curl: (7) Failed to connect to www port 8080 after "),
        ("curl -f http://www/nothing", 22, "curl: (22) The requested URL returned error: 404\n"),
        ("curl -sSf http://www/nothing", 22, "curl: (22) "),
        (
            "curl --max-time 2 http://www:81/",
            28,
            "curl: (28) Operation timed out after 2000 milliseconds with 0 bytes received\n",
        ),
        (
            "curl --connect-timeout 1 http://10.0.2.99/",
            28,
            "curl: (28) Failed to connect to 10.0.2.99 port 80 after 1000 ms: Timeout was reached\n",
        ),
        ("curl -T /nothing http://www/", 26, "curl: (26) Failed to open/read local data"),
        ("curl http://www/nothing", 0, "There is no /nothing here.\n"),
    ];
    for (line, code, text) in cases {
        let (got, said) = room.sh("pc1", line);
        assert_eq!(got, Some(*code), "{line}: {said}");
        assert!(said.starts_with(text), "{line}: {said}");
    }
    let (code, said) = room.sh("pc1", "curl -s http://nobody.example.lab/");
    assert_eq!((code, said.as_str()), (Some(6), ""), "-s says nothing");
}

#[test]
fn an_empty_reply_is_52_and_a_reset_56() {
    let mut room = room();
    let quiet = room.start("web", "nc -l 82");
    let curl = room.start("pc1", "curl http://www:82/");
    room.wait(Duration::from_secs(1));
    room.world.handle_input(Input::Kill { process: quiet.process }).expect("it runs");
    room.wait(Duration::from_secs(1));
    let said = room.printed(&curl);
    // The request was read before the end: its sender sees a FIN, not a reset.
    assert_eq!(
        (room.exit(&curl), said.as_str()),
        (Some(52), "curl: (52) Empty reply from server\n")
    );

    let (code, said) = room.sh("pc1", "curl http://www:83/");
    assert_eq!(code, Some(7), "{said}");
}

#[test]
fn heads_methods_ranges_and_formats() {
    let mut room = room();
    let (code, head) = room.sh("pc1", "curl -I http://www/ten.txt");
    assert_eq!(code, Some(0));
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    for field in [
        "Content-Length: 10\r\n",
        "Date: Tue, 14 Nov 2023 22:13:",
        "Server: Catenet\r\n",
        "Accept-Ranges: bytes\r\n",
    ] {
        assert!(head.contains(field), "{field}: {head}");
    }
    assert!(head.ends_with("\r\n\r\n"), "a HEAD has no content: {head}");
    let cases: &[(&str, &str)] = &[
        ("curl -r 2-4 http://www/ten.txt", "234"),
        (
            "curl -s -o /dev/null -w '%{http_code} %{size_download} %{content_type}' http://www/ten.txt",
            "200 10 text/plain; charset=utf-8",
        ),
        ("curl -w ' %{http_code}' -d a=b http://www/", "This server does not do that.\n 405"),
        ("curl -w '%{http_code}' -X OPTIONS http://www/", "204"),
        ("curl -w '%{http_code}' -H 'Host: other' http://10.0.2.80/ten.txt", "0123456789200"),
        (
            "curl -w '%{http_code}' -H 'Host:' http://10.0.2.80/ten.txt",
            "A request names one host.\n400",
        ),
    ];
    for (line, text) in cases {
        let (code, said) = room.sh("pc1", line);
        assert_eq!((code, said.as_str()), (Some(0), *text), "{line}");
    }
    let (_, talk) = room.sh("pc1", "curl -v http://www/ten.txt");
    for line in [
        "* Connected to www (10.0.2.80) port 80\n",
        "> GET /ten.txt HTTP/1.1\n> Host: www\n",
        "< HTTP/1.1 200 OK\n",
    ] {
        assert!(talk.contains(line), "{line}: {talk}");
    }
}

#[test]
fn up_and_down_again() {
    let mut room = room();
    let (code, said) = room.sh("web", "send 127.0.0.1 1 1");
    assert_eq!(code, Some(1), "{said}");
    let lines = [
        ("curl -s http://www/ten.txt -o /copy", ""),
        ("cat copy", "0123456789"),
        ("curl -w '%{http_code} %{size_upload}' -T /copy http://www/up/", "201 10"),
        ("curl -w '%{http_code}' -T /copy http://www/up/copy", "204"),
        ("curl http://www/up/copy", "0123456789"),
        ("curl -L http://www/up", "<!doctype html>"),
        ("curl -w '%{http_code} %{num_redirects}' -L -o /dev/null http://www/up", "200 1"),
        ("curl -w '%{http_code}' -X DELETE http://www/up/copy", "204"),
        ("curl -w '%{http_code}' -s -o /dev/null http://www/up/copy", "404"),
        ("ls", "copy\n"),
    ];
    for (line, text) in lines {
        let (code, said) = room.sh("pc1", line);
        assert!(code == Some(0) && said.starts_with(text), "{line}: {code:?} {said}");
    }
}

/// Two megabytes each way arrive whole, also over a lossy cable.
#[test]
fn many_octets_arrive_whole() {
    let content: Vec<u8> = (0..2_000_000u32).map(|n| (n % 251) as u8 ^ (n >> 13) as u8).collect();
    for loss in [0.0, 0.01] {
        let builder = room::builder(3);
        let mut room = room::Room::of(builder.build().expect("whole"));
        let change = LineChange { loss: Some(loss), ..LineChange::default() };
        let cable = Input::SetCable { cable: "web--servers".into(), way: Way::Both, change };
        let known = room.world.handle_input(cable);
        let cable = Input::SetCable { cable: "r1--servers".into(), way: Way::Both, change };
        known.or_else(|_| room.world.handle_input(cable)).expect("a cable");
        let upload = room.start("pc1", "curl -sS -T - -w %{http_code} http://www/big");
        for part in content.chunks(65_536) {
            room.stdin(&upload, part);
            room.wait(Duration::from_millis(20));
        }
        room.stdin(&upload, b"");
        room.wait(Duration::from_secs(60));
        assert_eq!((room.exit(&upload), room.printed(&upload).as_str()), (Some(0), "201"));
        let line = "curl -s -o /big -w '%{size_download}' http://www/big";
        assert_eq!(room.sh("pc1", line), (Some(0), "2000000".to_owned()));
        let line = "curl -s -T /big -w '%{http_code}' http://www/again";
        assert_eq!(room.sh("pc1", line), (Some(0), "201".to_owned()));
        // Equal content has equal tags.
        let tags = ["big", "again"].map(|name| {
            let (_, head) = room.sh("pc1", &format!("curl -I http://www/{name}"));
            let tag = head.lines().find(|line| line.starts_with("Etag")).map(str::to_owned);
            tag.expect("a tag")
        });
        assert_eq!(tags[0], tags[1]);
    }
}

#[test]
fn one_connection_many_requests_bad_ones_and_slow_ones() {
    let mut room = room();
    let two = "GET /ten.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /ten.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let keep = room.start("pc1", "nc www 80");
    room.stdin(&keep, two.as_bytes());
    room.wait(Duration::from_secs(1));
    let said = room.printed(&keep);
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "{said}");
    assert_eq!(room.exit(&keep), Some(0), "the server closed: {said}");

    let bad = room.start("pc1", "nc www 80");
    room.stdin(&bad, b"this is not HTTP\r\n\r\n");
    room.wait(Duration::from_secs(1));
    let said = room.printed(&bad);
    assert!(said.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{said}");

    let slow = room.start("pc1", "nc www 80");
    room.stdin(&slow, b"GET / HT");
    room.wait(Duration::from_secs(29));
    assert_eq!(room.exit(&slow), None);
    room.wait(Duration::from_secs(2));
    assert_eq!(room.exit(&slow), Some(0), "closed after 30 s: {}", room.printed(&slow));
}

#[test]
fn access_lines() {
    let mut room = room();
    room.sh("pc1", "curl http://www/ten.txt");
    let label = room.world.outputs().label("web/http").expect("the server's label");
    let said = String::from_utf8_lossy(&label.output).into_owned();
    assert!(said.starts_with("192.168.1.10 - - [14/Nov/2023:22:13:2"), "{said}");
    assert!(said.ends_with(" +0000] \"GET /ten.txt HTTP/1.1\" 200 10\n"), "{said}");
}
