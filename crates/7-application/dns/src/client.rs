//! The resolver of every program: a name's addresses, asked of the machine's name servers.
//!
//! | the name | what happens |
//! |---|---|
//! | an IP address | is the answer |
//! | `localhost`, or below it (RFC 6761 section 6.3) | the loopback address, nobody is asked |
//! | without a dot | each search domain is appended in turn, then the name alone |
//! | with a dot, or a final one | asked as it is |
//!
//! Servers are asked in their order, each three times (1 s, 2 s, 4 s), the next one where one is
//! silent, unreachable, or answers SERVFAIL, NOTIMP or REFUSED. Only A records are asked for: the
//! tower speaks IPv4 until the milestone that brings IPv6. There is no cache: what a lab shows is
//! what was asked.

use crate::exchange::{NoAnswer, PATIENCE, Question, ask};
use crate::server::code_name;
use base::Lang;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, RecordType};
use socket::Env;

/// Why a name gave no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveError {
    /// It cannot be a name (RFC 1035 section 2.3.4).
    BadName,
    /// The machine has no name server.
    NoServer,
    /// There is no such name (NXDOMAIN).
    NotFound,
    /// The name exists and has no address.
    NoAddress,
    /// The last server asked said no, with this code.
    Refused(u16),
    /// No server answered in time.
    TimedOut,
    /// The last server asked could not be reached; why.
    Unreachable(String),
}

impl ResolveError {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        let (en, zh) = match self {
            ResolveError::BadName => ("not a name", "不是合法的名字"),
            ResolveError::NoServer => ("this machine has no name server", "本机没有设置域名服务器"),
            ResolveError::NotFound => ("Name or service not known", "没有这个名字"),
            ResolveError::NoAddress => ("No address associated with hostname", "这个名字没有地址"),
            ResolveError::TimedOut => ("the name server does not answer", "域名服务器没有回答"),
            ResolveError::Refused(code) => {
                let code = code_name(*code);
                return match lang {
                    Lang::En => format!("the name server answered {code}"),
                    Lang::Zh => format!("域名服务器回答 {code}"),
                };
            }
            ResolveError::Unreachable(why) => {
                return match lang {
                    Lang::En => format!("the name server cannot be reached: {why}"),
                    Lang::Zh => format!("连不上域名服务器: {why}"),
                };
            }
        };
        (if lang == Lang::Zh { zh } else { en }).to_owned()
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}
impl core::error::Error for ResolveError {}

/// The addresses of `name`, in the order of the answer; never empty.
///
/// # Errors
/// See [`ResolveError`].
pub async fn resolve(env: &Env, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
    if let Ok(address) = name.trim_matches(['[', ']']).parse() {
        return Ok(vec![address]);
    }
    let plain = name.trim_end_matches('.').to_ascii_lowercase();
    if plain == "localhost" || plain.ends_with(".localhost") {
        return Ok(vec![Ipv4Addr::LOCALHOST.into()]);
    }
    let mut result = Err(ResolveError::BadName);
    for candidate in candidates(name, &env.resolver().search) {
        let answer = match Name::from_ascii(&candidate) {
            Ok(name) if !name.is_root() => addresses(env, name).await,
            _ => Err(ResolveError::BadName),
        };
        // "No such name" in our own domain says more than "not mine" about a single label.
        let known = matches!(result, Err(ResolveError::NotFound | ResolveError::NoAddress));
        if !(known && matches!(answer, Err(ResolveError::Refused(_)))) {
            result = answer;
        }
        if !matches!(result, Err(ResolveError::NotFound | ResolveError::NoAddress)) {
            break;
        }
    }
    result
}

/// The name of an address (its PTR record), if a server knows one. One try of a second.
pub async fn reverse(env: &Env, address: IpAddr) -> Option<String> {
    let question = Question::new(Name::from(address), RecordType::PTR);
    let server = *env.resolver().servers.first()?;
    let answered = ask(env, server, &question, &PATIENCE[..1]).await.ok()?;
    answered.message.answers.iter().find_map(|record| match &record.data {
        RData::PTR(name) => Some(name.0.to_ascii().trim_end_matches('.').to_owned()),
        _ => None,
    })
}

/// The full names to ask for, in their order, each with its final dot.
fn candidates(name: &str, search: &[String]) -> Vec<String> {
    if name.contains('.') {
        return vec![format!("{}.", name.trim_end_matches('.'))];
    }
    let domains = search.iter().map(|domain| format!("{name}.{}.", domain.trim_matches('.')));
    domains.chain([format!("{name}.")]).collect()
}

async fn addresses(env: &Env, name: Name) -> Result<Vec<IpAddr>, ResolveError> {
    let question = Question::new(name, RecordType::A);
    let mut failure = ResolveError::NoServer;
    for &server in &env.resolver().servers {
        match ask(env, server, &question, &PATIENCE).await {
            Ok(answered) => match read(&answered.message) {
                Err(ResolveError::Refused(code)) => failure = ResolveError::Refused(code),
                decided => return decided,
            },
            Err(NoAnswer::TimedOut) => failure = ResolveError::TimedOut,
            Err(NoAnswer::Failed(error)) => failure = ResolveError::Unreachable(error.to_string()),
        }
    }
    Err(failure)
}

fn read(message: &Message) -> Result<Vec<IpAddr>, ResolveError> {
    match u16::from(message.metadata.response_code) {
        0 => {}
        3 => return Err(ResolveError::NotFound),
        code => return Err(ResolveError::Refused(code)),
    }
    let address = |data: &RData| match data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    };
    let found: Vec<IpAddr> =
        message.answers.iter().filter_map(|record| address(&record.data)).collect();
    if found.is_empty() { Err(ResolveError::NoAddress) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_completed() {
        let search = ["office.lab".to_owned(), "lab.".to_owned()];
        assert_eq!(candidates("web", &search), ["web.office.lab.", "web.lab.", "web."]);
        assert_eq!(candidates("www.example.lab", &search), ["www.example.lab."]);
        assert_eq!(candidates("web.", &search), ["web."]);
    }
}
