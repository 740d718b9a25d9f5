//! What is asked: URL, method, header fields, content.

use super::report::Failure;
use crate::options::Given;
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_TYPE, HOST, RANGE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use socket::Env;

/// Octets read from standard input at most.
const INPUT: usize = 256 << 20;

/// A URL taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// As shown: with scheme.
    pub(super) text: String,
    pub(super) host: String,
    pub(super) port: u16,
    /// Path and query.
    pub(super) target: String,
    /// What the `Host` field says.
    pub(super) authority: String,
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Url, Failure> {
        let text = text.split('#').next().unwrap_or(text);
        let text = match text.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => text.to_owned(),
            Some((scheme, _)) => {
                let says = format!("Protocol \"{scheme}\" not supported");
                return Err(Failure::new(1, says));
            }
            None => format!("http://{text}"),
        };
        let bad = |why: &str| Failure::new(3, format!("URL rejected: {why}"));
        let uri: Uri = text.parse().map_err(|_| bad("Malformed input to a URL function"))?;
        let authority = uri.authority().ok_or_else(|| bad("No host part in the URL"))?;
        if authority.as_str().contains('@') {
            return Err(bad("Bad login part"));
        }
        let host = authority.host().to_owned();
        let port = match authority.as_str().get(host.len()..).unwrap_or("") {
            "" | ":" => 80,
            _ => authority
                .port_u16()
                .ok_or_else(|| bad("Port number was not a decimal number between 0 and 65535"))?,
        };
        if host.is_empty() {
            return Err(bad("No host part in the URL"));
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let shown = if port == 80 { host.clone() } else { format!("{host}:{port}") };
        Ok(Url { text, host, port, target, authority: shown })
    }

    /// Where a `Location` leads from here.
    pub(super) fn join(&self, location: &str) -> Result<Url, Failure> {
        let here = format!("http://{}", self.authority);
        if location.contains("://") {
            return Url::parse(location);
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Url::parse(&format!("http://{rest}"));
        }
        if location.starts_with('/') {
            return Url::parse(&format!("{here}{location}"));
        }
        let path = self.target.split('?').next().unwrap_or("/");
        if location.starts_with('?') {
            return Url::parse(&format!("{here}{path}{location}"));
        }
        let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
        Url::parse(&format!("{here}{folder}{location}"))
    }

    /// The last part of the path.
    pub(super) fn file_name(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or("");
        path.rsplit('/').next().unwrap_or("")
    }
}

/// What stays the same over redirections.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    fields: HeaderMap,
    removed: Vec<HeaderName>,
    pub(super) content: Option<Bytes>,
}

impl Asked {
    pub(super) async fn read(env: &Env, given: &Given) -> Result<Asked, Failure> {
        let upload = match given.get("upload-file") {
            Some("-") => Some(standard_input(env).await?),
            Some(path) => Some(file(env, path)?),
            None => None,
        };
        let form = form(env, given)?;
        let usual = match (&upload, &form) {
            _ if given.has("head") => Method::HEAD,
            (Some(_), _) => Method::PUT,
            (None, Some(_)) => Method::POST,
            (None, None) => Method::GET,
        };
        let method = match given.get("request") {
            Some(word) => Method::from_bytes(word.as_bytes())
                .map_err(|_| Failure::new(3, format!("not a method: {word}")))?,
            None => usual,
        };
        let mut asked =
            Asked { method, fields: HeaderMap::new(), removed: Vec::new(), content: None };
        asked.usual_fields(given, upload.is_none() && form.is_some());
        asked.content = upload.or(form);
        for line in given.all("header") {
            asked.field(line)?;
        }
        Ok(asked)
    }

    fn usual_fields(&mut self, given: &Given, form: bool) {
        let agent = given
            .get("user-agent")
            .unwrap_or(concat!("curl/8 catenet/", env!("CARGO_PKG_VERSION")));
        let range = given.get("range").map(|range| format!("bytes={range}"));
        let fields = [
            (USER_AGENT, Some(agent.to_owned()).filter(|agent| !agent.is_empty())),
            (ACCEPT, Some("*/*".to_owned())),
            (RANGE, range),
            (CONTENT_TYPE, form.then(|| "application/x-www-form-urlencoded".to_owned())),
        ];
        for (name, text) in fields {
            let value = text.and_then(|text| HeaderValue::from_str(&text).ok());
            self.fields.extend(value.map(|value| (name, value)));
        }
    }

