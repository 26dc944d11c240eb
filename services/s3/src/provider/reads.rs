//! `GetObject`, `HeadObject`.

use std::ops::Range;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::schema::TimestampFormat;
use asf_runtime::shape::{ByteStream, StreamError};
use asf_runtime::store::Blob;
use futures_util::StreamExt;
use indexmap::IndexMap;

use super::S3Provider;
use super::lookup::OnMarker;
use crate::checksums::put_checksum;
use crate::conditions::ReadConditions;
use crate::encryption::{customer_key, put_encryption};
use crate::error::Fault;
use crate::locks::mode_name;
use crate::models::{Checksum, ObjectData};
use crate::{configuration, metadata, ranges};

/// Content up to this many bytes is read before the answer begins.
const AT_ONCE: u64 = 64 << 10;

/// Which bytes of an object a read gets.
struct View {
    range: Range<u64>,
    /// 206, if the read asked for a part.
    status: Option<i32>,
    content_range: Option<String>,
    parts_count: Option<i32>,
    checksum: Option<Checksum>,
}

impl View {
    fn of(data: &ObjectData, range: Option<&str>, part: Option<i32>) -> Result<Self, Fault> {
        let number = data.parts.len();
        let parts_count = part.filter(|_| number > 0).map(|_| i32::try_from(number).unwrap_or(i32::MAX));
        let mut of_part = None;
        let asked = match (range, part) {
            (Some(_), Some(_)) => {
                let message = "Cannot specify both Range header and partNumber query parameter";
                return Err(Fault::invalid_request(message));
            }
            (Some(range), None) => ranges::of_header(range, data.size)?,
            (None, Some(part)) => {
                let (range, checksum) = part_of(data, part)?;
                of_part = checksum;
                Some(range)
            }
            (None, None) => None,
        };
        let full = 0..data.size;
        // The checksum is of all of it, but parts have their own where the object's is made of them
        // (test_s3::test_get_object_part_checksum).
        let whole = || data.checksum.clone().filter(|_| asked.as_ref().is_none_or(|it| *it == full));
        let checksum = of_part.or_else(whole);
        let size = data.size;
        let content_range = asked.as_ref().map(|range| {
            let last = range.end.saturating_sub(1);
            format!("bytes {}-{last}/{size}", range.start)
        });
        // Of no bytes there is no range.
        let content_range = content_range.filter(|_| size > 0);
        let status = content_range.as_ref().map(|_| 206);
        Ok(Self { range: asked.unwrap_or(full), status, content_range, parts_count, checksum })
    }
}

/// Range and checksum of a part, by the number that it was uploaded under.
fn part_of(data: &ObjectData, number: i32) -> Result<(Range<u64>, Option<Checksum>), Fault> {
    let unsatisfiable = |count: usize| {
        Fault::new("InvalidPartNumber", 416, "The requested partnumber is not satisfiable")
            .with("PartNumberRequested", number.to_string())
            .with("ActualPartCount", count.to_string())
    };
    if number < 1 {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(Fault::invalid_argument(message, "partNumber", number.to_string()));
    }
    if data.parts.is_empty() {
        return if number == 1 { Ok((0..data.size, None)) } else { Err(unsatisfiable(1)) };
    }
    let mut start = 0;
    for part in &data.parts {
        if i64::from(part.number) == i64::from(number) {
            let composite = data.checksum.as_ref().filter(|it| it.is_composite);
            let checksum = composite.zip(part.checksum.clone());
            let checksum = checksum.map(|(whole, value)| Checksum { value, ..whole.clone() });
            return Ok((start..start + part.size, checksum));
        }
        start += part.size;
    }
    Err(unsatisfiable(data.parts.len()))
}

