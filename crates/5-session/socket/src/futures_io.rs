//! The `futures-io` traits.

use crate::tcp::{Connection, OwnedReadHalf, OwnedWriteHalf, TcpStream};
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use futures_io::{AsyncRead, AsyncWrite};
use std::io;

fn poll_read(
    connection: &Connection,
    task: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<io::Result<usize>> {
    let octets = ready!(connection.poll_read(task, buffer.len()))?;
    buffer[..octets.len()].copy_from_slice(&octets);
    Poll::Ready(Ok(octets.len()))
}

macro_rules! async_read {
    ($($name:ty)*) => { $(
        impl AsyncRead for $name {
            fn poll_read(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
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
            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(self.connection.shutdown())
            }
        }
    )* };
}
async_write!(TcpStream OwnedWriteHalf);
