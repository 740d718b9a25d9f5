//! A real program joins: which card it gets, and its descriptor's way to the lab's thread.
//!
//! ```text
//!   catenet join                                   service
//!   Plan {network, name, ip, mac}       ---->      picks what was left open, keeps the place
//!                                       <----      Card
//!   (makes namespaces and the card)
//!   Attach {kind} + descriptor          ---->      a door in the world, the card on its thread
//!                                       <----      Joined
//!   (the program runs; the line stays open; whoever goes away first, the other sees it close)
//! ```
//!
//! The line is a Unix socket; only the service's own user (or root) is heard.

mod claim;

use crate::api::{JoinAnswer, JoinRequest, Problem};
use crate::labs::{Labs, RunningLab};
use base::MacAddr;
use claim::claim;
use door::card::Card;
use door::carrier::Carrier;
use door::driver::Running;
use door::fd;
use language::model::Network;
use nix::unistd::Uid;
use sim::Input;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Shutdown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest message on the line.
const LONGEST: usize = 256 << 10;
/// Hosts joined to one lab at once.
const MOST_GUESTS: usize = 256;
/// How long a join may take to say what it wants.
const PLAN: Duration = Duration::from_secs(10);
/// How long it may take to make its card.
const ATTACH: Duration = Duration::from_secs(60);
/// How long a refused join is listened to.
const REFUSED: Duration = Duration::from_secs(2);
/// The largest packet of a joined host's card.
const MTU: u16 = 1500;

/// A joined host.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Its network.
    pub network: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// Its hardware address.
    pub mac: MacAddr,
    /// Its name in the lab's DNS.
    pub dns_name: String,
}

