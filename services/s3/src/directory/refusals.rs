//! What directory buckets refuse: "This operation is not supported for directory buckets" of the API reference.

use crate::error::Fault;

/// Configurations that are put, by what their documents are called. AWS takes the request for another `CreateBucket`,
/// and says so (seen on AWS: hashicorp/terraform-provider-aws#34612).
const PUT: [(&str, &str); 15] = [
    ("PutBucketAccelerateConfiguration", "AccelerateConfiguration"),
    ("PutBucketAcl", "AccessControlPolicy"),
    ("PutBucketAnalyticsConfiguration", "AnalyticsConfiguration"),
    ("PutBucketCors", "CORSConfiguration"),
    ("PutBucketIntelligentTieringConfiguration", "IntelligentTieringConfiguration"),
    ("PutBucketLogging", "BucketLoggingStatus"),
    ("PutBucketNotificationConfiguration", "NotificationConfiguration"),
    ("PutBucketOwnershipControls", "OwnershipControls"),
    ("PutBucketReplication", "ReplicationConfiguration"),
    ("PutBucketRequestPayment", "RequestPaymentConfiguration"),
    ("PutBucketTagging", "Tagging"),
    ("PutBucketVersioning", "VersioningConfiguration"),
    ("PutBucketWebsite", "WebsiteConfiguration"),
    ("PutObjectLockConfiguration", "ObjectLockConfiguration"),
    ("PutPublicAccessBlock", "PublicAccessBlockConfiguration"),
];

/// The others. What AWS says of them is nowhere; that they are not supported, and not what, is taken from there.
const OTHERS: [&str; 41] = [
    "DeleteBucketAnalyticsConfiguration",
    "DeleteBucketCors",
    "DeleteBucketIntelligentTieringConfiguration",
    "DeleteBucketOwnershipControls",
    "DeleteBucketReplication",
    "DeleteBucketTagging",
    "DeleteBucketWebsite",
    "DeleteObjectTagging",
    "DeletePublicAccessBlock",
    "GetBucketAccelerateConfiguration",
    "GetBucketAcl",
    "GetBucketAnalyticsConfiguration",
    "GetBucketCors",
    "GetBucketIntelligentTieringConfiguration",
    "GetBucketLifecycle",
    "GetBucketLocation",
    "GetBucketLogging",
    "GetBucketNotification",
    "GetBucketNotificationConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicyStatus",
    "GetBucketReplication",
    "GetBucketRequestPayment",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketWebsite",
    "GetObjectAcl",
    "GetObjectLegalHold",
    "GetObjectLockConfiguration",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetPublicAccessBlock",
    "ListBucketAnalyticsConfigurations",
    "ListBucketIntelligentTieringConfigurations",
    "ListObjectVersions",
    "ListObjects",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RestoreObject",
];

/// Whether an operation is for directory buckets.
///
/// # Errors
/// `InvalidArgument`, `MethodNotAllowed`
pub(crate) fn check_operation(operation: &str, method: &str) -> Result<(), Fault> {
    if let Some((_, document)) = PUT.iter().find(|(name, _)| *name == operation) {
        let message = format!("{document} is not valid, expected CreateBucketConfiguration");
        return Err(Fault::new("InvalidArgument", 400, message));
    }
    if OTHERS.contains(&operation) || operation == "SelectObjectContent" {
        return Err(Fault::method_not_allowed(method, "BUCKET"));
    }
    Ok(())
}

/// Whether pages of a directory bucket can be asked for so: "Delimiter" and "Prefix" of `ListObjectsV2` and
/// `ListMultipartUploads`. The words are ours.
///
/// # Errors
/// `InvalidArgument`
pub(crate) fn check_pages(prefix: &str, delimiter: Option<&str>) -> Result<(), Fault> {
    if let Some(other) = delimiter.filter(|it| *it != "/") {
        let message = "Directory buckets support the delimiter / only";
        return Err(Fault::invalid_argument(message, "delimiter", other));
    }
    if !prefix.is_empty() && !prefix.ends_with('/') {
        let message = "Directory buckets support prefixes only that end in the delimiter /";
        return Err(Fault::invalid_argument(message, "prefix", prefix));
    }
    Ok(())
}
