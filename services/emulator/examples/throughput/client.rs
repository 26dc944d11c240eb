//! The client: so many connections, each with one request at a time, on one thread.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::server::ANSWER;
use crate::workload::{Call, Workload};

/// Before each measurement.
const WARM_UP: Duration = Duration::from_millis(300);

/// What a round came to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Measured {
    /// Calls a second.
    pub(crate) rate: f64,
    /// 99 of 100 answers took less.
    pub(crate) slow: Duration,
}

/// Makes what the workload needs, and tells how many bytes are in the answer to its first call.
pub(crate) async fn prepare(workload: &Workload, port: u16) -> Result<usize> {
    let mut sender = connect(port).await?;
    for call in (workload.prepare)() {
        answer(&mut sender, call.into_request(port)?, workload.name).await?;
    }
    answer(&mut sender, (workload.call)(0).into_request(port)?, workload.name).await
}

/// A round: the workload over so many connections, for so long.
pub(crate) async fn measure(
    workload: &Workload,
    port: u16,
    connections: usize,
    length: usize,
    time: Duration,
) -> Result<Measured> {
    let mut senders = Vec::with_capacity(connections);
    for _ in 0..connections {
        senders.push(connect(port).await?);
    }
    let begin = Instant::now() + WARM_UP;
    let end = begin + time;
    let calls = senders.into_iter().enumerate().map(|(connection, mut sender)| async move {
        let mut times = Vec::new();
        let mut number = connection as u64;
        loop {
            let mut request = (workload.call)(number).into_request(port)?;
            request.headers_mut().insert(ANSWER, HeaderValue::from(length));
            let sent = Instant::now();
            answer(&mut sender, request, workload.name).await?;
            let now = Instant::now();
            if now >= end {
                return anyhow::Ok(times);
            }
            if now >= begin {
                times.push(now - sent);
            }
            number += connections as u64;
        }
    });
    let mut times = futures_util::future::try_join_all(calls).await?.concat();
    times.sort_unstable();
    let slow = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    Ok(Measured { rate: times.len() as f64 / time.as_secs_f64(), slow })
}

async fn connect(port: u16) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// Sends it and reads the answer, whose bytes are counted and not kept.
async fn answer(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    name: &str,
) -> Result<usize> {
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let mut body = response.into_body();
    if !status.is_success() {
        let text = body.collect().await?.to_bytes();
        anyhow::bail!("{name}: {status}: {}", String::from_utf8_lossy(&text));
    }
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        length += frame?.data_ref().map_or(0, Bytes::len);
    }
    ensure!(sender.is_ready() || !sender.is_closed(), "{name}: the connection was closed");
    Ok(length)
}

impl Call {
    fn into_request(self, port: u16) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .header("host", format!("127.0.0.1:{port}"))
            .body(Full::new(self.body))?;
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        self.signer.sign(&mut request, self.service)?;
        Ok(request)
    }
}
