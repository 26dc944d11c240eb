//! Servers that are a container.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::process::Process;
use crate::{Backend, Ended, Health, Running, ServerError, Start};

/// How long the engine may take to say that it is there.
const VERSION_TIME: Duration = Duration::from_secs(10);

/// The program that speaks to the Docker engine (`DOCKER_CMD`), with the arguments that always go first:
/// `docker`, `podman`, `sudo docker`.
///
/// The program instead of the engine's API, because it finds the engine where the user's own commands find
/// it (contexts, rootless, remote), and needs no further HTTP client here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerEngine {
    words: Vec<String>,
}

impl Default for DockerEngine {
    fn default() -> Self {
        Self::of("docker")
    }
}

impl DockerEngine {
    /// Of what `DOCKER_CMD` says.
    #[must_use]
    pub fn of(docker_cmd: &str) -> Self {
        Self { words: docker_cmd.split_whitespace().map(str::to_owned).collect() }
    }

    fn words(&self, arguments: &[&str]) -> Vec<String> {
        self.words.iter().cloned().chain(arguments.iter().map(|it| (*it).to_owned())).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let words = self.words(arguments);
        let (program, arguments) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Asks the engine for its version.
    async fn version(&self) -> Result<(), String> {
        let mut command = tokio::process::Command::from(self.command(&["version"]));
        command.args(["--format", "{{.Server.Version}}"]).kill_on_drop(true);
        let output = tokio::time::timeout(VERSION_TIME, command.output()).await;
        match output {
            Err(_) => Err("it does not answer in time".to_owned()),
            Ok(Err(error)) => Err(format!("{}: {error}", self.words.join(" "))),
            Ok(Ok(output)) if output.status.success() => Ok(()),
            Ok(Ok(output)) => {
                let words = String::from_utf8_lossy(&output.stderr);
                Err(words.lines().next().unwrap_or("it does not say why").trim().to_owned())
            }
        }
    }

    /// Removes a container, running or not, if there is one.
    async fn remove(&self, container: &str) {
        let mut command = tokio::process::Command::from(self.command(&["rm", "--force", container]));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let _ = command.status().await;
    }
}

/// A server that is a container, published at the address it has to listen on.
///
/// The container is removed when it ends, and by the watchdog when we die. `docker run` stays in the
/// foreground: what the container prints is in the logs, and its end is the container's end.
#[derive(Clone, Debug)]
pub struct DockerContainerServer {
    /// What it is called in logs and errors; the container is called `asf-<name>-<port>`.
    pub name: String,
    /// The image, with its tag.
    pub image: String,
    /// The port that it listens on inside.
    pub inner_port: u16,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
    /// Folders of this machine (or volumes), and where they are inside.
    pub volumes: Vec<(String, String)>,
    /// Further options of `docker run`.
    pub flags: Vec<String>,
    /// What is run in it, instead of what the image says.
    pub command: Vec<String>,
    /// How one tells that it is up. The engine takes connections on a published port before the server
    /// inside does, so prefer something that the server itself has to answer.
    pub health: Health,
    /// What its URL begins with.
    pub scheme: String,
    /// Who runs it.
    pub engine: DockerEngine,
}

impl DockerContainerServer {
    /// A container of this image, in which something listens on this port.
    #[must_use]
    pub fn new(name: &str, image: &str, inner_port: u16) -> Self {
        Self {
            name: name.to_owned(),
            image: image.to_owned(),
            inner_port,
            environment: Vec::new(),
            volumes: Vec::new(),
            flags: Vec::new(),
            command: Vec::new(),
            health: Health::Tcp,
            scheme: "http".to_owned(),
            engine: DockerEngine::default(),
        }
    }

    fn run_command(&self, container: &str, start: &Start) -> Command {
        let mut command = self.engine.command(&["run", "--rm", "--name", container]);
        command.arg("--publish").arg(format!("{}:{}", start.address, self.inner_port));
        for (name, value) in &self.environment {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        for (outside, inside) in &self.volumes {
            command.arg("--volume").arg(format!("{outside}:{inside}"));
        }
        command.args(&self.flags).arg(&self.image).args(&self.command);
        command
    }
}

impl Backend for DockerContainerServer {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        Box::pin(async move {
            let absent = |reason| ServerError::NoDocker { server: Arc::clone(&start.name), reason };
            self.engine.version().await.map_err(absent)?;
            let container = format!("asf-{}-{}", self.name, start.address.port());
            // One that an earlier life of ours could not remove.
            self.engine.remove(&container).await;
            let cleanup = self.engine.words(&["rm", "--force", &container]);
            let process = Process::spawn(self.run_command(&container, &start), &start, &cleanup)?;
            let running: Box<dyn Running> =
                Box::new(Container { process, engine: self.engine.clone(), name: container });
            Ok(running)
        })
    }

    fn health(&self) -> Health {
        self.health.clone()
    }

    fn scheme(&self) -> &str {
        &self.scheme
    }
}

struct Container {
    process: Process,
    engine: DockerEngine,
    name: String,
}

impl Running for Container {
    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        self.process.ended()
    }

    /// `docker run` passes the signal on to the container.
    fn ask_to_end(&mut self) {
        self.process.ask_to_end();
    }

    fn kill(&mut self) {
        let (engine, name) = (self.engine.clone(), self.name.clone());
        tokio::spawn(async move { engine.remove(&name).await });
        self.process.kill();
    }
}
