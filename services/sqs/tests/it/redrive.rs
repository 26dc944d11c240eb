//! Dead-letter queues and the tasks that move messages back out of them.

use asf_sqs::error::ErrorKind;
use asf_sqs::models::Queue;
use asf_sqs::move_tasks::{self, MoveTask, Status, Surroundings};
use asf_sqs::queues::{check_redrive, dead_letter_sources};
use std::sync::Arc;

use crate::{World, assert_error, bodies};

fn policy(target: &Queue, max: u32) -> String {
    format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":{max}}}"#, target.arn)
}

fn around(world: &World) -> Surroundings {
    Surroundings { store: world.store.clone(), clock: world.clock.clone(), ids: world.ids.clone() }
}

/// A queue, its dead-letter queue, and so many dead letters, made by receiving them once too often.
async fn with_dead_letters(world: &World, count: usize) -> (Arc<Queue>, Arc<Queue>) {
    let dead = world.queue("dead", &[]);
    let queue = world.queue("q", &[("RedrivePolicy", &policy(&dead, 1)), ("VisibilityTimeout", "0")]);
    for i in 0..count {
        world.text(&queue, &format!("message-{i}"));
    }
    for _ in 0..2 {
        for _ in 0..count.div_ceil(10) {
            world.all(&queue).await;
        }
    }
    world.all(&queue).await;
    assert_eq!(world.counts(&dead), (count, 0, 0));
    (queue, dead)
}

