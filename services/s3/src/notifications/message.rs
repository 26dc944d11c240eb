//! The messages that tell of an event: to queues, topics and functions, and to EventBridge
//! (test_s3_notifications_sqs, test_s3_notifications_eventbridge).

use asf_runtime::schema::TimestampFormat;
use asf_runtime::{RequestContext, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::events::{EventKind, ObjectEvent};
use crate::names::canonical_id;

/// What stays as it is in a key; a space becomes a plus.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');
/// MD5 of nothing: what a delete marker has for an `eTag`.
const NOTHING: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// Who did it, as messages say it.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The account of the caller.
    pub(crate) caller: String,
    /// The address that the call came from.
    pub(crate) source_ip: String,
    /// The id of the request.
    pub(crate) request_id: String,
    /// When.
    pub(crate) time: Timestamp,
}

impl Origin {
    /// Of a call.
    pub(crate) fn of(ctx: &RequestContext) -> Self {
        let forwarded = ctx.header("x-forwarded-for").and_then(|it| it.split(',').next()).map(str::trim);
        Self {
            caller: ctx.account_id.to_string(),
            source_ip: forwarded.unwrap_or("127.0.0.1").to_owned(),
            request_id: ctx.request_id.clone(),
            time: ctx.clock().now(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    event_source: &'static str,
    aws_region: &'a str,
    event_time: String,
    event_name: &'static str,
    user_identity: Identity,
    request_parameters: Parameters<'a>,
    response_elements: Elements<'a>,
    s3: Entity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    glacier_event_data: Option<GlacierEventData<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GlacierEventData<'a> {
    restore_event_data: RestoreEventData<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestoreEventData<'a> {
    lifecycle_restoration_expiry_time: String,
    lifecycle_restore_storage_class: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    principal_id: String,
}

#[derive(Serialize)]
struct Parameters<'a> {
    #[serde(rename = "sourceIPAddress")]
    source_ip: &'a str,
}

#[derive(Serialize)]
struct Elements<'a> {
    #[serde(rename = "x-amz-request-id")]
    request_id: &'a str,
    #[serde(rename = "x-amz-id-2")]
    host_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity<'a> {
    s3_schema_version: &'static str,
    configuration_id: &'a str,
    bucket: BucketEntity<'a>,
    object: ObjectEntity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketEntity<'a> {
    name: &'a str,
    owner_identity: Identity,
    arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectEntity<'a> {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequencer: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Records<'a> {
    records: [Record<'a>; 1],
}

/// The text of a message for the configuration of an id.
pub(super) fn records(
    event: &ObjectEvent,
    origin: &Origin,
    configuration_id: &str,
) -> Result<String, serde_json::Error> {
    let bucket = &event.bucket;
    let has_content = has_content(event.kind);
    // test_restore_object
    let completed = event.restored.as_ref().filter(|_| event.kind == EventKind::ObjectRestoreCompleted);
    let record = Record {
        event_version: if has_content { "2.1" } else { "2.3" },
        event_source: "aws:s3",
        aws_region: bucket.region.as_str(),
        event_time: with_millis(origin.time),
        event_name: event.kind.name(),
        user_identity: Identity {
            principal_id: match completed {
                Some(_) => format!("AmazonCustomer:{}", principal(&canonical_id(bucket.owner))),
                None => format!("AWS:{}", origin.caller),
            },
        },
        request_parameters: Parameters { source_ip: &origin.source_ip },
        response_elements: Elements {
            request_id: &origin.request_id,
            host_id: STANDARD.encode(&origin.request_id),
        },
        s3: Entity {
            s3_schema_version: "1.0",
            configuration_id,
            bucket: BucketEntity {
                name: &bucket.name,
                owner_identity: Identity { principal_id: principal(&canonical_id(bucket.owner)) },
                arn: bucket.arn(),
            },
            object: ObjectEntity {
                key: utf8_percent_encode(&event.key, KEPT).to_string().replace(' ', "+"),
                size: event.size.filter(|_| has_content),
                e_tag: e_tag(event),
                version_id: event.version_id.as_deref(),
                sequencer: has_content.then(|| sequencer(event.sequence)),
            },
        },
        glacier_event_data: completed.map(|it| GlacierEventData {
            restore_event_data: RestoreEventData {
                lifecycle_restoration_expiry_time: with_millis(it.until),
                lifecycle_restore_storage_class: &it.storage_class,
            },
        }),
    };
    serde_json::to_string(&Records { records: [record] })
}

/// Whether an event is of an object's content rather than of what is known of it.
fn has_content(kind: EventKind) -> bool {
    !matches!(kind, EventKind::ObjectTaggingPut | EventKind::ObjectTaggingDelete | EventKind::ObjectAclPut)
}

fn e_tag(event: &ObjectEvent) -> Option<&str> {
    match event.kind {
        EventKind::ObjectRemovedDeleteMarkerCreated | EventKind::LifecycleExpirationDeleteMarkerCreated => {
            Some(NOTHING)
        }
        _ => event.e_tag.as_deref(),
    }
}

/// Of one length, so that texts are in the order of numbers.
fn sequencer(number: u64) -> String {
    format!("00{number:016X}")
}

/// 14 characters for an owner, as AWS has them.
fn principal(canonical_id: &str) -> String {
    let digits: String = canonical_id.chars().take(13).collect();
    format!("A{}", digits.to_ascii_uppercase())
}

/// `1970-01-01T00:00:00.000Z`
fn with_millis(time: Timestamp) -> String {
    let seconds = time.truncated_to_seconds().format(TimestampFormat::DateTime);
    let millis = time.subsec_nanos() / 1_000_000;
    format!("{}.{millis:03}Z", seconds.trim_end_matches('Z'))
}

/// What a destination gets when it is configured (S3 user guide, "Notification event types: s3:TestEvent").
pub(super) fn test_event(bucket: &str, origin: &Origin) -> String {
    serde_json::json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": with_millis(origin.time),
        "Bucket": bucket,
        "RequestId": origin.request_id,
        "HostId": STANDARD.encode(&origin.request_id),
    })
    .to_string()
}

/// `detail-type` and `detail` of the event on EventBridge's bus.
pub(super) fn bridged(event: &ObjectEvent, origin: &Origin) -> (&'static str, String) {
    use EventKind as Kind;
    let (detail_type, reason, deletion) = match event.kind {
        Kind::ObjectCreatedPut => ("Object Created", Some("PutObject"), None),
        Kind::ObjectCreatedPost => ("Object Created", Some("POST Object"), None),
        Kind::ObjectCreatedCopy => ("Object Created", Some("CopyObject"), None),
        Kind::ObjectCreatedCompleteMultipartUpload => {
            ("Object Created", Some("CompleteMultipartUpload"), None)
        }
        Kind::ObjectRemovedDelete => ("Object Deleted", Some("DeleteObject"), Some("Permanently Deleted")),
        Kind::ObjectRemovedDeleteMarkerCreated => {
            ("Object Deleted", Some("DeleteObject"), Some("Delete Marker Created"))
        }
        Kind::LifecycleExpirationDelete => {
            ("Object Deleted", Some("Lifecycle Expiration"), Some("Permanently Deleted"))
        }
        Kind::LifecycleExpirationDeleteMarkerCreated => {
            ("Object Deleted", Some("Lifecycle Expiration"), Some("Delete Marker Created"))
        }
        Kind::ObjectRestorePost => ("Object Restore Initiated", None, None),
        Kind::ObjectRestoreCompleted => ("Object Restore Completed", None, None),
        Kind::ObjectTaggingPut => ("Object Tags Added", None, None),
        Kind::ObjectTaggingDelete => ("Object Tags Deleted", None, None),
        Kind::ObjectAclPut => ("Object ACL Updated", None, None),
    };
    let mut object = serde_json::Map::new();
    object.insert("key".to_owned(), (*event.key).into());
    if has_content(event.kind)
        && let Some(size) = event.size
    {
        object.insert("size".to_owned(), size.into());
    }
    let texts = [
        ("etag", e_tag(event).map(str::to_owned)),
        ("version-id", event.version_id.clone()),
        ("sequencer", reason.map(|_| sequencer(event.sequence))),
    ];
    object.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))));
    let mut detail = serde_json::json!({
        "version": "0",
        "bucket": {"name": &*event.bucket.name},
        "object": object,
        "request-id": origin.request_id,
        "requester": origin.caller,
    });
    if let Some(detail) = detail.as_object_mut() {
        // test_s3_notifications_eventbridge::TestS3NotificationsToEventBridge::test_restore_object
        let is_completed = event.kind == Kind::ObjectRestoreCompleted;
        let restored = event.restored.as_ref();
        let until = restored.filter(|_| is_completed).map(|it| it.until.format(TimestampFormat::DateTime));
        let further = [
            ("source-ip-address", Some(&*origin.source_ip).filter(|_| !is_completed)),
            ("reason", reason),
            ("deletion-type", deletion),
            ("restore-expiry-time", until.as_deref()),
            ("source-storage-class", restored.map(|it| &*it.storage_class)),
        ];
        detail.extend(further.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))));
    }
    (detail_type, detail.to_string())
}

