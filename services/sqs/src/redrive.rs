//! Dead-letter queues: the policy of the queue that sends there, and of the one that is sent to.

use asf_runtime::identity::Arn;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{ErrorKind, QueueError};

/// `RedrivePolicy`: after so many receives a message goes to another queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedrivePolicy {
    /// The dead-letter queue.
    pub target: Arn,
    /// A message that was received so often without being deleted goes there.
    pub max_receive_count: u32,
}

impl RedrivePolicy {
    /// Reads the attribute's JSON. Numbers may be strings, as older tools send them.
    ///
    /// # Errors
    /// `InvalidParameterValue`: no JSON object, a member missing, a count outside of 1 to 1000, a target
    /// that is no ARN of a queue.
    pub fn parse(text: &str) -> Result<Self, QueueError> {
        let invalid = |reason: &str| QueueError::parameter("RedrivePolicy", text, reason);
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| invalid("Redrive policy is not a valid JSON map."))?;
        let member = |name: &str| {
            members.get(name).ok_or_else(|| {
                invalid(&format!("Redrive policy does not contain mandatory attribute: {name}."))
            })
        };
        let target = member("deadLetterTargetArn")?;
        let count = member("maxReceiveCount")?;

        let target = target
            .as_str()
            .and_then(|arn| arn.parse::<Arn>().ok())
            .filter(|arn| arn.service == "sqs" && !arn.region.is_empty() && !arn.account.is_empty())
            .ok_or_else(|| invalid("Invalid value for deadLetterTargetArn."))?;
        let max_receive_count = match count {
            Value::Number(number) => number.as_u64(),
            Value::String(digits) => digits.parse().ok(),
            _ => None,
        }
        .and_then(|count| u32::try_from(count).ok())
        .filter(|count| (1..=1000).contains(count))
        .ok_or_else(|| {
            let shown = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
            invalid(&format!(
                "Invalid value for maxReceiveCount: {shown}, valid values are from 1 to 1000 both inclusive."
            ))
        })?;
        Ok(Self { target, max_receive_count })
    }

    /// The attribute's JSON, as AWS answers it (`test_aws_sqs_queue`: the count is a number).
    #[must_use]
    pub fn to_json(&self) -> String {
        let target = Value::String(self.target.to_string());
        format!(r#"{{"deadLetterTargetArn":{target},"maxReceiveCount":{}}}"#, self.max_receive_count)
    }

    /// Checks what does not need the target itself: owner, region and type.
    ///
    /// # Errors
    /// `InvalidParameterValue`.
    pub fn check_source(&self, source: &Arn) -> Result<(), QueueError> {
        let invalid = |reason: &str| QueueError::parameter("RedrivePolicy", self.to_json(), reason);
        if self.target.account != source.account {
            return Err(invalid("Dead-letter target owner should be same as the source."));
        }
        if self.target.region != source.region {
            return Err(invalid("Dead-letter target must be in same region as the source."));
        }
        if self.target.resource.ends_with(".fifo") != source.resource.ends_with(".fifo") {
            // AWS ends this sentence with two full stops.
            return Err(invalid("Dead-letter queue must be same type of queue as the source.."));
        }
        Ok(())
    }

    /// The target is not there.
    #[must_use]
    pub fn no_such_target(&self) -> QueueError {
        QueueError::new(
            ErrorKind::QueueDoesNotExist,
            format!(
                "Value {} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
                self.to_json()
            ),
        )
    }

    /// The target's `RedriveAllowPolicy` does not let this queue in.
    #[must_use]
    pub fn not_allowed(&self) -> QueueError {
        QueueError::parameter(
            "RedrivePolicy",
            self.to_json(),
            "The redrive allow policy of the dead-letter target does not allow this source queue.",
        )
    }
}

/// `RedriveAllowPolicy`: whose messages a dead-letter queue takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedriveAllowPolicy {
    /// Those of every queue of the account and region.
    AllowAll,
    /// No one's.
    DenyAll,
    /// Those of these queues, at most ten.
    ByQueue(Vec<String>),
}

