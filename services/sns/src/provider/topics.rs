//! Operations on topics: themselves, their attributes, permissions and tags.

use asf_api_sns::*;
use asf_runtime::RequestContext;
use serde_json::Value;

use super::{SnsProvider, pairs};
use crate::topics::{self, NewTopic};
use crate::{data_protection, permissions, tags, topic_attributes};

fn tag_pairs(given: Option<Vec<Tag>>) -> impl Iterator<Item = (String, String)> {
    given
        .unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
}

/// `CreateTopic`
pub(super) fn create(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: CreateTopicInput,
) -> Result<CreateTopicResponse, SnsError> {
    let mut tags = tags::distinct(std::iter::empty())?;
    tags::add(&mut tags, tags::distinct(tag_pairs(input.tags))?)?;
    let new = NewTopic {
        name: input.name.unwrap_or_default(),
        attributes: topic_attributes::check_new(pairs(input.attributes))?,
        tags,
        data_protection: data_protection::check(input.data_protection_policy)?,
    };
    let arn = topics::create(&provider.stores, ctx.account_id, &ctx.region, new, ctx.clock().now())?;
    Ok(CreateTopicResponse { topic_arn: Some(arn) })
}

/// `DeleteTopic`
pub(super) fn delete(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &DeleteTopicInput,
) -> Result<(), SnsError> {
    let arn = input.topic_arn.as_deref().unwrap_or_default();
    topics::delete(&provider.stores, arn, &ctx.region, ctx.clock().now())?;
    provider.lanes.forget(arn);
    Ok(())
}

/// `ListTopics`
pub(super) fn list(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListTopicsInput,
) -> Result<ListTopicsResponse, SnsError> {
    let store = provider.store(ctx);
    let (arns, next_token) = topics::list(&store, ctx.account_id, &ctx.region, input.next_token.as_deref())?;
    let topics = arns.into_iter().map(|arn| Topic { topic_arn: Some(arn) }).collect();
    Ok(ListTopicsResponse { topics: Some(topics), next_token })
}

/// `GetTopicAttributes`
pub(super) fn get_attributes(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &GetTopicAttributesInput,
) -> Result<GetTopicAttributesResponse, SnsError> {
    let topic = provider.topic(ctx, input.topic_arn.as_deref())?;
    Ok(GetTopicAttributesResponse { attributes: Some(topic.attributes()) })
}

/// `SetTopicAttributes`
pub(super) fn set_attributes(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: SetTopicAttributesInput,
) -> Result<(), SnsError> {
    let topic = provider.topic(ctx, input.topic_arn.as_deref())?;
    let name = input.attribute_name.unwrap_or_default();
    topic.change(|it| topic_attributes::set(it, &name, input.attribute_value))?;
    Ok(())
}

/// A topic's policy, its own or the default.
fn policy(topic: &topics::Topic) -> Value {
    let own = topic.record.attributes.get("Policy").and_then(|it| serde_json::from_str(it).ok());
    own.unwrap_or_else(|| topic_attributes::default_policy(&topic.arn(), topic.account))
}

/// `AddPermission`
pub(super) fn add_permission(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: AddPermissionInput,
) -> Result<(), SnsError> {
    let topic = provider.topic(ctx, input.topic_arn.as_deref())?;
    let (label, accounts) = (input.label.unwrap_or_default(), input.aws_account_id.unwrap_or_default());
    let (arn, partition) = (topic.arn(), ctx.partition().name());
    let actions = input.action_name.unwrap_or_default();
    let policy = permissions::add(policy(&topic), partition, &arn, &label, &accounts, &actions)?;
    set_policy(&topic, &policy)
}

/// `RemovePermission`
pub(super) fn remove_permission(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &RemovePermissionInput,
) -> Result<(), SnsError> {
    let topic = provider.topic(ctx, input.topic_arn.as_deref())?;
    let policy = permissions::remove(policy(&topic), input.label.as_deref().unwrap_or_default());
    set_policy(&topic, &policy)
}

fn set_policy(topic: &topics::Topic, policy: &Value) -> Result<(), SnsError> {
    topic.change(|it| {
        it.attributes.insert("Policy".to_owned(), policy.to_string());
        Ok(())
    })?;
    Ok(())
}

/// `GetDataProtectionPolicy`
pub(super) fn get_data_protection(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &GetDataProtectionPolicyInput,
) -> Result<GetDataProtectionPolicyResponse, SnsError> {
    let topic = provider.topic(ctx, input.resource_arn.as_deref())?;
    let policy = topic.record.data_protection.clone().unwrap_or_default();
    Ok(GetDataProtectionPolicyResponse { data_protection_policy: Some(policy) })
}

/// `PutDataProtectionPolicy`
pub(super) fn put_data_protection(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: PutDataProtectionPolicyInput,
) -> Result<(), SnsError> {
    let topic = provider.topic(ctx, input.resource_arn.as_deref())?;
    let policy = data_protection::check(input.data_protection_policy)?;
    topic.change(|it| {
        it.data_protection = policy;
        Ok(())
    })?;
    Ok(())
}

/// `TagResource`
pub(super) fn tag(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: TagResourceRequest,
) -> Result<TagResourceResponse, SnsError> {
    let topic =
        topics::tagged(&provider.stores, input.resource_arn.as_deref().unwrap_or_default(), &ctx.region)?;
    let more = tags::distinct(tag_pairs(input.tags))?;
    topic.change(|it| tags::add(&mut it.tags, more))?;
    Ok(TagResourceResponse {})
}

/// `UntagResource`
pub(super) fn untag(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: UntagResourceRequest,
) -> Result<UntagResourceResponse, SnsError> {
    let topic =
        topics::tagged(&provider.stores, input.resource_arn.as_deref().unwrap_or_default(), &ctx.region)?;
    let keys = input.tag_keys.unwrap_or_default();
    topic.change(|it| {
        it.tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })?;
    Ok(UntagResourceResponse {})
}

/// `ListTagsForResource`
pub(super) fn list_tags(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, SnsError> {
    let topic =
        topics::tagged(&provider.stores, input.resource_arn.as_deref().unwrap_or_default(), &ctx.region)?;
    let tag = |(key, value): (&String, &String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    Ok(ListTagsForResourceResponse { tags: Some(topic.record.tags.iter().map(tag).collect()) })
}
