//! `CompleteMultipartUpload`.

use std::collections::BTreeMap;
use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::body::{ChecksumAlgorithm as Algorithm, Hasher};
use asf_runtime::store::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::S3Provider;
use super::reads::quoted;
use super::uploads::{FoundUpload, checksum_type};
use super::writes::created;
use crate::checksums::{self, given_checksum, put_checksum};
use crate::conditions::{WriteConditions, bare};
use crate::configuration;
use crate::encryption::put_encryption;
use crate::error::Fault;
use crate::events::{EventKind, publish};
use crate::models::{
    Bucket as BucketRecord, Checksum, Completion, Encryption, ObjectData, Part as PartRow, PartRecord, Upload,
};
use crate::objects::{Found, NewVersion};

/// Bytes that each part but the last must have ("Amazon S3 multipart upload limits").
const MIN_SIZE: u64 = 5 << 20;

/// The parts of an upload, by number.
type Parts = BTreeMap<u32, Arc<PartRow>>;

/// A part that the object is made of.
struct Chosen {
    number: u32,
    part: Arc<PartRow>,
}

/// `CompleteMultipartUpload`
pub(super) fn complete(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &CompleteMultipartUploadRequest,
) -> Result<CompleteMultipartUploadOutput, S3Error> {
    // An upload may be gone because it was completed: before, or by another request meanwhile.
    let completed = complete_now(provider, ctx, input).or_else(|fault| again(provider, ctx, input, fault));
    Ok(completed?)
}

fn complete_now(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &CompleteMultipartUploadRequest,
) -> Result<CompleteMultipartUploadOutput, Fault> {
    let found = provider.upload(
        ctx,
        input.bucket.as_deref(),
        input.expected_bucket_owner.as_deref(),
        input.key.as_deref(),
        input.upload_id.as_deref(),
    )?;
    let FoundUpload { bucket, at, upload } = &found;
    let conditions = WriteConditions::new(input.if_match.as_deref(), input.if_none_match.as_deref())?;
    check_type(upload, input.checksum_type.as_ref())?;
    let rows = provider.store.tables.parts.range_in(&at.id, .., usize::MAX);
    let parts: Parts = rows.into_iter().collect();
    let listed = listed(input);
    let chosen = choose(&at.id, upload, &parts, listed)?;
    if bucket.zone.is_some() && !(1..).zip(&chosen).all(|(number, it)| it.number == number) {
        // A 400 ("Using multipart uploads with directory buckets" of the user guide); code and words are ours.
        let message =
            "Parts of uploads to directory buckets must have consecutive part numbers that begin with 1";
        return Err(Fault::new("InvalidPartOrder", 400, message).with("UploadId", &*at.id));
    }
    let size: u64 = chosen.iter().map(|it| it.part.content.len()).sum();
    if let Some(said) = input.mpu_object_size.filter(|said| u64::try_from(*said) != Ok(size)) {
        // test_s3::TestS3MultipartUploadChecksum::test_multipart_size_validation
        let message = format!(
            "The provided 'x-amz-mp-object-size' header value {said} does not match what was computed: {size}"
        );
        return Err(Fault::invalid_request(message));
    }
    let checksum = checksum_of(upload, &chosen);
    check_whole(upload, given_checksum!(input), checksum.as_ref())?;
    let data = object_of(upload, &chosen, size, checksum);
    let now = ctx.clock().now();
    let mut completion = Completion {
        completed: now,
        key: at.key.clone(),
        parts: digest_of(listed),
        e_tag: data.e_tag.clone(),
        version_id: None,
        encryption: data.encryption.clone(),
        checksum: data.checksum.clone(),
        expiration: None,
    };
    let new = NewVersion { now, owner: upload.owner, data: Some(Box::new(data)) };
    let check = |newest: Option<&Found>| {
        check_conditions(&conditions, &found, newest)?;
        // In the same step: of two that complete it, one does.
        let removed = provider.store.remove_upload(&bucket.key, at);
        removed.map(drop).ok_or_else(|| Fault::no_such_upload(&at.id))
    };
    let keep = |written: &Found| {
        completion.version_id.clone_from(&written.version.id);
        completion.expiration = configuration::expiration(provider, bucket, &at.key, &written.version);
        provider.store.keep_completion(&bucket.key, at.id.clone(), completion.clone());
    };
    let written = provider.store.write_version_then(bucket, &at.key, new, ctx.ids(), check, keep)?;
    let kind = EventKind::ObjectCreatedCompleteMultipartUpload;
    publish(provider, ctx, bucket, || created(kind, bucket, &written));
    Ok(answer(provider, ctx, bucket, completion))
}

