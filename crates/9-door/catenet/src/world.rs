//! The handle of a world inside a test: look, break, mend, ask, run programs.
//!
//! ```text
//!   World --link("r1--servers")--> Link    set, cut, mend
//!         --node("r1")-----------> Node    power_off, power_on
//!         --host("pc1")----------> Host    exec, get; spawn, run: your own tokio programs (`net`)
//!         --count, check, assert-------    the language of `[[check]]`
//! ```
//! What a handle cannot do is a mistake of the test: it panics there, and says what to write instead.

use crate::net::Here;
use crate::stage::Stage;
use base::{Instant, Lang};
use core::time::Duration;
use language::{Lab, Verb};
use sim::{Input, Outcome};
use std::sync::Arc;

/// A world in virtual time. Clones are the same world.
#[derive(Clone)]
pub struct World {
    pub(crate) stage: Arc<Stage>,
}

impl core::fmt::Debug for World {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "World({}, {} s)", self.stage.lab.name, self.now())
    }
}

impl World {
    /// The lab that it was built from.
    pub fn lab(&self) -> &Lab {
        &self.stage.lab
    }
    /// Virtual time since the world began, to the nanosecond.
    pub fn now(&self) -> Instant {
        self.stage.now()
    }
    /// Lets so much virtual time pass, exactly. (`tokio::time::sleep` works too, on whole
    /// milliseconds.)
    pub async fn run(&self, span: Duration) {
        let at = self.now() + span.into();
        self.stage.until(at).await;
    }
    /// Waits until `sight` is true of the world; it is asked after every event.
    pub async fn until(&self, sight: impl FnMut(&sim::World) -> bool + Send + 'static) {
        self.stage.see(sight).await;
    }
    /// Looks at the world itself.
    pub fn with<R>(&self, look: impl FnOnce(&sim::World) -> R) -> R {
        self.stage.with(|world| look(world))
    }
    /// A hash of every frame at every jack so far. Equal seeds, equal programs: equal digests.
    pub fn digest(&self) -> u128 {
        self.with(sim::World::digest)
    }
    /// Everything recorded so far as a pcapng file.
    pub fn capture(&self) -> Vec<u8> {
        self.with(|world| {
            let mut octets = Vec::new();
            capture::Capture::everything().write_new(world, &mut octets);
            octets
        })
    }

    /// Keeps no more frames (or keeps them again): long runs are faster, but what is not kept cannot
    /// be counted.
    pub fn set_recording(&self, on: bool) {
        self.stage.with(|world| world.set_recording(on));
    }

    /// A verb line of scripts and of the command line: `set LINK loss=30%`, `cut LINK`,
    /// `power NODE off`, `plug NODE NETWORK`, `exec NODE PROGRAM ARGS`.
    ///
    /// # Panics
    /// The line is wrong or the world cannot do it; the message says which word.
    #[track_caller]
    pub fn command(&self, line: &str) {
        if let Err(why) = self.try_command(line) {
            panic!("{why}");
        }
    }

    fn try_command(&self, line: &str) -> Result<(), String> {
        let programs = lab::program_names();
        let verb = Verb::parse(line, &programs)
            .map_err(|complaint| language::render(&[complaint.in_text("-", line)], Lang::En))?;
        let lab = &self.stage.lab;
        let powered_off = match &verb {
            Verb::Power { node, power } if *power != language::verb::Power::On => {
                Some(node.clone())
            }
            _ => None,
        };
        self.stage.with(|world| {
            let inputs = lab::live::live_inputs(&verb, line, lab, world).map_err(|why| why.en)?;
            for input in inputs {
                world.handle_input(input).map_err(|why| why.text(Lang::En))?;
            }
            Ok::<_, String>(())
        })?;
        // What ran on a machine ends with it.
        if let Some(node) = powered_off.and_then(|name| self.with(|world| world.node(&name))) {
            self.stage.end_guests(node);
        }
        Ok(())
    }

    /// A cable, by its name or one of its jacks.
    pub fn link(&self, name: &str) -> Link {
        Link { world: self.clone(), name: name.to_owned() }
    }
    /// A machine or a switch.
    pub fn node(&self, name: &str) -> Node {
        Node { world: self.clone(), name: name.to_owned() }
    }
    /// A machine that programs run on.
    ///
    /// # Panics
    /// No machine has this name.
    #[track_caller]
    pub fn host(&self, name: &str) -> Host {
        let known: Vec<&str> = self.lab().machines().map(|host| host.name.as_str()).collect();
        let node = self.with(|world| world.node(name)).filter(|_| known.contains(&name));
        let Some(node) = node else {
            panic!("no host is called `{name}`: there are {}", known.join(", "));
        };
        Host { here: Here::new(self.stage.clone(), node, name) }
    }
}

/// A cable.
#[derive(Clone, Debug)]
pub struct Link {
    world: World,
    name: String,
}

impl Link {
    /// Turns its knobs: `set("loss=30% delay=20ms")`.
    ///
    /// # Panics
    /// As [`World::command`], like all that follows.
    #[track_caller]
    pub fn set(&self, knobs: &str) -> &Link {
        self.world.command(&format!("set {} {knobs}", self.name));
        self
    }
    /// Cuts it: what is on it is lost, both ends lose their link.
    #[track_caller]
    pub fn cut(&self) -> &Link {
        self.world.command(&format!("cut {}", self.name));
        self
    }
    /// Mends it.
    #[track_caller]
    pub fn mend(&self) -> &Link {
        self.world.command(&format!("mend {}", self.name));
        self
    }
}

