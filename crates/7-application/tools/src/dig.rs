//! The program `dig`: one question to a name server, the whole answer printed as the real one's.
//!
//! Exit 0: an answer came, whatever it says; 1: wrong use; 9: no answer.

use crate::Running;
use crate::options::pick;
use base::{Civil, Duration};
use core::net::{IpAddr, SocketAddr};
use dns::answer::Transport;
use dns::exchange::{Answered, NoAnswer, Question, ask_tcp, ask_udp};
use dns::proto::op::{Message, Query};
use dns::proto::rr::{Name, Record, RecordType};
use dns::server::code_name;
use socket::{Env, ExitCode};

const USAGE: (&str, &str) = (
    "usage: dig [@SERVER] [-p PORT] [-x ADDRESS | NAME [TYPE]] [+short] [+tcp] [+norecurse] [+noedns]",
    "用法: dig [@服务器] [-p 端口] [-x 地址 | 名字 [类型]] [+short] [+tcp] [+norecurse] [+noedns]",
);
const NO_ANSWER: ExitCode = ExitCode(9);
const PATIENCE: [Duration; 3] = [Duration::from_secs(5); 3];
/// The size of datagrams that the question announces.
const UDP_SIZE: u16 = 1232;

/// The program.
pub fn dig(env: Env) -> Running {
    Box::pin(run(env))
}

#[derive(Clone, Debug, PartialEq)]
struct Plan {
    server: Option<String>,
    port: u16,
    name: Name,
    kind: RecordType,
    short: bool,
    tcp: bool,
    recursion: bool,
    edns: bool,
}

/// Reads the words; the error names the one that cannot be used.
fn plan(words: &[String]) -> Result<Plan, String> {
    let mut plan = Plan {
        server: None,
        port: 53,
        name: Name::root(),
        kind: RecordType::A,
        short: false,
        tcp: false,
        recursion: true,
        edns: true,
    };
    let (mut named, mut typed) = (false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some(server) = word.strip_prefix('@') {
            plan.server = Some(server.to_owned());
        } else if let Some(setting) = word.strip_prefix('+') {
            plan.set(setting).ok_or_else(|| word.clone())?;
        } else if word == "-p" {
            plan.port = words.next().and_then(|port| port.parse().ok()).ok_or("-p")?;
        } else if word == "-x" {
            let address: IpAddr = words.next().and_then(|text| text.parse().ok()).ok_or("-x")?;
            (plan.name, plan.kind) = (Name::from(address), RecordType::PTR);
            named = true;
        } else if let Some(kind) = record_type(word).filter(|_| named || !word.contains('.')) {
            (plan.kind, typed) = (kind, true);
        } else if word.starts_with('-') || named {
            return Err(word.clone());
        } else {
            let full = format!("{}.", word.trim_end_matches('.'));
            plan.name = Name::from_ascii(&full).map_err(|_| word.clone())?;
            named = true;
        }
    }
    if !named && !typed {
        plan.kind = RecordType::NS;
    }
    Ok(plan)
}

impl Plan {
    fn set(&mut self, setting: &str) -> Option<()> {
        let (on, name) = setting.strip_prefix("no").map_or((true, setting), |name| (false, name));
        match name {
            "short" => self.short = on,
            "tcp" | "vc" => self.tcp = on,
            "recurse" | "rec" => self.recursion = on,
            "edns" => self.edns = on,
            _ => return None,
        }
        Some(())
    }

    fn question(&self) -> Question {
        let mut question = Question::new(self.name.clone(), self.kind);
        question.recursion = self.recursion;
        question.edns = self.edns.then_some(UDP_SIZE);
        question
    }
}

fn record_type(word: &str) -> Option<RecordType> {
    let upper = word.to_ascii_uppercase();
    let known = ["A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"];
    known.contains(&upper.as_str()).then(|| upper.parse().ok())?
}

async fn run(env: Env) -> ExitCode {
    let plan = match plan(env.args().get(1..).unwrap_or_default()) {
        Ok(plan) => plan,
        Err(word) => {
            env.eprint(format_args!("dig: {word}\n{}\n", pick(env.lang(), USAGE)));
            return ExitCode::FAILURE;
        }
    };
    let server = match server(&env, &plan).await {
        Ok(server) => server,
        Err(why) => {
            env.eprint(format_args!("dig: {why}\n"));
            return NO_ANSWER;
        }
    };
    let question = plan.question();
    let answered = match plan.tcp {
        true => ask_tcp(&env, server, &question).await,
        false => over_udp(&env, server, &question).await,
    };
    match answered {
        Ok(answered) if plan.short => {
            let lines = answered.message.answers.iter().map(|record| format!("{}\n", record.data));
            env.print(format_args!("{}", lines.collect::<String>()));
        }
        Ok(answered) => {
            let text = text(&plan, &answered, &env.civil_now());
            env.print(format_args!("{text}"));
        }
        Err(why) => {
            let place = format!("{}#{}", server.ip(), server.port());
            let why = why.text(env.lang());
            env.print(format_args!(
                ";; communications error to {place}: {why}\n;; no servers could be reached\n"
            ));
            return NO_ANSWER;
        }
    }
    ExitCode::SUCCESS
}

async fn over_udp(
    env: &Env,
    server: SocketAddr,
    question: &Question,
) -> Result<Answered, NoAnswer> {
    let answered = ask_udp(env, server, question, &PATIENCE).await?;
    if answered.message.metadata.truncation {
        env.print(format_args!(";; Truncated, retrying in TCP mode.\n"));
        return ask_tcp(env, server, question).await;
    }
    Ok(answered)
}

