//! A state that is opened again: what a store makes of its tables is what it was.

use std::time::Duration;

use asf_runtime::store::State;
use asf_sqs::move_tasks::{self, Status};

use crate::*;

impl World {
    /// The same world with a store that was made anew of what is kept.
    fn reopened(&self, state: &State) -> Self {
        let store = Arc::new(Store::open(state));
        Self { store, clock: self.clock.clone(), ids: self.ids.clone() }
    }

    fn kept(state: &State) -> Self {
        Self { store: Arc::new(Store::open(state)), ..Self::new() }
    }

    fn found(&self, name: &str) -> Arc<Queue> {
        self.store.locality(AccountId::DEFAULT, &Region::default()).get(name).unwrap()
    }
}

#[tokio::test]
async fn messages_are_where_they_were() {
    let state = State::new();
    let world = World::kept(&state);
    let queue = world.queue("q", &[("VisibilityTimeout", "40")]);
    for body in ["a", "b", "c"] {
        world.text(&queue, body);
    }
    let delayed = Outgoing { body: "d".to_owned(), delay_seconds: Some(60), ..Outgoing::default() };
    world.send(&queue, delayed).unwrap();
    let held = world.receive(&queue, Wish { max: Some(1), ..Wish::default() }).await.unwrap();
    assert_eq!(world.counts(&queue), (2, 1, 1));

    let world = world.reopened(&state);
    let queue = world.found("q");
    assert_eq!(world.counts(&queue), (2, 1, 1));
    let attributes = queue.attributes(&["VisibilityTimeout"], world.now()).unwrap();
    assert_eq!(attributes, [("VisibilityTimeout", "40".to_owned())]);
    // A handle from before is good, and new messages have other numbers.
    world.text(&queue, "e");
    queue.delete_message(&held[0].handle, world.now()).unwrap();
    assert_eq!(world.counts(&queue), (3, 1, 0));
    assert_eq!(world.bodies(&queue).await, ["b", "c", "e"]);
    world.pass(60);
    assert_eq!(world.bodies(&queue).await, ["b", "c", "d", "e"]);
}

#[tokio::test]
async fn fifo_queues_remember() {
    let state = State::new();
    let world = World::kept(&state);
    let queue = world.fifo(&[]);
    let first = world.grouped(&queue, "g", "1", "a");
    world.grouped(&queue, "g", "2", "b");
    world.grouped(&queue, "h", "3", "c");
    let wish = Wish { max: Some(1), attempt: Some("attempt".to_owned()), ..Wish::default() };
    let received = world.receive(&queue, wish.clone()).await.unwrap();

    let world = world.reopened(&state);
    let queue = world.found("q.fifo");
    // The group is locked, a duplicate is one, an attempt gets what it got.
    assert_eq!(world.grouped(&queue, "g", "1", "a").sequence_number, first.sequence_number);
    let again = world.receive(&queue, wish).await.unwrap();
    assert_eq!(again[0].handle, received[0].handle);
    assert_eq!(world.bodies(&queue).await, ["c"]);
    // Sequence numbers rise, even if the time went back.
    let last = world.grouped(&queue, "i", "4", "d").sequence_number.unwrap();
    let world = World { clock: Arc::new(ManualClock::new(Timestamp::from_seconds(1_700_000_000))), ..world };
    let world = world.reopened(&state);
    assert!(world.grouped(&world.found("q.fifo"), "i", "5", "e").sequence_number.unwrap() > last);
}

#[tokio::test]
async fn what_is_gone_stays_gone() {
    let state = State::new();
    let world = World::kept(&state);
    let queue = world.queue("q", &[]);
    world.text(&queue, "a");
    queue.tag([("k".to_owned(), "v".to_owned())], world.now()).unwrap();
    world.store.remove(&queue, world.now());
    let tables: Vec<_> = state.tables().into_iter().filter(|it| !it.scopes().is_empty()).collect();
    assert_eq!(tables.iter().map(|it| it.info().to_string()).collect::<Vec<_>>(), ["sqs.deleted"]);
    let world = world.reopened(&state);
    assert_error(
        world.try_queue("q", &[]).map(|_| ()),
        ErrorKind::QueueDeletedRecently,
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    );
    world.pass(60);
    let queue = world.queue("q", &[]);
    assert_eq!((world.counts(&queue), queue.open(world.now()).unwrap().tags.len()), ((0, 0, 0), 0));
}

#[tokio::test]
async fn a_dead_letter_moves_as_one_and_a_move_task_goes_on() {
    let state = State::new();
    let world = World::kept(&state);
    let dead = world.queue("dead", &[]);
    let policy = format!(r#"{{"maxReceiveCount":1,"deadLetterTargetArn":"{}"}}"#, dead.arn);
    let queue = world.queue("q", &[("RedrivePolicy", &policy)]);
    for body in ["a", "b"] {
        world.text(&queue, body);
    }
    world.all(&queue).await;
    world.pass(30);
    assert_eq!(world.all(&queue).await.len(), 0);
    assert_eq!((world.counts(&queue), world.counts(&dead)), ((0, 0, 0), (2, 0, 0)));
    let source = dead.arn.to_string();
    move_tasks::start(&world.store, &source, None, Some(1), world.now(), &world.ids).unwrap();

    let world = world.reopened(&state);
    let task = move_tasks::list(&world.store, &source, None).unwrap().remove(0);
    let progress = task.progress().clone();
    assert_eq!((progress.status, progress.moved, task.to_move), (Status::Running, 0, 2));
    let around = move_tasks::Surroundings {
        store: world.store.clone(),
        clock: world.clock.clone(),
        ids: world.ids.clone(),
    };
    let running = tokio::spawn(task.clone().run(around));
    while task.progress().status == Status::Running {
        world.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    running.await.unwrap();
    let world = world.reopened(&state);
    let task = move_tasks::list(&world.store, &source, None).unwrap().remove(0);
    let progress = task.progress().clone();
    assert_eq!((progress.status, progress.moved), (Status::Completed, 2));
    assert_eq!(world.bodies(&world.found("q")).await, ["a", "b"]);
}

/// As after a state was merged into this one: a record of another queue of the same name stands in the place of
/// the one that was there, and nobody has deleted that.
#[tokio::test]
async fn nothing_is_left_of_a_queue_that_was_replaced() {
    let state = State::new();
    let world = World::kept(&state);
    let other = world.queue("other", &[]);
    world.text(&other, "stays");
    let queue = world.fifo(&[]);
    world.grouped(&queue, "g", "1", "a");
    let wish = Wish { attempt: Some("attempt".to_owned()), ..Wish::default() };
    world.receive(&queue, wish).await.unwrap();
    let tables: asf_runtime::store::Stores<asf_sqs::tables::SqsStore> = state.stores();
    let tables = tables.at(AccountId::DEFAULT, &Region::default());
    let of_queue =
        || [tables.deduplication.len(), tables.attempts.len(), tables.sequences.len(), tables.messages.len()];
    assert_eq!(of_queue(), [1, 1, 1, 2]);
    tables.queues.update(&"q.fifo".to_owned(), |record| record.incarnation += 1);

    let world = world.reopened(&state);
    assert_eq!(of_queue(), [0, 0, 0, 1]);
    assert_eq!(world.counts(&world.found("q.fifo")), (0, 0, 0));
    assert_eq!(world.bodies(&world.found("other")).await, ["stays"]);
}
