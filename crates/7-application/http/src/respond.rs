//! From a request to a response: static files (RFC 9110).
//!
//! | method | does |
//! |---|---|
//! | GET, HEAD | a file, a folder's `index.html`, or a folder's listing; one range (section 14), `If-None-Match` (13.1.2), `If-Range` (13.1.5) |
//! | PUT | stores the content, where the server was started with `write=yes` (9.3.4) |
//! | DELETE | removes a file, likewise |
//! | OPTIONS | says what may be done (9.3.7) |
//! | others | 405 with `Allow` (15.5.6) |
//!
//! Absent: content codings, several ranges in one answer (the whole content is sent, as section
//! 14.2 permits), trailers.

use crate::range::{self, Asked};
use bytes::Bytes;
use files::media_type;
use http::header::{
    ACCEPT_RANGES, ALLOW, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, IF_RANGE,
    LOCATION, RANGE,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use socket::{FileEntry, FileTree};
use std::io::ErrorKind;
use std::sync::Arc;

const HTML: &str = "text/html; charset=utf-8";
/// The page of a server that was given nothing to serve.
const WELCOME: &[u8] = include_bytes!("welcome.html");

/// A response whose content is at hand.
pub type Whole = Response<Bytes>;

/// What a server may do and where its files are.
#[derive(Clone)]
pub struct Site {
    /// The files.
    pub tree: Arc<dyn FileTree>,
    /// Where in the tree the site begins, for example `/`.
    pub root: String,
    /// May clients store and remove files?
    pub writable: bool,
}

impl Site {
    /// Answers one request whose content, if it has any, was read.
    pub fn respond(
        &self,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        content: Bytes,
    ) -> Whole {
        let Some(path) = decode(target) else {
            return text(StatusCode::BAD_REQUEST, "The path is not readable.\n");
        };
        let inside = files::resolve(&format!("{}{}", self.root, files::resolve(&path)));
        match *method {
            Method::GET | Method::HEAD => self.get(&path, &inside, headers),
            Method::PUT if self.writable => self.put(&inside, content),
            Method::DELETE if self.writable => match self.tree.remove(&inside) {
                Ok(()) => empty(StatusCode::NO_CONTENT),
                Err(_) => not_found(&path),
            },
            Method::OPTIONS => with(empty(StatusCode::NO_CONTENT), ALLOW, self.allowed()),
            _ => with(
                text(StatusCode::METHOD_NOT_ALLOWED, "This server does not do that.\n"),
                ALLOW,
                self.allowed(),
            ),
        }
    }

    fn allowed(&self) -> &'static str {
        if self.writable { "GET, HEAD, OPTIONS, PUT, DELETE" } else { "GET, HEAD, OPTIONS" }
    }

    fn get(&self, path: &str, inside: &str, headers: &HeaderMap) -> Whole {
        if let Ok(content) = self.tree.read(inside) {
            return file(content, media_type(inside), headers);
        }
        let entries = match self.tree.list(inside) {
            Ok(entries) if !entries.is_empty() => entries,
            _ if path == "/" => return file(Bytes::from_static(WELCOME), HTML, headers),
            _ => return not_found(path),
        };
        if !path.ends_with('/') {
            // Relative links in the folder's page would otherwise point one level too high.
            let to = format!("{}/", encode(path));
            let moved =
                text(StatusCode::MOVED_PERMANENTLY, "The folder's address ends with a slash.\n");
            return with(moved, LOCATION, &to);
        }
        match self.tree.read(&format!("{inside}/index.html")) {
            Ok(content) => file(content, media_type("index.html"), headers),
            Err(_) => listing(path, &entries),
        }
    }

    fn put(&self, inside: &str, content: Bytes) -> Whole {
        let known = match self.tree.entry(inside) {
            Ok(entry) if entry.is_folder => return folder_there(),
            entry => entry.is_ok(),
        };
        match self.tree.write(inside, content) {
            Ok(()) if known => empty(StatusCode::NO_CONTENT),
            Ok(()) => empty(StatusCode::CREATED),
            Err(error) if error.kind() == ErrorKind::IsADirectory => folder_there(),
            Err(full) => text(StatusCode::INSUFFICIENT_STORAGE, &format!("{full}\n")),
        }
    }
}

