use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;

use crate::{Start, Stopping, TaskServer};

use super::*;

fn settings(variables: &[(&str, &str)]) -> Settings {
    variables.iter().copied().collect()
}

fn server(name: &str, options: ServerOptions) -> Server {
    let serve = |start: Start, stopping: Stopping| async move {
        let _listener = tokio::net::TcpListener::bind(start.address).await.map_err(text)?;
        stopping.asked().await;
        Ok(())
    };
    Server::with(TaskServer::new(name, serve), options)
}

#[tokio::test]
async fn one_after_the_other() {
    let fleet = Fleet::<()>::new(&settings(&[]), "test-turns", "x-");
    let first = fleet.turn("x-1").await;
    let mut second = Box::pin(fleet.turn("x-1"));
    assert!(second.as_mut().now_or_never().is_none());
    // Another server is nobody's business.
    drop(fleet.turn("x-2").await);
    drop(first);
    drop(second.await);
}

#[tokio::test]
async fn the_life_of_a_server() {
    let range = [("EXTERNAL_SERVICE_PORTS_START", "24510"), ("EXTERNAL_SERVICE_PORTS_END", "24520")];
    let fleet = Fleet::<&str>::new(&settings(&range), "test-life", "x-");
    assert!(fleet.has_port(24510) && !fleet.has_port(24520));
    assert!(fleet.status("x-1").is_none());
    let turn = fleet.turn("x-1").await;
    let lock = fleet.lock_folder("x-1").await.unwrap();
    let options = fleet.options("x-1", None).await.unwrap();
    let server = server("x", options);
    let at = come_up(&server, |_| false).await.unwrap();
    assert_eq!(fleet.port_owner(at.port()).as_deref(), Some("test-life:x-1"));
    assert_eq!(turn.put(Live::new(server, "known", lock)).kept, "known");
    assert!(matches!(fleet.status("x-1"), Some(Status::Up)));
    let folder = fleet.folder("x-1").unwrap();
    assert!(folder.exists());
    let is_removed = AtomicBool::new(false);
    fleet.remove("x-1", turn, || is_removed.store(true, Ordering::Relaxed)).await;
    assert!(is_removed.load(Ordering::Relaxed) && !folder.exists() && fleet.status("x-1").is_none());
}

/// Nothing comes up, and it is said why.
#[tokio::test]
async fn without_a_configuration() {
    let fleet = Fleet::<()>::new(&settings(&[("EXTERNAL_SERVICE_PORTS_START", "many")]), "test-none", "x-");
    for error in [fleet.folder("x-1").unwrap_err(), fleet.options("x-1", None).await.err().unwrap()] {
        assert!(error.contains("EXTERNAL_SERVICE_PORTS_START"), "{error}");
    }
    assert!(!fleet.has_port(4510) && fleet.port_owner(4510).is_none());
}

#[test]
fn it_is_resumed_once() {
    let fleet = Fleet::<()>::new(&settings(&[]), "test-once", "x-");
    let mut count = 0;
    for _ in 0..2 {
        fleet.resume(|| count += 1);
    }
    assert_eq!(count, 1);
}
