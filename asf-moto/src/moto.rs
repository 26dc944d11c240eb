//! The moto of a process.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use asf_packages::{InstallError, PackageInstaller, Packages};
use asf_runtime::AwsError;
use asf_runtime::client::Remote;
use asf_runtime::config::Config;
use asf_runtime::protocol::Response;
use asf_runtime::provider::{Forward, Onward, Source};
use asf_schema::Operation;
use asf_servers::{Server, ServerError, Status};
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue};
use tokio::sync::OnceCell;

use crate::answer::judged;
use crate::inventory::Inventory;
use crate::program::{Failure, Program};
use crate::protocols::made_readable;
use crate::{NAME, host};

/// How long a call waits for moto to be installed and started: SDKs give up after 60 s.
const WAIT: Duration = Duration::from_secs(50);
/// How long a call that found moto gone waits until its end is noticed, so that the next one starts it.
const NOTICE: Duration = Duration::from_secs(2);
/// By which moto knows the account (its `core/responses.py`).
const ACCOUNT: HeaderName = HeaderName::from_static("x-moto-account-id");
/// Seconds after which it is worth while to try again: while it is installed, and after a crash.
const RETRY_INSTALLING: u32 = 10;
const RETRY_CRASHED: u32 = 1;

/// The moto of a process. Nothing is read, installed or started before the first call.
pub struct Moto {
    config: Config,
    made: OnceLock<Result<Made, String>>,
    inventory: OnceCell<Inventory>,
}

struct Made {
    installer: Arc<PackageInstaller>,
    server: Server,
    failure: Failure,
    /// And the address it was made for.
    remote: Mutex<Option<(SocketAddr, Arc<Remote>)>>,
}

/// Why moto cannot be called.
enum Unavailable {
    /// It cannot be installed.
    NotHere(String),
    /// It is not up, but may be soon.
    NotUp(String, u32),
}

impl Unavailable {
    fn into_error(self, operation: Operation) -> AwsError {
        let (service, name) = (operation.service().name, operation.name());
        match self {
            Self::NotHere(reason) => {
                let message = format!(
                    "The operation {service}.{name} is not implemented natively, and moto, which has it, is not \
                     here: {reason}. ASF_BACKENDS='*=native' does without moto."
                );
                AwsError::receiver("NotImplemented", message).with_status(501)
            }
            Self::NotUp(reason, seconds) => {
                let message = format!("moto, which answers {service}.{name}, is not up: {reason}");
                AwsError::receiver("ServiceUnavailable", message).with_status(503).with_retry_after(seconds)
            }
        }
    }
}

impl Moto {
    /// Installed where the configuration says.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, made: OnceLock::new(), inventory: OnceCell::new() }
    }

    /// The version that is here, the default one first; else the default one, which the first call installs.
    fn made(&self) -> Result<&Made, Unavailable> {
        let make = || -> Result<Made, InstallError> {
            let packages = Packages::configured(&self.config);
            let versions = packages.get(NAME)?.versions().to_vec();
            for version in versions {
                let installer = packages.installer(NAME, Some(version))?;
                if installer.installed().is_some() {
                    return Ok(Made::new(installer));
                }
            }
            packages.installer(NAME, None).map(Made::new)
        };
        let made = self.made.get_or_init(|| make().map_err(|error| error.to_string()));
        made.as_ref().map_err(|reason| Unavailable::NotHere(reason.clone()))
    }

    /// What it implements. Nothing is installed or started for that.
    pub async fn inventory(&self) -> &Inventory {
        let ask = || async {
            let shipped = Inventory::shipped().clone();
            let Ok(made) = self.made() else { return shipped };
            let other =
                (made.installer.version() != shipped.moto).then(|| made.installer.installed()).flatten();
            let Some(installation) = other else { return shipped };
            match tokio::task::spawn_blocking(move || Inventory::of(&installation)).await {
                Ok(Ok(asked)) => asked,
                Ok(Err(error)) => {
                    tracing::warn!(
                        "moto {}: {error}; {} is taken for it",
                        made.installer.version(),
                        shipped.moto
                    );
                    shipped
                }
                Err(error) => {
                    tracing::warn!(%error, "moto was not asked what it implements");
                    shipped
                }
            }
        };
        self.inventory.get_or_init(ask).await
    }
}

