//! Bodies of requests before a protocol sees them: content codings are taken off and checksums verified,
//! piece by piece, while the body passes through. Nothing is collected here.
//!
//! In the order in which they lie around a body, the outermost first: [`aws_chunked`], the checksums of
//! `x-amz-checksum-*`, `Content-MD5` and `x-amz-content-sha256`, then `gzip`. What is wrong with headers is
//! said at once; what is wrong with the body is a [`StreamError`] at the place where it shows, for which
//! [`StreamError::into_error`] has the words of the service.

pub mod aws_chunked;
pub mod checksum;
mod error;
mod gzip;
pub(crate) mod stage;
mod verify;

use asf_schema::{Kind, Location, Operation, OperationFlags, Schema};
use http::{HeaderMap, HeaderName, HeaderValue, header};

pub use checksum::{ChecksumAlgorithm, Digest, Hasher};

use crate::AwsError;
use crate::shape::ByteStream;
#[cfg(doc)]
use crate::shape::StreamError;
use crate::signature::ChunkSignatures;
use aws_chunked::CODING;
use stage::Staged;
use verify::Check;

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
pub(crate) const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
const UNSIGNED_WITH_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// What is done to a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeOptions {
    /// `Content-Encoding: gzip` is how the request was sent, and is taken off. Otherwise it belongs to what
    /// was sent (an object of S3) and stays.
    pub decode_gzip: bool,
    /// `x-amz-checksum-*` and `Content-MD5` are checksums of the body, and are verified. In
    /// `CompleteMultipartUpload`, for one, they are not the body's. A checksum that a trailer announces is
    /// always verified.
    pub verify_checksums: bool,
    /// The body is verified against `x-amz-content-sha256`.
    pub verify_sha256: bool,
}

impl DecodeOptions {
    /// What an operation's model asks for: gzip, unless the body or the header is a member of the input
    /// that the handler gets as it was sent; checksums, if the operation has them (`httpChecksum`). The
    /// SHA-256 is left to whoever verifies signatures.
    #[must_use]
    pub fn of(operation: Operation) -> Self {
        let is_handed_on = |schema: Schema| {
            schema.payload().is_some_and(|member| member.target().kind() == Kind::Blob)
                || schema.members().any(|member| {
                    member.location() == Location::Header
                        && member.wire_name().eq_ignore_ascii_case(header::CONTENT_ENCODING.as_str())
                })
        };
        let row = operation.row();
        let asks = row.http_checksum.is_some_and(|checksum| {
            checksum.request_checksum_required || checksum.request_algorithm_member.is_some()
        });
        Self {
            decode_gzip: !operation.input().is_some_and(is_handed_on),
            verify_checksums: asks || row.flags.contains(OperationFlags::CHECKSUM_REQUIRED),
            verify_sha256: false,
        }
    }
}

/// Takes the content codings off a request's body. `Content-Encoding` and `Content-Length` become those of
/// the body that is left; all other headers stay, as the operation may have them as members. Without
/// `x-amz-decoded-content-length` the length of an aws-chunked body is unknown, and is not checked.
///
/// ```
/// use asf_runtime::body::{DecodeOptions, decode};
/// use http::{HeaderMap, HeaderValue};
/// # use futures_util::FutureExt;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("content-encoding", HeaderValue::from_static("aws-chunked"));
/// let body = decode(&mut headers, "5\r\nhello\r\n0\r\n\r\n".into(), DecodeOptions::default())?;
/// let bytes = body.collect(1024); // .await
/// # let bytes = bytes.now_or_never().ok_or("it waits")?;
/// assert_eq!(bytes?, "hello");
/// assert!(headers.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// S3's errors for headers that are no checksum, no length, or more than one checksum. The body itself has
/// not been looked at: what is wrong with it is an error of the stream.
pub fn decode(
    headers: &mut HeaderMap,
    body: ByteStream,
    options: DecodeOptions,
) -> Result<ByteStream, AwsError> {
    decode_signed(headers, body, options, None)
}

/// Like [`decode`], and verifies the signatures of the chunks, if it is given what they follow from.
///
/// # Errors
/// As [`decode`].
pub fn decode_signed(
    headers: &mut HeaderMap,
    body: ByteStream,
    options: DecodeOptions,
    signatures: Option<ChunkSignatures>,
) -> Result<ByteStream, AwsError> {
    let mut codings = codings(headers);
    let named = codings.len();
    codings.retain(|it| !it.eq_ignore_ascii_case(CODING));
    let chunked = codings.len() < named || is_chunked(headers);
    let trailer = if chunked { announced_trailer(headers)? } else { None };
    let checks = checks(headers, options, trailer.is_some(), chunked)?;

    let mut body = body;
    if chunked {
        let length = decoded_length(headers)?;
        let decoder = aws_chunked::Decoder::new(length, trailer).with_signatures(signatures);
        body = ByteStream::from_stream(Staged::new(body, decoder), length);
        set(headers, header::CONTENT_LENGTH, length.map(HeaderValue::from));
    }
    if !checks.is_empty() {
        let length = body.length();
        body = ByteStream::from_stream(Staged::new(body, verify::Verify::new(checks)), length);
    }
    let is_gzip = |coding: &String| ["gzip", "x-gzip"].iter().any(|it| coding.eq_ignore_ascii_case(it));
    if options.decode_gzip && codings.pop_if(|it| is_gzip(it)).is_some() {
        body = ByteStream::from_stream(Staged::new(body, gzip::Gunzip::new()), None);
        headers.remove(header::CONTENT_LENGTH);
    }
    if codings.len() < named {
        let left = Some(codings.join(",")).filter(|it| !it.is_empty());
        set(headers, header::CONTENT_ENCODING, left.and_then(|it| HeaderValue::try_from(it).ok()));
    }
    Ok(body)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    match value {
        Some(value) => headers.insert(name, value),
        None => headers.remove(name),
    };
}

