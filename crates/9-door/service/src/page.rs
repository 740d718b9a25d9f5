//! The page's files, and serving them over the loopback port.
//!
//! ```text
//!   /                      -> index.html, asked for anew each time (an ETag answers 304)
//!   /labs/x, /lessons/y    -> index.html: the page reads its own address
//!   /assets/index-1a2b.js  -> that file; its name changes with its content, so it is kept for a year
//!   /nothing.js            -> 404
//! ```
//!
//! Files are kept compressed once (gzip); who does not take gzip gets them unpacked.

use crate::api::Problem;
use crate::http::no_such_path;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

/// What `/` is.
const INDEX: &str = "index.html";

/// The page: all its files.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its files; one is `index.html`.
    pub files: &'static [PageFile],
}

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub struct PageFile {
    /// Where it is, without a slash before it: `index.html`, `assets/index-1a2b.js`.
    pub path: &'static str,
    /// Its MIME type: `text/javascript; charset=utf-8`.
    pub kind: &'static str,
    /// Its content.
    pub octets: &'static [u8],
    /// Is the content gzip?
    pub gzip: bool,
    /// Does its name change with its content? Then it may be kept for ever.
    pub hashed: bool,
}

/// A page that is served: each file with its tag.
#[derive(Clone, Debug)]
pub struct Shelf(Vec<(PageFile, u64)>);

impl Shelf {
    /// Tags the files of a page.
    pub fn new(page: &Page) -> Shelf {
        let tag = |file: &PageFile| {
            let mut hasher = DefaultHasher::new();
            file.octets.hash(&mut hasher);
            hasher.finish()
        };
        Shelf(page.files.iter().map(|file| (*file, tag(file))).collect())
    }

    /// Answers a request for one of the page's files.
    pub fn serve(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
        let Some((file, tag)) = self.find(path) else { return no_such_path().into_response() };
        if method != Method::GET && method != Method::HEAD {
            return wrong_method();
        }
        let packed = file.gzip && takes_gzip(headers);
        let tag = format!("\"{tag:016x}{}\"", if packed { "-gzip" } else { "" });
        let kept = if file.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut answer = match has_tag(headers, &tag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => content(file, packed),
        };
        let says = answer.headers_mut();
        says.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        says.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            says.insert(header::ETAG, tag);
        }
        answer
    }

    /// The file at a path; a path that names no file is one of the page's own addresses.
    fn find(&self, path: &str) -> Option<(&PageFile, u64)> {
        let path = path.trim_start_matches('/');
        let named = |wanted: &str| self.0.iter().find(|(file, _)| file.path == wanted);
        let last = path.rsplit('/').next().unwrap_or_default();
        let found = named(path).or_else(|| if last.contains('.') { None } else { named(INDEX) });
        found.map(|(file, tag)| (file, *tag))
    }
}

fn content(file: &PageFile, packed: bool) -> Response<Body> {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    match (file.gzip, packed) {
        (true, true) => {
            let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            ([kind, encoding], file.octets).into_response()
        }
        (true, false) => {
            let mut plain = Vec::new();
            match flate2::read::GzDecoder::new(file.octets).read_to_end(&mut plain) {
                Ok(_) => ([kind], plain).into_response(),
                Err(error) => {
                    Problem::new("internal", error.to_string(), error.to_string()).into_response()
                }
            }
        }
        (false, _) => ([kind], file.octets).into_response(),
    }
}

fn wrong_method() -> Response<Body> {
    let allowed = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
    (allowed, crate::http::wrong_method()).into_response()
}

/// Does `Accept-Encoding` take gzip? A share of 0 means: do not.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines =
        headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut any = false;
    for coding in lines.flat_map(|line| line.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            part.strip_prefix("q=")
                .is_some_and(|share| share.parse::<f32>().is_ok_and(|q| q <= 0.0))
        });
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return !refused;
        }
        any |= name == "*" && !refused;
    }
    any
}

fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hello` as gzip.
    const PACKED: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10,
        0x36, 5, 0, 0, 0,
    ];
    static PAGE: Page = Page {
        files: &[
            PageFile {
                path: "index.html",
                kind: "text/html",
                octets: b"<p>",
                gzip: false,
                hashed: false,
            },
            PageFile {
                path: "assets/a-1.js",
                kind: "text/javascript",
                octets: PACKED,
                gzip: true,
                hashed: true,
            },
        ],
    };

    fn ask(path: &str, lines: &[(&'static str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).expect("a header"));
        }
        let answer = Shelf::new(&PAGE).serve(&Method::GET, path, &headers);
        let (parts, body) = answer.into_parts();
        let read = axum::body::to_bytes(body, 1 << 20);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        (parts.status.as_u16(), parts.headers, runtime.block_on(read).expect("a body").to_vec())
    }

    #[test]
    fn who_takes_gzip_gets_it_and_who_does_not_gets_the_file_unpacked() {
        for takes in ["gzip", "br, gzip;q=0.5", "*"] {
            let (_, headers, body) = ask("/assets/a-1.js", &[("accept-encoding", takes)]);
            assert_eq!(
                (&body[..], &headers["content-encoding"]),
                (PACKED, &HeaderValue::from_static("gzip"))
            );
        }
        for does_not in ["", "br", "gzip;q=0, *", "*;q=0"] {
            let (_, headers, body) = ask("/assets/a-1.js", &[("accept-encoding", does_not)]);
            assert_eq!((&body[..], headers.get("content-encoding")), (&b"hello"[..], None));
        }
    }

    #[test]
    fn a_kept_file_is_not_sent_again() {
        let (status, first, _) = ask("/", &[]);
        assert_eq!((status, first["cache-control"].as_bytes()), (200, &b"no-cache"[..]));
        let tag = first["etag"].to_str().expect("a tag");
        assert_eq!(ask("/", &[("if-none-match", tag)]).0, 304);
        assert_eq!(ask("/", &[("if-none-match", "\"other\"")]).0, 200);
        let (_, packed, _) = ask("/assets/a-1.js", &[("accept-encoding", "gzip")]);
        let (_, plain, _) = ask("/assets/a-1.js", &[]);
        assert_ne!(packed["etag"], plain["etag"], "two contents, two tags");
        assert!(plain["cache-control"].to_str().expect("text").contains("immutable"));
    }

    #[test]
    fn an_address_of_the_page_is_its_index_and_a_missing_file_is_missing() {
        assert_eq!(ask("/labs/two-lans", &[]).2, b"<p>");
        for gone in ["/nothing.js", "/assets/a-2.js", "/../etc/passwd.txt"] {
            assert_eq!(ask(gone, &[]).0, 404, "{gone}");
        }
    }
}
