//! What people and name servers are asked.

use core::net::IpAddr;
use dns::answer::{Transport, answer};
use dns::zone::Zone;

/// A message to the name server: whatever it says, it is short enough, and answers are not answered.
pub fn dns_answer(data: &[u8]) {
    let names: Vec<(String, IpAddr)> = ["www.example.lab", "ns.example.lab", "a.b.c.lab"]
        .into_iter()
        .zip(1u8..)
        .map(|(name, n)| (name.to_owned(), [10, 0, 2, n].into()))
        .collect();
    let zone = Zone::from_names(&names);
    for transport in [Transport::Udp, Transport::Tcp] {
        let Some(octets) = answer(data, &zone, "ns.example.lab", transport) else { continue };
        assert!(data.get(2).is_some_and(|flags| flags & 0x80 == 0), "an answer to an answer");
        let most = if transport == Transport::Udp { 1_232 } else { 65_535 };
        assert!(octets.len() <= most && octets.len() >= 12);
        assert!(octets[2] & 0x80 != 0 && octets[..2] == data[..2]);
    }
}

/// A lab file: a lab, or mistakes that can be shown.
pub fn lab_parse(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    match language::parse(text, "fuzz.toml") {
        Ok(parsed) => {
            // The long form is a lab, too, and its own long form.
            let long = language::long_form(&parsed);
            let again = language::parse(&long, "long.toml");
            assert!(again.is_ok(), "the long form is refused: {:?}\n{long}", again.err());
            assert_eq!(again.ok().map(|again| language::long_form(&again)), Some(long));
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            for lang in [base::Lang::En, base::Lang::Zh] {
                assert!(!language::render(&mistakes, lang).is_empty());
            }
        }
    }
}

/// A filter and a check over the published table.
pub fn filter_parse(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let _ = language::Filter::parse(text, language::fields::FIELDS);
    let _ = language::Expect::parse(text, language::fields::FIELDS);
}
