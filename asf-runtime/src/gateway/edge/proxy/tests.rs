//! Proxies between a client and a server on the loopback.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Proxy, arriving};
use crate::context::Environment;
use crate::gateway::AwsChainOptions;
use crate::gateway::edge::{EdgeRouter, Endpoint, Rule, respond};
use crate::gateway::tests::gateway_with;
use crate::protocol::{Request, Response};
use crate::shape::ByteStream;

/// Serves a function on a port of its own, for as long as the test's runtime lives.
async fn serve<F, A>(function: F) -> SocketAddr
where
    F: Fn(Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve_on(stream, function.clone());
        }
    });
    address
}

/// Serves a function on a Unix socket, likewise.
#[cfg(unix)]
fn serve_unix<F, A>(socket: &std::path::Path, function: F)
where
    F: Fn(Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let listener = tokio::net::UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve_on(stream, function.clone());
        }
    });
}

fn serve_on<F, A>(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, function: F)
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let answer = function(request.map(arriving));
        async move { Ok::<_, Infallible>(answer.await) }
    });
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades());
}

/// A gateway with a proxy at `/p/{*rest}`, and where it is.
async fn front(proxy: Proxy) -> SocketAddr {
    let edge = EdgeRouter::new();
    edge.add(Rule::new("/p/{*path}"), Arc::new(proxy) as Arc<dyn Endpoint>).unwrap();
    let gateway = Arc::new(gateway_with(AwsChainOptions { edge, ..AwsChainOptions::default() }));
    serve(move |request| {
        let gateway = gateway.clone();
        async move { gateway.process(request).await }
    })
    .await
}

async fn send(request: Request) -> http::Response<Incoming> {
    Client::builder(TokioExecutor::new()).build_http::<ByteStream>().request(request).await.unwrap()
}