/// Listens for joins for ever; each is served on a thread of its own.
pub fn serve(listener: UnixListener, labs: Arc<Labs>, runtime: tokio::runtime::Handle) {
    for line in listener.incoming() {
        let Ok(line) = line else {
            // No descriptor is free, most likely: asking again at once would only burn the processor.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let (labs, runtime) = (labs.clone(), runtime.clone());
        let spawned = std::thread::Builder::new().name("join".to_owned()).spawn(move || {
            if let Err(error) = talk(line, &labs, &runtime) {
                eprintln!("a join ended: {error}");
            }
        });
        if let Err(error) = spawned {
            eprintln!("no thread for a join: {error}");
        }
    }
}

fn talk(mut line: UnixStream, labs: &Labs, runtime: &tokio::runtime::Handle) -> io::Result<()> {
    let peer = fd::peer_uid(&line)?;
    if peer != Uid::effective().as_raw() && peer != 0 {
        let en = "this service belongs to another user";
        return refuse(&line, Problem::new("not-yours", en, "此服务属于另一个用户"));
    }
    line.set_read_timeout(Some(PLAN))?;
    let Some((JoinRequest::Plan { lab, network, name, ip, mac }, _)) =
        fd::recv_json(&line, LONGEST)?
    else {
        return refuse(&line, out_of_order());
    };
    let planned = labs.find(lab.as_deref()).and_then(|lab| {
        runtime.block_on(lab.ask(real_time)).and_then(|real| real)?;
        let wish = Wish { network, name, ip, mac };
        plan(&lab, &wish).map(|card| (lab, card))
    });
    let (lab, card) = match planned {
        Ok(planned) => planned,
        Err(problem) => return refuse(&line, problem),
    };
    // From here on the place is kept: every way out gives it back.
    let mut guest = Place { lab, name: card.name.clone(), named: false, runtime: runtime.clone() };
    fd::send_json(&line, &JoinAnswer::Card(Box::new(card)), &[])?;
    line.set_read_timeout(Some(ATTACH))?;
    let Some((JoinRequest::Attach { kind }, descriptors)) = fd::recv_json(&line, LONGEST)? else {
        return Ok(());
    };
    let Some(descriptor) = descriptors.into_iter().next() else {
        return refuse(&line, out_of_order());
    };
    let carrier = Carrier::from_fd(descriptor, kind, MTU)?;
    let control = line.try_clone()?;
    match guest.attach(carrier, control) {
        Ok(()) => fd::send_json(&line, &JoinAnswer::Joined, &[])?,
        Err(problem) => return refuse(&line, problem),
    }
    line.set_read_timeout(None)?;
    // The line says nothing more; it closes when the program has ended, or when the lab has.
    let mut rest = [0; 64];
    while line.read(&mut rest)? > 0 {}
    Ok(())
}

/// Says no, and listens until the other has heard it: closing on what it still writes would break
/// its pipe before it reads the answer.
fn refuse(mut line: &UnixStream, problem: Problem) -> io::Result<()> {
    fd::send_json(line, &JoinAnswer::Refused(problem), &[])?;
    line.shutdown(Shutdown::Write)?;
    line.set_read_timeout(Some(REFUSED))?;
    let mut dropped = [0; 4096];
    let began = Instant::now();
    while began.elapsed() < REFUSED && line.read(&mut dropped)? > 0 {}
    Ok(())
}

fn out_of_order() -> Problem {
    Problem::new("bad-join", "that is not how a join begins", "join 的请求顺序不对")
}

/// A guest's place in a lab; dropping it takes the host away.
struct Place {
    lab: Arc<RunningLab>,
    name: String,
    /// Is its name in the lab's DNS?
    named: bool,
    runtime: tokio::runtime::Handle,
}

impl Place {
    fn attach(&mut self, carrier: Carrier, control: UnixStream) -> Result<(), Problem> {
        let guest = self.lab.guests().get(&self.name).cloned().ok_or_else(out_of_order)?;
        let switch = self.lab.lab.networks.iter().find(|network| network.name == guest.network);
        let switch = switch.map(|network| network.switch.clone()).ok_or_else(out_of_order)?;
        let name = self.name.clone();
        // The lab file's own real hosts have their names from the beginning.
        let kept = self.lab.lab.real_hosts().any(|host| host.name == self.name);
        let attached = self.runtime.block_on(self.lab.ask(move |running| {
            real_time(running)?;
            let added = Input::AddDoorHost { name: name.clone(), network: switch };
            running.input(added).map_err(|error| refused(&error))?;
            running
                .attach(&name, carrier, control)
                .map_err(|error| Problem::new("no-card", error.to_string(), error.to_string()))?;
            if kept {
                return Ok(());
            }
            let known =
                Input::SetName { name: guest.dns_name, address: Some(IpAddr::V4(guest.address)) };
            running.input(known).map(drop).map_err(|error| refused(&error))
        }));
        attached.and_then(|done| done)?;
        self.named = !kept;
        Ok(())
    }
}

/// A joined program's kernel knows the wall clock alone: the lab's must be the same.
fn real_time(running: &mut Running) -> Result<(), Problem> {
    if running.is_real_time() {
        return Ok(());
    }
    Err(Problem::new(
        "real-time",
        "the lab's clock is paused or not the wall's, and a real program lives in real time; let it go first: catenet resume 1",
        "实验的时钟已暂停或不是真实时间, 而真实程序活在真实时间里; 请先恢复: catenet resume 1",
    ))
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(guest) = self.lab.guests().remove(&self.name) else { return };
        let (name, named) = (self.name.clone(), self.named);
        // The lab may have ended first: then there is nothing to take away.
        let _ = self.lab.mailbox().send(move |running| {
            running.detach(&name);
            if named {
                let _ = running.input(Input::SetName { name: guest.dns_name, address: None });
            }
            let _ = running.input(Input::RemoveNode { node: name });
        });
    }
}

fn refused(error: &sim::InputError) -> Problem {
    Problem::new(error.code(), error.text(base::Lang::En), error.text(base::Lang::Zh))
}

/// What a person asked for; what is `None` is ours to choose.
struct Wish {
    network: String,
    name: Option<String>,
    ip: Option<String>,
    mac: Option<String>,
}

