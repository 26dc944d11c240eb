//! Nothing outlives the process that started it.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use asf_servers::{DockerContainerServer, Server};

use super::docker::engine;
use super::process;

/// How long the end may take on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// The parent in the test below, in a process of its own: starts a server that starts a child, says where
/// they listen, and waits to be killed.
#[tokio::test]
#[ignore = "it is run by the test below"]
async fn parent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::new(process(&["deaf", &format!("child={}", free.port())]));
    let address = server.start().await.unwrap();
    println!("at {address} {free}");
    std::future::pending::<()>().await;
}

/// The same with a container, in a folder that the test names.
#[tokio::test]
#[ignore = "it is run by a test below"]
async fn parent_of_a_container() {
    let folder: PathBuf = std::env::var_os("ASF_TEST_FOLDER").unwrap().into();
    let engine = engine(&folder);
    let server = Server::new(DockerContainerServer { engine, ..DockerContainerServer::new("it", "it", 80) });
    println!("at {}", server.start().await.unwrap());
    std::future::pending::<()>().await;
}

#[test]
fn a_parent_that_is_killed_leaves_no_container() {
    let folder = tempfile::tempdir().unwrap();
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "orphans::parent_of_a_container", "--ignored", "--nocapture"])
        .env("ASF_TEST_FOLDER", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| Some(line.split_once("at 127.")?.1.to_owned())).unwrap();
    let mut server = TcpStream::connect(format!("127.{address}")).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    let end = server.read(&mut [0]);
    assert!(!end.is_err_and(|it| it.kind() == ErrorKind::WouldBlock), "it outlived its parent");
    // Removed before the process ends that stands for it.
    let calls = std::fs::read_to_string(folder.path().join("calls")).unwrap();
    let last = calls.lines().last().unwrap();
    assert!(last.starts_with("rm --force asf-it-"), "{calls}");
}

#[test]
fn a_parent_that_is_killed_leaves_no_child() {
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "orphans::parent", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find_map(|line| Some(line.split_once("at 127.")?.1.to_owned())).unwrap();
    let (server, child) = line.split_once(' ').unwrap();
    let mut server = TcpStream::connect(format!("127.{server}")).unwrap();
    // The child may not listen yet.
    let mut child = std::iter::repeat_with(|| TcpStream::connect(child)).find_map(Result::ok).unwrap();
    // SIGKILL: it gets no chance to do anything.
    parent.kill().unwrap();
    parent.wait().unwrap();
    for connection in [&mut server, &mut child] {
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        let end = connection.read(&mut [0]);
        let is_still_there = end.as_ref().is_err_and(|it| it.kind() == ErrorKind::WouldBlock);
        assert!(!is_still_there, "it outlived its parent");
    }
}
