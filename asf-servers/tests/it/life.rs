//! Start, health, crash, stop.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use asf_servers::{
    Health, Port, ProcessServer, RestartPolicy, Server, ServerError, ServerOptions, Status, TaskServer,
};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::{clock, crash, pids, process, until, with_clock};

#[tokio::test(flavor = "multi_thread")]
async fn first_requests_that_come_together_start_it_once() {
    let server = Server::new(process(&["http"]).health(Health::Http("/".to_owned())));
    assert!(!server.is_running());
    let starts: Vec<_> = (0..20)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move { server.start().await.unwrap() })
        })
        .collect();
    let mut addresses = Vec::new();
    for start in starts {
        addresses.push(start.await.unwrap());
    }
    addresses.dedup();
    assert_eq!(addresses.len(), 1);
    assert_eq!(pids(&server).len(), 1);
    assert!(server.is_up().await && server.is_running());
    assert_eq!(server.url().unwrap(), format!("http://{}", addresses[0]));
    server.stop().await;
    assert!(!server.is_up().await && !server.is_running());
    server.start().await.unwrap();
    assert_eq!(pids(&server).len(), 2);
}

#[tokio::test]
async fn who_gives_up_waiting_does_not_end_it() {
    let server = Server::new(process(&[]));
    tokio::select! {
        biased;
        _ = server.start() => panic!("it takes a while"),
        () = std::future::ready(()) => {}
    }
    server.start().await.unwrap();
    assert_eq!(pids(&server).len(), 1);
}

#[tokio::test]
async fn after_a_crash_it_comes_back_at_the_same_place() {
    let clock = clock();
    let server = Server::with(process(&[]), with_clock(&clock));
    let address = server.start().await.unwrap();
    for (times, pause) in [(1, 100), (2, 200)] {
        crash(&server);
        let status = until(&server, |it| matches!(it, Status::Restarting { .. })).await;
        let Status::Restarting { crashes, until: at } = status else { unreachable!() };
        assert_eq!(crashes, times);
        assert_eq!(at.millis(), asf_runtime::clock::Clock::now(&*clock).millis() + pause);
        assert!(!server.is_up().await);
        // Those who come now wait for it.
        let start = server.start();
        clock.advance(Duration::from_millis(u64::try_from(pause).unwrap()));
        assert_eq!(start.await.unwrap(), address);
    }
    assert_eq!(pids(&server).len(), 3);
    // After a good while, a crash is the first again.
    clock.advance(Duration::from_secs(60));
    crash(&server);
    let status = until(&server, |it| matches!(it, Status::Restarting { .. })).await;
    assert!(matches!(status, Status::Restarting { crashes: 1, .. }), "{status:?}");
    // It can be stopped in the pause.
    server.stop().await;
    assert!(matches!(server.status(), Status::Stopped));
}

#[tokio::test]
async fn one_that_crashes_again_and_again_is_given_up() {
    let clock = clock();
    let restart = RestartPolicy { most: 2, ..RestartPolicy::default() };
    let server = Server::with(process(&[]), ServerOptions { restart, ..with_clock(&clock) });
    for _ in 0..2 {
        server.start().await.unwrap();
        crash(&server);
        until(&server, |it| matches!(it, Status::Restarting { .. })).await;
        clock.advance(Duration::from_secs(30));
    }
    server.start().await.unwrap();
    crash(&server);
    server.wait().await;
    let Status::Failed(error) = server.status() else { panic!("{server:?}") };
    assert!(matches!(error, ServerError::GaveUp { times: 3, .. }), "{error}");
    assert!(error.to_string().contains("SIGKILL"), "{error}");
    // Whoever needs it tries anew.
    server.start().await.unwrap();
}

#[tokio::test]
async fn one_that_does_not_come_up_says_why() {
    let failing = ProcessServer::new("it", |_| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "echo the disk is full >&2; exit 3"]);
        command
    });
    let error = Server::new(failing).start().await.unwrap_err();
    assert_eq!(error.to_string(), "it ended before it was up (exit status: 3):\n  the disk is full");
    let absent = ProcessServer::new("it", |_| std::process::Command::new("no-such-program"));
    let error = Server::new(absent).start().await.unwrap_err().to_string();
    assert!(error.starts_with("it cannot be started: no-such-program: No such file"), "{error}");
}

