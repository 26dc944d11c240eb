//! DynamoDB's expressions and PartiQL: whatever the text, no panic, and what is read can be evaluated.
#![no_main]

use asf_dynamodb::evaluate::{apply, holds, key_tests, project};
use asf_dynamodb::expression::{self, Kind, Placeholders};
use asf_dynamodb::models::{AttributeValue, Item};
use asf_dynamodb::partiql;
use libfuzzer_sys::fuzz_target;

fn placeholders() -> Option<Placeholders> {
    let names = ["#a", "#b"].map(|name| (name.to_owned(), name[1..].to_owned()));
    let values = [
        (":s", AttributeValue::from("x")),
        (":n", AttributeValue::count(1)),
        (":l", AttributeValue::L(vec![AttributeValue::Null])),
        (":t", AttributeValue::SS(["x".to_owned()].into_iter().collect())),
    ];
    Placeholders::new(Some(names), Some(values.map(|(name, value)| (name.to_owned(), value)))).ok()
}

fuzz_target!(|text: &str| {
    let item: Item = [
        ("a".to_owned(), AttributeValue::L(vec![AttributeValue::count(1), AttributeValue::from("x")])),
        ("b".to_owned(), AttributeValue::M([("a".to_owned(), AttributeValue::count(2))].into_iter().collect())),
    ]
    .into_iter()
    .collect();
    for kind in [Kind::Condition, Kind::KeyCondition] {
        let Some(mut placeholders) = placeholders() else { return };
        if let Ok(condition) = expression::condition(text, kind, &mut placeholders) {
            holds(&condition, &item);
            let _ = key_tests(&condition);
            let _ = placeholders.finish();
        }
    }
    let Some(mut placeholders) = placeholders() else { return };
    if let Ok(update) = expression::update(text, &mut placeholders) {
        let _ = apply(&update, &item);
    }
    if let Ok(projection) = expression::projection(text, &mut placeholders) {
        project(&projection, &item);
    }
    match partiql::read(text, vec![AttributeValue::count(1)]).or_else(|_| partiql::read(text, Vec::new())) {
        Ok(partiql::Statement::Select(select)) => {
            select.columns_of(&item);
            if let Some(condition) = &select.condition {
                holds(condition, &item);
            }
        }
        Ok(partiql::Statement::Update { update, .. }) => {
            let _ = apply(&update, &item);
        }
        _ => {}
    }
});