    /// `Name: value` sets, `Name:` takes away, `Name;` sets to nothing.
    fn field(&mut self, line: &str) -> Result<(), Failure> {
        let bad = || Failure::new(43, format!("not a header field: {line}"));
        let (name, value) = match line.split_once(':') {
            Some((name, value)) => (name, Some(value.trim()).filter(|value| !value.is_empty())),
            None => (line.strip_suffix(';').ok_or_else(bad)?, Some("")),
        };
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| bad())?;
        match value {
            Some(value) => {
                let value = HeaderValue::from_str(value).map_err(|_| bad())?;
                self.fields.insert(name, value);
            }
            None => {
                self.fields.remove(&name);
                self.removed.push(name);
            }
        }
        Ok(())
    }

    /// The request for `url`.
    pub(super) fn request(&self, url: &Url) -> Result<Request<Bytes>, Failure> {
        let mut fields = HeaderMap::new();
        if !self.removed.contains(&HOST) && !self.fields.contains_key(HOST) {
            let host = HeaderValue::from_str(&url.authority)
                .map_err(|_| Failure::new(3, "URL rejected: Bad hostname"))?;
            fields.insert(HOST, host);
        }
        fields.extend(self.fields.clone());
        let content = self.content.clone().unwrap_or_default();
        let mut request = Request::new(content);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = url
            .target
            .parse()
            .map_err(|_| Failure::new(3, "URL rejected: Malformed input to a URL function"))?;
        *request.headers_mut() = fields;
        Ok(request)
    }

    /// As a redirection of this status changes it (RFC 9110 section 15.4).
    pub(super) fn redirected(&mut self, status: u16, forced: bool) {
        let changes = status == 303 || (matches!(status, 301 | 302) && self.method == Method::POST);
        if changes && self.method != Method::HEAD {
            if !forced {
                self.method = Method::GET;
            }
            self.content = None;
            self.fields.remove(CONTENT_TYPE);
        }
    }
}

fn form(env: &Env, given: &Given) -> Result<Option<Bytes>, Failure> {
    let mut content = BytesMut::new();
    let mut any = false;
    for (name, at_is_file) in [("data", true), ("data-raw", false), ("data-binary", true)] {
        for text in given.all(name) {
            if any {
                content.extend_from_slice(b"&");
            }
            any = true;
            match text.strip_prefix('@').filter(|_| at_is_file) {
                Some(path) if name == "data" => {
                    let octets = file(env, path)?;
                    content.extend(octets.iter().filter(|octet| !matches!(octet, b'\r' | b'\n')));
                }
                Some(path) => content.extend_from_slice(&file(env, path)?),
                None => content.extend_from_slice(text.as_bytes()),
            }
        }
    }
    Ok(any.then(|| content.freeze()))
}

fn file(env: &Env, path: &str) -> Result<Bytes, Failure> {
    env.files()
        .read(path)
        .map_err(|_| Failure::new(26, "Failed to open/read local data from file/application"))
}

async fn standard_input(env: &Env) -> Result<Bytes, Failure> {
    let mut stdin = env.stdin();
    let mut content = BytesMut::new();
    loop {
        let octets = stdin.read_bytes(1 << 16).await;
        if octets.is_empty() {
            return Ok(content.freeze());
        }
        if content.len() + octets.len() > INPUT {
            return Err(Failure::new(26, "standard input is longer than 256 MiB"));
        }
        content.extend_from_slice(&octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let parts = |text: &str| {
            Url::parse(text).map(|url| (url.host, url.port, url.target)).map_err(|why| why.code)
        };
        let is = |host: &str, port, target: &str| Ok((host.to_owned(), port, target.to_owned()));
        let cases = [
            ("http://www.example.lab/", is("www.example.lab", 80, "/")),
            ("www.example.lab", is("www.example.lab", 80, "/")),
            ("HTTP://10.0.2.80:8080/a?b=c#d", is("10.0.2.80", 8080, "/a?b=c")),
            ("https://x/", Err(1)),
            ("http://", Err(3)),
            ("http://a b/", Err(3)),
            ("http://x:99999/", Err(3)),
            ("http://user@x/", Err(3)),
        ];
        for (text, parsed) in cases {
            assert_eq!(parts(text), parsed, "{text}");
        }
        let here = Url::parse("http://h:81/a/b?c").expect("a URL");
        for (location, there) in [
            ("/x", "http://h:81/x"),
            ("x", "http://h:81/a/x"),
            ("?y", "http://h:81/a/b?y"),
            ("//o/x", "http://o/x"),
            ("http://o/", "http://o/"),
        ] {
            assert_eq!(here.join(location).expect("a URL").text, there);
        }
    }
}
