//! `axum::serve(listener, app)` on our listener.

use super::{TcpListener, TcpStream};
use core::net::SocketAddr;
use std::io;

impl axum::serve::Listener for TcpListener {
    type Io = TcpStream;
    type Addr = SocketAddr;
    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            if let Ok(accepted) = TcpListener::accept(self).await {
                return accepted;
            }
            // The host is gone: there will never be another one.
            core::future::pending::<()>().await;
        }
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        TcpListener::local_addr(self)
    }
}
