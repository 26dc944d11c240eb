//! The branches of a process: made, found, thrown away.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::config::{Config, Listener};
use asf_runtime::context::Environment;
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::gateway::{Arrival, Divert, Elsewhere, Signer};
use asf_runtime::observe::otlp::Traces;
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{Request, Response};
use futures_util::future::BoxFuture;

use super::branch::{Branch, Making, Origin};
use super::{AccountRange, BRANCH, BranchError, BranchName, refusal};
use crate::server::Bound;

/// The branches of a process. Copies are the same. With the last of them, all branches end.
#[derive(Clone)]
pub struct Branches(Arc<Shared>);

/// The branches of a process, not held.
#[derive(Clone)]
pub(crate) struct WeakBranches(Weak<Shared>);

struct Shared {
    blueprint: Arc<Blueprint>,
    main: Origin,
    branches: RwLock<BTreeMap<BranchName, Arc<Branch>>>,
    /// Whether one of them has accounts: without, who signed a request is not looked at.
    has_accounts: AtomicBool,
    last: AtomicU64,
}

/// What all branches have of the emulator that they are branches of.
pub(super) struct Blueprint {
    pub(super) settings: Settings,
    pub(super) config: Config,
    pub(super) environment: Environment,
    pub(super) traces: Option<Traces>,
    /// Has the document of the routes, which are those of each branch.
    pub(super) described: EdgeRouter,
    access_keys: AccessKeyStyle,
}

/// What a branch is to be.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Its name; without one, it gets the next of `branch-1`, `branch-2`, ..
    pub name: Option<BranchName>,
    /// The branch that it is made from; without it, the main state.
    pub parent: Option<BranchName>,
    /// Its own port, 0 for any that is free; without it, it is reached through the main port only.
    pub port: Option<u16>,
    /// Accounts whose calls to the main port are its own.
    pub accounts: Option<AccountRange>,
}

impl Branches {
    pub(crate) fn new(
        settings: &Settings,
        config: &Config,
        environment: &Environment,
        edge: &EdgeRouter,
        traces: Option<Traces>,
        main: Origin,
    ) -> Self {
        let blueprint = Blueprint {
            settings: settings.clone(),
            config: config.clone(),
            environment: environment.clone(),
            traces,
            described: EdgeRouter::described_as(edge),
            access_keys: AccessKeyStyle::of(settings),
        };
        Self(Arc::new(Shared {
            blueprint: Arc::new(blueprint),
            main,
            branches: RwLock::default(),
            has_accounts: AtomicBool::new(false),
            last: AtomicU64::new(0),
        }))
    }

    /// Makes a branch: another state that begins with all entries as they are at one moment, and an emulator
    /// over it. It costs nothing an entry.
    ///
    /// # Errors
    /// The name, accounts or port are taken; there is no such parent.
    pub async fn create(&self, wishes: Wishes) -> Result<Arc<Branch>, BranchError> {
        let Wishes { name, parent, port, accounts } = wishes;
        let from = match &parent {
            Some(parent) => {
                let parent = self.get(parent).ok_or_else(|| BranchError::Missing(parent.to_string()))?;
                parent.origin().clone()
            }
            None => self.0.main.clone(),
        };
        let name = match name {
            Some(name) => name,
            None => self.free_name()?,
        };
        self.check(&self.list(), &name, accounts)?;
        let bound = match port {
            Some(port) => Some(Bound::bind(&[self.place(port)]).await?),
            None => None,
        };
        let making = Making { name, parent, accounts, from, bound, branches: self.downgrade() };
        let blueprint = self.0.blueprint.clone();
        let made = tokio::task::spawn_blocking(move || Branch::make(making, &blueprint)).await;
        let (branch, bound) = made.map_err(|error| BranchError::Failed(error.to_string()))??;
        let branch = Arc::new(branch);
        {
            let mut branches = self.0.branches.write().unwrap_or_else(PoisonError::into_inner);
            // Somebody may have been faster.
            self.check(&branches.values().cloned().collect::<Vec<_>>(), branch.name(), accounts)?;
            branches.insert(branch.name().clone(), branch.clone());
            self.note_accounts(&branches);
        }
        if let Some(bound) = bound {
            branch.serve(bound, &self.0.blueprint.config);
        }
        tracing::info!(branch = %branch.name(), "a branch was made");
        Ok(branch)
    }

