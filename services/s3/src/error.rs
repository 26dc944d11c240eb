//! What can go wrong, in S3's words, with the elements that its errors have besides code and message.
//!
//! Codes and statuses are those of S3's "List of error codes"; where a recording has other words, it has won.

use std::borrow::Cow;

use asf_api_s3::{
    BucketAlreadyExists, BucketAlreadyOwnedByYou, NoSuchBucket, NoSuchKey, NoSuchUpload, S3Error,
};
use asf_runtime::AwsError;
use asf_runtime::store::BlobError;

/// An error of S3: code, status, words, and what it names besides.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// `NoSuchKey`
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The text for people.
    pub message: Cow<'static, str>,
    /// Elements besides code and message, in their order: `Key`, `BucketName`.
    pub details: Vec<(&'static str, String)>,
    /// Headers of the response: `x-amz-delete-marker`.
    pub headers: Vec<(&'static str, String)>,
}

impl Fault {
    /// An error with this status.
    pub fn new(code: &'static str, status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, status, message: message.into(), details: Vec::new(), headers: Vec::new() }
    }

    /// With an element besides code and message.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.details.push((name, text.into()));
        self
    }

    /// With a header of the response.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.headers.push((name, text.into()));
        self
    }

    /// `InvalidRequest`: what fits no other code.
    pub fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidRequest", 400, message)
    }

    /// `InvalidArgument`, with the argument and its value.
    pub fn invalid_argument(
        message: impl Into<Cow<'static, str>>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self::new("InvalidArgument", 400, message).with("ArgumentName", name).with("ArgumentValue", value)
    }

    /// `MalformedXML`
    #[must_use]
    pub fn malformed_xml() -> Self {
        Self::new(
            "MalformedXML",
            400,
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    }

    /// `AccessDenied`
    #[must_use]
    pub fn access_denied() -> Self {
        Self::new("AccessDenied", 403, "Access Denied")
    }

    /// `AccessDenied`, to who touches what is locked (test_s3::TestS3ObjectLockRetention)
    #[must_use]
    pub fn locked() -> Self {
        Self::new("AccessDenied", 403, "Access Denied because object protected by object lock.")
    }

    /// `MethodNotAllowed`
    #[must_use]
    pub fn method_not_allowed(method: &str, resource: &'static str) -> Self {
        Self::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            .with("Method", method)
            .with("ResourceType", resource)
    }

    /// `NoSuchBucket` (test_s3::test_bucket_does_not_exist)
    #[must_use]
    pub fn no_such_bucket(bucket: &str) -> Self {
        Self::new("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", bucket)
    }

    /// `NoSuchKey` (test_s3::test_range_key_not_exists)
    #[must_use]
    pub fn no_such_key(key: &str) -> Self {
        Self::new("NoSuchKey", 404, "The specified key does not exist.").with("Key", key)
    }

    /// `NoSuchVersion`
    #[must_use]
    pub fn no_such_version(key: &str, version: &str) -> Self {
        Self::new("NoSuchVersion", 404, "The specified version does not exist.")
            .with("Key", key)
            .with("VersionId", version)
    }

    /// `NoSuchUpload` (test_s3::test_multipart_and_list_parts)
    #[must_use]
    pub fn no_such_upload(upload: &str) -> Self {
        Self::new(
            "NoSuchUpload",
            404,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
             aborted or completed.",
        )
        .with("UploadId", upload)
    }

    /// `PreconditionFailed`, with the condition: `If-Match`.
    #[must_use]
    pub fn precondition_failed(condition: &str) -> Self {
        Self::new("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
            .with("Condition", condition)
    }

    /// `NotImplemented`, as S3 says it of a header that it does not take.
    #[must_use]
    pub fn not_implemented(header: &str) -> Self {
        let message = "A header you provided implies functionality that is not implemented";
        Self::new("NotImplemented", 501, message).with("Header", header)
    }

    /// Something of ours failed.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InternalError", 500, message)
    }

    /// The error as protocols write it.
    #[must_use]
    pub fn into_aws(self) -> AwsError {
        let error = if self.status >= 500 {
            AwsError::receiver(self.code, self.message)
        } else {
            AwsError::sender(self.code, self.message)
        };
        let error = error.with_status(self.status);
        let details = self.details.into_iter();
        let error = details.fold(error, |error, (name, text)| error.with_detail(name, text));
        self.headers.into_iter().fold(error, |error, (name, text)| error.with_header(name, text))
    }
}

impl From<Fault> for S3Error {
    /// The modelled error, if there is one that can say all of it.
    fn from(fault: Fault) -> Self {
        let only = match fault.details.as_slice() {
            [(_, text)] if fault.headers.is_empty() => Some(text.clone()),
            _ => None,
        };
        let message = || Some(fault.message.clone().into_owned());
        match (fault.code, only) {
            ("NoSuchKey", key @ Some(_)) => NoSuchKey { key, message: message() }.into(),
            ("NoSuchBucket", bucket_name @ Some(_)) => {
                NoSuchBucket { bucket_name, message: message() }.into()
            }
            ("NoSuchUpload", upload_id @ Some(_)) => NoSuchUpload { upload_id, message: message() }.into(),
            ("BucketAlreadyExists", bucket_name @ Some(_)) => {
                BucketAlreadyExists { bucket_name, message: message() }.into()
            }
            ("BucketAlreadyOwnedByYou", bucket_name @ Some(_)) => {
                BucketAlreadyOwnedByYou { bucket_name, message: message() }.into()
            }
            _ => Self::Other(fault.into_aws()),
        }
    }
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        tracing::error!(%error, "content of an object");
        Self::internal("We encountered an internal error. Please try again.")
    }
}
