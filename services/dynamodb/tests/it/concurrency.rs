//! Many writers at once: one of many conditional puts wins, transactions are isolated, indexes and counts keep step.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use asf_dynamodb::expression::{self, Kind, Placeholders};
use asf_dynamodb::models::{AttributeValue, Item};
use asf_dynamodb::number::Number;
use asf_dynamodb::store::places::KeyRange;
use asf_dynamodb::store::records::TableRecord;
use asf_dynamodb::store::{Address, ItemKey, Store};
use asf_dynamodb::tables::CreateTable;
use asf_dynamodb::writing::transaction::{Failure, Outcome};
use asf_dynamodb::writing::{Action, Refusal, Target, Write};
use asf_dynamodb::{items, tables};
use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::store::State;

use crate::tables::global;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn address() -> Address {
    Address { account: AccountId::DEFAULT, region: Region::default(), name: "table".to_owned() }
}

/// A table with a key `id` and an index on `owner` and `balance`.
fn store() -> Store {
    let store = Store::open(&State::new());
    let definition =
        |name: &str, it| tables::AttributeDefinition { name: name.to_owned(), attribute_type: it };
    use asf_dynamodb::models::{AttributeType, KeyType};
    let description = CreateTable {
        name: "table".to_owned(),
        attributes: vec![
            definition("id", AttributeType::S),
            definition("owner", AttributeType::S),
            definition("balance", AttributeType::N),
        ],
        keys: vec![tables::KeySchemaElement { name: "id".to_owned(), key_type: KeyType::Hash }],
        global_indexes: Some(vec![global("by-owner", "owner balance")]),
        throughput: Some(asf_dynamodb::models::table::Throughput { read: 1, write: 1 }),
        ..CreateTable::default()
    };
    let record = TableRecord::new(description.check().unwrap(), 1, "id".to_owned(), NOW);
    store.create(&address(), record, 2, []).unwrap();
    store
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn put(attributes: &[(&str, AttributeValue)], condition: Option<&str>) -> Write {
    let condition =
        condition.map(|it| expression::condition(it, Kind::Condition, &mut Placeholders::default()).unwrap());
    let action = Action::Put(Arc::new(item(attributes).into()));
    Write { target: Target::Put, action, condition, shows_item: false }
}

fn change(account: usize, by: i64) -> (Address, Write) {
    let number = |it: i64| AttributeValue::N(it.to_string().parse::<Number>().unwrap());
    let values = [(":by".to_owned(), number(by)), (":least".to_owned(), number(0.max(-by)))];
    let mut placeholders = Placeholders::new(None::<Vec<(String, String)>>, Some(values)).unwrap();
    let update = expression::update("SET balance = balance + :by", &mut placeholders).unwrap();
    let condition = expression::condition("balance >= :least", Kind::Condition, &mut placeholders).unwrap();
    let target = Target::Key(item(&[("id", text(&account.to_string()))]));
    let write =
        Write { target, action: Action::Update(update), condition: Some(condition), shows_item: false };
    (address(), write)
}

fn balance(item: &Item) -> i64 {
    let AttributeValue::N(number) = &item["balance"] else { panic!("no number") };
    number.to_string().parse().unwrap()
}

#[test]
fn one_of_many_conditional_puts_wins() {
    let store = store();
    for round in 0..50 {
        let won = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let id = text(&round.to_string());
                    let write = put(&[("id", id)], Some("attribute_not_exists(id)"));
                    match store.write(&address(), &write, NOW) {
                        Ok(_) => won.fetch_add(1, Ordering::Relaxed),
                        Err(Refusal::Condition(None)) => 0,
                        Err(other) => panic!("{other:?}"),
                    };
                });
            }
        });
        assert_eq!(won.into_inner(), 1);
    }
}

#[test]
fn transactions_are_isolated() {
    const ACCOUNTS: usize = 6;
    let store = store();
    for account in 0..ACCOUNTS {
        let id = text(&account.to_string());
        let write =
            put(&[("id", id), ("owner", text("bank")), ("balance", AttributeValue::count(100))], None);
        store.write(&address(), &write, NOW).unwrap();
    }
    let moved = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (store, moved) = (&store, &moved);
            scope.spawn(move || {
                for step in 0..300 {
                    let (from, to) = ((thread + step) % ACCOUNTS, (thread + 3 * step + 1) % ACCOUNTS);
                    if from == to {
                        continue;
                    }
                    match store.transact(&[change(from, -7), change(to, 7)], None, NOW) {
                        Ok(Outcome::Done(_)) => moved.fetch_add(1, Ordering::Relaxed),
                        Err(Failure::Cancelled(_)) => 0,
                        other => panic!("{other:?}"),
                    };
                }
            });
        }
        // A transaction that changes nothing sees all at one moment.
        let store = &store;
        scope.spawn(move || {
            for _ in 0..300 {
                let all: Vec<_> = (0..ACCOUNTS)
                    .map(|account| {
                        let target = Target::Key(item(&[("id", text(&account.to_string()))]));
                        let write =
                            Write { target, action: Action::Check, condition: None, shows_item: false };
                        (address(), write)
                    })
                    .collect();
                let Ok(Outcome::Done(seen)) = store.transact(&all, None, NOW) else { panic!("not read") };
                let sum: i64 = seen.iter().map(|done| balance(&done.old.as_ref().unwrap().item)).sum();
                assert_eq!(sum, 100 * ACCOUNTS as i64);
            }
        });
    });
    assert!(moved.into_inner() > 100);

    let table = store.table(&address()).unwrap();
    let (index, slot) = table.index("by-owner").unwrap();
    let range = KeyRange::of_scan(table.record.id, slot);
    let found: Vec<i64> =
        table.items(Some(index), range, true, None).map(|record| balance(&record.item)).collect();
    assert!(found.is_sorted());
    assert_eq!((found.len(), found.iter().sum()), (ACCOUNTS, 100 * ACCOUNTS as i64));
    let counts = store.counts(&table);
    assert_eq!(counts.table.get().0, ACCOUNTS as i64);
    let bytes: i64 = (0..ACCOUNTS)
        .map(|account| {
            let key = item(&[("id", text(&account.to_string()))]);
            let key = ItemKey::from(items::check_key(&key, &table.record.description.keys).unwrap());
            i64::from(table.get(&key.encoded).unwrap().size)
        })
        .sum();
    assert_eq!(counts.table.get().1, bytes);
    assert_eq!(counts.indexes[&slot].get(), counts.table.get());
}