/// A machine or a switch.
#[derive(Clone, Debug)]
pub struct Node {
    world: World,
    name: String,
}

impl Node {
    /// Switches it off: programs end where they stand, frames inside are lost.
    #[track_caller]
    pub fn power_off(&self) -> &Node {
        self.world.command(&format!("power {} off", self.name));
        self
    }
    /// Switches it on: the programs of the lab file start anew.
    #[track_caller]
    pub fn power_on(&self) -> &Node {
        self.world.command(&format!("power {} on", self.name));
        self
    }
    /// Plugs its first jack into another network.
    #[track_caller]
    pub fn plug(&self, network: &str) -> &Node {
        self.world.command(&format!("plug {} {network}", self.name));
        self
    }
}

/// What a program of the lab gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; 0 is success.
    pub code: u8,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Output {
    /// Did it end well?
    pub fn ok(&self) -> bool {
        self.code == 0
    }
}

/// A machine that programs run on.
#[derive(Clone, Debug)]
pub struct Host {
    here: Here,
}

impl Host {
    /// The host that the present task runs on: for a connector that a library will call from a task
    /// of its own.
    ///
    /// # Errors
    /// This task runs on none.
    pub fn current() -> std::io::Result<Host> {
        Ok(Host { here: Here::current()? })
    }
    /// Its name.
    pub fn name(&self) -> &str {
        self.here.name()
    }

    /// Runs a program of the lab (`ping -c 1 web`, `dig www.example.lab`) to its end.
    ///
    /// # Panics
    /// There is no such program, or the host is switched off.
    pub async fn exec(&self, line: &str) -> Output {
        match language::command::parse_command(line, &lab::program_names()) {
            Ok(command) => self.here.exec(&command.program, command.arguments).await,
            Err(complaints) => {
                let told = complaints.into_iter().map(|complaint| complaint.in_text("-", line));
                panic!("{}", language::render(&told.collect::<Vec<_>>(), Lang::En));
            }
        }
    }

    /// Fetches a page with the lab's `curl`: name look-up, connection and all.
    pub async fn get(&self, url: &str) -> Output {
        self.here.exec("curl", vec![url.to_owned()]).await
    }

    /// Runs your own future on this host: its sockets from [`crate::net`] are this host's, and it
    /// may use all of tokio. Ends when it ends.
    pub fn run<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.here.scope(future)
    }

    /// Starts your own program on this host. It ends with the test at the latest, or when the host
    /// is switched off; a panic in it fails the test.
    pub fn spawn<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.here.spawn(future)
    }

    /// Opens a TCP connection from here: to an address or to a name of the lab.
    ///
    /// # Errors
    /// As any connection: refused, timed out, no such name.
    pub async fn tcp_connect(
        &self,
        peer: impl crate::net::ToSocketAddrs,
    ) -> std::io::Result<crate::net::TcpStream> {
        self.run(crate::net::TcpStream::connect(peer)).await
    }
    /// Listens here.
    ///
    /// # Errors
    /// The port is taken, or the address is not this host's.
    pub async fn tcp_listen(
        &self,
        local: impl crate::net::ToSocketAddrs,
    ) -> std::io::Result<crate::net::TcpListener> {
        self.run(crate::net::TcpListener::bind(local)).await
    }
    /// Binds a UDP socket here.
    ///
    /// # Errors
    /// As [`Host::tcp_listen`].
    pub async fn udp_bind(
        &self,
        local: impl crate::net::ToSocketAddrs,
    ) -> std::io::Result<crate::net::UdpSocket> {
        self.run(crate::net::UdpSocket::bind(local)).await
    }
}

impl Here {
    /// Runs a program of the lab here.
    pub(crate) async fn exec(&self, program: &str, args: Vec<String>) -> Output {
        let input = Input::Exec {
            node: self.name().to_owned(),
            program: program.to_owned(),
            args,
            label: None,
            every_ns: None,
        };
        let begun = self.stage().with(|world| {
            let cursor = world.outputs().next();
            world.handle_input(input).map(|outcome| (cursor, outcome))
        });
        let (cursor, process) = match begun {
            Ok((cursor, Outcome::Started(process))) => (cursor, process),
            Ok(_) => (0, sim::ProcessId::default()),
            Err(why) => panic!("{}", why.text(Lang::En)),
        };
        let over = move |world: &sim::World| {
            world.outputs().process(process).is_none_or(|process| process.ended.is_some())
        };
        if !self.stage().with(|world| over(world)) {
            self.stage().see(over).await;
        }
        self.stage().with(|world| gather(world, cursor, process))
    }
}

/// What a process and its children wrote, and how it ended.
fn gather(world: &sim::World, cursor: u64, process: sim::ProcessId) -> Output {
    let (mut stdout, mut stderr, mut code) = (Vec::new(), Vec::new(), 0);
    for record in world.outputs().since(cursor).filter(|record| record.leader == process) {
        match &record.news {
            sim::News::Printed(sim::Stream::Stdout, octets) => stdout.extend_from_slice(octets),
            sim::News::Printed(sim::Stream::Stderr, octets) => stderr.extend_from_slice(octets),
            sim::News::Ended(ended) if record.process == process => code = *ended,
            sim::News::Ended(_) | sim::News::Started => {}
        }
    }
    let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).into_owned();
    Output { code, stdout: text(stdout), stderr: text(stderr) }
}
