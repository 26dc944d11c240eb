//! Items against tables, and their sizes.

use asf_dynamodb::items::{check_key, check_new, check_updated};
use asf_dynamodb::models::{Item, TableDescription};
use asf_dynamodb::size;

use crate::notation::{item, refused};
use crate::tables::{global, local, table};

/// Partition key `a` (S), sort key `b` (S), local index `by_c` on a number, global index `by_d` on a string.
fn ranged() -> TableDescription {
    table("a:S, b:S, c:N, d:S", "a b", vec![local("by_c", "a c")], vec![global("by_d", "d")])
}

/// SizeBytes of stream records: of the key and of both images.
#[test]
fn sizes_as_streams_show_them() {
    for (key, old, new, bytes, recording) in [
        ("id: 'Fred'", "", "id: 'Fred'", 12, "test_dynamodb::TestDynamoDB::test_batch_write_items_streaming"),
        ("id: 'NewKey'", "", "id: 'NewKey'", 16, "::test_batch_write_items_streaming"),
        ("id: 'NewKey'", "id: 'NewKey'", "", 16, "::test_batch_write_items_streaming"),
        ("id: 'Fred'", "id: 'Fred'", "id: 'Fred', name: 'Fred'", 26, "::test_batch_write_items_streaming"),
        (
            "id: 'my-item-id'",
            "id: 'my-item-id', attr1: 'value1', attr2: 'value2'",
            "id: 'my-item-id', attr1: 'value2', attr2: 'value3'",
            80,
            "::test_dynamodb_stream_records_with_update_item",
        ),
        (
            "id: 'test'",
            "",
            "id: 'test'",
            12,
            "test_dynamodb_streams::TestDynamoDBStreams::test_enable_kinesis_streaming_destination",
        ),
    ] {
        assert_eq!(
            [key, old, new].map(|it| size::item(&item(it))).iter().sum::<usize>(),
            bytes,
            "{recording}"
        );
    }
}

#[test]
fn sizes_of_each_type() {
    for (text, bytes) in [
        ("", 0),
        ("a: 'é'", 3),
        ("a: 0x0001", 3),
        ("a: null, b: false", 4),
        ("a: <'x', 'yy'>", 4),
        ("a: <1, 123>", 6),
        ("a: []", 4),
        ("a: [null, 'xx']", 1 + 3 + 2 + 3),
        ("a: {b: 1}", 1 + 3 + 1 + 3),
    ] {
        assert_eq!(size::item(&item(text)), bytes, "{text}");
    }
}

#[test]
fn new_items() {
    let invalid = |reason: &str| format!("One or more parameter values were invalid: {reason}");
    let empty = |what: &str| {
        format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             {what} value. Key: a"
        )
    };
    for (text, expect) in [
        ("b: 'x'", invalid("Missing the key a in the item")),
        ("a: 'x'", invalid("Missing the key b in the item")),
        ("a: 1, b: 'x'", invalid("Type mismatch for key a expected: S actual: N")),
        ("a: <'x'>, b: 'x'", invalid("Type mismatch for key a expected: S actual: SS")),
        ("a: '', b: 'x'", empty("string")),
        ("a: 'x', b: 'x', c: 'x'", invalid("Type mismatch for Index Key c Expected: N Actual: S IndexName: by_c")),
        ("a: 'x', b: 'x', d: {}", invalid("Type mismatch for Index Key d Expected: S Actual: M IndexName: by_d")),
        (
            "a: 'x', b: 'x', d: ''",
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. \
             The AttributeValue for a key attribute cannot contain an empty string value. IndexName: by_d, IndexKey: d"
                .to_owned(),
        ),
    ] {
        assert_eq!(refused(check_new(&item(text), &ranged())), expect, "{text}");
    }
    let key = check_new(&item("a: 'x', b: 'y', c: 1, z: ''"), &ranged()).unwrap();
    assert_eq!(check_key(&item("a: 'x', b: 'y'"), &ranged().keys), Ok(key));
}

#[test]
fn sizes_of_keys_and_items() {
    let with = |partition: usize, sort: usize, rest: usize| -> Item {
        item(&format!("a: '{}', b: '{}', z: '{}'", "x".repeat(partition), "x".repeat(sort), "x".repeat(rest)))
    };
    let check = |it: &Item| check_new(it, &ranged());
    assert!(check(&with(2048, 1024, 0)).is_ok());
    assert_eq!(
        refused(check(&with(2049, 1, 0))),
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
    );
    assert_eq!(
        refused(check(&with(1, 1025, 0))),
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of \
         1024 bytes"
    );
    // Exactly 400 KB is taken (conformance: itemSize).
    let rest = 400 * 1024 - 5;
    assert!(check(&with(1, 1, rest)).is_ok());
    let larger = with(1, 1, rest + 1);
    assert_eq!(refused(check(&larger)), "Item size has exceeded the maximum allowed size");
    assert_eq!(
        refused(check_updated(&larger, &ranged())),
        "Item size to update has exceeded the maximum allowed size"
    );
}

#[test]
fn keys_of_requests() {
    for text in ["", "a: 'x'", "a: 'x', c: 'y'", "a: 'x', b: 1", "a: 'x', b: 'y', c: 1", "a: 'x', b: {}"] {
        assert_eq!(
            refused(check_key(&item(text), &ranged().keys)),
            "The provided key element does not match the schema",
            "{text}"
        );
    }
}

#[test]
fn updated_items() {
    assert_eq!(
        refused(check_updated(&item("a: 'x', b: 'y', c: 'z'"), &ranged())),
        "The update expression attempted to update the secondary index key to unsupported type"
    );
}
