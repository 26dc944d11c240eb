//! How much later a call goes on.

use std::f64::consts::TAU;
use std::time::Duration;

use futures_util::future::select;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::clock::{Clock, SystemClock};

/// As long as a function of Lambda may run, and longer than clients wait.
pub(super) const MAX_MILLIS: f64 = 900_000.0;

/// How much later a call goes on, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Latency {
    /// Always the same: `200`.
    Plain(f64),
    /// Drawn: `{"uniform": {"min": 100, "max": 300}}`.
    Drawn(Distribution),
}

/// What latency is drawn from, in milliseconds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Distribution {
    /// Always the same.
    Fixed(f64),
    /// Anything between two bounds.
    Uniform {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// The bell curve; what is below 0 is 0.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        deviation: f64,
    },
    /// Mostly little, sometimes very much: what networks and queues are like.
    Pareto {
        /// The least.
        scale: f64,
        /// How seldom it is much: with 1 often, with 3 seldom.
        shape: f64,
    },
}

impl<'de> Deserialize<'de> for Latency {
    /// By hand, because of what `untagged` says of mistakes.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        match value.as_f64() {
            Some(millis) => Ok(Self::Plain(millis)),
            None => serde_json::from_value(value)
                .map(Self::Drawn)
                .map_err(|error| D::Error::custom(format!("latency: {error}"))),
        }
    }
}

impl Latency {
    /// Whether all of its numbers make sense.
    pub(super) fn is_valid(&self) -> bool {
        let is_time = |it: f64| (0.0..=MAX_MILLIS).contains(&it);
        match *self {
            Self::Plain(millis) | Self::Drawn(Distribution::Fixed(millis)) => is_time(millis),
            Self::Drawn(Distribution::Uniform { min, max }) => is_time(min) && is_time(max) && min <= max,
            Self::Drawn(Distribution::Normal { mean, deviation }) => is_time(mean) && is_time(deviation),
            Self::Drawn(Distribution::Pareto { scale, shape }) => {
                is_time(scale) && shape.is_finite() && shape > 0.0
            }
        }
    }

    /// Draws, with numbers from 0 to 1 (without 1).
    pub(super) fn draw(&self, mut unit: impl FnMut() -> f64) -> Duration {
        let millis = match *self {
            Self::Plain(millis) | Self::Drawn(Distribution::Fixed(millis)) => millis,
            Self::Drawn(Distribution::Uniform { min, max }) => min + (max - min) * unit(),
            Self::Drawn(Distribution::Normal { mean, deviation }) => {
                // Box and Muller's; 1 - u is never 0, which has no logarithm.
                let radius = (-2.0 * (1.0 - unit()).ln()).sqrt();
                mean + deviation * radius * (TAU * unit()).cos()
            }
            Self::Drawn(Distribution::Pareto { scale, shape }) => scale / (1.0 - unit()).powf(1.0 / shape),
        };
        Duration::try_from_secs_f64(millis.clamp(0.0, MAX_MILLIS) / 1e3).unwrap_or_default()
    }
}

/// Waits until so much time has passed, by this clock or by the machine's, whichever is first: who moves the
/// clock need not wait, and a clock that stands still keeps nobody longer than a moving one.
pub(super) async fn wait(clock: &dyn Clock, latency: Duration) {
    let millis = i64::try_from(latency.as_micros().div_ceil(1000)).unwrap_or(i64::MAX);
    let machine = SystemClock;
    let by_clock = clock.until(clock.now().plus_millis(millis));
    let by_machine = machine.until(machine.now().plus_millis(millis));
    select(by_clock, by_machine).await;
}
