//! What a rule says, as it is written in JSON.

use asf_schema::TimestampFormat;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::latency::{Latency, MAX_MILLIS};
use super::{Models, codes};
use crate::Timestamp;
use crate::identity::AccountId;

/// A rule: which calls, and what goes wrong with them. What is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RuleSpec {
    /// Names the rule; given to it when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The service, by botocore's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The caller's account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How many of the calls, from 0 to 1; all, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The error that they are answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorSpec>,
    /// How much later they go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// How many of them there may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<ThrottleSpec>,
    /// How often the rule has an effect; without end, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The time, by the clock of the emulator, from which on it has none.
    #[serde(skip_serializing_if = "Option::is_none", with = "moment")]
    pub until: Option<Timestamp>,
    /// Draws of this rule come from a generator of its own with this seed, instead of the process's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// An error: a code of the service's model alone, or a status with any code.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorSpec {
    /// The code, or the name of the error's shape. Without it, `ServiceUnavailable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// HTTP status; the model's, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
}

impl<'de> Deserialize<'de> for ErrorSpec {
    /// `"Code"`, or a structure; by hand, because of what `untagged` says of mistakes.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Whole {
            code: Option<String>,
            message: Option<String>,
            status_code: Option<u16>,
        }
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::String(code) => Ok(Self { code: Some(code), ..Self::default() }),
            value => {
                let whole = serde_json::from_value::<Whole>(value);
                let Whole { code, message, status_code } =
                    whole.map_err(|error| D::Error::custom(format!("error: {error}")))?;
                Ok(Self { code, message, status_code })
            }
        }
    }
}

/// A token bucket: a call takes a token, and without one it is refused.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ThrottleSpec {
    /// Tokens that come back in a second.
    pub rate: f64,
    /// Tokens that there can be; as many as come back in a second (and at least one), if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<f64>,
    /// The error of what is refused; the service's own for it, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorSpec>,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// It matches, and then nothing happens.
    #[error("a rule needs one of error, latency and throttle")]
    NoEffect,
    /// A number is not one that it can be.
    #[error("{field}: expected {expected}")]
    Number {
        /// Which number.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// There is no such thing.
    #[error("{what} {name:?} does not exist{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// A service, an operation of one, an error of one.
        what: String,
        /// As it was written.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A code can only be found in the model of a service.
    #[error(
        "error: {code:?} is not one that all services have; give the service whose error it is, or a statusCode"
    )]
    NoModel {
        /// The code.
        code: String,
    },
    /// It is no account.
    #[error("account: {0:?} is no account, which has 12 digits")]
    Account(String),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|it| format!("; did you mean {it:?}?")).unwrap_or_default()
}

impl RuleSpec {
    /// Looks whether a rule makes sense: what it names has to exist, so that a typing error is no rule that
    /// never matches.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, models: &Models) -> Result<(), SpecError> {
        if self.error.is_none() && self.latency.is_none() && self.throttle.is_none() {
            return Err(SpecError::NoEffect);
        }
        let number = |field, is_right: bool, expected| match is_right {
            true => Ok(()),
            false => Err(SpecError::Number { field, expected }),
        };
        number(
            "probability",
            self.probability.is_none_or(|it| (0.0..=1.0).contains(&it)),
            "a number from 0 to 1",
        )?;
        number("times", self.times != Some(0), "a number of times, at least 1")?;
        if let Some(account) = &self.account
            && account.parse::<AccountId>().is_err()
        {
            return Err(SpecError::Account(account.clone()));
        }
        if let Some(latency) = &self.latency {
            number("latency", latency.is_valid(), MILLIS)?;
        }
        let is_positive = |it: f64| it.is_finite() && it > 0.0;
        if let Some(throttle) = &self.throttle {
            number("throttle.rate", is_positive(throttle.rate), "a number of calls a second, above 0")?;
            let is_right = throttle.burst.is_none_or(|it| it.is_finite() && it >= 1.0);
            number("throttle.burst", is_right, "a number of calls, at least 1")?;
        }
        let errors = [self.error.as_ref(), self.throttle.as_ref().and_then(|it| it.error.as_ref())];
        for error in errors.iter().flatten() {
            let is_right = error.status_code.is_none_or(|it| (400..600).contains(&it));
            number("error.statusCode", is_right, "a status from 400 to 599")?;
        }
        let Some(name) = &self.service else {
            return errors.into_iter().flatten().try_for_each(codes::check_without_service);
        };
        let service = models.service(name).ok_or_else(|| SpecError::Unknown {
            what: "service".to_owned(),
            name: name.clone(),
            nearest: codes::nearest(name, models.names().iter().copied()),
        })?;
        let operation = match &self.operation {
            Some(name) => Some(service.operation(name).ok_or_else(|| SpecError::Unknown {
                what: format!("operation of {}", service.name),
                name: name.clone(),
                nearest: codes::nearest(name, service.operations().map(asf_schema::Operation::name)),
            })?),
            None => None,
        };
        errors.into_iter().flatten().try_for_each(|it| codes::check(service, operation, it))
    }
}

const MILLIS: &str = "milliseconds, 0 to 900000, with min <= max, deviation >= 0 and shape > 0";
const _: () = assert!(MAX_MILLIS == 900_000.0);

/// Moments as ISO 8601, read from epoch seconds too.
mod moment {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Timestamp, TimestampFormat};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Moment {
        Seconds(f64),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => to.serialize_str(&at.to_string()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        let found = match Option::<Moment>::deserialize(from)? {
            None => return Ok(None),
            Some(Moment::Seconds(seconds)) => Timestamp::from_seconds_f64(seconds),
            Some(Moment::Text(text)) => Timestamp::parse(&text, TimestampFormat::DateTime).ok(),
        };
        found.map(Some).ok_or_else(|| D::Error::custom("until: an ISO 8601 date or epoch seconds"))
    }
}
