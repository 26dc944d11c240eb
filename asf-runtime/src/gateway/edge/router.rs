//! Routes that come and go while requests run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use http::Method;

use super::document::Documents;
use super::table::{Found, Route, Table};
use super::{DocumentError, yaml};
use super::{Endpoint, RouteId, Rule, RuleError};

/// Routes that come and go while requests run. Copies of a router are the same router.
///
/// A lookup sees the routes of one moment: a change makes a new table beside the one in use and then puts
/// it in its place, so that no change waits for a lookup. The first lookup after changes costs as much as there are
/// routes, the others only what they find; a change costs little, so that many can be made one after the other.
#[derive(Clone, Default)]
pub struct EdgeRouter(Arc<Shared>);

#[derive(Default)]
struct Shared {
    table: ArcSwap<Table>,
    /// One change at a time.
    changing: Mutex<()>,
    last_id: AtomicU64,
    documents: Arc<Mutex<Documents>>,
    /// Whether the documents are another router's too, which has described everything.
    is_described: bool,
}

impl EdgeRouter {
    /// A router without routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A router without routes that is described as another: one document for both. What is described of
    /// this one from now on is taken for what stands there already.
    #[must_use]
    pub fn described_as(other: &Self) -> Self {
        let documents = other.0.documents.clone();
        Self(Arc::new(Shared { documents, is_described: true, ..Shared::default() }))
    }

    /// Whether it is [described](Self::described_as) as another.
    #[must_use]
    pub fn is_described(&self) -> bool {
        self.0.is_described
    }

    /// Adds a route. From the next request on it is there.
    ///
    /// # Errors
    /// [`RuleError`] when a pattern of the rule is malformed, or when there is a route for the same thing.
    pub fn add(&self, rule: Rule, endpoint: Arc<dyn Endpoint>) -> Result<RouteId, RuleError> {
        let id = RouteId(self.0.last_id.fetch_add(1, Ordering::Relaxed));
        let route = Route::new(id, rule, endpoint)?;
        let _one_at_a_time = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut routes = self.table().routes.clone();
        if let Some(other) = routes.iter().find(|it| it.collides(&route)) {
            return Err(RuleError::Taken(other.rule.to_string()));
        }
        routes.push(route);
        self.replace(Table::of(routes));
        Ok(id)
    }

    /// Takes a route out; false if it is not there (any more). Requests that it answers already go on.
    pub fn remove(&self, id: RouteId) -> bool {
        let _one_at_a_time = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut routes = self.table().routes.clone();
        let before = routes.len();
        routes.retain(|it| it.id != id);
        if routes.len() == before {
            return false;
        }
        self.replace(Table::of(routes));
        true
    }

    /// Takes all routes out, at the end of who has it: endpoints may have a hold of their own router, which
    /// would keep both for ever.
    pub fn clear(&self) {
        let _one_at_a_time = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.replace(Table::default());
    }

    /// Finds what answers a request. `host` is the name that it is addressed to, with or without port;
    /// `path` is as it stands on the wire.
    #[must_use]
    pub fn find(&self, method: &Method, host: Option<&str>, path: &str) -> Found {
        self.0.table.load().find(method, host, path)
    }

    /// The rules that there are, in the order in which they were added.
    #[must_use]
    pub fn rules(&self) -> Vec<(RouteId, Rule)> {
        self.table().routes.iter().map(|it| (it.id, it.rule.clone())).collect()
    }

    /// Describes routes: a part of an OpenAPI document, as JSON, with `paths`, and perhaps `tags` and
    /// `components`. Whoever adds routes of ours describes them; see [`openapi`](Self::openapi).
    ///
    /// # Errors
    /// [`DocumentError`] when it is no such JSON, or describes what is described already.
    pub fn document(&self, part: &str) -> Result<(), DocumentError> {
        if self.0.is_described {
            return Ok(());
        }
        self.0.documents.lock().unwrap_or_else(PoisonError::into_inner).add(part)
    }

    /// The OpenAPI document of all routes that were described.
    #[must_use]
    pub fn openapi(&self, version: &str) -> serde_json::Value {
        self.0.documents.lock().unwrap_or_else(PoisonError::into_inner).whole(version)
    }

    /// [`openapi`](Self::openapi), as YAML.
    #[must_use]
    pub fn openapi_yaml(&self, version: &str) -> String {
        yaml::text(&self.openapi(version))
    }

    fn table(&self) -> Arc<Table> {
        self.0.table.load_full()
    }

    fn replace(&self, table: Table) {
        self.0.table.store(Arc::new(table));
    }
}

impl std::fmt::Debug for EdgeRouter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.table().routes.iter().map(|it| it.rule.to_string())).finish()
    }
}
