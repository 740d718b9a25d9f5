//! Content on its way: out in pieces, in up to a bound.

use bytes::{Bytes, BytesMut};
use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// Octets handed to hyper at a time: it copies what it is given, so a file must not be one piece.
const PIECE: usize = 64 * 1024;

/// Octets at hand, given out in pieces that share them.
#[derive(Clone, Debug, Default)]
pub struct Pieces(Bytes);

impl From<Bytes> for Pieces {
    fn from(octets: Bytes) -> Self {
        Pieces(octets)
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.0.len().min(PIECE);
        let piece = (length > 0).then(|| self.0.split_to(length));
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// Why content was not collected.
#[derive(Debug)]
pub enum NotCollected {
    /// There is more than the bound.
    TooLong,
    /// The connection broke, or what came is not HTTP.
    Broken(hyper::Error),
}

/// The next octets of a body; `None`: it is complete. Trailers are passed over.
pub async fn next_piece(body: &mut Incoming) -> Option<Result<Bytes, hyper::Error>> {
    loop {
        let frame = core::future::poll_fn(|task| Pin::new(&mut *body).poll_frame(task)).await?;
        match frame.map(Frame::into_data) {
            Ok(Ok(octets)) => return Some(Ok(octets)),
            Ok(Err(_trailers)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

/// All of a body, up to `most` octets.
///
/// # Errors
/// More than that, or a broken connection.
pub async fn collect(mut body: Incoming, most: usize) -> Result<Bytes, NotCollected> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(NotCollected::TooLong);
    }
    // What is only announced does not cost memory yet.
    let mut octets = BytesMut::with_capacity(announced.min(1 << 20));
    while let Some(piece) = next_piece(&mut body).await {
        let piece = piece.map_err(NotCollected::Broken)?;
        if octets.len() + piece.len() > most {
            return Err(NotCollected::TooLong);
        }
        octets.extend_from_slice(&piece);
    }
    Ok(octets.freeze())
}
