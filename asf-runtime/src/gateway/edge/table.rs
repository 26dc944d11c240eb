//! The routes of one moment, as they are looked up.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use http::Method;

use super::host::{self, HostPattern};
use super::path::{Open, PathPattern};
use super::{Endpoint, Params, RouteId, Rule, RuleError};

/// A route that was added.
pub(super) struct Route {
    pub(super) id: RouteId,
    pub(super) rule: Rule,
    host: Option<HostPattern>,
    path: PathPattern,
    endpoint: Arc<dyn Endpoint>,
}

impl Route {
    pub(super) fn new(id: RouteId, rule: Rule, endpoint: Arc<dyn Endpoint>) -> Result<Arc<Self>, RuleError> {
        let host = rule.host.as_deref().map(HostPattern::parse).transpose()?;
        let path = PathPattern::parse(&rule.path)?;
        if let Some(name) = host.iter().flat_map(HostPattern::names).find(|it| path.names.contains(it)) {
            return Err(RuleError::malformed(&rule.path, format!("{name:?} is a parameter of the host too")));
        }
        let route = Arc::new(Self { id, rule, host, path, endpoint });
        // What a tree does not take of it alone, it does not take of it among others.
        Paths::default().add(&route)?;
        Ok(route)
    }

    /// The methods by which it is found, `None` for all.
    fn methods(&self) -> Vec<Option<&Method>> {
        match &*self.rule.methods {
            [] => vec![None],
            methods => methods.iter().map(Some).collect(),
        }
    }

    /// Whether a request could fit both equally well.
    pub(super) fn collides(&self, other: &Self) -> bool {
        let host = |it: &Self| it.host.as_ref().map(HostPattern::nameless);
        self.path.numbered == other.path.numbered
            && host(self) == host(other)
            && self.methods().iter().any(|it| other.methods().contains(it))
    }
}

/// What a request comes to.
pub enum Found {
    /// No rule has its path.
    Nothing,
    /// Rules have its path, for these methods.
    OtherMethods {
        /// The methods.
        allowed: Vec<Method>,
        /// Whether one of the rules is for certain hosts.
        has_host: bool,
    },
    /// This answers it.
    Endpoint {
        /// What answers.
        endpoint: Arc<dyn Endpoint>,
        /// What stood where the rule has parameters.
        params: Params,
        /// See [`Rule::own_cors`].
        has_own_cors: bool,
    },
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::OtherMethods { allowed, .. } => write!(f, "OtherMethods({allowed:?})"),
            Self::Endpoint { params, .. } => write!(f, "Endpoint({params:?})"),
        }
    }
}

/// The routes of one moment. A change makes another table, which costs little: the trees are grown when something is
/// looked for, so that many changes one after the other cost no more than one.
#[derive(Default)]
pub(super) struct Table {
    pub(super) routes: Vec<Arc<Route>>,
    trees: OnceLock<Hosts>,
}

/// The routes of a table by host.
#[derive(Default)]
struct Hosts {
    /// Rules for a host without parameters.
    named: HashMap<String, Paths>,
    /// Rules for hosts of a pattern, the most specific first.
    patterns: Vec<(HostPattern, Paths)>,
    /// Rules for all hosts.
    any: Paths,
}

impl Table {
    pub(super) fn of(routes: Vec<Arc<Route>>) -> Self {
        Self { routes, trees: OnceLock::new() }
    }

    /// Finds the route of a request. `path` is as it stands on the wire.
    pub(super) fn find(&self, method: &Method, host: Option<&str>, path: &str) -> Found {
        self.trees.get_or_init(|| Hosts::of(&self.routes)).find(method, host, path)
    }
}

impl Hosts {
    fn of(routes: &[Arc<Route>]) -> Self {
        let mut table = Self::default();
        let mut patterns: HashMap<String, (HostPattern, Paths)> = HashMap::new();
        for route in routes {
            let paths = match &route.host {
                None => &mut table.any,
                Some(host) if host.is_literal() => table.named.entry(host.nameless()).or_default(),
                Some(host) => {
                    &mut patterns.entry(host.nameless()).or_insert_with(|| (host.clone(), Paths::default())).1
                }
            };
            if let Err(error) = paths.add(route) {
                // A tree took it when it was added.
                tracing::error!(%error, rule = %route.rule, "a route cannot be found");
            }
        }
        let mut patterns: Vec<(String, (HostPattern, Paths))> = patterns.into_iter().collect();
        patterns
            .sort_by_cached_key(|(text, (host, _))| (std::cmp::Reverse(host.specificity()), text.clone()));
        table.patterns = patterns.into_iter().map(|(_, entry)| entry).collect();
        table
    }

    fn find(&self, method: &Method, host: Option<&str>, path: &str) -> Found {
        let mut allowed = Vec::new();
        let mut has_host = false;
        if !(self.named.is_empty() && self.patterns.is_empty())
            && let Some(host) = host.map(host::normal)
        {
            if let Some(paths) = self.named.get(&host) {
                if let Some(found) = paths.find(method, path, |_| Some(Vec::new())) {
                    return found;
                }
                paths.allowed(path, &mut allowed);
            }
            for (pattern, paths) in &self.patterns {
                if pattern.find(&host).is_none() {
                    continue;
                }
                // The names are those of the route's own pattern.
                let of_host = |route: &Route| route.host.as_ref()?.find(&host);
                if let Some(found) = paths.find(method, path, of_host) {
                    return found;
                }
                paths.allowed(path, &mut allowed);
            }
            has_host = !allowed.is_empty();
        }
        if let Some(found) = self.any.find(method, path, |_| Some(Vec::new())) {
            return found;
        }
        self.any.allowed(path, &mut allowed);
        if allowed.is_empty() { Found::Nothing } else { Found::OtherMethods { allowed, has_host } }
    }
}

