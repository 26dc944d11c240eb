//! Who hears of what happens to objects.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::{Kept, notification};
use crate::notifications;

/// `GetBucketNotificationConfiguration`; of a bucket without one it is empty.
pub(in crate::provider) fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketNotificationConfigurationRequest,
) -> Result<NotificationConfiguration, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let kept = provider.configurations(&bucket).notification.as_ref().map(Kept::to_owned);
    Ok(kept.unwrap_or_default())
}

/// `PutBucketNotificationConfiguration`
pub(in crate::provider) async fn put(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketNotificationConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configuration = notification::check(input.notification_configuration, ctx.ids())?;
    if input.skip_destination_validation != Some(true) {
        notifications::verify(provider, ctx, &bucket, &configuration).await?;
    }
    let is_empty = configuration == NotificationConfiguration::default();
    provider.configure(&bucket, |it| it.notification = (!is_empty).then(|| configuration.into()))?;
    Ok(())
}

/// `GetBucketNotification`, from before a bucket could have several destinations: the first of each kind.
pub(in crate::provider) fn older(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketNotificationConfigurationRequest,
) -> Result<NotificationConfigurationDeprecated, S3Error> {
    let NotificationConfiguration {
        topic_configurations,
        queue_configurations,
        lambda_function_configurations,
        ..
    } = get(provider, ctx, input)?;
    let first = |events: &Option<Vec<Event>>| events.as_ref().and_then(|it| it.first().cloned());
    let topic = topic_configurations.and_then(|it| it.into_iter().next());
    let queue = queue_configurations.and_then(|it| it.into_iter().next());
    let function = lambda_function_configurations.and_then(|it| it.into_iter().next());
    Ok(NotificationConfigurationDeprecated {
        topic_configuration: topic.map(|it| TopicConfigurationDeprecated {
            event: first(&it.events),
            id: it.id,
            events: it.events,
            topic: it.topic_arn,
        }),
        queue_configuration: queue.map(|it| QueueConfigurationDeprecated {
            event: first(&it.events),
            id: it.id,
            events: it.events,
            queue: it.queue_arn,
        }),
        cloud_function_configuration: function.map(|it| CloudFunctionConfiguration {
            event: first(&it.events),
            id: it.id,
            events: it.events,
            cloud_function: it.lambda_function_arn,
            invocation_role: None,
        }),
    })
}

/// `PutBucketNotification`, the same the other way round.
pub(in crate::provider) async fn put_older(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketNotificationRequest,
) -> Result<(), S3Error> {
    let older = input.notification_configuration.unwrap_or_default();
    let events = |event: Option<Event>, events: Option<Vec<Event>>| events.or(event.map(|it| vec![it]));
    let topics = older.topic_configuration.map(|it| TopicConfiguration {
        id: it.id,
        topic_arn: it.topic,
        events: events(it.event, it.events),
        filter: None,
    });
    let queues = older.queue_configuration.map(|it| QueueConfiguration {
        id: it.id,
        queue_arn: it.queue,
        events: events(it.event, it.events),
        filter: None,
    });
    let functions = older.cloud_function_configuration.map(|it| LambdaFunctionConfiguration {
        id: it.id,
        lambda_function_arn: it.cloud_function,
        events: events(it.event, it.events),
        filter: None,
    });
    let configuration = NotificationConfiguration {
        topic_configurations: topics.map(|it| vec![it]),
        queue_configurations: queues.map(|it| vec![it]),
        lambda_function_configurations: functions.map(|it| vec![it]),
        event_bridge_configuration: None,
    };
    let newer = PutBucketNotificationConfigurationRequest {
        bucket: input.bucket,
        expected_bucket_owner: input.expected_bucket_owner,
        notification_configuration: Some(configuration),
        skip_destination_validation: None,
    };
    put(provider, ctx, newer).await
}
