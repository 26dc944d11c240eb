//! What subscribers get: the envelope of a message, signed; the event of a function; confirmations.

use asf_runtime::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::inspection;
use crate::message::Texts;
use crate::message_attributes::MessageAttributes;

/// What a message is to all its subscribers.
#[derive(Debug)]
pub struct Notification {
    /// Its id.
    pub message_id: String,
    /// The topic's ARN.
    pub topic: String,
    /// Its subject.
    pub subject: Option<String>,
    /// Its texts.
    pub texts: Texts,
    /// `json`, if it was given so.
    pub structure: Option<String>,
    /// Its attributes.
    pub attributes: MessageAttributes,
    /// When it was published.
    pub at: Timestamp,
    /// FIFO only.
    pub sequence: Option<String>,
    /// `MessageGroupId`
    pub group: Option<String>,
    /// FIFO only.
    pub deduplication: Option<String>,
    /// `SignatureVersion` of the topic.
    pub signature_version: SignatureVersion,
    /// How URLs begin: scheme, host and port.
    pub base: String,
}

/// With which digest a topic's notifications are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureVersion {
    /// SHA-1
    #[default]
    One,
    /// SHA-256
    Two,
}

impl SignatureVersion {
    /// As it stands in a notification.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
        }
    }
}

/// A signature, and where its certificate is.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Base64.
    pub value: String,
    /// `SigningCertURL`
    pub certificate: String,
}

/// Signed for one text: what is the same for all subscribers that get it.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The envelope up to the URL to unsubscribe by.
    before: String,
    /// And behind it.
    after: String,
    signature: Option<Signature>,
}

/// All but what RFC 3986 leaves alone, and what AWS leaves in ARNs.
const ARN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'/');

impl Notification {
    /// What is signed ("Verifying the signatures of Amazon SNS messages": these members, in this order).
    #[must_use]
    pub fn to_sign(&self, text: &str) -> String {
        let subject = self.subject.as_deref().map(|it| ("Subject", it));
        let timestamp = timestamp(self.at);
        let before = [("Message", text), ("MessageId", &self.message_id)];
        let after = [("Timestamp", timestamp.as_str()), ("TopicArn", &self.topic), ("Type", "Notification")];
        lines(before.into_iter().chain(subject).chain(after))
    }

    /// The envelope, all but one URL. Notifications of FIFO topics are not signed
    /// (test_sns::test_message_to_fifo_sqs).
    #[must_use]
    pub fn render(&self, text: &str, signature: Option<Signature>) -> Rendered {
        let timestamp = timestamp(self.at);
        let mut members = vec![("Type", "Notification"), ("MessageId", self.message_id.as_str())];
        members.extend(self.sequence.as_deref().map(|it| ("SequenceNumber", it)));
        members.push(("TopicArn", &self.topic));
        members.extend(self.subject.as_deref().map(|it| ("Subject", it)));
        members.extend([("Message", text), ("Timestamp", timestamp.as_str())]);
        if let Some(signature) = &signature {
            members.push(("SignatureVersion", self.signature_version.as_str()));
            members.extend([
                ("Signature", signature.value.as_str()),
                ("SigningCertURL", signature.certificate.as_str()),
            ]);
        }
        let mut before = String::from("{\n");
        for (name, value) in members {
            before.push_str(&member(name, value));
            before.push_str(",\n");
        }
        let attributes = inspection::attributes(&self.attributes);
        let attributes: Vec<String> = attributes
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("    {} : {value}", quoted(name)))
            .collect();
        let after = match attributes.is_empty() {
            true => "\n}".to_owned(),
            false => format!(",\n  \"MessageAttributes\" : {{\n{}\n  }}\n}}", attributes.join(",\n")),
        };
        Rendered { before, after, signature }
    }

    /// The envelope for a subscription.
    #[must_use]
    pub fn envelope(&self, rendered: &Rendered, subscription: &str) -> String {
        let url = unsubscribe_url(&self.base, subscription);
        format!("{}{}{}", rendered.before, member("UnsubscribeURL", &url), rendered.after)
    }

    /// The event for a function (test_sns::test_python_lambda_subscribe_sns_topic,
    /// test_sns::test_sns_topic_as_lambda_dead_letter_queue).
    #[must_use]
    pub fn event(&self, text: &str, rendered: &Rendered, subscription: &str) -> Value {
        let signature = rendered.signature.as_ref();
        json!({"Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "Sns": {
                "Type": "Notification",
                "MessageId": self.message_id,
                "TopicArn": self.topic,
                "Subject": self.subject,
                "Message": text,
                "Timestamp": timestamp(self.at),
                "SignatureVersion": self.signature_version.as_str(),
                "Signature": signature.map(|it| &it.value),
                "SigningCertUrl": signature.map(|it| &it.certificate),
                "UnsubscribeUrl": unsubscribe_url(&self.base, subscription),
                "MessageAttributes": inspection::attributes(&self.attributes),
            },
        }]})
    }
}

