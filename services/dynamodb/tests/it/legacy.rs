//! Legacy parameters. All words are (asserted).

use asf_dynamodb::evaluate::{KeyTest, Test, apply, holds, key_condition};
use asf_dynamodb::expression::ast::Comparator;
use asf_dynamodb::legacy::{
    AttributeUpdate, Comparison, ComparisonOperator, ConditionalOperator, Expected, UpdateAction,
    attributes_to_get, check_conditional_operator, check_mixing, expected, filter, key_conditions, updates,
};
use asf_dynamodb::models::AttributeValue;

use crate::notation::{item, refused, value};
use crate::tables::table;

const OPERATORS: [ComparisonOperator; 13] = [
    ComparisonOperator::Eq,
    ComparisonOperator::Ne,
    ComparisonOperator::In,
    ComparisonOperator::Le,
    ComparisonOperator::Lt,
    ComparisonOperator::Ge,
    ComparisonOperator::Gt,
    ComparisonOperator::Between,
    ComparisonOperator::NotNull,
    ComparisonOperator::Null,
    ComparisonOperator::Contains,
    ComparisonOperator::NotContains,
    ComparisonOperator::BeginsWith,
];

/// `EQ 1` or `BETWEEN 1; 2`.
fn comparison(text: &str) -> Comparison {
    let (name, values) = text.split_once(' ').unwrap_or((text, ""));
    let operator = OPERATORS.into_iter().find(|it| it.name() == name).unwrap();
    Comparison { operator, values: values.split(';').filter(|it| !it.is_empty()).map(value).collect() }
}

fn one(attribute: &str, text: &str) -> [(String, Comparison); 1] {
    [(attribute.to_owned(), comparison(text))]
}

#[test]
fn arguments_of_operators() {
    let invalid = |reason: &str| format!("One or more parameter values were invalid: {reason}");
    let count =
        |name: &str| invalid(&format!("Invalid number of argument(s) for the {name} ComparisonOperator"));
    let of_type = |name: &str, it: &str| {
        invalid(&format!("ComparisonOperator {name} is not valid for {it} AttributeValue type"))
    };
    for (text, expect) in [
        ("EQ", count("EQ")),
        ("EQ 'a'; 'a'", count("EQ")),
        ("NE", count("NE")),
        ("IN", count("IN")),
        ("BETWEEN", count("BETWEEN")),
        ("BETWEEN 1; 2; 3", count("BETWEEN")),
        ("NULL 'a'", count("NULL")),
        ("NOT_NULL 'a'; 'a'", count("NOT_NULL")),
        ("LT true", of_type("LT", "BOOL")),
        ("LE null", of_type("LE", "NULL")),
        ("GT <'a'>", of_type("GT", "SS")),
        ("GE {}", of_type("GE", "M")),
        ("IN []", of_type("IN", "L")),
        ("CONTAINS <1>", of_type("CONTAINS", "NS")),
        ("NOT_CONTAINS {}", of_type("NOT_CONTAINS", "M")),
        ("BETWEEN true; true", of_type("BETWEEN", "BOOL")),
        ("BEGINS_WITH 1", of_type("BEGINS_WITH", "N")),
        ("IN 'b'; 1", invalid("AttributeValues inside AttributeValueList must be of same type")),
        (
            "BETWEEN 'b'; 'a'",
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound".into(),
        ),
    ] {
        assert_eq!(refused(filter(one("a", text), ConditionalOperator::And)), expect, "{text}");
        assert_eq!(refused(key_conditions(one("a", text))), expect, "{text}");
    }
}