/// The content codings, in the order in which they were applied. Clients write aws-chunked first or last.
fn codings(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().filter_map(|it| it.to_str().ok());
    let codings = values.flat_map(|it| it.split(',')).map(str::trim).filter(|it| !it.is_empty());
    codings.map(str::to_owned).collect()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    // What is not text is no value of any of these headers: an empty one, which is refused where it counts.
    headers.get(name).map(|it| it.to_str().unwrap_or_default().trim())
}

/// Whether the signature says that the body comes in chunks (of bytes: events are frames of their own).
fn is_chunked(headers: &HeaderMap) -> bool {
    let sha256 = text(headers, &CONTENT_SHA256).unwrap_or_default();
    sha256.starts_with("STREAMING-") && !sha256.ends_with("-EVENTS")
}

fn decoded_length(headers: &HeaderMap) -> Result<Option<u64>, AwsError> {
    let Some(value) = text(headers, &DECODED_LENGTH) else { return Ok(None) };
    let digits = Some(value).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let length = digits.and_then(|it| it.parse().ok()).ok_or_else(|| {
        AwsError::sender("InvalidArgument", "Value for x-amz-decoded-content-length header is invalid.")
    })?;
    Ok(Some(length))
}

/// The checksum that comes after the body.
fn announced_trailer(headers: &HeaderMap) -> Result<Option<ChecksumAlgorithm>, AwsError> {
    let names = headers.get_all(&TRAILER).iter().flat_map(|it| it.as_bytes().split(|byte| *byte == b','));
    let mut found = None;
    for name in names.map(<[u8]>::trim_ascii).filter(|it| !it.is_empty()) {
        let algorithm = std::str::from_utf8(name).ok().and_then(ChecksumAlgorithm::from_header);
        let algorithm = algorithm.ok_or_else(|| {
            AwsError::sender(
                "InvalidRequest",
                "The value specified in the x-amz-trailer header is not supported",
            )
        })?;
        if found.is_some_and(|it| it != algorithm) {
            return Err(multiple_checksums());
        }
        found = Some(algorithm);
    }
    Ok(found)
}

/// The checksums that the headers announce.
fn checks(
    headers: &HeaderMap,
    options: DecodeOptions,
    has_trailer: bool,
    chunked: bool,
) -> Result<Vec<Check>, AwsError> {
    let mut checks = Vec::new();
    if options.verify_checksums {
        for algorithm in ChecksumAlgorithm::ALL {
            let name = algorithm.header();
            let Some(value) = text(headers, &name) else { continue };
            if has_trailer {
                return Err(AwsError::sender("InvalidRequest", "Expecting a single x-amz-checksum- header"));
            }
            if !checks.is_empty() {
                return Err(multiple_checksums());
            }
            // `test_s3::TestS3MultipartUploadChecksum::test_multipart_upload_part_checksum_exception[CRC32]`
            let digest = algorithm.parse(value).ok_or_else(|| {
                AwsError::sender("InvalidRequest", format!("Value for {name} header is invalid."))
            })?;
            checks.push(Check::checksum(algorithm.hasher(), digest));
        }
        if let Some(value) = text(headers, &CONTENT_MD5) {
            // `test_s3::TestS3::test_s3_invalid_content_md5`
            let digest = ChecksumAlgorithm::Md5.parse(value).ok_or_else(|| {
                AwsError::sender("InvalidDigest", "The Content-MD5 you specified was invalid.")
                    .with_detail("Content-MD5", value)
            })?;
            checks.push(Check::content_md5(digest));
        }
    }
    let sha256 = text(headers, &CONTENT_SHA256).filter(|it| !it.is_empty() && *it != "UNSIGNED-PAYLOAD");
    if let Some(value) =
        sha256.filter(|it| options.verify_sha256 && !chunked && !it.starts_with("STREAMING-"))
    {
        let digest = Digest::from_hex(value).filter(|it| it.as_bytes().len() == 32).ok_or_else(|| {
            AwsError::sender(
                "InvalidArgument",
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, \
                 STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER \
                 or a valid sha256 value.",
            )
        })?;
        checks.push(Check::content_sha256(digest));
    }
    Ok(checks)
}

fn multiple_checksums() -> AwsError {
    AwsError::sender(
        "InvalidRequest",
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    )
}

#[cfg(test)]
mod tests;
