//! `aws-chunked`: the content coding in which clients of S3 send bodies whose signature or checksum they
//! know only at the end.
//!
//! ```text
//! 10000;chunk-signature=<hex>\r\n        the size in hexadecimal digits; signed bodies have the extension
//! <65536 bytes>\r\n
//! 0;chunk-signature=<hex>\r\n            the last chunk is empty
//! x-amz-checksum-crc32c:sOO8/Q==\r\n     trailers, announced in the header x-amz-trailer
//! x-amz-trailer-signature:<hex>\r\n      of signed bodies
//! \r\n
//! ```
//!
//! Signatures are verified if whoever verifies that of the request hands over what they follow from.

mod read;
mod write;

pub(super) use read::Decoder;
pub use write::encode;

/// The name in `Content-Encoding`.
pub(super) const CODING: &str = "aws-chunked";

#[cfg(test)]
pub(crate) mod tests;