async fn text(response: http::Response<Incoming>) -> String {
    let bytes = arriving(response.into_body()).collect(1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn request(method: Method, url: String, body: impl Into<ByteStream>) -> Request {
    http::Request::builder().method(method).uri(url).body(body.into()).unwrap()
}

/// Says what arrived.
async fn mirror(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect(1 << 20).await.unwrap();
    let mut shown = format!("{} {}\n", parts.method, parts.uri);
    for (name, value) in &parts.headers {
        shown.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    shown.push_str(&String::from_utf8_lossy(&body));
    let mut response = respond::text(StatusCode::IM_A_TEAPOT, shown);
    response.headers_mut().insert("x-mirror", "yes".parse().unwrap());
    response.headers_mut().insert("connection", "x-hop".parse().unwrap());
    response.headers_mut().insert("x-hop", "1".parse().unwrap());
    response
}

#[tokio::test]
async fn requests_and_answers() {
    let server = serve(mirror).await;
    let front = front(Proxy::new(&format!("http://{server}/base")).unwrap()).await;
    for (path, expected) in [
        ("/p", "/base"),
        ("/p/", "/base"),
        ("/p/a/b%20c/", "/base/a/b%20c/"),
        ("/p/a?x=1&y=%2F", "/base/a?x=1&y=%2F"),
        ("/p?x", "/base?x"),
    ] {
        let mut request = request(Method::PUT, format!("http://{front}{path}"), "hello");
        request.headers_mut().insert("x-own", "1".parse().unwrap());
        request.headers_mut().insert("x-hop", "2".parse().unwrap());
        request.headers_mut().insert("connection", "x-hop".parse().unwrap());
        let response = send(request).await;
        assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
        assert_eq!(response.headers()["x-mirror"], "yes");
        assert!(response.headers().get("x-hop").is_none());
        let shown = text(response).await;
        let mut lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.remove(0), format!("PUT {expected}"));
        assert_eq!(lines.pop(), Some("hello"));
        lines.sort_unstable();
        let host = format!("host: {server}");
        let forwarded = format!("x-forwarded-host: {front}");
        assert_eq!(
            lines,
            ["content-length: 5", &host, &*forwarded, "x-forwarded-proto: http", "x-own: 1"],
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_head_has_no_body() {
    let server = serve(mirror).await;
    let front = front(Proxy::new(&format!("http://{server}")).unwrap()).await;
    let response = send(request(Method::HEAD, format!("http://{front}/p"), "")).await;
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert!(response.headers().contains_key("content-length"));
    assert_eq!(text(response).await, "");
}

/// Each piece is passed on before the next is sent, in both directions.
#[tokio::test]
async fn streams() {
    let server = serve(|request: Request| async move { Response::new(request.into_body()) }).await;
    let front = front(Proxy::new(&format!("http://{server}")).unwrap()).await;
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let pieces = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let body = ByteStream::from_stream(pieces, None);
    let mut answer =
        Box::pin(send(request(Method::POST, format!("http://{front}/p"), ByteStream::Empty).map(|_| body)));
    // The answer begins before the request has ended.
    let first = sender.send(Ok(Bytes::from_static(b"first")));
    let (response, sent) = tokio::join!(&mut answer, first);
    sent.unwrap();
    let mut body = arriving(response.into_body());
    assert_eq!(body.next().await.unwrap().unwrap(), "first");
    for piece in ["second", "third"] {
        sender.send(Ok(Bytes::from_static(piece.as_bytes()))).await.unwrap();
        assert_eq!(body.next().await.unwrap().unwrap(), piece);
    }
    drop(sender);
    assert!(body.next().await.is_none());
}

/// An echo in another protocol, after the handshake of a WebSocket.
async fn echo(mut request: Request) -> Response {
    if request.headers().get("upgrade").is_none_or(|it| it != "websocket") {
        return respond::text(StatusCode::UPGRADE_REQUIRED, "speak WebSocket");
    }
    let key = request.headers()["sec-websocket-key"].clone();
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let mut io = TokioIo::new(upgraded.await.unwrap());
        let mut buffer = [0; 5];
        while io.read_exact(&mut buffer).await.is_ok() {
            buffer.make_ascii_uppercase();
            io.write_all(&buffer).await.unwrap();
        }
    });
    let mut response = respond::empty(StatusCode::SWITCHING_PROTOCOLS);
    for (name, value) in
        [("connection", "upgrade".parse().unwrap()), ("upgrade", "websocket".parse().unwrap())]
    {
        response.headers_mut().insert(name, value);
    }
    response.headers_mut().insert("sec-websocket-accept", key);
    response
}

#[tokio::test]
async fn web_sockets() {
    let server = serve(echo).await;
    speaks_web_socket(Proxy::new(&format!("http://{server}")).unwrap()).await;
    #[cfg(unix)]
    {
        let folder = tempfile::tempdir().unwrap();
        serve_unix(&folder.path().join("s"), echo);
        speaks_web_socket(Proxy::unix(folder.path().join("s"), "the echo")).await;
    }
}

async fn speaks_web_socket(proxy: Proxy) {
    let front = front(proxy).await;
    let url = format!("http://{front}/p/socket");

    let mut request = request(Method::GET, url.clone(), "");
    for (name, value) in [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "a2V5")]
    {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let response = send(request).await;
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()["upgrade"], "websocket");
    assert_eq!(response.headers()["sec-websocket-accept"], "a2V5");
    let mut io = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    for (said, expected) in [(b"hello", b"HELLO"), (b"again", b"AGAIN")] {
        io.write_all(said).await.unwrap();
        let mut heard = [0; 5];
        io.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, expected);
    }
    io.shutdown().await.unwrap();
    assert_eq!(io.read(&mut [0; 5]).await.unwrap(), 0);

    // Without the handshake it is a request like others.
    let response = send(self::request(Method::GET, url, "")).await;
    assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
}

#[tokio::test]
async fn servers_that_fail() {
    // Nobody listens there any more.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    // Takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_at = silent.local_addr().unwrap();
    // Says what is no HTTP.
    let odd = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let odd_at = odd.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = odd.accept().await {
            stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").await.unwrap();
        }
    });
    for (address, status, expected) in [
        (gone, StatusCode::BAD_GATEWAY, "cannot be reached"),
        (silent_at, StatusCode::GATEWAY_TIMEOUT, "did not answer in time"),
        (odd_at, StatusCode::BAD_GATEWAY, "gave no proper answer"),
    ] {
        let proxy = Proxy::new(&format!("http://{address}")).unwrap().answer_time(Duration::from_millis(200));
        let front = front(proxy).await;
        let response = send(request(Method::GET, format!("http://{front}/p"), "")).await;
        assert_eq!(response.status(), status, "{expected}");
        let shown = text(response).await;
        assert!(shown.contains(expected), "{shown}");
    }
    drop(silent);
}