#[cfg(test)]
mod tests {
    use asf_runtime::identity::AccountId;

    use super::*;
    use crate::events::Restored;
    use crate::events::tests::event;

    fn origin() -> Origin {
        Origin {
            caller: "111111111111".to_owned(),
            source_ip: "10.0.0.1".to_owned(),
            request_id: "id".to_owned(),
            time: Timestamp::from_millis(1_500),
        }
    }

    /// Members: test_s3_notifications_sqs::TestS3NotificationsToSQS::test_object_created_put, ::test_key_encoding;
    /// their order: S3 user guide, "Event message structure".
    #[test]
    fn a_record() {
        let text = records(&event(EventKind::ObjectCreatedPut), &origin(), "conf").unwrap();
        let expected = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"1970-01-01T00:00:01.500Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:111111111111"},"requestParameters":{"sourceIPAddress":"10.0.0.1"},"responseElements":{"x-amz-request-id":"id","x-amz-id-2":"aWQ="},"s3":{"s3SchemaVersion":"1.0","configurationId":"conf","bucket":{"name":"photos","ownerIdentity":{"principalId":"OWNER"},"arn":"arn:aws:s3:::photos"},"object":{"key":"a+b/c%40d.txt","size":9,"eTag":"437b930db84b8079c2dd804a71936b5f","sequencer":"0000000000000000FF"}}}]}"#;
        assert_eq!(text, expected.replace("OWNER", &principal(&canonical_id(AccountId::DEFAULT))));
    }

    /// test_restore_object, there and in test_s3_notifications_eventbridge
    #[test]
    fn restored() {
        let of = |kind| ObjectEvent {
            restored: Some(Restored { storage_class: "GLACIER".to_owned(), until: Timestamp::EPOCH }),
            ..event(kind)
        };
        let json = |text: String| -> serde_json::Value { serde_json::from_str(&text).unwrap() };
        let record = json(records(&of(EventKind::ObjectRestoreCompleted), &origin(), "conf").unwrap());
        let data = record.pointer("/Records/0/glacierEventData/restoreEventData").unwrap();
        assert_eq!(data.get("lifecycleRestorationExpiryTime").unwrap(), "1970-01-01T00:00:00.000Z");
        assert_eq!(data.get("lifecycleRestoreStorageClass").unwrap(), "GLACIER");
        let record = json(records(&of(EventKind::ObjectRestorePost), &origin(), "conf").unwrap());
        assert_eq!(record.pointer("/Records/0/glacierEventData"), None);
        let (kind, detail) = bridged(&of(EventKind::ObjectRestoreCompleted), &origin());
        assert_eq!(kind, "Object Restore Completed");
        let detail = json(detail);
        assert_eq!(detail.get("restore-expiry-time").unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(detail.get("source-storage-class").unwrap(), "GLACIER");
        assert_eq!(detail.get("source-ip-address"), None);
    }

    /// test_object_put_acl
    #[test]
    fn events_of_what_is_known_of_an_object_have_no_size() {
        let text = records(&event(EventKind::ObjectAclPut), &origin(), "conf").unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let record = json.pointer("/Records/0").unwrap();
        assert_eq!(record.get("eventVersion").unwrap(), "2.3");
        let object = record.pointer("/s3/object").unwrap().as_object().unwrap();
        assert_eq!(object.keys().collect::<Vec<_>>(), ["key", "eTag"]);
    }

    /// test_s3_notifications_eventbridge::TestS3NotificationsToEventBridge::test_object_put_acl
    #[test]
    fn on_the_bus() {
        let (kind, detail) = bridged(&event(EventKind::ObjectCreatedPut), &origin());
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
        assert_eq!(kind, "Object Created");
        assert_eq!(detail.get("reason").unwrap(), "PutObject");
        assert_eq!(detail.pointer("/object/key").unwrap(), "a b/c@d.txt");
        let (kind, detail) = bridged(&event(EventKind::ObjectAclPut), &origin());
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
        assert_eq!((kind, detail.get("reason")), ("Object ACL Updated", None));
        assert_eq!(detail.pointer("/object").unwrap().as_object().unwrap().len(), 2);
    }
}
