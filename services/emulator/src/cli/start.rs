//! `asf start`: the runtime itself, in the foreground, in the background, or in a container.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use asf_runtime::config::{Config, Listener};
use asf_runtime::gateway::internal::{Action, Control, InitReports, Stage};
use asf_runtime::hook::{HookContext, HookPoint};

use super::run_dir::{RunDir, State};
use super::wait::Deadline;
use super::{Failure, Outcome, Session, config, docker, hooks, log_file, logging, output, process};
use crate::init::InitScripts;
use crate::{Emulator, Server, Surroundings};

/// How long a process in the background may take until it is ready. Hooks of users run in that time.
const READY_TIME: Duration = Duration::from_secs(300);
/// How long an init script may take.
const SCRIPT_TIME: Duration = Duration::from_secs(300);
/// How long a hook may take.
const HOOK_TIME: Duration = Duration::from_secs(60);
/// How long a hook may take when the end was asked for: whoever did waits, and a container is killed soon.
const LAST_HOOK_TIME: Duration = Duration::from_secs(5);
/// How long the last traces may take to be sent.
const FLUSH_TIME: Duration = Duration::from_secs(2);
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
    let mut arguments = arguments.clone();
    // The process in the background is on the other side: the command line that started it has run them.
    if !arguments.in_background {
        arguments.env.extend(hooks::prepare_host(session, arguments.docker)?);
    }
    let settings = session.config()?;
    // What is written later (packages, certificates, a state that is kept) has to have a place.
    settings.volume()?;
    if arguments.docker {
        return docker::run(session, arguments.detached);
    }
    if arguments.detached {
        return in_background(session, &arguments.words(session), None);
    }
    let folder = if arguments.in_background { Some(session.run_dir()?) } else { None };
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
    let action = runtime.block_on(serve(session, &settings, !arguments.no_banner, |listen| {
        let Some(place) = &place else { return Ok(()) };
        place.ready(&State {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            listen,
            arguments: arguments.words(session),
            directory: std::env::current_dir().unwrap_or_default(),
        })
    }))?;
    // Whatever still runs ends here, and the place is free for the next.
    drop(runtime);
    drop(place);
    match action {
        Action::Kill => Ok(()),
        Action::Restart => begin_anew(),
    }
}

/// Puts this program, as it was called, in its own place: the process id stays.
fn begin_anew() -> Outcome {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1));
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    let error = match command.spawn() {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    Err(anyhow::Error::from(error).context("cannot start again").into())
}

/// Listens, says so, and serves until the end or a new beginning is asked for.
async fn serve(
    session: &Session,
    settings: &Config,
    banner: bool,
    ready: impl FnOnce(Vec<String>) -> anyhow::Result<()>,
) -> Result<Action, Failure> {
    // Whoever waits for `Ready.` may send a signal at once.
    let mut signals = Signals::listen()?;
    let control = Control::default();
    let mut requests = control.requests();
    let scripts = InitScripts::find(&settings.init_dir, SCRIPT_TIME);
    let init: Arc<dyn InitReports> = Arc::new(scripts.clone());
    let around = Surroundings { control, init: Some(init), ..Surroundings::default() };
    tokio::select! {
        () = scripts.run(Stage::Boot) => {}
        () = signals.next() => return Ok(Action::Kill),
    }
    let journal = crate::persistence::open(settings)?;
    let around = Surroundings { journal: journal.clone(), ..around };
    let Emulator { gateway, extensions, .. } = crate::controlled_emulator(session.layers.settings(), around)?;
    let gateway = Arc::new(gateway);
    let hosted = crate::extensions::host(settings, &extensions);
    let observe = gateway.observe().clone();
    let server = Server::bind(&settings.listen.0, gateway).await.map_err(|it| match it.error.kind() {
        io::ErrorKind::AddrInUse => Failure::AddressInUse(it.place.to_string()),
        _ => Failure::Address { address: it.place.to_string(), error: it.error },
    })?;
    let server = server.configured(settings);
    let addresses: Vec<String> = server.places().iter().map(Listener::to_string).collect();
    let urls: Vec<String> = server.places().iter().map(Listener::url).collect();
    if let Some(place) = server.places().iter().find(|it| matches!(it, Listener::Tcp { .. })) {
        hosted.set_endpoint(&place.url());
    }
    scripts.set_environment(script_environment(server.places(), settings));
    let at = |point| HookContext::new(point, extensions.clone(), urls.clone());
    let (start, end) = (at(HookPoint::OnInfraStart), at(HookPoint::OnInfraShutdown));
    // Whoever connects by now is answered after them.
    tokio::select! {
        _ = start.run_hooks(HOOK_TIME) => {}
        () = signals.next() => {
            end_hooks(&end).await?;
            return Ok(Action::Kill);
        }
    }
    let action = Cell::new(Action::Kill);
    let mut serving = pin!(server.run(async {
        tokio::select! {
            () = signals.next() => {}
            requested = requests.next() => action.set(requested),
        }
    }));
    // It is served meanwhile, so that a script which calls is answered.
    tokio::select! {
        () = scripts.run(Stage::Start) => {}
        () = serving.as_mut() => {
            end_hooks(&end).await?;
            return Ok(action.get());
        }
    }
    // Scripts and Testcontainers wait for `Ready.` on a line of its own.
    let banner = if banner {
        format!("asf {} on {}\n", env!("CARGO_PKG_VERSION"), urls.join(", "))
    } else {
        String::new()
    };
    output::print(&format!("{banner}Ready.\n"))?;
    ready(addresses)?;
    // They may call what is ready; whoever waits for them asks /_localstack/init/ready.
    let when_ready = tokio::spawn({
        let (scripts, hooks) = (scripts.clone(), at(HookPoint::OnInfraReady));
        async move {
            hooks.run_hooks(HOOK_TIME).await;
            scripts.run(Stage::Ready).await;
        }
    });
    serving.await;
    when_ready.abort();
    end_hooks(&end).await?;
    if let Some(traces) = &observe.traces {
        // What is not sent by then is lost, like all else that a collector which is down does not get.
        let _ = tokio::time::timeout(FLUSH_TIME, traces.flush()).await;
    }
    // Whoever asks again does not want to wait for them.
    let mut again = Signals::listen()?;
    tokio::select! {
        () = scripts.run(Stage::Shutdown) => {}
        () = again.next() => {}
    }
    if let Some(journal) = journal {
        // Not in the way of what still runs; the process ends only when it is written.
        tokio::task::spawn_blocking(move || journal.close()).await.context("the state may not be saved")?;
    }
    Ok(action.get())
}

/// Runs the hooks of the end. Whoever asks again for the end does not want to wait for them.
async fn end_hooks(end: &HookContext) -> io::Result<()> {
    let mut again = Signals::listen()?;
    tokio::select! {
        _ = end.run_hooks(LAST_HOOK_TIME) => {}
        () = again.next() => {}
    }
    Ok(())
}

/// What init scripts find in their environment: where to call, and credentials that will do.
fn script_environment(places: &[Listener], settings: &Config) -> Vec<(String, String)> {
    let given = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let url = places.iter().find(|it| matches!(it, Listener::Tcp { .. })).map(Listener::url);
    vec![
        given("AWS_ENDPOINT_URL", &url.unwrap_or_default()),
        given("AWS_ACCESS_KEY_ID", "test"),
        given("AWS_SECRET_ACCESS_KEY", &settings.test_secret_key),
        given("AWS_DEFAULT_REGION", "us-east-1"),
    ]
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
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// From here on signals do not end the process by themselves.
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for one of them.
    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
