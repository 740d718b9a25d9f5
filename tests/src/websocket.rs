//! A reader of a WebSocket: enough of RFC 6455 to listen, to say a word, and to stop listening.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A WebSocket of a service, opened.
pub struct WebSocket {
    line: BufReader<TcpStream>,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// A text.
    Text(String),
    /// The other side closed, and said why.
    Closed(String),
}

impl WebSocket {
    /// Opens one at a loopback port, with these header lines beside those of the handshake; the
    /// answer's status line if it is not 101.
    ///
    /// # Errors
    /// The status and the body of a refusal.
    pub fn open(port: u16, path: &str, lines: &[String]) -> Result<Self, String> {
        let mut line = TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
        let bound = Some(Duration::from_secs(20));
        line.set_read_timeout(bound).and_then(|()| line.set_write_timeout(bound)).expect("bounds");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{}\r\n\r\n",
            lines.join("\r\n")
        );
        line.write_all(request.as_bytes()).expect("the request is sent");
        let mut line = BufReader::new(line);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(line.read_line(&mut head).expect("an answer") > 0, "no answer: {head}");
        }
        if head.starts_with("HTTP/1.1 101 ") {
            return Ok(Self { line });
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.and_then(|text| text.parse().ok()).unwrap_or(0)];
        line.read_exact(&mut body).expect("its body");
        Err(format!("{head}{}", String::from_utf8_lossy(&body)))
    }

    /// Waits for the next text, or the end.
    pub fn hear(&mut self) -> Came {
        loop {
            let mut head = [0; 2];
            self.line.read_exact(&mut head).expect("a frame");
            let length = match head[1] & 0x7f {
                126 => u64::from(u16::from_be_bytes(self.take())),
                127 => u64::from_be_bytes(self.take()),
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length).expect("a length")];
            self.line.read_exact(&mut payload).expect("the frame's content");
            assert_eq!(head[0] & 0x80, 0x80, "a text in one piece");
            match head[0] & 0xf {
                1 => return Came::Text(String::from_utf8(payload).expect("UTF-8")),
                8 => {
                    let reason = payload.get(2..).unwrap_or_default();
                    return Came::Closed(String::from_utf8_lossy(reason).into_owned());
                }
                _ => {}
            }
        }
    }

    /// The next text; the end is a failure.
    #[track_caller]
    pub fn text(&mut self) -> String {
        match self.hear() {
            Came::Text(text) => text,
            Came::Closed(why) => panic!("closed: {why}"),
        }
    }

    /// Says a short text.
    pub fn say(&mut self, text: &str) {
        let length = u8::try_from(text.len()).ok().filter(|length| *length < 126);
        let mut frame = vec![0x81, 0x80 | length.expect("a short text"), 0, 0, 0, 0];
        frame.extend_from_slice(text.as_bytes()); // the mask is zero
        self.line.get_mut().write_all(&frame).expect("said");
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        self.line.read_exact(&mut octets).expect("a length");
        octets
    }
}
