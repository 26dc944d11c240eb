//! A proxy in the emulator, down to the sockets: the connection is handed over to another protocol.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use asf_runtime::gateway::edge::{self, EdgeRouter, Rule};
use asf_runtime::plugin::Settings;

use crate::clients::Emulator;

/// The head of a message.
fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.extend_from_slice(&byte);
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

/// Takes one connection, changes its protocol, says what it was told of the client, and then repeats what
/// it hears.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let request = head(&mut stream);
        assert!(request.starts_with("get /base/chat?room=1 http/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nupgrade: websocket\r\n"), "{request}");
        assert!(request.contains("\r\nx-forwarded-for: 127.0.0.1\r\n"), "{request}");
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        let mut buffer = [0; 64];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            stream.write_all(buffer.get(..length).unwrap()).unwrap();
        }
    });
    address
}

#[test]
fn web_socket_through_the_emulator() {
    let router = EdgeRouter::new();
    let emulator = Emulator::start_on(Settings::default(), router.clone());
    // The route comes while the emulator runs.
    let proxy = edge::proxy(&format!("http://{}/base", server())).unwrap();
    router.add(Rule::new("/{*rest}").host("{api}.execute-api.{domain}"), proxy).unwrap();

    let mut stream = TcpStream::connect(emulator.url().trim_start_matches("http://")).unwrap();
    let request = "GET /chat?room=1 HTTP/1.1\r\nHost: a.execute-api.localhost.localstack.cloud:4566\r\n\
                   Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let answer = head(&mut stream);
    assert!(answer.starts_with("http/1.1 101 "), "{answer}");
    for said in ["hello", "again"] {
        stream.write_all(said.as_bytes()).unwrap();
        let mut heard = vec![0; said.len()];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(heard, said.as_bytes());
    }
}
