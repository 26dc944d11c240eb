//! What SNS keeps.

use asf_macros::{Record, Store};
use asf_runtime::Timestamp;
use asf_runtime::store::{Attribute, InPartition, Partitioned, Table};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::inspection::{Channel, Kept};

/// Attributes as a user gives and gets them.
pub type Attributes = IndexMap<String, String>;

/// The tables of an account in a region.
#[derive(Clone, Debug, Store)]
#[store(service = "sns")]
pub struct SnsStore {
    /// The topics by name.
    #[store(local)]
    pub topics: Table<String, TopicRecord>,
    /// The subscriptions of these topics, whoever has made them, by ARN: those of a topic lie side by side.
    #[store(local)]
    pub subscriptions: Table<String, SubscriptionRecord>,
    /// The ARNs of these subscriptions by what there is one of: topic, protocol and endpoint.
    #[store(local)]
    pub endpoints: Table<(String, String, String), Named>,
    /// The ARNs of the subscriptions that the account has made, to topics of whichever account.
    #[store(local)]
    pub owned: Table<String, Marker>,
    /// Subscriptions of deleted topics, which can still be looked at
    /// (test_sns::test_delete_subscriptions_on_delete_topic).
    #[store(local)]
    pub orphans: Table<String, Orphan>,
    /// What a token confirms.
    #[store(local)]
    pub tokens: Table<String, TokenRecord>,
    /// FIFO only: the last sequence number of a topic.
    #[store(local)]
    pub sequences: Table<String, Sequence>,
    /// FIFO only: what was published to a topic in the last five minutes, by deduplication id and, if its scope is
    /// the message group, by that too.
    #[store(local)]
    pub deduplication: Table<InPartition<String, (String, String)>, Seen, Partitioned>,
    /// Platform applications, by ARN.
    #[store(local)]
    pub applications: Table<String, Application>,
    /// Their endpoints, by ARN.
    #[store(local)]
    pub devices: Table<String, Device>,
    /// Their ARNs by application and token.
    #[store(local)]
    pub device_tokens: Table<(String, String), Named>,
    /// What went to people and devices, the last of each channel.
    #[store(local)]
    pub kept: Table<(Channel, u64), Kept>,
    /// `SetSMSAttributes`
    #[store(local)]
    pub sms: Attribute<SmsSettings>,
    /// Phone numbers that want no messages.
    #[store(local)]
    pub opted_out: Table<String, Marker>,
    /// Phone numbers of the sandbox.
    #[store(local)]
    pub sandbox: Table<String, SandboxNumber>,
    /// What notifications are signed with; made when it is first needed.
    #[store(cross_account)]
    pub signing: Attribute<SigningKey>,
}

/// A topic without its subscriptions.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct TopicRecord {
    /// The attributes that were set, checked.
    pub attributes: Attributes,
    /// Its tags.
    pub tags: Attributes,
    /// `PutDataProtectionPolicy`
    pub data_protection: Option<String>,
    /// How many subscriptions were deleted.
    pub deleted: u64,
    /// When it was made.
    pub created: Timestamp,
}

impl TopicRecord {
    /// Whether an attribute is `true`.
    #[must_use]
    pub fn is(&self, attribute: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|it| it == "true")
    }

    /// Whether it is a FIFO topic.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.is("FifoTopic")
    }
}

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct SubscriptionRecord {
    /// `arn:..:sns:..:topic:uuid`
    pub arn: String,
    /// The topic's ARN.
    pub topic: String,
    /// `sqs`, `http`, ..
    pub protocol: String,
    /// Where messages go.
    pub endpoint: String,
    /// The account that has made it.
    pub owner: String,
    /// Whether it waits for its confirmation, and gets no messages until then.
    pub is_pending: bool,
    /// Whether it was confirmed by somebody with credentials, or needed no confirmation.
    pub is_authenticated: bool,
    /// Whether it was confirmed with `AuthenticateOnUnsubscribe`: only its owner and the topic's can end it.
    #[serde(default)]
    pub is_guarded: bool,
    /// The token of its confirmation, of those that need one.
    pub token: Option<String>,
    /// The attributes that were set, checked.
    pub attributes: Attributes,
}

/// A subscription whose topic is gone.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Orphan {
    /// As it was.
    pub subscription: SubscriptionRecord,
    /// When the topic was deleted.
    pub since: Timestamp,
}

/// What a token confirms.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct TokenRecord {
    /// The subscription's ARN.
    pub subscription: String,
    /// A subscription that was ended, which the token brings back.
    pub ended: Option<SubscriptionRecord>,
    /// From when on it does nothing.
    pub expires: Timestamp,
}

/// An ARN.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Named {
    /// The ARN.
    pub arn: String,
}

/// Something that is there.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, Record)]
pub struct Marker {}

/// The last sequence number of a topic.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Sequence {
    /// It has 20 digits.
    pub last: u128,
}

/// A message that was published to a FIFO topic.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Seen {
    /// Its id.
    pub message_id: String,
    /// Its number.
    pub sequence: String,
    /// When.
    pub at: Timestamp,
}

/// A platform application.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Application {
    /// The attributes that were set; the secret ones are kept and not shown.
    pub attributes: Attributes,
}

/// An endpoint of a platform application.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Device {
    /// The application's ARN.
    pub application: String,
    /// `Token`, `Enabled`, `CustomUserData`
    pub attributes: Attributes,
}

/// `SetSMSAttributes`
#[derive(Clone, Debug, Default, Serialize, Deserialize, Record)]
pub struct SmsSettings {
    /// Those that were set.
    pub attributes: Attributes,
}

/// A phone number of the sandbox.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct SandboxNumber {
    /// Whether its one-time password was given.
    pub is_verified: bool,
    /// The one-time password.
    pub password: String,
}

/// The key of the signatures, and the certificate over it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Record)]
pub struct SigningKey {
    /// PKCS#8, DER: the key of states from before `primes`. Empty otherwise.
    pub key: Vec<u8>,
    /// The primes, big-endian; the public exponent is 65,537. None if there is no key yet, or an old one.
    #[serde(default)]
    pub primes: Vec<Vec<u8>>,
    /// PEM.
    pub certificate: String,
    /// In the name of the certificate's file.
    pub id: String,
}
