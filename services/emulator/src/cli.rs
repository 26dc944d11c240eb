//! The command line of `asf`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use asf_runtime::context::Environment;
use asf_runtime::plugin::Settings;
use clap::Parser;
use tracing_subscriber::filter::LevelFilter;

use crate::Server;

/// Answers AWS calls, for development and CI.
#[derive(Debug, Parser)]
#[command(name = "asf", version)]
struct Cli {
    /// Where to listen; by default GATEWAY_LISTEN, else 127.0.0.1:4566
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Write errors only, no line for each request
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the emulator until it is interrupted.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let settings: Settings = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    logging(&cli, &settings);
    let run = || -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(serve(&cli, settings))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(cli: &Cli, settings: Settings) -> anyhow::Result<()> {
    let listen = cli.listen.as_deref().or_else(|| settings.get("GATEWAY_LISTEN")).unwrap_or("127.0.0.1:4566");
    let address = address(listen)?;
    let gateway = Arc::new(crate::gateway(settings, Environment::default()));
    let server =
        Server::bind(address, gateway).await.with_context(|| format!("cannot listen on {address}"))?;
    // Scripts and Testcontainers wait for this line.
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "asf {} on http://{}\nReady.", env!("CARGO_PKG_VERSION"), server.address());
    let _ = stdout.flush();
    drop(stdout);
    server.run(interrupted()).await;
    Ok(())
}

/// `4566`, `:4566`, `0.0.0.0:4566`, `[::1]:4566`. A port alone is on the loopback.
fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let text = text.trim();
    let port_alone = text.strip_prefix(':').unwrap_or(text);
    if let Ok(port) = port_alone.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let named = text.replace("localhost:", "127.0.0.1:");
    named
        .parse()
        .with_context(|| format!("{text:?} is no address to listen on; give one such as 127.0.0.1:4566"))
}

fn logging(cli: &Cli, settings: &Settings) {
    let level = match settings.get("LS_LOG") {
        _ if cli.quiet => LevelFilter::ERROR,
        Some("error") => LevelFilter::ERROR,
        Some("warn" | "warning") => LevelFilter::WARN,
        Some("debug") => LevelFilter::DEBUG,
        Some("trace" | "trace-internal") => LevelFilter::TRACE,
        _ if settings.is_on("DEBUG") => LevelFilter::DEBUG,
        _ => LevelFilter::INFO,
    };
    tracing_subscriber::fmt().with_max_level(level).with_target(false).with_writer(std::io::stderr).init();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("4566", Some("127.0.0.1:4566")),
            (":4567", Some("127.0.0.1:4567")),
            ("0.0.0.0:443", Some("0.0.0.0:443")),
            ("localhost:4566", Some("127.0.0.1:4566")),
            ("[::1]:4566", Some("[::1]:4566")),
            ("nowhere", None),
            ("1.2.3.4", None),
            ("70000", None),
        ] {
            assert_eq!(address(text).ok().map(|it| it.to_string()).as_deref(), expected, "{text}");
        }
    }
}
