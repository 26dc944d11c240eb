//! HTTP/2 with prior knowledge.

use asf_emulator::Limits;
use asf_runtime::Bytes;
use futures_util::future::join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::listening::{Listening, patiently};

async fn client(server: &Listening) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn request(path: &str) -> http::Request<Full<Bytes>> {
    let uri = format!("http://localhost{path}");
    http::Request::get(uri).body(Full::default()).unwrap()
}

#[tokio::test]
async fn requests_at_the_same_time() {
    let server = Listening::new(Limits::default()).await;
    let mut client = client(&server).await;
    let waiting = client.send_request(request("/wait"));
    let others = join_all((0..20).map(|_| client.clone()).map(|mut it| async move {
        let response = it.send_request(request("/where")).await.unwrap();
        response.into_body().collect().await.unwrap().to_bytes()
    }));
    for answer in patiently(others).await {
        assert_eq!(answer, "http HTTP/2.0 true");
    }
    server.let_go();
    assert_eq!(patiently(waiting).await.unwrap().status(), 200);
}

#[tokio::test]
async fn heads_that_are_too_large() {
    let server = Listening::new(Limits { headers: 20, head_size: 8 << 10, ..Limits::default() }).await;
    let mut client = client(&server).await;
    let mut many = request("/where");
    for number in 0..30 {
        let name: http::HeaderName = format!("x-{number}").parse().unwrap();
        many.headers_mut().insert(name, "1".parse().unwrap());
    }
    let mut large = request("/where");
    large.headers_mut().insert("x-large", "a".repeat(9 << 10).parse().unwrap());
    assert_eq!(patiently(client.send_request(many)).await.unwrap().status(), 431);
    assert_eq!(patiently(client.send_request(request("/where"))).await.unwrap().status(), 200);
    // hyper's client knows from the settings that this one is in vain.
    let refused = patiently(client.send_request(large)).await;
    assert!(refused.is_err() || refused.is_ok_and(|it| it.status() == 431));
}
