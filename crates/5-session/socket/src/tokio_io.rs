//! tokio's `AsyncRead` and `AsyncWrite` (the crate without its runtime).

use crate::tcp::{Connection, OwnedReadHalf, OwnedWriteHalf, TcpStream};
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

fn poll_read(
    connection: &Connection,
    task: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    let octets = ready!(connection.poll_read(task, buffer.remaining()))?;
    buffer.put_slice(&octets);
    Poll::Ready(Ok(()))
}

macro_rules! async_read {
    ($($name:ty)*) => { $(
        impl AsyncRead for $name {
            fn poll_read(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                poll_read(&self.connection, task, buffer)
            }
        }
    )* };
}
async_read!(TcpStream OwnedReadHalf);

macro_rules! async_write {
    ($($name:ty)*) => { $(
        impl AsyncWrite for $name {
            fn poll_write(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                data: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.connection.poll_write(task, data)
            }
            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }
            fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(self.connection.shutdown())
            }
        }
    )* };
}
async_write!(TcpStream OwnedWriteHalf);
