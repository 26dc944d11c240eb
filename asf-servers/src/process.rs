//! Servers that are a process of this machine.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::process::Child;
use tokio::task::JoinSet;

use crate::{Backend, Ended, Health, ProcessGroup, Running, ServerError, Start};

/// How long output may still arrive after the end. Only a process that left the group can keep it open.
const OUTPUT_TIME: Duration = Duration::from_secs(1);

/// A server that is a process: a command, made for the address that it has to listen on.
pub struct ProcessServer {
    name: String,
    command: Box<dyn Fn(SocketAddr) -> Command + Send + Sync>,
    health: Health,
    scheme: String,
}

impl ProcessServer {
    /// A server of this name. What the command says of input and output is overruled.
    pub fn new(name: &str, command: impl Fn(SocketAddr) -> Command + Send + Sync + 'static) -> Self {
        let command = Box::new(command);
        Self { name: name.to_owned(), command, health: Health::Tcp, scheme: "http".to_owned() }
    }

    /// With another way to tell that it is up.
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// With another beginning of its URL.
    #[must_use]
    pub fn scheme(mut self, scheme: &str) -> Self {
        scheme.clone_into(&mut self.scheme);
        self
    }
}

impl Backend for ProcessServer {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        Box::pin(async move { spawn((self.command)(start.address), &start) })
    }

    fn health(&self) -> Health {
        self.health.clone()
    }

    fn scheme(&self) -> &str {
        &self.scheme
    }
}

/// Runs a command as a server: no input, output to the logs, in a [`ProcessGroup`], so that it and what it
/// starts end with us.
///
/// # Errors
/// When it cannot be run.
pub fn spawn(command: Command, start: &Start) -> Result<Box<dyn Running>, ServerError> {
    Ok(Box::new(Process::spawn(command, start, &[])?))
}

pub(crate) struct Process {
    child: Child,
    pid: u32,
    group: ProcessGroup,
    output: JoinSet<()>,
    ended: Option<Ended>,
}

impl Process {
    /// `cleanup` is run if we die; see [`ProcessGroup::open`].
    pub(crate) fn spawn(
        mut command: Command,
        start: &Start,
        cleanup: &[String],
    ) -> Result<Self, ServerError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |error: std::io::Error| ServerError::Command {
            server: start.name.clone(),
            program: program.clone(),
            reason: error.to_string(),
        };
        let mut group = ProcessGroup::open(cleanup).map_err(failed)?;
        group.admit(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let mut child = match command.kill_on_drop(true).spawn() {
            Ok(child) => child,
            Err(error) => {
                group.kill(0);
                return Err(failed(error));
            }
        };
        let mut output = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            output.spawn(taken(start.logs.clone(), stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            output.spawn(taken(start.logs.clone(), stderr));
        }
        let pid = child.id().unwrap_or_default();
        tracing::debug!(server = &*start.name, pid, address = %start.address, "started {program}");
        Ok(Self { child, pid, group, output, ended: None })
    }
}

async fn taken(logs: Arc<crate::Logs>, output: impl tokio::io::AsyncRead + Unpin) {
    logs.take(output).await;
}

impl Running for Process {
    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(async move {
            let ended = match &self.ended {
                Some(ended) => ended.clone(),
                None => {
                    let status = self.child.wait().await;
                    // What it has left behind must not hold the port.
                    self.group.kill(self.pid);
                    Ended(status.map_or_else(|error| error.to_string(), |status| status.to_string()))
                }
            };
            self.ended = Some(ended.clone());
            let output = async { while self.output.join_next().await.is_some() {} };
            let _ = tokio::time::timeout(OUTPUT_TIME, output).await;
            ended
        })
    }

    fn ask_to_end(&mut self) {
        self.group.ask_to_end(self.pid);
    }

    fn kill(&mut self) {
        self.group.kill(self.pid);
        // Where there are no groups.
        let _ = self.child.start_kill();
    }
}