fn listing(path: &str, entries: &[FileEntry]) -> Whole {
    let title = escape(path);
    let mut page =
        format!("<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><ul>\n");
    for entry in entries {
        let slash = if entry.is_folder { "/" } else { "" };
        let (link, name) = (encode(&entry.name), escape(&entry.name));
        page.push_str(&format!("<li><a href=\"{link}{slash}\">{name}{slash}</a>\n"));
    }
    page.push_str("</ul>\n");
    with(whole(StatusCode::OK, page.into()), CONTENT_TYPE, HTML)
}

fn file(content: Bytes, media: &str, headers: &HeaderMap) -> Whole {
    let tag = entity_tag(&content);
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if header(IF_NONE_MATCH).is_some_and(|known| matches_any(known, &tag)) {
        return with(empty(StatusCode::NOT_MODIFIED), ETAG, &tag);
    }
    let fresh = header(IF_RANGE).is_none_or(|known| known == tag);
    let asked = header(RANGE).filter(|_| fresh).map(|text| range::parse(text, content.len()));
    let total = content.len();
    let response = match asked {
        Some(Asked::Part(part)) => {
            let says = format!("bytes {}-{}/{total}", part.start, part.end - 1);
            with(whole(StatusCode::PARTIAL_CONTENT, content.slice(part)), CONTENT_RANGE, &says)
        }
        Some(Asked::Beyond) => {
            let refused = text(StatusCode::RANGE_NOT_SATISFIABLE, "The file is shorter.\n");
            return with(refused, CONTENT_RANGE, &format!("bytes */{total}"));
        }
        Some(Asked::All) | None => whole(StatusCode::OK, content),
    };
    with(with(with(response, CONTENT_TYPE, media), ETAG, &tag), ACCEPT_RANGES, "bytes")
}

/// A strong tag: equal content, equal tag (RFC 9110 section 8.8.3).
fn entity_tag(content: &[u8]) -> String {
    // FNV-1a over eight octets at a time: names a content, guards nothing.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ content.len() as u64;
    let mut blocks = content.chunks_exact(8);
    for block in &mut blocks {
        let mut word = [0; 8];
        word.copy_from_slice(block);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x100_0000_01b3).rotate_left(23);
    }
    for &octet in blocks.remainder() {
        hash = (hash ^ u64::from(octet)).wrapping_mul(0x100_0000_01b3);
    }
    format!("\"{hash:016x}\"")
}

fn matches_any(list: &str, tag: &str) -> bool {
    let list = list.trim();
    list == "*" || list.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn folder_there() -> Whole {
    text(StatusCode::CONFLICT, "There is a folder of that name.\n")
}

fn not_found(path: &str) -> Whole {
    text(StatusCode::NOT_FOUND, &format!("There is no {path} here.\n"))
}

fn whole(status: StatusCode, content: Bytes) -> Whole {
    let mut response = Response::new(content);
    *response.status_mut() = status;
    response
}

fn empty(status: StatusCode) -> Whole {
    whole(status, Bytes::new())
}

fn text(status: StatusCode, says: &str) -> Whole {
    with(whole(status, says.to_owned().into()), CONTENT_TYPE, "text/plain; charset=utf-8")
}

fn with(mut response: Whole, name: HeaderName, value: &str) -> Whole {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The path of a request target, percent-decoded; none when that gives no UTF-8 or a NUL.
fn decode(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next().unwrap_or(target);
    let mut octets = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'%' {
            octets.push(first);
            rest = tail;
            continue;
        }
        let hex = core::str::from_utf8(tail.get(..2)?).ok()?;
        octets.push(u8::from_str_radix(hex, 16).ok().filter(|&octet| octet != 0)?);
        rest = &tail[2..];
    }
    String::from_utf8(octets).ok()
}

/// Percent-encodes what may not stand in a path (RFC 3986 section 3.3).
fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for octet in path.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(octet));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
#[path = "respond_tests.rs"]
mod tests;