/// Fills what the outputs of both operations have in common.
macro_rules! describe {
    ($output:ident, $provider:expr, $bucket:expr, $found:expr, $data:expr, $view:expr, $input:expr) => {{
        let (data, version) = ($data, &$found.version);
        let headers = &data.headers;
        let mut output = $output {
            status_code: $view.status,
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from($view.range.end - $view.range.start).ok(),
            content_range: $view.content_range,
            parts_count: $view.parts_count,
            last_modified: Some(version.modified),
            e_tag: Some(quoted(&data.e_tag)),
            version_id: $bucket.shown_version(version),
            cache_control: $input.response_cache_control.or_else(|| headers.cache_control.clone()),
            content_disposition: $input
                .response_content_disposition
                .or_else(|| headers.content_disposition.clone()),
            content_encoding: $input.response_content_encoding.or_else(|| headers.content_encoding.clone()),
            content_language: $input.response_content_language.or_else(|| headers.content_language.clone()),
            content_type: $input
                .response_content_type
                .or_else(|| headers.content_type.clone())
                .or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
            expires: $input
                .response_expires
                .map(|it| it.format(TimestampFormat::HttpDate))
                .or_else(|| headers.expires.clone()),
            website_redirect_location: headers.website_redirect_location.clone(),
            metadata: Some(shown_metadata(data)),
            storage_class: shown_class(&data.storage_class),
            tag_count: Some(data.tags.len()).filter(|it| *it > 0).and_then(|it| i32::try_from(it).ok()),
            object_lock_mode: data.retention.map(|it| mode_name(it.mode).into()),
            object_lock_retain_until_date: data.retention.map(|it| it.until),
            object_lock_legal_hold_status: data.legal_hold.map(|it| if it { "ON" } else { "OFF" }.into()),
            restore: restore(data),
            // Only where no version is named
            // (test_s3::TestS3BucketLifecycle::test_bucket_lifecycle_configuration_object_expiry_versioned).
            expiration: match $input.version_id {
                None => configuration::expiration($provider, &$bucket, &$found.at.key, version),
                Some(_) => None,
            },
            ..Default::default()
        };
        put_encryption!(output, &data.encryption);
        let wanted = $input.checksum_mode == Some(ChecksumMode::Enabled);
        if let Some(checksum) = $view.checksum.filter(|_| wanted) {
            output.checksum_type = Some(checksum.kind());
            put_checksum!(output, &checksum.algorithm, checksum.value);
        }
        output
    }};
}

/// `GetObject`
pub(super) async fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: GetObjectRequest,
) -> Result<GetObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "GET", OnMarker::NoSuchKey)?;
    let data = found.data()?;
    let now = ctx.clock().now();
    check_archived(data, now)?;
    customer_key!(input).open(data)?;
    let conditions = ReadConditions {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&found.version, data, now)?;
    let view = View::of(data, input.range.as_deref(), input.part_number)?;
    let body = body(&data.content.slice(view.range.clone())).await?;
    let mut output = describe!(GetObjectOutput, provider, bucket, found, data, view, input);
    output.body = Some(body);
    Ok(output)
}

/// `HeadObject`
pub(super) fn head(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: HeadObjectRequest,
) -> Result<HeadObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "HEAD", OnMarker::NoSuchKey)?;
    let data = found.data()?;
    customer_key!(input).open(data)?;
    let conditions = ReadConditions {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&found.version, data, ctx.clock().now())?;
    let view = View::of(data, input.range.as_deref(), input.part_number)?;
    Ok(describe!(HeadObjectOutput, provider, bucket, found, data, view, input))
}

/// What objects are of whom nobody said what they are.
pub(super) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// An entity tag as answers have it.
pub(super) fn quoted(e_tag: &str) -> String {
    format!("\"{e_tag}\"")
}

fn shown_metadata(data: &ObjectData) -> IndexMap<String, String> {
    let pairs = data.metadata.iter().map(|(name, value)| (name.clone(), metadata::shown(value).into_owned()));
    pairs.collect()
}

/// The class as heads have it: not the usual one.
fn shown_class(class: &str) -> Option<StorageClass> {
    Some(class).filter(|it| *it != "STANDARD").map(StorageClass::from)
}

/// `x-amz-restore`
fn restore(data: &ObjectData) -> Option<String> {
    let until = data.restored_until?.format(TimestampFormat::HttpDate);
    Some(format!("ongoing-request=\"false\", expiry-date=\"{until}\""))
}

/// What lies in an archive is not read (test_s3::TestS3DeepArchive::test_s3_get_deep_archive_object_restore).
pub(super) fn check_archived(data: &ObjectData, now: asf_runtime::Timestamp) -> Result<(), Fault> {
    let is_archived = matches!(data.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE");
    if !is_archived || data.restored_until.is_some_and(|until| until > now) {
        return Ok(());
    }
    Err(Fault::new("InvalidObjectState", 403, "The operation is not valid for the object's storage class")
        .with("StorageClass", data.storage_class.as_str()))
}

/// Content as the body of an answer.
async fn body(content: &Blob) -> Result<ByteStream, Fault> {
    let length = content.len();
    if length <= AT_ONCE {
        return Ok(content.bytes().await?.into());
    }
    let pieces = content
        .reader()
        .map(|piece| piece.map_err(|error| StreamError::Io(std::io::Error::other(error.to_string()))));
    Ok(ByteStream::from_stream(pieces, Some(length)))
}
