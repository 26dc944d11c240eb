//! `asf` in the foreground: banner, addresses, logs, and what it says when it cannot start.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::place::{Foreground, Place};

const ANY: &str = "127.0.0.1:0";

/// The addresses of a banner.
fn addresses(banner: &str) -> Vec<String> {
    let (_, urls) = banner.trim().split_once(" on ").unwrap();
    urls.split(", ").map(|url| url.strip_prefix("http://").unwrap().to_owned()).collect()
}

/// A call of STS's GetCallerIdentity, in bare HTTP.
fn call(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let length = body.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn says_where_it_listens_and_that_it_is_ready() {
    let place = Place::new();
    // Without a command, with one, and with the variable instead of the option.
    for (arguments, variables) in [
        (vec!["--listen", ANY], vec![]),
        (vec!["start", "--host", "--listen", ANY], vec![("GATEWAY_LISTEN", "nonsense")]),
        (vec![], vec![("LOCALSTACK_GATEWAY_LISTEN", ANY)]),
    ] {
        let mut asf = Foreground::start(place.command(&arguments, &variables));
        let banner = asf.line();
        assert!(
            banner.starts_with(concat!("asf ", env!("CARGO_PKG_VERSION"), " on http://127.0.0.1:")),
            "{banner}"
        );
        assert_eq!(asf.line(), "Ready.\n");
        let answer = call(&addresses(&banner)[0]);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let end = asf.end();
        assert_eq!(end.code, 0);
        assert!(end.stderr.contains("AWS sts.GetCallerIdentity => 200"), "{}", end.stderr);
    }
}

#[test]
fn listens_in_several_places() {
    let place = Place::new();
    let listen = [("GATEWAY_LISTEN", "127.0.0.1:0,127.0.0.2:0")];
    let mut asf = Foreground::start(place.command(&["start"], &listen));
    let addresses = addresses(&asf.line());
    assert_eq!(addresses.len(), 2);
    for address in &addresses {
        assert!(call(address).starts_with("HTTP/1.1 200"), "{address}");
    }
    assert_eq!(asf.end().code, 0);
}

#[test]
fn logs_as_it_is_told_to() {
    let place = Place::new();
    for (variables, expected) in [
        (vec![("ASF_LOG_FORMAT", "json")], Some("\"message\":\"AWS sts.GetCallerIdentity => 200\"")),
        (vec![("LS_LOG", "warn")], None),
        (vec![("LS_LOG", "debug")], Some("AWS sts.GetCallerIdentity => 200")),
    ] {
        let mut asf = Foreground::start(place.command(&["start", "--listen", ANY], &variables));
        let address = addresses(&asf.line()).remove(0);
        assert_eq!(asf.line(), "Ready.\n");
        call(&address);
        let stderr = asf.end().stderr;
        match expected {
            Some(text) => assert!(stderr.contains(text), "{variables:?}: {stderr}"),
            None => assert_eq!(stderr, ""),
        }
        if variables[0].1 == "json" {
            for line in stderr.lines() {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(event["level"].is_string() && event["timestamp"].is_string(), "{line}");
            }
        }
    }
}

#[test]
fn warns_once_of_what_has_no_effect() {
    let place = Place::new();
    let variables = [("GATEWAY_LISTEN", ANY), ("EDGE_PORT", "4566"), ("SERVICES", "sqs,qsq")];
    let mut asf = Foreground::start(place.command(&["start", "--no-banner"], &variables));
    assert_eq!(asf.line(), "Ready.\n");
    let stderr = asf.end().stderr;
    for warning in [
        "EDGE_PORT has no effect: LocalStack removed it in 3.0; use GATEWAY_LISTEN",
        "SERVICES names \"qsq\", which is no service of AWS",
    ] {
        assert_eq!(stderr.matches(warning).count(), 1, "{warning}: {stderr}");
    }
}

#[test]
fn says_why_it_does_not_start() {
    let place = Place::new();
    let taken = TcpListener::bind(ANY).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (listen, code, message) in [
        (
            address.as_str(),
            5,
            format!(
                "error: cannot listen on {address}: the address is in use. Stop what uses it, or listen \
                 elsewhere with --listen or GATEWAY_LISTEN\n"
            ),
        ),
        (
            "nowhere",
            6,
            "error: GATEWAY_LISTEN=\"nowhere\" is not valid: expected places to listen, separated by \
             commas, such as 127.0.0.1:4566, [::1]:4566 or unix:/run/asf.sock\n"
                .to_owned(),
        ),
        // A documentation address, which no machine has.
        ("192.0.2.1:4566", 6, "error: cannot listen on 192.0.2.1:4566: ".to_owned()),
    ] {
        let result = place.run(&["start", "--quiet", "--listen", listen]);
        assert_eq!((result.code, result.stdout.as_str()), (code, ""), "{listen}: {result:?}");
        assert!(result.stderr.starts_with(&message), "{listen}: {}", result.stderr);
    }
}