/// The parts that a request lists.
fn listed(input: &CompleteMultipartUploadRequest) -> &[CompletedPart] {
    input.multipart_upload.as_ref().and_then(|it| it.parts.as_deref()).unwrap_or_default()
}

/// What tells a request from one that lists other parts.
fn digest_of(listed: &[CompletedPart]) -> String {
    let mut digest = Algorithm::Sha256.hasher();
    for part in listed {
        let e_tag = bare(part.e_tag.as_deref().unwrap_or_default());
        digest.update(format!("{} {e_tag}\n", part.part_number.unwrap_or_default()).as_bytes());
    }
    digest.finish().to_hex()
}

/// The answer to a request that is made again after it succeeded: the same, for some time, whatever became of the
/// object (seen on AWS: minio/minio#13318, adobe/S3Mock#2586). No recording has the case.
///
/// # Errors
/// `fault`, if the upload was not completed; `NoSuchUpload`, if it was with other parts.
fn again(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &CompleteMultipartUploadRequest,
    fault: Fault,
) -> Result<CompleteMultipartUploadOutput, Fault> {
    let owner = input.expected_bucket_owner.as_deref();
    let Ok(bucket) = provider.bucket(ctx, input.bucket.as_deref(), owner) else { return Err(fault) };
    let id = input.upload_id.as_deref().unwrap_or_default();
    let Some(completion) = provider.store.completion(&bucket.key, id, ctx.clock().now()) else {
        return Err(fault);
    };
    let is_key = input.key.as_deref() == Some(&*completion.key);
    if is_key && completion.parts == digest_of(listed(input)) {
        return Ok(answer(provider, ctx, &bucket, Completion::clone(&completion)));
    }
    Err(Fault::no_such_upload(id))
}

fn answer(
    provider: &S3Provider,
    ctx: &RequestContext,
    bucket: &BucketRecord,
    completion: Completion,
) -> CompleteMultipartUploadOutput {
    // As `encodeURIComponent` writes it.
    let encoded = utf8_percent_encode(&completion.key, NON_ALPHANUMERIC);
    let mut output = CompleteMultipartUploadOutput {
        location: Some(format!("{}/{}/{encoded}", provider.public.base(&ctx.request), bucket.name)),
        bucket: Some(bucket.name.to_string()),
        key: Some(completion.key.to_string()),
        e_tag: Some(quoted(&completion.e_tag)),
        version_id: completion.version_id.as_deref().map(str::to_owned),
        expiration: completion.expiration,
        ..Default::default()
    };
    match &completion.encryption {
        // test_s3::TestS3SSECEncryption::test_multipart_upload_sse_c
        Encryption::Customer { .. } => {}
        encryption => {
            #[derive(Default)]
            struct Said {
                server_side_encryption: Option<ServerSideEncryption>,
                ssekms_key_id: Option<String>,
                bucket_key_enabled: Option<bool>,
                sse_customer_algorithm: Option<String>,
                sse_customer_key_md5: Option<String>,
            }
            let mut said = Said::default();
            put_encryption!(said, encryption);
            output.server_side_encryption = said.server_side_encryption;
            output.ssekms_key_id = said.ssekms_key_id;
            output.bucket_key_enabled = said.bucket_key_enabled;
        }
    }
    if let Some(checksum) = completion.checksum {
        output.checksum_type = Some(checksum.kind());
        put_checksum!(output, &checksum.algorithm, checksum.value);
    }
    output
}

