//! What a process is told over HTTP: to begin anew, to end, what time it is, and which services it has.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::place::{Foreground, Place, until};

const ANY: &str = "127.0.0.1:0";

/// An `asf` that is ready, and its address.
fn started(variables: &[(&str, &str)]) -> (Place, Foreground, String) {
    let place = Place::new();
    let mut asf = Foreground::start(place.command(&["--listen", ANY], variables));
    let address = ready(&mut asf);
    (place, asf, address)
}

/// Waits until it is ready. Its address.
fn ready(asf: &mut Foreground) -> String {
    let banner = asf.line();
    assert_eq!(asf.line(), "Ready.\n");
    let (_, url) = banner.trim().split_once(" on http://").unwrap();
    url.to_owned()
}

/// A request and its answer, in bare HTTP.
fn send(address: &str, method: &str, path: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nConnection: close\r\n\
         {headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn post(address: &str, path: &str, body: &str) -> String {
    send(address, "POST", path, "Content-Type: application/json\r\n", body)
}

/// A call of an operation of SQS.
fn sqs(address: &str, operation: &str, body: &str) -> String {
    let target =
        format!("X-Amz-Target: AmazonSQS.{operation}\r\nContent-Type: application/x-amz-json-1.0\r\n");
    send(address, "POST", "/", &target, body)
}

#[test]
fn begins_anew_and_ends() {
    let (_place, mut asf, address) = started(&[]);
    assert!(sqs(&address, "CreateQueue", r#"{"QueueName":"q"}"#).contains("/q"));
    let answer = post(&address, "/_localstack/health", r#"{"action":"restart"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // The same process says again that it is ready; what it had in memory is gone.
    let address = ready(&mut asf);
    let answer = sqs(&address, "GetQueueUrl", r#"{"QueueName":"q"}"#);
    assert!(answer.contains("QueueDoesNotExist"), "{answer}");
    let answer = post(&address, "/_localstack/health", r#"{"action":"kill"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(asf.line(), "", "nothing more is said");
    assert_eq!(asf.end().code, 0);
}

#[test]
fn services_follow_the_clock() {
    let (_place, asf, address) = started(&[]);
    let url = format!("http://{address}/000000000000/q");
    let queue = |more: &str| format!(r#"{{"QueueUrl":"{url}"{more}}}"#);
    sqs(&address, "CreateQueue", r#"{"QueueName":"q"}"#);
    sqs(&address, "SendMessage", &queue(r#","MessageBody":"m""#));
    assert!(sqs(&address, "ReceiveMessage", &queue("")).contains(r#""Body":"m""#));
    assert!(!sqs(&address, "ReceiveMessage", &queue("")).contains("Body"));
    // The visibility timeout is 30 s.
    let answer = post(&address, "/_asf/clock", r#"{"action":"advance","by":"31s"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(sqs(&address, "ReceiveMessage", &queue("")).contains(r#""Body":"m""#));

    post(&address, "/_asf/clock", r#"{"action":"set","to":"2030-01-01T00:00:00Z"}"#);
    post(&address, "/_asf/clock", r#"{"action":"freeze"}"#);
    let shown = send(&address, "GET", "/_asf/clock", "", "");
    assert!(shown.contains(r#""frozen":true"#) && shown.contains("2030-01-01T00:00"), "{shown}");
    let documented = send(&address, "GET", "/_asf/openapi.json", "", "");
    assert!(documented.contains("/_asf/clock"), "{documented}");
    assert_eq!(asf.end().code, 0);
}

#[test]
fn services_that_may_be_called() {
    let (_place, asf, address) = started(&[("SERVICES", "sts"), ("EAGER_SERVICE_LOADING", "1")]);
    let answer = sqs(&address, "ListQueues", "{}");
    assert!(
        answer.starts_with("HTTP/1.1 501") && answer.contains("Service 'sqs' is not enabled."),
        "{answer}"
    );
    let health = send(&address, "GET", "/_localstack/health", "", "");
    assert!(health.contains(r#""sqs":"disabled""#) && health.contains(r#""sts":"running""#), "{health}");
    let config = send(&address, "GET", "/_localstack/config", "", "");
    assert!(config.contains(r#""SERVICES":"sts""#), "{config}");
    assert_eq!(asf.end().code, 0);
}

#[test]
fn init_scripts() {
    let place = Place::new();
    // What a script did can be seen from outside: it made a queue.
    let make = "import os, urllib.request\n\
        headers = {'X-Amz-Target': 'AmazonSQS.CreateQueue', 'Content-Type': 'application/x-amz-json-1.0'}\n\
        request = urllib.request.Request(os.environ['AWS_ENDPOINT_URL'], b'{\"QueueName\":\"made\"}', headers)\n\
        assert urllib.request.urlopen(request).status == 200\n";
    place.write("init/ready.d/make.py", make);
    place.write("init/ready.d/wrong.sh", "exit 7");
    // Requests are answered already when these run.
    let call = "import os, urllib.request as it\nit.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_localstack/health')\n";
    place.write("init/start.d/call.py", call);
    let folder = place.path("init");
    let variables = [("ASF_INIT_DIR", folder.to_str().unwrap())];
    let mut asf = Foreground::start(place.command(&["--listen", ANY], &variables));
    let address = ready(&mut asf);
    let report = || send(&address, "GET", "/_localstack/init", "", "");
    until("the scripts have run", || report().contains(r#""READY":true"#));
    let report = report();
    for script in [
        r#"{"stage":"START","name":"call.py","state":"SUCCESSFUL"}"#,
        r#"{"stage":"READY","name":"make.py","state":"SUCCESSFUL"}"#,
        r#"{"stage":"READY","name":"wrong.sh","state":"ERROR"}"#,
    ] {
        assert!(report.contains(script), "{script} {report}");
    }
    assert!(sqs(&address, "GetQueueUrl", r#"{"QueueName":"made"}"#).contains("/made"));
    assert_eq!(asf.end().code, 0);
}

/// Whose a call is that is signed with this key.
fn caller(address: &str, key: &str) -> String {
    let headers = format!(
        "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={key}/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0\r\n"
    );
    send(address, "POST", "/", &headers, "Action=GetCallerIdentity&Version=2011-06-15")
}

#[test]
fn accounts_of_aws_own_keys_on_request_only() {
    // A published id that carries the account 609629065308.
    let key = "ASIAY34FZKBOKMUTVV7A";
    for (variables, account) in
        [(vec![], "000000000000"), (vec![("PARITY_AWS_ACCESS_KEY_ID", "1")], "609629065308")]
    {
        let (_place, asf, address) = started(&variables);
        let answer = caller(&address, key);
        assert!(answer.contains(&format!("<Account>{account}</Account>")), "{answer}");
        assert_eq!(asf.end().code, 0);
    }
}

/// A script that hangs does not keep anyone from ending it all.
#[test]
fn ends_while_a_script_hangs() {
    for stage in ["boot", "start"] {
        let place = Place::new();
        let begun = place.path("begun");
        let script = format!("touch {}; tail -f /dev/null", begun.display());
        place.write(&format!("init/{stage}.d/hang.sh"), &script);
        let folder = place.path("init");
        let variables = [("ASF_INIT_DIR", folder.to_str().unwrap())];
        let asf = Foreground::start(place.command(&["--listen", ANY], &variables));
        until("the script runs", || begun.exists());
        assert_eq!(asf.end().code, 0, "{stage}");
    }
}
