//! Multipart uploads: begun, filled, given up.

use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::body::ChecksumAlgorithm as Algorithm;
use asf_runtime::store::InPartition;

use super::S3Provider;
use super::reads::quoted;
use super::settings::{checked_key, settings_of};
use super::sources::source_of;
use super::writes::{algorithm_given, checked, known, owner_of_new};
use crate::checksums::{self, given_checksum, put_checksum};
use crate::encryption::{CustomerKey, customer_key, put_encryption};
use crate::error::Fault;
use crate::intake::{self, Content};
use crate::models::{Bucket as BucketRecord, Encryption, Part as PartRow, Upload, UploadKey};
use crate::ranges;

/// Numbers that parts can have ("Amazon S3 multipart upload limits").
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;

/// An upload that is under way, and where it is.
pub(super) struct FoundUpload {
    pub bucket: Arc<BucketRecord>,
    pub at: UploadKey,
    pub upload: Arc<Upload>,
}

impl S3Provider {
    /// An upload that a request means.
    ///
    /// # Errors
    /// `NoSuchUpload` (test_s3::test_multipart_key_validation)
    pub(super) fn upload(
        &self,
        ctx: &RequestContext,
        bucket: Option<&str>,
        expected_owner: Option<&str>,
        key: Option<&str>,
        id: Option<&str>,
    ) -> Result<FoundUpload, Fault> {
        let bucket = self.bucket(ctx, bucket, expected_owner)?;
        let id = id.unwrap_or_default();
        let at = UploadKey { key: key.unwrap_or_default().into(), id: id.into() };
        let upload = self.store.tables.uploads.get(&InPartition::new(bucket.key.clone(), at.clone()));
        let upload = upload.ok_or_else(|| Fault::no_such_upload(id))?;
        Ok(FoundUpload { bucket, at, upload })
    }
}

/// `CreateMultipartUpload`
pub(super) fn create(
    provider: &S3Provider,
    ctx: &RequestContext,
    mut input: CreateMultipartUploadRequest,
) -> Result<CreateMultipartUploadOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key: Arc<str> = checked_key(input.key.as_deref())?.into();
    let algorithm = input.checksum_algorithm.as_ref().map(|it| known(it.as_str())).transpose()?;
    let is_composite = composes(algorithm, input.checksum_type.as_ref())?;
    let settings = settings_of!(provider, ctx, &bucket, input);
    let now = ctx.clock().now();
    let sequence = provider.store.next_sequence(now);
    let upload = Upload {
        initiated: now.truncated_to_seconds(),
        owner: owner_of_new(ctx, &bucket),
        headers: settings.headers,
        metadata: settings.metadata,
        storage_class: settings.storage_class,
        checksum_algorithm: algorithm.map(checksums::name),
        is_composite,
        encryption: settings.encryption,
        tags: settings.tags,
        acl: settings.acl,
        retention: settings.retention,
        legal_hold: settings.legal_hold,
        sequence,
        saw_removal: false,
    };
    // Uploads of a key are listed in the order of their beginning, which is that of their ids.
    let rest = ctx.ids().text(48, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._");
    let id = format!("{sequence:016x}{rest}");
    let mut output = CreateMultipartUploadOutput {
        bucket: Some(bucket.name.to_string()),
        key: Some(key.to_string()),
        upload_id: Some(id.clone()),
        checksum_algorithm: algorithm.map(|it| checksums::name(it).as_str().into()),
        checksum_type: algorithm.map(|_| checksum_type(is_composite)),
        ..Default::default()
    };
    put_encryption!(output, &upload.encryption);
    (output.abort_date, output.abort_rule_id) =
        crate::configuration::abortion(provider, &bucket, &key, upload.initiated).unzip();
    let at = UploadKey { key, id: id.into() };
    let tables = &provider.store.tables;
    provider.store.state().atomically(|| {
        tables.uploads.write_in(&bucket.key, |uploads| {
            let is_there =
                tables.buckets.get(&bucket.key).is_some_and(|it| it.incarnation == bucket.incarnation);
            if !is_there {
                return Err(Fault::no_such_bucket(&bucket.name));
            }
            uploads.insert(InPartition::new(bucket.key.clone(), at), upload);
            Ok(())
        })
    })?;
    Ok(output)
}

