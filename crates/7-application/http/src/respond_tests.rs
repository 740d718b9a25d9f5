//! One table: request line and headers against status, headers and content.

use super::*;
use files::Tree;

fn site(writable: bool) -> Site {
    let tree = Tree::default();
    for (path, content) in [
        ("/site/index.html", "<h1>hello</h1>"),
        ("/site/a b/中.txt", "0123456789"),
        ("/secret", "outside"),
    ] {
        tree.write(path, content).expect("room");
    }
    Site { tree: Arc::new(tree), root: "/site".into(), writable }
}

fn ask(site: &Site, method: &str, target: &str, headers: &[(&'static str, &str)]) -> Whole {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    site.respond(&method, target, &map, Bytes::from_static(b"new"))
}

/// Method, target, headers; status, content.
type Case =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], u16, &'static str);

#[test]
fn requests_and_responses() {
    let digits = "/a%20b/%e4%b8%ad.txt";
    let cases: &[Case] = &[
        ("GET", "/", &[], 200, "<h1>hello</h1>"),
        ("GET", "/index.html?x=1#y", &[], 200, "<h1>hello</h1>"),
        ("GET", digits, &[], 200, "0123456789"),
        ("GET", digits, &[("range", "bytes=2-4")], 206, "234"),
        ("GET", digits, &[("range", "bytes=20-")], 416, "The file is shorter.\n"),
        ("GET", digits, &[("range", "bytes=2-4"), ("if-range", "\"old\"")], 200, "0123456789"),
        ("GET", "/a%20b", &[], 301, "The folder's address ends with a slash.\n"),
        ("GET", "/../secret", &[], 404, "There is no /../secret here.\n"),
        ("GET", "/%2e%2e/secret", &[], 404, "There is no /../secret here.\n"),
        ("GET", "/%zz", &[], 400, "The path is not readable.\n"),
        ("GET", "/%00", &[], 400, "The path is not readable.\n"),
        ("PUT", "/x", &[], 405, "This server does not do that.\n"),
        ("BREW", "/", &[], 405, "This server does not do that.\n"),
        ("OPTIONS", "/", &[], 204, ""),
    ];
    for (method, target, headers, status, content) in cases {
        let response = ask(&site(false), method, target, headers);
        let got =
            (response.status().as_u16(), core::str::from_utf8(response.body()).expect("text"));
        assert_eq!(got, (*status, *content), "{method} {target}");
    }
}

#[test]
fn what_stands_in_the_headers() {
    let site = site(false);
    let response = ask(&site, "GET", "/a%20b/%e4%b8%ad.txt", &[("range", "bytes=-1")]);
    assert_eq!(response.headers()[CONTENT_RANGE], "bytes 9-9/10");
    assert_eq!(response.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
    let tag = response.headers()[ETAG].to_str().expect("text").to_owned();
    let again =
        ask(&site, "GET", "/a%20b/%e4%b8%ad.txt", &[("if-none-match", &format!("\"x\", W/{tag}"))]);
    assert_eq!((again.status().as_u16(), again.body().len()), (304, 0));
    let moved = ask(&site, "GET", "/a%20b", &[]);
    assert_eq!(moved.headers()[LOCATION], "/a%20b/");
    let listing = ask(&site, "GET", "/a%20b/", &[]);
    assert!(
        core::str::from_utf8(listing.body())
            .expect("text")
            .contains("href=\"%E4%B8%AD.txt\">中.txt</a>")
    );
}

#[test]
fn a_writable_site_stores_and_removes() {
    let site = site(true);
    assert_eq!(ask(&site, "PUT", "/x", &[]).status(), 201);
    assert_eq!(ask(&site, "PUT", "/x", &[]).status(), 204);
    assert_eq!(ask(&site, "GET", "/x", &[]).body(), "new");
    assert_eq!(ask(&site, "DELETE", "/x", &[]).status(), 204);
    assert_eq!(ask(&site, "DELETE", "/x", &[]).status(), 404);
    assert_eq!(ask(&site, "PUT", "/", &[]).status(), 409);
    assert_eq!(site.tree.read("/secret").expect("untouched"), "outside");
}

#[test]
fn a_server_of_nothing_says_so_in_two_languages() {
    let site = Site { tree: Arc::new(Tree::default()), root: "/site".into(), writable: false };
    let page = ask(&site, "GET", "/", &[]);
    let text = core::str::from_utf8(page.body()).expect("text");
    assert!(page.status() == 200 && text.contains("Catenet") && text.contains("服务器"));
    assert_eq!(ask(&site, "GET", "/x", &[]).status(), 404);
}
