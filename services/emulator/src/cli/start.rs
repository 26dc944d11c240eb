//! `asf start`: the runtime itself, in the foreground, in the background, or in a container.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use asf_runtime::config::{Config, Listener};
use asf_runtime::gateway::Gateway;
use futures_util::future::join_all;

use super::run_dir::{RunDir, State};
use super::wait::Deadline;
use super::{Failure, Outcome, Session, config, docker, log_file, logging, output, process};
use crate::Server;

/// How long a process in the background may take until it is ready. Hooks of users run in that time.
const READY_TIME: Duration = Duration::from_secs(300);
/// Lines of the log that are shown when it does not get ready.
const LAST_WORDS: usize = 5;

/// Arguments of `start`.
#[derive(Debug, Default, Clone, PartialEq, clap::Args)]
pub(super) struct Arguments {
    /// Run in the background; return when it is ready
    #[arg(long, short)]
    detached: bool,
    /// Run as a process of this machine, which is the default
    #[arg(long, conflicts_with = "docker")]
    host: bool,
    /// Run in a container
    #[arg(long)]
    docker: bool,
    /// Where to listen: GATEWAY_LISTEN
    #[arg(long, value_name = "ADDRESS:PORT,..")]
    listen: Option<String>,
    /// Set a variable
    #[arg(long, short, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Say Ready. and nothing else
    #[arg(long)]
    no_banner: bool,
    /// Be the process in the background
    #[arg(long, hide = true, conflicts_with = "detached")]
    in_background: bool,
}

impl Arguments {
    /// The command line that starts the same again, in the foreground.
    fn words(&self, session: &Session) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(session.global.profile.iter().flat_map(|it| ["--profile".to_owned(), it.clone()]));
        words.extend(session.global.quiet.then(|| "--quiet".to_owned()));
        words.push("start".to_owned());
        words.extend(self.listen.iter().flat_map(|it| ["--listen".to_owned(), it.clone()]));
        words.extend(self.env.iter().flat_map(|it| ["--env".to_owned(), it.clone()]));
        words.extend(self.no_banner.then(|| "--no-banner".to_owned()));
        words
    }
}

pub(super) fn run(session: &mut Session, arguments: &Arguments) -> Outcome {
    for assignment in &arguments.env {
        let (name, value) = assignment
            .split_once('=')
            .ok_or_else(|| Failure::Usage(format!("--env {assignment:?} is not of the form NAME=VALUE")))?;
        session.layers.set(name, value);
    }
    if let Some(listen) = &arguments.listen {
        session.layers.set("GATEWAY_LISTEN", listen);
    }
    let settings = session.config()?;
    if arguments.docker {
        return docker::run(session, arguments.detached);
    }
    if arguments.detached {
        return in_background(session, &arguments.words(session), None);
    }
    let folder = arguments.in_background.then(|| RunDir::new(settings.run_dir.clone()));
    logging::begin(&settings, session.global.quiet, folder.as_ref().map(RunDir::log_file));
    for warning in config::warnings(session) {
        tracing::warn!("{warning}");
    }
    let place = match folder {
        Some(folder) => {
            process::leave_the_terminal();
            Some(folder.take()?)
        }
        None => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(session, &settings, !arguments.no_banner, |listen| {
        let Some(place) = &place else { return Ok(()) };
        place.ready(&State {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            listen,
            arguments: arguments.words(session),
            directory: std::env::current_dir().unwrap_or_default(),
        })
    }))
}

/// Listens, says so, and serves until the end is asked for.
async fn serve(
    session: &Session,
    settings: &Config,
    banner: bool,
    ready: impl FnOnce(Vec<String>) -> anyhow::Result<()>,
) -> Outcome {
    let gateway = Arc::new(crate::controlled_gateway(session.layers.settings()));
    let mut servers = Vec::new();
    for listener in &settings.listen.0 {
        servers.push(bind(listener, gateway.clone()).await?);
    }
    let addresses: Vec<String> = servers.iter().map(|server| server.address().to_string()).collect();
    let urls: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    // Scripts and Testcontainers wait for `Ready.` on a line of its own.
    let banner = if banner {
        format!("asf {} on {}\n", env!("CARGO_PKG_VERSION"), urls.join(", "))
    } else {
        String::new()
    };
    output::print(&format!("{banner}Ready.\n"))?;
    ready(addresses)?;
    let (end, ended) = tokio::sync::watch::channel(());
    let running = join_all(servers.into_iter().map(|server| {
        let mut ended = ended.clone();
        server.run(async move {
            // An error says that the sender is gone, which is the end too.
            let _ = ended.changed().await;
        })
    }));
    let asked = async {
        interrupted().await;
        drop(end);
    };
    tokio::join!(asked, running);
    Ok(())
}

async fn bind(listener: &Listener, gateway: Arc<Gateway>) -> Result<Server, Failure> {
    let (host, port) = match listener {
        // Clients try IPv4 first, or only.
        Listener::Tcp { host, port } if host == "localhost" => ("127.0.0.1", *port),
        Listener::Tcp { host, port } => (host.as_str(), *port),
        Listener::Unix(_) => {
            let error = io::Error::new(io::ErrorKind::Unsupported, "Unix sockets are not served yet");
            return Err(Failure::Address { address: listener.to_string(), error });
        }
    };
    Server::bind((host, port), gateway).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::AddressInUse(listener.to_string()),
        _ => Failure::Address { address: listener.to_string(), error },
    })
}

/// Starts this program again, apart from the terminal, and waits until it is ready.
pub(super) fn in_background(session: &Session, words: &[String], directory: Option<&Path>) -> Outcome {
    let folder = session.run_dir()?;
    if let Some(running) = folder.running()? {
        return Err(Failure::AlreadyRunning { pid: running.pid.to_string() });
    }
    folder.create()?;
    let path = folder.log_file();
    let log = log_file::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(words).arg("--in-background");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    if let Some(directory) = directory.filter(|it| it.is_dir()) {
        command.current_dir(directory);
    }
    let mut child = command.spawn().context("cannot start another asf")?;
    let state = until_ready(&folder, &mut child)?;
    let urls: Vec<String> = state.listeners().iter().map(Listener::url).collect();
    session.remark(format!(
        "asf {} on {}, process id {}, log {}",
        state.version,
        urls.join(", "),
        state.pid,
        path.display(),
    ));
    Ok(())
}

fn until_ready(folder: &RunDir, child: &mut Child) -> Result<State, Failure> {
    let deadline = Deadline::after(READY_TIME);
    loop {
        if let Some(state) = folder.state().filter(|state| state.pid == child.id()) {
            return Ok(state);
        }
        if let Some(status) = child.try_wait()? {
            let code = status.code().and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0);
            return Err(Failure::Ended { words: last_words(&folder.log_file()), code: code.unwrap_or(1) });
        }
        if deadline.is_over() {
            let message = format!("it is not ready after {} s, and goes on", READY_TIME.as_secs());
            return Err(Failure::Timeout(message));
        }
        deadline.pause();
    }
}

/// What a process has said of its end, else the end of its log.
fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.iter().rposition(|line| line.starts_with("error: "));
    let from = from.unwrap_or(lines.len().saturating_sub(LAST_WORDS));
    let words = lines.get(from..).unwrap_or_default().join("\n");
    words.strip_prefix("error: ").unwrap_or(&words).to_owned()
}

/// Ctrl-C, or what a container is stopped with.
async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = interrupt.await;
}
