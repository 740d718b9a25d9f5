//! The program `dns [port=53] [addr=ADDRESS]`: the lab's name server over UDP and TCP.
//!
//! It answers from the table of names that the lab hands to its machine (`Resolver::hosts`), read
//! anew for every question, so that a host that joins is known at once. One line per question goes
//! to standard output: who asked, what, and the answer's code.
//!
//! TCP as RFC 7766 wants it: several questions per connection (section 6.2.1.1, answered in their
//! order), an idle timeout (6.2.3), a bound on connections (10). Absent: zone transfers, recursion.

use crate::answer::{Transport, answer};
use crate::settings::Settings;
use crate::stream::{Messages, send};
use crate::zone::Zone;
use base::{Duration, Lang};
use bytes::Bytes;
use core::future::Future;
use core::net::{IpAddr, SocketAddr};
use core::pin::Pin;
use hickory_proto::op::Message;
use socket::{Env, ExitCode, Resolver, TcpListener, TcpStream, UdpReceived, UdpSend, UdpSocket};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

const CONNECTIONS: usize = 64;
const IDLE: Duration = Duration::from_secs(10);

/// The program.
pub fn dns(env: Env) -> Pin<Box<dyn Future<Output = ExitCode> + Send>> {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let words = env.args().get(1..).unwrap_or_default();
    let local = match Settings::read(words, &["port", "addr"]).and_then(|words| words.listen(53)) {
        Ok(local) => local,
        Err(bad) => {
            let usage = match env.lang() {
                Lang::En => "usage: dns [port=53] [addr=ADDRESS]",
                Lang::Zh => "用法: dns [port=53] [addr=地址]",
            };
            env.eprint(format_args!("dns: {}\n{usage}\n", bad.text(env.lang())));
            return ExitCode::USAGE;
        }
    };
    match serve(&env, local).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            env.eprint(format_args!("dns: {local}: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(env: &Env, local: SocketAddr) -> io::Result<()> {
    let socket = env.udp_bind(local)?;
    let listener = env.tcp_listen(local, CONNECTIONS)?;
    let names = Arc::new(Names::default());
    drop(env.spawn(accept(env.clone(), listener, names.clone())));
    loop {
        match socket.recv_msg().await {
            Ok(question) => answer_datagram(env, &socket, &names, question),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return Err(error),
            Err(_) => {} // about a datagram that we sent
        }
    }
}

fn answer_datagram(env: &Env, socket: &UdpSocket, names: &Names, question: UdpReceived) {
    let UdpReceived { from, to, payload, .. } = question;
    let Some(reply) = names.answer(env, from, &payload.into_bytes(), Transport::Udp) else {
        return;
    };
    // The answer comes from the address that was asked; a broadcast is none of ours.
    let ours = env.machine().with(|host, _| host.is_local(to.ip()));
    let how = UdpSend { to: Some(from), from: ours.then_some(to.ip()), ..UdpSend::default() };
    // What cannot be sent is lost, as a datagram may be; the client asks again.
    let _ = socket.try_send_msg(how, Bytes::from(reply));
}

async fn accept(env: Env, listener: TcpListener, names: Arc<Names>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, from)) = listener.accept().await else { return };
        let (names, own) = (names.clone(), env.clone());
        drop(env.spawn(async move {
            // A connection that breaks is its client's loss.
            let _ = answer_stream(&own, &stream, from, &names).await;
            drop(place);
        }));
    }
}

async fn answer_stream(
    env: &Env,
    stream: &TcpStream,
    from: SocketAddr,
    names: &Names,
) -> io::Result<()> {
    let mut messages = Messages::new(stream);
    while let Some(question) = env.timeout(IDLE, messages.next()).await?? {
        if let Some(reply) = names.answer(env, from, &question, Transport::Tcp) {
            env.timeout(IDLE, send(stream, &reply)).await??;
        }
    }
    Ok(())
}

/// The zone made of the table of names, made again only when there is another table.
#[derive(Default)]
struct Names(Mutex<Option<(Arc<Resolver>, Arc<Zone>)>>);

impl Names {
    fn zone(&self, env: &Env) -> Arc<Zone> {
        let table = env.resolver();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((of, zone)) if Arc::ptr_eq(of, &table) => zone.clone(),
            _ => {
                let zone = Arc::new(Zone::from_names(&table.hosts));
                *known = Some((table, zone.clone()));
                zone
            }
        }
    }

    fn answer(
        &self,
        env: &Env,
        from: SocketAddr,
        question: &[u8],
        transport: Transport,
    ) -> Option<Vec<u8>> {
        let zone = self.zone(env);
        let reply = answer(question, &zone, &own_name(env, &zone), transport)?;
        log(env, from, &reply);
        Some(reply)
    }
}

/// The first name of an address of this machine, or `ns` in the first zone.
fn own_name(env: &Env, zone: &Zone) -> String {
    let addresses: Vec<IpAddr> = env
        .machine()
        .with(|host, _| host.addresses().into_iter().map(|(_, net)| net.addr()).collect());
    let named = addresses.into_iter().find_map(|address| zone.name_of(address));
    let name = named.map(str::to_owned).or_else(|| Some(format!("ns.{}", zone.first_apex()?)));
    format!("{}.", name.unwrap_or_else(|| "ns".to_owned()))
}

fn log(env: &Env, from: SocketAddr, reply: &[u8]) {
    let Ok(reply) = Message::from_vec(reply) else { return };
    let code = code_name(reply.metadata.response_code.into());
    match reply.queries.first() {
        Some(query) => {
            let (name, kind) = (query.name().to_ascii(), query.query_type());
            env.print(format_args!("{from} {name} {kind} {code}\n"));
        }
        None => env.print(format_args!("{from} - {code}\n")),
    }
}

/// The name of a response code (IANA's DNS RCODEs), or `RESERVED` with its number.
pub fn code_name(code: u16) -> String {
    const NAMES: [&str; 11] = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
        "NXRRSET", "NOTAUTH", "NOTZONE",
    ];
    match (code, NAMES.get(usize::from(code))) {
        (_, Some(name)) => (*name).to_owned(),
        (16, None) => "BADVERS".to_owned(),
        (code, None) => format!("RESERVED{code}"),
    }
}
