//! HTTP/1.1: keep-alive, pipelining, `Expect`, and requests that panic.

use asf_emulator::Limits;

use crate::listening::{Listening, get};

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Listening::new(Limits::default()).await;
    let mut client = server.client().await;
    for _ in 0..3 {
        assert_eq!(client.get("/where").await, (200, "- HTTP/1.1 true".to_owned()));
    }
    client.send("GET /where HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert_eq!(client.answer().await.0, 200);
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn requests_are_answered_in_their_order() {
    let server = Listening::new(Limits::default()).await;
    let mut client = server.client().await;
    let echo = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc";
    client.send([&get("/wait"), echo, &get("/where")].concat()).await;
    server.entered().await;
    server.let_go();
    for expected in ["let go", "abc", "- HTTP/1.1 true"] {
        assert_eq!(client.answer().await, (200, expected.to_owned()));
    }
}

#[tokio::test]
async fn a_body_is_asked_for_when_it_is_read() {
    let server = Listening::new(Limits { body_size: 10, ..Limits::default() }).await;
    let head = |path: &str, length: usize| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut client = server.client().await;
    client.send(head("/echo", 3)).await;
    assert_eq!(client.answer().await, (100, String::new()));
    client.send("abc").await;
    assert_eq!(client.answer().await, (200, "abc".to_owned()));
    // One that is refused is not asked for.
    for (path, length, status) in [("/echo", 11, 413), ("/where", 3, 200)] {
        let mut client = server.client().await;
        client.send(head(path, length)).await;
        assert_eq!(client.answer().await.0, status, "{path}");
    }
}

/// What is sent and not read must not be taken for the next request.
#[tokio::test]
async fn a_body_that_nobody_reads() {
    let server = Listening::new(Limits::default()).await;
    let unread = |length: usize, fields: &str| {
        let body = if fields.is_empty() { "a".repeat(length) } else { String::new() };
        format!("POST /where HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{fields}\r\n{body}")
    };
    let mut client = server.client().await;
    client.send(unread(100_000, "")).await;
    assert_eq!(client.answer().await.0, 200);
    assert_eq!(client.get("/where").await.0, 200);
    // One that is awaited is not asked for, so the connection ends.
    let mut client = server.client().await;
    client.send(unread(3, "Expect: 100-continue\r\n")).await;
    assert_eq!(client.answer().await.0, 200);
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_request_that_panics_is_one_500() {
    let server = Listening::new(Limits::default()).await;
    let mut client = server.client().await;
    let (status, body) = client.get("/panic").await;
    assert_eq!(status, 500, "{body}");
    assert!(!body.contains("as asked for"), "{body}");
    assert_eq!(client.get("/where").await.0, 200);
}
