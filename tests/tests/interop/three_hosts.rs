//! Three hosts joined at once on both networks, one of them a Python server; ping and traceroute show
//! the router. With a TAP, with a veth pair because it was asked for, and because no TAP can be had.

use catenet_tests::{Done, Job, Tun, User, has};
use std::time::Duration;

struct Case {
    name: &'static str,
    tun: Tun,
    card: &'static str,
    driver: &'static str,
}

const CASES: [Case; 3] = [
    Case { name: "tap", tun: Tun::Open, card: "tap", driver: "tun type tap" },
    Case { name: "veth", tun: Tun::AsIs, card: "veth", driver: "veth" },
    Case { name: "closed", tun: Tun::Closed, card: "auto", driver: "veth" },
];

#[test]
fn three_hosts_at_once_with_a_tap() {
    three_hosts(&CASES[0]);
}

#[test]
fn three_hosts_at_once_with_a_veth_pair() {
    three_hosts(&CASES[1]);
}

#[test]
fn three_hosts_at_once_where_the_tap_is_closed() {
    three_hosts(&CASES[2]);
}

fn three_hosts(case: &Case) {
    let user = User::new(&format!("three-{}", case.name));
    let peers = ["python3", "ping", "traceroute", "ip"];
    if !peers.into_iter().all(has) || !user.can_have(case.tun) {
        return;
    }
    user.up("labs/two-lans.toml");
    let join = |rest: &str| {
        let line = format!("join --card {} {rest}", case.card);
        Job::start(&mut user.catenet_with(case.tun, &line.split_whitespace().collect::<Vec<_>>()))
    };
    let end = |job: Job| -> Done { job.end(Duration::from_secs(30)) };

    let mut server = join("servers --name chat --ip 10.0.2.90 -- python3 examples/echo_server.py");
    server.wait_for("waiting on port 8888\n");
    let mut quiet = Job::start(&mut user.catenet_with(
        case.tun,
        &[
            "join",
            "--card",
            case.card,
            "office",
            "--name",
            "quiet",
            "--ip",
            "192.168.1.91",
            "--",
            "sh",
            "-c",
            LOOK,
        ],
    ));
    quiet.wait_for("up\n");
    assert!(quiet.said().contains(case.driver), "{}", quiet.said());
    if let Some(uid) = user.uid() {
        assert!(quiet.said().starts_with(&format!("{uid}\n")), "{}", quiet.said());
    }
    let mut third = join(
        "office --name third --ip 192.168.1.92 -- python3 examples/echo_client.py chat.example.lab",
    );
    third.wait_for("THREE TO OPEN");
    end(third).code(0).says("four to close -> FOUR TO CLOSE");

    // Across the router, to a machine of the lab and to a joined one; and to a neighbour.
    for (there, hops) in [("10.0.2.53", 2), ("10.0.2.90", 2), ("192.168.1.91", 1)] {
        let ping = end(join(&format!("office -- ping -c 3 -i 0.2 {there}")))
            .code(0)
            .says(" 0% packet loss");
        let ttl = if there == "10.0.2.53" || hops == 2 { "ttl=63" } else { "ttl=64" };
        assert!(ping.out.contains(ttl), "{}", ping.out);
        let route = end(join(&format!("office -- traceroute -n -w 2 {there}"))).code(0);
        let router = route.out.contains(" 1  192.168.1.1 ");
        let last = format!(" {hops}  {there} ");
        assert!(router == (hops == 2) && route.out.contains(&last), "{}", route.out);
    }
    // The other way round: the servers' side of the router.
    end(join("servers -- traceroute -n -w 2 192.168.1.91")).code(0).says(" 1  10.0.2.1 ");
    assert!(!server.has_ended() && !quiet.has_ended());
    server.signal("INT");
    server.end(Duration::from_secs(20)).code(0);
    quiet.signal("TERM");
    quiet.end(Duration::from_secs(20)).code(143);
    user.line("catenet down --all").code(0);
}

const LOOK: &str = "id -u; ip -d link show eth0; echo up; exec sleep 60";
