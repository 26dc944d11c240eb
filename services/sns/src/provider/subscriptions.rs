//! Operations on subscriptions.

use std::sync::Arc;

use asf_api_sns::*;
use asf_runtime::RequestContext;

use super::{SnsProvider, pairs};
use crate::error::Fault;
use crate::notification::{Confirmation, SignatureVersion};
use crate::subscription_attributes::{self, Target};
use crate::subscriptions::{self, Confirmed, NewSubscription};
use crate::tables::{SubscriptionRecord, TopicRecord};
use crate::topics;

/// What stands for the ARN of a subscription that waits for its confirmation (test_sns::test_creating_subscription).
const PENDING: &str = "pending confirmation";
/// The same in lists.
const PENDING_IN_LISTS: &str = "PendingConfirmation";

/// `Subscribe`
pub(super) fn subscribe(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: SubscribeInput,
) -> Result<SubscribeResponse, SnsError> {
    let topic = provider.topic(ctx, input.topic_arn.as_deref())?;
    let new = NewSubscription {
        protocol: input.protocol.unwrap_or_default(),
        endpoint: input.endpoint.ok_or_else(|| Fault::invalid("Endpoint"))?,
        attributes: pairs(input.attributes).collect(),
        owner: ctx.account_id,
    };
    let subscription = subscriptions::subscribe(&provider.stores, &topic, new, ctx.clock().now(), ctx.ids())?;
    // Asking again is how a user gets another confirmation.
    if let Some(token) = subscription.token.as_ref().filter(|_| subscription.is_pending) {
        ask(provider, ctx, &topic.record, &subscription, token.clone(), false);
    }
    let is_shown = !subscription.is_pending || input.return_subscription_arn == Some(true);
    let arn = if is_shown { subscription.arn.clone() } else { PENDING.to_owned() };
    Ok(SubscribeResponse { subscription_arn: Some(arn) })
}

fn ask(
    provider: &SnsProvider,
    ctx: &RequestContext,
    topic: &TopicRecord,
    subscription: &Arc<SubscriptionRecord>,
    token: String,
    is_end: bool,
) {
    let confirmation = Confirmation {
        message_id: ctx.ids().uuid(),
        topic: subscription.topic.clone(),
        subscription: subscription.arn.clone(),
        token,
        is_end,
        at: ctx.clock().now(),
        signature_version: signature_version(topic),
        base: provider.public.base(&ctx.request),
    };
    provider.courier.ask(subscription, confirmation, &ctx.environment);
}

/// What a topic's notifications are signed with.
pub(super) fn signature_version(topic: &TopicRecord) -> SignatureVersion {
    match topic.attributes.get("SignatureVersion").map(String::as_str) {
        Some("2") => SignatureVersion::Two,
        _ => SignatureVersion::One,
    }
}

/// `ConfirmSubscription`
pub(super) fn confirm(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ConfirmSubscriptionInput,
) -> Result<ConfirmSubscriptionResponse, SnsError> {
    let how = Confirmed {
        // Who follows the link has no credentials.
        is_authenticated: ctx.credentials.is_some(),
        is_guarded: input
            .authenticate_on_unsubscribe
            .as_deref()
            .is_some_and(|it| it.eq_ignore_ascii_case("true")),
    };
    let arn = subscriptions::confirm(
        &provider.stores,
        input.topic_arn.as_deref().unwrap_or_default(),
        &provider.region_of(ctx, input.topic_arn.as_deref()),
        input.token.as_deref().unwrap_or_default(),
        how,
        ctx.clock().now(),
    )?;
    Ok(ConfirmSubscriptionResponse { subscription_arn: Some(arn) })
}

/// `Unsubscribe`
pub(super) fn unsubscribe(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &UnsubscribeInput,
) -> Result<(), SnsError> {
    let arn = input.subscription_arn.as_deref();
    let region = provider.region_of(ctx, arn);
    let ended = subscriptions::unsubscribe(
        &provider.stores,
        arn.unwrap_or_default(),
        &region,
        ctx.credentials.as_ref().map(|_| ctx.account_id),
        ctx.clock().now(),
        ctx.ids(),
    )?;
    if let Some(subscriptions::Ended { subscription, token }) = ended
        && subscription.protocol.starts_with("http")
        && !subscription.is_pending
        && let Ok(topic) = topics::find(&provider.stores, &subscription.topic, &region)
    {
        ask(provider, ctx, &topic.record, &subscription, token, true);
    }
    Ok(())
}

fn wire(subscription: &SubscriptionRecord) -> Subscription {
    let arn = if subscription.is_pending { PENDING_IN_LISTS } else { &subscription.arn };
    Subscription {
        subscription_arn: Some(arn.to_owned()),
        owner: Some(subscription.owner.clone()),
        protocol: Some(subscription.protocol.clone()),
        endpoint: Some(subscription.endpoint.clone()),
        topic_arn: Some(subscription.topic.clone()),
    }
}

/// `ListSubscriptions`
pub(super) fn list(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListSubscriptionsInput,
) -> Result<ListSubscriptionsResponse, SnsError> {
    let token = input.next_token.as_deref();
    let (found, next_token) =
        subscriptions::of_account(&provider.stores, ctx.account_id, &ctx.region, token)?;
    Ok(ListSubscriptionsResponse {
        subscriptions: Some(found.iter().map(|it| wire(it)).collect()),
        next_token,
    })
}

/// `ListSubscriptionsByTopic`
pub(super) fn list_by_topic(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListSubscriptionsByTopicInput,
) -> Result<ListSubscriptionsByTopicResponse, SnsError> {
    let topic = provider.topic(ctx, input.topic_arn.as_deref())?;
    let (found, next_token) = subscriptions::of_topic(&topic, input.next_token.as_deref())?;
    Ok(ListSubscriptionsByTopicResponse {
        subscriptions: Some(found.iter().map(|it| wire(it)).collect()),
        next_token,
    })
}

/// `GetSubscriptionAttributes`
pub(super) fn get_attributes(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &GetSubscriptionAttributesInput,
) -> Result<GetSubscriptionAttributesResponse, SnsError> {
    let arn = input.subscription_arn.as_deref().unwrap_or_default();
    let (_, subscription) = subscriptions::find(&provider.stores, arn, &ctx.region)?;
    let topic = topics::find(&provider.stores, &subscription.topic, &ctx.region).ok();
    let shown = subscription_attributes::shown(&subscription, topic.as_ref().map(|it| &*it.record));
    Ok(GetSubscriptionAttributesResponse { attributes: Some(shown) })
}

/// `SetSubscriptionAttributes`
pub(super) fn set_attributes(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: SetSubscriptionAttributesInput,
) -> Result<(), SnsError> {
    let arn = input.subscription_arn.unwrap_or_default();
    let (store, _) = subscriptions::find(&provider.stores, &arn, &ctx.region)?;
    let (name, value) = (input.attribute_name.unwrap_or_default(), input.attribute_value.unwrap_or_default());
    let changed = store.subscriptions.alter(&arn, |subscription| {
        let mut changed =
            SubscriptionRecord::clone(subscription.ok_or_else(|| Fault::not_found("Subscription"))?);
        let is_fifo_topic = changed.topic.ends_with(".fifo");
        let target = Target { protocol: &changed.protocol, endpoint: &changed.endpoint, is_fifo_topic };
        subscription_attributes::set(&mut changed.attributes, &name, &value, target)?;
        Ok::<_, Fault>(Some(Arc::new(changed)))
    });
    changed?;
    Ok(())
}
