//! From a manifest to a process that answers.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use asf_runtime::clock::{Clock as _, SystemClock};
use asf_runtime::gateway::edge::{Proxy, send_over_unix};
use asf_runtime::shape::ByteStream;
use http::{StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use tokio::process::{Child, ChildStdin, Command};

use super::output::{self, LastWords};
use super::{Instance, Shared};
use crate::PROTOCOL;

/// Milliseconds between two looks whether it answers.
const PAUSE: i64 = 10;
/// How long it may take to say that it is there, once it is connected to.
const HEALTH_TIME: Duration = Duration::from_secs(2);
/// Bytes of that answer, at most.
const HEALTH_MOST: usize = 64 << 10;
/// Bytes that the path of a socket has, at most; macOS is the strictest.
const SOCKET_MOST: usize = 103;

/// A process that has said that it answers.
pub(super) struct Launched {
    pub(super) instance: Arc<Instance>,
    pub(super) child: Running,
}

/// What a program says of itself at `GET /health`.
#[derive(Deserialize)]
struct Health {
    protocol: u32,
}

/// Starts the process and waits until it answers.
///
/// # Errors
/// Why it does not, in words that go on from "cannot be started".
pub(super) async fn launch(shared: &Shared) -> Result<Launched, String> {
    let manifest = &shared.manifest;
    let folder = tempfile::Builder::new()
        .prefix("asf-")
        .tempdir()
        .map_err(|error| format!("there is no room for its socket: {error}"))?;
    let socket = folder.path().join("extension.sock");
    if socket.as_os_str().len() > SOCKET_MOST {
        return Err(format!("{} is too long for a socket; set TMPDIR to a shorter path", socket.display()));
    }
    let mut child = command(shared, &socket)
        .spawn()
        .map_err(|error| format!("{}: {error}", manifest.command.first().map_or("", String::as_str)))?;
    let pid = child.id().unwrap_or_default();
    let words = output::keep(&manifest.name, shared.folder.join("output.log"), &mut child);
    let stdin = child.stdin.take();
    let mut child = Running { stdin, _group: Group(pid), child, words };
    let answers = tokio::select! {
        answers = tokio::time::timeout(manifest.start_timeout, until_it_answers(&socket)) => answers,
        ended = child.wait() => return Err(format!("it {ended}")),
    };
    match answers {
        Ok(Ok(())) => {}
        Ok(Err(reason)) => return Err(reason),
        Err(_) => {
            let seconds = manifest.start_timeout.as_secs_f64();
            return Err(format!("it does not answer GET /health after {seconds} s{}", child.words.shown()));
        }
    }
    let proxy = Proxy::unix(socket.clone(), format!("the extension '{}'", manifest.name));
    Ok(Launched { instance: Arc::new(Instance { pid, socket, proxy, _folder: folder }), child })
}

fn command(shared: &Shared, socket: &Path) -> Command {
    let manifest = &shared.manifest;
    let package = shared.folder.join("package");
    let (program, arguments) = manifest.command.split_first().map_or(("", [].as_slice()), |(a, b)| (a, b));
    let mut command =
        if program.contains('/') { Command::new(package.join(program)) } else { Command::new(program) };
    command.args(arguments).current_dir(&package);
    // The developer's own account is none of its business.
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"] {
        command.env_remove(name);
    }
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_REGION", "us-east-1")
        // What Python prints is seen when it is printed.
        .env("PYTHONUNBUFFERED", "1")
        .envs(&manifest.environment)
        .env("ASF_EXTENSION_NAME", manifest.name.as_str())
        .env("ASF_EXTENSION_PROTOCOL", PROTOCOL.to_string())
        .env("ASF_EXTENSION_SOCKET", socket)
        .env("ASF_EXTENSION_DATA", shared.folder.join("data"));
    match shared.around.endpoint.get() {
        Some(url) => command.env("AWS_ENDPOINT_URL", url),
        None => command.env_remove("AWS_ENDPOINT_URL"),
    };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // Signals of the terminal are for us; and what it starts can be ended with it.
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Asks again until it answers. Who never does is given up by the caller.
async fn until_it_answers(socket: &Path) -> Result<(), String> {
    loop {
        match tokio::time::timeout(HEALTH_TIME, health(socket)).await {
            Ok(Ok(Some(health))) if health.protocol == PROTOCOL => return Ok(()),
            Ok(Ok(Some(health))) => {
                return Err(format!("it speaks protocol {}, and this is {PROTOCOL}", health.protocol));
            }
            Ok(Err(reason)) => return Err(reason),
            Ok(Ok(None)) | Err(_) => {}
        }
        let clock = SystemClock;
        clock.until(clock.now().plus_millis(PAUSE)).await;
    }
}

/// None: not yet.
async fn health(socket: &Path) -> Result<Option<Health>, String> {
    let request = http::Request::get("/health").header(header::HOST, "localhost").body(ByteStream::Empty);
    let request = request.map_err(|error| error.to_string())?;
    let Ok(response) = send_over_unix(socket, request).await else { return Ok(None) };
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        return Ok(None);
    }
    if response.status() != StatusCode::OK {
        return Err(format!("it answers GET /health with {}", response.status()));
    }
    let body = Limited::new(response.into_body(), HEALTH_MOST).collect().await;
    let body = body.map_err(|error| format!("its answer to GET /health ends early: {error}"))?.to_bytes();
    serde_json::from_slice(&body)
        .map(Some)
        .map_err(|error| format!("its answer to GET /health is not {{\"protocol\": {PROTOCOL}}}: {error}"))
}

/// A process, which ends with this.
pub(super) struct Running {
    child: Child,
    /// Open for as long as we live, however we end: its end tells the program that nobody is there any more.
    stdin: Option<ChildStdin>,
    _group: Group,
    words: LastWords,
}

impl Running {
    /// Waits for its end. In words that go on from "it".
    pub(super) async fn wait(&mut self) -> String {
        let status = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => format!("nobody knows how: {error}"),
        };
        // What it wrote before it ended is on its way.
        self.words.settle().await;
        format!("ended ({status}){}", self.words.shown())
    }

    /// Asks it to end, and kills it when it has not after a while.
    pub(super) async fn end(mut self, grace: Duration) {
        drop(self.stdin.take());
        #[cfg(unix)]
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok())
            && let Some(pid) = rustix::process::Pid::from_raw(pid)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        if tokio::time::timeout(grace, self.child.wait()).await.is_err() {
            kill(&mut self.child).await;
        }
    }
}

async fn kill(child: &mut Child) {
    let killed: io::Result<()> = child.kill().await;
    if let Err(error) = killed {
        tracing::warn!(%error, "a process cannot be killed");
    }
}

/// A process and those that it has started: killed, as far as they still run, when this is dropped.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) =
            i32::try_from(self.0).ok().filter(|it| *it > 0).and_then(rustix::process::Pid::from_raw)
        {
            // Most often all of it has ended, and there is no one to kill.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}
