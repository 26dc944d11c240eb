//! Scan order, segments, encoded keys.

use asf_dynamodb::models::key::{partition_hash, segment};
use asf_dynamodb::models::{KeyValue, PrimaryKey};

use crate::notation::number;

fn text(value: &str) -> KeyValue {
    KeyValue::S(value.to_owned())
}

#[test]
fn a_partition_is_together_and_sorted() {
    let key = |partition: &str, sort: &str| PrimaryKey {
        partition: text(partition),
        sort: Some(KeyValue::N(number(sort))),
    };
    let sorts = ["-1e125", "-2", "-1.5", "0", "1E-130", "1", "9", "10"];
    let encoded: Vec<Vec<u8>> = sorts.iter().map(|sort| key("p", sort).encode()).collect();
    assert!(encoded.is_sorted());
    let (others, hash) = (key("q", "0").encode(), key("p", "0").partition_hash());
    assert!(encoded.iter().all(|it| it.starts_with(&hash.to_be_bytes())));
    assert!(encoded.iter().all(|it| *it < others) || encoded.iter().all(|it| *it > others));
}

#[test]
fn types_are_apart() {
    let hashes = [text("1"), KeyValue::N(number("1")), KeyValue::B("1".into())].map(|it| partition_hash(&it));
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
}

#[test]
fn segments_share_all_items() {
    for total in [1, 2, 7, 1_000_000] {
        assert_eq!(segment(0, total), 0);
        assert_eq!(segment(u128::MAX, total), total - 1);
    }
    let counts = (0..1000).fold([0; 4], |mut counts, number| {
        counts[segment(partition_hash(&text(&format!("item {number}"))), 4) as usize] += 1;
        counts
    });
    assert!(counts.iter().all(|count| (200..300).contains(count)), "{counts:?}");
}
