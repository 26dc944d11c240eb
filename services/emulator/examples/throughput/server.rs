//! The two servers, each a process of its own.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// How many bytes the bare server answers. `asf` gets it too, and takes no notice.
pub(crate) const ANSWER: &str = "x-answer-length";

/// A process that answers, until this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn asf(program: &str) -> Result<Self> {
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

    pub(crate) fn bare() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("--bare").stdout(Stdio::piped()).spawn()?;
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
pub(crate) fn bare() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let longest = Bytes::from(vec![b'a'; 64 << 20]);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let longest = longest.clone();
            tokio::spawn(async move {
                let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                    let length = request.headers().get(ANSWER).and_then(|it| it.to_str().ok());
                    let length = length.and_then(|it| it.parse().ok()).unwrap_or(0);
                    let answer = longest.slice(..longest.len().min(length));
                    async move {
                        let mut body = request.into_body();
                        while let Some(Ok(_)) = body.frame().await {}
                        Ok::<_, Infallible>(Response::new(Full::new(answer)))
                    }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}
