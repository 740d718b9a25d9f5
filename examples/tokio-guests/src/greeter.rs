//! tonic: a greeter over HTTP/2. Its messages are written down by hand and derived by prost, so that
//! no compiler of `.proto` files is needed; the service is what such a compiler would write.

use catenet::net::{TcpListener, TcpStream};
use core::pin::Pin;
use core::task::{Context, Poll};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::codegen::tokio_stream::Stream;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::server::Connected;
use tonic::transport::{Channel, Endpoint, Server, Uri};
use tonic_prost::ProstCodec;

/// Who asks.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HelloRequest {
    /// The name.
    #[prost(string, tag = "1")]
    pub name: String,
}

/// What is said.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HelloReply {
    /// The greeting.
    #[prost(string, tag = "1")]
    pub message: String,
}

/// The service `lab.Greeter`.
#[derive(Clone, Copy, Debug)]
pub struct Greeter;

impl NamedService for Greeter {
    const NAME: &'static str = "lab.Greeter";
}

impl UnaryService<HelloRequest> for Greeter {
    type Response = HelloReply;
    type Future = BoxFuture<tonic::Response<HelloReply>, tonic::Status>;
    fn call(&mut self, request: tonic::Request<HelloRequest>) -> Self::Future {
        let message = format!("hello, {}", request.into_inner().name);
        Box::pin(async { Ok(tonic::Response::new(HelloReply { message })) })
    }
}

impl Service<Request<Body>> for Greeter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async {
            let codec = ProstCodec::<HelloReply, HelloRequest>::default();
            Ok(Grpc::new(codec).unary(Greeter, request).await)
        })
    }
}

/// Connections as tonic takes them.
struct Incoming(TcpListener);

impl Stream for Incoming {
    type Item = io::Result<Accepted>;
    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_accept(task).map(|accepted| Some(accepted.map(|(stream, _)| Accepted(stream))))
    }
}

/// One of them.
struct Accepted(TcpStream);

impl Connected for Accepted {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

impl tokio::io::AsyncRead for Accepted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(task, buffer)
    }
}

impl tokio::io::AsyncWrite for Accepted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(task, data)
    }
    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(task)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(task)
    }
}

/// Serves for ever.
pub async fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let incoming = Incoming(TcpListener::bind("0.0.0.0:50051").await?);
    Ok(Server::builder().add_service(Greeter).serve_with_incoming(incoming).await?)
}

/// A channel to the server. It is connected here, where the task knows its host; tonic's own tasks
/// only use it.
pub async fn channel(server: &'static str) -> Result<Channel, tonic::transport::Error> {
    let connect = tower::service_fn(move |_: Uri| async move {
        TcpStream::connect((server, 50051)).await.map(TokioIo::new)
    });
    Endpoint::from_static("http://greeter.lab").connect_with_connector(connect).await
}

/// Asks for a greeting.
pub async fn greet(channel: &Channel, name: &str) -> Result<String, tonic::Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.map_err(|why| tonic::Status::unavailable(why.to_string()))?;
    let codec = ProstCodec::<HelloRequest, HelloReply>::default();
    let path = tonic::codegen::http::uri::PathAndQuery::from_static("/lab.Greeter/SayHello");
    let request = tonic::Request::new(HelloRequest { name: name.to_owned() });
    Ok(client.unary(request, path, codec).await?.into_inner().message)
}
