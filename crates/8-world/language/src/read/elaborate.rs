//! What short forms leave to be computed: addresses, gateways, the resolver, hardware addresses,
//! labels. Routers take the first free addresses of a network, then hosts, both in the order of the
//! file, so that what is added below renumbers nobody; addresses given by hand are passed over.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use base::MacAddr;
use ipnet::Ipv4Net;

use crate::diagnostic::{Complaint, Span, text};
use crate::model::{Jack, Lab, Link, Machine};
use crate::nearest::nearest;
use crate::read::machine::{AddressDraft, JackDraft, MachineDraft, Next};
use crate::read::{Reader, address, top_level};
use crate::tree::Table;

impl Reader<'_> {
    pub(super) fn elaborate(
        &mut self,
        root: &Table,
        lab: &mut Lab,
        mut drafts: Vec<MachineDraft>,
        links: Vec<Link>,
    ) {
        lab.links = links;
        let mut used: BTreeMap<Ipv4Addr, Span> = BTreeMap::new();
        for draft in &mut drafts {
            for jack in &mut draft.jacks {
                self.given(jack, lab, &mut used);
            }
        }
        self.compute(lab, &mut drafts, &mut used);
        self.one_name_each(&drafts, &lab.domain);
        let routers = routers_of(lab, &drafts);
        let mut macs: BTreeMap<MacAddr, Span> = BTreeMap::new();
        self.given_macs(&drafts, &mut macs);
        let mut labels: BTreeSet<String> = drafts
            .iter()
            .flat_map(|d| &d.run)
            .filter(|r| r.labelled)
            .map(|r| r.run.label.clone())
            .collect();
        self.labels_once(&drafts);
        let mut resolvers = Vec::new();
        for draft in drafts {
            self.ports(&draft);
            let router = draft.router;
            let (machine, resolver) = self.finish(draft, lab, &routers, &mut macs, &mut labels);
            resolvers.push(resolver);
            if router { &mut lab.routers } else { &mut lab.hosts }.push(machine);
        }
        self.resolver(root, lab);
        let common = lab.resolver;
        for (machine, said) in lab.routers.iter_mut().chain(&mut lab.hosts).zip(resolvers) {
            machine.resolver = match said {
                Next::Unsaid => common,
                Next::Address(address, _) => Some(address.into()),
                Next::None | Next::Router(_) => None,
            };
        }
    }

    /// Addresses given by hand: inside their network, for hosts, nobody else's.
    fn given(&mut self, jack: &mut JackDraft, lab: &Lab, used: &mut BTreeMap<Ipv4Addr, Span>) {
        let net = jack.network.as_ref().and_then(|n| self.network_of(&n.name, n.span, lab));
        let addresses = std::mem::take(&mut jack.addresses);
        for mut given in addresses {
            if self.fits(&mut given, net, lab) && self.unused(given, used) {
                jack.addresses.push(given);
            }
        }
    }

    fn network_of(&mut self, name: &str, span: Span, lab: &Lab) -> Option<Ipv4Net> {
        let found =
            lab.networks.iter().find(|network| network.name == name).map(|network| network.v4);
        if found.is_none() && !self.declared.iter().any(|declared| declared == name) {
            let words = self.sink.slice(span).to_owned();
            let complaint = match misplaced_scalar(self, span) {
                Some(key) => top_level(&key),
                None => {
                    let known: Vec<&str> =
                        lab.networks.iter().map(|network| network.name.as_str()).collect();
                    crate::verb::unknown(&words, name, "network", "网络", known.iter().copied())
                }
            };
            self.sink.report(span, complaint);
        }
        found
    }

    /// Completes the prefix of a given address, or says what is wrong with it.
    fn fits(&mut self, given: &mut AddressDraft, net: Option<Ipv4Net>, lab: &Lab) -> bool {
        let of_lab = || lab.networks.iter().map(|n| n.v4).find(|net| net.contains(&given.address));
        let Some(net) = net.or_else(|| given.prefix.is_none().then(of_lab).flatten()) else {
            return self.stands_alone(given);
        };
        let address = given.address;
        if let Err(complaint) = address::for_hosts(address, 0..0) {
            self.sink.report(given.span, complaint);
            return false;
        }
        if !net.contains(&address) {
            let first = net.hosts().next().unwrap_or(net.addr());
            let complaint = Complaint::new(
                "outside-network",
                0..0,
                text(
                    format!("{address} is not in the network {net}"),
                    format!("{address} 不在网络 {net} 里"),
                ),
            )
            .label(text("its neighbours could not reach it", "邻居找不到它"))
            .help(text(
                format!("write an address such as {first}, or leave `ip` out"),
                format!("写 {first} 这样的地址, 或不写 `ip`"),
            ));
            self.sink.report(given.span, complaint);
            return false;
        }
        if given.prefix.is_some_and(|prefix| prefix != net.prefix_len()) {
            let complaint = Complaint::new(
                "bad-prefix",
                0..0,
                text(
                    format!("the network is a /{}", net.prefix_len()),
                    format!("这个网络是 /{}", net.prefix_len()),
                ),
            )
            .label(text("another prefix than its network's", "前缀与所在网络不同"))
            .help(text(format!("write \"{address}\""), format!("写成 \"{address}\"")));
            self.sink.report(given.span, complaint);
            return false;
        }
        given.prefix = Some(net.prefix_len());
        self.reported(address::in_subnet(address, net, 0..0), given.span)
    }

    /// An address on a jack without a network brings its prefix with it.
    fn stands_alone(&mut self, given: &AddressDraft) -> bool {
        let address = given.address;
        let Some(prefix) = given.prefix else {
            let complaint = Complaint::new(
                "missing-prefix",
                0..0,
                text(
                    format!("how large is the network of {address}?"),
                    format!("{address} 所在的网络有多大?"),
                ),
            )
            .label(text("an address by hand needs its prefix", "手写的地址要带前缀"))
            .help(text(
                format!("write \"{address}/24\", or say which network: net = \"..\""),
                format!("写成 \"{address}/24\", 或写明网络: net = \"..\""),
            ));
            self.sink.report(given.span, complaint);
            return false;
        };
        match Ipv4Net::new(address, prefix) {
            Ok(net) => self.reported(address::in_subnet(address, net.trunc(), 0..0), given.span),
            Err(_) => false,
        }
    }

    fn reported(&mut self, result: Result<(), Complaint>, span: Span) -> bool {
        result.map_err(|complaint| self.sink.report(span, complaint)).is_ok()
    }

    fn unused(&mut self, given: AddressDraft, used: &mut BTreeMap<Ipv4Addr, Span>) -> bool {
        let address = given.address;
        if let Some(first) = used.get(&address) {
            let complaint = Complaint::new(
                "duplicate-address",
                0..0,
                text(
                    format!("two machines have the address {address}"),
                    format!("两台机器用了同一个地址 {address}"),
                ),
            )
            .label(text("the second", "第二台"))
            .help(text(
                "give one of them another address, or leave `ip` out",
                "给其中一台换地址, 或不写 `ip`",
            ));
            self.sink.report_with(
                given.span,
                complaint,
                Some((*first, text("the first", "第一台"))),
            );
            return false;
        }
        used.insert(address, given.span);
        true
    }

    /// The next free address of its network for every jack that has a network and no address.
    fn compute(
        &mut self,
        lab: &Lab,
        drafts: &mut [MachineDraft],
        used: &mut BTreeMap<Ipv4Addr, Span>,
    ) {
        let mut next: BTreeMap<Ipv4Net, u32> = BTreeMap::new();
        for draft in drafts {
            for jack in &mut draft.jacks {
                let Some(named) = jack.network.as_ref().filter(|_| jack.addresses.is_empty())
                else {
                    continue;
                };
                let Some(network) = lab.networks.iter().find(|network| network.name == named.name)
                else {
                    continue;
                };
                let net = network.v4;
                let counter = next.entry(net).or_insert(u32::from(net.network()) + 1);
                while used.contains_key(&Ipv4Addr::from(*counter)) {
                    *counter += 1;
                }
                let address = Ipv4Addr::from(*counter);
                if *counter >= u32::from(net.broadcast()) {
                    self.network_full(draft.span, &network.name, net);
                    continue;
                }
                used.insert(address, draft.span);
                jack.addresses.push(AddressDraft {
                    address,
                    prefix: Some(net.prefix_len()),
                    span: draft.span,
                });
            }
        }
    }

    fn network_full(&mut self, span: Span, name: &str, net: Ipv4Net) {
        let room = 2u64.pow(32 - u32::from(net.prefix_len())) - 2;
        let larger = net.prefix_len().saturating_sub(1);
        let complaint = Complaint::new(
            "network-full",
            0..0,
            text(
                format!("the network `{name}` ({net}) is full"),
                format!("网络 `{name}` ({net}) 已满"),
            ),
        )
        .label(text(format!("no address is left of {room}"), format!("{room} 个地址已用完")))
        .help(text(format!("make it larger: /{larger}"), format!("扩大网络: /{larger}")));
        self.sink.report(span, complaint);
    }

    fn finish(
        &mut self,
        draft: MachineDraft,
        lab: &Lab,
        routers: &[(String, String, Ipv4Addr)],
        macs: &mut BTreeMap<MacAddr, Span>,
        labels: &mut BTreeSet<String>,
    ) -> (Machine, Next) {
        let nets = subnets(&draft);
        let gateway = self.gateway(&draft, &nets, lab, routers);
        for (route, span) in &draft.routes {
            let IpAddr::V4(via) = route.via else { continue };
            self.on_link(via, *span, &nets, "next hop", "下一跳");
        }
        let MachineDraft { name, title, cpu, names, run, real, routes, span, .. } = draft;
        let jack = |jack: JackDraft| {
            let mac = jack
                .mac
                .map_or_else(|| computed_mac(&name, &jack.name, span, macs), |(mac, _)| mac);
            finished_jack(jack, mac, lab)
        };
        let jacks = draft.jacks.into_iter().map(jack).collect();
        let mut runs = Vec::new();
        for mut run in run {
            if !run.labelled {
                run.run.label = computed_label(&name, &run.run.program, labels);
            }
            runs.push(run.run);
        }
        let machine = Machine {
            title,
            jacks,
            gateway: gateway.map(IpAddr::V4),
            resolver: None,
            routes: routes.into_iter().map(|(route, _)| route).collect(),
            cpu,
            names: names.into_iter().map(|named| named.name).collect(),
            run: runs,
            real,
            name,
        };
        (machine, draft.resolver)
    }

    fn gateway(
        &mut self,
        draft: &MachineDraft,
        nets: &[Ipv4Net],
        lab: &Lab,
        routers: &[(String, String, Ipv4Addr)],
    ) -> Option<Ipv4Addr> {
        match &draft.gateway {
            Next::None => None,
            Next::Address(address, span) => {
                let own = draft
                    .jacks
                    .iter()
                    .flat_map(|jack| &jack.addresses)
                    .any(|own| own.address == *address);
                if own {
                    let complaint = Complaint::new(
                        "bad-gateway",
                        0..0,
                        text("a machine is not its own gateway", "机器不能作自己的网关"),
                    );
                    self.sink.report(
                        *span,
                        complaint.help(text(
                            "write the router's address, or leave `gateway` out",
                            "写路由器的地址, 或不写 `gateway`",
                        )),
                    );
                }
                self.on_link(*address, *span, nets, "gateway", "网关").then_some(*address)
            }
            Next::Router(named) => {
                let mut of_router = routers.iter().filter(|(router, ..)| *router == named.name);
                let found =
                    of_router.find(|(.., address)| nets.iter().any(|net| net.contains(address)));
                if found.is_none() {
                    let here =
                        routers.iter().filter(|(.., a)| nets.iter().any(|net| net.contains(a)));
                    let here: Vec<&str> = here.map(|(router, ..)| router.as_str()).collect();
                    let near = nearest(&named.name, here.iter().copied());
                    let complaint = Complaint::new(
                        "bad-gateway",
                        0..0,
                        text(
                            format!("no router `{}` is on this machine's network", named.name),
                            format!("这台机器的网络上没有路由器 `{}`", named.name),
                        ),
                    );
                    self.sink.report(named.span, complaint.choose(near, &here.join(", ")));
                }
                found.map(|(.., address)| *address)
            }
            Next::Unsaid if draft.router => None,
            Next::Unsaid => self.computed_gateway(draft, nets, lab, routers),
        }
    }

    /// The router of the first network that has one; two of them are a question, not an answer.
    fn computed_gateway(
        &mut self,
        draft: &MachineDraft,
        nets: &[Ipv4Net],
        lab: &Lab,
        routers: &[(String, String, Ipv4Addr)],
    ) -> Option<Ipv4Addr> {
        let network = |net: &Ipv4Net| lab.networks.iter().find(|network| network.v4 == *net);
        for network in nets.iter().filter_map(network) {
            let here: Vec<_> = routers.iter().filter(|(_, n, _)| *n == network.name).collect();
            if let [(first, _, address), (second, ..), ..] = here.as_slice() {
                let complaint = Complaint::new(
                    "two-gateways",
                    0..0,
                    text(
                        format!(
                            "`{}` has two routers to choose from: {first} and {second}",
                            draft.name
                        ),
                        format!("`{}` 有两个路由器可选: {first} 和 {second}", draft.name),
                    ),
                )
                .label(text("which is its gateway?", "哪个是它的网关?"))
                .help(text(
                    format!(
                        "write: {} = {{ net = \"{}\", gateway = \"{address}\" }}",
                        draft.name, network.name
                    ),
                    format!(
                        "写成: {} = {{ net = \"{}\", gateway = \"{address}\" }}",
                        draft.name, network.name
                    ),
                ));
                self.sink.report(draft.span, complaint);
                return None;
            }
            if let [(.., address)] = here.as_slice() {
                return Some(*address);
            }
        }
        None
    }

    fn on_link(
        &mut self,
        address: Ipv4Addr,
        span: Span,
        nets: &[Ipv4Net],
        what: &str,
        zh: &str,
    ) -> bool {
        if nets.iter().any(|net| net.contains(&address)) {
            return true;
        }
        let list = nets.iter().map(|net| net.to_string()).collect::<Vec<_>>().join(", ");
        let complaint = Complaint::new(
            "outside-network",
            0..0,
            text(
                format!("the {what} {address} is on none of this machine's networks"),
                format!("{zh} {address} 不在这台机器的任何网络上"),
            ),
        )
        .label(text("a machine cannot reach it", "机器到不了它"))
        .help(text(format!("its networks: {list}"), format!("它的网络: {list}")));
        self.sink.report(span, complaint);
        false
    }

    /// The lab's resolver: as written, or the first host that runs `dns`.
    fn resolver(&mut self, root: &Table, lab: &mut Lab) {
        let serves = |machine: &&Machine| machine.run.iter().any(|run| run.program == "dns");
        let found = lab
            .machines()
            .find(serves)
            .and_then(|m| m.jacks.first()?.addresses.first())
            .map(|net| net.addr());
        lab.resolver = match self.next(root, "resolver") {
            Next::Unsaid => found,
            Next::Address(address, _) => Some(address.into()),
            Next::None | Next::Router(_) => None,
        };
    }
}

