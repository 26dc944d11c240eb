//! What an operator sees of a running gateway and moves in it: the clock, faults, metrics, the journal of
//! requests, traces.
//!
//! [`Observe`] has it all. In the AWS chain [`BeginObserving`] stands first and [`FinishObserving`] last;
//! [`InjectFaults`](faults::InjectFaults) stands before the provider.

pub mod clock;
pub mod faults;
mod handler;
pub mod journal;
pub mod metrics;
pub mod otlp;
mod routes;
mod usage;

#[cfg(test)]
mod tests;

pub use handler::{BeginObserving, FinishObserving, Observed};
pub use routes::add_routes;
pub use usage::usage;

use faults::Faults;
use journal::Journal;
use metrics::Metrics;
use otlp::Traces;

/// All that is observed of a gateway. Copies of it are the same.
#[derive(Clone, Debug, Default)]
pub struct Observe {
    /// Counters.
    pub metrics: Metrics,
    /// What is to go wrong.
    pub faults: Faults,
    /// The last calls.
    pub journal: Journal,
    /// Where spans go, if they go anywhere.
    pub traces: Option<Traces>,
}
