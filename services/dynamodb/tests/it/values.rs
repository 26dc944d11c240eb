//! Values from the wire. All words are (asserted).

use asf_api_dynamodb::AttributeValue as Wire;
use asf_dynamodb::wire;
use asf_runtime::{Bytes, Map};

use crate::notation::{item, refused, value};
use crate::tables::{global, table};

fn nested(levels: usize) -> Wire {
    (1..levels).fold(Wire { s: Some("a".into()), ..Wire::default() }, |inner, level| match level % 2 {
        0 => Wire { l: Some(vec![inner]), ..Wire::default() },
        _ => Wire { m: Some([("a".to_owned(), inner)].into_iter().collect()), ..Wire::default() },
    })
}

#[test]
fn bad_values() {
    let strings = |all: &[&str]| Some(all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
    let bytes = |all: &[&'static str]| {
        Some(all.iter().map(|it| Bytes::from_static(it.as_bytes())).collect::<Vec<_>>())
    };
    let empty = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
    let invalid = |reason: &str| format!("One or more parameter values were invalid: {reason}");
    for (wire, expect) in [
        (Wire::default(), empty.to_owned()),
        (Wire { l: Some(vec![Wire::default()]), ..Wire::default() }, empty.into()),
        (
            Wire { s: Some("a".into()), n: Some("1".into()), ..Wire::default() },
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
             datatypes"
                .into(),
        ),
        // The number is looked at before there being two types is.
        (
            Wire { s: Some("a".into()), n: Some("b".into()), ..Wire::default() },
            "The parameter cannot be converted to a numeric value: b".into(),
        ),
        (Wire { n: Some(String::new()), ..Wire::default() }, "The parameter cannot be converted to a numeric value".into()),
        (Wire { null: Some(false), ..Wire::default() }, invalid("Null attribute value types must have the value of true")),
        (Wire { ss: strings(&[]), ..Wire::default() }, invalid("An string set  may not be empty")),
        (Wire { ns: strings(&[]), ..Wire::default() }, invalid("An number set  may not be empty")),
        (Wire { bs: bytes(&[]), ..Wire::default() }, invalid("Binary sets should not be empty")),
        (Wire { ss: strings(&["a", "a"]), ..Wire::default() }, invalid("Input collection [a, a] contains duplicates.")),
        (
            Wire { bs: bytes(&["b", "b"]), ..Wire::default() },
            invalid("Input collection [Yg==, Yg==]of type BS contains duplicates."),
        ),
        (Wire { ns: strings(&["1", "1.0"]), ..Wire::default() }, "Input collection contains duplicates".into()),
        (
            Wire { ns: strings(&["1", "b"]), ..Wire::default() },
            "The parameter cannot be converted to a numeric value: b".into(),
        ),
        (
            nested(33),
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported \
             limit"
                .into(),
        ),
    ] {
        assert_eq!(refused(wire::value(wire)), expect);
    }
    assert!(wire::value(nested(32)).is_ok());
}

#[test]
fn an_error_names_the_value_of_the_expression() {
    let values: Map<Wire> = [(":b".to_owned(), Wire::default())].into_iter().collect();
    assert_eq!(
        refused(wire::expression_values(values)),
        "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one \
         of the supported datatypes for key :b"
    );
}

#[test]
fn values_go_there_and_back() {
    for text in [
        "''",
        "'a'",
        "-1.50",
        "0x",
        "0x00ff",
        "<'a', 'b'>",
        "<''>",
        "<0x, 0x01>",
        "<1, 2>",
        "<0x00, 0x01>",
        "{}",
        "[]",
        "null",
        "true",
    ] {
        let it = value(text);
        assert_eq!(wire::value(wire::to_value(it.clone())), Ok(it.clone()), "{text}");
        // And to stores and back.
        let stored = asf_store::encode(&it).unwrap();
        assert_eq!(asf_store::decode(&stored), Ok(it), "{text}");
    }
    let table = table("a:S, b:N", "a b", vec![], vec![global("by_b", "b")]);
    assert_eq!(asf_store::decode(&asf_store::encode(&table).unwrap()), Ok(table));
    let whole = item("a: {b: [1, {c: <'x'>}]}, d: null");
    assert_eq!(wire::item(wire::to_item(whole.clone())), Ok(whole));
}
