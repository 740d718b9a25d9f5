//! The tables of a host: `interfaces`, `addresses`, `arp`, `routes`, `sockets`, `tcp`, `udp`.
//!
//! ```text
//!   arp[10.0.2.1].state            routes[0.0.0.0/0].via
//!   tcp.listen[80].syn_queue       tcp.connections[10.0.2.80:80-10.0.1.10:50000].state
//!   tcp.states.TIME-WAIT           udp[53].owner
//! ```

use crate::Host;
use crate::inspect::Tree;
use crate::lifecycle::Interface;
use crate::sockets::{ConnectionRecord, ListenerRecord, UdpRecord, state_name};
use base::{Duration, Instant, InterfaceId};
use core::net::SocketAddr;
use std::collections::BTreeMap;

/// The names of the tables, in the order in which they are shown.
pub const TABLES: [&str; 9] =
    ["name", "forwarding", "interfaces", "addresses", "arp", "routes", "sockets", "tcp", "udp"];

impl Host {
    /// All tables.
    pub fn inspect(&self, now: Instant) -> Tree {
        let part = |name: &&str| self.table(now, name).map(|table| ((*name).to_owned(), table));
        Tree::Map(TABLES.iter().filter_map(part).collect())
    }

    /// One table by its name; the others are not made.
    pub fn table(&self, now: Instant, name: &str) -> Option<Tree> {
        Some(match name {
            "name" => self.name.as_str().into(),
            "forwarding" => self.is_forwarding().into(),
            "interfaces" => self.interface_table(),
            "addresses" => self.address_table(),
            "arp" => self.arp_table(now),
            "routes" => self.route_table(),
            "sockets" => self.socket_table(),
            "tcp" => self.tcp_table(),
            "udp" => self.udp_table(),
            _ => return None,
        })
    }

    /// The value at a path that begins with a table's name (see [`Tree::at`]).
    pub fn look(&self, now: Instant, path: &str) -> Option<Tree> {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        self.table(now, name)?.at(rest.strip_prefix('.').unwrap_or(rest))
    }

    fn interface_name(&self, id: InterfaceId) -> &str {
        self.interface(id).map_or("?", |interface| interface.name.as_str())
    }

    fn interface_table(&self) -> Tree {
        let row = |interface: &Interface| {
            let mac = interface.mac.map_or(String::new(), |mac| mac.to_string());
            Tree::map([
                ("mac", Tree::Text(mac)),
                ("mtu", interface.mtu.into()),
                ("up", interface.up.into()),
                ("received_frames", interface.received.frames.into()),
                ("received_octets", interface.received.octets.into()),
                ("sent_frames", interface.sent.frames.into()),
                ("sent_octets", interface.sent.octets.into()),
            ])
        };
        Tree::Map(self.interfaces.iter().map(|each| (each.name.clone(), row(each))).collect())
    }

    fn address_table(&self) -> Tree {
        let addresses = self.ip.addresses();
        let of = |id: usize| {
            let here = addresses.iter().filter(|view| usize::from(view.interface.0) == id);
            Tree::List(here.map(|view| Tree::text(view.address)).collect())
        };
        let rows = self.interfaces.iter().enumerate();
        Tree::Map(rows.map(|(id, each)| (each.name.clone(), of(id))).collect())
    }

    fn arp_table(&self, now: Instant) -> Tree {
        let mut rows = Vec::new();
        for interface in &self.interfaces {
            for entry in interface.neighbours.entries() {
                let mac = entry.mac.map_or(String::new(), |mac| mac.to_string());
                let row = Tree::map([
                    ("mac", Tree::Text(mac)),
                    ("state", Tree::Text(format!("{:?}", entry.state).to_uppercase())),
                    ("interface", interface.name.as_str().into()),
                    ("since_ms", now.since(entry.since).as_millis().into()),
                ]);
                rows.push((entry.address.to_string(), row));
            }
        }
        Tree::Map(rows)
    }

    fn route_table(&self) -> Tree {
        let row = |view: &ip::RouteView| {
            let via = view.route.via.map_or(String::new(), |via| via.to_string());
            Tree::map([
                ("via", Tree::Text(via)),
                ("interface", self.interface_name(view.route.interface).into()),
                ("metric", view.route.metric.into()),
                ("connected", view.connected.into()),
                ("active", view.active.into()),
            ])
        };
        let mut rows: Vec<(String, Tree)> = Vec::new();
        for view in self.ip.routes() {
            let destination = view.route.destination.to_string();
            // A second route to the same place is told apart by its metric and interface.
            let known = rows.iter().any(|(key, _)| *key == destination);
            let name = self.interface_name(view.route.interface);
            let metric = view.route.metric;
            let key = if known { format!("{destination} {name} {metric}") } else { destination };
            rows.push((key, row(&view)));
        }
        Tree::Map(rows)
    }

