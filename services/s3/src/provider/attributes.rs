//! `GetObjectAttributes`.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::S3Provider;
use super::listings::page_size;
use super::lookup::OnMarker;
use crate::checksums::put_checksum;
use crate::encryption::customer_key;
use crate::error::Fault;
use crate::models::ObjectData;

/// `GetObjectAttributes`
pub(super) fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetObjectAttributesRequest,
) -> Result<GetObjectAttributesOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let wanted = input.object_attributes.as_deref().unwrap_or_default();
    if wanted.is_empty() || wanted.iter().any(|it| matches!(it, ObjectAttributes::Unknown(_))) {
        let message = "Invalid attribute name specified.";
        return Err(Fault::new("InvalidArgument", 400, message)
            .with("ArgumentName", "x-amz-object-attributes")
            .into());
    }
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "GET", OnMarker::NoSuchKey)?;
    let data = found.data()?;
    customer_key!(input).open(data)?;
    let is_wanted = |attribute: ObjectAttributes| wanted.contains(&attribute);
    Ok(GetObjectAttributesOutput {
        last_modified: Some(found.version.modified),
        version_id: bucket.shown_version(&found.version),
        e_tag: is_wanted(ObjectAttributes::ETag).then(|| data.e_tag.clone()),
        checksum: Some(data).filter(|_| is_wanted(ObjectAttributes::Checksum)).and_then(checksum),
        object_parts: match is_wanted(ObjectAttributes::ObjectParts) {
            true => parts(data, input)?,
            false => None,
        },
        storage_class: is_wanted(ObjectAttributes::StorageClass).then(|| data.storage_class.as_str().into()),
        object_size: is_wanted(ObjectAttributes::ObjectSize).then(|| i64::try_from(data.size).ok()).flatten(),
        ..Default::default()
    })
}

/// Without the number of parts that composite ones have elsewhere
/// (test_s3::TestS3MultipartUploadChecksum::test_complete_multipart_parts_checksum_composite).
fn checksum(data: &ObjectData) -> Option<Checksum> {
    let own = data.checksum.as_ref()?;
    let mut checksum = Checksum { checksum_type: Some(own.kind()), ..Default::default() };
    let value = own.value.split('-').next().unwrap_or_default();
    put_checksum!(checksum, &own.algorithm, value.to_owned());
    Some(checksum)
}

/// The parts, one by one only where the object's checksum is made of theirs
/// (test_s3_list_operations::TestS3ListParts::test_list_parts_via_object_attrs_pagination).
fn parts(
    data: &ObjectData,
    input: &GetObjectAttributesRequest,
) -> Result<Option<GetObjectAttributesParts>, Fault> {
    if data.parts.is_empty() {
        return Ok(None);
    }
    let total = i32::try_from(data.parts.len()).ok();
    let Some(own) = data.checksum.as_ref().filter(|it| it.is_composite) else {
        return Ok(Some(GetObjectAttributesParts { total_parts_count: total, ..Default::default() }));
    };
    let (max_parts, max) = page_size("max-parts", input.max_parts)?;
    let marker = input.part_number_marker.unwrap_or_default();
    let mut rest = data.parts.iter().filter(|part| i64::from(part.number) > i64::from(marker));
    let page: Vec<_> = rest.by_ref().take(max).collect();
    let shown = page.iter().map(|part| {
        let mut shown = ObjectPart {
            part_number: i32::try_from(part.number).ok(),
            size: i64::try_from(part.size).ok(),
            ..Default::default()
        };
        if let Some(value) = &part.checksum {
            put_checksum!(shown, &own.algorithm, value.clone());
        }
        shown
    });
    let shown: Vec<_> = shown.collect();
    Ok(Some(GetObjectAttributesParts {
        total_parts_count: total,
        part_number_marker: Some(marker),
        next_part_number_marker: Some(
            page.last().and_then(|it| i32::try_from(it.number).ok()).unwrap_or_default(),
        ),
        max_parts: Some(max_parts),
        is_truncated: Some(rest.next().is_some()),
        parts: Some(shown).filter(|it| !it.is_empty()),
    }))
}