async fn server(env: &Env, plan: &Plan) -> Result<SocketAddr, String> {
    let ip = match &plan.server {
        Some(name) => {
            let found = dns::resolve(env, name).await;
            let found = found.map_err(|why| {
                format!("couldn't get address for '{name}': {}", why.text(env.lang()))
            })?;
            found.first().copied()
        }
        None => env.resolver().servers.first().map(SocketAddr::ip),
    };
    let none = || dns::ResolveError::NoServer.text(env.lang());
    Ok(SocketAddr::new(ip.ok_or_else(none)?, plan.port))
}

fn text(plan: &Plan, answered: &Answered, now: &Civil) -> String {
    let message = &answered.message;
    let mut text = String::from("\n; <<>> DiG catenet <<>>");
    let server = plan.server.as_ref().map(|server| format!(" @{server}"));
    text.push_str(&server.unwrap_or_default());
    text.push_str(&format!(" {} {}\n;; global options: +cmd\n", plan.name, plan.kind));
    text.push_str(&header(message));
    if let Some(edns) = &message.edns {
        let (version, size) = (edns.version(), edns.max_payload());
        text.push_str(&format!(
            ";; OPT PSEUDOSECTION:\n; EDNS: version: {version}, flags:; udp: {size}\n"
        ));
    }
    text.push_str(";; QUESTION SECTION:\n");
    message.queries.iter().for_each(|query| text.push_str(&question_line(query)));
    for (name, records) in [
        ("ANSWER", &message.answers),
        ("AUTHORITY", &message.authorities),
        ("ADDITIONAL", &message.additionals),
    ] {
        if !records.is_empty() {
            text.push_str(&format!("\n;; {name} SECTION:\n"));
            records.iter().for_each(|record| text.push_str(&record_line(record)));
        }
    }
    text.push_str(&footer(answered, now));
    text
}

fn header(message: &Message) -> String {
    let meta = &message.metadata;
    let flags = [
        ("qr", true),
        ("aa", meta.authoritative),
        ("tc", meta.truncation),
        ("rd", meta.recursion_desired),
        ("ra", meta.recursion_available),
        ("ad", meta.authentic_data),
        ("cd", meta.checking_disabled),
    ];
    let flags: String =
        flags.iter().filter(|(_, set)| *set).map(|(name, _)| format!(" {name}")).collect();
    let status = code_name(meta.response_code.into());
    let additional = message.additionals.len() + usize::from(message.edns.is_some());
    let mut text = format!(
        ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {status}, id: {}\n\
         ;; flags:{flags}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {additional}\n",
        meta.id,
        message.queries.len(),
        message.answers.len(),
        message.authorities.len(),
    );
    if meta.recursion_desired && !meta.recursion_available {
        text.push_str(";; WARNING: recursion requested but not available\n");
    }
    text + "\n"
}

fn question_line(query: &Query) -> String {
    let name = format!(";{}", query.name());
    format!("{}{}\t{}\n", to_column(&name, 32), query.query_class(), query.query_type())
}

fn record_line(record: &Record) -> String {
    let name = to_column(&record.name.to_string(), 24);
    let (ttl, class, kind) = (record.ttl, record.dns_class, record.record_type());
    format!("{name}{ttl}\t{class}\t{kind}\t{}\n", record.data)
}

/// The text and as many tabs as lead to the column, one at least.
fn to_column(text: &str, column: usize) -> String {
    let tabs = column.saturating_sub(text.len()).div_ceil(8).max(1);
    format!("{text}{}", "\t".repeat(tabs))
}

fn footer(answered: &Answered, now: &Civil) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (ip, port) = (answered.server.ip(), answered.server.port());
    let how = match answered.transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
    };
    let weekday = DAYS[usize::from(now.weekday % 7)];
    let month = MONTHS[usize::from((now.month.max(1) - 1) % 12)];
    let Civil { year, day, hour, minute, second, .. } = now;
    format!(
        "\n;; Query time: {} msec\n;; SERVER: {ip}#{port}({ip}) ({how})\n\
         ;; WHEN: {weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}\n\
         ;; MSG SIZE  rcvd: {}\n\n",
        answered.took.as_millis(),
        answered.octets,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<Plan, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        plan(&words)
    }

    #[test]
    fn words_in_any_order() {
        let plan = line("+short aaaa www.example.lab @10.0.2.53 +norecurse -p 5353").expect("one");
        assert_eq!(plan.name.to_string(), "www.example.lab.");
        assert_eq!((plan.kind, plan.port), (RecordType::AAAA, 5353));
        assert!(plan.short && !plan.recursion && plan.edns && !plan.tcp);
        let reverse = line("-x 10.0.2.80").expect("one");
        assert_eq!(
            (reverse.name.to_string().as_str(), reverse.kind),
            ("80.2.0.10.in-addr.arpa.", RecordType::PTR)
        );
        assert_eq!(line("").expect("one").kind, RecordType::NS);
        for bad in ["+trace", "-q x", "-x nonsense", "-p", "a.b c.d"] {
            assert!(line(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn columns_of_tabs() {
        assert_eq!(to_column("www.example.lab.", 24), "www.example.lab.\t");
        assert_eq!(to_column("a.lab.", 24), "a.lab.\t\t\t");
        assert_eq!(
            to_column("a-very-long-name.example.lab.", 24),
            "a-very-long-name.example.lab.\t"
        );
    }
}
