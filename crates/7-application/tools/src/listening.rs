//! What the small servers share: reading their words, a bound on connections, one task for each.

use crate::options::show_usage;
use core::future::Future;
use core::net::SocketAddr;
use dns::settings::{BadSetting, Settings};
use socket::{Env, ExitCode, TcpListener, TcpStream};
use std::io;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Connections that a small server has at once; further ones wait in the listener's queue.
pub(crate) const CONNECTIONS: usize = 256;

/// The program's `key=value` words.
pub(crate) fn settings(env: &Env, keys: &[&str]) -> Result<Settings, BadSetting> {
    Settings::read(env.args().get(1..).unwrap_or_default(), keys)
}

/// Says which word is wrong and how the program is used.
pub(crate) fn refuse(env: &Env, bad: &BadSetting, usage: (&str, &str)) -> ExitCode {
    let name = env.args().first().map_or("", String::as_str);
    env.eprint(format_args!("{name}: {}\n", bad.text(env.lang())));
    show_usage(env, usage)
}

/// Says why the program cannot go on.
pub(crate) fn failed(env: &Env, about: impl core::fmt::Display, error: &io::Error) -> ExitCode {
    let name = env.args().first().map_or("", String::as_str);
    env.eprint(format_args!("{name}: {about}: {error}\n"));
    ExitCode::FAILURE
}

/// Listens on `local` and gives each connection to `visit`, in a task of its own.
///
/// # Errors
/// The address cannot be listened on.
pub(crate) async fn each_connection<F>(
    env: &Env,
    local: SocketAddr,
    visit: impl Fn(TcpStream, SocketAddr) -> F,
) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = env.tcp_listen(local, CONNECTIONS)?;
    each_accepted(env, &listener, visit).await
}

/// Gives each connection of `listener` to `visit`, in a task of its own.
///
/// # Errors
/// The listener cannot go on.
pub(crate) async fn each_accepted<F>(
    env: &Env,
    listener: &TcpListener,
    visit: impl Fn(TcpStream, SocketAddr) -> F,
) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return Ok(()) };
        let (stream, peer) = listener.accept().await?;
        let visiting = visit(stream, peer);
        drop(env.spawn(async move {
            visiting.await;
            drop(place);
        }));
    }
}
