//! DNS messages over TCP, each behind its length in two octets (RFC 1035 section 4.2.2).

use bytes::{Buf, Bytes, BytesMut};
use socket::TcpStream;
use std::io;

/// The reading end: a message may come in any number of pieces.
#[derive(Debug)]
pub(crate) struct Messages<'a> {
    stream: &'a TcpStream,
    read: BytesMut,
}

impl<'a> Messages<'a> {
    pub(crate) fn new(stream: &'a TcpStream) -> Self {
        Messages { stream, read: BytesMut::new() }
    }

    /// The next message; `None`: the other side has finished.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(message) = self.take() {
                return Ok(Some(message));
            }
            let octets = self.stream.read_bytes(4096).await?;
            if octets.is_empty() {
                let whole = self.read.is_empty();
                return if whole { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            self.read.extend_from_slice(&octets);
        }
    }

    fn take(&mut self) -> Option<Bytes> {
        let length = usize::from(u16::from_be_bytes(*self.read.first_chunk::<2>()?));
        if self.read.len() < 2 + length {
            return None;
        }
        self.read.advance(2);
        Some(self.read.split_to(length).freeze())
    }
}

/// Sends one message, its length and itself in one write.
//= rfc7766#8 SHOULD: else they travel in two segments
pub(crate) async fn send(stream: &TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let octets = [&length.to_be_bytes(), message].concat();
    stream.write_all_bytes(&octets).await
}