impl RedriveAllowPolicy {
    /// Reads the attribute's JSON.
    ///
    /// # Errors
    /// `InvalidParameterValue`: no JSON object, an unknown permission, source queues without `byQueue`
    /// or none, or more than ten, with it.
    pub fn parse(text: &str) -> Result<Self, QueueError> {
        let invalid = |reason: &str| QueueError::parameter("RedriveAllowPolicy", text, reason);
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| {
            invalid("Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.")
        })?;
        let sources = match members.get("sourceQueueArns") {
            None => Vec::new(),
            Some(Value::Array(arns)) => arns
                .iter()
                .map(|arn| arn.as_str().filter(|arn| arn.parse::<Arn>().is_ok()).map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or_else(|| invalid("Amazon SQS can't create the redrive allow policy, as sourceQueueArns has an invalid ARN."))?,
            Some(_) => {
                return Err(invalid("Amazon SQS can't create the redrive allow policy, as sourceQueueArns is no list."));
            }
        };
        match (members.get("redrivePermission").and_then(Value::as_str), sources.len()) {
            (Some("allowAll"), 0) => Ok(Self::AllowAll),
            (Some("denyAll"), 0) => Ok(Self::DenyAll),
            (Some("byQueue"), 1..=10) => Ok(Self::ByQueue(sources)),
            (Some("byQueue"), _) => Err(invalid(
                "Amazon SQS can't create the redrive allow policy, as byQueue needs 1 to 10 sourceQueueArns.",
            )),
            (Some("allowAll" | "denyAll"), _) => Err(invalid(
                "Amazon SQS can't create the redrive allow policy, as sourceQueueArns can be given with byQueue only.",
            )),
            _ => Err(invalid(
                "Amazon SQS can't create the redrive allow policy, as redrivePermission must be allowAll, denyAll or byQueue.",
            )),
        }
    }

    /// The attribute's JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::AllowAll => r#"{"redrivePermission":"allowAll"}"#.to_owned(),
            Self::DenyAll => r#"{"redrivePermission":"denyAll"}"#.to_owned(),
            Self::ByQueue(sources) => {
                let sources = Value::from(sources.clone());
                format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":{sources}}}"#)
            }
        }
    }

    /// Whether a queue may name this one as its dead-letter queue.
    #[must_use]
    pub fn allows(&self, source: &Arn) -> bool {
        match self {
            Self::AllowAll => true,
            Self::DenyAll => false,
            Self::ByQueue(sources) => sources.contains(&source.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(name: &str) -> Arn {
        format!("arn:aws:sqs:us-east-1:000000000000:{name}").parse().unwrap()
    }

    /// test_aws_sqs_queue::test_create_standard_queue_with_all_properties: the count is a number.
    #[test]
    fn policies() {
        let target = arn("dlq");
        for count in ["7", "\"7\""] {
            let text = format!(r#"{{"maxReceiveCount":{count},"deadLetterTargetArn":"{target}"}}"#);
            let policy = RedrivePolicy::parse(&text).unwrap();
            assert_eq!(policy, RedrivePolicy { target: target.clone(), max_receive_count: 7 });
            assert_eq!(
                policy.to_json(),
                format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":7}}"#)
            );
        }
    }

    #[test]
    fn wrong_policies() {
        let target = arn("dlq");
        for (text, reason) in [
            ("nonsense".to_owned(), "Redrive policy is not a valid JSON map."),
            (
                r#"{"maxReceiveCount":"1000"}"#.to_owned(),
                "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
            ),
            (
                format!(r#"{{"deadLetterTargetArn":"{target}"}}"#),
                "Redrive policy does not contain mandatory attribute: maxReceiveCount.",
            ),
            (
                format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":0}}"#),
                "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
            ),
            (
                r#"{"deadLetterTargetArn":"dlq","maxReceiveCount":1}"#.to_owned(),
                "Invalid value for deadLetterTargetArn.",
            ),
        ] {
            let error = RedrivePolicy::parse(&text).unwrap_err();
            assert_eq!(
                error.message,
                format!("Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}")
            );
        }
    }

    #[test]
    fn sources_and_targets() {
        let policy = |target: &str| RedrivePolicy { target: target.parse().unwrap(), max_receive_count: 1 };
        let source = arn("q");
        assert_eq!(policy("arn:aws:sqs:us-east-1:000000000000:dlq").check_source(&source), Ok(()));
        for target in [
            "arn:aws:sqs:us-east-1:111111111111:dlq",
            "arn:aws:sqs:eu-west-1:000000000000:dlq",
            "arn:aws:sqs:us-east-1:000000000000:dlq.fifo",
        ] {
            assert!(policy(target).check_source(&source).is_err(), "{target}");
        }
    }

    #[test]
    fn allow_policies() {
        let by_queue =
            r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:a"]}"#;
        for (text, a, b) in [
            (r#"{"redrivePermission":"allowAll"}"#, true, true),
            (r#"{"redrivePermission":"denyAll"}"#, false, false),
            (by_queue, true, false),
        ] {
            let policy = RedriveAllowPolicy::parse(text).unwrap();
            assert_eq!((policy.allows(&arn("a")), policy.allows(&arn("b"))), (a, b));
            assert_eq!(policy.to_json(), text);
        }
        for text in ["", "[]", "{}", r#"{"redrivePermission":"x"}"#, r#"{"redrivePermission":"byQueue"}"#] {
            assert!(RedriveAllowPolicy::parse(text).is_err(), "{text}");
        }
    }
}
