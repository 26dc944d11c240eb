//! Commands that ask what runs elsewhere, in a foreground or a container: over HTTP alone. A small server
//! stands in its place, so that it can also answer what a real one rarely does.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::place::Place;

/// What was asked for: method, path and body.
type Asked = Arc<Mutex<Vec<String>>>;

/// Answers with what a function says, as long as that says to go on.
struct Stub {
    address: String,
    asked: Asked,
    thread: JoinHandle<()>,
}

/// A status, a body, and whether to go on.
type Reply = (u16, &'static str, bool);

impl Stub {
    fn start(mut reply: impl FnMut(&str) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Asked::default();
        let list = asked.clone();
        let thread = std::thread::spawn(move || {
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read(&stream);
                let (status, body, goes_on) = reply(&request);
                list.lock().unwrap().push(request);
                let length = body.len();
                write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
                if !goes_on {
                    return;
                }
            }
        });
        Self { address, asked, thread }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// `POST /path {"body":1}`
fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    let first = line();
    let mut length = 0;
    loop {
        let header = line().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        length = header.strip_prefix("content-length:").map_or(length, |it| it.trim().parse().unwrap());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let request = first.strip_suffix(" HTTP/1.1").unwrap();
    format!("{request} {}", String::from_utf8(body).unwrap()).trim().to_owned()
}

const HEALTH: &str = "{\"services\":{\"sqs\":\"running\",\"sts\":\"available\"},\"version\":\"4.0\"}";

#[test]
fn status_is_what_it_says_itself() {
    let place = Place::new();
    let stub = Stub::start(|_| (200, HEALTH, true));
    let variables = [("GATEWAY_LISTEN", stub.address.as_str())];
    let services = place.run_with(&["status", "services", "--format", "plain"], &variables);
    assert_eq!((services.code, services.stdout.as_str()), (0, "sqs\trunning\nsts\tavailable\n"));
    let status = place.run_with(&["status", "--format", "json"], &variables);
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!((&status["state"], &status["version"]), (&"running".into(), &"4.0".into()));
    assert!(status["pid"].is_null());
    assert_eq!(stub.asked(), ["GET /_localstack/health", "GET /_localstack/health"]);

    let silent = Stub::start(|_| (404, "", true));
    let variables = [("GATEWAY_LISTEN", silent.address.as_str())];
    let services = place.run_with(&["status", "services"], &variables);
    assert_eq!(services.code, 1);
    assert!(services.stderr.contains("does not say what its services do"), "{services:?}");
}

/// Healthy is not ready: scripts of `ready.d` may still run.
#[test]
fn wait_is_for_the_scripts_too() {
    let place = Place::new();
    let mut asked = 0;
    let stub = Stub::start(move |request| match request {
        "GET /_localstack/health" => (200, HEALTH, true),
        _ => {
            asked += 1;
            (200, if asked < 3 { "{\"completed\":false}" } else { "{\"completed\":true}" }, true)
        }
    });
    let variables = [("GATEWAY_LISTEN", stub.address.as_str())];
    let wait = place.run_with(&["wait", "-t", "60"], &variables);
    assert_eq!(wait.code, 0, "{wait:?}");
    let stages = stub.asked().iter().filter(|it| *it == "GET /_localstack/init/ready").count();
    assert_eq!(stages, 3);
}

#[test]
fn stop_asks_and_waits() {
    let place = Place::new();
    let stub = Stub::start(|request| (200, "{}", !request.starts_with("POST")));
    let stop = place.run_with(&["stop"], &[("GATEWAY_LISTEN", stub.address.as_str())]);
    assert_eq!((stop.code, stop.stderr.as_str()), (0, "stopped\n"));
    assert_eq!(stub.asked(), ["POST /_localstack/health {\"action\":\"kill\"}"]);
    stub.thread.join().unwrap();
}

#[test]
fn what_does_not_stop_or_restart() {
    let place = Place::new();
    let stubborn = Stub::start(|_| (200, "{}", true));
    let variables = [("GATEWAY_LISTEN", stubborn.address.as_str())];
    let stop = place.run_with(&["stop", "-t", "0.05"], &variables);
    assert_eq!(stop.code, 4);
    assert!(stop.stderr.ends_with("still does after 0.05 s\n"), "{stop:?}");
    assert_eq!(place.run_with(&["restart"], &variables).code, 0);
    assert!(stubborn.asked().contains(&"POST /_localstack/health {\"action\":\"restart\"}".to_owned()));

    let other = Stub::start(|_| (405, "", true));
    let variables = [("GATEWAY_LISTEN", other.address.as_str())];
    for (command, message) in [("stop", "cannot be asked to stop"), ("restart", "cannot be asked to restart")]
    {
        let result = place.run_with(&[command], &variables);
        assert_eq!(result.code, 1, "{result:?}");
        assert!(result.stderr.contains(message), "{result:?}");
    }
}