    /// A branch by its name.
    #[must_use]
    pub fn get(&self, name: &BranchName) -> Option<Arc<Branch>> {
        self.0.branches.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// All branches, by name.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Branch>> {
        self.0.branches.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Throws a branch away: when this returns, nobody gets to it, its port is free and its connections are
    /// closed; calls that are under way have had a second. False if there is none of this name. Branches that
    /// were made from it stay.
    pub async fn remove(&self, name: &BranchName) -> bool {
        let removed = {
            let mut branches = self.0.branches.write().unwrap_or_else(PoisonError::into_inner);
            let removed = branches.remove(name);
            self.note_accounts(&branches);
            removed
        };
        let Some(branch) = removed else { return false };
        branch.close().await;
        tracing::info!(branch = %name, "a branch was thrown away");
        true
    }

    pub(crate) fn downgrade(&self) -> WeakBranches {
        WeakBranches(Arc::downgrade(&self.0))
    }

    fn note_accounts(&self, branches: &BTreeMap<BranchName, Arc<Branch>>) {
        let has_accounts = branches.values().any(|branch| branch.accounts().is_some());
        self.0.has_accounts.store(has_accounts, Ordering::Release);
    }

    fn check(
        &self,
        others: &[Arc<Branch>],
        name: &BranchName,
        accounts: Option<AccountRange>,
    ) -> Result<(), BranchError> {
        for other in others {
            if other.name() == name {
                return Err(BranchError::NameTaken(name.clone()));
            }
            if let (Some(wanted), Some(taken)) = (accounts, other.accounts())
                && wanted.overlaps(&taken)
            {
                return Err(BranchError::AccountsTaken(other.name().clone(), taken));
            }
        }
        Ok(())
    }

    fn free_name(&self) -> Result<BranchName, BranchError> {
        loop {
            let number = self.0.last.fetch_add(1, Ordering::Relaxed) + 1;
            let name: BranchName = format!("branch-{number}").parse()?;
            if self.get(&name).is_none() {
                return Ok(name);
            }
        }
    }

    /// A port at the address of the main one.
    fn place(&self, port: u16) -> Listener {
        let hosts = self.0.blueprint.config.listen.0.iter().filter_map(|place| match place {
            Listener::Tcp { host, .. } => Some(host.clone()),
            Listener::Unix(_) => None,
        });
        Listener::Tcp { host: hosts.into_iter().next().unwrap_or_else(|| "127.0.0.1".to_owned()), port }
    }

    /// The branch whose accounts a request's signer is one of. What has a path of ours is the main emulator's,
    /// so that it can always be asked.
    fn of_account(&self, request: &Request) -> Option<Arc<dyn Elsewhere>> {
        if !self.0.has_accounts.load(Ordering::Acquire) || request.uri().path().starts_with("/_") {
            return None;
        }
        let signer = Signer::of_head(request.uri(), request.headers())?;
        let account = self.0.blueprint.access_keys.account(&signer.credentials.access_key_id);
        let branches = self.0.branches.read().unwrap_or_else(PoisonError::into_inner);
        let found = branches.values().find(|it| it.accounts().is_some_and(|range| range.has(account)));
        found.map(|branch| branch.clone() as Arc<dyn Elsewhere>)
    }
}

impl WeakBranches {
    /// The branches, unless the process is ending.
    pub(crate) fn upgrade(&self) -> Option<Branches> {
        self.0.upgrade().map(Branches)
    }
}

/// Requests to the main port that name a branch, or are of one of its accounts.
impl Divert for Branches {
    fn divert(&self, request: &Request) -> Option<Arc<dyn Elsewhere>> {
        let Some(named) = request.headers().get(&BRANCH) else { return self.of_account(request) };
        let name = String::from_utf8_lossy(named.as_bytes()).trim().to_owned();
        let branches = self.0.branches.read().unwrap_or_else(PoisonError::into_inner);
        let found = branches.get(&*name).map(|branch| branch.clone() as Arc<dyn Elsewhere>);
        Some(found.unwrap_or_else(|| Arc::new(Nowhere(name))))
    }
}

/// The answer to who asks for a branch that is not there.
struct Nowhere(String);

impl Elsewhere for Nowhere {
    fn answer(&self, _: Request, _: Arrival) -> BoxFuture<'static, Response> {
        Box::pin(std::future::ready(refusal(&self.0)))
    }
}

impl std::fmt::Debug for Branches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}
