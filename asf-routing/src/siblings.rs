//! What the specs do not say of services: other names that they go by, and which one is meant when nothing
//! in a request tells two apart.

/// The service that paths which are no other service's belong to: bucket and key.
pub(crate) const PLAIN_PATHS: &str = "s3";

/// Further names in credential scopes (endpoint rules of the services; botocore's `endpoint-rule-set-1`).
pub(crate) const SIGNING_NAMES: &[(&str, &str)] =
    &[("s3express", "s3"), ("s3-object-lambda", "s3"), ("s3-outposts", "s3"), ("s3-outposts", "s3control")];

/// Further first labels of host names.
pub(crate) const HOST_NAMES: &[(&str, &str)] = &[
    // Queue URLs of old, and of LocalStack's `SQS_ENDPOINT_STRATEGY=domain`.
    ("queue", "sqs"),
    ("s3-accesspoint", "s3"),
    ("s3-object-lambda", "s3"),
    ("s3-outposts", "s3"),
    ("s3-global", "s3"),
    ("s3-accelerate", "s3"),
    ("s3express-control", "s3"),
];

/// Services that yield to a sibling which answers the same requests, with the one that they yield to:
/// predecessors, and those that AWS serves at the other's endpoint.
const YIELDING: &[(&str, &str)] = &[
    ("chime", "chime-sdk-voice"),
    ("docdb", "rds"),
    ("greengrass", "greengrassv2"),
    ("lex-models", "lexv2-models"),
    ("lex-runtime", "lexv2-runtime"),
    ("neptune", "rds"),
    ("pinpoint-email", "sesv2"),
    ("signer-data", "signer"),
    ("sms-voice", "pinpoint-sms-voice"),
    ("wisdom", "qconnect"),
];

/// What stands in the ARNs of a service's resources and in none of its siblings': where siblings have the same
/// path for tags, the ARN in it says whose they are. From the patterns of ARNs in the models, and from the
/// resource types in the Service Authorization Reference.
const RESOURCES: &[(&str, &[&str])] = &[
    ("bedrock-agent-runtime", &[":session/"]),
    ("chime-sdk-media-pipelines", &[":media-"]),
    ("chime-sdk-meetings", &[":meeting/"]),
    ("chime-sdk-messaging", &["/channel/", "/channel-flow/"]),
    ("chime-sdk-voice", &[":vc/"]),
    ("greengrass", &[":/greengrass/"]),
    (
        "ivs-realtime",
        &[
            ":composition/",
            ":encoder-configuration/",
            ":ingest-configuration/",
            ":public-key/",
            ":stage/",
            ":storage-configuration/",
        ],
    ),
    ("lex-models", &[":bot:", ":bot-channel:"]),
];

/// See [`RESOURCES`].
pub(crate) fn resources(service: &str) -> &'static [&'static str] {
    RESOURCES.iter().find(|(name, _)| *name == service).map_or(&[], |(_, parts)| parts)
}

/// 0, or 1 for a service that yields.
pub(crate) fn rank(service: &str) -> u8 {
    u8::from(YIELDING.iter().any(|(name, _)| *name == service))
}