/// The checksum mode of the request must be that of the upload
/// (test_s3::TestS3MultipartUploadChecksum::test_complete_multipart_parts_checksum_default).
fn check_type(upload: &Upload, asked: Option<&ChecksumType>) -> Result<(), Fault> {
    let own = upload.checksum_algorithm.as_ref().map(|_| checksum_type(upload.is_composite));
    let own = own.as_ref().map_or("null", ChecksumType::as_str);
    match asked {
        Some(asked) if asked.as_str() != own => Err(Fault::invalid_request(format!(
            "The upload was created using the {own} checksum mode. The complete request must use the same checksum \
             mode."
        ))),
        _ => Ok(()),
    }
}

/// The parts that a request lists.
///
/// # Errors
/// `InvalidRequest`, `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`
/// (test_s3::test_multipart_complete_multipart_too_small, ::test_multipart_complete_multipart_wrong_part,
/// ::test_complete_multipart_parts_order)
fn choose(id: &str, upload: &Upload, parts: &Parts, listed: &[CompletedPart]) -> Result<Vec<Chosen>, Fault> {
    if listed.is_empty() {
        return Err(Fault::invalid_request("You must specify at least one part"));
    }
    let mut chosen: Vec<Chosen> = Vec::with_capacity(listed.len());
    for asked in listed {
        let number = asked.part_number.unwrap_or_default();
        let e_tag = bare(asked.e_tag.as_deref().unwrap_or_default());
        let invalid = || {
            Fault::new(
                "InvalidPart",
                400,
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or \
                 the specified entity tag may not match the part's entity tag.",
            )
            .with("UploadId", id)
            .with("PartNumber", number.to_string())
            .with("ETag", e_tag)
        };
        let found = u32::try_from(number).ok().and_then(|it| Some((it, parts.get(&it)?)));
        if chosen.last().is_some_and(|last| i64::from(number) <= i64::from(last.number)) {
            let message =
                "The list of parts was not in ascending order. Parts must be ordered by part number.";
            return Err(Fault::new("InvalidPartOrder", 400, message).with("UploadId", id));
        }
        let (number, part) = found.filter(|(_, part)| part.e_tag == e_tag).ok_or_else(invalid)?;
        let given = given_checksum!(*asked);
        match (&given, upload.checksum_algorithm.as_deref()) {
            (None, Some(algorithm)) if upload.is_composite => {
                return Err(Fault::invalid_request(format!(
                    "The upload was created using a {} checksum. The complete request must include the checksum \
                     for each part. It was missing for part {number} in the request.",
                    algorithm.to_ascii_lowercase()
                )));
            }
            // Of a part whose checksum nobody asked for there is none to compare with.
            (Some(_), None) => return Err(invalid()),
            (Some((algorithm, value)), Some(_)) => {
                let own = part.checksum.as_ref();
                if own.is_none_or(|(name, own)| *name != checksums::name(*algorithm) || own != value) {
                    return Err(invalid());
                }
            }
            (None, _) => {}
        }
        chosen.push(Chosen { number, part: part.clone() });
    }
    let before_last = chosen.split_last().map(|(_, before)| before).unwrap_or_default();
    if let Some(small) = before_last.iter().find(|it| it.part.content.len() < MIN_SIZE) {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        return Err(Fault::new("EntityTooSmall", 400, message)
            .with("ProposedSize", small.part.content.len().to_string())
            .with("MinSizeAllowed", MIN_SIZE.to_string())
            .with("PartNumber", small.number.to_string())
            .with("ETag", small.part.e_tag.as_str()));
    }
    Ok(chosen)
}

