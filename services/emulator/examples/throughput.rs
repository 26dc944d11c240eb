//! Requests a second of `asf` beside a bare hyper server that reads the body and answers as many bytes, in the same
//! run, with the same client: what is between the two is what the emulator costs.
//!
//! `scripts/throughput` builds both and runs this: `throughput PROGRAM [SECONDS] [ROUNDS]`. The call is
//! GetCallerIdentity over HTTP/1.1 with keep-alive, signed as `test`. Servers are processes of their own; the client is
//! one thread, which has its share of the processors. Rounds alternate between the servers, and the median of each is
//! shown. Variables of the environment reach `asf`: with `VERIFY_SIGNATURES=1` the cost of that is in it.

#![allow(clippy::disallowed_methods, reason = "this measures real time")]

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use asf_runtime::Timestamp;
use asf_runtime::signature::canonical::{Parts, PathStyle, canonical_request};
use asf_runtime::signature::key::{SigningKey, sha256_hex, string_to_sign};
use asf_runtime::signature::{AmzDate, CredentialScope, SecretKey};
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

const FORM: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const CONNECTIONS: [usize; 3] = [1, 16, 256];
/// Before each measurement.
const WARM_UP: Duration = Duration::from_millis(300);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, length] = arguments.as_slice()
        && mode == "--bare"
    {
        return bare(length.parse()?);
    }
    let Some(program) = arguments.first() else { bail!("usage: throughput PROGRAM [SECONDS] [ROUNDS]") };
    let number = |at: usize, default: u32| arguments.get(at).map_or(Ok(default), |it| it.parse::<u32>());
    let (seconds, rounds) = (number(1, 2)?, number(2, 3)?);
    ensure!(seconds > 0 && rounds > 0, "there is nothing to measure in no time");

    let client = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let asf = Server::asf(program)?;
    let length = client.block_on(length_of_answer(asf.port))?;
    let bare = Server::bare(length)?;
    println!("GetCallerIdentity, {length} bytes of answer, {rounds} rounds of {seconds} s, medians:\n");
    println!("| connections | bare hyper | asf | asf / bare |");
    println!("|---|---|---|---|");
    for connections in CONNECTIONS {
        let (mut of_bare, mut of_asf) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let time = Duration::from_secs(seconds.into());
            of_bare.push(client.block_on(measure(bare.port, connections, time))?);
            of_asf.push(client.block_on(measure(asf.port, connections, time))?);
        }
        let (of_bare, of_asf) = (median(of_bare), median(of_asf));
        println!("| {connections} | {of_bare:.0} | {of_asf:.0} | {:.0} % |", 100.0 * of_asf / of_bare);
    }
    Ok(())
}

/// A process that answers, until this is dropped.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn asf(program: &str) -> Result<Self> {
        // Nobody else takes it in this short time, or the process says so.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program);
        command
            .args(["start", "--no-banner", "--listen", &format!("127.0.0.1:{port}")])
            .env("LS_LOG", "error");
        let mut process =
            command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {program}"))?;
        let line = first_line(&mut process)?;
        let server = Self { process, port };
        ensure!(line == "Ready.", "{program} is not ready, and says {line:?}");
        Ok(server)
    }

    fn bare(length: usize) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.args(["--bare", &length.to_string()]).stdout(Stdio::piped()).spawn()?;
        let port = first_line(&mut process)?.parse().context("the bare server has no port")?;
        Ok(Self { process, port })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn first_line(process: &mut Child) -> Result<String> {
    let output = process.stdout.take().context("the process has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// hyper, and nothing else: what there is to be had on this machine.
fn bare(length: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let answer = Bytes::from(vec![b'a'; length]);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let answer = answer.clone();
            tokio::spawn(async move {
                let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                    let answer = answer.clone();
                    async move {
                        let _ = request.into_body().collect().await;
                        Ok::<_, Infallible>(Response::new(Full::new(answer)))
                    }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}

/// Requests a second over so many connections, each with one request at a time.
async fn measure(port: u16, connections: usize, time: Duration) -> Result<f64> {
    let mut senders = Vec::with_capacity(connections);
    for _ in 0..connections {
        senders.push(connect(port).await?);
    }
    let request = signed(port)?;
    let begin = Instant::now() + WARM_UP;
    let end = begin + time;
    let calls = senders.into_iter().map(|mut sender| {
        let request = request.clone();
        async move {
            let mut count = 0_u64;
            loop {
                let response = sender.send_request(request.clone()).await?;
                ensure!(response.status() == 200, "the answer is {}", response.status());
                response.into_body().collect().await?;
                let now = Instant::now();
                if now >= end {
                    return Ok(count);
                }
                count += u64::from(now >= begin);
            }
        }
    });
    let counts = futures_util::future::try_join_all(calls).await?;
    Ok(counts.iter().sum::<u64>() as f64 / time.as_secs_f64())
}

async fn connect(port: u16) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn length_of_answer(port: u16) -> Result<usize> {
    let response = connect(port).await?.send_request(signed(port)?).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    ensure!(status == 200, "GetCallerIdentity is answered with {status}: {}", String::from_utf8_lossy(&body));
    Ok(body.len())
}

/// The call, as an SDK signs it.
fn signed(port: u16) -> Result<Request<Full<Bytes>>> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let date = AmzDate::new(Timestamp::from_seconds(i64::try_from(seconds)?));
    let credential = format!("test/{}/us-east-1/sts/aws4_request", date.day());
    let scope = CredentialScope::parse(&credential, true).context("the credential has no scope")?;
    let mut request = Request::post("/")
        .header("host", format!("127.0.0.1:{port}"))
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .header("x-amz-date", date.to_string())
        .body(Full::new(Bytes::from_static(FORM.as_bytes())))?;
    let names = ["content-type", "host", "x-amz-date"].map(str::to_owned);
    let parts = Parts::new(request.method(), request.uri(), request.headers());
    let canonical = canonical_request(parts, PathStyle::Twice, &[], &names, &sha256_hex(FORM.as_bytes()));
    let key = SigningKey::of(&SecretKey::new("test"), &scope);
    let signature = key.sign(string_to_sign(date, &scope, &canonical).as_bytes());
    let signed = names.join(";");
    let value =
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}");
    request.headers_mut().insert("authorization", HeaderValue::try_from(value)?);
    Ok(request)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
