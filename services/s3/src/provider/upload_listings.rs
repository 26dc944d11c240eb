//! `ListParts`, `ListMultipartUploads`.

use std::ops::Bound;

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::S3Provider;
use super::listings::{Encoding, owner, page_size};
use super::reads::quoted;
use super::uploads::checksum_type;
use crate::checksums::put_checksum;
use crate::directory::check_pages;
use crate::error::Fault;
use crate::listing::Query;
use crate::models::{Upload, UploadKey};
use crate::names::canonical_id;

/// `ListParts`
pub(super) fn parts(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &ListPartsRequest,
) -> Result<ListPartsOutput, S3Error> {
    let found = provider.upload(
        ctx,
        input.bucket.as_deref(),
        input.expected_bucket_owner.as_deref(),
        input.key.as_deref(),
        input.upload_id.as_deref(),
    )?;
    let upload = &found.upload;
    let (max_parts, max) = page_size("max-parts", input.max_parts)?;
    let marker = input.part_number_marker.unwrap_or_default();
    let after = u32::try_from(marker).map_err(|_| {
        let message = "Argument part-number-marker must be an integer between 0 and 2147483647";
        Fault::invalid_argument(message, "part-number-marker", marker.to_string())
    })?;
    let range = (Bound::Excluded(after), Bound::Unbounded);
    let mut rows = provider.store.tables.parts.range_in(&found.at.id, range, max + 1);
    let is_truncated = rows.len() > max;
    rows.truncate(max);
    let last = rows.last().and_then(|(number, _)| i32::try_from(*number).ok());
    let parts: Vec<Part> = rows
        .iter()
        .map(|(number, row)| {
            let mut part = Part {
                part_number: i32::try_from(*number).ok(),
                last_modified: Some(row.modified),
                e_tag: Some(quoted(&row.e_tag)),
                size: i64::try_from(row.content.len()).ok(),
                ..Default::default()
            };
            let checksum = row.checksum.as_ref().filter(|_| upload.checksum_algorithm.is_some());
            if let Some((algorithm, value)) = checksum {
                put_checksum!(part, algorithm, value.clone());
            }
            part
        })
        .collect();
    let (algorithm, kind) = checksum_said(upload);
    Ok(ListPartsOutput {
        bucket: Some(found.bucket.name.to_string()),
        key: Some(found.at.key.to_string()),
        upload_id: Some(found.at.id.to_string()),
        part_number_marker: Some(marker),
        next_part_number_marker: Some(last.unwrap_or_default()),
        max_parts: Some(max_parts),
        is_truncated: Some(is_truncated),
        parts: Some(parts).filter(|it| !it.is_empty()),
        initiator: Some(initiator(upload)),
        owner: Some(owner(upload.owner)),
        storage_class: Some(upload.storage_class.as_str().into()),
        checksum_algorithm: algorithm,
        checksum_type: kind,
        ..Default::default()
    })
}

/// `ListMultipartUploads`
pub(super) fn uploads(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: ListMultipartUploadsRequest,
) -> Result<ListMultipartUploadsOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (max_uploads, max) = page_size("max-uploads", input.max_uploads)?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.filter(|it| !it.is_empty());
    if bucket.zone.is_some() {
        check_pages(&prefix, delimiter.as_deref())?;
    }
    let key_marker = input.key_marker.unwrap_or_default();
    // Without a key it says nothing ("ListMultipartUploads" in the API reference).
    let id_marker = input.upload_id_marker.filter(|_| !key_marker.is_empty()).unwrap_or_default();
    let query = Query { prefix: &prefix, delimiter: delimiter.as_deref(), max };
    let after = Some((key_marker.as_str(), Some(id_marker.as_str()).filter(|it| !it.is_empty())));
    let page = provider.store.list_uploads(&bucket.key, query, after.filter(|(key, _)| !key.is_empty()));
    // Of the last upload, whether there is more or not, and none where a prefix came last
    // (test_s3_list_operations::TestS3ListMultipartUploads, test_s3::test_multipart_and_list_parts).
    let last = page.entries.last().filter(|_| !page.ends_with_prefix);
    let (next_key, next_id) =
        last.map(|(at, _)| (encoding.text(&at.key), at.id.to_string())).unwrap_or_default();
    let shown: Vec<_> = page.entries.iter().map(|(at, upload)| shown(at, upload, encoding)).collect();
    Ok(ListMultipartUploadsOutput {
        bucket: Some(bucket.name.to_string()),
        key_marker: Some(encoding.text(&key_marker)),
        upload_id_marker: Some(id_marker),
        next_key_marker: Some(next_key),
        next_upload_id_marker: Some(next_id),
        prefix: Some(encoding.text(&prefix)).filter(|it| !it.is_empty()),
        delimiter: delimiter.map(|it| encoding.text(&it)),
        max_uploads: Some(max_uploads),
        is_truncated: Some(page.is_truncated),
        uploads: Some(shown).filter(|it| !it.is_empty()),
        common_prefixes: encoding.prefixes(&page.prefixes),
        encoding_type: encoding.said(),
        ..Default::default()
    })
}

fn shown(at: &UploadKey, upload: &Upload, encoding: Encoding) -> MultipartUpload {
    let (algorithm, kind) = checksum_said(upload);
    MultipartUpload {
        upload_id: Some(at.id.to_string()),
        key: Some(encoding.text(&at.key)),
        initiated: Some(upload.initiated),
        storage_class: Some(upload.storage_class.as_str().into()),
        owner: Some(owner(upload.owner)),
        initiator: Some(initiator(upload)),
        checksum_algorithm: algorithm,
        checksum_type: kind,
    }
}

fn initiator(upload: &Upload) -> Initiator {
    Initiator { id: Some(canonical_id(upload.owner)), display_name: Some(upload.owner.to_string()) }
}

/// What is said of the checksum that was asked for.
fn checksum_said(upload: &Upload) -> (Option<ChecksumAlgorithm>, Option<ChecksumType>) {
    let algorithm = upload.checksum_algorithm.as_deref();
    (algorithm.map(ChecksumAlgorithm::from), algorithm.map(|_| checksum_type(upload.is_composite)))
}
