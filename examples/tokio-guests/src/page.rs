//! hyper: a server of one page, and a client that fetches it.

use bytes::Bytes;
use catenet::net::{TcpListener, TcpStream};
use core::convert::Infallible;
use http_body_util::{BodyExt, Empty, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::time::Duration;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Serves for ever. The date is left out, for hyper reads it from the real clock.
pub async fn serve(page: &'static str) -> Result<(), Failure> {
    let listener = TcpListener::bind("0.0.0.0:80").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let answer = service_fn(move |request: Request<hyper::body::Incoming>| async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let page = format!("{}: {page}", request.uri().path());
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(page))))
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(5))
                .auto_date_header(false)
                .serve_connection(TokioIo::new(stream), answer),
        );
    }
}

/// Fetches a page.
pub async fn get(server: &str, path: &str) -> Result<String, Failure> {
    let stream = TcpStream::connect((server, 80)).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).header("host", server).body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request).await?.into_body().collect().await?;
    Ok(String::from_utf8(answer.to_bytes().to_vec())?)
}