/// A confirmation that somebody is asked for.
#[derive(Debug)]
pub struct Confirmation {
    /// Its id.
    pub message_id: String,
    /// The topic's ARN.
    pub topic: String,
    /// The subscription's.
    pub subscription: String,
    /// What confirms.
    pub token: String,
    /// Whether the subscription was ended, and can be restored.
    pub is_end: bool,
    /// When.
    pub at: Timestamp,
    /// `SignatureVersion` of the topic.
    pub signature_version: SignatureVersion,
    /// How URLs begin.
    pub base: String,
}

impl Confirmation {
    /// `Type`
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.is_end { "UnsubscribeConfirmation" } else { "SubscriptionConfirmation" }
    }

    /// The text for people (test_sns::test_subscribe_external_http_endpoint).
    fn text(&self) -> String {
        if self.is_end {
            format!(
                "You have chosen to deactivate subscription {}.\nTo cancel this operation and restore the \
                 subscription, visit the SubscribeURL included in this message.",
                self.subscription
            )
        } else {
            format!(
                "You have chosen to subscribe to the topic {}.\nTo confirm the subscription, visit the \
                 SubscribeURL included in this message.",
                self.topic
            )
        }
    }

    fn url(&self) -> String {
        let topic = utf8_percent_encode(&self.topic, ARN);
        format!("{}/?Action=ConfirmSubscription&TopicArn={topic}&Token={}", self.base, self.token)
    }

    /// What is signed.
    #[must_use]
    pub fn to_sign(&self) -> String {
        lines([
            ("Message", self.text().as_str()),
            ("MessageId", &self.message_id),
            ("SubscribeURL", &self.url()),
            ("Timestamp", &timestamp(self.at)),
            ("Token", &self.token),
            ("TopicArn", &self.topic),
            ("Type", self.kind()),
        ])
    }

    /// The message.
    #[must_use]
    pub fn envelope(&self, signature: &Signature) -> String {
        let members = [
            ("Type", self.kind()),
            ("MessageId", &self.message_id),
            ("Token", &self.token),
            ("TopicArn", &self.topic),
            ("Message", &self.text()),
            ("SubscribeURL", &self.url()),
            ("Timestamp", &timestamp(self.at)),
            ("SignatureVersion", self.signature_version.as_str()),
            ("Signature", &signature.value),
            ("SigningCertURL", &signature.certificate),
        ]
        .map(|(name, value)| member(name, value));
        format!("{{\n{}\n}}", members.join(",\n"))
    }
}

fn lines<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    members.into_iter().map(|(name, value)| format!("{name}\n{value}\n")).collect()
}

/// A member as AWS lays it out.
fn member(name: &str, value: &str) -> String {
    format!("  \"{name}\" : {}", quoted(value))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn unsubscribe_url(base: &str, subscription: &str) -> String {
    format!("{base}/?Action=Unsubscribe&SubscriptionArn={}", utf8_percent_encode(subscription, ARN))
}

/// `2026-05-28T20:26:40.000Z`
fn timestamp(at: Timestamp) -> String {
    let whole = at.truncated_to_seconds().format(asf_runtime::schema::TimestampFormat::DateTime);
    let whole = whole.trim_end_matches('Z');
    format!("{whole}.{:03}Z", at.millis().rem_euclid(1_000))
}
