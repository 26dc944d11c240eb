//! Queue attributes: their defaults, what they may be set to, and how they are answered.
//!
//! Defaults are those of test_sqs::test_set_queue_attributes_default_values and
//! test_aws_sqs_queue::test_create_fifo_queue_with_required_properties; since August 2025 the largest
//! message, and the default, has 1,048,576 bytes. Ranges are those of `CreateQueue` in the API reference.

use serde::{Deserialize, Serialize};

use crate::error::{ErrorKind, QueueError};
use crate::permissions;
use crate::redrive::{RedriveAllowPolicy, RedrivePolicy};

/// The largest message, and the largest batch, in bytes
/// (test_sqs::test_send_oversized_message, ::test_send_message_batch_with_oversized_contents).
pub const MAX_MESSAGE_SIZE: u32 = 1_048_576;
/// The longest visibility timeout: 12 hours, in seconds.
pub const MAX_VISIBILITY: u32 = 43_200;

/// What `SetQueueAttributes` sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Seconds that a message waits before it can be received first.
    pub delay_seconds: u32,
    /// Bytes.
    pub maximum_message_size: u32,
    /// Seconds.
    pub message_retention_period: u32,
    /// Seconds that a receive waits when it does not say.
    pub receive_wait: u32,
    /// Seconds that a message is hidden after a receive that does not say.
    pub visibility_timeout: u32,
    /// The policy document, as it was given.
    pub policy: Option<String>,
    /// Where messages go that were received too often.
    pub redrive: Option<RedrivePolicy>,
    /// Which queues may name this one as their dead-letter queue.
    pub redrive_allow: Option<RedriveAllowPolicy>,
    /// Key id, ARN or alias of a key for server-side encryption with KMS.
    pub kms_master_key_id: Option<String>,
    /// Seconds.
    pub kms_data_key_reuse_period: u32,
    /// Server-side encryption with a key of SQS.
    pub sqs_managed_sse: bool,
    /// What only FIFO queues have.
    pub fifo: Option<FifoSettings>,
}

/// What only FIFO queues have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FifoSettings {
    /// The deduplication id of a message that has none is the SHA-256 of its body.
    pub content_based_deduplication: bool,
    /// Where a deduplication id must be unique.
    pub deduplication_scope: Scope,
    /// What the limit of requests a second is counted for. Kept and answered; nothing is throttled.
    pub throughput_limit: Scope,
}

/// A FIFO queue as a whole, or each of its message groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// `queue`, `perQueue`
    Queue,
    /// `messageGroup`, `perMessageGroupId`
    MessageGroup,
}

/// The attributes that can be set, in the order in which they are answered.
const SETTABLE: [&str; 15] = [
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
];

impl Settings {
    /// The defaults of a type of queue.
    #[must_use]
    pub fn new(fifo: bool) -> Self {
        Self {
            delay_seconds: 0,
            maximum_message_size: MAX_MESSAGE_SIZE,
            message_retention_period: 345_600,
            receive_wait: 0,
            visibility_timeout: 30,
            policy: None,
            redrive: None,
            redrive_allow: None,
            kms_master_key_id: None,
            kms_data_key_reuse_period: 300,
            sqs_managed_sse: true,
            fifo: fifo.then_some(FifoSettings {
                content_based_deduplication: false,
                deduplication_scope: Scope::Queue,
                throughput_limit: Scope::Queue,
            }),
        }
    }

    /// These settings with some of them changed, together and as a whole valid.
    ///
    /// # Errors
    /// `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue`.
    pub fn changed(&self, changes: &[(&str, &str)]) -> Result<Self, QueueError> {
        let mut settings = self.clone();
        for (name, value) in changes {
            settings.set(name, value)?;
        }
        let has = |wanted: &str| changes.contains(&(wanted, "true"));
        if settings.kms_master_key_id.is_some() {
            if has("SqsManagedSseEnabled") {
                return Err(QueueError::new(
                    ErrorKind::InvalidAttributeValue,
                    "You can use one type of server-side encryption (SSE) at one time. \
                     You can either enable KMS SSE or SQS SSE.",
                ));
            }
            settings.sqs_managed_sse = false;
        }
        if let Some(fifo) = settings.fifo
            && fifo.throughput_limit == Scope::MessageGroup
            && fifo.deduplication_scope != Scope::MessageGroup
        {
            return Err(invalid_because(
                "FifoThroughputLimit",
                "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
            ));
        }
        Ok(settings)
    }