pub(super) fn checksum_type(is_composite: bool) -> ChecksumType {
    if is_composite { ChecksumType::Composite } else { ChecksumType::FullObject }
}

/// Whether the object's checksum is made of the parts' checksums ("Checking object integrity" of the user guide).
fn composes(algorithm: Option<Algorithm>, kind: Option<&ChecksumType>) -> Result<bool, Fault> {
    let Some(algorithm) = algorithm else {
        if kind.is_none() {
            return Ok(false);
        }
        let message =
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.";
        return Err(Fault::invalid_request(message));
    };
    let can_join = matches!(algorithm, Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Crc64Nvme);
    let cannot = |kind: &str| {
        let message =
            format!("The {kind} checksum type cannot be used with the {algorithm} checksum algorithm.");
        Err(Fault::invalid_request(message))
    };
    match kind {
        None => Ok(algorithm != Algorithm::Crc64Nvme),
        Some(ChecksumType::Composite) if algorithm == Algorithm::Crc64Nvme => cannot("COMPOSITE"),
        Some(ChecksumType::FullObject) if !can_join => cannot("FULL_OBJECT"),
        Some(ChecksumType::Composite) => Ok(true),
        Some(ChecksumType::FullObject) => Ok(false),
        Some(_) => Err(Fault::invalid_request("Value for x-amz-checksum-type header is invalid.")),
    }
}

/// `UploadPart`
pub(super) async fn part(
    provider: &S3Provider,
    ctx: &RequestContext,
    mut input: UploadPartRequest,
) -> Result<UploadPartOutput, S3Error> {
    let number = part_number(input.part_number)?;
    let found = provider.upload(
        ctx,
        input.bucket.as_deref(),
        input.expected_bucket_owner.as_deref(),
        input.key.as_deref(),
        input.upload_id.as_deref(),
    )?;
    check_key(&found.upload, &customer_key!(input))?;
    let given = algorithm_given(ctx, given_checksum!(input));
    let of_upload = found.upload.checksum_algorithm.as_deref().and_then(Algorithm::from_name);
    if let Some((expected, actual)) = of_upload.zip(given).filter(|(expected, actual)| expected != actual) {
        // test_s3::TestS3MultipartUploadChecksum::test_multipart_parts_checksum_exceptions_composite
        let message = format!(
            "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
        );
        return Err(Fault::invalid_request(message).into());
    }
    // Parts of whom nobody said anything are joined by S3's default.
    let kept = of_upload.unwrap_or(checksums::DEFAULT);
    let answered = given.unwrap_or(kept);
    let body = input.body.take().unwrap_or_default();
    let content = intake::take_in(&provider.store.blobs(), body, &[kept, answered]).await?;
    checked(given_checksum!(input), answered, &content)?;
    let checksum = content.checksum(answered);
    let e_tag = keep(provider, ctx, &found, number, kept, content)?;
    let mut output = UploadPartOutput { e_tag: Some(quoted(&e_tag)), ..Default::default() };
    put_encryption!(output, &found.upload.encryption);
    if let Some(value) = checksum {
        put_checksum!(output, answered.name(), value);
    }
    Ok(output)
}

