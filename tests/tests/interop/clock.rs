//! A lab's clock and a moved cable, from the command line: pause, step, resume, plug.

use catenet_tests::{User, has, missing};
use std::time::Duration;

fn clock(user: &User) -> serde_json::Value {
    let done = user.line("catenet --json pause").code(0);
    serde_json::from_str(&done.out).expect("JSON")
}

#[test]
fn a_lab_is_paused_stepped_and_goes_on() {
    let user = User::new("clock");
    user.up("two-lans");
    user.line("catenet pause").code(0).says("paused at ");
    let held = clock(&user)["nanos"].clone();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(clock(&user)["nanos"], held, "a pause holds the time");
    // pc1 fetches at each even second: to the middle between two.
    let now = clock(&user)["seconds"].as_f64().expect("a number");
    let odd = ((now + 1.0) / 2.0).ceil() * 2.0 - 1.0;
    let until = format!("catenet step until {odd}s");
    user.line(&until).code(0).says(&format!("paused at {odd:.6} s"));
    // A handshake, segment by segment, where pc1 sees it: its ACK travels with the request.
    for says in ["SYN, seq ", "SYN, ACK, seq ", "GET / "] {
        let words = ["--json", "step", "until", "tcp && jack == \"pc1.eth0\""];
        let done = user.run(&words).code(0);
        let stepped: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
        assert_eq!(stepped["by"], "filter", "{}", done.out);
        let info = stepped["frame"]["info"]["en"].as_str().expect("a frame").to_owned();
        assert!(info.starts_with(says), "{says} in {info}");
    }
    // What a step recorded is printed in both languages.
    user.line("catenet step 3").code(0).says("paused at ");
    user.line("catenet --lang zh step 3").code(0).says("已暂停");
    user.run(&["step", "until", "tcp.port == 9", "within", "2s"]).code(0).says("within");
    user.line("catenet resume 100").code(0).says("100 of real time");
    user.line("catenet resume 1").code(0).says("runs, at ");
    // Wrong use says what to write.
    user.line("catenet step two").code(2).complains("until FILTER");
    user.line("catenet step until 0.5").code(2).complains("later time");
    user.line("catenet step until tcp.prot").code(2).complains("did you mean");
    user.line("catenet resume 1000").code(2).complains("0.001");
    user.line("catenet --lang zh resume 1000").code(2).complains("真实时间");
}

#[test]
fn a_clock_with_joined_programs_is_the_walls() {
    if !has("sleep") {
        return missing("sleep");
    }
    let user = User::new("real-time");
    user.up("two-lans");
    user.line("catenet pause").code(0);
    user.line("catenet join servers -- true").code(125).complains("resume 1");
    user.line("catenet resume 2").code(0);
    user.line("catenet join servers -- true").code(125).complains("resume 1");
    user.line("catenet resume 1").code(0);
    user.line("catenet join -d servers --name chat -- sleep 60").code(0);
    for line in ["catenet pause", "catenet step", "catenet resume 0.5"] {
        user.line(line).code(2).complains("chat");
    }
    user.line("catenet resume").code(0);
    // A joined host is plugged like any other.
    user.line("catenet plug chat office").code(0);
    user.line("catenet show").code(0).says("chat--office");
}

#[test]
fn a_machine_is_plugged_elsewhere_and_back() {
    let user = User::new("plug");
    user.up("two-lans");
    let ping = "catenet exec pc2 -- ping -c 1 -W 1 10.0.2.80";
    user.line(ping).code(0);
    // It keeps its address, and that is said with what to do.
    user.line("catenet plug pc2 servers").code(0).complains("ip addr add ADDRESS/24 dev eth0");
    user.line("catenet show").code(0).says("pc2--servers");
    user.line(ping).code(1);
    user.line("catenet exec pc2 -- ip addr add 10.0.2.77/24 dev eth0").code(0);
    user.line(ping).code(0);
    // The old name is gone, the new one is a cable like any other.
    user.line("catenet cut pc2--office").code(2).complains("no link");
    user.line("catenet set pc2--servers loss=100%").code(0);
    user.line(ping).code(1);
    user.line("catenet set pc2.eth0 loss=0%").code(0);
    // While it has that address it looks for 10.0.2.80 on its own cable, wherever that leads.
    user.line("catenet exec pc2 -- ip addr del 10.0.2.77/24 dev eth0").code(0);
    let back = user.line("catenet plug pc2.eth0 office").code(0);
    assert!(back.err.is_empty(), "at home: {}", back.err);
    user.line(ping).code(0);
    user.line("catenet plug pc2.eth7 office").code(2).complains("did you mean `eth0`");
    user.line("catenet --lang zh plug pc2 nowhere").code(2).complains("没有叫 `nowhere` 的网络");
}
