//! A machine's life: boot, programs, frames in, frames out, power off.
//!
//! ```text
//!   durable:  specification, files, boot count, context (trace, account, journeys)
//!   volatile: Life = socket::Machine (host) + executor (programs) + starts that are due
//! ```
//! Its turns, in which frames and programs meet, are in [`turn`].

mod turn;

pub(crate) use turn::{Came, Desk};

use crate::disk::Disk;
use crate::outputs::{Outputs, ProcessId, Stream};
use crate::reasons::{BadSpec, PowerLost};
use crate::spec::{MachineSpec, ProgramSpec, RouteSpec};
use crate::world::Settings;
use base::{Duration, Instant, InterfaceId, JackId, Journey, MacAddr, RandomSource};
use bytes::Bytes;
use core::net::SocketAddr;
use host::{Host, HostConfig, InterfaceConfig};
use socket::{Executor, Machine, ProgramFn, Resolver, Surroundings};
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Cx, Place};

/// DNS's port (RFC 1035 section 4.2).
const DNS_PORT: u16 = 53;

/// A program that is to be started.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) program: String,
    pub(crate) args: Vec<String>,
    pub(crate) label: Option<String>,
    pub(crate) every: Option<Duration>,
}

/// A start in the future.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) at: Instant,
    pub(crate) launch: Launch,
    /// The run before; the next waits for its end.
    pub(crate) last: Option<ProcessId>,
}

pub(crate) struct MachineNode {
    pub(crate) spec: MachineSpec,
    /// The context while the machine is switched off.
    resting: Option<Cx>,
    life: Option<Life>,
}

struct Life {
    /// The machine's name.
    name: String,
    machine: Machine,
    executor: Executor,
    /// The interface over each jack.
    interfaces: Vec<InterfaceId>,
    /// The world's number of each process that runs, and back.
    processes: BTreeMap<socket::ProcessId, ProcessId>,
    numbers: BTreeMap<ProcessId, socket::ProcessId>,
    starts: Vec<Start>,
    /// When the next of `starts` is due.
    next_start: Option<Instant>,
    now: Instant,
    polls: u64,
}

impl MachineNode {
    pub(crate) fn new(spec: MachineSpec, cx: Cx) -> Self {
        MachineNode { spec, resting: Some(cx), life: None }
    }

    pub(crate) fn running(&self) -> Option<&Machine> {
        self.life.as_ref().map(|life| &life.machine)
    }

    /// Switched on: a new host with what the specification says, links still down.
    pub(crate) fn boot(&mut self, now: Instant, settings: &Settings, random: RandomSource) {
        let Some(mut cx) = self.resting.take() else { return };
        cx.set_now(now);
        let config = HostConfig {
            forwarding: self.spec.forwarding,
            tcp: settings.tcp.clone(),
            ..HostConfig::new(&self.spec.name)
        };
        let mut host = Host::new(config, &random);
        let interfaces = self.add_interfaces(&mut host, &mut cx);
        self.add_routes(&mut host, &mut cx, &interfaces);
        self.write_names(settings);
        let machine = Machine::new(host, cx);
        let surroundings = Surroundings {
            epoch_unix: settings.epoch_unix,
            resolver: self.resolver(settings),
            files: Arc::new(Disk(self.spec.files.clone())),
            programs: settings.programs.clone(),
            ..Surroundings::new(random)
        };
        let executor = Executor::new(machine.clone(), surroundings);
        let starts = self.spec.programs.iter().map(|program| start(program, now)).collect();
        let mut life = Life {
            name: self.spec.name.clone(),
            machine,
            executor,
            interfaces,
            processes: BTreeMap::new(),
            numbers: BTreeMap::new(),
            starts,
            next_start: None,
            now,
            polls: 0,
        };
        life.plan_starts();
        self.life = Some(life);
    }

    fn add_interfaces(&self, host: &mut Host, cx: &mut Cx) -> Vec<InterfaceId> {
        let mut ids = Vec::with_capacity(self.spec.interfaces.len());
        for (jack, spec) in self.spec.interfaces.iter().enumerate() {
            let mac = spec.mac.unwrap_or_else(|| default_mac(&self.spec.name, jack));
            let id =
                host.add_interface(InterfaceConfig { name: spec.name.clone(), mac, mtu: spec.mtu });
            host.set_link(cx, id, false);
            for &address in &spec.addresses {
                if host.add_address(cx, id, address).is_err() {
                    cx.trace.emit(Place::Interface(id), Journey::NONE, BadSpec { what: "address" });
                }
            }
            ids.push(id);
        }
        ids
    }

    fn add_routes(&self, host: &mut Host, cx: &mut Cx, interfaces: &[InterfaceId]) {
        for route in &self.spec.routes {
            let interface = self.interface_of(route).and_then(|index| interfaces.get(index));
            let (to, metric) = (route.destination, route.metric);
            if host.add_route(to, route.via, interface.copied(), metric).is_err() {
                cx.trace.emit(Place::Node, Journey::NONE, BadSpec { what: "route" });
            }
        }
    }

