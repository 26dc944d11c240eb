//! A subscription, ready to be delivered to.

use std::sync::Arc;

use asf_runtime::identity::{AccountId, Arn, Region};

use crate::delivery_policy::{self, Plan};
use crate::filter::Filter;
use crate::inspection::Channel;
use crate::subscription_attributes;
use crate::tables::SubscriptionRecord;

/// A subscription with what follows from its attributes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subscription: Arc<SubscriptionRecord>,
    pub(crate) filter: Option<Filter>,
    pub(crate) is_raw: bool,
    pub(crate) kind: Kind,
    pub(crate) dead_letters: Option<Resource>,
}

/// What a subscription sends to.
#[derive(Debug)]
pub(crate) enum Kind {
    Queue(Resource),
    Function(Resource),
    Stream(Resource),
    Web(Plan),
    Person(Channel),
}

/// Something of another service.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) arn: String,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// The last part of the ARN.
    pub(crate) name: String,
    pub(crate) is_fifo: bool,
}

impl Resource {
    pub(crate) fn of(arn: &Arn) -> Option<Self> {
        let name = arn.resource.rsplit(['/', ':']).next()?.to_owned();
        Some(Self {
            arn: arn.to_string(),
            account: arn.account.parse().ok()?,
            region: Region::new(&arn.region),
            is_fifo: name.ends_with(".fifo"),
            name,
        })
    }
}

impl Target {
    /// `None` if it cannot be: what was checked when it was made.
    pub(crate) fn of(subscription: Arc<SubscriptionRecord>, topic_policy: Option<&str>) -> Option<Self> {
        let attribute = |name: &str| subscription.attributes.get(name).map(String::as_str);
        let filter =
            Filter::of(attribute("FilterPolicy"), attribute("FilterPolicyScope")).transpose().ok()?;
        let resource = || Resource::of(&subscription.endpoint.parse().ok()?);
        let kind = match subscription.protocol.as_str() {
            "sqs" => Kind::Queue(resource()?),
            "lambda" => Kind::Function(resource()?),
            "firehose" => Kind::Stream(resource()?),
            "http" | "https" => Kind::Web(delivery_policy::plan(attribute("DeliveryPolicy"), topic_policy)),
            "sms" => Kind::Person(Channel::Sms),
            "application" => Kind::Person(Channel::Platform),
            _ => Kind::Person(Channel::Email),
        };
        let dead_letters = attribute("RedrivePolicy").and_then(subscription_attributes::dead_letters);
        Some(Self {
            filter,
            is_raw: attribute("RawMessageDelivery") == Some("true"),
            kind,
            dead_letters: dead_letters.and_then(|arn| Resource::of(&arn)),
            subscription,
        })
    }
}
