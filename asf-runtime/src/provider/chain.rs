//! Servers of others that requests are passed on to, and which backends are asked for an operation.

use std::sync::Arc;

use asf_schema::Operation;
use futures_util::future::BoxFuture;

use super::{Answering, Source};
use crate::AwsError;
use crate::identity::{AccountId, Region};
use crate::protocol::{Request, Response};

/// A server that answers requests as they come.
pub trait Forward: Send + Sync {
    /// What it is called.
    fn source(&self) -> Source;

    /// Whether it answers the operation. Nothing is started for it.
    fn has(&self, operation: Operation) -> BoxFuture<'_, Result<bool, AwsError>>;

    /// Passes a request on; the answer is the client's.
    fn forward(&self, onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>>;

    /// Forgets everything, or all of a service, if it runs and can. False if what it has is not ours to reset, or
    /// the service is none of its.
    fn reset<'a>(&'a self, service: Option<&'a str>) -> BoxFuture<'a, Result<bool, AwsError>>;
}

/// A request on its way to another server.
#[derive(Debug)]
pub struct Onward {
    /// What it calls.
    pub operation: Operation,
    /// The caller's account.
    pub account_id: AccountId,
    /// The region that is called.
    pub region: Region,
    /// As it came, or as a client of ours has written it. Of the URI, path and query count.
    pub request: Request,
}

/// A backend of a chain.
#[derive(Clone)]
pub enum Step {
    /// The providers of this process.
    Providers,
    /// Another server.
    Forward(Arc<dyn Forward>),
}

/// Who answers an operation.
pub enum Chosen {
    /// A provider of this process.
    Provider(Answering),
    /// Another server.
    Forward(Arc<dyn Forward>),
}

/// Which backends are asked, in which order. The rule for an operation is stronger than the one for its
/// service, and that than the one for all; of rules that are as strong, the last.
#[derive(Clone, Default)]
pub struct Chains {
    pub(super) is_strict: bool,
    rules: Vec<(String, Option<String>, Vec<Step>)>,
}

impl Chains {
    /// Without rules. `STRICT`: only native providers are asked, whatever the rules say.
    #[must_use]
    pub fn new(is_strict: bool) -> Self {
        Self { is_strict, rules: Vec::new() }
    }

    /// Adds a rule; the service `*` is all.
    #[must_use]
    pub fn with(mut self, service: impl Into<String>, operation: Option<String>, steps: Vec<Step>) -> Self {
        self.rules.push((service.into(), operation, steps));
        self
    }

    /// The chain of an operation: the providers, where no rule says otherwise.
    #[must_use]
    pub fn of(&self, operation: Operation) -> &[Step] {
        let service = operation.service().name;
        let strength = |(of, name, _): &(String, Option<String>, Vec<Step>)| match name {
            Some(name) => (of == service && name == operation.name()).then_some(3),
            None if of == service => Some(2),
            None => (of == "*").then_some(1),
        };
        let rated = self.rules.iter().filter_map(|rule| Some((strength(rule)?, rule)));
        rated.max_by_key(|(strength, _)| *strength).map_or(&[Step::Providers], |(_, rule)| &rule.2)
    }

    /// The servers that the rules name, some more than once.
    pub fn forwards(&self) -> impl Iterator<Item = &Arc<dyn Forward>> {
        self.rules.iter().flat_map(|rule| &rule.2).filter_map(|step| match step {
            Step::Forward(forward) => Some(forward),
            Step::Providers => None,
        })
    }
}
