//! Why a server is not up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::{Ended, PortError};

/// Why a server is not up. It is shared by all who wait for the same start, hence `Clone`.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Its program cannot be run.
    #[error("{server} cannot be started: {program}: {reason}")]
    Command {
        /// The server.
        server: Arc<str>,
        /// The program.
        program: String,
        /// What the operating system says.
        reason: String,
    },
    /// It ended instead of coming up.
    #[error("{server} ended before it was up ({how}){}", last(.words))]
    Exited {
        /// The server.
        server: Arc<str>,
        /// How it ended.
        how: Ended,
        /// The last lines that it printed.
        words: Vec<String>,
    },
    /// It runs, but does not answer.
    #[error("{server} was not up at {address} within {} s{}", .within.as_secs_f32(), last(.words))]
    NotUp {
        /// The server.
        server: Arc<str>,
        /// Where it should listen.
        address: SocketAddr,
        /// How long it was waited for.
        within: Duration,
        /// The last lines that it printed.
        words: Vec<String>,
    },
    /// It crashed again and again.
    #[error("{server} crashed {times} times in a row and is not restarted again ({how}){}", last(.words))]
    GaveUp {
        /// The server.
        server: Arc<str>,
        /// How often it was tried.
        times: u32,
        /// How it ended the last time.
        how: Ended,
        /// The last lines that it printed.
        words: Vec<String>,
    },
    /// It was stopped while someone waited for it.
    #[error("{server} was stopped before it was up")]
    Stopped {
        /// The server.
        server: Arc<str>,
    },
    /// There is no engine for containers.
    #[error("{server} needs a Docker engine, and none answers: {reason}. Start Docker, or set DOCKER_CMD")]
    NoDocker {
        /// The server.
        server: Arc<str>,
        /// What `docker version` says.
        reason: String,
    },
    /// There is no port for it.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Something else, in the backend's words.
    #[error("{server} cannot be started: {reason}")]
    Other {
        /// The server.
        server: Arc<str>,
        /// What went wrong, and what to do.
        reason: String,
    },
}

fn last(words: &[String]) -> String {
    if words.is_empty() { String::new() } else { format!(":\n  {}", words.join("\n  ")) }
}
