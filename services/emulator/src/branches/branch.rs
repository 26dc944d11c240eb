//! One branch: a state, an emulator over it, and its port.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asf_runtime::Timestamp;
use asf_runtime::clock::ControlledClock;
use asf_runtime::config::{Config, HostPort, Listener, Setting as _};
use asf_runtime::context::Environment;
use asf_runtime::extension::Extensions;
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::gateway::{Arrival, Elsewhere, Gateway};
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{Request, Response};
use asf_store::{State, StateSnapshot};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::registry::{Blueprint, WeakBranches};
use super::{AccountRange, BranchError, BranchName, refusal};
use crate::assemble::{self, Parts, Plan, Standing};
use crate::server::Bound;
use crate::{Limits, Surroundings};

/// How long requests under way may go on when a branch is thrown away: nobody waits for them.
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// What a branch is made from: the main emulator, or another branch.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) state: State,
    /// Its clock, if it can be moved: a branch begins with the same time.
    pub(crate) clock: Option<Arc<ControlledClock>>,
}

/// A branch of a state, with an emulator of its own. It is gone with the last copy of it, and its port with
/// [`Branches::remove`](super::Branches::remove).
pub struct Branch {
    name: BranchName,
    parent: Option<BranchName>,
    created: Timestamp,
    accounts: Option<AccountRange>,
    place: Option<Listener>,
    origin: Origin,
    base: StateSnapshot,
    gateway: Arc<Gateway>,
    extensions: Extensions,
    edge: EdgeRouter,
    /// True once it is thrown away.
    end: watch::Sender<bool>,
    server: Mutex<Option<JoinHandle<()>>>,
}

/// What makes a branch, once its name and its place are known.
pub(super) struct Making {
    pub(super) name: BranchName,
    pub(super) parent: Option<BranchName>,
    pub(super) accounts: Option<AccountRange>,
    pub(super) from: Origin,
    pub(super) bound: Option<Bound>,
    pub(super) branches: WeakBranches,
}

impl Branch {
    /// Makes a branch; it does not serve yet. May wait for the disk: what of the state was not read yet is read.
    pub(super) fn make(making: Making, blueprint: &Blueprint) -> Result<(Self, Option<Bound>), BranchError> {
        let Making { name, parent, accounts, from, bound, branches } = making;
        let base = from.state.snapshot().ok_or(BranchError::Inside)?;
        let state = State::branch(&base);
        let clock = from.clock.as_deref().map(|clock| Arc::new(ControlledClock::like(clock)));
        let environment = match &clock {
            Some(clock) => Environment { clock: clock.clone(), ..blueprint.environment.clone() },
            None => blueprint.environment.clone(),
        };
        let place = bound.as_ref().and_then(|bound| bound.places().first().cloned());
        let settings = settings(&blueprint.settings, place.as_ref()).with_state(state.clone());
        let config = Config::parse(&settings).map_err(|error| BranchError::Emulator(error.into()))?;
        let edge = EdgeRouter::described_as(&blueprint.described);
        let created = environment.clock.now();
        let parts = assemble::assemble(Plan {
            observe: assemble::observed_by(&config, blueprint.traces.clone()),
            around: Surroundings { edge: edge.clone(), ..Surroundings::default() },
            standing: Standing { branches, branch: Some(name.clone()) },
            clock: clock.clone(),
            settings,
            config,
            environment,
        });
        let Parts { gateway, extensions } = parts.map_err(BranchError::Emulator)?;
        let branch = Self {
            name,
            parent,
            created,
            accounts,
            place,
            origin: Origin { state, clock },
            base,
            gateway: Arc::new(gateway),
            extensions,
            edge,
            end: watch::Sender::new(false),
            server: Mutex::default(),
        };
        Ok((branch, bound))
    }

    /// Answers at its port from now on.
    pub(super) fn serve(&self, bound: Bound, config: &Config) {
        let limits = Limits { drain_time: DRAIN_TIME, ..Limits::of(config) };
        let server = bound.serving(self.gateway.clone()).configured(config).with_limits(limits);
        let mut end = self.end.subscribe();
        let serving = tokio::spawn(async move {
            server
                .run(async {
                    // An error is an end too: the branch is gone.
                    let _ = end.wait_for(|it| *it).await;
                })
                .await;
        });
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
    }

    /// Ends everything: when this returns, the port is free and no connection is open.
    pub(super) async fn close(&self) {
        self.end.send_replace(true);
        let serving = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(serving) = serving
            && let Err(error) = serving.await
        {
            tracing::error!(branch = %self.name, %error, "the listener of a branch failed");
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &BranchName {
        &self.name
    }

    /// The branch that it was made from; none for the main state.
    #[must_use]
    pub fn parent(&self) -> Option<&BranchName> {
        self.parent.as_ref()
    }

    /// When it was made, by its clock.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The accounts whose calls to the main port are its own.
    #[must_use]
    pub fn accounts(&self) -> Option<AccountRange> {
        self.accounts
    }

    /// Where it listens, if it has a port of its own.
    #[must_use]
    pub fn place(&self) -> Option<&Listener> {
        self.place.as_ref()
    }

    /// Its entries.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.origin.state
    }

    /// The entries that it began with.
    #[must_use]
    pub fn base(&self) -> &StateSnapshot {
        &self.base
    }

    /// Answers requests to it, for calls from within the process.
    #[must_use]
    pub fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Requests that came to the main port. With the end of the branch, they end.
impl Elsewhere for Branch {
    fn answer(&self, request: Request, arrival: Arrival) -> BoxFuture<'static, Response> {
        let (gateway, mut end) = (self.gateway.clone(), self.end.subscribe());
        let name = self.name.clone();
        Box::pin(async move {
            tokio::select! {
                // A request to throw it away is answered, too.
                biased;
                response = gateway.process_from(request, arrival) => response,
                _ = end.wait_for(|it| *it) => refusal(&name.to_string()),
            }
        })
    }
}

impl std::fmt::Debug for Branch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Branch").field("name", &self.name).field("place", &self.place).finish_non_exhaustive()
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        self.end.send_replace(true);
        for name in self.extensions.names() {
            self.extensions.remove(&name);
        }
        // Endpoints and handlers may have a hold of what has them, and of the providers.
        self.extensions.surfaces().places.clear();
        self.edge.clear();
    }
}

/// The variables of a branch: those of its parent, but that nothing of it is kept or made before it is needed,
/// and that URLs name its port.
fn settings(of: &Settings, place: Option<&Listener>) -> Settings {
    let mut settings = of.clone();
    for name in ["PERSISTENCE", "EAGER_SERVICE_LOADING"] {
        settings.set(name, "0");
    }
    if let Some(Listener::Tcp { port, .. }) = place
        && let Some(HostPort { host, .. }) = of.get("LOCALSTACK_HOST").and_then(|it| HostPort::parse(it).ok())
    {
        settings.set("LOCALSTACK_HOST", HostPort { host, port: Some(*port) }.to_string());
    }
    settings
}
