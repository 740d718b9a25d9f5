//! The loopback port's connections: any user of this machine can open them, so they are bounded.
//!
//! A connection is a stranger until a request of its has shown the secret. Strangers have few places;
//! a newcomer takes the oldest one's, so that a crowd that says nothing keeps nobody out, and a header
//! must arrive in time. Who has shown the secret is the service's own user and is left alone.

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Connections that have not shown the secret.
const STRANGERS: usize = 64;
/// How long the header of a request may take.
const HEADER: Duration = Duration::from_secs(10);

/// Has this connection shown the secret?
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<AtomicBool>);

impl Known {
    /// It has.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Serves for ever.
pub async fn serve(listener: TcpListener, routes: Router) {
    let mut strangers: VecDeque<(Known, AbortHandle)> = VecDeque::new();
    loop {
        let Ok((line, _)) = listener.accept().await else {
            // No descriptor is free, most likely: wait for one.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        strangers.retain(|(known, task)| !known.is_set() && !task.is_finished());
        if strangers.len() >= STRANGERS
            && let Some((_, oldest)) = strangers.pop_front()
        {
            oldest.abort();
        }
        let known = Known::default();
        let task = tokio::spawn(talk(line, routes.clone().layer(Extension(known.clone()))));
        strangers.push_back((known, task.abort_handle()));
    }
}

async fn talk(line: TcpStream, routes: Router) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER);
    let talk = builder.serve_connection(TokioIo::new(line), TowerToHyperService::new(routes));
    let talk = talk.with_upgrades(); // a WebSocket goes on beside this task
    let _ = talk.await; // a peer's fault ends its own connection
}