/// The checksum of the object: of the parts' checksums, or of all bytes, joined without reading them.
fn checksum_of(upload: &Upload, chosen: &[Chosen]) -> Option<Checksum> {
    let own = upload.checksum_algorithm.as_deref().and_then(Algorithm::from_name);
    if own.is_none() && matches!(upload.encryption, Encryption::Customer { .. }) {
        return None;
    }
    let algorithm = own.unwrap_or(checksums::DEFAULT);
    let mut digests = chosen.iter().map(|it| {
        let (_, value) = it.part.checksum.as_ref()?;
        Some((algorithm.parse(value)?, it.part.content.len()))
    });
    if upload.is_composite {
        let mut hasher: Hasher = algorithm.hasher();
        for digest in digests {
            hasher.update(digest?.0.as_bytes());
        }
        let value = format!("{}-{}", hasher.finish(), chosen.len());
        return Some(Checksum { algorithm: checksums::name(algorithm), value, is_composite: true });
    }
    let (first, _) = digests.next()??;
    let joined = digests.try_fold(first, |joined, digest| {
        let (digest, length) = digest?;
        algorithm.combine(&joined, &digest, length)
    })?;
    Some(Checksum::full(algorithm, joined.to_base64()))
}

/// test_s3::TestS3MultipartUploadChecksum::test_multipart_parts_checksum_exceptions_full_object
fn check_whole(
    upload: &Upload,
    given: Option<(Algorithm, String)>,
    own: Option<&Checksum>,
) -> Result<(), Fault> {
    let Some((algorithm, value)) = given else { return Ok(()) };
    let is_own = own.is_some_and(|own| {
        let bytes = |text: &str| STANDARD.decode(text.split('-').next().unwrap_or_default()).ok();
        own.algorithm == checksums::name(algorithm) && bytes(&own.value) == bytes(&value)
    });
    if is_own {
        return Ok(());
    }
    let name = upload
        .checksum_algorithm
        .as_deref()
        .map_or_else(|| algorithm.name().to_owned(), str::to_ascii_lowercase);
    Err(Fault::new(
        "BadDigest",
        400,
        format!("The {name} you specified did not match the calculated checksum."),
    ))
}

fn object_of(upload: &Upload, chosen: &[Chosen], size: u64, checksum: Option<Checksum>) -> ObjectData {
    let mut md5 = Algorithm::Md5.hasher();
    for it in chosen {
        md5.update(&bytes_of_hex(&it.part.e_tag));
    }
    let part = |it: &Chosen| PartRecord {
        number: it.number,
        size: it.part.content.len(),
        checksum: it.part.checksum.as_ref().map(|(_, value)| value.clone()),
    };
    ObjectData {
        size,
        e_tag: format!("{}-{}", md5.finish().to_hex(), chosen.len()),
        content: Blob::join(chosen.iter().map(|it| &it.part.content)),
        headers: upload.headers.clone(),
        metadata: upload.metadata.clone(),
        storage_class: upload.storage_class.clone(),
        checksum,
        parts: chosen.iter().map(part).collect(),
        encryption: upload.encryption.clone(),
        tags: upload.tags.clone(),
        acl: upload.acl.clone(),
        retention: upload.retention,
        legal_hold: upload.legal_hold,
        restored_until: None,
    }
}

/// The bytes of hexadecimal digits.
fn bytes_of_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().map(|[high, low]| (digit(*high) << 4 | digit(*low)) as u8).collect()
}

/// Conditions of the request; what was written or removed while the upload was under way is a conflict
/// (test_s3_api::TestS3ObjectWritePrecondition::test_multipart_if_match_with_put,
/// ::test_multipart_if_none_match_with_delete).
fn check_conditions(
    conditions: &WriteConditions<'_>,
    found: &FoundUpload,
    newest: Option<&Found>,
) -> Result<(), Fault> {
    let conflict = |condition: &str| {
        let message =
            "The conditional request cannot succeed due to a conflicting operation against this resource.";
        let fault = Fault::new("ConditionalRequestConflict", 409, message);
        fault.with("Condition", condition).with("Key", &*found.at.key)
    };
    conditions.check(&found.at.key, newest)?;
    let came_later = |newest: &Found| newest.sequence() > found.upload.sequence;
    if conditions.wants_something() && newest.is_some_and(came_later) {
        return Err(conflict("If-Match"));
    }
    if conditions.wants_nothing() && found.upload.saw_removal {
        return Err(conflict("If-None-Match"));
    }
    Ok(())
}
