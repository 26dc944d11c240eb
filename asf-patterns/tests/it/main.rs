//! Patterns: AWS's errors, what matches, and what holds for every pattern.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

use asf_patterns::{Event, Pattern, Scalar};
use proptest::prelude::*;

fn matches(pattern: &str, event: &str) -> bool {
    Pattern::parse(pattern).unwrap().matches(&Event::of_json(event).unwrap())
}

/// test_sns_filter_policy::TestSNSFilterPolicyConditions, its test_validate_policy,
/// test_validate_policy_exists_operator, test_validate_policy_numeric_operator and
/// test_validate_policy_string_operators, columns included.
#[test]
fn errors_with_places() {
    for (pattern, reason, column) in [
        (r#"{"key":[["value"]]}"#, "Match value must be String, number, true, false, or null", 10),
        (r#"{"key":[{"wrong-operator":true}]}"#, "Unrecognized match type wrong-operator", 31),
        (r#"{"key":[{"suffix":"value","prefix":"value2"}]}"#, "Only one key allowed in match expression", 37),
        (r#"{"key":[{"exists":null}]}"#, "exists match pattern must be either true or false.", 23),
        (r#"{"key":[{"exists":"no"}]}"#, "exists match pattern must be either true or false.", 20),
        (r#"{"key":[{"numeric":[]}]}"#, "Invalid member in numeric match: ]", 22),
        (r#"{"key":[{"numeric":[">",20,30]}]}"#, "Bad value in numeric range: 30", 30),
        (r#"{"key":[{"numeric":[">",20,"<="]}]}"#, "Value of <= must be numeric", 33),
        (r#"{"key":[{"numeric":[">="]}]}"#, "Value of >= must be numeric", 26),
        (r#"{"key":[{"numeric":[1,"<="]}]}"#, "Invalid member in numeric match: 1", 22),
        (r#"{"key":[{"numeric":[">",20,"<",30,"<",50]}]}"#, "Too many terms in numeric range expression", 36),
        (r#"{"key":[{"numeric":["=","000"]}]}"#, "Value of equals must be numeric", 26),
        (r#"{"key":[{"numeric":["operator"]}]}"#, "Unrecognized numeric range operator: operator", 32),
        (r#"{"key":[{"numeric":[">=",1,">",2]}]}"#, "Bad numeric range operator: >", 31),
        (r#"{"key":[{"numeric":["<",100,">",10]}]}"#, "Too many elements in numeric expression", 30),
        (r#"{"key":[{"numeric":[">","20","<","30"]}]}"#, "Value of > must be numeric", 26),
        (r#"{"key":[{"numeric":[">",20,"<","30"]}]}"#, "Value of < must be numeric", 33),
        (r#"{"key":[{"numeric":[">",20,"test"]}]}"#, "Bad numeric range operator: test", 34),
        (r#"{"key":[{"numeric":[">",3,"<",1]}]}"#, "Bottom must be less than top", 33),
        (r#"{"key":[{"cidr":["bad-filter"]}]}"#, "prefix match pattern must be a string", 18),
        (r#"{"key":[]}"#, "Empty arrays are not allowed", 10),
        (r#"{"key":[{"suffix":[]}]}"#, "suffix match pattern must be a string", 20),
        (r#"{"key":[{"suffix":null}]}"#, "suffix match pattern must be a string", 23),
        (r#"{"key":[{"suffix":100}]}"#, "suffix match pattern must be a string", 22),
        (r#"{"key":[{"suffix":["test","test2"]}]}"#, "suffix match pattern must be a string", 20),
        (r#"{"key":{"not-an-operator":"value"}}"#, "\"not-an-operator\" must be an object or an array", 28),
        (r#"{"key":{"suffix":"value"}}"#, "\"suffix\" must be an object or an array", 19),
        (r#"{"key":{"suffix":"value","prefix":"value"}}"#, "\"suffix\" must be an object or an array", 19),
        (r#"{"key_a":"value_one"}"#, "\"key_a\" must be an object or an array", 11),
    ] {
        let expected = format!("{reason}\n at [Source: (String)\"{pattern}\"; line: 1, column: {column}]");
        assert_eq!(Pattern::parse(pattern).unwrap_err().to_string(), expected);
        // White space is not seen.
        let spaced = pattern.replace(':', " : ").replace(',', " ,\n");
        assert_eq!(Pattern::parse(&spaced).unwrap_err().to_string(), expected);
    }
}

/// test_sns_filter_policy::test_validate_policy_string_operators
#[test]
fn errors_of_addresses() {
    for (cidr, reason) in [
        ("bad-filter", "Malformed CIDR, one '/' required"),
        ("bad-filter/64", "Nonstandard IP address: bad-filter"),
        ("bad-filter/filter", "Malformed CIDR, mask bits must be an integer"),
        ("xx.11.xx/8", "Nonstandard IP address: xx.11.xx"),
        ("xxxx:db8:1234:1a00::/64", "Nonstandard IP address: xxxx:db8:1234:1a00::"),
    ] {
        let pattern = format!(r#"{{"key":[{{"cidr":"{cidr}"}}]}}"#);
        assert_eq!(Pattern::parse(&pattern).unwrap_err().to_string(), reason);
    }
}

/// test_sns::test_subscribe_invalid_filter_policy
#[test]
fn no_json() {
    for text in ["invalid", "invalid-json", "invalid json"] {
        assert_eq!(
            Pattern::parse(text).unwrap_err().to_string(),
            "failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, Array, \
             Object or token 'null', 'true' or 'false')\n at [Source: REDACTED \
             (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 8]"
        );
    }
    for text in ["", "{", "[1]", "1", "{\"a\": [nope]}", "{\"a\": }", "{}"] {
        assert!(Pattern::parse(text).is_err(), "{text}");
    }
}

#[test]
fn conditions() {
    for (condition, yes, no) in [
        (
            r#""rugby""#,
            &[r#""rugby""#, r#"["tennis", "rugby"]"#][..],
            &[r#""Rugby""#, "[]", "null", "{}"][..],
        ),
        ("300", &["300", "300.0", "3e2", "[1, 300]"], &["\"300\"", "301"]),
        ("true", &["true"], &["false", "\"true\""]),
        ("null", &["null"], &["\"null\"", "0"]),
        (r#"{"prefix": "bas"}"#, &["\"baseball\""], &["\"rugby\"", "1"]),
        (r#"{"suffix": "ball"}"#, &["\"baseball\""], &["\"rugby\""]),
        (r#"{"prefix": {"equals-ignore-case": "BAS"}}"#, &["\"baseball\"", "\"BaseBall\""], &["\"rugby\""]),
        (r#"{"equals-ignore-case": "Tennis"}"#, &["\"tennis\"", "\"TENNIS\""], &["\"tenni\""]),
        (r#"{"wildcard": "a*b*c"}"#, &["\"abc\"", "\"aXbXbc\""], &["\"abcd\"", "\"ab\""]),
        (r#"{"wildcard": "a\\*b"}"#, &["\"a*b\""], &["\"axb\""]),
        (r#"{"exists": true}"#, &["1", "null", "[[false]]"], &["[]", "{}"]),
        (r#"{"exists": false}"#, &["[]", "{}"], &["1", "null"]),
        (r#"{"numeric": ["=", 3]}"#, &["3", "3.0"], &["4", "\"3\""]),
        (r#"{"numeric": [">", 0, "<=", 100]}"#, &["0.00001", "100"], &["0", "100.1", "-1"]),
        (r#"{"numeric": [">=", 0, "<", 100]}"#, &["0", "99.9"], &["100", "-0.1"]),
        (r#"{"numeric": ["<", 10]}"#, &["-5"], &["10"]),
        (r#"{"numeric": [">=", 10]}"#, &["10", "1e12"], &["9"]),
        (r#"{"cidr": "10.0.0.0/24"}"#, &["\"10.0.0.255\""], &["\"10.0.1.255\"", "\"x\"", "\"::1\""]),
        (r#"{"cidr": "0.0.0.0/0"}"#, &["\"1.2.3.4\""], &["\"::1\""]),
        (
            r#"{"cidr": "2001:0db8:1234:1a00::/64"}"#,
            &["\"2001:0db8:1234:1a00:0000:0000:0000:0000\""],
            &["\"2001:db8:1234:1a01::\""],
        ),
        (
            r#"{"anything-but": "rugby"}"#,
            &["\"tennis\"", "1", r#"["rugby", "tennis"]"#],
            &["\"rugby\"", r#"["rugby"]"#],
        ),
        (r#"{"anything-but": ["rugby", "tennis"]}"#, &["\"golf\""], &["\"rugby\"", "\"tennis\""]),
        (r#"{"anything-but": [100, 500]}"#, &["101", "\"100\""], &["100", "500.0"]),
        (r#"{"anything-but": {"prefix": "order-"}}"#, &["\"data\""], &["\"order-1\""]),
        (r#"{"anything-but": {"suffix": "ball"}}"#, &["\"golf\""], &["\"baseball\""]),
        (r#"{"anything-but": {"prefix": ["a", "b"]}}"#, &["\"c\""], &["\"a1\"", "\"b\""]),
        (r#"{"anything-but": {"equals-ignore-case": ["A"]}}"#, &["\"b\""], &["\"a\"", "\"A\""]),
        (r#"{"anything-but": {"wildcard": "*/x"}}"#, &["\"a/y\""], &["\"a/x\""]),
    ] {
        let pattern = format!(r#"{{"k": [{condition}]}}"#);
        for value in yes {
            assert!(matches(&pattern, &format!(r#"{{"k": {value}}}"#)), "{condition} {value}");
        }
        for value in no {
            assert!(!matches(&pattern, &format!(r#"{{"k": {value}}}"#)), "{condition} {value}");
        }
    }
}

/// test_sns_filter_policy::test_filter_policy_on_message_body_dot_attribute
#[test]
fn dots_are_levels() {
    for pattern in [
        r#"{"object.nested.test": ["string.value"]}"#,
        r#"{"object": {"nested": {"test": ["string.value"]}}}"#,
        r#"{"object": {"nested.test": ["string.value"]}}"#,
    ] {
        for event in [
            r#"{"object": {"nested": {"test": "string.value"}}}"#,
            r#"{"object.nested.test": "string.value"}"#,
            r#"{"object.nested": {"test": "string.value"}}"#,
            r#"{"object": {"nested.test": "string.value"}}"#,
        ] {
            assert!(matches(pattern, event), "{pattern} {event}");
        }
        assert!(!matches(pattern, r#"{"object": {"nested": "string.value"}}"#));
    }
}

/// test_sns_filter_policy::test_filter_policy_on_message_body_array_of_object_attributes
#[test]
fn the_same_element() {
    let pattern = r#"{"Records": {"s3": {"object": {"key": [{"prefix": "auto-"}]}}, "eventName": [{"prefix": "ObjectCreated:"}]}}"#;
    assert!(matches(
        pattern,
        r#"{"Records": [
            {"eventName": "ObjectCreated:Put", "s3": {"object": [[{"key": "auto-insurance-2314.xml"}]]}},
            {"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "home-insurance-2314.xml"}}}]}"#
    ));
    assert!(!matches(
        pattern,
        r#"{"Records": [
            {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "home-insurance-2314.xml"}}},
            {"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "auto-insurance-2314.xml"}}}]}"#
    ));
}

/// test_sns_filter_policy::test_filter_policy_on_message_body_or_attribute; "AND/OR logic" in the developer guide
#[test]
fn or() {
    let pattern = r#"{
        "detail": {"scope": ["Service"], "$or": [{"source": ["aws.cloudwatch"]}, {"type": ["CloudWatch Alarm State Change"]}]},
        "$or": [{"metricName": ["CPUUtilization", "ReadLatency"]}, {"namespace": ["AWS/EC2", "AWS/ES"]}]
    }"#;
    for event in [
        r#"{"detail": {"scope": "Service", "source": "aws.cloudwatch"}, "metricName": "CPUUtilization"}"#,
        r#"{"detail": {"scope": "Service", "type": "CloudWatch Alarm State Change"}, "metricName": "CPUUtilization"}"#,
        r#"{"detail": {"scope": "Service", "source": "aws.cloudwatch"}, "namespace": "AWS/ES"}"#,
    ] {
        assert!(matches(pattern, event), "{event}");
    }
    for event in [
        r#"{"detail": {"scope": "Service"}, "metricName": "CPUUtilization"}"#,
        r#"{"detail": {"source": "aws.cloudwatch"}, "metricName": "CPUUtilization"}"#,
        r#"{"detail": {"scope": "Service", "source": "aws.cloudwatch"}}"#,
    ] {
        assert!(!matches(pattern, event), "{event}");
    }
    // Not an $or: an attribute of that name.
    assert!(matches(r#"{"$or": ["a"]}"#, r#"{"$or": "a"}"#));
    assert!(matches(r#"{"$or": [{"prefix": "a"}, {"prefix": "b"}]}"#, r#"{"$or": "b1"}"#));
}

/// "Filter policy constraints" in the developer guide: 4 x 3 x 3 x 2 x 3 x 1.
#[test]
fn complexity() {
    let of = |text: &str| {
        let pattern = Pattern::parse(text).unwrap();
        (pattern.keys(), pattern.combinations(), pattern.is_nested())
    };
    assert_eq!(of(r#"{"a": [1, 2, 3], "b": [1], "c": [1, 2]}"#), (3, 6, false));
    assert_eq!(
        of(r#"{"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}, "f": [1, 2, 3]}"#),
        (3, 216, true)
    );
    assert_eq!(of(r#"{"a": [1, 2], "$or": [{"b": [1, 2, 3]}, {"c": [1]}]}"#), (3, 8, false));
    // 2 to the power of 20 alternatives are refused before they are there.
    let or = |name: usize| format!(r#""k{name}": {{"$or": [{{"a": [1]}}, {{"b": [1]}}]}}"#);
    let many: Vec<String> = (0..20).map(or).collect();
    let error = Pattern::parse(&format!("{{{}}}", many.join(","))).unwrap_err();
    assert_eq!(error.to_string(), "Filter policy is too complex");
}

/// test_sns_filter_policy::test_filter_policy: what is not there is null.
#[test]
fn attributes() {
    let pattern = Pattern::parse(r#"{"attr1": [null, {"anything-but": "whatever"}]}"#).unwrap();
    let of = |value: &str| Event::of_attributes([("attr1".to_owned(), vec![Scalar::Text(value.to_owned())])]);
    assert!(pattern.matches(&Event::of_attributes([])));
    assert!(pattern.matches(&of("x")));
    assert!(!pattern.matches(&of("whatever")));
    assert!(!pattern.matches(&Event::of_json("{}").unwrap()));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let text = prop_oneof![
        "[a-c.$]{0,3}",
        Just("prefix".into()),
        Just("$or".into()),
        Just("numeric".into()),
        Just("anything-but".into())
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3..3_i32).prop_map(Value::from),
        text.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A pattern that asks for just what an object without arrays holds.
fn exactly(value: &serde_json::Value) -> Option<serde_json::Value> {
    use serde_json::{Value, json};
    match value {
        Value::Object(members) if !members.is_empty() => members
            .iter()
            .map(|(name, value)| Some((name.clone(), exactly(value)?)))
            .collect::<Option<_>>()
            .map(Value::Object),
        Value::Object(_) | Value::Array(_) => None,
        scalar => Some(json!([scalar])),
    }
}

proptest! {
    /// Whatever comes in: no panic, and white space makes no difference.
    #[test]
    fn any_text(pattern in json(), event in json()) {
        let compact = Pattern::parse(&pattern.to_string());
        let pretty = Pattern::parse(&serde_json::to_string_pretty(&pattern).unwrap());
        prop_assert_eq!(compact.as_ref().err(), pretty.as_ref().err());
        if let (Ok(compact), Ok(pretty)) = (compact, pretty) {
            let event = Event::of_value(&event);
            prop_assert_eq!(compact.matches(&event), pretty.matches(&event));
        }
    }

    #[test]
    fn no_panic(text in "\\PC{0,40}") {
        let _ = Pattern::parse(&text).map_err(|error| error.to_string());
    }

    /// An object matches the pattern that is made of it, and not the one with something more.
    #[test]
    fn itself(event in json()) {
        if let (Some(mut pattern), true) = (exactly(&event), event.is_object()) {
            prop_assert!(Pattern::parse(&pattern.to_string()).unwrap().matches(&Event::of_value(&event)));
            pattern["z"] = serde_json::json!(["z"]);
            prop_assert!(!Pattern::parse(&pattern.to_string()).unwrap().matches(&Event::of_value(&event)));
        }
    }
}
