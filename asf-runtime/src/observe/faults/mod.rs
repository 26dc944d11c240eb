//! Faults on demand: errors, latency and throttling by service, operation, account and region.
//!
//! [`Faults`] has the rules; [`InjectFaults`] stands in the AWS chain before the provider and asks them;
//! [`add_routes`] adds `/_asf/faults`, and the same by LocalStack's names.

mod bucket;
mod chaos;
mod codes;
mod handler;
mod latency;
mod routes;
mod rule;
mod spec;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use handler::InjectFaults;
pub use latency::Latency;
pub use routes::{Models, add_routes};
pub use spec::{ErrorSpec, RuleSpec, SpecError, ThrottleSpec};

use rule::Rule;

/// Rules that there may be, at most: each of them is looked at with every call.
pub const MAX_RULES: usize = 1000;

/// What is to go wrong. Copies of it are the same.
///
/// Rules are looked at in their order. Latency of all that apply adds up; the first that has an error ends
/// it. As long as there is no rule, a call pays for one load of a flag.
#[derive(Clone, Default)]
pub struct Faults(Arc<State>);

#[derive(Default)]
struct State {
    /// Whether there is anything to look at.
    is_active: AtomicBool,
    /// Locked for as long as it takes to take or replace the pointer.
    rules: RwLock<Arc<[Arc<Rule>]>>,
    effects: Mutex<Effects>,
    /// One change at a time.
    changing: Mutex<()>,
    injected: Injected,
}

/// What happens to all calls alike (LocalStack: "network effects").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Effects {
    /// Milliseconds.
    latency: u64,
    /// Milliseconds that it is more or less, at most.
    jitter: u64,
}

/// How often something went wrong because of a rule.
#[derive(Debug, Default)]
pub(super) struct Injected {
    pub(super) errors: AtomicU64,
    pub(super) throttled: AtomicU64,
    pub(super) delayed: AtomicU64,
}

/// There would be more rules than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there can be {MAX_RULES} rules, at most")]
pub struct TooMany;

impl Faults {
    /// Adds a rule behind those that are there.
    ///
    /// # Errors
    /// [`TooMany`] rules.
    pub fn add(&self, spec: RuleSpec) -> Result<(), TooMany> {
        self.change(|rules| rules.push(Arc::new(Rule::new(spec))))
    }

    /// Takes all rules out, and what happens to all calls.
    pub fn clear(&self) {
        *self.0.effects.lock().unwrap_or_else(PoisonError::into_inner) = Effects::default();
        // Fewer than there were are never too many.
        let _ = self.change(Vec::clear);
    }

    fn is_active(&self) -> bool {
        // What is seen late is seen with the next call.
        self.0.is_active.load(Ordering::Relaxed)
    }

    fn rules(&self) -> Arc<[Arc<Rule>]> {
        self.0.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn effects(&self) -> Effects {
        *self.0.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_effects(&self, effects: Effects) {
        *self.0.effects.lock().unwrap_or_else(PoisonError::into_inner) = effects;
        let _ = self.change(|_| ());
    }

    /// Puts other rules in the place of those that are there: a call sees either.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Arc<Rule>>) -> T) -> Result<T, TooMany> {
        let _one_at_a_time = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = self.rules().to_vec();
        let result = change(&mut rules);
        if rules.len() > MAX_RULES {
            return Err(TooMany);
        }
        let is_active = !rules.is_empty() || self.effects() != Effects::default();
        *self.0.rules.write().unwrap_or_else(PoisonError::into_inner) = rules.into();
        self.0.is_active.store(is_active, Ordering::Relaxed);
        Ok(result)
    }

    pub(super) fn injected(&self) -> &Injected {
        &self.0.injected
    }
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.rules().iter().map(|it| it.spec())).finish()
    }
}
