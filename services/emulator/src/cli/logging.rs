//! Log events to stderr: which, and how they look.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use asf_runtime::config::{Config, LogFormat, LogLevel};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use super::log_file::Stderr;

/// What the names of our crates begin with.
const OURS: &str = "asf";

/// Begins to log, once a process. `file` is where stderr goes, if it is a file of ours.
pub(super) fn begin(config: &Config, quiet: bool, file: Option<PathBuf>) {
    let colours = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(Stderr::new(file)).with_ansi(colours);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A second start in one process, in tests, keeps the first one's.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter(config, quiet))).try_init();
}

/// `LS_LOG` is stronger than `DEBUG`, and `--quiet` than both. Libraries are heard when they warn.
fn filter(config: &Config, quiet: bool) -> Targets {
    let level = match config.log_level {
        _ if quiet => LevelFilter::ERROR,
        Some(LogLevel::Error) => LevelFilter::ERROR,
        Some(LogLevel::Warn) => LevelFilter::WARN,
        Some(LogLevel::Info) => LevelFilter::INFO,
        Some(LogLevel::Debug) => LevelFilter::DEBUG,
        Some(LogLevel::Trace) => LevelFilter::TRACE,
        Some(LogLevel::TraceInternal) => return Targets::new().with_default(LevelFilter::TRACE),
        None if config.debug => LevelFilter::DEBUG,
        None => LevelFilter::INFO,
    };
    Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(OURS, level)
}

#[cfg(test)]
mod tests {
    use asf_runtime::plugin::Settings;
    use tracing::Level;

    use super::*;

    #[test]
    fn levels() {
        for (variables, quiet, ours, theirs) in [
            (vec![], false, Level::INFO, Level::WARN),
            (vec![("DEBUG", "1")], false, Level::DEBUG, Level::WARN),
            (vec![("DEBUG", "1"), ("LS_LOG", "error")], false, Level::ERROR, Level::ERROR),
            (vec![("LS_LOG", "warning")], false, Level::WARN, Level::WARN),
            (vec![("LS_LOG", "trace")], false, Level::TRACE, Level::WARN),
            (vec![("LS_LOG", "trace-internal")], false, Level::TRACE, Level::TRACE),
            (vec![("LS_LOG", "trace")], true, Level::ERROR, Level::ERROR),
        ] {
            let config = Config::parse(&Settings::from_iter(variables.clone())).unwrap();
            let filter = filter(&config, quiet);
            for (target, most) in [("asf_runtime::gateway", ours), ("h2::codec", theirs)] {
                for level in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE] {
                    assert_eq!(
                        filter.would_enable(target, &level),
                        level <= most,
                        "{variables:?} {target} {level}"
                    );
                }
            }
        }
    }
}
