//! The end: requests under way may finish, for a time.

use asf_emulator::Limits;
use tokio::net::TcpStream;

use crate::listening::{Listening, SHORT, get, patiently};

#[tokio::test]
async fn requests_under_way_are_answered() {
    let server =
        Listening::new(Limits { drain_time: std::time::Duration::from_secs(60), ..Limits::default() }).await;
    let address = server.address();
    let mut idle = server.client().await;
    assert_eq!(idle.get("/where").await.0, 200);
    let silent = server.client().await;
    let mut working = server.client().await;
    // The second of them has not begun and need not be answered.
    working.send(get("/wait")).await;
    server.entered().await;
    server
        .let_go_at_the_end(async |ended| {
            // What has no request is closed at once.
            assert_eq!(idle.rest().await, "");
            assert_eq!(silent.rest().await, "");
            assert!(TcpStream::connect(&address).await.is_err(), "it still listens");
            assert!(!ended.is_finished());
        })
        .await;
    assert_eq!(working.answer().await, (200, "let go".to_owned()));
    assert_eq!(working.rest().await, "");
}

#[tokio::test]
async fn requests_that_do_not_end_are_cut_off() {
    let server = Listening::new(Limits { drain_time: SHORT, ..Limits::default() }).await;
    let mut working = server.client().await;
    working.send(get("/wait")).await;
    server.entered().await;
    patiently(server.end()).await.unwrap();
    assert_eq!(working.rest().await, "");
}

/// Nobody has to let them go.
#[tokio::test]
async fn requests_that_wait_for_something_hear_of_it() {
    let server =
        Listening::new(Limits { drain_time: std::time::Duration::from_secs(60), ..Limits::default() }).await;
    let mut polling = server.client().await;
    polling.send(get("/poll")).await;
    server.entered().await;
    let ended = server.end();
    assert_eq!(polling.answer().await, (200, "nothing came".to_owned()));
    patiently(ended).await.unwrap();
}