    /// Sets one. An empty text is the default, as for `RedrivePolicy` in
    /// test_sqs::test_set_empty_redrive_policy and `KmsMasterKeyId` in
    /// ::test_set_queue_attributes_default_values.
    fn set(&mut self, name: &str, value: &str) -> Result<(), QueueError> {
        let default = Self::new(self.fifo.is_some());
        let number = |low: u32, high: u32, default: u32| {
            if value.is_empty() {
                return Ok(default);
            }
            value.parse().ok().filter(|it| (low..=high).contains(it)).ok_or_else(|| invalid(name))
        };
        let given = (!value.is_empty()).then_some(value);
        match name {
            "DelaySeconds" => self.delay_seconds = number(0, 900, default.delay_seconds)?,
            "MaximumMessageSize" => {
                self.maximum_message_size = number(1024, MAX_MESSAGE_SIZE, default.maximum_message_size)?;
            }
            "MessageRetentionPeriod" => {
                self.message_retention_period = number(60, 1_209_600, default.message_retention_period)?;
            }
            "ReceiveMessageWaitTimeSeconds" => self.receive_wait = number(0, 20, default.receive_wait)?,
            "VisibilityTimeout" => {
                self.visibility_timeout = number(0, MAX_VISIBILITY, default.visibility_timeout)?;
            }
            "KmsDataKeyReusePeriodSeconds" => {
                self.kms_data_key_reuse_period = number(60, 86_400, default.kms_data_key_reuse_period)?;
            }
            "Policy" => {
                if given.is_some_and(|policy| permissions::parse(policy).is_none()) {
                    return Err(invalid(name));
                }
                self.policy = given.map(str::to_owned);
            }
            "RedrivePolicy" => self.redrive = given.map(RedrivePolicy::parse).transpose()?,
            "RedriveAllowPolicy" => {
                self.redrive_allow = given.map(RedriveAllowPolicy::parse).transpose()?;
            }
            "KmsMasterKeyId" => {
                self.kms_master_key_id = given.map(str::to_owned);
                self.sqs_managed_sse = false;
            }
            "SqsManagedSseEnabled" => self.sqs_managed_sse = boolean(name, value, default.sqs_managed_sse)?,
            "FifoQueue" => match (&self.fifo, value) {
                (Some(_), "true") => {}
                (Some(_), _) => {
                    return Err(invalid_because(name, "Modifying queue type is not supported."));
                }
                (None, _) => return Err(unknown(name)),
            },
            _ => self.set_fifo(name, value)?,
        }
        Ok(())
    }

