//! A hub of joined programs: every frame of one carrier goes to all the others. `pump SOCKET`.
//!
//! With `pump SOCKET spoil=N` it changes the last octet of every Nth TCP segment: a kernel that
//! trusted our frames would hand rubbish to its program. On SIGTERM or `kill -9` all joins end.

#[cfg(target_os = "linux")]
fn main() {
    if let Err(error) = linux::main() {
        eprintln!("pump: {error}");
        std::process::exit(1);
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("{}", catenet_door::error::DoorError::Unsupported);
}

#[cfg(target_os = "linux")]
mod linux {
    use catenet_door::card::CarrierKind;
    use catenet_door::carrier::Carrier;
    use catenet_door::fd;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::error::Error;
    use std::io::Read;
    use std::os::fd::AsFd;
    use std::os::unix::net::{UnixListener, UnixStream};

    const MTU: u16 = 1500;
    const MOST_JOINED: usize = 64;

    struct Joined {
        carrier: Carrier,
        control: UnixStream,
        gone: bool,
    }

    struct Pump {
        listener: UnixListener,
        joined: Vec<Joined>,
        /// Spoil every Nth TCP segment with data; 0: none.
        spoil: u64,
        segments: u64,
    }

    pub(crate) fn main() -> Result<(), Box<dyn Error>> {
        let mut words = std::env::args().skip(1);
        let listener = UnixListener::bind(words.next().ok_or("pump SOCKET [spoil=N]")?)?;
        let spoil = match words.next() {
            Some(word) => word.strip_prefix("spoil=").ok_or("spoil=N")?.parse()?,
            None => 0,
        };
        let mut pump = Pump { listener, joined: Vec::new(), spoil, segments: 0 };
        println!("ready");
        loop {
            pump.turn()?;
        }
    }

    impl Pump {
        fn turn(&mut self) -> Result<(), Box<dyn Error>> {
            let mut places = vec![PollFd::new(self.listener.as_fd(), PollFlags::POLLIN)];
            for joined in &self.joined {
                places.push(PollFd::new(joined.carrier.as_fd(), PollFlags::POLLIN));
                places.push(PollFd::new(joined.control.as_fd(), PollFlags::POLLIN));
            }
            poll(&mut places, PollTimeout::NONE)?;
            let any: Vec<bool> = places.iter().map(|p| p.any().unwrap_or(false)).collect();
            for number in 0..self.joined.len() {
                if any.get(1 + 2 * number) == Some(&true) {
                    self.shovel(number);
                }
                if any.get(2 + 2 * number) == Some(&true) {
                    self.listen_for_the_end(number);
                }
            }
            if any.first() == Some(&true) {
                self.admit()?;
            }
            self.joined.retain(|joined| {
                if joined.gone {
                    println!("left {:?}", joined.carrier.counters());
                }
                !joined.gone
            });
            Ok(())
        }

        fn admit(&mut self) -> Result<(), Box<dyn Error>> {
            let (control, _) = self.listener.accept()?;
            let Some((kind, descriptors)) = fd::recv_json::<CarrierKind>(&control, 4096)? else {
                return Ok(());
            };
            let fd = descriptors.into_iter().next().ok_or("no descriptor came")?;
            let carrier = Carrier::from_fd(fd, kind, MTU)?;
            println!("joined {kind:?} of uid {}", fd::peer_uid(&control)?);
            control.set_nonblocking(true)?;
            if self.joined.len() < MOST_JOINED {
                self.joined.push(Joined { carrier, control, gone: false });
            }
            Ok(())
        }

        fn shovel(&mut self, from: usize) {
            let mut buffer = [0; 2048];
            loop {
                let Some(source) = self.joined.get_mut(from) else { return };
                let length = match source.carrier.recv(&mut buffer) {
                    Ok(Some(frame)) => frame.len(),
                    Ok(None) => return,
                    Err(error) => {
                        source.gone = Carrier::is_gone(&error);
                        println!("carrier: {error} gone={}", source.gone);
                        return;
                    }
                };
                let Some(frame) = buffer.get_mut(..length) else { return };
                self.spoil(frame);
                for (number, target) in self.joined.iter_mut().enumerate() {
                    if number != from
                        && let Err(error) = target.carrier.send(frame)
                    {
                        target.gone |= Carrier::is_gone(&error);
                    }
                }
            }
        }

        fn spoil(&mut self, frame: &mut [u8]) {
            let tcp = frame.get(23) == Some(&6) && frame.len() > 100;
            self.segments += u64::from(tcp);
            let now = tcp && self.spoil > 0 && self.segments.is_multiple_of(self.spoil);
            if let Some(last) = frame.last_mut().filter(|_| now) {
                *last ^= 0x55;
            }
        }

        fn listen_for_the_end(&mut self, number: usize) {
            let Some(joined) = self.joined.get_mut(number) else { return };
            let mut dropped = [0; 64];
            match joined.control.read(&mut dropped) {
                Ok(0) => joined.gone = true,
                Ok(_) => {}
                Err(error) => joined.gone = error.kind() != std::io::ErrorKind::WouldBlock,
            }
        }
    }
}
