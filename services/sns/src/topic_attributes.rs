//! Attributes of topics: which there are, what they may be, how they are shown.

use asf_runtime::identity::{AccountId, Region};
use serde_json::{Value, json};

use crate::error::Fault;
use crate::tables::{Attributes, TopicRecord};
use crate::{arns, delivery_policy, permissions};

/// Those with any value: logging of deliveries, which nothing is made of here.
const FEEDBACK: [&str; 5] = ["HTTP", "Firehose", "Lambda", "Application", "SQS"];
const FEEDBACK_OF: [&str; 3] =
    ["SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"];

/// How an error of a value begins: `Attributes Reason: ` when the topic is made.
type Wrong<'a> = &'a dyn Fn(&str) -> Fault;

/// Checks the attributes of a topic that is to be made.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn check_new(given: impl IntoIterator<Item = (String, String)>) -> Result<Attributes, Fault> {
    let mut attributes = Attributes::new();
    let wrong = |reason: &str| Fault::reason("Attributes", reason);
    for (name, value) in given {
        let value = match name.as_str() {
            "FifoTopic" => Some(switch(&name, &value, &wrong)?),
            _ => check(&name, value, &wrong)?
                .ok_or_else(|| Fault::reason("Attributes", format_args!("Unknown attribute {name}")))?,
        };
        if let Some(value) = value {
            attributes.insert(name, value);
        }
    }
    check_fifo(&attributes)?;
    Ok(attributes)
}

/// Sets an attribute.
///
/// # Errors
/// `InvalidParameter`: there is none of this name that can be set (test_sns::test_topic_get_attributes_with_fifo_false),
/// or the value is none of its.
pub(crate) fn set(topic: &mut TopicRecord, name: &str, value: Option<String>) -> Result<(), Fault> {
    let wrong = |reason: &str| Fault::invalid(reason);
    let checked = check(name, value.unwrap_or_default(), &wrong)?;
    let mut attributes = topic.attributes.clone();
    match checked.ok_or_else(|| Fault::invalid("AttributeName"))? {
        Some(value) => attributes.insert(name.to_owned(), value),
        None => attributes.shift_remove(name),
    };
    check_fifo(&attributes)?;
    topic.attributes = attributes;
    Ok(())
}

/// The value as it is kept: `Some(None)` takes the attribute away, `None` says that there is no such attribute.
fn check(name: &str, value: String, wrong: Wrong<'_>) -> Result<Option<Option<String>>, Fault> {
    let one_of = |allowed: &[&str]| match allowed.contains(&value.as_str()) {
        true => Ok(Some(Some(value.clone()))),
        false => Err(wrong(name)),
    };
    match name {
        "DisplayName" if value.chars().count() > 100 => Err(wrong("DisplayName")),
        "DisplayName" => Ok(Some(Some(value))),
        "DeliveryPolicy" => delivery_policy::of_topic(&value).map(Some).map_err(|reason| wrong(&reason)),
        "ContentBasedDeduplication" => Ok(Some(Some(switch(name, &value, wrong)?))),
        "SignatureVersion" => one_of(&["1", "2"]),
        "TracingConfig" => one_of(&["PassThrough", "Active"]),
        "FifoThroughputScope" => one_of(&["Topic", "MessageGroup"]),
        "Policy" => match serde_json::from_str::<Value>(&value) {
            Ok(policy) if policy.is_object() => {
                permissions::check(&policy).map_err(wrong)?;
                Ok(Some(Some(value)))
            }
            _ => Err(wrong("Policy Error: null")),
        },
        "ArchivePolicy" if value.is_empty() || value == "{}" => Ok(Some(None)),
        "ArchivePolicy" if has_retention(&value) => Ok(Some(Some(value))),
        "ArchivePolicy" => {
            Err(wrong("ArchivePolicy: MessageRetentionPeriod must be a number of days from 1 to 365"))
        }
        "KmsMasterKeyId" if value.is_empty() => Ok(Some(None)),
        "KmsMasterKeyId" => Ok(Some(Some(value))),
        _ => {
            let is_feedback = FEEDBACK
                .iter()
                .any(|protocol| name.strip_prefix(protocol).is_some_and(|rest| FEEDBACK_OF.contains(&rest)));
            // createTopicWithInvalidAttributesTest of ballerina-platform/module-ballerinax-aws.sns
            if is_feedback && name.ends_with("SampleRate") && !is_rate(&value) {
                return Err(wrong(&format!("{name}: {value} {NO_RATE}")));
            }
            Ok(is_feedback.then_some(Some(value)))
        }
    }
}

