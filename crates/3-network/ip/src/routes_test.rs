//! The trie against a scan over the list, and what makes a route usable.

use super::*;
use crate::{Config, Ip};
use base::RandomSource;
use proptest::prelude::*;

fn machine() -> Ip {
    let mut ip = Ip::new(Config::default(), RandomSource::new(1, "pc", 0).stream("ip"));
    for (interface, address) in [(1, "10.0.1.1/24"), (2, "10.0.2.1/24"), (3, "10.0.3.1/16")] {
        let id = InterfaceId(interface);
        ip.set_interface(id, InterfaceConfig { mtu: 1500, up: true });
        ip.add_address(id, address.parse().expect("a prefix")).expect("a good address");
    }
    ip
}

fn route(destination: &str, via: Option<&str>, interface: u16, metric: u32) -> Route {
    Route {
        destination: destination.parse().expect("a prefix"),
        via: via.map(|via| via.parse().expect("an address")),
        interface: InterfaceId(interface),
        metric,
        source: None,
    }
}

fn way(ip: &Ip, destination: &str) -> Option<(u16, String, String)> {
    let path = ip.lookup(0, destination.parse().expect("an address"), None, None, 0)?;
    Some((path.interface.0, path.next_hop.to_string(), path.source.to_string()))
}

fn is(ip: &Ip, destination: &str, want: Option<(u16, &str, &str)>) {
    let want = want.map(|(interface, hop, source)| (interface, hop.into(), source.into()));
    assert_eq!(way(ip, destination), want, "{destination}");
}

#[test]
fn the_longest_prefix_then_the_least_metric() {
    let mut ip = machine();
    is(&ip, "8.8.8.8", None);
    ip.add_route(route("0.0.0.0/0", Some("10.0.1.254"), 1, 10)).expect("good");
    ip.add_route(route("0.0.0.0/0", Some("10.0.2.254"), 2, 5)).expect("good");
    is(&ip, "8.8.8.8", Some((2, "10.0.2.254", "10.0.2.1")));
    is(&ip, "10.0.1.9", Some((1, "10.0.1.9", "10.0.1.1")));
    is(&ip, "10.0.99.9", Some((3, "10.0.99.9", "10.0.3.1")));
    ip.add_route(route("10.0.1.128/25", Some("10.0.2.7"), 2, 0)).expect("good");
    is(&ip, "10.0.1.129", Some((2, "10.0.2.7", "10.0.2.1")));
    // An interface goes down: the next best of the same prefix, and the shorter prefix.
    ip.set_interface(InterfaceId(2), InterfaceConfig { mtu: 1500, up: false });
    is(&ip, "8.8.8.8", Some((1, "10.0.1.254", "10.0.1.1")));
    is(&ip, "10.0.1.129", Some((1, "10.0.1.129", "10.0.1.1")));
    is(&ip, "10.0.2.9", Some((3, "10.0.2.9", "10.0.3.1")));
    ip.set_interface(InterfaceId(2), InterfaceConfig { mtu: 900, up: true });
    is(&ip, "8.8.8.8", Some((2, "10.0.2.254", "10.0.2.1")));
    let path = ip.lookup(0, "8.8.8.8".parse().expect("an address"), None, None, 0);
    assert_eq!(path.map(|path| path.mtu), Some(900));
    // An address goes: its connected route with it, and routers that were reached by it.
    ip.remove_address(InterfaceId(2), "10.0.2.1/24".parse().expect("a prefix")).expect("there");
    is(&ip, "8.8.8.8", Some((1, "10.0.1.254", "10.0.1.1")));
    ip.remove_route(route("0.0.0.0/0", Some("10.0.1.254"), 1, 10)).expect("there");
    is(&ip, "8.8.8.8", None);
    assert!(ip.lookup(1, "10.0.1.9".parse().expect("an address"), None, None, 0).is_none());
}

