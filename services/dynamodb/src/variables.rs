//! The variables that steer DynamoDB, as rows of the configuration's table. The provider reads them itself.

use std::borrow::Cow;

use asf_runtime::config::{SERVICE_VARIABLES, Setting, Variable};
use asf_runtime::ids::Ids;
use asf_runtime::linkme;
use asf_runtime::plugin::Settings;

const SECTION: &str = "DynamoDB";

/// How often something happens: 0 is never, 1 always.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Probability(f64);

/// Steps between never and always.
const STEPS: u64 = 1 << 32;

impl Probability {
    /// That of a variable; never, if it is not set or no probability.
    pub(crate) fn of(settings: &Settings, name: &str) -> Self {
        settings.get(name).and_then(|text| Self::parse(text).ok()).unwrap_or_default()
    }

    /// The greater of two.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// Whether it happens now.
    #[expect(clippy::cast_precision_loss, reason = "2^32 steps are exact")]
    pub(crate) fn happens(self, ids: &Ids) -> bool {
        self.0 > 0.0 && (ids.below(STEPS) as f64) < self.0 * STEPS as f64
    }
}

impl Setting for Probability {
    fn expected() -> Cow<'static, str> {
        "a number from 0.0 to 1.0".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let number: f64 = text.trim().parse().map_err(|_| text)?;
        if (0.0..=1.0).contains(&number) { Ok(Self(number)) } else { Err(text) }
    }
}

/// Of all operations on items.
pub(crate) const ERRORS: &str = "DYNAMODB_ERROR_PROBABILITY";
/// Of those that read.
pub(crate) const READ_ERRORS: &str = "DYNAMODB_READ_ERROR_PROBABILITY";
/// Of those that write.
pub(crate) const WRITE_ERRORS: &str = "DYNAMODB_WRITE_ERROR_PROBABILITY";
/// Whether items whose time is over are deleted.
pub(crate) const EXPIRY: &str = "DYNAMODB_REMOVE_EXPIRED_ITEMS";

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static ERROR_PROBABILITY: Variable = Variable::of::<Probability>(
    ERRORS,
    SECTION,
    "0.0",
    "How often operations on items fail with `ProvisionedThroughputExceededException`. See docs/fault-injection.md for \
     more of that kind.",
);

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static READ_ERROR_PROBABILITY: Variable =
    Variable::of::<Probability>(READ_ERRORS, SECTION, "0.0", "The same, of operations that read.");

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static WRITE_ERROR_PROBABILITY: Variable =
    Variable::of::<Probability>(WRITE_ERRORS, SECTION, "0.0", "The same, of operations that write.");

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static REMOVE_EXPIRED_ITEMS: Variable = Variable::of::<bool>(
    EXPIRY,
    SECTION,
    "1",
    "Items whose time to live is over are deleted, by the clock. In LocalStack they are not, unless this is set.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often() {
        let ids = Ids::seeded(1);
        let count = |text: &str| {
            let probability = Probability::parse(text).unwrap_or_default();
            (0..1000).filter(|_| probability.happens(&ids)).count()
        };
        assert_eq!((count("0"), count("1.0")), (0, 1000));
        assert!((400..600).contains(&count("0.5")));
        assert_eq!(Probability::parse("1.5"), Err("1.5"));
    }
}