impl Made {
    fn new(installer: Arc<PackageInstaller>) -> Self {
        let failure = Failure::default();
        let server = Server::new(Program { installer: installer.clone(), failure: failure.clone() });
        Self { installer, server, failure, remote: Mutex::default() }
    }

    /// moto as it runs; it is installed and started if need be, however many ask at once. That goes on when
    /// nobody waits any more.
    async fn remote(&self) -> Result<Arc<Remote>, Unavailable> {
        if let Some(reason) = self.failure.reason() {
            return Err(Unavailable::NotHere(reason));
        }
        let started = tokio::time::timeout(WAIT, self.server.start()).await;
        let late = "it is still being installed or started; try again in some seconds";
        let address = started
            .map_err(|_| Unavailable::NotUp(late.to_owned(), RETRY_INSTALLING))?
            .map_err(|error| self.not_up(&error))?;
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, remote)) = &*remote
            && *at == address
        {
            return Ok(remote.clone());
        }
        let new = Remote::new(&format!("http://{address}"), Source::named(NAME));
        let new = Arc::new(new.map_err(|error| Unavailable::NotHere(error.to_string()))?);
        *remote = Some((address, new.clone()));
        Ok(new)
    }

    fn not_up(&self, error: &ServerError) -> Unavailable {
        match self.failure.reason() {
            Some(reason) => Unavailable::NotHere(reason),
            None => Unavailable::NotUp(error.to_string(), RETRY_CRASHED),
        }
    }

    /// After a call that moto did not answer: waits until its end is noticed, if it has ended.
    async fn has_ended(&self) -> bool {
        if self.server.is_up().await {
            return false;
        }
        let mut status = self.server.watch();
        let gone = status.wait_for(|it| !matches!(it, Status::Up));
        tokio::time::timeout(NOTICE, gone).await.is_ok()
    }
}

impl Forward for Moto {
    fn source(&self) -> Source {
        Source::named(NAME)
    }

    fn has(&self, operation: Operation) -> BoxFuture<'_, Result<bool, AwsError>> {
        Box::pin(async move { Ok(self.inventory().await.has(operation)) })
    }

    fn forward(&self, mut onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>> {
        Box::pin(async move {
            let operation = onward.operation;
            // Providers that pass on what they do not do themselves need not know what moto has.
            if !self.inventory().await.has(operation) {
                return Err(AwsError::not_implemented(operation));
            }
            let unavailable = |it: Unavailable| it.into_error(operation);
            let made = self.made().map_err(unavailable)?;
            let remote = made.remote().await.map_err(unavailable)?;
            let account = HeaderValue::from_str(&onward.account_id.to_string());
            let account = account.map_err(|error| AwsError::internal(error.to_string()))?;
            let caller = made_readable(&mut onward).await?;
            let headers = onward.request.headers_mut();
            headers.insert(ACCOUNT, account);
            let host = host::for_urls(&self.config, headers);
            match remote.send_as(onward, host).await {
                Ok(response) => {
                    let response = judged(operation, response).await?;
                    match caller {
                        Some(caller) => caller.answer(response).await,
                        None => Ok(response),
                    }
                }
                Err(error) if made.has_ended().await => {
                    let message = format!(
                        "{error}. moto has ended; it is started again, with nothing in it, for the next call"
                    );
                    let error = AwsError::receiver("BadGateway", message).with_status(502);
                    Err(error.with_retry_after(RETRY_CRASHED))
                }
                Err(error) => Err(error),
            }
        })
    }

    fn reset<'a>(&'a self, service: Option<&'a str>) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(async move {
            if let Some(service) = service
                && !self.inventory().await.services.contains_key(service)
            {
                return Ok(false);
            }
            // What does not run, or is coming up, has nothing to forget.
            let Some(Ok(made)) = self.made.get() else { return Ok(true) };
            let (Status::Up, Some(address)) = (made.server.status(), made.server.address()) else {
                return Ok(true);
            };
            let failed = |reason: &dyn std::fmt::Display| {
                let message = format!("moto has not forgotten anything: {reason}");
                AwsError::receiver("ServiceUnavailable", message).with_status(503)
            };
            let remote = Remote::new(&format!("http://{address}"), Source::named(NAME));
            let remote = remote.map_err(|error| failed(&error))?;
            let path =
                service.map_or("/moto-api/reset".to_owned(), |service| format!("/asf/reset/{service}"));
            let status = remote.post(&path).await?;
            if status.is_success() { Ok(true) } else { Err(failed(&format!("it answered {status}"))) }
        })
    }
}