fn switch(name: &str, value: &str, wrong: Wrong<'_>) -> Result<String, Fault> {
    let value = value.to_ascii_lowercase();
    if value == "true" || value == "false" { Ok(value) } else { Err(wrong(name)) }
}

/// AWS's words behind what is no rate.
pub(crate) const NO_RATE: &str = "value provided is not an integer between 0-100";

/// Whether it says how many of a hundred deliveries are logged.
pub(crate) fn is_rate(text: &str) -> bool {
    text.parse::<u8>().is_ok_and(|it| it <= 100)
}

/// `{"MessageRetentionPeriod": "30"}`: days ("Amazon SNS message archiving for FIFO topic owners").
fn has_retention(text: &str) -> bool {
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    let days = match &policy["MessageRetentionPeriod"] {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    days.is_some_and(|days| (1..=365).contains(&days))
}

/// What only FIFO topics have. The words are ours.
fn check_fifo(attributes: &Attributes) -> Result<(), Fault> {
    if attributes.get("FifoTopic").is_some_and(|it| it == "true") {
        return Ok(());
    }
    for name in ["ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy"] {
        if attributes.get(name).is_some_and(|it| it != "false") {
            return Err(Fault::reason("Attributes", format_args!("{name} is for FIFO topics only")));
        }
    }
    Ok(())
}

/// Whether a topic that is there has all that is asked for, so that it need not be made.
pub(crate) fn agree(topic: &TopicRecord, asked: &Attributes) -> bool {
    asked.iter().all(|(name, value)| match topic.attributes.get(name) {
        Some(has) => has == value,
        None => match name.as_str() {
            "DisplayName" => value.is_empty(),
            "FifoTopic" | "ContentBasedDeduplication" => value == "false",
            "SignatureVersion" => value == "1",
            _ => false,
        },
    })
}

/// How many subscriptions a topic has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) pending: usize,
    pub(crate) confirmed: usize,
}

/// All attributes, as they are shown (test_sns::test_create_topic_test_arn).
pub(crate) fn shown(
    topic: &TopicRecord,
    name: &str,
    account: AccountId,
    region: &Region,
    counts: Counts,
) -> Attributes {
    let arn = arns::of(account, region, name);
    let policy =
        topic.attributes.get("Policy").cloned().unwrap_or_else(|| default_policy(&arn, account).to_string());
    let delivery = topic.attributes.get("DeliveryPolicy").map(String::as_str);
    let mut shown = Attributes::from([
        ("Policy".to_owned(), policy),
        ("Owner".to_owned(), account.to_string()),
        ("SubscriptionsPending".to_owned(), counts.pending.to_string()),
        ("TopicArn".to_owned(), arn),
        ("EffectiveDeliveryPolicy".to_owned(), delivery_policy::effective_of_topic(delivery).to_string()),
        ("SubscriptionsConfirmed".to_owned(), counts.confirmed.to_string()),
        ("DisplayName".to_owned(), String::new()),
        ("SubscriptionsDeleted".to_owned(), topic.deleted.to_string()),
    ]);
    if topic.is_fifo() {
        shown.insert("ContentBasedDeduplication".to_owned(), "false".to_owned());
    }
    let hidden = |name: &str| name == "Policy" || (name == "FifoTopic" && !topic.is_fifo());
    let set = topic.attributes.iter().filter(|(name, _)| !hidden(name));
    shown.extend(set.map(|(name, value)| (name.clone(), value.clone())));
    shown
}

/// The policy of a topic that was given none (test_sns::test_create_topic_test_arn).
pub(crate) fn default_policy(arn: &str, owner: AccountId) -> Value {
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [
                "SNS:GetTopicAttributes",
                "SNS:SetTopicAttributes",
                "SNS:AddPermission",
                "SNS:RemovePermission",
                "SNS:DeleteTopic",
                "SNS:Subscribe",
                "SNS:ListSubscriptionsByTopic",
                "SNS:Publish",
            ],
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": owner.to_string()}},
        }],
    })
}
