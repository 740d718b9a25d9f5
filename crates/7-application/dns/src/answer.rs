//! From a question to an answer: an authoritative server without state (RFC 1034 section 4.3.2,
//! RFC 1035 section 4.1, RFC 2308 for answers that say no, RFC 6891 for the size of a datagram).
//!
//! | the question | the answer |
//! |---|---|
//! | not readable, but with a header | FORMERR |
//! | an answer itself, or shorter than a header | none |
//! | another operation than QUERY | NOTIMP |
//! | a name outside our zones, another class than IN | REFUSED |
//! | a name that does not exist | NXDOMAIN with the SOA |
//! | a name that exists, without such a record | no error, no answer, with the SOA |
//! | EDNS of a version above 0 | BADVERS |

use crate::zone::{Zone, canonical};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, NS, PTR, SOA};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use std::net::IpAddr;

/// How long an answer may be kept, in seconds: labs change while they run.
const TTL: u32 = 60;
/// The largest datagram that we announce and send (no fragment on any common path).
const OUR_UDP_SIZE: u16 = 1232;
/// The largest datagram of a client that does not speak EDNS (RFC 1035 section 4.2.1).
const PLAIN_UDP_SIZE: u16 = 512;

/// How the question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In a datagram: a long answer is cut and marked (TC).
    Udp,
    /// Over a stream: answers of up to 65535 octets.
    Tcp,
}

/// The answer to one message, as octets; none when silence is right.
pub fn answer(question: &[u8], zone: &Zone, server: &str, transport: Transport) -> Option<Vec<u8>> {
    let request = match Message::from_vec(question) {
        Ok(request) => request,
        Err(_) => return format_error(question),
    };
    if request.metadata.message_type == MessageType::Response {
        return None;
    }
    let mut reply = reply_to(&request);
    fill(&mut reply, &request, zone, server);
    let limit = match transport {
        Transport::Tcp => usize::from(u16::MAX),
        Transport::Udp => usize::from(udp_size(&request)),
    };
    let octets = reply.to_vec().ok()?;
    if octets.len() <= limit { Some(octets) } else { reply.truncate().to_vec().ok() }
}

fn udp_size(request: &Message) -> u16 {
    let theirs = request.edns.as_ref().map_or(PLAIN_UDP_SIZE, Edns::max_payload);
    theirs.clamp(PLAIN_UDP_SIZE, OUR_UDP_SIZE)
}

/// FORMERR to something that has at least a header and is a question.
fn format_error(question: &[u8]) -> Option<Vec<u8>> {
    let [id_high, id_low, flags, ..] = *question else { return None };
    if question.len() < 12 || flags & 0x80 != 0 {
        return None;
    }
    let id = u16::from_be_bytes([id_high, id_low]);
    Message::error_msg(id, OpCode::Query, ResponseCode::FormErr).to_vec().ok()
}

fn reply_to(request: &Message) -> Message {
    let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
    reply.metadata.recursion_desired = request.metadata.recursion_desired;
    reply.add_queries(request.queries.iter().cloned());
    if request.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(OUR_UDP_SIZE);
        reply.set_edns(edns);
    }
    reply
}

fn fill(reply: &mut Message, request: &Message, zone: &Zone, server: &str) {
    if request.edns.as_ref().is_some_and(|asked| asked.version() > 0) {
        reply.metadata.response_code = ResponseCode::BADVERS; // its high bits go into the OPT record
        return;
    }
    if request.metadata.op_code != OpCode::Query {
        reply.metadata.response_code = ResponseCode::NotImp;
        return;
    }
    let [query] = request.queries.as_slice() else {
        reply.metadata.response_code = ResponseCode::FormErr;
        return;
    };
    let name = canonical(&query.name().to_ascii());
    let known_class = matches!(query.query_class(), DNSClass::IN | DNSClass::ANY);
    let (true, Some(apex)) = (known_class, zone.apex(&name)) else {
        reply.metadata.response_code = ResponseCode::Refused;
        return;
    };
    reply.metadata.authoritative = true;
    let (exists, data) = look_up(zone, &name, query, apex, server);
    for rdata in data {
        reply.add_answer(Record::from_rdata(query.name().clone(), TTL, rdata));
    }
    if !exists {
        reply.metadata.response_code = ResponseCode::NXDomain;
    }
    if reply.answers.is_empty()
        && let (Ok(owner), Some(soa)) = (Name::from_ascii(format!("{apex}.")), soa(apex, server))
    {
        reply.add_authority(Record::from_rdata(owner, TTL, soa));
    }
}

/// Whether the name exists, and its records of the type asked for.
fn look_up(zone: &Zone, name: &str, query: &Query, apex: &str, server: &str) -> (bool, Vec<RData>) {
    let wanted = |kind| query.query_type() == kind || query.query_type() == RecordType::ANY;
    let mut data = Vec::new();
    if name == apex {
        data.extend(wanted(RecordType::SOA).then(|| soa(apex, server)).flatten());
        let ns = Name::from_ascii(server).map(|name| RData::NS(NS(name))).ok();
        data.extend(wanted(RecordType::NS).then_some(ns).flatten());
    }
    if apex.ends_with(".arpa") {
        let address = query.name().parse_arpa_name().ok().map(|net| net.addr());
        let owner = address.and_then(|address| zone.name_of(address));
        let ptr = owner.and_then(|owner| Name::from_ascii(format!("{owner}.")).ok());
        data.extend(
            ptr.clone().filter(|_| wanted(RecordType::PTR)).map(|name| RData::PTR(PTR(name))),
        );
        return (ptr.is_some() || name == apex, data);
    }
    for address in zone.addresses(name) {
        match address {
            IpAddr::V4(v4) if wanted(RecordType::A) => data.push(RData::A(A(*v4))),
            IpAddr::V6(v6) if wanted(RecordType::AAAA) => data.push(RData::AAAA(AAAA(*v6))),
            _ => {}
        }
    }
    (zone.exists(name), data)
}

