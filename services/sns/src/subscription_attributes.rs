//! Attributes of subscriptions: which there are, what they may be, how they are shown.

use asf_runtime::identity::Arn;
use serde_json::Value;

use crate::error::Fault;
use crate::filter::{self, Scope};
use crate::tables::{Attributes, SubscriptionRecord, TopicRecord};
use crate::{delivery_policy, endpoints};

/// What attributes are checked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) protocol: &'a str,
    pub(crate) endpoint: &'a str,
    pub(crate) is_fifo_topic: bool,
}

/// Checks the attributes of a new subscription.
///
/// # Errors
/// `InvalidParameter: .. Attributes Reason: ..`
pub(crate) fn check_new(
    given: impl IntoIterator<Item = (String, String)>,
    target: Target<'_>,
) -> Result<Attributes, Fault> {
    let given: Vec<_> = given.into_iter().collect();
    let scope = given.iter().find(|(name, _)| name == "FilterPolicyScope").map(|(_, value)| value.as_str());
    let scope = Scope::of(scope);
    let mut attributes = Attributes::new();
    for (name, value) in &given {
        let checked =
            check(name, value, scope, target).map_err(|reason| Fault::reason("Attributes", reason))?;
        match checked {
            None => return Err(Fault::reason("Attributes", format_args!("Unknown attribute: {name}"))),
            Some(None) => {}
            Some(Some(value)) => {
                attributes.insert(name.clone(), value);
            }
        }
    }
    if target.protocol == "firehose" && !attributes.contains_key("SubscriptionRoleArn") {
        return Err(Fault::reason("Attributes", "SubscriptionRoleArn is required for the firehose protocol"));
    }
    Ok(attributes)
}