/// Chooses what was left open, checks what was not, and keeps the place.
fn plan(lab: &Arc<RunningLab>, wish: &Wish) -> Result<Card, Problem> {
    let file = &lab.lab;
    let network = file.networks.iter().find(|network| network.name == wish.network);
    let network = network.ok_or_else(|| unknown_network(lab, &wish.network))?;
    let mut guests = lab.guests();
    if guests.len() >= MOST_GUESTS {
        return Err(Problem::new(
            "too-many-guests",
            "256 hosts have joined already",
            "已有 256 台主机加入",
        ));
    }
    if let Some(host) = file.real_hosts().find(|host| wish.name.as_ref() == Some(&host.name)) {
        return claim(file, network, host, &mut guests);
    }
    let taken_name = |name: &str| holder(file, &guests, name).is_some();
    let name = match &wish.name {
        Some(name) => match holder(file, &guests, name) {
            Some(holder) => return Err(name_taken(name, &holder)),
            None => name.clone(),
        },
        None => {
            (1..).map(|n| format!("guest{n}")).find(|name| !taken_name(name)).unwrap_or_default()
        }
    };
    let taken: BTreeSet<Ipv4Addr> =
        addresses(file).chain(guests.values().map(|guest| guest.address)).collect();
    let address = choose_address(network, wish.ip.as_deref(), &taken)?;
    let mac = match &wish.mac {
        Some(text) => {
            text.parse().ok().filter(|mac: &MacAddr| mac.is_unicast()).ok_or_else(|| {
                let (en, zh) = (
                    format!("{text} is no card's address; write 02:00:00:00:00:01"),
                    format!("{text} 不是网卡地址; 例如 02:00:00:00:00:01"),
                );
                Problem::new("bad-mac", en, zh)
            })?
        }
        None => mac_of(&name),
    };
    let gateway = gateway(lab, network);
    let resolver = file.resolver.or_else(|| file.hosts.iter().find_map(|host| host.resolver));
    let resolver = resolver.and_then(v4);
    Seat { name, mac, address, gateway, resolver }.take(file, network, &mut guests)
}

/// A place on a network, found and not yet taken.
struct Seat {
    name: String,
    mac: MacAddr,
    address: Ipv4Addr,
    gateway: Option<Ipv4Addr>,
    resolver: Option<Ipv4Addr>,
}

impl Seat {
    /// Keeps the place, if a card can be made for it.
    fn take(
        self,
        file: &language::Lab,
        network: &Network,
        guests: &mut BTreeMap<String, Guest>,
    ) -> Result<Card, Problem> {
        let Seat { name, mac, address, gateway, resolver } = self;
        let card = Card {
            name: name.clone(),
            mac: mac.0,
            address,
            prefix: network.v4.prefix_len(),
            gateway,
            mtu: MTU,
            resolver,
            search: Some(file.domain.clone()),
            hosts: Vec::new(),
            congestion: None,
        };
        card.check().map_err(|error| {
            Problem::new("bad-card", error.message(base::Lang::En), error.message(base::Lang::Zh))
        })?;
        let dns_name = format!("{name}.{}", file.domain);
        guests.insert(name, Guest { network: network.name.clone(), address, mac, dns_name });
        Ok(card)
    }
}

/// Who has this name already, as a node or in the lab's DNS, where case does not matter.
fn holder(file: &language::Lab, guests: &BTreeMap<String, Guest>, name: &str) -> Option<String> {
    let wanted = format!("{name}.{}", file.domain);
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    let has = |machine: &&language::model::Machine| {
        same(&machine.name) || machine.names.iter().any(|known| known.eq_ignore_ascii_case(&wanted))
    };
    let of_file = file.machines().find(has).map(|machine| machine.name.clone());
    let nodes = || file.has_node(name).then(|| name.to_owned());
    let guest = || guests.keys().find(|known| same(known)).cloned();
    of_file.or_else(nodes).or_else(guest)
}

