//! Objects of S3 that are much larger than what the process may take of memory, and that are there after a `kill`.

use std::io::{Read, Write as _};
use std::net::TcpStream;

use crate::persistence::Asf;
use crate::place::Place;

const MIB: usize = 1 << 20;
/// Bytes of the object, in MiB.
const LARGE: usize = 192;
/// What the process may take, in MiB: its code and tables, and a few pieces of a body.
const ENOUGH: usize = 96;

/// The most that a process ever took, in MiB.
fn peak(pid: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok()? / 1024)
}

/// Sends a head and a body, and gives the status line and the connection after the head of the answer.
fn send(asf: &Asf, head: &str, body: usize) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(&asf.address).unwrap();
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body * MIB
    )
    .unwrap();
    for number in 0..body {
        stream.write_all(&vec![number as u8; MIB]).unwrap();
    }
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        answer.extend_from_slice(&byte);
    }
    let answer = String::from_utf8(answer).unwrap();
    (answer.lines().next().unwrap_or_default().to_owned(), stream)
}

fn is_as_it_was_sent(mut body: TcpStream) -> bool {
    let mut piece = vec![0; MIB];
    let is_same = (0..LARGE)
        .all(|number| body.read_exact(&mut piece).is_ok() && piece.iter().all(|byte| *byte == number as u8));
    is_same && body.read(&mut piece).unwrap() == 0
}

#[test]
fn larger_than_memory() {
    let place = Place::new();
    let asf = Asf::start(&place, &[]);
    assert_eq!(send(&asf, "PUT /a-bucket", 0).0, "HTTP/1.1 200 OK");
    assert_eq!(send(&asf, "PUT /a-bucket/large", LARGE).0, "HTTP/1.1 200 OK");
    let (status, body) = send(&asf, "GET /a-bucket/large", 0);
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(is_as_it_was_sent(body));
    // Only where the kernel tells.
    if let Some(peak) = peak(asf.process.id()) {
        assert!(peak < ENOUGH, "{peak} MiB");
    }
    asf.process.kill();
    let asf = Asf::start(&place, &[]);
    assert!(is_as_it_was_sent(send(&asf, "GET /a-bucket/large", 0).1));
}
