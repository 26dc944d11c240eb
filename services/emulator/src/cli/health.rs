//! How commands ask a process: HTTP requests to its endpoints.

use std::time::Duration;

use anyhow::Context as _;
use asf_runtime::config::Listener;
use bytes::Bytes;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::branches::BRANCH;

/// How long an answer may take.
const TIME: Duration = Duration::from_secs(5);
/// How long it may take to stop and start extensions.
const RELOAD_TIME: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const MAX_ANSWER: usize = 4 << 20;

type Request = http::Request<Full<Bytes>>;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Answer {
    /// The body as JSON; null if it is none, or the request failed.
    pub(super) fn json(&self) -> Value {
        if !self.status.is_success() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// `GET /_localstack/health`. None if nothing answers.
pub(super) fn health(target: &Listener) -> Option<Answer> {
    get(target, "/_localstack/health")
}

/// `GET` of a path. None if nothing answers.
pub(super) fn get(target: &Listener, path: &str) -> Option<Answer> {
    ask(target, Method::GET, path, None).ok()
}

/// Whether everything that runs at start has run; a process that does not say is ready.
pub(super) fn is_ready(target: &Listener) -> bool {
    // 503 is what proxies say in the place of what is not there yet.
    if health(target).is_none_or(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE) {
        return false;
    }
    let stage = ask(target, Method::GET, "/_localstack/init/ready", None).map(|answer| answer.json());
    stage.is_ok_and(|stage| stage.get("completed") != Some(&Value::Bool(false)))
}

/// `POST /_localstack/health` with an action, `kill` or `restart`. None if nothing answers.
pub(super) fn act(target: &Listener, action: &str) -> Option<Answer> {
    ask(target, Method::POST, "/_localstack/health", Some(&serde_json::json!({ "action": action }))).ok()
}

/// `GET /_asf/extensions`: what a process says of its extensions. Null if none answers.
pub(super) fn extensions(target: &Listener) -> Value {
    ask(target, Method::GET, "/_asf/extensions", None).map(|answer| answer.json()).unwrap_or_default()
}

/// `POST /_asf/extensions/reload`: what came of it. Null if none answers.
pub(super) fn reload_extensions(target: &Listener) -> Value {
    let answer = ask_within(RELOAD_TIME, target, Method::POST, "/_asf/extensions/reload", None);
    answer.map(|answer| answer.json()).unwrap_or_default()
}

/// How long it may take to save, load or compare states.
const STATE_TIME: Duration = Duration::from_secs(600);

/// Asks a process, or a branch of its state, for what takes long: with a body of any kind, and an answer that goes
/// to a file if one is given and it is a success.
pub(super) fn transfer(
    target: &Listener,
    branch: Option<&str>,
    method: Method,
    path: &str,
    body: Bytes,
    to: Option<&mut std::fs::File>,
) -> anyhow::Result<Answer> {
    let mut request = request(method, path, body)?;
    if let Some(branch) = branch {
        request.headers_mut().insert(BRANCH, branch.try_into()?);
    }
    send(STATE_TIME, target, request, to)
}

/// Asks a process.
pub(super) fn ask(
    target: &Listener,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> anyhow::Result<Answer> {
    ask_within(TIME, target, method, path, body)
}

fn ask_within(
    time: Duration,
    target: &Listener,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> anyhow::Result<Answer> {
    send(time, target, request(method, path, body.map(Value::to_string).unwrap_or_default().into())?, None)
}

fn request(method: Method, path: &str, body: Bytes) -> anyhow::Result<Request> {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost.localstack.cloud")
        .header(header::CONTENT_TYPE, "application/json");
    Ok(request.body(Full::new(body))?)
}

fn send(
    time: Duration,
    target: &Listener,
    request: Request,
    to: Option<&mut std::fs::File>,
) -> anyhow::Result<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let exchange = async {
            match target {
                Listener::Tcp { host, port } => {
                    exchange(TcpStream::connect((host.as_str(), *port)).await?, request, to).await
                }
                #[cfg(unix)]
                Listener::Unix(at) => exchange(tokio::net::UnixStream::connect(at).await?, request, to).await,
                #[cfg(not(unix))]
                Listener::Unix(_) => anyhow::bail!("there are no Unix sockets here"),
            }
        };
        tokio::time::timeout(time, exchange).await.context("no answer in time")?
    })
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request,
    to: Option<&mut std::fs::File>,
) -> anyhow::Result<Answer> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let mut body = body;
    if let Some(file) = to.filter(|_| head.status.is_success()) {
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame?.into_data() {
                std::io::Write::write_all(file, &piece)?;
            }
        }
        connection.abort();
        return Ok(Answer { status: head.status, body: Bytes::new() });
    }
    let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(anyhow::Error::from_boxed)?;
    connection.abort();
    Ok(Answer { status: head.status, body: body.to_bytes() })
}