    /// The card that the route names, or the one whose network holds the next router.
    fn interface_of(&self, route: &RouteSpec) -> Option<usize> {
        route.interface.or_else(|| {
            let via = route.via?;
            let cards = &self.spec.interfaces;
            cards.iter().position(|card| card.addresses.iter().any(|net| net.contains(&via)))
        })
    }

    /// Where programs ask for names. Only who is told to knows the world's names by itself.
    fn resolver(&self, settings: &Settings) -> Resolver {
        let hosts = self.spec.knows_names.then(|| settings.hosts.clone());
        Resolver {
            servers: self.spec.resolvers.iter().map(|&ip| SocketAddr::new(ip, DNS_PORT)).collect(),
            search: self.spec.search.iter().cloned().collect(),
            hosts: hosts.into_iter().flatten().collect(),
        }
    }

    /// The world's names have changed.
    pub(crate) fn refresh_names(&mut self, settings: &Settings) {
        if !self.spec.knows_names {
            return;
        }
        self.write_names(settings);
        let resolver = self.resolver(settings);
        if let Some(life) = &mut self.life {
            life.executor.set_resolver(resolver);
        }
    }

    /// `/etc/hosts`, for programs that read it (the name server).
    fn write_names(&self, settings: &Settings) {
        if self.spec.knows_names {
            let line = |(name, address): (&String, _)| format!("{address} {name}\n");
            let lines: String = settings.hosts.iter().map(line).collect();
            // A tree that is full keeps the old names; the resolver's table has the new ones.
            let _ = self.spec.files.write("/etc/hosts", lines);
        }
    }

    /// Switched off: programs die, frames inside are dropped, the context rests.
    pub(crate) fn off(&mut self, now: Instant, outputs: &mut Outputs) {
        let Some(mut life) = self.life.take() else { return };
        life.tick(now);
        life.executor.kill_all();
        life.collect(outputs);
        let Life { machine, executor, .. } = life;
        drop(executor);
        let mut cx = machine.with(|host, cx| {
            // What programs' ends still gave out never leaves.
            let node = cx.trace.node();
            let lost = cx.trace.ledger().held();
            debug_assert_eq!(lost, host.held() as i64);
            core::mem::replace(cx, Cx::new(node, false))
        });
        for _ in 0..cx.trace.ledger().held() {
            cx.trace.emit(Place::Node, Journey::NONE, PowerLost {});
        }
        self.resting = Some(cx);
    }

    pub(crate) fn set_link(&mut self, now: Instant, jack: JackId, up: bool) {
        let Some(life) = &mut self.life else { return };
        life.tick(now);
        if let Some(&interface) = life.interfaces.get(usize::from(jack.0)) {
            life.machine.with(|host, cx| host.set_link(cx, interface, up));
        }
    }

    /// The cable in `jack` takes packets of this length: the card knows, now and after the next start.
    pub(crate) fn set_mtu(&mut self, jack: JackId, mtu: u16) {
        if let Some(spec) = self.spec.interfaces.get_mut(usize::from(jack.0)) {
            spec.mtu = mtu;
        }
        let Some(life) = &mut self.life else { return };
        if let Some(&interface) = life.interfaces.get(usize::from(jack.0)) {
            life.machine.with(|host, _| host.set_mtu(interface, mtu));
        }
    }

    /// Starts a program; it takes its first step in the next [`MachineNode::run`].
    pub(crate) fn spawn(
        &mut self,
        now: Instant,
        id: ProcessId,
        run: ProgramFn,
        launch: &Launch,
        settings: &Settings,
    ) {
        let grant = self.spec.grant_control;
        let Some(life) = &mut self.life else { return };
        life.tick(now);
        let mut args = vec![launch.program.clone()];
        args.extend(launch.args.iter().cloned());
        let number = life.executor.spawn(
            run,
            socket::Launch {
                args,
                lang: settings.lang,
                terminal: None,
                control: grant,
                no_stdin: false,
            },
        );
        life.processes.insert(number, id);
        life.numbers.insert(id, number);
    }

    /// Those of the starts that are due now; each that repeats is planned again by
    /// [`MachineNode::repeat`].
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<Launch> {
        let Some(life) = &mut self.life else { return Vec::new() };
        if life.next_start.is_none_or(|next| next > now) {
            return Vec::new();
        }
        let mut due = Vec::new();
        let (numbers, starts) = (&life.numbers, &mut life.starts);
        starts.retain(|start| {
            let is_due = start.at <= now && !start.is_running(numbers);
            if is_due {
                due.push(start.launch.clone());
            }
            !is_due
        });
        life.plan_starts();
        due
    }

