//! Log events to stderr: which, and how they look.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use asf_runtime::config::{Config, LogFormat, LogLevel};
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, fmt};

use super::lines::Lines;
use super::log_file::Stderr;

/// What the names of our crates begin with.
const OURS: &str = "asf";

/// Begins to log, once a process. `file` is where stderr goes, if it is a file of ours.
pub(super) fn begin(config: &Config, quiet: bool, file: Option<PathBuf>) {
    let colours = std::io::stderr().is_terminal();
    let lines = layer(config.log_format, Stderr::new(file), colours);
    // A second start in one process, in tests, keeps the first one's.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter(config, quiet))).try_init();
}

/// Lines for people, or for programs.
fn layer<S, W>(format: LogFormat, writer: W, colours: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer).with_ansi(colours);
    match format {
        LogFormat::Text => lines.event_format(Lines::default()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    }
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
    use futures_util::FutureExt as _;
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

    /// What a log of a request has in it, in each form.
    #[test]
    fn requests() {
        let log = |format: LogFormat, colours: bool| {
            let written = Written::default();
            let subscriber = tracing_subscriber::registry().with(layer(format, written.clone(), colours));
            tracing::subscriber::with_default(subscriber, || {
                let gateway = crate::gateway(Default::default(), Default::default()).unwrap();
                let request = http::Request::post("/")
                    .header("x-amz-target", "AmazonSQS.GetQueueUrl")
                    .header("content-type", "application/x-amz-json-1.0")
                    .body(r#"{"QueueName": "no"}"#.to_owned().into())
                    .unwrap();
                gateway.process(request).now_or_never().unwrap();
                tracing::warn!(why = "a test", "something else");
            });
            let bytes = written.0.lock().unwrap().clone();
            String::from_utf8(bytes).unwrap()
        };
        const LINE: &str = "AWS sqs.GetQueueUrl => 400 (AWS.SimpleQueueService.NonExistentQueue)";
        let text = log(LogFormat::Text, false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].ends_with(&format!("Z  INFO {LINE}")), "{text}");
        assert!(lines[1].ends_with(r#" WARN something else why="a test""#), "{text}");
        let coloured = log(LogFormat::Text, true);
        assert!(coloured.contains(&format!("\u{1b}[32m INFO\u{1b}[0m {LINE}\n")), "{coloured}");

        let json = log(LogFormat::Json, false);
        let line: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        for (field, expected) in [
            ("message", LINE.into()),
            ("level", "INFO".into()),
            ("service", "sqs".into()),
            ("operation", "GetQueueUrl".into()),
            ("status", 400.into()),
            ("error", "AWS.SimpleQueueService.NonExistentQueue".into()),
            ("account", "000000000000".into()),
            ("region", "us-east-1".into()),
            ("source", serde_json::Value::from("native")),
        ] {
            assert_eq!(line[field], expected, "{field}: {json}");
        }
        assert_eq!(line["request_id"].as_str().unwrap().len(), 36, "{json}");
        assert!(line["duration_ms"].is_f64(), "{json}");
    }

    #[derive(Clone, Default)]
    struct Written(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Written {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }
}