fn name_taken(name: &str, holder: &str) -> Problem {
    let (en, zh) = if name == holder {
        (format!("there is already a host {name}"), format!("已有名为 {name} 的主机"))
    } else {
        (
            format!("the name {name} is {holder}'s in this lab's DNS; choose another: --name NAME"),
            format!("在此实验的 DNS 里, 名字 {name} 属于 {holder}; 请换一个: --name NAME"),
        )
    };
    Problem::new("name-taken", en, zh)
}

fn choose_address(
    network: &Network,
    wish: Option<&str>,
    taken: &BTreeSet<Ipv4Addr>,
) -> Result<Ipv4Addr, Problem> {
    let subnet = network.v4;
    let for_hosts = |ip: &Ipv4Addr| {
        subnet.contains(ip)
            && (subnet.prefix_len() >= 31 || (*ip != subnet.network() && *ip != subnet.broadcast()))
    };
    let Some(text) = wish else {
        let free = subnet.hosts().find(|ip| !taken.contains(ip));
        return free.ok_or_else(|| {
            let (en, zh) =
                (format!("no address of {subnet} is free"), format!("{subnet} 没有空闲地址"));
            Problem::new("no-address", en, zh)
        });
    };
    let problem = |en: String, zh: String| Err(Problem::new("bad-address", en, zh));
    match text.parse::<Ipv4Addr>() {
        Err(_) => problem(
            format!("{text} is no IPv4 address; write 10.0.2.90"),
            format!("{text} 不是 IPv4 地址; 例如 10.0.2.90"),
        ),
        Ok(ip) if !for_hosts(&ip) => problem(
            format!("{ip} is not a host address of {} ({subnet})", network.name),
            format!("{ip} 不是网络 {} ({subnet}) 的主机地址", network.name),
        ),
        Ok(ip) if taken.contains(&ip) => {
            problem(format!("{ip} is in use already"), format!("{ip} 已被占用"))
        }
        Ok(ip) => Ok(ip),
    }
}

fn addresses(lab: &language::Lab) -> impl Iterator<Item = Ipv4Addr> {
    let nets =
        lab.machines().flat_map(|machine| machine.jacks.iter().flat_map(|jack| &jack.addresses));
    nets.filter_map(|net| v4(net.addr()))
}

/// The router on a network: the gateway that most of its hosts use, as the file says it.
fn gateway(lab: &RunningLab, network: &Network) -> Option<Ipv4Addr> {
    let on_network = |machine: &&language::model::Machine| {
        machine.jacks.iter().any(|jack| jack.network.as_ref() == Some(&network.name))
    };
    let of_host = lab.lab.hosts.iter().filter(on_network).find_map(|host| host.gateway);
    let of_router = || {
        let routers = lab.lab.routers.iter().flat_map(|router| &router.jacks);
        let mut jacks = routers.filter(|jack| jack.network.as_ref() == Some(&network.name));
        jacks.find_map(|jack| jack.addresses.first().map(ipnet::IpNet::addr))
    };
    of_host.or_else(of_router).and_then(v4)
}

fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(v4) => Some(v4),
        IpAddr::V6(_) => None,
    }
}

/// A locally administered address that the same name always gets.
fn mac_of(name: &str) -> MacAddr {
    let mut stream = base::RandomSource::new(0, name, 0).stream("joined card");
    let mut octets = [0; 6];
    stream.fill(&mut octets);
    octets[0] = 0x06; // locally administered, one card; the lab's own machines have 02
    MacAddr(octets)
}

fn unknown_network(lab: &RunningLab, name: &str) -> Problem {
    let known: Vec<&str> = lab.lab.networks.iter().map(|network| network.name.as_str()).collect();
    let known = known.join(", ");
    Problem::new(
        "unknown-network",
        format!("no network is called {name}; this lab has: {known}"),
        format!("没有名为 {name} 的网络; 此实验有: {known}"),
    )
}
