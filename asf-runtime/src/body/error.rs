//! What a service says of a body that is not what it should be.

use std::io;

use asf_schema::ProtocolKind;

use super::verify::{CONTENT_MD5, CONTENT_SHA256};
use crate::AwsError;
use crate::shape::StreamError;

impl StreamError {
    /// The error that a service of a protocol answers with. Lengths and checksums are S3's matter, and have
    /// its words whatever the protocol.
    ///
    /// | | rest-xml | others |
    /// |---|---|---|
    /// | too large | `EntityTooLarge` | `RequestEntityTooLargeException`, 413 |
    /// | does not come | `RequestTimeout` | `RequestTimeoutException`, 408 |
    /// | malformed, connection lost | `IncompleteBody` | `SerializationException` |
    /// | another length | `IncompleteBody` | `IncompleteBody` |
    /// | another checksum | `BadDigest`, `XAmzContentSHA256Mismatch` | the same |
    ///
    /// The words are those of `test_s3::TestS3MultipartUploadChecksum::
    /// test_multipart_upload_part_checksum_exception` and `test_s3::TestS3::test_s3_invalid_content_md5` for
    /// checksums, `test_lambda_api` for the size.
    #[must_use]
    pub fn into_error(self, kind: ProtocolKind) -> AwsError {
        let is_xml = kind == ProtocolKind::RestXml;
        match self {
            Self::TooLarge { .. } if is_xml => {
                AwsError::sender("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
            }
            Self::TooLarge { limit } => AwsError::sender(
                "RequestEntityTooLargeException",
                format!("Request must be smaller than {limit} bytes"),
            )
            .with_status(413),
            Self::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
                // Source: S3's documentation, "List of error codes".
                let message = "Your socket connection to the server was not read from or written to within \
                               the timeout period.";
                if is_xml {
                    return AwsError::sender("RequestTimeout", message);
                }
                AwsError::sender("RequestTimeoutException", message).with_status(408)
            }
            Self::Malformed(_) | Self::Io(_) if is_xml => {
                AwsError::sender("IncompleteBody", "The request body terminated unexpectedly")
            }
            Self::Malformed(_) | Self::Io(_) => AwsError::serialization(self.to_string()),
            Self::WrongLength { .. } => AwsError::sender(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            ),
            Self::ChecksumMismatch { algorithm: CONTENT_MD5, .. } => {
                AwsError::sender("BadDigest", "The Content-MD5 you specified did not match what we received.")
            }
            Self::ChecksumMismatch { algorithm: CONTENT_SHA256, .. } => AwsError::sender(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ),
            Self::ChecksumMismatch { algorithm, .. } => AwsError::sender(
                "BadDigest",
                format!(
                    "The {} you specified did not match the calculated checksum.",
                    algorithm.to_ascii_uppercase()
                ),
            ),
            Self::Service(error) => AwsError::from(&*error),
        }
    }
}

/// For handlers that read a streaming body: in the words of rest-xml, as nearly all of these are S3's.
impl From<StreamError> for AwsError {
    fn from(error: StreamError) -> Self {
        error.into_error(ProtocolKind::RestXml)
    }
}
