//! What curl says beside the content: failures, `-w`, heads.

use base::Duration;
use core::net::SocketAddr;
use http::{HeaderMap, Response, StatusCode, Version};
use std::io;

/// Why a transfer failed, with curl's number for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(code: u8, text: impl Into<String>) -> Failure {
        Failure { code, text: text.into() }
    }

    /// An error of hyper's while the head of the response was awaited.
    pub(super) fn of_head(error: &hyper::Error) -> Failure {
        match io_kind(error) {
            Some(kind) => broken(kind),
            None if error.is_parse() => Failure::new(1, "Received HTTP/0.9 when not allowed"),
            None => Failure::new(52, "Empty reply from server"),
        }
    }

    /// An error of hyper's while the content was read; `missing` octets had not come.
    pub(super) fn of_content(error: &hyper::Error, missing: Option<u64>) -> Failure {
        match (io_kind(error), missing) {
            (Some(kind), _) => broken(kind),
            (None, Some(missing)) => {
                Failure::new(18, format!("end of response with {missing} bytes missing"))
            }
            (None, None) => {
                Failure::new(18, "transfer closed with outstanding read data remaining")
            }
        }
    }
}

fn broken(kind: io::ErrorKind) -> Failure {
    let why = match kind {
        io::ErrorKind::ConnectionReset => "Connection reset by peer",
        io::ErrorKind::TimedOut => "Connection timed out",
        io::ErrorKind::ConnectionAborted => "Software caused connection abort",
        io::ErrorKind::HostUnreachable => "No route to host",
        io::ErrorKind::NetworkUnreachable => "Network is unreachable",
        _ => "Failure when receiving data from the peer",
    };
    Failure::new(56, format!("Recv failure: {why}"))
}

fn io_kind(error: &hyper::Error) -> Option<io::ErrorKind> {
    let mut source = core::error::Error::source(error);
    while let Some(each) = source {
        if let Some(error) = each.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        source = each.source();
    }
    None
}

/// What was seen of a transfer, for `-w` and for the message when the time is over.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) status: Option<StatusCode>,
    pub(super) content_type: String,
    pub(super) remote: Option<SocketAddr>,
    pub(super) local: Option<SocketAddr>,
    pub(super) connecting: bool,
    pub(super) announced: Option<u64>,
    pub(super) downloaded: u64,
    pub(super) uploaded: u64,
    pub(super) head_octets: usize,
    pub(super) redirections: usize,
    pub(super) name_known: Duration,
    pub(super) connected: Duration,
    pub(super) first_octet: Duration,
}

/// The line that `-w` asks for. Unknown variables stay out, as in the real one.
pub(super) fn write_out(format: &str, seen: &Seen, took: Duration, code: u8) -> String {
    let mut line = String::new();
    let mut rest = format;
    while let Some(next) = rest.chars().next() {
        if let Some((name, after)) =
            rest.strip_prefix("%{").and_then(|inside| inside.split_once('}'))
        {
            line.push_str(&variable(name, seen, took, code));
            rest = after;
            continue;
        }
        let escapes = [("%%", "%"), ("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t")];
        if let Some((written, meant)) =
            escapes.iter().find(|(written, _)| rest.starts_with(written))
        {
            line.push_str(meant);
            rest = &rest[written.len()..];
            continue;
        }
        line.push(next);
        rest = &rest[next.len_utf8()..];
    }
    line
}

fn variable(name: &str, seen: &Seen, took: Duration, code: u8) -> String {
    let seconds = |span: Duration| format!("{:.6}", span.as_secs_f64());
    let ip = |address: Option<SocketAddr>| address.map_or(String::new(), |a| a.ip().to_string());
    let port = |address: Option<SocketAddr>| address.map_or(0, |a| a.port()).to_string();
    let speed = |octets: u64| match took.as_secs_f64() {
        0.0 => "0".to_owned(),
        seconds => format!("{:.0}", octets as f64 / seconds),
    };
    match name {
        "http_code" | "response_code" => {
            format!("{:03}", seen.status.map_or(0, |status| status.as_u16()))
        }
        "content_type" => seen.content_type.clone(),
        "exitcode" => code.to_string(),
        "local_ip" => ip(seen.local),
        "local_port" => port(seen.local),
        "method" => seen.method.clone(),
        "num_redirects" => seen.redirections.to_string(),
        "remote_ip" => ip(seen.remote),
        "remote_port" => port(seen.remote),
        "size_download" => seen.downloaded.to_string(),
        "size_header" => seen.head_octets.to_string(),
        "size_upload" => seen.uploaded.to_string(),
        "speed_download" => speed(seen.downloaded),
        "speed_upload" => speed(seen.uploaded),
        "time_connect" => seconds(seen.connected),
        "time_namelookup" => seconds(seen.name_known),
        "time_starttransfer" => seconds(seen.first_octet),
        "time_total" => seconds(took),
        "url_effective" => seen.url.clone(),
        _ => String::new(),
    }
}

/// The status line and header fields of a response, one line each, without the empty one.
pub(super) fn head_lines<B>(response: &Response<B>) -> Vec<String> {
    let status = response.status();
    let reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = match reason {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => status.canonical_reason().unwrap_or("").to_owned(),
    };
    let mut lines = vec![format!("{} {} {reason}", version(response.version()), status.as_u16())];
    lines.extend(field_lines(response.headers()));
    lines
}

/// Header fields, one line each, with capital letters as they travelled.
pub(super) fn field_lines(headers: &HeaderMap) -> Vec<String> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        format!("{}: {}", title_case(name.as_str()), String::from_utf8_lossy(value.as_bytes()))
    };
    headers.iter().map(line).collect()
}

fn version(version: Version) -> &'static str {
    if version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" }
}

fn title_case(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|letter| {
            let shown = if upper { letter.to_ascii_uppercase() } else { letter };
            upper = letter == '-';
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_write_out() {
        let seen = Seen { status: Some(StatusCode::NOT_FOUND), downloaded: 7, ..Seen::default() };
        let took = Duration::from_millis(1500);
        for (format, line) in [
            ("%{http_code}\\n", "404\n"),
            ("%{size_download} 100%% %{nothing}|%{time_total}", "7 100% |1.500000"),
            ("%{http_code", "%{http_code"),
            ("中%", "中%"),
        ] {
            assert_eq!(write_out(format, &seen, took, 0), line, "{format}");
        }
        assert_eq!(write_out("%{http_code}", &Seen::default(), took, 6), "000");
        assert_eq!(title_case("content-md5-x"), "Content-Md5-X");
    }
}
