//! quinn: a server that says everything back, and a client.

use catenet::net::{UdpSocket, quic_endpoint};
use std::net::SocketAddr;
use std::sync::Arc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A certificate for both sides of the test.
pub struct Identity {
    certificate: rustls::pki_types::CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    /// A new one, for `web.lab`.
    pub fn new() -> Result<Identity, Failure> {
        let made = rcgen::generate_simple_self_signed(vec!["web.lab".to_owned()])?;
        Ok(Identity { certificate: made.cert.der().clone(), key: made.signing_key.serialize_der() })
    }
    /// What the server shows.
    pub fn server(&self) -> Result<quinn::ServerConfig, Failure> {
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(self.key.clone());
        Ok(quinn::ServerConfig::with_single_cert(vec![self.certificate.clone()], key.into())?)
    }
    /// Whom the client trusts.
    pub fn client(&self) -> Result<quinn::ClientConfig, Failure> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        Ok(quinn::ClientConfig::with_root_certificates(Arc::new(roots))?)
    }
}

/// Echoes every stream of every connection, for ever.
pub async fn serve(config: quinn::ServerConfig) -> Result<(), Failure> {
    let endpoint = quic_endpoint(UdpSocket::bind("0.0.0.0:443").await?, Some(config))?;
    while let Some(incoming) = endpoint.accept().await {
        tokio::spawn(async move {
            let connection = incoming.await?;
            while let Ok((mut send, mut receive)) = connection.accept_bi().await {
                let asked = receive.read_to_end(1 << 20).await?;
                send.write_all(&asked).await?;
                send.finish()?;
            }
            Ok::<_, Failure>(())
        });
    }
    Ok(())
}

/// Says `message` to the server and gives what it said.
pub async fn ask(
    server: SocketAddr,
    config: quinn::ClientConfig,
    message: &[u8],
) -> Result<Vec<u8>, Failure> {
    let mut endpoint = quic_endpoint(UdpSocket::bind("0.0.0.0:0").await?, None)?;
    endpoint.set_default_client_config(config);
    let connection = endpoint.connect(server, "web.lab")?.await?;
    let (mut send, mut receive) = connection.open_bi().await?;
    send.write_all(message).await?;
    send.finish()?;
    let answer = receive.read_to_end(1 << 20).await?;
    connection.close(0u32.into(), b"done");
    endpoint.wait_idle().await;
    Ok(answer)
}
