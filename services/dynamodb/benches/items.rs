//! What a get, a put, an update and a query of ten items cost with a hundred and with a million items in the table,
//! by the provider without HTTP: neither may grow with the table.
//!
//!     cargo bench -p asf-dynamodb --bench items
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use asf_api_dynamodb::operations::GetItem;
use asf_api_dynamodb::*;
use asf_dynamodb::DynamoProvider;
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::{Map, RequestContext};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures_util::FutureExt as _;

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue { s: Some(text.into()), ..AttributeValue::default() }
}

/// Ten items a customer.
fn key(number: u64) -> Map<AttributeValue> {
    let key =
        [("pk", text(format!("customer-{}", number / 10))), ("sk", text(format!("order-{}", number % 10)))];
    key.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn put(provider: &DynamoProvider, ctx: &RequestContext, number: u64) {
    let mut item = key(number);
    item.insert("state".to_owned(), text("OPEN"));
    item.insert("body".to_owned(), text("x".repeat(100)));
    let input =
        PutItemInput { table_name: Some("table".to_owned()), item: Some(item), ..PutItemInput::default() };
    let put = provider.put_item(ctx, input).now_or_never();
    assert!(put.unwrap().is_ok());
}

fn table(provider: &DynamoProvider, ctx: &RequestContext) {
    let attribute = |name: &str| AttributeDefinition {
        attribute_name: Some(name.to_owned()),
        attribute_type: Some(ScalarAttributeType::S),
    };
    let key = |name: &str, it: KeyType| KeySchemaElement {
        attribute_name: Some(name.to_owned()),
        key_type: Some(it),
    };
    let input = CreateTableInput {
        table_name: Some("table".to_owned()),
        attribute_definitions: Some(vec![attribute("pk"), attribute("sk")]),
        key_schema: Some(vec![key("pk", KeyType::Hash), key("sk", KeyType::Range)]),
        billing_mode: Some(BillingMode::PayPerRequest),
        ..CreateTableInput::default()
    };
    let created = provider.create_table(ctx, input).now_or_never();
    assert!(created.unwrap().is_ok());
}

fn benches(criterion: &mut Criterion) {
    for count in [100, 1_000_000] {
        let provider = DynamoProvider::new(&Settings::default());
        let environment = Environment { ids: Arc::new(Ids::seeded(7)), ..Environment::default() };
        let ctx = RequestContext::new(GetItem::operation(), environment);
        table(&provider, &ctx);
        (0..count).for_each(|number| put(&provider, &ctx, number));
        let next = || ctx.ids().below(count);
        criterion.bench_with_input(BenchmarkId::new("get", count), &(), |bench, ()| {
            bench.iter(|| {
                let input = GetItemInput {
                    table_name: Some("table".to_owned()),
                    key: Some(key(next())),
                    ..GetItemInput::default()
                };
                black_box(provider.get_item(&ctx, input).now_or_never().unwrap().is_ok())
            });
        });
        criterion.bench_with_input(BenchmarkId::new("put", count), &(), |bench, ()| {
            bench.iter(|| put(&provider, &ctx, next()));
        });
        criterion.bench_with_input(BenchmarkId::new("update", count), &(), |bench, ()| {
            bench.iter(|| {
                let one = AttributeValue { n: Some("1".to_owned()), ..AttributeValue::default() };
                let input = UpdateItemInput {
                    table_name: Some("table".to_owned()),
                    key: Some(key(next())),
                    update_expression: Some("ADD version :one".to_owned()),
                    expression_attribute_values: Some([(":one".to_owned(), one)].into_iter().collect()),
                    ..UpdateItemInput::default()
                };
                black_box(provider.update_item(&ctx, input).now_or_never().unwrap().is_ok())
            });
        });
        criterion.bench_with_input(BenchmarkId::new("query ten", count), &(), |bench, ()| {
            bench.iter(|| {
                let customer = text(format!("customer-{}", next() / 10));
                let input = QueryInput {
                    table_name: Some("table".to_owned()),
                    key_condition_expression: Some("pk = :pk".to_owned()),
                    expression_attribute_values: Some([(":pk".to_owned(), customer)].into_iter().collect()),
                    ..QueryInput::default()
                };
                let found = provider.query(&ctx, input).now_or_never().unwrap().unwrap();
                assert_eq!(found.count, Some(10));
                black_box(found.items)
            });
        });
    }
}

criterion_group!(items, benches);
criterion_main!(items);
