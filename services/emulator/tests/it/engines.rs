//! Servers behind instances: they end with the process, however that ends, and come back with the state.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use crate::persistence::Asf;
use crate::place::{Place, until};

const HEADERS: &str = "Content-Type: application/x-www-form-urlencoded\r\n\
     Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/elasticache/aws4_request, \
     SignedHeaders=host, Signature=0\r\n";

/// `<Port>4510</Port>` of what is described, once it is available.
fn port(asf: &Asf) -> Option<u16> {
    let body = "Version=2015-02-02&Action=DescribeCacheClusters&ShowCacheNodeInfo=true&CacheClusterId=kept";
    let answer = asf.post("/", HEADERS, body);
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("create-failed"), "{answer}");
    let port = answer.split_once("<Port>")?.1.split_once("</Port>")?.0.parse().ok();
    port.filter(|_| answer.contains("<CacheClusterStatus>available<"))
}

/// What Redis answers, in one line.
fn ask(port: u16, command: &str) -> Option<String> {
    let mut stream = BufReader::new(TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).ok()?);
    stream.get_mut().write_all(format!("{command}\r\n").as_bytes()).ok()?;
    let mut lines = stream.lines().map_while(Result::ok);
    let first = lines.next()?;
    if first.starts_with('$') { lines.next() } else { Some(first) }
}

fn has_apt() -> bool {
    let version =
        Command::new("apt-get").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|it| it.success())
}

#[test]
fn a_cache_ends_with_the_process_and_comes_back() {
    if !has_apt() {
        println!("not run: there is no apt, from which Redis comes");
        return;
    }
    let place = Place::new();
    let path = std::env::var_os("PATH").unwrap().into_string().unwrap();
    // Its own ports, beside other tests.
    let variables = [
        ("PATH", path.as_str()),
        // Nobody reads what it logs.
        ("LS_LOG", "error"),
        ("EXTERNAL_SERVICE_PORTS_START", "24510"),
        ("EXTERNAL_SERVICE_PORTS_END", "24560"),
    ];
    let lpm = [("PATH", path.as_str()), ("LOCALSTACK_VOLUME_DIR", "volume")];
    let installed = place.run_with(&["lpm", "install", "redis"], &lpm);
    assert_eq!(installed.code, 0, "{installed:?}");
    let asf = Asf::start(&place, &variables);
    let body = "Version=2015-02-02&Action=CreateCacheCluster&CacheClusterId=kept&Engine=redis\
                &CacheNodeType=cache.t3.micro&NumCacheNodes=1";
    let created = asf.post("/", HEADERS, body);
    assert!(created.starts_with("HTTP/1.1 200"), "{created}");
    let mut found = None;
    until("the cache", || {
        found = port(&asf);
        found.is_some()
    });
    let at = found.unwrap();
    assert_eq!(ask(at, "SET fruit apple").as_deref(), Some("+OK"));
    asf.process.kill();
    until("the end of the cache of a killed process", || ask(at, "PING").is_none());

    // No call of ElastiCache is needed for it to come back.
    let asf = Asf::start(&place, &variables);
    until("the cache again", || ask(at, "PING").as_deref() == Some("+PONG"));
    assert_eq!(ask(at, "GET fruit").as_deref(), Some("apple"));
    until("the description", || port(&asf) == Some(at));
    let ended = asf.process.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ask(at, "PING"), None);
}
