//! Times in manifests: numbers of seconds.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Unexpected};

/// As long as a function of Lambda may run.
const MOST: f64 = 900.0;

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Whole(i32),
    Float(f64),
}

pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let expected = "a number of seconds, more than 0 and 900 at most";
    let seconds =
        match Number::deserialize(from).map_err(|_| D::Error::custom(format!("expected {expected}")))? {
            Number::Whole(it) => f64::from(it),
            Number::Float(it) => it,
        };
    if seconds > 0.0 && seconds <= MOST {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(D::Error::invalid_value(Unexpected::Float(seconds), &expected))
}
