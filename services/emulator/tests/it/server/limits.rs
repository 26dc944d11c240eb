//! Clients that send too much, too slowly, or nothing.

use std::time::Duration;

use asf_emulator::Limits;

use crate::listening::{Listening, SHORT, get};

#[tokio::test]
async fn heads_that_are_too_large() {
    let server = Listening::new(Limits { headers: 20, head_size: 16 << 10, ..Limits::default() }).await;
    let many: String = (0..30).map(|it| format!("X-{it}: 1\r\n")).collect();
    for (what, fields, status) in [
        ("a large header", format!("X-Large: {}\r\n", "a".repeat(20 << 10)), 431),
        ("many headers", many, 431),
        ("what is allowed", format!("X-Large: {}\r\n", "a".repeat(10 << 10)), 200),
    ] {
        let mut client = server.client().await;
        client.send(format!("GET /where HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n")).await;
        assert_eq!(client.answer().await.0, status, "{what}");
    }
    let mut client = server.client().await;
    client.send(format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(20 << 10))).await;
    let status = client.answer().await.0;
    assert!([414, 431].contains(&status), "a long line: {status}");
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let server = Listening::new(Limits { body_size: 4, ..Limits::default() }).await;
    for (body, status) in [
        ("Content-Length: 4\r\n\r\nabcd", 200),
        ("Content-Length: 5\r\n\r\nabcde", 413),
        ("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", 200),
        ("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", 413),
    ] {
        let mut client = server.client().await;
        client.send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{body}")).await;
        assert_eq!(client.answer().await.0, status, "{body}");
    }
}

#[tokio::test]
async fn a_head_that_does_not_come() {
    let server = Listening::new(Limits { head_time: SHORT, ..Limits::default() }).await;
    for begun in ["", "G", "GET / HTTP/1.1\r\nHost: loc"] {
        let mut client = server.client().await;
        client.send(begun).await;
        assert_eq!(client.rest().await, "", "{begun:?}");
    }
    // Nor on a connection that has been used.
    let mut client = server.client().await;
    assert_eq!(client.get("/where").await.0, 200);
    client.send("GET / HT").await;
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte() {
    let server = Listening::new(Limits { head_time: SHORT, ..Limits::default() }).await;
    let mut client = server.client().await;
    client.send("GET / HTTP/1.1\r\nX-Slow: ").await;
    let mut bytes = 0;
    while client.try_send(b"a").await && !client.hears_within(Duration::from_millis(5)).await {
        bytes += 1;
        assert!(bytes < 10_000, "each byte gives it more time");
    }
    assert!(bytes > 1);
}

#[tokio::test]
async fn a_body_that_does_not_come() {
    let server = Listening::new(Limits { body_time: SHORT, ..Limits::default() }).await;
    for begun in ["Content-Length: 4\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n2\r\na"] {
        let mut client = server.client().await;
        client.send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{begun}")).await;
        assert_eq!(client.answer().await.0, 408, "{begun:?}");
        assert_eq!(client.rest().await, "", "{begun:?}");
    }
}

#[tokio::test]
async fn connections_without_requests() {
    let server = Listening::new(Limits { idle_time: SHORT, ..Limits::default() }).await;
    let mut working = server.client().await;
    working.send(get("/wait")).await;
    server.entered().await;
    let mut idle = server.client().await;
    assert_eq!(idle.get("/where").await.0, 200);
    assert_eq!(idle.rest().await, "");
    // That took as long as a connection may be idle, and this one is not idle.
    server.let_go();
    assert_eq!(working.answer().await.0, 200);
    assert_eq!(working.rest().await, "");
}

#[tokio::test]
async fn an_answer_that_is_not_read() {
    // More than the buffers of both ends.
    const SIZE: usize = 32 << 20;
    let server = Listening::new(Limits { idle_time: SHORT, connections: 1, ..Limits::default() }).await;
    let mut client = server.client().await;
    client.send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {SIZE}\r\n\r\n")).await;
    client.send(vec![b'a'; SIZE]).await;
    // There is room for another one only when the first is gone.
    assert_eq!(server.client().await.get("/where").await.0, 200);
    drop(client);
}

#[tokio::test]
async fn more_connections_than_there_may_be() {
    let server = Listening::new(Limits { connections: 2, ..Limits::default() }).await;
    let mut first = server.client().await;
    let mut second = server.client().await;
    assert_eq!(first.get("/where").await.0, 200);
    assert_eq!(second.get("/where").await.0, 200);
    let mut third = server.client().await;
    third.send(get("/where")).await;
    assert!(!third.hears_within(SHORT).await);
    drop(first);
    assert_eq!(third.answer().await.0, 200);
}

#[tokio::test]
async fn connections_that_are_half_open() {
    // They come and say nothing; one that says something gets its turn.
    let server = Listening::new(Limits { head_time: SHORT, connections: 2, ..Limits::default() }).await;
    let silent = [server.client().await, server.client().await, server.client().await];
    assert_eq!(server.client().await.get("/where").await.0, 200);
    drop(silent);
}
