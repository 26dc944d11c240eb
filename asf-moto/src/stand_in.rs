//! Servers of others that stand in for a service: `PROVIDER_OVERRIDE_KINESIS=kinesalite`.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use asf_packages::{PackageServer, Packages};
use asf_runtime::AwsError;
use asf_runtime::client::Remote;
use asf_runtime::config::Config;
use asf_runtime::protocol::Response;
use asf_runtime::provider::{Forward, Onward, Source};
use asf_schema::Operation;
use asf_servers::Server;
use futures_util::future::BoxFuture;
use linkme::distributed_slice;

/// How long a call waits for a server to be installed and started: SDKs give up after 60 s.
const WAIT: Duration = Duration::from_secs(50);
/// Seconds after which it is worth trying again.
const RETRY_AFTER: u32 = 5;

/// A server that can stand in for a service, from a package.
#[derive(Debug)]
pub struct StandIn {
    /// The service, by botocore's folder name.
    pub service: &'static str,
    /// The word by which it is chosen, which is the package's name too.
    pub name: &'static str,
    /// Adds to its command where it has to listen.
    pub arguments: fn(&mut Command, SocketAddr),
}

/// Those of other crates, beside ours.
#[distributed_slice]
pub static STAND_INS: [StandIn];

/// Those that are declared here.
const OURS: [StandIn; 2] = [
    StandIn {
        service: "kinesis",
        name: "kinesalite",
        arguments: |command, at| {
            command.args(["--port", &at.port().to_string()]);
        },
    },
    StandIn {
        service: "kinesis",
        name: "kinesis-mock",
        arguments: |command, at| {
            command.env("KINESIS_MOCK_PLAIN_PORT", at.port().to_string()).env("KINESIS_MOCK_TLS_PORT", "0");
        },
    },
];

impl StandIn {
    /// The one that a word names.
    #[must_use]
    pub fn of(service: &str, name: &str) -> Option<&'static Self> {
        static ALL: &[StandIn] = &OURS;
        ALL.iter().chain(STAND_INS).find(|it| it.service == service && it.name == name)
    }
}

/// A stand-in of a process: installed and started with the first call that needs it.
pub(crate) struct Standing {
    what: &'static StandIn,
    config: Config,
    server: OnceLock<Result<Server, String>>,
    /// And the address it was made for.
    remote: Mutex<Option<(SocketAddr, Arc<Remote>)>>,
}

impl Standing {
    pub(crate) fn new(what: &'static StandIn, config: Config) -> Self {
        Self { what, config, server: OnceLock::new(), remote: Mutex::default() }
    }

    fn unavailable(&self, reason: impl std::fmt::Display) -> AwsError {
        let message = format!("{} is not available: {reason}", self.what.name);
        AwsError::receiver("ServiceUnavailable", message).with_status(503).with_retry_after(RETRY_AFTER)
    }

    fn server(&self) -> Result<&Server, AwsError> {
        let make = || {
            let installer = Packages::configured(&self.config).installer(self.what.name, None);
            let installer = installer.map_err(|error| error.to_string())?;
            Ok(Server::new(PackageServer::new(installer, self.what.arguments)))
        };
        self.server.get_or_init(make).as_ref().map_err(|error| self.unavailable(error))
    }

    async fn remote(&self) -> Result<Arc<Remote>, AwsError> {
        let started = tokio::time::timeout(WAIT, self.server()?.start()).await;
        let address = started
            .map_err(|_| {
                self.unavailable("it is still being installed or started; try again in some seconds")
            })?
            .map_err(|error| self.unavailable(error))?;
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, remote)) = &*remote
            && *at == address
        {
            return Ok(remote.clone());
        }
        let new = Remote::new(&format!("http://{address}"), self.source());
        let new = Arc::new(new.map_err(|error| self.unavailable(error))?);
        *remote = Some((address, new.clone()));
        Ok(new)
    }
}

impl Forward for Standing {
    fn source(&self) -> Source {
        Source::named(self.what.name)
    }

    fn has(&self, operation: Operation) -> BoxFuture<'_, Result<bool, AwsError>> {
        let is_ours = operation.service().name == self.what.service;
        Box::pin(std::future::ready(Ok(is_ours)))
    }

    fn forward(&self, onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>> {
        Box::pin(async move { self.remote().await?.send(onward).await })
    }

    /// It has everything in memory, so it is stopped; the next call starts it.
    fn reset<'a>(&'a self, service: Option<&'a str>) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(async move {
            if service.is_some_and(|it| it != self.what.service) {
                return Ok(false);
            }
            if let Some(Ok(server)) = self.server.get() {
                server.stop().await;
            }
            Ok(true)
        })
    }
}
