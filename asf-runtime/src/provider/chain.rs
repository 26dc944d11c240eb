//! Servers of others that requests are passed on to, and which backends are asked for an operation.

use std::sync::Arc;

use asf_schema::{Operation, ProtocolKind};
use futures_util::future::BoxFuture;

use super::{Answering, Source};
use crate::AwsError;
use crate::identity::{AccountId, Region};
use crate::protocol::{Request, Response};
use crate::recording::Recorder;

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
    /// The protocol that the request is written in, and the answer has to be.
    pub protocol: ProtocolKind,
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
    rules: Vec<Rule>,
}

#[derive(Clone)]
struct Rule {
    service: String,
    operation: Option<String>,
    steps: Vec<Step>,
    recorder: Option<Recorder>,
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
        self.rules.push(Rule { service: service.into(), operation, steps, recorder: None });
        self
    }

    /// Has what the rule that was added last is answered written down.
    #[must_use]
    pub fn recorded_by(mut self, recorder: Recorder) -> Self {
        if let Some(rule) = self.rules.last_mut() {
            rule.recorder = Some(recorder);
        }
        self
    }

    /// The chain of an operation: the providers, where no rule says otherwise.
    #[must_use]
    pub fn of(&self, operation: Operation) -> &[Step] {
        self.rule(operation).map_or(&[Step::Providers], |rule| &rule.steps)
    }

    /// Who writes down what an operation is answered, if that is wanted.
    #[must_use]
    pub fn recorder(&self, operation: Operation) -> Option<&Recorder> {
        self.rule(operation)?.recorder.as_ref()
    }

    fn rule(&self, operation: Operation) -> Option<&Rule> {
        let service = operation.service().name;
        let strength = |rule: &Rule| match &rule.operation {
            Some(name) => (rule.service == service && name == operation.name()).then_some(3),
            None if rule.service == service => Some(2),
            None => (rule.service == "*").then_some(1),
        };
        let rated = self.rules.iter().filter_map(|rule| Some((strength(rule)?, rule)));
        rated.max_by_key(|(strength, _)| *strength).map(|(_, rule)| rule)
    }

    /// The servers that the rules name, each once.
    #[must_use]
    pub fn forwards(&self) -> Vec<&Arc<dyn Forward>> {
        let mut forwards: Vec<&Arc<dyn Forward>> = Vec::new();
        for step in self.rules.iter().flat_map(|rule| &rule.steps) {
            if let Step::Forward(forward) = step
                && !forwards.iter().any(|it| Arc::ptr_eq(it, forward))
            {
                forwards.push(forward);
            }
        }
        forwards
    }
}