/// `UploadPartCopy`: the bytes are read once, for their digests, and stay where they are.
pub(super) async fn part_copy(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: UploadPartCopyRequest,
) -> Result<UploadPartCopyOutput, S3Error> {
    let number = part_number(input.part_number)?;
    let found = provider.upload(
        ctx,
        input.bucket.as_deref(),
        input.expected_bucket_owner.as_deref(),
        input.key.as_deref(),
        input.upload_id.as_deref(),
    )?;
    let source = source_of!(input).find(provider, ctx)?;
    let data = source.found.data()?;
    let range = match input.copy_source_range.as_deref() {
        Some(header) => ranges::of_source(header, data.size)?,
        None => 0..data.size,
    };
    check_key(&found.upload, &customer_key!(input))?;
    let of_upload = found.upload.checksum_algorithm.as_deref().and_then(Algorithm::from_name);
    let kept = of_upload.unwrap_or(checksums::DEFAULT);
    let content = intake::look_through(data.content.slice(range), &[kept]).await?;
    let checksum = content.checksum(kept).filter(|_| of_upload.is_some());
    let e_tag = keep(provider, ctx, &found, number, kept, content)?;
    let mut result = CopyPartResult {
        e_tag: Some(quoted(&e_tag)),
        last_modified: Some(ctx.clock().now().truncated_to_seconds()),
        ..Default::default()
    };
    if let Some(value) = checksum {
        put_checksum!(result, kept.name(), value);
    }
    let mut output = UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: source.found.version.id.as_deref().map(str::to_owned),
        ..Default::default()
    };
    put_encryption!(output, &found.upload.encryption);
    Ok(output)
}

/// Puts a part in, in the place of one of its number, if the upload is still there. Returns its entity tag.
fn keep(
    provider: &S3Provider,
    ctx: &RequestContext,
    found: &FoundUpload,
    number: u32,
    algorithm: Algorithm,
    content: Content,
) -> Result<String, Fault> {
    let e_tag = content.md5.to_hex();
    let part = PartRow {
        modified: ctx.clock().now().truncated_to_seconds(),
        e_tag: e_tag.clone(),
        checksum: content.checksum(algorithm).map(|value| (checksums::name(algorithm), value)),
        content: content.blob,
    };
    let tables = &provider.store.tables;
    provider.store.state().atomically(|| {
        tables.parts.write_in(&found.at.id, |parts| {
            let at = InPartition::new(found.bucket.key.clone(), found.at.clone());
            if !tables.uploads.contains(&at) {
                return Err(Fault::no_such_upload(&found.at.id));
            }
            parts.insert(InPartition::new(found.at.id.clone(), number), part);
            Ok(e_tag)
        })
    })
}

/// test_s3::test_complete_multipart_parts_order
fn part_number(number: Option<i32>) -> Result<u32, Fault> {
    let number = number.unwrap_or_default();
    match u32::try_from(number) {
        Ok(valid) if NUMBERS.contains(&number) => Ok(valid),
        _ => {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            Err(Fault::invalid_argument(message, "partNumber", number.to_string()))
        }
    }
}

/// test_s3::TestS3SSECEncryption::test_multipart_upload_sse_c_validation
fn check_key(upload: &Upload, key: &CustomerKey<'_>) -> Result<(), Fault> {
    let missing = "The multipart upload initiate requested encryption. Subsequent part requests must include the \
                   appropriate encryption parameters.";
    match &upload.encryption {
        Encryption::Customer { key_md5 } if key.is_given() => {
            if key.checked()? == *key_md5 {
                return Ok(());
            }
            let message = "The provided encryption parameters did not match the ones used originally.";
            Err(Fault::invalid_request(message))
        }
        Encryption::Customer { .. } => Err(Fault::invalid_request(missing)),
        _ if key.is_given() => Err(Fault::invalid_request(missing)),
        _ => Ok(()),
    }
}

/// `AbortMultipartUpload`
pub(super) fn abort(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &AbortMultipartUploadRequest,
) -> Result<AbortMultipartUploadOutput, S3Error> {
    let found = provider.upload(
        ctx,
        input.bucket.as_deref(),
        input.expected_bucket_owner.as_deref(),
        input.key.as_deref(),
        input.upload_id.as_deref(),
    )?;
    let removed =
        provider.store.state().atomically(|| provider.store.remove_upload(&found.bucket.key, &found.at));
    removed.ok_or_else(|| Fault::no_such_upload(&found.at.id))?;
    Ok(AbortMultipartUploadOutput::default())
}
