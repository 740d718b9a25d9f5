//! Names to addresses, by a small program on the host: its questions are packets like any.

use super::address::addresses;
use super::{Here, ToSocketAddrs};
use core::future::Future;
use core::net::{IpAddr, SocketAddr};
use core::pin::Pin;
use socket::{Env, ExitCode, Programs};
use std::io;

const NAME: &str = "resolve";

/// Adds what guests need to the programs of a world.
pub(crate) fn add_programs(programs: &mut Programs) {
    programs.add(NAME, program, "look up a name", "查询域名");
}

fn program(env: Env) -> Pin<Box<dyn Future<Output = ExitCode> + Send>> {
    Box::pin(async move {
        let Some(name) = env.args().get(1).cloned() else { return ExitCode::USAGE };
        match dns::resolve(&env, &name).await {
            Ok(found) => {
                found.iter().for_each(|address| env.print(format_args!("{address}\n")));
                ExitCode::SUCCESS
            }
            Err(why) => {
                env.eprint(format_args!("{}", why.text(env.lang())));
                ExitCode::FAILURE
            }
        }
    })
}

pub(super) async fn resolve(here: &Here, name: &str) -> io::Result<Vec<IpAddr>> {
    here.machine()?;
    let output = here.exec(NAME, vec![name.to_owned()]).await;
    if !output.ok() {
        let why = format!("{name}: {}", output.stderr.trim());
        return Err(io::Error::new(io::ErrorKind::NotFound, why));
    }
    Ok(output.stdout.lines().filter_map(|line| line.parse().ok()).collect())
}

/// As tokio's: the addresses of a name of the lab, asked for on the wire.
///
/// # Errors
/// Nobody knows the name, or the name server does not answer.
pub async fn lookup_host(name: impl ToSocketAddrs) -> io::Result<impl Iterator<Item = SocketAddr>> {
    let here = Here::current()?;
    Ok(addresses(&here, &name).await?.into_iter())
}