#[tokio::test]
async fn one_that_is_not_up_in_time_is_killed() {
    let clock = clock();
    let never =
        process(&[]).health(Health::Check(std::sync::Arc::new(|_| Box::pin(std::future::ready(false)))));
    let server = Server::with(never, with_clock(&clock));
    let start = tokio::spawn({
        let server = server.clone();
        async move { server.start().await }
    });
    until(&server, |it| matches!(it, Status::Starting)).await;
    // The connection is there as long as the process is.
    let mut connection = loop {
        tokio::task::yield_now().await;
        let Some(address) = server.address() else { continue };
        if let Ok(connection) = TcpStream::connect(address).await {
            break connection;
        }
    };
    clock.advance(Duration::from_secs(59));
    assert!(server.is_running());
    clock.advance(Duration::from_secs(1));
    let error = start.await.unwrap().unwrap_err();
    assert!(matches!(error, ServerError::NotUp { .. }), "{error}");
    assert!(error.to_string().contains("within 60 s:\n  pid "), "{error}");
    assert!(matches!(connection.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn it_is_asked_to_stop_before_it_is_killed() {
    let polite = Server::new(process(&["polite"]));
    polite.start().await.unwrap();
    polite.stop().await;
    assert_eq!(polite.logs().tail(1), ["bye"]);

    let clock = clock();
    let deaf = Server::with(process(&["deaf"]), with_clock(&clock));
    let address = deaf.start().await.unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let stop = tokio::spawn({
        let deaf = deaf.clone();
        async move { deaf.stop().await }
    });
    until(&deaf, |it| matches!(it, Status::Stopping)).await;
    clock.advance(Duration::from_secs(9));
    assert!(!stop.is_finished());
    clock.advance(Duration::from_secs(1));
    stop.await.unwrap();
    assert!(matches!(connection.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn it_ends_with_its_last_handle() {
    let server = Server::new(process(&["polite"]));
    let mut connection = TcpStream::connect(server.start().await.unwrap()).await.unwrap();
    let mut status = server.watch();
    drop(server.clone());
    assert!(server.is_up().await);
    drop(server);
    status.wait_for(|it| matches!(it, Status::Stopped)).await.unwrap();
    assert!(matches!(connection.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn what_answers_at_its_port_has_to_be_it() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = Port::Fixed(other.local_addr().unwrap().port());
    let ends = ProcessServer::new("it", |_| std::process::Command::new("false"));
    let restart = RestartPolicy::never();
    let server = Server::with(ends, ServerOptions { port, restart, ..ServerOptions::default() });
    match server.start().await {
        Err(ServerError::Exited { .. }) => {}
        // The other one was taken for it at first, but its end was noticed.
        Ok(_) => {
            server.wait().await;
            assert!(matches!(server.status(), Status::Failed(ServerError::GaveUp { .. })), "{server:?}");
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn what_it_prints_is_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.log");
    let server = Server::with(
        process(&["polite"]),
        ServerOptions { log_file: Some(path.clone()), ..Default::default() },
    );
    server.start().await.unwrap();
    server.stop().await;
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, format!("pid {}\nbye\n", pids(&server)[0]));
}

#[tokio::test]
async fn a_task_is_a_server_too() {
    let clock = clock();
    let panics = TaskServer::new("it", |start, stopping| async move {
        let listener = tokio::net::TcpListener::bind(start.address).await.map_err(|it| it.to_string())?;
        loop {
            tokio::select! {
                connection = listener.accept() => {
                    let (mut connection, _) = connection.map_err(|it| it.to_string())?;
                    if connection.read_u8().await.is_ok() {
                        return Err("it was asked to fail".to_owned());
                    }
                }
                () = stopping.clone().asked() => return Ok(()),
            }
        }
    });
    let server = Server::with(panics, with_clock(&clock));
    let address = server.start().await.unwrap();
    tokio::io::AsyncWriteExt::write_u8(&mut TcpStream::connect(address).await.unwrap(), 1).await.unwrap();
    until(&server, |it| matches!(it, Status::Restarting { .. })).await;
    clock.advance(Duration::from_secs(1));
    assert_eq!(server.start().await.unwrap(), address);
    server.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
