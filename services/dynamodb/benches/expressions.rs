//! What reading and evaluating a typical condition and a typical update cost, with numbers, keys and sizes.
//!
//! Between commits:
//!
//!     cargo bench -p asf-dynamodb --bench expressions -- --save-baseline before
//!     cargo bench -p asf-dynamodb --bench expressions -- --baseline before
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::hint::black_box;

use asf_dynamodb::evaluate::{apply, holds};
use asf_dynamodb::expression::{self, Kind, Placeholders};
use asf_dynamodb::models::{AttributeValue, Item, KeyValue, PrimaryKey};
use asf_dynamodb::number::Number;
use asf_dynamodb::{partiql, size};
use criterion::{Criterion, criterion_group, criterion_main};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: &str) -> AttributeValue {
    AttributeValue::N(value.parse().unwrap())
}

/// An order: ten attributes, one of them a map, one a list.
fn order() -> Item {
    let address = [("city", text("Berlin")), ("street", text("Invalidenstrasse 1")), ("zip", text("10115"))];
    let address: Item = address.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    [
        ("pk", text("customer#4711")),
        ("sk", text("order#2026-11-24T18:00:00Z")),
        ("state", text("OPEN")),
        ("total", number("129.95")),
        ("version", number("41")),
        ("address", AttributeValue::M(address)),
        ("entries", AttributeValue::L(vec![text("a"), text("b"), text("c")])),
        ("tags", AttributeValue::SS(["new", "gift"].map(str::to_owned).into_iter().collect())),
        ("paid", AttributeValue::Bool(false)),
        ("note", AttributeValue::Null),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn placeholders(values: &[(&str, AttributeValue)]) -> Placeholders {
    let names = [("#state".to_owned(), "state".to_owned())];
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Placeholders::new(Some(names), Some(values)).unwrap()
}

const CONDITION: &str = "attribute_exists(pk) AND #state = :open AND (version = :version OR size(entries) < :most) AND address.city <> :city";
const UPDATE: &str = "SET #state = :paid, version = version + :one, entries = list_append(entries, :more), \
                      history.#state = if_not_exists(history.#state, :one) REMOVE note ADD tags :tags";

fn expressions(criterion: &mut Criterion) {
    let mut item = order();
    let for_condition = [
        (":open", text("OPEN")),
        (":version", number("41")),
        (":most", number("100")),
        (":city", text("Paris")),
    ];
    let read_condition = || {
        let mut placeholders = placeholders(&for_condition);
        let condition =
            expression::condition(black_box(CONDITION), Kind::Condition, &mut placeholders).unwrap();
        placeholders.finish().unwrap();
        condition
    };
    let condition = read_condition();
    assert!(holds(&condition, &item));
    criterion.bench_function("read a condition", |bencher| bencher.iter(read_condition));
    criterion.bench_function("evaluate a condition", |bencher| {
        bencher.iter(|| holds(black_box(&condition), black_box(&item)));
    });

    item.insert("history".to_owned(), AttributeValue::M(Item::new()));
    let for_update = [
        (":paid", text("PAID")),
        (":one", number("1")),
        (":more", AttributeValue::L(vec![text("d")])),
        (":tags", AttributeValue::SS(std::iter::once("paid".to_owned()).collect())),
    ];
    let read_update = || {
        let mut placeholders = placeholders(&for_update);
        let update = expression::update(black_box(UPDATE), &mut placeholders).unwrap();
        placeholders.finish().unwrap();
        update
    };
    let update = read_update();
    assert_eq!(apply(&update, &item).unwrap().get("version"), Some(&number("42")));
    criterion.bench_function("read an update", |bencher| bencher.iter(read_update));
    criterion.bench_function("apply an update", |bencher| {
        bencher.iter(|| apply(black_box(&update), black_box(&item)).unwrap());
    });
    let select =
        "SELECT * FROM orders WHERE pk = 'customer#4711' AND begins_with(sk, 'order#2026') AND total > 100";
    criterion.bench_function("read a SELECT", |bencher| {
        bencher.iter(|| partiql::read(black_box(select), Vec::new()).unwrap());
    });
}

fn values(criterion: &mut Criterion) {
    let item = order();
    criterion.bench_function("size of an item", |bencher| bencher.iter(|| size::item(black_box(&item))));
    criterion.bench_function("a number from text and back", |bencher| {
        bencher.iter(|| black_box("1297.95").parse::<Number>().unwrap().to_string());
    });
    let key = PrimaryKey {
        partition: KeyValue::S("customer#4711".to_owned()),
        sort: Some(KeyValue::N("1764007200.25".parse().unwrap())),
    };
    criterion.bench_function("encode a key", |bencher| bencher.iter(|| black_box(&key).encode()));
}

criterion_group!(benches, expressions, values);
criterion_main!(benches);