    fn set_fifo(&mut self, name: &str, value: &str) -> Result<(), QueueError> {
        let scope = |queue: &str, group: &str| match value {
            "" => Ok(Scope::Queue),
            _ if value == queue => Ok(Scope::Queue),
            _ if value == group => Ok(Scope::MessageGroup),
            _ => Err(invalid(name)),
        };
        match (name, &mut self.fifo) {
            ("ContentBasedDeduplication", Some(fifo)) => {
                fifo.content_based_deduplication = boolean(name, value, false)?;
            }
            ("DeduplicationScope", Some(fifo)) => {
                fifo.deduplication_scope = scope("queue", "messageGroup")?;
            }
            ("FifoThroughputLimit", Some(fifo)) => {
                fifo.throughput_limit = scope("perQueue", "perMessageGroupId")?;
            }
            ("DeduplicationScope" | "FifoThroughputLimit", None) => {
                return Err(QueueError::new(
                    ErrorKind::InvalidAttributeName,
                    format!("You can specify the {name} only when FifoQueue is set to true."),
                ));
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// An attribute as it is answered; none if it is not set or the queue does not have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let scope = |scope, queue: &str, group: &str| match scope {
            Scope::Queue => queue.to_owned(),
            Scope::MessageGroup => group.to_owned(),
        };
        Some(match name {
            "DelaySeconds" => self.delay_seconds.to_string(),
            "MaximumMessageSize" => self.maximum_message_size.to_string(),
            "MessageRetentionPeriod" => self.message_retention_period.to_string(),
            "ReceiveMessageWaitTimeSeconds" => self.receive_wait.to_string(),
            "VisibilityTimeout" => self.visibility_timeout.to_string(),
            "Policy" => self.policy.clone()?,
            "RedrivePolicy" => self.redrive.as_ref()?.to_json(),
            "RedriveAllowPolicy" => self.redrive_allow.as_ref()?.to_json(),
            "KmsMasterKeyId" => self.kms_master_key_id.clone()?,
            "KmsDataKeyReusePeriodSeconds" => {
                self.kms_master_key_id.as_ref()?;
                self.kms_data_key_reuse_period.to_string()
            }
            "SqsManagedSseEnabled" => self.sqs_managed_sse.to_string(),
            "FifoQueue" => {
                self.fifo?;
                "true".to_owned()
            }
            "ContentBasedDeduplication" => self.fifo?.content_based_deduplication.to_string(),
            "DeduplicationScope" => scope(self.fifo?.deduplication_scope, "queue", "messageGroup"),
            "FifoThroughputLimit" => scope(self.fifo?.throughput_limit, "perQueue", "perMessageGroupId"),
            _ => return None,
        })
    }

    /// All attributes that are set, with their values.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, String)> {
        SETTABLE.into_iter().filter_map(|name| Some((name, self.get(name)?)))
    }

    /// Whether there is an attribute of this name that can be set.
    #[must_use]
    pub fn is_settable(name: &str) -> bool {
        SETTABLE.contains(&name)
    }
}

fn boolean(name: &str, value: &str, default: bool) -> Result<bool, QueueError> {
    match value {
        "" => Ok(default),
        _ if value.eq_ignore_ascii_case("true") => Ok(true),
        _ if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(invalid(name)),
    }
}

/// There is no such attribute.
#[must_use]
pub fn unknown(name: &str) -> QueueError {
    QueueError::new(ErrorKind::InvalidAttributeName, format!("Unknown Attribute {name}."))
}

fn invalid(name: &str) -> QueueError {
    QueueError::new(ErrorKind::InvalidAttributeValue, format!("Invalid value for the parameter {name}."))
}

