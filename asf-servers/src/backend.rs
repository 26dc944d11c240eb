//! What a kind of server has to say: how it is brought up, and how one tells that it is up.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{Health, Logs, ServerError};

/// A kind of server. Someone who adds one writes this; everything else is [`Server`](crate::Server)'s.
///
/// ```
/// use std::process::Command;
///
/// use asf_servers::{Backend, Running, ServerError, Start, spawn};
/// use futures_util::future::BoxFuture;
///
/// struct Redis;
///
/// impl Backend for Redis {
///     fn name(&self) -> &str {
///         "redis"
///     }
///
///     fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
///         Box::pin(async move {
///             let mut command = Command::new("redis-server");
///             command.args(["--port", &start.address.port().to_string()]);
///             spawn(command, &start)
///         })
///     }
/// }
/// ```
pub trait Backend: Send + Sync + 'static {
    /// What it is called in logs and errors.
    fn name(&self) -> &str;

    /// Brings it up where `start` says, and returns what is running then; it need not be healthy yet.
    /// LocalStack's `do_run`, or `do_start_thread`. It may take its time, for an installation; whoever stops
    /// the server meanwhile drops this.
    ///
    /// # Errors
    /// Why it cannot be brought up.
    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>>;

    /// How one tells that it is up; by default that it takes connections.
    fn health(&self) -> Health {
        Health::Tcp
    }

    /// What its URL begins with.
    fn scheme(&self) -> &str {
        "http"
    }
}

/// What a backend is brought up with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Which server this is for, for errors.
    pub name: Arc<str>,
    /// Where it has to listen.
    pub address: SocketAddr,
    /// Where what it prints belongs.
    pub logs: Arc<Logs>,
}

/// Something that was brought up, until it ends. Dropping it ends it at once.
pub trait Running: Send {
    /// Waits until it has ended, and all that it printed has arrived. Asked again later, it goes on waiting,
    /// or answers the same.
    fn ended(&mut self) -> BoxFuture<'_, Ended>;

    /// Asks it to end when it is done with what it does.
    fn ask_to_end(&mut self);

    /// Ends it now, with everything that it started.
    fn kill(&mut self);

    /// Where its health is asked for, if not where it was told to listen.
    fn checked_at(&self) -> Option<SocketAddr> {
        None
    }
}

/// How something ended, in words: `exit status: 1`, `signal: 9 (SIGKILL)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended(pub String);

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
