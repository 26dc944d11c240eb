//! moto behind the native providers: what they do not answer is passed on to it, as it came.
//!
//! [`Moto`] is the server, installed and started with the first call that needs it. [`chains`] is what
//! `ASF_BACKENDS`, `PROVIDER_OVERRIDE_<SERVICE>` and `STRICT` say.

mod call;
mod chains;
mod services;
mod stand_in;

pub use call::{FallbackDispatcher, call_moto, call_moto_with_request};
pub use chains::{ChainError, chains};
pub use stand_in::{STAND_INS, StandIn};

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use asf_packages::{InstallError, PackageInstaller, PackageServer, Packages};
use asf_runtime::AwsError;
use asf_runtime::client::Remote;
use asf_runtime::config::Config;
use asf_runtime::protocol::Response;
use asf_runtime::provider::{Forward, Onward, Source};
use asf_schema::Operation;
use asf_servers::{Health, Server, Status};
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, StatusCode, header};

use services::HostPatterns;

/// The name in `x-asf-source`.
const NAME: &str = "moto";
/// How long a call waits for moto to be installed and started: SDKs give up after 60 s.
const WAIT: Duration = Duration::from_secs(50);
/// How long a call that found moto gone waits until its end is noticed, so that the next one starts it.
const NOTICE: Duration = Duration::from_secs(2);
/// Bytes of an error page, at most.
const MAX_PAGE: usize = 4 << 20;
/// By which moto knows the account (its `core/responses.py`).
const ACCOUNT: HeaderName = HeaderName::from_static("x-moto-account-id");

/// The moto of a process. Nothing is read, installed or started before the first call.
pub struct Moto {
    config: Config,
    made: OnceLock<Result<Made, String>>,
}

struct Made {
    installer: Arc<PackageInstaller>,
    server: Server,
    patterns: OnceLock<HostPatterns>,
    /// And the address it was made for.
    remote: Mutex<Option<(SocketAddr, Arc<Remote>)>>,
}

fn unavailable(reason: impl std::fmt::Display) -> AwsError {
    AwsError::receiver("ServiceUnavailable", format!("moto is not available: {reason}")).with_status(503)
}

impl Moto {
    /// Installed where the configuration says.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, made: OnceLock::new() }
    }

    fn made(&self) -> Result<&Made, AwsError> {
        let make = || {
            let installer = Packages::configured(&self.config).installer(NAME, None);
            installer.map(Made::new).map_err(|error: InstallError| error.to_string())
        };
        self.made.get_or_init(make).as_ref().map_err(unavailable)
    }
}

impl Made {
    fn new(installer: Arc<PackageInstaller>) -> Self {
        let program = PackageServer::new(installer.clone(), |command, at| {
            command.args(["--host", &at.ip().to_string(), "--port", &at.port().to_string()]);
        });
        let server = Server::new(program.health(Health::Http("/moto-api/".to_owned())));
        Self { installer, server, patterns: OnceLock::new(), remote: Mutex::default() }
    }

    /// moto as it runs; it is installed and started if need be, however many ask at once. That goes on when
    /// nobody waits any more.
    async fn remote(&self) -> Result<Arc<Remote>, AwsError> {
        let started = tokio::time::timeout(WAIT, self.server.start()).await;
        let address = started
            .map_err(|_| unavailable("it is still being installed or started; try again in some seconds"))?
            .map_err(unavailable)?;
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, remote)) = &*remote
            && *at == address
        {
            return Ok(remote.clone());
        }
        let new = Remote::new(&format!("http://{address}"), Source::named(NAME)).map_err(unavailable)?;
        let new = Arc::new(new);
        *remote = Some((address, new.clone()));
        Ok(new)
    }

    /// What the installed moto answers.
    fn patterns(&self) -> Result<&HostPatterns, AwsError> {
        if let Some(patterns) = self.patterns.get() {
            return Ok(patterns);
        }
        let installation = self.installer.installed().ok_or_else(|| unavailable("it is not installed"))?;
        let folder = installation.folder().ok_or_else(|| unavailable("it has no folder"))?;
        let read = HostPatterns::read(folder).map_err(unavailable)?;
        Ok(self.patterns.get_or_init(|| read))
    }

    /// After a call that moto did not answer: waits until its end is noticed, if it has ended.
    async fn notice_end(&self) {
        if !self.server.is_up().await {
            let mut status = self.server.watch();
            let gone = status.wait_for(|it| !matches!(it, Status::Up));
            let _ = tokio::time::timeout(NOTICE, gone).await;
        }
    }
}

impl Forward for Moto {
    fn source(&self) -> Source {
        Source::named(NAME)
    }

    fn has(&self, operation: Operation) -> BoxFuture<'_, Result<bool, AwsError>> {
        Box::pin(async move {
            let made = self.made()?;
            if made.installer.installed().is_none() {
                made.remote().await?;
            }
            Ok(made.patterns()?.has(operation.service()))
        })
    }

    fn forward(&self, mut onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>> {
        Box::pin(async move {
            let made = self.made()?;
            let remote = made.remote().await?;
            let account = HeaderValue::from_str(&onward.account_id.to_string());
            let account = account.map_err(|error| AwsError::internal(error.to_string()))?;
            onward.request.headers_mut().insert(ACCOUNT, account);
            let operation = onward.operation;
            match remote.send(onward).await {
                Ok(response) => judged(operation, response).await,
                Err(error) => {
                    made.notice_end().await;
                    Err(error)
                }
            }
        })
    }

    fn reset(&self) -> BoxFuture<'_, Result<(), AwsError>> {
        Box::pin(async move {
            let Some(Ok(made)) = self.made.get() else { return Ok(()) };
            let (true, Some(address)) = (made.server.is_running(), made.server.address()) else {
                return Ok(());
            };
            let remote =
                Remote::new(&format!("http://{address}"), Source::named(NAME)).map_err(unavailable)?;
            let status = remote.post("/moto-api/reset").await?;
            if status.is_success() {
                Ok(())
            } else {
                Err(unavailable(format!("its reset answered {status}")))
            }
        })
    }
}

/// moto answers what it does not have with an HTML page, of Flask's (404, 405) or of the exception (500).
async fn judged(operation: Operation, response: Response) -> Result<Response, AwsError> {
    let status = response.status();
    let is_html = response.headers().get(header::CONTENT_TYPE);
    let is_html = is_html.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    let unknown = matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
    if !is_html || !(unknown || status == StatusCode::INTERNAL_SERVER_ERROR) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let page = body.collect(MAX_PAGE).await.map_err(AwsError::from)?;
    let page_text = String::from_utf8_lossy(&page);
    // Services of S3's kind answer errors in XML that they call HTML.
    if !page_text.trim_start().to_ascii_lowercase().starts_with("<!doctype") {
        return Ok(Response::from_parts(parts, page.into()));
    }
    if unknown || page_text.contains("NotImplementedError") {
        return Err(AwsError::not_implemented(operation));
    }
    let title = page_text.split_once("<title>").and_then(|(_, it)| it.split_once("</title>"));
    let title = title.map_or("no reason given", |(title, _)| title.trim());
    let message = format!("moto failed: {}", title.lines().next().unwrap_or(title));
    Err(AwsError::internal(message))
}