#[test]
fn filters() {
    let it = item("s: 'hello', n: 5, ss: <'a'>, l: [1]");
    for (attribute, text, expect) in [
        ("n", "EQ 5", true),
        ("ss", "EQ <'a'>", true),
        ("n", "NE 5", false),
        ("n", "IN 4; 5", true),
        ("n", "LE 5", true),
        ("n", "LT 5", false),
        ("n", "GE 6", false),
        ("n", "GT 4", true),
        ("n", "BETWEEN 4; 5", true),
        ("n", "NOT_NULL", true),
        ("missing", "NOT_NULL", false),
        ("missing", "NULL", true),
        ("s", "CONTAINS 'ell'", true),
        ("ss", "CONTAINS 'a'", true),
        ("l", "CONTAINS 1", true),
        ("s", "NOT_CONTAINS 'x'", true),
        ("s", "BEGINS_WITH 'he'", true),
        ("missing", "EQ 1", false),
    ] {
        let condition = filter(one(attribute, text), ConditionalOperator::And).unwrap().unwrap();
        assert_eq!(holds(&condition, &it), expect, "{attribute} {text}");
    }
    for (operator, expect) in [(ConditionalOperator::And, false), (ConditionalOperator::Or, true)] {
        let both = one("n", "EQ 5").into_iter().chain(one("s", "EQ 'x'"));
        assert_eq!(holds(&filter(both, operator).unwrap().unwrap(), &it), expect);
    }
    assert_eq!(filter([], ConditionalOperator::Or), Ok(None));
}

#[test]
fn key_conditions_of_queries() {
    let not_indexable = "Attempted conditional constraint is not an indexable operation";
    let keys = table("a:S, b:S", "a b", vec![], vec![]).keys;
    for text in ["NULL", "NOT_NULL", "CONTAINS 'a'", "NOT_CONTAINS 'a'", "IN 'a'", "NE 'a'"] {
        let tests = key_conditions(one("a", text)).unwrap();
        assert_eq!(refused(key_condition(&tests, &keys)), not_indexable, "{text}");
        // Only once it is a key, though.
        let tests = key_conditions(one("z", text)).unwrap();
        assert_eq!(refused(key_condition(&tests, &keys)), "Query condition missed key schema element: a");
    }
    for text in ["LE 'a'", "LT 'a'", "GE 'a'", "GT 'a'", "BEGINS_WITH 'a'", "BETWEEN 'a'; 'b'"] {
        let tests = key_conditions(one("a", text)).unwrap();
        assert_eq!(refused(key_condition(&tests, &keys)), "Query key condition not supported", "{text}");
    }
    let three = ["a", "b", "c"].map(|name| (name.to_owned(), comparison("NULL")));
    assert_eq!(refused(key_conditions(three)), "Conditions can be of length 1 or 2 only");
    let tests = key_conditions(one("a", "EQ 1").into_iter().chain(one("b", "BETWEEN 1; 2"))).unwrap();
    let number = |text| value(text).into();
    assert_eq!(
        tests,
        [
            KeyTest { attribute: "a".into(), test: Test::Compare(Comparator::Equal, number("1")) },
            KeyTest { attribute: "b".into(), test: Test::Between(number("1"), number("2")) },
        ]
    );
}

