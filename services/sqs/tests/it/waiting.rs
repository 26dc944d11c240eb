//! Long polling: receivers that wait, and what wakes them.

use std::sync::Arc;

use asf_sqs::error::{ErrorKind, QueueError};
use asf_sqs::models::Queue;
use asf_sqs::receive::{Received, Wish};
use asf_sqs::send::Outgoing;
use tokio::task::JoinHandle;

use crate::{World, bodies};

type Outcome = Result<Vec<Received>, QueueError>;

/// A receiver that waits for so many seconds, and is waiting when this returns.
async fn waiting(world: &Arc<World>, queue: &Arc<Queue>, wait: i32) -> JoinHandle<Outcome> {
    let (world, queue) = (world.clone(), queue.clone());
    let wish = Wish { max: Some(10), wait: Some(wait), ..Wish::default() };
    let receiver = tokio::spawn(async move { world.receive(&queue, wish).await });
    settle().await;
    assert!(!receiver.is_finished());
    receiver
}

async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

/// test_sqs::test_receive_empty_queue
#[tokio::test]
async fn nothing_comes() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[]);
    let receiver = waiting(&world, &queue, 20).await;
    world.pass(19);
    settle().await;
    assert!(!receiver.is_finished());
    world.pass(1);
    assert!(receiver.await.unwrap().unwrap().is_empty());
}

#[tokio::test]
async fn a_message_comes() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[]);
    let receiver = waiting(&world, &queue, 20).await;
    world.text(&queue, "a");
    assert_eq!(bodies(&receiver.await.unwrap().unwrap()), ["a"]);
}

#[tokio::test]
async fn each_message_wakes_one() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[]);
    let receivers = [waiting(&world, &queue, 20).await, waiting(&world, &queue, 20).await];
    world.text(&queue, "a");
    settle().await;
    assert_eq!(receivers.iter().filter(|it| it.is_finished()).count(), 1);
    world.text(&queue, "b");
    let mut got = Vec::new();
    for receiver in receivers {
        got.extend(bodies(&receiver.await.unwrap().unwrap()));
    }
    assert_eq!(got, ["a", "b"]);
}

#[tokio::test]
async fn a_delay_ends_while_waiting() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[]);
    let receiver = waiting(&world, &queue, 20).await;
    world
        .send(&queue, Outgoing { body: "a".to_owned(), delay_seconds: Some(5), ..Outgoing::default() })
        .unwrap();
    settle().await;
    assert!(!receiver.is_finished());
    world.pass(5);
    assert_eq!(bodies(&receiver.await.unwrap().unwrap()), ["a"]);
}

/// The receiver was waiting before anyone received what it will get.
#[tokio::test]
async fn a_visibility_timeout_ends_while_waiting() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[("VisibilityTimeout", "5")]);
    world.text(&queue, "a");
    let held = world.all(&queue).await;
    let receiver = waiting(&world, &queue, 20).await;
    world.pass(1);
    queue.change_visibility(&held[0].handle, 2, world.now()).unwrap();
    settle().await;
    assert!(!receiver.is_finished());
    world.pass(2);
    assert_eq!(bodies(&receiver.await.unwrap().unwrap()), ["a"]);
}

#[tokio::test]
async fn giving_back_and_deleting_wake() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[]);
    world.text(&queue, "a");
    let held = world.all(&queue).await;
    let receiver = waiting(&world, &queue, 20).await;
    queue.change_visibility(&held[0].handle, 0, world.now()).unwrap();
    assert_eq!(bodies(&receiver.await.unwrap().unwrap()), ["a"]);

    // In a FIFO queue a deletion opens the group.
    let fifo = world.fifo(&[]);
    world.grouped(&fifo, "g", "1", "first");
    let held = world.all(&fifo).await;
    world.grouped(&fifo, "g", "2", "second");
    let receiver = waiting(&world, &fifo, 20).await;
    fifo.delete_message(&held[0].handle, world.now()).unwrap();
    assert_eq!(bodies(&receiver.await.unwrap().unwrap()), ["second"]);
}

/// test_sqs::test_send_receive_wait_time_seconds
#[tokio::test]
async fn the_queue_says_how_long() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[("ReceiveMessageWaitTimeSeconds", "3")]);
    let receiver = {
        let (world, queue) = (world.clone(), queue.clone());
        tokio::spawn(async move { world.receive(&queue, Wish::default()).await })
    };
    settle().await;
    assert!(!receiver.is_finished());
    world.pass(3);
    assert!(receiver.await.unwrap().unwrap().is_empty());
    // Zero is said, too.
    assert!(world.all(&queue).await.is_empty());
}

#[tokio::test]
async fn the_queue_is_deleted() {
    let world = Arc::new(World::new());
    let queue = world.queue("q", &[]);
    let receiver = waiting(&world, &queue, 20).await;
    world.store.remove(&queue, world.now());
    assert_eq!(receiver.await.unwrap().unwrap_err().kind, ErrorKind::QueueDoesNotExist);
}
