//! Who may speak to the service over its loopback port: the one who knows the secret, from our own
//! page or from no page at all.
//!
//! A browser will send requests to 127.0.0.1 for any site that asks it to, so three things are
//! checked before a request is read: `Host` is ours (else: DNS rebinding), `Origin`, where there is
//! one, is ours (else: another site's script), and the secret is there, as a `SameSite=Strict`
//! cookie or as a bearer token. Over the Unix socket the kernel says who speaks, and none of this
//! applies.

use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use std::net::SocketAddr;

/// The name of the cookie that holds the secret. Cookies know hosts, not ports: two services on one
/// machine would overwrite each other's, were the port not in the name.
pub fn cookie_name(port: u16) -> String {
    format!("catenet-{port}")
}

/// What the loopback port asks of a request.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Where we listen.
    pub address: SocketAddr,
    /// The secret.
    pub secret: String,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `Host` is missing or names another site.
    ForeignHost,
    /// `Origin` names another site.
    ForeignOrigin,
    /// The secret is missing or wrong.
    NoSecret,
}

impl Guard {
    /// Looks at `Host` and `Origin`: asked of every request.
    pub fn check_source(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = text(headers, HOST.as_str()).ok_or(Refusal::ForeignHost)?;
        if !self.is_our_host(host) {
            return Err(Refusal::ForeignHost);
        }
        for origin in headers.get_all(ORIGIN) {
            let ours = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
            if !ours.is_some_and(|host| self.is_our_host(host)) {
                return Err(Refusal::ForeignOrigin);
            }
        }
        Ok(())
    }

    /// Looks for the secret: asked of all but the page's own files.
    pub fn check_secret(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let bearer =
            text(headers, AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let ours = cookie_name(self.address.port());
        let mut given = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == ours)
            .map(|(_, value)| value)
            .chain(bearer);
        match given.any(|value| equal(value.trim(), &self.secret)) {
            true => Ok(()),
            false => Err(Refusal::NoSecret),
        }
    }

    fn is_our_host(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else { return false };
        let ip = name.trim_start_matches('[').trim_end_matches(']').parse();
        let ours =
            matches!(name, "127.0.0.1" | "localhost" | "[::1]") || ip == Ok(self.address.ip());
        ours && port.parse() == Ok(self.address.port())
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let only = values.next().filter(|_| values.next().is_none());
    only.map(HeaderValue::to_str).and_then(Result::ok)
}

/// Compares without telling by its time how much was right.
fn equal(given: &str, secret: &str) -> bool {
    given.len() == secret.len()
        && given.bytes().zip(secret.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(lines: &[(&'static str, &str)]) -> Result<(), Refusal> {
        let address = ([127, 0, 0, 2], 8742).into();
        let guard = Guard { address, secret: "s3cret".into() };
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).expect("a header"));
        }
        guard.check_source(&headers).and_then(|()| guard.check_secret(&headers))
    }

    #[test]
    fn who_may_speak() {
        use Refusal::{ForeignHost, ForeignOrigin, NoSecret};
        const OURS: (&str, &str) = ("host", "127.0.0.1:8742");
        const KEY: (&str, &str) = ("authorization", "Bearer s3cret");
        type Lines = &'static [(&'static str, &'static str)];
        let cases: &[(Lines, Result<(), Refusal>)] = &[
            (&[OURS, KEY], Ok(())),
            (&[("host", "127.0.0.2:8742"), KEY], Ok(())),
            (&[("host", "127.0.0.3:8742"), KEY], Err(ForeignHost)),
            (&[("host", "localhost:8742"), ("cookie", "a=b; catenet-8742=s3cret")], Ok(())),
            (&[("host", "[::1]:8742"), KEY, ("origin", "http://[::1]:8742")], Ok(())),
            (&[OURS], Err(NoSecret)),
            (&[OURS, ("authorization", "Bearer s3cre")], Err(NoSecret)),
            (&[OURS, ("authorization", "Bearer s3creT")], Err(NoSecret)),
            (&[OURS, ("cookie", "catenet-8742=")], Err(NoSecret)),
            (&[OURS, ("cookie", "catenet-8743=s3cret; catenet=s3cret")], Err(NoSecret)),
            (&[KEY], Err(ForeignHost)),
            (&[("host", "evil.example:8742"), KEY], Err(ForeignHost)),
            (&[("host", "127.0.0.1:80"), KEY], Err(ForeignHost)),
            (&[("host", "127.0.0.1.evil.example:8742"), KEY], Err(ForeignHost)),
            (&[OURS, OURS, KEY], Err(ForeignHost)),
            (&[OURS, KEY, ("origin", "http://evil.example")], Err(ForeignOrigin)),
            (&[OURS, KEY, ("origin", "null")], Err(ForeignOrigin)),
            (&[OURS, KEY, ("origin", "https://127.0.0.1:8742")], Err(ForeignOrigin)),
        ];
        for (lines, verdict) in cases {
            assert_eq!(judge(lines), *verdict, "{lines:?}");
        }
    }
}