/// A host whose name is that of a top-level key, such as `domain = "x.lab"` below [hosts].
fn misplaced_scalar(reader: &Reader<'_>, span: Span) -> Option<String> {
    let line = reader.sink.line_before(span);
    let key = line.trim().strip_suffix('=')?.trim();
    super::SCALARS.contains(&key).then(|| key.to_owned())
}

/// (router, network, address) of every router's jack, in order.
fn routers_of(lab: &Lab, drafts: &[MachineDraft]) -> Vec<(String, String, Ipv4Addr)> {
    let mut out = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.router) {
        for given in draft.jacks.iter().flat_map(|jack| &jack.addresses) {
            let network = lab.networks.iter().find(|network| network.v4.contains(&given.address));
            if let Some(network) = network {
                out.push((draft.name.clone(), network.name.clone(), given.address));
            }
        }
    }
    out
}

fn subnets(draft: &MachineDraft) -> Vec<Ipv4Net> {
    let given = draft.jacks.iter().flat_map(|jack| &jack.addresses);
    given.filter_map(|g| Ipv4Net::new(g.address, g.prefix?).ok()).map(|net| net.trunc()).collect()
}

fn finished_jack(jack: JackDraft, mac: MacAddr, lab: &Lab) -> Jack {
    let nets =
        jack.addresses.iter().filter_map(|given| Ipv4Net::new(given.address, given.prefix?).ok());
    let nets: Vec<Ipv4Net> = nets.collect();
    let network = nets.first().and_then(|net| lab.networks.iter().find(|n| n.v4 == net.trunc()));
    Jack {
        network: network.map(|network| network.name.clone()),
        name: jack.name,
        mac,
        addresses: nets.into_iter().map(Into::into).collect(),
    }
}

/// A locally administered address from the names of machine and jack (FNV-1a, 40 bits): the same
/// whatever else the lab holds, but for a collision, which is resolved by counting.
fn computed_mac(
    machine: &str,
    jack: &str,
    span: Span,
    macs: &mut BTreeMap<MacAddr, Span>,
) -> MacAddr {
    let mut salt = 0u64;
    loop {
        let mut hash = 0xcbf2_9ce4_8422_2325u64 ^ salt;
        for byte in machine.bytes().chain([b'/']).chain(jack.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let [a, b, c, d, e, f, g, h] = hash.to_be_bytes();
        let mac = MacAddr([0x02, a ^ f, b ^ g, c ^ h, d, e]);
        if let Entry::Vacant(free) = macs.entry(mac) {
            free.insert(span);
            return mac;
        }
        salt += 1;
    }
}

/// `pc1/curl`, `pc1/curl/2`, ..
fn computed_label(machine: &str, program: &str, labels: &mut BTreeSet<String>) -> String {
    let plain = format!("{machine}/{program}");
    let mut label = plain.clone();
    let mut count = 2u32;
    while !labels.insert(label.clone()) {
        label = format!("{plain}/{count}");
        count += 1;
    }
    label
}
