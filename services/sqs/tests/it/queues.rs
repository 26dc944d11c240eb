//! Making, finding, listing and deleting queues; their attributes, tags and isolation.

use asf_runtime::identity::{AccountId, Region};
use asf_sqs::error::ErrorKind;
use asf_sqs::queues::{NewQueue, create, find, page_size};

use crate::{World, assert_error};

/// test_sqs::test_create_queue_with_different_attributes_raises_exception,
/// ::test_create_fifo_queue_with_different_attributes_raises_error
#[test]
fn the_same_queue_twice() {
    let world = World::new();
    let first = world.queue("q", &[("DelaySeconds", "1")]);
    for attributes in
        [&[][..], &[("DelaySeconds", "1")], &[("DelaySeconds", "01"), ("VisibilityTimeout", "30")]]
    {
        assert_eq!(world.queue("q", attributes).incarnation, first.incarnation);
    }
    let message = |name: &str| {
        format!("A queue already exists with the same name and a different value for attribute {name}")
    };
    assert_error(
        world.try_queue("q", &[("DelaySeconds", "2")]),
        ErrorKind::QueueNameExists,
        &message("DelaySeconds"),
    );
    world.fifo(&[("ContentBasedDeduplication", "true")]);
    assert_error(
        world.try_queue("q.fifo", &[("FifoQueue", "true"), ("ContentBasedDeduplication", "false")]),
        ErrorKind::QueueNameExists,
        &message("ContentBasedDeduplication"),
    );
}

#[test]
fn a_name_rests_for_a_minute() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    world.store.remove(&queue, world.now());
    assert_error(
        find(&world.store, AccountId::DEFAULT, &Region::default(), "q"),
        ErrorKind::QueueDoesNotExist,
        "The specified queue does not exist.",
    );
    assert_eq!(queue.open(world.now()).unwrap_err().kind, ErrorKind::QueueDoesNotExist);
    world.pass(59);
    assert_error(
        world.try_queue("q", &[]),
        ErrorKind::QueueDeletedRecently,
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    );
    world.pass(1);
    assert_ne!(world.queue("q", &[]).incarnation, queue.incarnation);
    // The one before does not take the new one with it.
    world.store.remove(&queue, world.now());
    assert!(find(&world.store, AccountId::DEFAULT, &Region::default(), "q").is_ok());
}

