//! One request over one connection.

use crate::content::Pieces;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use socket::{Env, TcpStream};

/// Sends `request` over `stream` and gives the response when its head is there; its content is read
/// from the body. The connection lives in a task of the program until the body is dropped or read.
///
/// # Errors
/// hyper's: the connection broke, or the answer is no HTTP.
pub async fn send(
    env: &Env,
    stream: TcpStream,
    request: Request<Bytes>,
) -> Result<Response<Incoming>, hyper::Error> {
    let (mut sender, connection) =
        http1::Builder::new().title_case_headers(true).handshake(stream).await?;
    // Its error is the body's or the response's, too.
    drop(env.spawn(async move { drop(connection.await) }));
    sender.send_request(request.map(Pieces::from)).await
}