#[test]
fn expected_forms() {
    let a = || Some(AttributeValue::from("a"));
    let lt = Some(ComparisonOperator::Lt);
    let none = Expected::default;
    for (it, reason) in [
        (none(), "Value must be provided when Exists is null for Attribute: a"),
        (
            Expected { exists: Some(true), ..none() },
            "Value must be provided when Exists is true for Attribute: a",
        ),
        (
            Expected { exists: Some(false), value: a(), ..none() },
            "Value cannot be used when Exists is false for Attribute: a",
        ),
        (
            Expected { operator: lt, ..none() },
            "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a",
        ),
        (
            Expected { operator: lt, exists: Some(true), ..none() },
            "Exists and ComparisonOperator cannot be used together for Attribute: a",
        ),
        (
            Expected { operator: lt, value: a(), values: Some(vec![]), ..none() },
            "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            Expected { values: Some(vec![]), ..none() },
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (
            Expected { exists: Some(true), values: Some(vec![]), ..none() },
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (
            Expected { operator: Some(ComparisonOperator::Null), value: a(), ..none() },
            "Invalid number of argument(s) for the NULL ComparisonOperator",
        ),
    ] {
        let result = expected([("a".to_owned(), it)], ConditionalOperator::And);
        assert_eq!(refused(result), format!("One or more parameter values were invalid: {reason}"));
    }
}

/// (conformance: legacy-api/expected)
#[test]
fn expected_of_items() {
    let none = Expected::default;
    let x = || Some(AttributeValue::from("x"));
    for (it, before, expect) in [
        (Expected { value: x(), ..none() }, "a: 'x'", true),
        (Expected { value: x(), exists: Some(true), ..none() }, "a: 'y'", false),
        (Expected { exists: Some(false), ..none() }, "", true),
        (Expected { exists: Some(false), ..none() }, "a: 'x'", false),
        (Expected { operator: Some(ComparisonOperator::BeginsWith), value: x(), ..none() }, "a: 'xyz'", true),
        (Expected { operator: Some(ComparisonOperator::NotNull), ..none() }, "", false),
    ] {
        let condition = expected([("a".to_owned(), it.clone())], ConditionalOperator::And).unwrap().unwrap();
        assert_eq!(holds(&condition, &item(before)), expect, "{it:?} {before}");
    }
}

#[test]
fn attribute_updates() {
    let update = |action, text: &str| {
        let value = (!text.is_empty()).then(|| value(text));
        updates([("x".to_owned(), AttributeUpdate { action, value })])
    };
    let invalid = |reason: &str| format!("One or more parameter values were invalid: {reason}");
    for (action, text, expect) in [
        (
            UpdateAction::Put,
            "",
            invalid("Only DELETE action is allowed when no attribute value is specified"),
        ),
        (
            UpdateAction::Add,
            "",
            invalid("Only DELETE action is allowed when no attribute value is specified"),
        ),
        (UpdateAction::Delete, "1", invalid("DELETE action with value is not supported for the type N")),
        (
            UpdateAction::Delete,
            "null",
            invalid("DELETE action with value is not supported for the type NULL"),
        ),
        (UpdateAction::Add, "'1'", invalid("ADD action is not supported for the type S")),
        (UpdateAction::Add, "{}", invalid("ADD action is not supported for the type M")),
    ] {
        assert_eq!(refused(update(action, text)), expect);
    }
    for (action, text, before, after) in [
        (UpdateAction::Put, "1", "x: 'a', y: 1", "x: 1, y: 1"),
        (UpdateAction::Delete, "", "x: 1, y: 1", "y: 1"),
        (UpdateAction::Delete, "<1>", "x: <1, 2>", "x: <2>"),
        (UpdateAction::Add, "1", "x: 1", "x: 2"),
        (UpdateAction::Add, "['b', 1]", "x: ['a']", "x: ['a', 'b', 1]"),
        (UpdateAction::Add, "['b']", "", "x: ['b']"),
    ] {
        assert_eq!(apply(&update(action, text).unwrap(), &item(before)).unwrap(), item(after));
    }
    for (action, text, before) in [
        (UpdateAction::Delete, "<1>", "x: <'1'>"),
        (UpdateAction::Delete, "<1>", "x: 1"),
        (UpdateAction::Add, "1", "x: <1>"),
    ] {
        let result = apply(&update(action, text).unwrap(), &item(before));
        assert_eq!(refused(result), "Type mismatch for attribute to update");
    }
}

#[test]
fn the_rest() {
    assert_eq!(
        refused(attributes_to_get(vec!["a".into(), "b".into(), "a".into()])),
        "One or more parameter values were invalid: Duplicate value in attribute name: a"
    );
    // (conformance: putItem)
    assert_eq!(
        refused(check_mixing(&[("Expected", true)], &[("ConditionExpression", true)])),
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {Expected} Expression parameters: {ConditionExpression}"
    );
    let legacy = [("AttributeUpdates", true), ("Expected", true)];
    let expressions = [("UpdateExpression", true), ("ConditionExpression", false)];
    assert!(refused(check_mixing(&legacy, &expressions)).ends_with(
        "Non-expression parameters: {AttributeUpdates, Expected} Expression parameters: {UpdateExpression}"
    ));
    assert_eq!(check_mixing(&legacy, &[("UpdateExpression", false)]), Ok(()));
    assert!(check_conditional_operator(None).is_err() && check_conditional_operator(Some(1)).is_err());
    assert_eq!(check_conditional_operator(Some(2)), Ok(()));
}