/// Sets an attribute.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn set(
    attributes: &mut Attributes,
    name: &str,
    value: &str,
    target: Target<'_>,
) -> Result<(), Fault> {
    let scope = Scope::of(attributes.get("FilterPolicyScope").map(String::as_str));
    match check(name, value, scope, target).map_err(Fault::invalid)? {
        None => return Err(Fault::invalid("AttributeName")),
        Some(None) => {
            attributes.shift_remove(name);
        }
        Some(Some(value)) => {
            // A policy with levels cannot be for attributes.
            if let Some(policy) = attributes.get("FilterPolicy").filter(|_| name == "FilterPolicyScope") {
                filter::check(policy, Scope::of(Some(&value))).map_err(Fault::invalid)?;
            }
            attributes.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

/// The value as it is kept: `Some(None)` takes the attribute away, `None` says that there is no such attribute.
fn check(
    name: &str,
    value: &str,
    scope: Scope,
    target: Target<'_>,
) -> Result<Option<Option<String>>, String> {
    let kept = |value: &str| Ok(Some(Some(value.to_owned())));
    match name {
        "RawMessageDelivery" => match value.to_ascii_lowercase().as_str() {
            // subscribeWithInvalidAttributeTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
            "true" if !matches!(target.protocol, "sqs" | "http" | "https" | "firehose") => {
                Err(format!("Delivery protocol [{}] does not support raw message delivery.", target.protocol))
            }
            it @ ("true" | "false") => kept(it),
            _ => Err(format!("RawMessageDelivery: Invalid value [{value}]. Must be true or false.")),
        },
        "FilterPolicy" if filter::is_none(value) => Ok(Some(None)),
        "FilterPolicy" => {
            filter::check(value, scope)?;
            kept(value)
        }
        // test_sns_filter_policy::test_set_subscription_filter_policy_scope
        "FilterPolicyScope" if matches!(value, "MessageBody" | "MessageAttributes") => kept(value),
        "FilterPolicyScope" => Err(format!(
            "FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
        )),
        "RedrivePolicy" if filter::is_none(value) => Ok(Some(None)),
        "RedrivePolicy" => {
            check_redrive(value)?;
            let queue = dead_letters(value).ok_or("RedrivePolicy: deadLetterTargetArn is an invalid arn")?;
            // test_sns::test_validations_for_fifo
            if target.is_fifo_topic
                && target.endpoint.ends_with(".fifo")
                && !queue.resource.ends_with(".fifo")
            {
                return Err(
                    "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
                        .to_owned(),
                );
            }
            kept(value)
        }
        "DeliveryPolicy" => delivery_policy::of_subscription(value).map(Some),
        "SubscriptionRoleArn" if value.parse::<Arn>().is_ok_and(|it| it.service == "iam") => kept(value),
        "SubscriptionRoleArn" => Err("SubscriptionRoleArn: invalid arn".to_owned()),
        "ReplayPolicy" if filter::is_none(value) => Ok(Some(None)),
        "ReplayPolicy"
            if target.is_fifo_topic
                && serde_json::from_str::<Value>(value).is_ok_and(|it| it.is_object()) =>
        {
            kept(value)
        }
        "ReplayPolicy" => {
            Err("ReplayPolicy: must be a JSON object, on a subscription to a FIFO topic".to_owned())
        }
        _ => Ok(None),
    }
}

/// A redrive policy has one member and no `maxReceiveCount`, which that of a queue has (as users report it:
/// cloudposse/terraform-aws-sns-topic, issue 48).
fn check_redrive(policy: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("RedrivePolicy: {what}"));
    let Ok(Value::Object(policy)) = serde_json::from_str(policy) else {
        return wrong("failed to parse JSON.");
    };
    match policy.keys().find(|it| *it != "deadLetterTargetArn") {
        Some(stray) => wrong(&format!("invalid JSON. Attribute {stray} is unknown.")),
        None => Ok(()),
    }
}

/// The queue of a redrive policy.
pub(crate) fn dead_letters(policy: &str) -> Option<Arn> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    policy["deadLetterTargetArn"].as_str()?.parse().ok().filter(|arn: &Arn| arn.service == "sqs")
}

/// Whether a subscription that is there has all that is asked for (test_sns::test_subscribe_idempotency).
pub(crate) fn agree(has: &Attributes, asked: &Attributes) -> bool {
    asked.iter().all(|(name, value)| match has.get(name) {
        Some(has) => has == value,
        None => {
            name == "RawMessageDelivery" && value == "false"
                || name == "FilterPolicyScope" && value == Scope::DEFAULT
        }
    })
}

/// All attributes, as they are shown (test_sns::test_subscribe_idempotency,
/// test_sns::test_subscribe_external_http_endpoint_content_type).
pub(crate) fn shown(subscription: &SubscriptionRecord, topic: Option<&TopicRecord>) -> Attributes {
    let SubscriptionRecord { arn, topic: topic_arn, protocol, endpoint, owner, attributes, .. } =
        subscription;
    let partition = arn.split(':').nth(1).unwrap_or("aws");
    let mut shown = Attributes::from([
        ("SubscriptionPrincipal".to_owned(), format!("arn:{partition}:iam::{owner}:root")),
        ("Owner".to_owned(), owner.clone()),
        ("RawMessageDelivery".to_owned(), "false".to_owned()),
        ("TopicArn".to_owned(), topic_arn.clone()),
        ("Endpoint".to_owned(), endpoint.clone()),
        ("Protocol".to_owned(), protocol.clone()),
        ("PendingConfirmation".to_owned(), subscription.is_pending.to_string()),
        ("ConfirmationWasAuthenticated".to_owned(), subscription.is_authenticated.to_string()),
        ("SubscriptionArn".to_owned(), arn.clone()),
    ]);
    // test_sns_filter_policy::test_set_subscription_filter_policy_scope
    let has_filter = attributes.contains_key("FilterPolicy");
    if has_filter {
        shown.insert("FilterPolicyScope".to_owned(), Scope::DEFAULT.to_owned());
    }
    let set = attributes.iter().filter(|(name, _)| has_filter || name.as_str() != "FilterPolicyScope");
    shown.extend(set.map(|(name, value)| (name.clone(), value.clone())));
    if endpoints::has_to_confirm(protocol) && protocol.starts_with("http") {
        let own = attributes.get("DeliveryPolicy").map(String::as_str);
        let of_topic = topic.and_then(|it| it.attributes.get("DeliveryPolicy")).map(String::as_str);
        let effective = delivery_policy::effective_of_subscription(own, of_topic);
        shown.insert("EffectiveDeliveryPolicy".to_owned(), effective.to_string());
    }
    shown
}
