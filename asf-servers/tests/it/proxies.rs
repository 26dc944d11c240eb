//! Servers behind proxies.

use asf_runtime::gateway::edge::{EdgeRequest, Endpoint as _};
use asf_servers::{Health, HttpProxy, ProcessServer, Proxied, Server, TcpProxyServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{pids, process};

async fn get(address: std::net::SocketAddr) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\nhost: it\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_proxied_server_is_up_when_the_server_is() {
    let server = Server::new(Proxied(process(&["http"])));
    let address = server.start().await.unwrap();
    // The proxy alone would have been up before the process had printed anything.
    assert_eq!(pids(&server).len(), 1);
    assert!(get(address).await.ends_with("hello"));
    server.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_proxy_is_a_server() {
    let server = Server::new(process(&["http"]));
    let proxy = Server::new(TcpProxyServer::new("proxy", server.start().await.unwrap()));
    let address = proxy.start().await.unwrap();
    assert!(get(address).await.ends_with("hello"));
    assert_eq!(proxy.url().unwrap(), format!("tcp://{address}"));
}

fn request() -> EdgeRequest {
    let request = http::Request::get("/path").body(asf_runtime::shape::ByteStream::Empty).unwrap();
    EdgeRequest { request, params: Default::default(), environment: Default::default(), peer: None }
}

#[tokio::test]
async fn requests_at_a_route_start_the_server() {
    let server = Server::new(process(&["http"]).health(Health::Http("/".to_owned())));
    let proxy = HttpProxy::new(server.clone());
    for _ in 0..2 {
        let response = proxy.answer(request()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.into_body().collect(100).await.unwrap(), "hello");
        // It may come up at another port.
        server.stop().await;
    }
    let failing =
        HttpProxy::new(Server::new(ProcessServer::new("it", |_| std::process::Command::new("false"))));
    let response = failing.answer(request()).await;
    assert_eq!(response.status(), 502);
    let body = response.into_body().collect(1000).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("it ended before it was up"), "{body:?}");
}
