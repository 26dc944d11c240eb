//! A rule that is in force, and what it has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value as Json, json};

use super::bucket::TokenBucket;
use super::spec::RuleSpec;
use crate::Timestamp;
use crate::gateway::GatewayContext;
use crate::ids::Ids;

/// A rule that is in force.
pub(super) struct Rule {
    spec: RuleSpec,
    /// What LocalStack's endpoint was given, if it came that way: it is taken out by being named again.
    chaos: Option<Json>,
    bucket: Option<TokenBucket>,
    /// Draws of its own.
    draws: Option<Ids>,
    hits: AtomicU64,
}

impl Rule {
    pub(super) fn new(spec: RuleSpec) -> Self {
        let bucket = spec.throttle.as_ref().map(|it| {
            let burst = it.burst.unwrap_or(it.rate).max(1.0);
            TokenBucket::new(it.rate, burst)
        });
        let draws = spec.seed.map(Ids::seeded);
        Self { spec, chaos: None, bucket, draws, hits: AtomicU64::new(0) }
    }

    /// One that LocalStack's endpoint was given.
    pub(super) fn of_chaos(spec: RuleSpec, chaos: Json) -> Self {
        Self { chaos: Some(chaos), ..Self::new(spec) }
    }

    pub(super) fn spec(&self) -> &RuleSpec {
        &self.spec
    }

    pub(super) fn chaos(&self) -> Option<&Json> {
        self.chaos.as_ref()
    }

    pub(super) fn is_named(&self, id: &str) -> bool {
        self.spec.id.as_deref() == Some(id)
    }

    /// Whether it is about a call, and not over.
    pub(super) fn matches(&self, ctx: &GatewayContext, now: Timestamp) -> bool {
        let spec = &self.spec;
        let is = |wanted: &Option<String>, found: Option<&str>| match wanted {
            Some(wanted) => found == Some(wanted.as_str()),
            None => true,
        };
        is(&spec.service, ctx.service.map(|it| it.name))
            && is(&spec.operation, ctx.operation.map(asf_schema::Operation::name))
            && is(&spec.region, Some(ctx.region.as_str()))
            && is(&spec.account, Some(ctx.account_id.as_str()))
            && !self.is_over(now)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        let is_used_up = self.spec.times.is_some_and(|it| self.hits.load(Ordering::Relaxed) >= it);
        is_used_up || self.spec.until.is_some_and(|it| now >= it)
    }

    /// Whether it is this call's turn. `ids` are the process's.
    pub(super) fn is_drawn(&self, ids: &Ids) -> bool {
        match self.spec.probability {
            None | Some(1.0) => true,
            Some(probability) => self.unit(ids) < probability,
        }
    }

    /// A number from 0 to 1, without 1.
    pub(super) fn unit(&self, ids: &Ids) -> f64 {
        unit(self.draws.as_ref().unwrap_or(ids))
    }

    /// Whether there are too many calls. Without a bucket there never are.
    pub(super) fn is_throttling(&self, now: Timestamp) -> bool {
        self.bucket.as_ref().is_some_and(|it| !it.take(now))
    }

    /// Counts one of the times that it has an effect; false if it has had all of them.
    pub(super) fn hit(&self) -> bool {
        let most = self.spec.times.unwrap_or(u64::MAX);
        let one_more = |hits: u64| (hits < most).then(|| hits + 1);
        self.hits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// As `GET` shows it.
    pub(super) fn shown(&self, now: Timestamp) -> Json {
        let mut shown = serde_json::to_value(&self.spec).unwrap_or_default();
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("hits".to_owned(), json!(self.hits.load(Ordering::Relaxed)));
            shown.insert("over".to_owned(), json!(self.is_over(now)));
        }
        shown
    }
}

/// A number from 0 to 1, without 1.
pub(super) fn unit(ids: &Ids) -> f64 {
    const STEPS: u64 = 1 << 53;
    ids.below(STEPS) as f64 / STEPS as f64
}
