//! Key conditions. What they may be is (asserted).

use asf_dynamodb::error::DynamoError;
use asf_dynamodb::evaluate::{KeyCondition, SortCondition, key_condition, key_tests};
use asf_dynamodb::expression::{self, Kind};
use asf_dynamodb::models::{KeySchema, KeyValue};

use crate::notation::{number, placeholders, refused};
use crate::tables::table;

fn tests_of(text: &str, with: &str) -> Result<Vec<asf_dynamodb::evaluate::KeyTest>, DynamoError> {
    key_tests(&expression::condition(text, Kind::KeyCondition, &mut placeholders(with))?)
}

fn read(text: &str, with: &str, keys: &KeySchema) -> Result<KeyCondition, DynamoError> {
    key_condition(&tests_of(text, with)?, keys)
}

#[test]
fn what_no_index_can_answer() {
    let operator = |it: &str| format!("Invalid operator used in KeyConditionExpression: {it}");
    let first = |it: &str| {
        format!(
            "Invalid condition in KeyConditionExpression: {it} operator must have the key attribute as its first operand"
        )
    };
    let several =
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition";
    let nested = "KeyConditionExpressions cannot have conditions on nested attributes";
    let operations = "KeyConditionExpressions cannot contain nested operations";
    let none = "Invalid condition in KeyConditionExpression: No key attribute specified";
    let per_key = "KeyConditionExpressions must only contain one condition per key";
    for (text, expect) in [
        ("attribute_type(a, :a)", operator("attribute_type")),
        ("a > b and size(b) > c or a > c", operator("OR")),
        ("a in (b, size(c), d)", operator("IN")),
        ("attribute_exists(a)", operator("attribute_exists")),
        ("attribute_not_exists(a)", operator("attribute_not_exists")),
        ("contains(a.d, b)", operator("contains")),
        ("not a > b", operator("NOT")),
        ("a <> b", operator("<>")),
        (":a between size(b) and size(a) and b > :b", first("BETWEEN")),
        ("begins_with(:a, b) and a > :b", first("begins_with")),
        ("size(b) > a AND a.b > b AND b > c", operations.to_owned()),
        ("a > size(b.d)", operations.into()),
        ("a between size(b) and size(a)", operations.into()),
        ("b > a.b", several.into()),
        ("b between c[1] and d", several.into()),
        ("a between b and size(a)", several.into()),
        ("begins_with(a, b)", several.into()),
        ("b.d > a AND c.d > e.f", nested.into()),
        ("a.d > c", nested.into()),
        ("b[0] > a", nested.into()),
        (":b > :a AND a < :b", none.into()),
        (":a > b AND :a < :b", none.into()),
        ("b > :a AND b < :a and c = :a and d = :a", per_key.into()),
        ("(a > :a and b > :a) and (b > :a and c > :a)", per_key.into()),
        ("a = :a AND b = :a AND c = :a", "Conditions can be of length 1 or 2 only".into()),
    ] {
        assert_eq!(refused(tests_of(text, ":a='S'; :b='S'")), expect, "{text}");
    }
}

#[test]
fn keys_of_the_table() {
    let ranged = table("a:S, b:N", "a b", vec![], vec![]).keys;
    let plain = table("a:S", "a", vec![], vec![]).keys;
    for (keys, text, expect) in [
        (&ranged, "b = :n", "Query condition missed key schema element: a"),
        (&ranged, "z between :n and :n", "Query condition missed key schema element: a"),
        (&ranged, "a = :s AND z = :s", "Query condition missed key schema element: b"),
        (&plain, "a = :s AND b = :s", "Query key condition not supported"),
        (&ranged, "a > :s", "Query key condition not supported"),
        (&ranged, "begins_with(a, :s) AND b = :n", "Query key condition not supported"),
        (
            &ranged,
            "a = :n",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            &ranged,
            "a = :s AND begins_with(b, :s)",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            &ranged,
            "a = :e",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             string value. Key: a",
        ),
    ] {
        assert_eq!(refused(read(text, ":s='x'; :n=1; :e=''", keys)), expect, "{text}");
    }
}

#[test]
fn ranges_of_sort_keys() {
    let keys = table("a:S, b:N", "a b", vec![], vec![]).keys;
    let n = |text: &str| KeyValue::N(number(text));
    for (text, sort) in [
        ("a = :s", SortCondition::All),
        (":s = a", SortCondition::All),
        ("a = :s AND b = :n", SortCondition::Equal(n("1"))),
        ("b < :n AND a = :s", SortCondition::Less(n("1"))),
        ("(a = :s) AND (b <= :n)", SortCondition::LessOrEqual(n("1"))),
        ("a = :s and b > :n", SortCondition::Greater(n("1"))),
        ("a = :s AND :n > b", SortCondition::Less(n("1"))),
        ("a = :s AND b >= :n", SortCondition::GreaterOrEqual(n("1"))),
        ("a = :s AND b BETWEEN :n AND :m", SortCondition::Between(n("1"), n("2"))),
    ] {
        let condition = read(text, ":s='x'; :n=1; :m=2", &keys).unwrap();
        assert_eq!(condition, KeyCondition { partition: KeyValue::S("x".into()), sort }, "{text}");
    }
    let keys = table("a:S, b:S", "a b", vec![], vec![]).keys;
    let condition = read("a = :s AND begins_with(b, :s)", ":s='x'", &keys).unwrap();
    assert_eq!(condition.sort, SortCondition::BeginsWith(KeyValue::S("x".into())));
}