/// The routes of a host.
#[derive(Default)]
struct Paths {
    routes: Vec<Arc<Route>>,
    trees: Vec<Tree>,
}

/// Paths of routes with the same method. There may be several for a method, because one tree cannot hold
/// `/{a}` and `/{*b}`.
struct Tree {
    method: Option<Method>,
    paths: matchit::Router<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    /// Place in `Paths::routes`.
    route: usize,
    kind: Kind,
}

/// Which of a rule's paths an entry is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The path itself.
    Itself,
    /// The path with an empty rest.
    EmptyRest,
    /// The path with another slash at its end.
    Slash,
}

type Match<'t, 'p> = (&'t Route, Kind, matchit::Params<'t, 'p>);

impl Paths {
    fn add(&mut self, route: &Arc<Route>) -> Result<(), RuleError> {
        let place = self.routes.len();
        self.routes.push(route.clone());
        let numbered = &route.path.numbered;
        for method in route.methods() {
            self.insert(method, numbered, Entry { route: place, kind: Kind::Itself })?;
            if let Some(before) = &route.path.before_rest {
                self.insert(method, before, Entry { route: place, kind: Kind::EmptyRest })?;
                // `/a` for `/a/{*rest}`.
                let bare = before.strip_suffix('/').filter(|it| !it.is_empty());
                if let Some(bare) = bare {
                    self.insert(method, bare, Entry { route: place, kind: Kind::EmptyRest })?;
                }
            } else if !numbered.ends_with('/') {
                let slashed = format!("{numbered}/");
                self.insert(method, &slashed, Entry { route: place, kind: Kind::Slash })?;
            }
        }
        Ok(())
    }

    /// Puts a path into the first tree that takes it.
    fn insert(&mut self, method: Option<&Method>, path: &str, entry: Entry) -> Result<(), RuleError> {
        for tree in self.trees.iter_mut().filter(|it| it.method.as_ref() == method) {
            match tree.paths.insert(path, entry) {
                Ok(()) => return Ok(()),
                Err(matchit::InsertError::Conflict { .. }) => {}
                Err(error) => return Err(RuleError::malformed(path, error.to_string())),
            }
        }
        let mut tree = Tree { method: method.cloned(), paths: matchit::Router::new() };
        let result = tree.paths.insert(path, entry);
        result.map_err(|error| RuleError::malformed(path, error.to_string()))?;
        self.trees.push(tree);
        Ok(())
    }

    /// The entry of a tree that fits a path.
    fn fitting<'t, 'p>(&'t self, tree: &'t Tree, path: &'p str) -> Option<Match<'t, 'p>> {
        let found = tree.paths.at(path).ok()?;
        let route = self.routes.get(found.value.route)?;
        Some((&**route, found.value.kind, found.params))
    }

    fn find(
        &self,
        method: &Method,
        path: &str,
        of_host: impl Fn(&Route) -> Option<Vec<(Arc<str>, String)>>,
    ) -> Option<Found> {
        let rank = |of_route: Option<&Method>| match of_route {
            Some(it) if it == method => Some(0),
            Some(it) if it == Method::GET && method == Method::HEAD => Some(1),
            Some(_) => None,
            None => Some(2),
        };
        let fitting = self.trees.iter().filter_map(|tree| {
            let rank = rank(tree.method.as_ref())?;
            Some((rank, self.fitting(tree, path)?))
        });
        let best = fitting.min_by(|(rank, a), (other, b)| order(a, b).then(rank.cmp(other)));
        let (_, (route, kind, values)) = best?;
        let mut params = Params::default();
        host::put(of_host(route)?, &mut params);
        for (name, (_, value)) in route.path.names.iter().zip(values.iter()) {
            params.push(name.clone(), value);
        }
        if let (Kind::EmptyRest, Some(name)) = (kind, route.path.names.last()) {
            params.push(name.clone(), "");
        }
        if route.path.before_rest.is_some() {
            params.last_is_rest();
        }
        let endpoint = route.endpoint.clone();
        Some(Found::Endpoint { endpoint, params, has_own_cors: route.rule.has_own_cors })
    }

    /// The methods for which there are rules with a path.
    fn allowed(&self, path: &str, allowed: &mut Vec<Method>) {
        for tree in &self.trees {
            let Some(method) = &tree.method else { continue };
            if self.fitting(tree, path).is_none() {
                continue;
            }
            if !allowed.contains(method) {
                allowed.push(method.clone());
                if method == Method::GET && !allowed.contains(&Method::HEAD) {
                    allowed.push(Method::HEAD);
                }
            }
        }
    }
}

/// The order of matches: the least comes first.
fn order(&(a, a_kind, _): &Match<'_, '_>, &(b, b_kind, _): &Match<'_, '_>) -> Ordering {
    // A slash that is not in the rule counts like one that is, until nothing else tells them apart.
    let openness = |route: &Route, kind: Kind| {
        let slash = (kind == Kind::Slash).then_some(Open::Literal);
        route.path.openness.clone().into_iter().chain(slash)
    };
    openness(a, a_kind).cmp(openness(b, b_kind)).then(a_kind.cmp(&b_kind))
}
