//! Tags of buckets and access points, by ARN (test_s3control::TestS3ControlTagging).

use asf_api_s3control::{
    ListTagsForResourceRequest, ListTagsForResourceResult, S3ControlError, Tag, TagResourceRequest,
    TagResourceResult, UntagResourceRequest, UntagResourceResult,
};
use asf_runtime::RequestContext;
use indexmap::IndexMap;

use super::{S3ControlProvider, check_account, names};
use crate::configuration::tagging::is_allowed;
use crate::error::Fault;
use crate::models::{AccessPointKey, BucketKey};

type Tags = IndexMap<String, String>;

/// What has tags.
enum Resource {
    Bucket(BucketKey),
    AccessPoint(AccessPointKey),
}

/// A resource that there is not is as good as one of a kind that has no tags (test_tag_operation_no_bucket).
fn missing() -> Fault {
    Fault::new("NoSuchResource", 404, "The specified resource doesn't exist.")
}

impl Resource {
    fn parse(ctx: &RequestContext, arn: Option<&str>) -> Result<Self, Fault> {
        let arn = arn.unwrap_or_default();
        let bucket = arn.strip_prefix("arn:").and_then(|it| it.split_once(":s3:::"));
        if let Some((_, name)) = bucket {
            return Ok(Self::Bucket(BucketKey::new(ctx.partition(), name)));
        }
        let point = names::parse(arn, ctx.region.as_str()).filter(|_| arn.starts_with("arn:"));
        point.map(Self::AccessPoint).ok_or_else(missing)
    }

    /// Reads or changes its tags.
    fn with<R>(&self, provider: &S3ControlProvider, act: impl FnOnce(&mut Tags) -> R) -> Result<R, Fault> {
        let tables = &provider.store.tables;
        let done = match self {
            Self::Bucket(key) => tables.configurations.update(key, |it| act(&mut it.tags)),
            Self::AccessPoint(key) => tables.access_points.update(key, |it| act(&mut it.tags)),
        };
        done.ok_or_else(missing)
    }

    fn tags(&self, provider: &S3ControlProvider) -> Result<Tags, Fault> {
        let tables = &provider.store.tables;
        let tags = match self {
            Self::Bucket(key) => tables.configurations.get(key).map(|it| it.tags.clone()),
            Self::AccessPoint(key) => tables.access_points.get(key).map(|it| it.tags.clone()),
        };
        tags.ok_or_else(missing)
    }
}

/// Tags of a request, checked (test_tag_resource_validation).
pub(super) fn checked(tags: Vec<Tag>) -> Result<Tags, Fault> {
    let invalid = |message: &'static str| Fault::new("InvalidTag", 400, message);
    let mut checked = Tags::with_capacity(tags.len());
    for tag in tags {
        let (Some(key), Some(value)) = (tag.key, tag.value) else { return Err(Fault::malformed_xml()) };
        if key.starts_with("aws:") {
            return Err(invalid(
                "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove \
                 \"aws:\" from your tag keys and try again.",
            ));
        }
        let is_key = (1..=128).contains(&key.chars().count()) && key.chars().all(is_allowed);
        let is_value = value.chars().count() <= 256 && value.chars().all(is_allowed);
        if !is_key || !is_value {
            return Err(invalid(
                "This request contains a tag key or value that isn't valid. Valid characters include the following: \
                 [a-zA-Z+-=._:/]. Tag keys can contain up to 128 characters. Tag values can contain up to 256 \
                 characters.",
            ));
        }
        if checked.insert(key, value).is_some() {
            return Err(invalid(
                "There are duplicate tag keys in your request. Remove the duplicate tag keys and try again.",
            ));
        }
    }
    Ok(checked)
}

/// `TagResource`
pub(super) fn tag(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: TagResourceRequest,
) -> Result<TagResourceResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let resource = Resource::parse(ctx, input.resource_arn.as_deref())?;
    resource.tags(provider)?;
    let tags = checked(input.tags.unwrap_or_default())?;
    resource.with(provider, |kept| kept.extend(tags))?;
    Ok(TagResourceResult {})
}

/// `UntagResource`
pub(super) fn untag(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: &UntagResourceRequest,
) -> Result<UntagResourceResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let resource = Resource::parse(ctx, input.resource_arn.as_deref())?;
    let keys = input.tag_keys.as_deref().unwrap_or_default();
    resource.with(provider, |kept| kept.retain(|key, _| !keys.contains(key)))?;
    Ok(UntagResourceResult {})
}

/// `ListTagsForResource`
pub(super) fn list(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let tags = Resource::parse(ctx, input.resource_arn.as_deref())?.tags(provider)?;
    let tags = tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) });
    Ok(ListTagsForResourceResult { tags: Some(tags.collect()) })
}