/// test_sqs::test_create_and_update_queue_attributes
#[test]
fn attributes() {
    let world = World::new();
    let initial = [
        ("MessageRetentionPeriod", "604800"),
        ("ReceiveMessageWaitTimeSeconds", "10"),
        ("VisibilityTimeout", "20"),
    ];
    let queue = world.queue("q", &initial);
    let all = || {
        let mut attributes = queue.attributes(&["All".to_owned()], world.now()).unwrap();
        attributes.sort_unstable();
        attributes
    };
    let created = world.now().seconds().to_string();
    let expected = |later: &str, delay: &str, size: &str, visibility: &str| {
        [
            ("ApproximateNumberOfMessages", "0"),
            ("ApproximateNumberOfMessagesDelayed", "0"),
            ("ApproximateNumberOfMessagesNotVisible", "0"),
            ("CreatedTimestamp", &created),
            ("DelaySeconds", delay),
            ("LastModifiedTimestamp", later),
            ("MaximumMessageSize", size),
            ("MessageRetentionPeriod", "604800"),
            ("QueueArn", "arn:aws:sqs:us-east-1:000000000000:q"),
            ("ReceiveMessageWaitTimeSeconds", "10"),
            ("SqsManagedSseEnabled", "true"),
            ("VisibilityTimeout", visibility),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    assert_eq!(all(), expected(&created, "0", "1048576", "20"));
    world.pass(5);
    let later = world.now().seconds().to_string();
    let changes = [("DelaySeconds", "420"), ("MaximumMessageSize", "2048"), ("VisibilityTimeout", "69")];
    queue.set_attributes(&changes, world.now(), |_| Ok(())).unwrap();
    assert_eq!(all(), expected(&later, "420", "2048", "69"));

    // All or nothing.
    let half = [("DelaySeconds", "1"), ("VisibilityTimeout", "x")];
    assert!(queue.set_attributes(&half, world.now(), |_| Ok(())).is_err());
    assert_eq!(queue.attributes(&["DelaySeconds".to_owned()], world.now()).unwrap()[0].1, "420");
    assert!(queue.attributes::<String>(&[], world.now()).unwrap().is_empty());
    assert!(queue.attributes(&["Policy".to_owned()], world.now()).unwrap().is_empty());
    assert_error(
        queue.attributes(&["Nope".to_owned()], world.now()),
        ErrorKind::InvalidAttributeName,
        "Unknown Attribute Nope.",
    );
}

/// test_sqs::test_tag_untag_queue
#[test]
fn tags() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    let tags = [("tag1", "value1"), ("tag2", "value2"), ("tag3", "")];
    queue.tag(tags.map(|(key, value)| (key.to_owned(), value.to_owned())), world.now()).unwrap();
    assert_eq!(queue.open(world.now()).unwrap().tags.len(), 3);
    queue.untag(&["tag1".to_owned(), "tag3".to_owned(), "nope".to_owned()], world.now()).unwrap();
    assert_eq!(queue.open(world.now()).unwrap().tags.keys().collect::<Vec<_>>(), ["tag2"]);
    let many = (0..50).map(|i| (i.to_string(), String::new()));
    assert!(queue.tag(many, world.now()).is_err());
    assert_eq!(queue.open(world.now()).unwrap().tags.len(), 1);
    assert_eq!(queue.tag([], world.now()).unwrap_err().kind, ErrorKind::MissingParameter);
    assert_eq!(queue.untag(&[], world.now()).unwrap_err().kind, ErrorKind::MissingParameter);
}

#[test]
fn accounts_and_regions_are_apart() {
    let world = World::new();
    let other: AccountId = "111111111111".parse().unwrap();
    let (east, west) = (Region::default(), Region::new("eu-west-1"));
    for (account, region) in [(AccountId::DEFAULT, &east), (AccountId::DEFAULT, &west), (other, &east)] {
        let new = NewQueue { name: "q", ..NewQueue::default() };
        let queue = create(&world.store, account, region, new, true, world.now(), &world.ids).unwrap();
        assert_eq!(queue.arn.to_string(), format!("arn:aws:sqs:{region}:{account}:q"));
    }
    let queue = find(&world.store, other, &east, "q").unwrap();
    world.store.remove(&queue, world.now());
    assert!(find(&world.store, other, &east, "q").is_err());
    assert!(find(&world.store, AccountId::DEFAULT, &west, "q").is_ok());
    assert!(find(&world.store, other, &west, "q").is_err());
}

/// test_sqs::test_list_queues_pagination
#[test]
fn pages() {
    let world = World::new();
    for i in 0..10 {
        world.queue(&format!("test-queue-{i}"), &[]);
    }
    world.queue("a", &[]);
    world.queue("z", &[]);
    let locality = world.store.locality(AccountId::DEFAULT, &Region::default());
    let list = |prefix: &str, after: Option<&str>, max| {
        let (queues, more) = locality.list(prefix, after, max, |_| true);
        (queues.iter().map(|queue| queue.name.clone()).collect::<Vec<_>>(), more)
    };
    assert_eq!(list("", None, 1000).0.len(), 12);
    let (all, more) = list("test-queue", None, 1000);
    assert_eq!((all.len(), more), (10, false));
    let (two, more) = list("test-queue", None, 2);
    assert_eq!((two.as_slice(), more), (&all[..2], true));
    let (rest, more) = list("test-queue", Some(&two[1]), 8);
    assert_eq!((rest.as_slice(), more), (&all[2..], false));
    assert!(list("nope", None, 10).0.is_empty());

    assert_eq!((page_size(None), page_size(Some(5))), (Ok(1000), Ok(5)));
    for wrong in [0, -1, 1001] {
        assert_eq!(page_size(Some(wrong)).unwrap_err().kind, ErrorKind::InvalidParameterValue);
    }
}
