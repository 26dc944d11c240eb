//! The variables that steer SQS, as rows of the configuration's table. The provider reads them itself.

use std::borrow::Cow;

use asf_runtime::config::{SERVICE_VARIABLES, Setting, Variable};
use asf_runtime::linkme;

use crate::urls::UrlStrategy;

const SECTION: &str = "SQS";

impl Setting for UrlStrategy {
    fn expected() -> Cow<'static, str> {
        "one of dynamic, standard, domain, path, off".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        text.parse().map_err(|_| text)
    }
}

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static ENDPOINT_STRATEGY: Variable = Variable::of::<UrlStrategy>(
    "SQS_ENDPOINT_STRATEGY",
    SECTION,
    "dynamic",
    "How queue URLs look. `dynamic`: with the host that the request named; the others as in LocalStack.",
);

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static DELAY_PURGE_RETRY: Variable = Variable::of::<bool>(
    "SQS_DELAY_PURGE_RETRY",
    SECTION,
    "0",
    "A queue can be purged once in 60 seconds only, as on AWS.",
);

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static DELAY_RECENTLY_DELETED: Variable = Variable::of::<bool>(
    "SQS_DELAY_RECENTLY_DELETED",
    SECTION,
    "0",
    "The name of a deleted queue rests for 60 seconds, as on AWS.",
);

#[linkme::distributed_slice(SERVICE_VARIABLES)]
#[linkme(crate = asf_runtime::linkme)]
static DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT: Variable = Variable::of::<bool>(
    "SQS_DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT",
    SECTION,
    "0",
    "A receive may ask for more than ten messages.",
);
