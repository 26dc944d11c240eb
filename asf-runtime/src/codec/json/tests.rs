//! Tables of bodies: what is read, what is refused, what is written.

use asf_schema::{Schema, ServiceSchema};

use super::{JsonOptions, read_body, read_member, read_shape, write_body, write_shape};
use crate::Value;

fn service() -> &'static ServiceSchema {
    static SERVICE: std::sync::OnceLock<&'static ServiceSchema> = std::sync::OnceLock::new();
    SERVICE.get_or_init(|| {
        let spec = serde_json::json!({
            "metadata": {"protocol": "json", "apiVersion": "1", "endpointPrefix": "x", "serviceId": "X"},
            "operations": {},
            "shapes": {
                "All": {"type": "structure", "members": {
                    "s": {"shape": "String"}, "i": {"shape": "Integer"}, "l": {"shape": "Long"},
                    "f": {"shape": "Float"}, "d": {"shape": "Double"}, "b": {"shape": "Boolean"},
                    "blob": {"shape": "Blob"}, "t": {"shape": "Time"}, "iso": {"shape": "Iso"},
                    "http": {"shape": "Time", "timestampFormat": "rfc822"},
                    "list": {"shape": "Strings"}, "sparse": {"shape": "Sparse"},
                    "map": {"shape": "Map"}, "sparseMap": {"shape": "SparseMap"},
                    "nested": {"shape": "All"}, "union": {"shape": "Union"},
                    "doc": {"shape": "Doc"}, "json": {"shape": "String", "jsonvalue": true},
                    "renamed": {"shape": "String", "locationName": "wire \"name\""},
                    "header": {"shape": "String", "location": "header", "locationName": "both"},
                    "both": {"shape": "String"}
                }},
                "Union": {"type": "structure", "union": true, "members": {
                    "a": {"shape": "String"}, "n": {"shape": "Integer"}, "list": {"shape": "Strings"}}},
                "Strings": {"type": "list", "member": {"shape": "String"}},
                "Sparse": {"type": "list", "sparse": true, "member": {"shape": "String"}},
                "Map": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Integer"}},
                "SparseMap": {"type": "map", "sparse": true, "key": {"shape": "String"},
                              "value": {"shape": "All"}},
                "Doc": {"type": "structure", "document": true, "members": {}},
                "String": {"type": "string"}, "Integer": {"type": "integer"}, "Long": {"type": "long"},
                "Float": {"type": "float"}, "Double": {"type": "double"}, "Boolean": {"type": "boolean"},
                "Blob": {"type": "blob"}, "Time": {"type": "timestamp"},
                "Iso": {"type": "timestamp", "timestampFormat": "iso8601"}
            }
        });
        asf_schema::load_service("x", spec.to_string().as_bytes()).unwrap()
    })
}

fn all() -> Schema {
    service().shape("All").unwrap()
}