#[tokio::test]
async fn received_too_often() {
    let world = World::new();
    let dead = world.queue("dead", &[]);
    let queue = world.queue("q", &[("RedrivePolicy", &policy(&dead, 2))]);
    let sent = world.text(&queue, "poison");
    for count in 1..=2 {
        assert_eq!(world.all(&queue).await[0].receives, count);
        world.pass(30);
    }
    assert!(world.all(&queue).await.is_empty());
    assert_eq!((world.counts(&queue), world.counts(&dead)), ((0, 0, 0), (1, 0, 0)));
    let letter = &world.all(&dead).await[0];
    assert_eq!(letter.message.id, sent.message_id);
    for (name, value) in [
        ("DeadLetterQueueSourceArn", queue.arn.to_string()),
        ("ApproximateReceiveCount", "3".to_owned()),
        ("SentTimestamp", (world.now().plus_seconds(-60)).millis().to_string()),
    ] {
        assert_eq!(letter.system_attribute(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_receive_goes_on_behind_dead_letters() {
    let world = World::new();
    let dead = world.queue("dead.fifo", &[("FifoQueue", "true")]);
    let queue = world.fifo(&[("RedrivePolicy", &policy(&dead, 1))]);
    for body in ["a", "b"] {
        world.grouped(&queue, "g", body, body);
    }
    assert_eq!(world.bodies(&queue).await, ["a", "b"]);
    world.pass(30);
    world.grouped(&queue, "g", "c", "c");
    assert_eq!(world.bodies(&queue).await, ["c"]);
    assert_eq!(world.bodies(&dead).await, ["a", "b"]);
}

#[tokio::test]
async fn without_its_target_a_message_stays() {
    let world = World::new();
    let dead = world.queue("dead", &[]);
    let queue = world.queue("q", &[("RedrivePolicy", &policy(&dead, 1)), ("VisibilityTimeout", "0")]);
    world.store.remove(&dead, world.now());
    world.text(&queue, "a");
    for _ in 0..3 {
        assert_eq!(world.bodies(&queue).await, ["a"]);
    }
}

/// test_sqs::test_set_empty_redrive_policy
#[tokio::test]
async fn who_may_name_whom() {
    let world = World::new();
    let dead = world.queue("dead", &[("RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#)]);
    let text = policy(&dead, 1);
    assert_eq!(
        world.try_queue("q", &[("RedrivePolicy", &text)]).unwrap_err().kind,
        ErrorKind::InvalidParameterValue
    );
    let by_queue =
        r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:q"]}"#;
    dead.set_attributes(&[("RedriveAllowPolicy", by_queue)], world.now(), |_| Ok(())).unwrap();
    assert!(world.try_queue("other", &[("RedrivePolicy", &text)]).is_err());
    let queue = world.queue("q", &[("RedrivePolicy", &text)]);

    let sources = |after: Option<&str>| {
        let (queues, _) = dead_letter_sources(&world.store, &dead, after, 10, world.now());
        queues.iter().map(|queue| queue.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(sources(None), ["q"]);
    assert!(sources(Some("q")).is_empty());

    let missing = text.replace(":dead\"", ":nope\"");
    let set = |value: &str| {
        queue.set_attributes(&[("RedrivePolicy", value)], world.now(), |settings| {
            check_redrive(&world.store, &queue, settings, world.now())
        })
    };
    assert_error(
        set(&missing),
        ErrorKind::QueueDoesNotExist,
        &format!(
            "Value {missing} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist."
        ),
    );
    set("").unwrap();
    assert!(sources(None).is_empty());
    assert!(queue.attributes(&["RedrivePolicy".to_owned()], world.now()).unwrap().is_empty());
}

/// test_sqs_move_task::test_source_needs_redrive_policy, ::test_destination_needs_to_exist,
/// ::test_start_multiple_move_tasks, ::test_cancel_with_invalid_task_handle,
/// ::test_cancel_with_invalid_source_arn_in_task_handle, ::test_cancel_with_invalid_task_id_in_task_handle
#[tokio::test]
async fn wrong_tasks() {
    let world = World::new();
    let (queue, dead) = with_dead_letters(&world, 1).await;
    let (source, now) = (dead.arn.to_string(), world.now());
    let start = |source: &str, destination| {
        move_tasks::start(&world.store, source, destination, None, now, &world.ids)
    };
    assert_error(
        start(&queue.arn.to_string(), None),
        ErrorKind::InvalidParameterValue,
        "Source queue must be configured as a Dead Letter Queue.",
    );
    let nowhere = "arn:aws:sqs:us-east-1:000000000000:nope";
    assert_error(
        start(&source, Some(nowhere)),
        ErrorKind::ResourceNotFound,
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
    );
    assert_error(
        start(nowhere, None),
        ErrorKind::ResourceNotFound,
        "The resource that you specified for the SourceArn parameter doesn't exist.",
    );
    assert_eq!(start("nonsense", None).unwrap_err().kind, ErrorKind::InvalidParameterValue);
    for rate in [0, 501] {
        let outcome = move_tasks::start(&world.store, &source, None, Some(rate), now, &world.ids);
        assert_eq!(outcome.unwrap_err().kind, ErrorKind::InvalidParameterValue);
    }

    let task = start(&source, None).unwrap();
    assert_error(
        start(&source, None),
        ErrorKind::InvalidParameterValue,
        "There is already a task running. Only one active task is allowed for a source queue arn at a given \
         time.",
    );

    let encode = |text: String| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    for (handle, kind, message) in [
        (
            "foobared".to_owned(),
            ErrorKind::InvalidParameterValue,
            "Value for parameter TaskHandle is invalid.",
        ),
        (
            encode(format!(r#"{{"taskId":"x","sourceArn":"{nowhere}"}}"#)),
            ErrorKind::ResourceNotFound,
            "The resource that you specified for the SourceArn parameter doesn't exist.",
        ),
        (
            encode(format!(r#"{{"taskId":"x","sourceArn":"{source}"}}"#)),
            ErrorKind::ResourceNotFound,
            "Task does not exist.",
        ),
    ] {
        assert_error(move_tasks::cancel(&world.store, &handle), kind, message);
    }
    assert_eq!(move_tasks::cancel(&world.store, &task.handle()), Ok(0));
    assert!(move_tasks::cancel(&world.store, &task.handle()).is_err());
}

#[tokio::test]
async fn back_to_where_they_came_from() {
    let world = World::new();
    let (queue, dead) = with_dead_letters(&world, 25).await;
    let task =
        move_tasks::start(&world.store, &dead.arn.to_string(), None, None, world.now(), &world.ids).unwrap();
    task.clone().run(around(&world)).await;
    let progress = task.progress().clone();
    assert_eq!((progress.status, progress.moved, task.to_move), (Status::Completed, 25, 25));
    assert_eq!((world.counts(&dead).0, world.counts(&queue).0), (0, 25));
    let received = world.all(&queue).await;
    assert_eq!(received[0].receives, 1);
    assert_eq!(received[0].message.sent, world.now());
    assert_eq!(received[0].system_attribute("DeadLetterQueueSourceArn"), None);
}

#[tokio::test]
async fn what_came_from_nowhere_fails_and_stays() {
    let world = World::new();
    let (_, dead) = with_dead_letters(&world, 0).await;
    world.text(&dead, "sent here by someone");
    let task =
        move_tasks::start(&world.store, &dead.arn.to_string(), None, None, world.now(), &world.ids).unwrap();
    task.clone().run(around(&world)).await;
    let progress = task.progress().clone();
    assert_eq!(
        (progress.status, progress.failure.as_deref()),
        (Status::Failed, Some("CouldNotDetermineMessageSource"))
    );
    assert_eq!(world.counts(&dead), (1, 0, 0));
}

/// test_sqs_move_task::test_move_task_cancel, ::test_move_task_with_throughput_limit
#[tokio::test]
async fn so_many_a_second_until_cancelled() {
    let world = World::new();
    let (_, dead) = with_dead_letters(&world, 10).await;
    let target = world.queue("target", &[]);
    let source = dead.arn.to_string();
    let destination = target.arn.to_string();
    let task = move_tasks::start(&world.store, &source, Some(&destination), Some(1), world.now(), &world.ids)
        .unwrap();
    let running = tokio::spawn(task.clone().run(around(&world)));
    let settle = || async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    };
    settle().await;
    assert_eq!(world.counts(&target).0, 1);
    world.pass(1);
    settle().await;
    assert_eq!(world.counts(&target).0, 2);

    let listed: Vec<Arc<MoveTask>> = move_tasks::list(&world.store, &source, None).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].progress().status.name(), listed[0].to_move), ("RUNNING", 10));
    assert_eq!(move_tasks::cancel(&world.store, &task.handle()), Ok(2));
    world.pass(1);
    running.await.unwrap();
    assert_eq!(listed[0].progress().status.name(), "CANCELLED");
    assert_eq!((world.counts(&dead).0, world.counts(&target).0), (8, 2));
    assert_eq!(bodies(&world.all(&target).await), ["message-0", "message-1"]);
    assert!(move_tasks::list(&world.store, &source, Some(11)).is_err());
}