/// Asking again after an answer works, also when the server has closed the connection meanwhile.
#[tokio::test]
async fn without_a_gateway() {
    let server = serve(mirror).await;
    let proxy = Proxy::new(&format!("http://{server}")).unwrap();
    for turn in 0..3 {
        let request = crate::gateway::edge::EdgeRequest {
            request: request(Method::GET, "/x".to_owned(), ""),
            params: crate::gateway::edge::Params::default(),
            environment: Environment::default(),
            peer: Some("10.1.2.3:99".parse().unwrap()),
        };
        let response = proxy.answer(request).await;
        let body = response.into_body().collect(1 << 20).await.unwrap();
        let shown = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            shown.starts_with("GET /\n") && shown.contains("x-forwarded-for: 10.1.2.3\n"),
            "{turn} {shown}"
        );
    }
}

/// A server on a Unix socket gets path and host as they came, and can be gone.
#[cfg(unix)]
#[tokio::test]
async fn over_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let proxy = Proxy::unix(&socket, "the mirror");
    let ask = |target: &str| crate::gateway::edge::EdgeRequest {
        request: {
            let mut request = request(Method::PUT, target.to_owned(), "words");
            request.headers_mut().insert("host", "here.test:99".parse().unwrap());
            request.headers_mut().insert("connection", "x-hop".parse().unwrap());
            request.headers_mut().insert("x-hop", "1".parse().unwrap());
            request
        },
        params: crate::gateway::edge::Params::default(),
        environment: Environment::default(),
        peer: None,
    };
    let gone = proxy.answer(ask("/")).await;
    assert_eq!(gone.status(), StatusCode::BAD_GATEWAY);
    serve_unix(&socket, mirror);
    for _ in 0..2 {
        let response = proxy.answer(ask("/a%2Fb/?x=%20&y")).await;
        let shown = response.into_body().collect(1 << 20).await.unwrap();
        let shown = String::from_utf8(shown.to_vec()).unwrap();
        assert!(shown.starts_with("PUT /a%2Fb/?x=%20&y\n") && shown.ends_with("words"), "{shown}");
        assert!(shown.contains("\nhost: here.test:99\n") && !shown.contains("x-hop"), "{shown}");
    }
}

#[test]
fn urls() {
    for (url, expected) in [
        ("http://127.0.0.1:8080", ""),
        ("http://name/base?x=1", ""),
        ("http://[::1]:80/", ""),
        ("https://127.0.0.1", "scheme has to be http"),
        ("127.0.0.1:8080", "scheme has to be http"),
        ("/path", "scheme has to be http"),
        ("http://user@host/", "has a user"),
        ("http://", "cannot be proxied to"),
        ("not a url", "cannot be proxied to"),
        ("", "cannot be proxied to"),
    ] {
        let error = Proxy::new(url).err().map(|it| it.to_string()).unwrap_or_default();
        assert!(error.contains(expected) && error.is_empty() == expected.is_empty(), "{url}: {error:?}");
    }
}