    fn sorted_connections(&self) -> Vec<&ConnectionRecord> {
        let mut rows: Vec<_> =
            self.connections.iter().map(|(_, record)| record).filter(|r| !r.detached).collect();
        rows.sort_by_key(|record| record.endpoints);
        rows
    }
    fn sorted_listeners(&self) -> Vec<&ListenerRecord> {
        let mut rows: Vec<_> = self.listeners.iter().map(|(_, record)| record).collect();
        rows.sort_by_key(|record| (record.local.port(), record.local));
        rows
    }
    fn sorted_udp(&self) -> Vec<&UdpRecord> {
        let mut rows: Vec<_> = self.udp_sockets.iter().map(|(_, record)| record).collect();
        rows.sort_by_key(|record| (record.local.port(), record.local));
        rows
    }

    fn socket_table(&self) -> Tree {
        let row = |protocol: &str, local: String, remote: String, state: &str, owner: &str| {
            Tree::map([
                ("protocol", protocol.into()),
                ("local", Tree::Text(local)),
                ("remote", Tree::Text(remote)),
                ("state", state.into()),
                ("owner", owner.into()),
            ])
        };
        let mut rows = Vec::new();
        for each in self.sorted_listeners() {
            rows.push(row("tcp", each.local.to_string(), String::new(), "LISTEN", &each.owner));
        }
        for each in self.sorted_connections() {
            let (local, remote) = (each.endpoints.local, each.endpoints.remote);
            let state = state_name(each.connection.state());
            rows.push(row("tcp", local.to_string(), remote.to_string(), state, &each.owner));
        }
        for each in self.sorted_udp() {
            let remote = each.remote.map_or(String::new(), |both| both.remote.to_string());
            rows.push(row("udp", each.local.to_string(), remote, "BOUND", &each.owner));
        }
        let mut pings: Vec<_> = self.ping_sockets.iter().map(|(_, record)| record).collect();
        pings.sort_by_key(|record| record.id);
        for each in pings {
            rows.push(row("icmp", each.id.to_string(), String::new(), "ECHO", &each.owner));
        }
        Tree::List(rows)
    }

    fn tcp_table(&self) -> Tree {
        let connections = self.sorted_connections();
        // All eleven, so that none of a kind is a 0 and not a hole.
        let mut states: BTreeMap<&str, usize> =
            tcp::StateName::ALL.map(|state| (state_name(state), 0)).into();
        for record in &connections {
            *states.entry(state_name(record.connection.state())).or_default() += 1;
        }
        let states =
            states.into_iter().map(|(state, count)| (state.to_owned(), count.into())).collect();
        let key = |ends: &tcp::Endpoints| format!("{}-{}", ends.local, ends.remote);
        let rows = connections
            .iter()
            .map(|record| (key(&record.endpoints), connection_row(record)))
            .collect();
        let listen = by_port(&self.sorted_listeners(), |each| each.local, listener_row);
        Tree::map([
            ("listen", listen),
            ("connections", Tree::Map(rows)),
            ("states", Tree::Map(states)),
            ("time_wait", self.time_wait.len().into()),
        ])
    }

    fn udp_table(&self) -> Tree {
        by_port(
            &self.sorted_udp(),
            |each| each.local,
            |each| {
                Tree::map([
                    ("local", Tree::text(each.local)),
                    ("queue", each.queue.len().into()),
                    ("memory", each.queue.memory().into()),
                    ("owner", Tree::text(&each.owner)),
                ])
            },
        )
    }
}

/// Rows by port; a second one on the same port bears its address too.
fn by_port<T>(rows: &[&T], local: impl Fn(&T) -> SocketAddr, row: impl Fn(&T) -> Tree) -> Tree {
    let mut last = None;
    let keyed = rows.iter().map(|each| {
        let here = local(each);
        let again = last.replace(here.port()) == Some(here.port());
        (if again { here.to_string() } else { here.port().to_string() }, row(each))
    });
    Tree::Map(keyed.collect())
}

fn listener_row(each: &ListenerRecord) -> Tree {
    Tree::map([
        ("local", Tree::text(each.local)),
        ("syn_queue", each.listener.syn_queue_len().into()),
        ("accept_queue", each.listener.accept_queue_len().into()),
        ("backlog", each.listener.backlog().into()),
        ("owner", Tree::text(&each.owner)),
    ])
}

fn connection_row(record: &ConnectionRecord) -> Tree {
    let info = record.connection.info();
    let micros = |span: Duration| Tree::from(span.as_micros());
    Tree::map([
        ("state", state_name(info.state).into()),
        ("owner", Tree::text(&record.owner)),
        ("snd_una", info.snd_una.0.into()),
        ("snd_nxt", info.snd_nxt.0.into()),
        ("snd_wnd", info.snd_wnd.into()),
        ("rcv_nxt", info.rcv_nxt.0.into()),
        ("rcv_wnd", info.rcv_wnd.into()),
        ("cwnd", info.cwnd.into()),
        ("ssthresh", info.ssthresh.into()),
        ("in_flight", info.in_flight.into()),
        ("srtt_us", micros(info.srtt)),
        ("rttvar_us", micros(info.rttvar)),
        ("rto_us", micros(info.rto)),
        ("mss", info.mss.into()),
        ("send_queue", info.send_queue.into()),
        ("receive_queue", info.receive_queue.into()),
        ("retransmissions", info.retransmissions.into()),
        ("bytes_sent", info.bytes_sent.into()),
        ("bytes_received", info.bytes_received.into()),
        ("sack", info.sack.into()),
        ("timestamps", info.timestamps.into()),
    ])
}