fn read(text: &str, options: JsonOptions) -> Result<Value, String> {
    let mut value = Value::default();
    match read_shape(all(), text.as_bytes(), options, &mut value) {
        Ok(()) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

fn written(value: &Value) -> String {
    let mut out = Vec::new();
    write_shape(all(), value, JsonOptions::STRICT, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reads, writes, and compares with what is expected.
#[track_caller]
fn check(text: &str, expected: &str) {
    let value = read(text, JsonOptions::STRICT).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(written(&value), expected, "{text}");
}

#[test]
fn values_of_every_kind() {
    for same in [
        r#"{}"#,
        r#"{"s":"a\"b\\c\n\u0001é😀"}"#,
        r#"{"i":-2147483648,"l":9223372036854775807}"#,
        r#"{"f":1.5,"d":0.1,"b":true}"#,
        r#"{"f":"NaN","d":"-Infinity"}"#,
        r#"{"d":123456789.12345679}"#,
        r#"{"blob":"YWI="}"#,
        r#"{"blob":""}"#,
        r#"{"t":1398796238,"iso":"2014-04-29T18:30:38Z","http":"Tue, 29 Apr 2014 18:30:38 GMT"}"#,
        r#"{"t":1398796238.25}"#,
        r#"{"t":-0.75}"#,
        r#"{"list":[],"map":{}}"#,
        r#"{"list":["a","b"],"map":{"x":1,"":2}}"#,
        r#"{"sparse":["a",null,"b"],"sparseMap":{"x":null,"y":{"s":"z"}}}"#,
        r#"{"nested":{"nested":{"nested":{}}}}"#,
        r#"{"union":{"n":0}}"#,
        r#"{"union":{"list":[]}}"#,
        r#"{"doc":{"a":[1,2.5,null,"x"],"b":{}}}"#,
        r#"{"doc":[]}"#,
        r#"{"json":"{\"a\":[1,null]}"}"#,
        r#"{"json":{"a":[1,null]}}"#,
        r#"{"wire \"name\"":"x"}"#,
    ] {
        check(same, same);
    }
    check(" { \"s\" : \"\\u00e9\" , \"unknown\" : {\"s\":[[[1]]]} } ", r#"{"s":"é"}"#);
    check("", "{}");
    check(r#"{"s":null,"nested":null,"list":null,"union":null,"doc":null}"#, "{}");
    check(r#"{"d":1,"f":2.0,"t":1.0}"#, r#"{"f":2,"d":1,"t":1}"#);
    check(r#"{"union":{"__type":"x#Union","a":null,"n":1,"other":null}}"#, r#"{"union":{"n":1}}"#);
    check(r#"{"__type":"x#All","s":"a"}"#, r#"{"s":"a"}"#);
    check(r#"{"t":1398796238.1239}"#, r#"{"t":1398796238.123}"#);
}

#[test]
fn refused() {
    for (text, why) in [
        ("null", "an object"),
        ("10", "an object"),
        ("[{}]", "an object"),
        ("{[", "key must be a string"),
        ("{}x", "trailing"),
        ("{'s':1}", "key must be a string"),
        (r#"{"s":"a",}"#, "trailing comma"),
        (r#"{"s":"a"#, "EOF"),
        (r#"{"s":1}"#, "expected a string at line 1 column 6 (at /s)"),
        (r#"{"s":true}"#, "expected a string"),
        (r#"{"s":["a"]}"#, "expected a string"),
        (r#"{"s":"\ud800"}"#, "unexpected end of hex escape"),
        (r#"{"s":"\ud800x"}"#, "unexpected end of hex escape"),
        (r#"{"s":"\udc00"}"#, "lone leading surrogate"),
        (r#"{"b":"true"}"#, "expected true or false"),
        (r#"{"b":1}"#, "expected true or false"),
        (r#"{"i":"1"}"#, "an integer of 32 bits"),
        (r#"{"i":true}"#, "an integer of 32 bits"),
        (r#"{"i":1.0}"#, "an integer of 32 bits"),
        (r#"{"i":1e2}"#, "an integer of 32 bits"),
        (r#"{"i":2147483648}"#, "2147483648 is not an integer of 32 bits"),
        (r#"{"i":01}"#, "invalid number"),
        (r#"{"i":NaN}"#, "expected value"),
        (r#"{"l":9223372036854775808}"#, "an integer of 64 bits"),
        (r#"{"l":-184467440737095500000}"#, "an integer of 64 bits"),
        (r#"{"d":"1"}"#, "a number"),
        (r#"{"d":"nan"}"#, "a number"),
        (r#"{"d":1e999}"#, "out of range"),
        (r#"{"d":[]}"#, "a number"),
        (r#"{"f":1e300}"#, "a number"),
        (r#"{"blob":"xyz"}"#, "base64"),
        (r#"{"blob":"YmxvYg="}"#, "base64"),
        (r#"{"blob":"YWJ="}"#, "base64"),
        (r#"{"blob":"-_=="}"#, "base64"),
        (r#"{"blob":[98]}"#, "base64"),
        (r#"{"t":"1398796238"}"#, "a number of seconds"),
        (r#"{"t":"2014-04-29T18:30:38Z"}"#, "a number of seconds"),
        (r#"{"t":1e300}"#, "out of range"),
        (r#"{"t":9223372036854775807}"#, "out of range"),
        (r#"{"iso":1398796238}"#, "a date-time"),
        (r#"{"iso":"Tue, 29 Apr 2014 18:30:38 GMT"}"#, "not a timestamp"),
        (r#"{"http":1}"#, "a date like"),
        (r#"{"list":{}}"#, "an array"),
        (r#"{"list":["a",null]}"#, "null is not allowed here at line 1 column 18 (at /list/1)"),
        (r#"{"map":{"x":null}}"#, "null is not allowed"),
        (r#"{"map":{"x":1,"x":2}}"#, "twice"),
        (r#"{"map":[]}"#, "an object"),
        (r#"{"s":"a","s":"b"}"#, "twice"),
        (r#"{"list":[],"list":["b"]}"#, "twice"),
        (r#"{"union":{}}"#, "exactly one member"),
        (r#"{"union":{"a":null}}"#, "exactly one member"),
        (r#"{"union":{"a":"x","n":1}}"#, "another member"),
        (r#"{"union":{"a":"x","other":1}}"#, "exactly one member"),
        (r#"{"union":{"other":1}}"#, "union"),
        (r#"{"nested":{"map":{"k":"v"}}}"#, "(at /nested/map/k)"),
    ] {
        match read(text, JsonOptions::STRICT) {
            Ok(value) => panic!("{text} was read as {value:?}"),
            Err(error) => assert!(error.contains(why), "{text}: {error}"),
        }
    }
}

#[test]
fn what_is_not_utf8_is_refused() {
    let mut value = Value::default();
    assert!(read_shape(all(), b"{\"s\":\"\xff\"}", JsonOptions::STRICT, &mut value).is_err());
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("{\"nested\":", "}"), ("{\"doc\":[", "]}"), ("{\"sparseMap\":{\"k\":", "}}")] {
        let text = format!("{}{{}}{}", open.repeat(100_000), close.repeat(100_000));
        let error = read(&text, JsonOptions::STRICT).unwrap_err();
        assert!(error.contains("recursion limit"), "{error}");
    }
    let text = format!("{{\"doc\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&text, JsonOptions::STRICT).unwrap_err().contains("recursion limit"));
    // What is skipped takes no stack.
    let text = format!("{{\"unknown\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(written(&read(&text, JsonOptions::STRICT).unwrap()), "{}");
    let text = format!("{}{{}}{}", "{\"nested\":".repeat(100), "}".repeat(100));
    check(&text, &text);
}

#[test]
fn responses_are_read_as_clients_do() {
    for (text, expected) in [
        (
            r#"{"t":"2014-04-29T18:30:38Z","iso":1398796238}"#,
            r#"{"t":1398796238,"iso":"2014-04-29T18:30:38Z"}"#,
        ),
        (r#"{"t":"1398796238"}"#, r#"{"t":1398796238}"#),
        (r#"{"list":["a",null,"b"],"map":{"x":null,"y":1}}"#, r#"{"list":["a","b"],"map":{"y":1}}"#),
        (r#"{"union":{"unknown":1}}"#, r#"{"union":{}}"#),
    ] {
        assert_eq!(written(&read(text, JsonOptions::LENIENT).unwrap()), expected, "{text}");
    }
}

#[test]
fn members_of_the_body_only() {
    let mut value = Value::structure(all());
    if let Value::Struct(members) = &mut value {
        members.insert("header", "from the header".into()).unwrap();
    }
    let body = br#"{"both":"from the body","s":"x"}"#;
    read_body(all(), body, JsonOptions::STRICT, &mut value).unwrap();
    assert_eq!(value.member("header").and_then(Value::as_str), Some("from the header"));
    assert_eq!(value.member("both").and_then(Value::as_str), Some("from the body"));
    let mut out = Vec::new();
    write_body(all(), &value, JsonOptions::STRICT, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), r#"{"s":"x","both":"from the body"}"#);
}

#[test]
fn one_member_as_the_body() {
    let member = |name: &str| all().member_named(name).unwrap();
    let mut value = Value::default();
    read_member(member("union"), br#"{"n":1}"#, JsonOptions::STRICT, &mut value).unwrap();
    assert_eq!(value.member("n").and_then(Value::as_i64), Some(1));
    let mut value = Value::default();
    read_member(member("iso"), br#""1970-01-01T00:00:01Z""#, JsonOptions::STRICT, &mut value).unwrap();
    assert_eq!(value, Value::Time(crate::Timestamp::from_seconds(1)));
    let mut value = Value::default();
    read_member(member("doc"), b"[1]", JsonOptions::STRICT, &mut value).unwrap();
    assert_eq!(value, Value::Document(serde_json::json!([1])));
}