fn invalid_because(name: &str, reason: &str) -> QueueError {
    QueueError::new(
        ErrorKind::InvalidAttributeValue,
        format!("Invalid value for the parameter {name}. Reason: {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(settings: &Settings, changes: &[(&str, &str)]) -> Result<Settings, QueueError> {
        settings.changed(changes)
    }

    /// test_aws_sqs_queue::test_create_standard_queue_with_required_properties and
    /// ::test_create_fifo_queue_with_required_properties
    #[test]
    fn defaults() {
        let common = [
            ("VisibilityTimeout", "30"),
            ("MaximumMessageSize", "1048576"),
            ("MessageRetentionPeriod", "345600"),
            ("DelaySeconds", "0"),
            ("ReceiveMessageWaitTimeSeconds", "0"),
            ("SqsManagedSseEnabled", "true"),
        ];
        let fifo = [
            ("FifoQueue", "true"),
            ("ContentBasedDeduplication", "false"),
            ("DeduplicationScope", "queue"),
            ("FifoThroughputLimit", "perQueue"),
        ];
        let all = |settings: Settings| settings.all().collect::<Vec<_>>();
        let of = |expected: &[(&'static str, &str)]| {
            expected.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(all(Settings::new(false)), of(&common));
        assert_eq!(all(Settings::new(true)), of(&[common.as_slice(), fifo.as_slice()].concat()));
    }

    /// test_sqs::test_set_queue_attributes_default_values
    #[test]
    fn encryption() {
        let initial = Settings::new(false);
        let kms =
            changed(&initial, &[("KmsMasterKeyId", "testKeyId"), ("KmsDataKeyReusePeriodSeconds", "6000")])
                .unwrap();
        assert_eq!(kms.get("KmsDataKeyReusePeriodSeconds").as_deref(), Some("6000"));
        assert_eq!(kms.get("SqsManagedSseEnabled").as_deref(), Some("false"));
        let back = changed(&kms, &[("KmsMasterKeyId", "")]).unwrap();
        assert_eq!(back.get("KmsMasterKeyId"), None);
        assert_eq!(back.get("KmsDataKeyReusePeriodSeconds"), None);
        assert_eq!(back.get("SqsManagedSseEnabled").as_deref(), Some("false"));
        assert!(changed(&kms, &[("SqsManagedSseEnabled", "true")]).is_err());
        assert!(changed(&kms, &[("KmsMasterKeyId", ""), ("SqsManagedSseEnabled", "true")]).is_ok());
    }

    /// test_sqs::test_create_standard_queue_with_fifo_attribute_raises_error,
    /// ::test_set_unsupported_attribute_standard, ::test_set_unsupported_attribute_fifo
    #[test]
    fn attributes_of_the_other_type() {
        for (fifo, name, value, kind, message) in [
            (
                false,
                "ContentBasedDeduplication",
                "true",
                ErrorKind::InvalidAttributeName,
                "Unknown Attribute ContentBasedDeduplication.",
            ),
            (
                false,
                "DeduplicationScope",
                "queue",
                ErrorKind::InvalidAttributeName,
                "You can specify the DeduplicationScope only when FifoQueue is set to true.",
            ),
            (false, "FifoQueue", "true", ErrorKind::InvalidAttributeName, "Unknown Attribute FifoQueue."),
            (false, "FifoQueue", "false", ErrorKind::InvalidAttributeName, "Unknown Attribute FifoQueue."),
            (
                false,
                "FifoThroughputLimit",
                "perQueue",
                ErrorKind::InvalidAttributeName,
                "You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
            ),
            (
                true,
                "FifoQueue",
                "false",
                ErrorKind::InvalidAttributeValue,
                "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
            ),
        ] {
            let error = changed(&Settings::new(fifo), &[(name, value)]).unwrap_err();
            assert_eq!((error.kind, error.message.as_str()), (kind, message));
        }
    }

    #[test]
    fn ranges() {
        for (name, valid, wrong) in [
            ("DelaySeconds", ["0", "900"], ["-1", "901"]),
            ("MaximumMessageSize", ["1024", "1048576"], ["1023", "1048577"]),
            ("MessageRetentionPeriod", ["60", "1209600"], ["59", "1209601"]),
            ("ReceiveMessageWaitTimeSeconds", ["0", "20"], ["21", "x"]),
            ("VisibilityTimeout", ["0", "43200"], ["43201", "1.5"]),
            ("KmsDataKeyReusePeriodSeconds", ["60", "86400"], ["59", "86401"]),
            ("SqsManagedSseEnabled", ["true", "false"], ["yes", "1"]),
        ] {
            for value in valid {
                let set = changed(&Settings::new(false), &[(name, value)]).unwrap();
                assert_eq!(set.get(name).unwrap_or(value.to_owned()), value);
            }
            for value in wrong {
                let error = changed(&Settings::new(false), &[(name, value)]).unwrap_err();
                assert_eq!(error.kind, ErrorKind::InvalidAttributeValue);
                assert_eq!(error.message, format!("Invalid value for the parameter {name}."));
            }
        }
        for name in ["QueueArn", "CreatedTimestamp", "All", "Nope"] {
            let error = changed(&Settings::new(true), &[(name, "1")]).unwrap_err();
            assert_eq!(error.message, format!("Unknown Attribute {name}."));
        }
    }

    #[test]
    fn throughput_per_group_needs_deduplication_per_group() {
        let fifo = Settings::new(true);
        assert!(changed(&fifo, &[("FifoThroughputLimit", "perMessageGroupId")]).is_err());
        let both = [("FifoThroughputLimit", "perMessageGroupId"), ("DeduplicationScope", "messageGroup")];
        assert!(changed(&fifo, &both).is_ok());
    }
}
