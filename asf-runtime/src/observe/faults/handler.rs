//! The place in the chain where things go wrong on demand.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::latency::{Latency, MAX_MILLIS, wait};
use super::rule::unit;
use super::{Faults, codes};
use crate::error::ServiceError;
use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled, go_on};
use crate::provider::Source;

/// Asks the rules, before the provider is called and after service, operation, account and region are known.
#[derive(Clone, Debug)]
pub struct InjectFaults {
    faults: Faults,
}

/// Of all latencies together: as much as of one.
const MAX: Duration = Duration::from_millis(MAX_MILLIS as u64);

/// What a call is in for.
struct Plan {
    latency: Duration,
    error: Option<Box<dyn ServiceError>>,
}

impl InjectFaults {
    /// By these rules.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { faults }
    }

    fn plan(&self, ctx: &GatewayContext) -> Plan {
        let ids = &ctx.environment.ids;
        let now = ctx.environment.clock.now();
        let injected = self.faults.injected();
        let mut plan = Plan { latency: Duration::ZERO, error: None };
        let effects = self.faults.effects();
        if effects.latency > 0 || effects.jitter > 0 {
            let (mean, spread) = (effects.latency as f64, effects.jitter as f64);
            let millis = if spread > 0.0 { mean + spread * (2.0 * unit(ids) - 1.0) } else { mean };
            plan.latency = Latency::Plain(millis).draw(|| 0.0);
        }
        let Some(service) = ctx.service else { return plan };
        for rule in self.faults.rules().iter().filter(|it| it.matches(ctx, now)) {
            if !rule.is_drawn(ids) {
                continue;
            }
            let spec = rule.spec();
            let is_throttled = rule.is_throttling(now);
            // A rule that only throttles does nothing to a call for which there is a token.
            let does_more = spec.error.is_some() || spec.latency.is_some();
            if !(is_throttled || does_more) || !rule.hit() {
                continue;
            }
            if let Some(latency) = &spec.latency {
                plan.latency += latency.draw(|| rule.unit(ids));
            }
            plan.error = match (&spec.throttle, &spec.error) {
                (Some(throttle), _) if is_throttled => {
                    injected.throttled.fetch_add(1, Ordering::Relaxed);
                    Some(match &throttle.error {
                        Some(error) => codes::error(service, ctx.operation, error),
                        None => codes::throttled(service, ctx.operation),
                    })
                }
                (_, Some(error)) => {
                    injected.errors.fetch_add(1, Ordering::Relaxed);
                    Some(codes::error(service, ctx.operation, error))
                }
                _ => None,
            };
            if plan.error.is_some() {
                break;
            }
        }
        plan.latency = plan.latency.min(MAX);
        if !plan.latency.is_zero() {
            injected.delayed.fetch_add(1, Ordering::Relaxed);
        }
        plan
    }
}

impl GatewayHandler for InjectFaults {
    fn name(&self) -> &str {
        "faults"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        if !self.faults.is_active() {
            return go_on();
        }
        let Plan { latency, error } = self.plan(ctx);
        Box::pin(async move {
            if !latency.is_zero() {
                wait(&*ctx.environment.clock, latency).await;
            }
            match error {
                Some(error) => {
                    ctx.source = Some(Source::Fault);
                    Err(error)
                }
                None => Ok(Flow::Continue),
            }
        })
    }
}