    /// Plans the next run of a program that repeats, whose run `last` began now.
    pub(crate) fn repeat(&mut self, now: Instant, launch: Launch, last: ProcessId) {
        let (Some(life), Some(every)) = (&mut self.life, launch.every) else { return };
        life.starts.push(Start { at: now + every, launch, last: Some(last) });
        life.plan_starts();
    }

    pub(crate) fn stdin(&mut self, now: Instant, id: ProcessId, octets: Bytes) -> usize {
        let Some((life, number)) = self.process(now, id) else { return 0 };
        if octets.is_empty() {
            life.executor.close_stdin(number);
        }
        life.executor.feed_stdin(number, &octets)
    }
    pub(crate) fn stdin_room(&self, id: ProcessId) -> Option<usize> {
        let life = self.life.as_ref()?;
        life.executor.stdin_room(*life.numbers.get(&id)?)
    }
    pub(crate) fn interrupt(&mut self, now: Instant, id: ProcessId, outputs: &mut Outputs) {
        let Some((life, number)) = self.process(now, id) else { return };
        life.executor.interrupt(number);
        life.collect(outputs);
    }
    pub(crate) fn kill(&mut self, now: Instant, id: ProcessId, outputs: &mut Outputs) {
        let Some((life, number)) = self.process(now, id) else { return };
        life.executor.kill(number);
        // Who kills a program that repeats does not want it back.
        life.starts.retain(|start| start.last != Some(id));
        life.collect(outputs);
    }

    fn process(&mut self, now: Instant, id: ProcessId) -> Option<(&mut Life, socket::ProcessId)> {
        let life = self.life.as_mut()?;
        life.tick(now);
        let number = *life.numbers.get(&id)?;
        Some((life, number))
    }

    /// Frames held by the account, and frames that lie in the host's queues.
    pub(crate) fn account(&self) -> (i64, usize) {
        match (&self.life, &self.resting) {
            (Some(life), _) => {
                life.machine.with(|host, cx| (cx.trace.ledger().held(), host.held()))
            }
            (None, Some(cx)) => (cx.trace.ledger().held(), 0),
            (None, None) => (0, 0),
        }
    }

    pub(crate) fn with_cx(&mut self, f: impl FnOnce(&mut Cx)) {
        match (&self.life, &mut self.resting) {
            (Some(life), _) => life.machine.with(|_, cx| f(cx)),
            (None, Some(cx)) => f(cx),
            (None, None) => {}
        }
    }
}

impl Life {
    /// Programs ask the machine what time it is.
    fn tick(&mut self, now: Instant) {
        if self.now != now {
            self.now = now;
            self.machine.with(|_, cx| cx.set_now(now));
        }
    }

    /// What programs printed, and who ended.
    fn collect(&mut self, outputs: &mut Outputs) {
        self.register_children(outputs);
        for chunk in self.executor.drain_output() {
            let Some(&id) = self.processes.get(&chunk.process) else { continue };
            let stream = match chunk.stream {
                socket::Stream::Stdout => Stream::Stdout,
                socket::Stream::Stderr => Stream::Stderr,
            };
            outputs.printed(self.now, id, stream, chunk.octets);
        }
        let finished = self.executor.finished();
        if finished.is_empty() {
            return;
        }
        for process in finished {
            let Some(id) = self.processes.remove(&process.process) else { continue };
            self.numbers.remove(&id);
            outputs.ended(self.now, id, process.code.0);
        }
        self.plan_starts();
    }

    /// What a shell started is a process of the world like any other.
    fn register_children(&mut self, outputs: &mut Outputs) {
        for child in self.executor.started() {
            let Some(&parent) = self.processes.get(&child.parent) else { continue };
            let Some(node) = outputs.process(parent).map(|parent| parent.node) else { continue };
            let (program, args) =
                child.args.split_first().map_or(("", &[][..]), |(name, args)| (name, args));
            let label = format!("{}/{program}", self.name);
            let id = outputs.started(self.now, node, program, args, &label, Some(parent));
            self.processes.insert(child.process, id);
            self.numbers.insert(id, child.process);
        }
    }

    fn plan_starts(&mut self) {
        let waiting = self.starts.iter().filter(|start| !start.is_running(&self.numbers));
        self.next_start = waiting.map(|start| start.at).min();
    }
}

impl Start {
    fn is_running(&self, numbers: &BTreeMap<ProcessId, socket::ProcessId>) -> bool {
        self.last.is_some_and(|last| numbers.contains_key(&last))
    }
}

fn start(program: &ProgramSpec, now: Instant) -> Start {
    let launch = Launch {
        program: program.program.clone(),
        args: program.args.clone(),
        label: program.label.clone(),
        every: program.every,
    };
    Start { at: now + program.after, launch, last: None }
}

/// Locally administered, from the machine's name and the jack alone: the same in every world.
fn default_mac(name: &str, jack: usize) -> MacAddr {
    let mut octets = [0; 6];
    RandomSource::new(0, name, 0).stream(&format!("mac {jack}")).fill(&mut octets);
    octets[0] = 0x02;
    MacAddr(octets)
}
