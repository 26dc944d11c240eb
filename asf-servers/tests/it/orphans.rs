//! Nothing outlives the process that started it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use asf_servers::Server;

use super::process;

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
    // Both end, or this waits for ever.
    assert!(matches!(server.read(&mut [0]), Ok(0) | Err(_)));
    assert!(matches!(child.read(&mut [0]), Ok(0) | Err(_)));
}
