//! TLS and HTTP on one port, and the certificate.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use asf_emulator::{Limits, Tls};
use asf_runtime::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::listening::{Client, Listening, SHORT, patiently};

/// Connects as `name`, trusting the certificate in a file and no other.
async fn connect(
    server: &Listening,
    pem: &Path,
    name: &str,
    alpn: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pem).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|it| it.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(server.address()).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    patiently(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

/// Speaks TLS, so that there is a certificate; whether it is trusted is no matter.
async fn say_hello(server: &Listening) {
    let roots = RootCertStore::empty();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    patiently(TlsConnector::from(Arc::new(config)).connect(name, stream)).await.unwrap_err();
}

#[tokio::test]
async fn on_the_port_of_http() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("tls");
    let pem = kept.join("server.pem");
    let tls = || Tls::self_signed(Some(kept.clone()));
    let server = Listening::at(&["127.0.0.1:0"], Limits::default(), tls()).await;
    assert_eq!(server.client().await.get("/where").await, (200, "- HTTP/1.1 true".to_owned()));
    assert!(!pem.exists(), "it is made before it is needed");
    say_hello(&server).await;
    for name in [
        "localhost",
        "localhost.localstack.cloud",
        "sqs.localhost.localstack.cloud",
        "bucket.s3.localhost.localstack.cloud",
        "127.0.0.1",
        "::1",
    ] {
        let stream = connect(&server, &pem, name, &["http/1.1"]).await.unwrap();
        let answer = Client::new(stream).get("/where").await;
        assert_eq!(answer, (200, "https HTTP/1.1 true".to_owned()), "{name}");
    }
    connect(&server, &pem, "example.com", &[]).await.unwrap_err();
    let stream = connect(&server, &pem, "localhost", &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get("https://localhost/where").body(Full::<Bytes>::default()).unwrap();
    let answer = patiently(sender.send_request(request)).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "https HTTP/2.0 true");
    // The next process has the same.
    let first = fs::read(&pem).unwrap();
    let again = Listening::at(&["127.0.0.1:0"], Limits::default(), tls()).await;
    connect(&again, &pem, "localhost", &[]).await.unwrap();
    assert_eq!(fs::read(&pem).unwrap(), first);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&pem).unwrap().permissions()) & 0o777,
        0o600
    );
    // One that cannot be read is made anew.
    fs::write(&pem, "no certificate").unwrap();
    let third = Listening::at(&["127.0.0.1:0"], Limits::default(), tls()).await;
    say_hello(&third).await;
    connect(&third, &pem, "localhost", &[]).await.unwrap();
}

#[tokio::test]
async fn a_certificate_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.pem");
    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(["example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    // Certificate and key, in either order.
    for pem in [key.serialize_pem() + &own.pem(), own.pem() + &key.serialize_pem()] {
        fs::write(&path, pem).unwrap();
        let server = Listening::at(&["127.0.0.1:0"], Limits::default(), Tls::custom(path.clone())).await;
        let mut client = Client::new(connect(&server, &path, "example.com", &[]).await.unwrap());
        assert_eq!(client.get("/where").await.0, 200);
    }
    // Without one, HTTP is served still.
    let server =
        Listening::at(&["127.0.0.1:0"], Limits::default(), Tls::custom(folder.path().join("none"))).await;
    say_hello(&server).await;
    assert_eq!(server.client().await.get("/where").await.0, 200);
}

#[tokio::test]
async fn handshakes_that_do_not_come_to_their_end() {
    let server = Listening::new(Limits { head_time: SHORT, ..Limits::default() }).await;
    for begun in [&b"\x16"[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(begun).await.unwrap();
        assert_eq!(Client::new(stream).rest().await, "");
    }
    let mut client = server.client().await;
    client.send("\x16nonsense, and more than a record's head").await;
    drop(client);
    assert_eq!(server.client().await.get("/where").await.0, 200);
}
