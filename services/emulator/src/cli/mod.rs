//! The command line of `asf`: what all commands share. Each command has a file.
//!
//! Commands talk to a process over HTTP, or by its pid file; none of them is the runtime, but `start`.

mod branches;
mod completion;
mod config;
mod coverage;
mod docker;
mod extension;
mod extensions;
mod failure;
mod health;
mod hooks;
mod lines;
mod log_file;
mod logging;
mod logs;
mod lpm;
mod output;
mod plugins;
mod process;
mod restart;
mod run_dir;
mod start;
mod state;
mod status;
mod stop;
mod wait;

use std::process::ExitCode;

use asf_runtime::config::{Config, Layers, Listener, NoHome};
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use failure::Failure;
use output::Format;
use run_dir::RunDir;

/// What a command comes to: success, or why not.
type Outcome = Result<(), Failure>;

/// Answers AWS calls, for development and CI.
///
/// Without a command, `asf` starts in the foreground.
#[derive(Debug, Parser)]
#[command(name = "asf", version, after_help = failure::EXIT_CODES, args_conflicts_with_subcommands = false)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(flatten, next_help_heading = "Options of start")]
    start: start::Arguments,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that all commands have.
#[derive(Debug, Clone, Args)]
struct Global {
    /// Read variables from ~/.asf/<PROFILE>.env too; several are separated by commas
    #[arg(long, global = true, value_name = "PROFILE")]
    profile: Option<String>,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Log errors only; say nothing that was not asked for
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start, in the foreground or with -d in the background
    Start(start::Arguments),
    /// Stop, after requests under way are answered
    Stop(stop::Arguments),
    /// Stop what runs in the background and start it as it was started
    Restart(restart::Arguments),
    /// Say whether it runs, or what its services do
    Status(status::Arguments),
    /// Write the log of what runs in the background
    Logs(logs::Arguments),
    /// Wait until it is ready
    Wait(wait::Arguments),
    /// Show or check the configuration
    Config(config::Arguments),
    /// Say who implements which operation: native providers, extensions, moto
    Coverage(coverage::Arguments),
    /// Show what is built in
    Plugins(plugins::Arguments),
    /// Install, enable and list extensions that are programs of their own
    Extensions(extensions::Arguments),
    /// List, install and remove packages: moto, databases, search engines
    Lpm(lpm::Arguments),
    /// Save, load, compare, branch and reset the state
    State(state::Arguments),
    /// Write completions for a shell
    Completion(completion::Arguments),
}

/// What a command knows: the variables, and how to print.
struct Session {
    global: Global,
    layers: Layers,
}

impl Session {
    /// Reads the variables.
    fn open(global: Global) -> Result<Self, Failure> {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let environment = std::env::vars_os().filter_map(text);
        let directory = std::env::current_dir().unwrap_or_default();
        let layers = Layers::load(environment, global.profile.as_deref(), &directory)?;
        Ok(Self { global, layers })
    }

    fn config(&self) -> Result<Config, Failure> {
        Ok(Config::parse(&self.layers.settings())?)
    }

    /// A remark for the user, on stderr; not with `--quiet`.
    fn remark(&self, text: impl std::fmt::Display) {
        if !self.global.quiet {
            eprintln!("{text}");
        }
    }

    fn run_dir(&self) -> Result<RunDir, Failure> {
        let folder = self.config()?.run_dir;
        NoHome::check("ASF_RUN_DIR", &folder)?;
        Ok(RunDir::new(folder))
    }

    /// Where a process is asked: where the one in the background says that it listens, else where the
    /// configuration says.
    fn target(&self) -> Result<Listener, Failure> {
        let config = self.config()?;
        let running = RunDir::new(config.run_dir).running()?;
        let told = running.and_then(|it| it.state).and_then(|state| state.listeners().into_iter().next());
        let configured = config.listen.0.into_iter().next();
        let listener = told.or(configured).unwrap_or_else(|| Listener::Tcp {
            host: "127.0.0.1".to_owned(),
            port: asf_runtime::config::DEFAULT_PORT,
        });
        Ok(listener.to_connect())
    }
}

/// The command line, with the commands of extensions.
fn command_line() -> clap::Command {
    extension::add_to(Cli::command())
}

/// Runs a command line.
#[must_use]
pub fn main() -> ExitCode {
    match run(&command_line().get_matches()) {
        Ok(code) => code,
        Err(failure) => {
            if let Some(message) = failure.message() {
                eprintln!("error: {message}");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    if let Some((name, arguments)) = matches.subcommand()
        && !Command::has_subcommand(name)
        && let Some(plugin) = extension::find(name)
    {
        let global = Global::from_arg_matches(matches).map_err(|error| Failure::Usage(error.to_string()))?;
        return extension::run(&Session::open(global)?, plugin, arguments);
    }
    let cli = Cli::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    own(cli).map(|()| ExitCode::SUCCESS)
}

fn own(cli: Cli) -> Outcome {
    let Some(command) = cli.command else {
        return start::run(&mut Session::open(cli.global)?, &cli.start);
    };
    if cli.start != start::Arguments::default() {
        let usage = "options of start stand after it: asf start --listen 127.0.0.1:4566";
        return Err(Failure::Usage(usage.to_owned()));
    }
    if let Command::Completion(arguments) = command {
        return completion::run(&arguments);
    }
    let mut session = Session::open(cli.global)?;
    match command {
        Command::Start(arguments) => start::run(&mut session, &arguments),
        Command::Stop(arguments) => stop::run(&session, &arguments),
        Command::Restart(arguments) => restart::run(&session, &arguments),
        Command::Status(arguments) => status::run(&session, &arguments),
        Command::Logs(arguments) => logs::run(&session, &arguments),
        Command::Wait(arguments) => wait::run(&session, &arguments),
        Command::Config(arguments) => config::run(&session, &arguments),
        Command::Coverage(arguments) => coverage::run(&session, &arguments),
        Command::Plugins(arguments) => plugins::run(&session, &arguments),
        Command::Extensions(arguments) => extensions::run(&session, &arguments),
        Command::Lpm(arguments) => lpm::run(&session, &arguments),
        Command::State(arguments) => state::run(&session, &arguments),
        Command::Completion(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::command_line().debug_assert();
    }
}
