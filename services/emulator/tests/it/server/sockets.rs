//! Several places, IPv6, and sockets in the file system.

use std::fs;
use std::io::ErrorKind;

use asf_emulator::{Limits, Server, Tls};
use asf_runtime::config::Listener;
use tokio::net::{TcpStream, UnixListener, UnixStream};

use crate::listening::{Client, Listening, any_gateway, listeners};

#[tokio::test]
async fn several_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("asf.sock");
    let unix = format!("unix:{}", path.display());
    let mut places = vec!["127.0.0.1:0", "localhost:0", unix.as_str()];
    // Not every machine has it.
    if TcpStream::connect("[::1]:1").await.is_err_and(|it| it.kind() == ErrorKind::ConnectionRefused) {
        places.push("[::1]:0");
    }
    let server = Listening::at(&places, Limits::default(), Tls::self_signed(None)).await;
    for place in &server.places {
        let (mut client, peer): (Client<Box<dyn Both>>, _) = match place {
            Listener::Tcp { host, port } => {
                assert_ne!(*port, 0);
                let stream = TcpStream::connect((host.as_str(), *port)).await.unwrap();
                (Client::new(Box::new(stream)), true)
            }
            Listener::Unix(path) => (Client::new(Box::new(UnixStream::connect(path).await.unwrap())), false),
        };
        assert_eq!(client.get("/where").await, (200, format!("- HTTP/1.1 {peer}")), "{place}");
    }
    server.end().await.unwrap();
    assert!(!path.exists(), "the socket's file stays");
}

trait Both: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Both for T {}

#[tokio::test]
async fn places_that_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("unix:{}", folder.path().join(name).display());
    // One that no one listens on any more: its process was killed.
    drop(UnixListener::bind(folder.path().join("stale")).unwrap());
    let _live = UnixListener::bind(folder.path().join("live")).unwrap();
    fs::write(folder.path().join("file"), "precious").unwrap();
    let server = Listening::new(Limits::default()).await;
    for (place, expected) in [
        (at("stale"), None),
        (at("live"), Some(ErrorKind::AddrInUse)),
        (at("file"), Some(ErrorKind::AddrInUse)),
        (at("no/such/folder"), Some(ErrorKind::NotFound)),
        (server.address(), Some(ErrorKind::AddrInUse)),
    ] {
        let bound = Server::bind(&listeners(&["127.0.0.1:0", &place]), any_gateway()).await;
        assert_eq!(bound.as_ref().err().map(|it| it.error.kind()), expected, "{place}");
        assert_eq!(bound.err().map(|it| it.place.to_string()), expected.map(|_| place));
    }
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "precious");
    assert!(!folder.path().join("stale").exists());
}

#[tokio::test]
async fn all_addresses_of_both_kinds() {
    // The first gets a port; the same port of the other kind is then listened on besides.
    let first = Listening::at(&["0.0.0.0:0"], Limits::default(), Tls::self_signed(None)).await;
    let Listener::Tcp { port, .. } = first.places[0] else { panic!("not TCP") };
    first.end().await.unwrap();
    let both = listeners(&[&format!("0.0.0.0:{port}"), &format!("[::]:{port}")]);
    match Server::bind(&both, any_gateway()).await {
        Ok(server) => assert_eq!(server.places(), both),
        // A machine without IPv6.
        Err(error) => assert_ne!(error.error.kind(), ErrorKind::AddrInUse, "{error}"),
    }
}
