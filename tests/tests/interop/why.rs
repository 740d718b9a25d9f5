//! `why`: what the command line tells of a packet is what the journey endpoint tells, in labs made by
//! chance; and a capture file tells it without the lab.

#[path = "../../../crates/8-world/lab/tests/suite/journeys/generate.rs"]
mod generate;

use catenet_tests::{User, http, soon};
use serde_json::Value;
use std::collections::BTreeSet;

/// A GET of the service interface.
fn get(user: &User, path: &str) -> Value {
    let (port, secret) = user.port();
    let request = format!(
        "GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {secret}\r\n\
         Connection: close\r\n\r\n"
    );
    let answer = http(port, &request);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
}

/// Every sentence of a journey: device, number, both languages.
fn sentences(journey: &Value) -> Vec<(String, u64, String, String)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for station in list(&journey["stations"]) {
        for layer in list(&station["layers"]) {
            let own = [list(&layer["inbound"]), list(&layer["outbound"])].concat();
            assert_eq!(layer["lit"].as_bool(), Some(!own.is_empty()), "{layer}");
            all.extend(own.iter().map(|sentence| {
                let text = |key: &str| sentence[key].as_str().unwrap_or_default().to_owned();
                let number = sentence["number"].as_u64().unwrap_or_default();
                (station["node"].to_string(), number, text("en"), text("zh"))
            }));
        }
    }
    all
}

#[test]
fn the_command_line_tells_what_the_endpoint_tells() {
    for seed in [21, 22, 23] {
        let user = User::new(&format!("why-{seed}"));
        let made = generate::lab(seed);
        assert!(made.routers >= 2);
        user.write("made.toml", &made.text);
        user.up("made.toml");
        let lab = format!("made-{seed}");
        let answered = || {
            let path = format!("/labs/{lab}/frames?filter=http.response&limit=1");
            get(&user, &path)["frames"].as_array().is_some_and(|frames| !frames.is_empty())
        };
        soon("an answer", answered);
        let list = get(&user, &format!("/labs/{lab}/frames?limit=300"));
        let frames = list["frames"].as_array().expect("frames");
        let packets: BTreeSet<&str> =
            frames.iter().filter_map(|frame| frame["packet"].as_str()).collect();
        assert!(packets.len() > 10, "{packets:?}");
        for packet in packets {
            let served = get(&user, &format!("/labs/{lab}/packets/{packet}"));
            let told = user.run(&["why", packet, "--json"]).code(0);
            let told: Value = serde_json::from_str(&told.out).expect("JSON");
            assert_eq!(told["stations"], served["stations"], "{packet}");
            assert_eq!(told["title"], served["title"], "{packet}");
            assert!(!sentences(&served).is_empty(), "{packet}");
        }
        let spotlight = get(&user, &format!("/labs/{lab}/spotlight"));
        let packet = spotlight["packet"].as_str().expect("a packet");
        for (lang, at) in [("en", 2), ("zh", 3)] {
            let human = user.run(&["--lang", lang, "why", packet]).code(0).out;
            for sentence in sentences(&get(&user, &format!("/labs/{lab}/packets/{packet}"))) {
                let says = if at == 2 { &sentence.2 } else { &sentence.3 };
                assert!(human.contains(says.as_str()), "{says} is not in\n{human}");
            }
        }
        user.run(&["down", "--all"]).code(0);
    }
}

#[test]
fn a_file_tells_without_a_lab_and_mistakes_are_explained() {
    let user = User::new("why-file");
    user.run(&["test", "two-lans", "--capture", "."]).code(0);
    let told = user.run(&["why", "two-lans.pcapng:1"]).code(0);
    told.says("layer 1").says("layer 2");
    user.run(&["why", "two-lans.pcapng:999999"]).code(2).complains("frames");
    user.run(&["why", "two-lans.pcapng:x"]).code(2).complains("two-lans.pcapng:1");
    user.run(&["--lang", "zh", "why", "nothing.pcapng:1"]).code(2).complains("nothing.pcapng");
    user.write("bad.pcapng", "no capture at all");
    user.run(&["why", "bad.pcapng:1"]).code(2).complains("no pcapng file");
    user.up("two-lans");
    user.run(&["why", "nobody:1"]).code(2).complains("pc1:15");
    user.run(&["why", "pc1:4000000"]).code(2).complains("watch");
    user.run(&["--lang", "zh", "why", "pc1"]).code(2).complains("pc1:15");
}
