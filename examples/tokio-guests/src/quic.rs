//! quinn: a server that says everything back, and a client.

use catenet::net::{UdpSocket, quic_endpoint};
use std::net::SocketAddr;
use std::sync::Arc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What stands before an Ed25519 seed in PKCS #8 (RFC 8410, section 7).
const ED25519_PKCS8: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A certificate for both sides of the test.
pub struct Identity {
    certificate: rustls::pki_types::CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    /// For `web.lab`, always the same from the same seed. Ed25519, whose signatures all have one
    /// length: with ECDSA a run would not repeat, not even by the sizes of its frames.
    pub fn of(seed: [u8; 32]) -> Result<Identity, Failure> {
        let key = [ED25519_PKCS8, &seed].concat();
        let pair = rcgen::KeyPair::try_from(key.as_slice())?;
        let named = rcgen::CertificateParams::new(vec!["web.lab".to_owned()])?;
        Ok(Identity { certificate: named.self_signed(&pair)?.der().clone(), key })
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