#[test]
fn routes_that_are_refused() {
    use RouteError::{Absent, BadRouter, Exists, NoInterface, RouterNotOnLink};
    let mut ip = machine();
    let rows = [
        (route("1.0.0.0/8", Some("10.0.1.254"), 1, 0), Ok(())),
        (route("1.0.0.0/8", Some("10.0.1.254"), 1, 0), Err(Exists)),
        (route("1.2.3.4/8", Some("10.0.1.254"), 1, 0), Err(Exists)),
        (route("1.0.0.0/8", Some("10.0.1.254"), 1, 1), Ok(())),
        (route("1.0.0.0/8", Some("10.0.2.254"), 1, 0), Err(RouterNotOnLink)),
        (route("1.0.0.0/8", Some("10.0.1.255"), 1, 0), Err(BadRouter)),
        (route("1.0.0.0/8", Some("10.0.2.1"), 1, 0), Err(BadRouter)),
        (route("1.0.0.0/8", Some("224.0.0.1"), 1, 0), Err(BadRouter)),
        (route("1.0.0.0/8", Some("fe80::1"), 1, 0), Err(BadRouter)),
        (route("1.0.0.0/8", None, 9, 0), Err(NoInterface)),
        (route("10.0.1.0/24", None, 1, 0), Err(Exists)),
    ];
    for (route, want) in rows {
        assert_eq!(ip.add_route(route), want, "{route:?}");
    }
    let connected = route("10.0.1.0/24", None, 1, 0);
    assert_eq!(ip.remove_route(connected), Err(Absent), "it goes with its address");
    let views: Vec<(String, bool, bool)> = ip
        .routes()
        .iter()
        .map(|view| (view.route.destination.to_string(), view.connected, view.active))
        .collect();
    let row = |net: &str, connected, active| (net.to_owned(), connected, active);
    assert_eq!(
        views,
        [
            row("1.0.0.0/8", false, true),
            row("1.0.0.0/8", false, false),
            row("10.0.0.0/16", true, true),
            row("10.0.1.0/24", true, true),
            row("10.0.2.0/24", true, true),
        ]
    );
}

/// The definition: of the routes that match and are usable, the longest prefix, then the list's order.
fn naive(ip: &Ip, destination: IpAddr, down: &[u16]) -> Option<(u16, IpAddr)> {
    let lines = ip.routes();
    let mut best: Option<&RouteView> = None;
    for line in &lines {
        let usable = !down.contains(&line.route.interface.0);
        let longer = best.is_none_or(|best| {
            line.route.destination.prefix_len() > best.route.destination.prefix_len()
        });
        if usable && longer && line.route.destination.contains(&destination) {
            best = Some(line);
        }
    }
    let route = best?.route;
    Some((route.interface.0, route.via.unwrap_or(destination)))
}

proptest! {
    #[test]
    fn against_a_naive_list(
        routes in proptest::collection::vec((0u32..16, 0u8..=32, 1u16..=3, 0u32..3, any::<bool>()), 0..40),
        removed in proptest::collection::vec(any::<prop::sample::Index>(), 0..10),
        down in proptest::collection::vec(1u16..=3, 0..2),
        asked in proptest::collection::vec((0u32..16, any::<u32>()), 20),
    ) {
        let mut ip = machine();
        let mut added = Vec::new();
        for (high, len, interface, metric, by_router) in routes {
            // Few distinct high bits, so that prefixes nest.
            let address = Ipv4Addr::from(high << 28 | high << 14 | high);
            let net = Ipv4Net::new(address, len).expect("at most 32").trunc();
            let via = by_router.then(|| Ipv4Addr::new(10, 0, interface as u8, 254).into());
            let interface = InterfaceId(interface);
            let route = Route { destination: net.into(), via, interface, metric, source: None };
            if ip.add_route(route).is_ok() {
                added.push(route);
            }
        }
        for index in removed {
            if !added.is_empty() {
                let route = added.swap_remove(index.index(added.len()));
                prop_assert_eq!(ip.remove_route(route), Ok(()));
            }
        }
        for &interface in &down {
            ip.set_interface(InterfaceId(interface), InterfaceConfig { mtu: 1500, up: false });
        }
        for (high, low) in asked {
            for address in [high << 28 | high << 14 | high, high << 28 | high << 14 | (low & 0xff), low] {
                let destination: IpAddr = Ipv4Addr::from(address).into();
                if ip.is_local(destination) {
                    continue;
                }
                let got = ip.lookup(0, destination, None, None, 0);
                let got = got.map(|path| (path.interface.0, path.next_hop));
                prop_assert_eq!(got, naive(&ip, destination, &down), "{}", destination);
                for only in 1..=3u16 {
                    let others: Vec<u16> = (1..=3).filter(|i| *i != only || down.contains(i)).collect();
                    let got = ip.routes.lookup_by(InterfaceId(only), destination, ip.around());
                    let got = got.map(|path| (path.interface.0, path.next_hop));
                    prop_assert_eq!(got, naive(&ip, destination, &others), "by {}", only);
                }
            }
        }
    }
}
