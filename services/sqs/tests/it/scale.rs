//! Many messages: no step may cost more than a look into an ordered set.

use asf_runtime::ids::Ids;
use asf_sqs::error::ErrorKind;
use asf_sqs::models::{Backlog, DeadLetter, Message, Place};
use asf_sqs::receive::{MAX_IN_FLIGHT, Wish};
use asf_sqs::tables::SqsStore;
use std::sync::Arc;

use crate::World;

fn letter(group: &str, now: asf_runtime::Timestamp) -> DeadLetter {
    let message = Message {
        id: String::new(),
        body: String::new(),
        md5_of_body: String::new(),
        attributes: Default::default(),
        system_attributes: Default::default(),
        sender_id: String::new(),
        sent: now,
        group: Some(group.to_owned()),
        deduplication_id: None,
        sequence_number: None,
        dead_letter_source: None,
    };
    DeadLetter { message: Arc::new(message), receives: 0, first_received: None }
}

/// 60,000 messages, half of them in flight, each received and deleted while all the others are there.
/// With anything linear in one of the steps this would take minutes.
#[test]
fn every_step_is_logarithmic() {
    let world = World::new();
    let now = world.now();
    for fifo in [false, true] {
        let ids = Ids::seeded(1);
        let mut backlog = Backlog::of(fifo, SqsStore::alone().messages_of(1), 0);
        let count = 60_000;
        let one = letter("g", now);
        for i in 0..count {
            let letter = if fifo { letter(&format!("g{}", i % 15_000), now) } else { one.clone() };
            backlog.push(letter, (i % 4 == 0).then(|| now.plus_seconds(1)));
        }
        let later = now.plus_seconds(1);
        backlog.settle(later, now.plus_seconds(-1));
        assert_eq!(backlog.counts().visible, count);
        let mut taken = 0;
        loop {
            backlog.settle(later, now.plus_seconds(-1));
            let received = backlog.take(10, later, later.plus_seconds(30), None, || ids.below(9)).received;
            if received.is_empty() {
                break;
            }
            taken += received.len();
            for number in received.into_iter().skip(5) {
                if !fifo {
                    assert!(matches!(backlog.get(number).unwrap().place, Place::InFlight { .. }));
                }
                backlog.remove(number);
            }
        }
        let counts = backlog.counts();
        if !fifo {
            assert_eq!(taken, count);
        }
        assert_eq!(counts.in_flight + counts.visible, count - taken / 2);
        backlog.settle(later.plus_seconds(30), now.plus_seconds(-1));
        assert_eq!(backlog.counts().in_flight, 0);
    }
}

#[tokio::test]
async fn too_many_in_flight() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    {
        let mut state = queue.open(world.now()).unwrap();
        for _ in 0..=MAX_IN_FLIGHT {
            state.backlog.push(letter("", world.now()), None);
        }
        let until = world.now().plus_seconds(30);
        let taken = state.backlog.take(MAX_IN_FLIGHT, world.now(), until, None, || 0);
        assert_eq!(taken.received.len(), MAX_IN_FLIGHT);
    }
    let wish = Wish { wait: Some(0), ..Wish::default() };
    let error = world.receive(&queue, wish.clone()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OverLimit);
    world.pass(30);
    assert_eq!(world.receive(&queue, wish).await.unwrap().len(), 1);
}
