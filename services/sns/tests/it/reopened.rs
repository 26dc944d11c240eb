//! A state that is opened again.

use crate::*;

#[tokio::test]
async fn everything_is_there() {
    let state = State::new();
    let world = World::of(&state);
    // Here, the key is made when it is needed.
    let kept = state.stores::<SnsStore>().at(AccountId::DEFAULT, &Region::default()).signing;
    kept.unset();
    let topic = world.create("t.fifo", &[("FifoTopic", "true"), ("DisplayName", "x")]).await.unwrap();
    let (queue, plain) = (world.queue("q.fifo").await, world.queue("q").await);
    let arn = world.subscribe(&topic, "sqs", &queue, &[("RawMessageDelivery", "true")]).await.unwrap();
    let standard = world.topic("t").await;
    world.subscribe(&standard, "sqs", &plain, &[]).await.unwrap();
    let input = PublishInput {
        message_group_id: text("g"),
        message_deduplication_id: text("1"),
        ..message_to(&topic, "before")
    };
    let before = world.publish(input.clone()).await.unwrap();
    world.say(&standard, "signed").await;
    let certificate = async |world: &World| json(&world.bodies(&plain).await[0])["SigningCertURL"].clone();
    let signed_with = certificate(&world).await;
    assert!(signed_with.is_string());
    let made = kept.get();

    let world = World::of(&state);
    kept.set(made);
    assert_eq!(world.topic_attributes(&topic).await["DisplayName"], "x");
    assert_eq!(world.subscription(&arn).await.unwrap()["RawMessageDelivery"], "true");
    // What was seen is still known, and numbers go on.
    let again = world.publish(input.clone()).await.unwrap();
    assert_eq!((&again.message_id, &again.sequence_number), (&before.message_id, &before.sequence_number));
    let next = world.publish(PublishInput { message_deduplication_id: text("2"), ..input }).await.unwrap();
    assert!(next.sequence_number > before.sequence_number);
    // The same key signs.
    world.say(&standard, "signed again").await;
    assert_eq!(certificate(&world).await, signed_with);
    let store = state.stores::<SnsStore>().at(world.ctx().account_id, &world.ctx().region);
    assert_eq!(store.deduplication.range_in(&"t.fifo".to_owned(), .., usize::MAX).len(), 2);
}

/// States from before there was `AuthenticateOnUnsubscribe`, and keys of four primes.
#[test]
fn of_an_older_build() {
    let subscription = serde_json::json!({
        "arn": "a", "topic": "t", "protocol": "email", "endpoint": "e", "owner": "000000000000", "is_pending": false,
        "is_authenticated": true, "token": null, "attributes": {},
    });
    let subscription: asf_sns::tables::SubscriptionRecord = serde_json::from_value(subscription).unwrap();
    assert!(!subscription.is_guarded);
    let key = serde_json::json!({"key": [1], "certificate": "c", "id": "i"});
    assert!(serde_json::from_value::<SigningKey>(key).unwrap().primes.is_empty());
}
