//! Commands of `asf` that extensions bring: `asf <name> ..`, with clap's `Command` for what it takes.
//!
//! A command is a plugin of the namespace `commands`. It runs in a process of its own, as all commands do: what
//! it wants of a running emulator, it asks for over HTTP, with [`CommandContext::ask`]. One with the name of
//! a command that `asf` has itself is left out.
//!
//! ```
//! use std::process::ExitCode;
//!
//! use asf_cli::{COMMANDS, CommandContext, CommandPlugin, CommandResult};
//! use clap::{Arg, ArgMatches, Command};
//!
//! fn command() -> Command {
//!     Command::new("greet").about("Say hello").arg(Arg::new("name").required(true))
//! }
//!
//! fn run(context: &CommandContext, arguments: &ArgMatches) -> CommandResult {
//!     let name = arguments.get_one::<String>("name").map_or("you", String::as_str);
//!     println!("Hello {name}, from {}", context.endpoint);
//!     Ok(ExitCode::SUCCESS)
//! }
//!
//! asf_runtime::register!(COMMANDS: CommandPlugin = CommandPlugin::new("greet", command, run));
//! ```
//!
//! This is a crate of its own so that what has no commands does not depend on clap.

use std::process::ExitCode;
use std::sync::Arc;

use asf_runtime::plugin::{LoadCondition, NAMESPACES, Namespace, Plugin, PluginId, Settings, always};
pub use clap;
use linkme::distributed_slice;
use serde_json::Value;

/// A command that is linked in.
#[derive(Debug)]
pub struct CommandPlugin {
    /// Its name, which is the word behind `asf`.
    pub name: &'static str,
    /// Of several with one name, the one with the highest is taken.
    pub priority: i32,
    /// Whether it can be used.
    pub should_load: LoadCondition,
    /// What it takes.
    pub command: fn() -> clap::Command,
    /// Runs it.
    pub run: fn(&CommandContext, &clap::ArgMatches) -> CommandResult,
}

/// What comes of a command: the exit code of the process, or an error, which is written to stderr and has the
/// exit code 1.
pub type CommandResult = Result<ExitCode, Box<dyn std::error::Error + Send + Sync>>;

/// How results are to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// The values alone, for shells.
    Plain,
}

/// Asks the emulator that runs: method, path and query, body.
pub type Ask = dyn Fn(&str, &str, Option<&Value>) -> Result<Answer, AskError> + Send + Sync;

/// What a command knows besides its arguments.
#[derive(Clone)]
pub struct CommandContext {
    /// The configuration: environment, profiles, `.env`.
    pub settings: Settings,
    /// Where the emulator answers if it runs, such as `http://127.0.0.1:4566`.
    pub endpoint: String,
    /// What `--format` says.
    pub format: Format,
    /// Whether remarks are to be left out (`--quiet`).
    pub is_quiet: bool,
    /// See [`ask`](Self::ask).
    pub asking: Arc<Ask>,
}

impl CommandContext {
    /// Asks the emulator that runs: `ask("GET", "/_extension/mailbox/messages", None)`. A body is sent as JSON.
    ///
    /// # Errors
    /// [`AskError`] when nothing answers, or with a status that is no success.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, AskError> {
        let answer = (self.asking)(method, path, body)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let message = String::from_utf8_lossy(&answer.body).into_owned();
        Err(AskError::Refused { path: path.to_owned(), status: answer.status, message })
    }
}

impl std::fmt::Debug for CommandContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandContext").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// What the emulator answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// Nothing answers there.
    #[error("nothing answers at {endpoint}: {reason}")]
    NotRunning {
        /// Where it was asked.
        endpoint: String,
        /// What went wrong.
        reason: String,
    },
    /// It does not do what it was asked for.
    #[error("{path} was answered with status {status}: {message}")]
    Refused {
        /// The path.
        path: String,
        /// The status.
        status: u16,
        /// The body.
        message: String,
    },
}

impl CommandPlugin {
    /// A command that can always be used. clap's `Command` is called `name`, whatever it says.
    #[must_use]
    pub const fn new(
        name: &'static str,
        command: fn() -> clap::Command,
        run: fn(&CommandContext, &clap::ArgMatches) -> CommandResult,
    ) -> Self {
        Self { name, priority: 0, should_load: always, command, run }
    }

    /// With a priority.
    #[must_use]
    pub const fn priority(self, priority: i32) -> Self {
        Self { priority, ..self }
    }

    /// Only under a condition.
    #[must_use]
    pub const fn only_if(self, should_load: LoadCondition) -> Self {
        Self { should_load, ..self }
    }
}

impl Plugin for CommandPlugin {
    fn id(&self) -> PluginId {
        PluginId::new("commands", self.name)
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn should_load(&self, settings: &Settings) -> Result<(), String> {
        (self.should_load)(settings)
    }
}

/// All commands that are linked in, besides those of `asf` itself.
#[distributed_slice]
pub static COMMANDS: [CommandPlugin];

asf_runtime::register!(NAMESPACES: Namespace = Namespace {
    name: "commands",
    plugins: || COMMANDS.iter().map(|it| it as &dyn Plugin).collect(),
});