fn soa(apex: &str, server: &str) -> Option<RData> {
    let server = Name::from_ascii(server).ok()?;
    let contact = Name::from_ascii(format!("hostmaster.{apex}.")).ok()?;
    Some(RData::SOA(SOA::new(server, contact, 1, 3600, 600, 86_400, TTL)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "dns.example.lab.";

    fn zone() -> Zone {
        Zone::from_hosts("10.0.2.80 www.example.lab web.example.lab\n10.0.2.53 dns.example.lab")
    }

    fn ask(name: &str, kind: RecordType) -> Message {
        let mut question = Message::new(7, MessageType::Query, OpCode::Query);
        question.metadata.recursion_desired = true;
        question.add_query(Query::query(Name::from_ascii(name).expect("a name"), kind));
        question
    }

    fn reply(question: &Message, transport: Transport) -> Message {
        let octets = question.to_vec().expect("a question");
        let answer = answer(&octets, &zone(), SERVER, transport).expect("an answer");
        Message::from_vec(&answer).expect("readable")
    }

    #[test]
    fn questions_and_answers() {
        use ResponseCode::{NXDomain, NoError, Refused};
        let cases = [
            ("www.example.lab.", RecordType::A, NoError, 1),
            ("WWW.EXAMPLE.lab.", RecordType::A, NoError, 1),
            ("www.example.lab.", RecordType::AAAA, NoError, 0),
            ("example.lab.", RecordType::A, NoError, 0),
            ("example.lab.", RecordType::SOA, NoError, 1),
            ("example.lab.", RecordType::NS, NoError, 1),
            ("nobody.example.lab.", RecordType::A, NXDomain, 0),
            ("www.example.com.", RecordType::A, Refused, 0),
            ("80.2.0.10.in-addr.arpa.", RecordType::PTR, NoError, 1),
            ("81.2.0.10.in-addr.arpa.", RecordType::PTR, NXDomain, 0),
        ];
        for (name, kind, code, answers) in cases {
            let reply = reply(&ask(name, kind), Transport::Udp);
            assert_eq!(reply.metadata.id, 7);
            assert!(reply.metadata.recursion_desired, "RD is copied");
            assert_eq!(
                (reply.metadata.response_code, reply.answers.len()),
                (code, answers),
                "{name} {kind}"
            );
            let with_soa = answers == 0 && code != Refused;
            assert_eq!(reply.authorities.len(), usize::from(with_soa), "{name} {kind}");
        }
    }

    #[test]
    fn odd_questions() {
        assert_eq!(answer(&[1, 2, 3], &zone(), SERVER, Transport::Udp), None);
        let mut broken = ask("www.example.lab.", RecordType::A).to_vec().expect("octets");
        broken.truncate(20);
        let octets = answer(&broken, &zone(), SERVER, Transport::Udp).expect("FORMERR");
        assert_eq!(octets[..4], [0, 7, 0x80, 1]);
        broken[2] |= 0x80;
        assert_eq!(
            answer(&broken, &zone(), SERVER, Transport::Udp),
            None,
            "no answer to an answer"
        );

        let mut update = ask("www.example.lab.", RecordType::A);
        update.metadata.op_code = OpCode::Status;
        assert_eq!(reply(&update, Transport::Udp).metadata.response_code, ResponseCode::NotImp);
        let mut two = ask("www.example.lab.", RecordType::A);
        two.add_query(two.queries[0].clone());
        assert_eq!(reply(&two, Transport::Udp).metadata.response_code, ResponseCode::FormErr);
        let mut late = ask("www.example.lab.", RecordType::A);
        let mut edns = Edns::new();
        edns.set_version(3);
        late.set_edns(edns);
        let code = reply(&late, Transport::Udp).metadata.response_code;
        assert_eq!(u16::from(code), 16, "BADVERS, which shares its number with BADSIG");
    }

    #[test]
    fn a_long_answer_is_cut_in_a_datagram_only() {
        let hosts: String = (0..60).map(|n| format!("10.0.3.{n} many.example.lab\n")).collect();
        let zone = Zone::from_hosts(&hosts);
        let question = ask("many.example.lab.", RecordType::A).to_vec().expect("octets");
        let read = |transport| {
            let octets = answer(&question, &zone, SERVER, transport).expect("an answer");
            Message::from_vec(&octets).expect("readable")
        };
        let (cut, whole) = (read(Transport::Udp), read(Transport::Tcp));
        assert!(cut.metadata.truncation && cut.answers.is_empty());
        assert!(!whole.metadata.truncation && whole.answers.len() == 60);
    }
}
