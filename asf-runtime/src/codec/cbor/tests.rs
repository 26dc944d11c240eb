//! Tables of bodies in hexadecimal: what is read, what is refused, what is written.

use asf_schema::{Schema, ServiceSchema};
use serde_json::{Value as Json, json};

use super::{CborOptions, read_shape, write_shape};
use crate::Value;
use crate::value::neutral::{from_neutral, to_neutral};

fn service() -> &'static ServiceSchema {
    static SERVICE: std::sync::OnceLock<&'static ServiceSchema> = std::sync::OnceLock::new();
    SERVICE.get_or_init(|| {
        let spec = json!({
            "metadata": {"protocol": "smithy-rpc-v2-cbor", "apiVersion": "1", "endpointPrefix": "x",
                         "serviceId": "X"},
            "operations": {},
            "shapes": {
                "All": {"type": "structure", "members": {
                    "s": {"shape": "String"}, "i": {"shape": "Integer"}, "l": {"shape": "Long"},
                    "f": {"shape": "Float"}, "d": {"shape": "Double"}, "b": {"shape": "Boolean"},
                    "blob": {"shape": "Blob"}, "t": {"shape": "Time"}, "list": {"shape": "Strings"},
                    "sparse": {"shape": "Sparse"}, "map": {"shape": "Map"}, "nested": {"shape": "All"},
                    "union": {"shape": "Union"}, "doc": {"shape": "Doc"},
                    "json": {"shape": "String", "jsonvalue": true}}},
                "Union": {"type": "structure", "union": true, "members": {
                    "a": {"shape": "String"}, "n": {"shape": "Integer"}}},
                "Strings": {"type": "list", "member": {"shape": "String"}},
                "Sparse": {"type": "list", "sparse": true, "member": {"shape": "String"}},
                "Map": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Integer"}},
                "Doc": {"type": "structure", "document": true, "members": {}},
                "String": {"type": "string"}, "Integer": {"type": "integer"}, "Long": {"type": "long"},
                "Float": {"type": "float"}, "Double": {"type": "double"}, "Boolean": {"type": "boolean"},
                "Blob": {"type": "blob"}, "Time": {"type": "timestamp"}
            }
        });
        asf_schema::load_service("x", spec.to_string().as_bytes()).unwrap()
    })
}

fn all() -> Schema {
    service().shape("All").unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 16).unwrap()).collect()
}

fn read(body: &[u8], options: CborOptions) -> Result<Json, String> {
    let mut value = Value::default();
    match read_shape(all(), body, options, &mut value) {
        Ok(()) => Ok(to_neutral(all(), &value)),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn values_of_every_kind_come_back() {
    for value in [
        json!({}),
        json!({"s": "é😀", "i": -2147483648, "l": i64::MAX, "f": 1.5, "d": 0.1, "b": true}),
        json!({"l": i64::MIN, "f": "NaN", "d": "-Infinity", "blob": "AP8="}),
        json!({"t": 1398796238, "list": [], "map": {}}),
        json!({"t": 1398796238.25, "list": ["a"], "map": {"x": 1, "": 2}, "sparse": ["a", null]}),
        json!({"nested": {"nested": {}}, "union": {"n": 0}}),
        json!({"doc": {"a": [1, -2.5, null, true, "x", u32::MAX]}, "json": {"a": [1]}}),
    ] {
        let mut out = Vec::new();
        let written = from_neutral(all(), &value).unwrap();
        for options in [CborOptions::STRICT, CborOptions::MILLIS] {
            out.clear();
            write_shape(all(), &written, options, &mut out).unwrap();
            assert_eq!(read(&out, options).unwrap(), value);
        }
    }
}

#[test]
fn every_notation_is_read() {
    for (hex, expected) in [
        ("", json!({})),
        ("a0", json!({})),
        ("bfff", json!({})),
        ("a1 6173 6161", json!({"s": "a"})),
        ("bf 6173 6161 ff", json!({"s": "a"})),
        ("a1 7f617360ff 7f61616162ff", json!({"s": "ab"})),
        ("b90001 6173 780161", json!({"s": "a"})),
        ("a1 6173 f6", json!({})),
        ("a1 6173 f7", json!({})),
        ("a1 6169 1800", json!({"i": 0})),
        ("a1 6169 3903e7", json!({"i": -1000})),
        ("a1 6169 1b000000007fffffff", json!({"i": 2147483647})),
        ("a1 616c 3b7fffffffffffffff", json!({"l": i64::MIN})),
        ("a1 6164 f93e00", json!({"d": 1.5})),
        ("a1 6164 fa3fc00000", json!({"d": 1.5})),
        ("a1 6164 01", json!({"d": 1.0})),
        ("a1 6166 f97e00", json!({"f": "NaN"})),
        ("a1 64626c6f62 5f41004101ff", json!({"blob": "AAE="})),
        ("a1 6174 c1 1a535fedce", json!({"t": 1398795726})),
        ("a1 6174 c1 fb41d4d7fbf3800000", json!({"t": 1398796238})),
        ("a1 6174 d801 f93c00", json!({"t": 1})),
        ("a1 6174 c1 20", json!({"t": -1})),
        ("a1 646c697374 9f6161ff", json!({"list": ["a"]})),
        ("a1 66737061727365 826161f7", json!({"sparse": ["a", null]})),
        ("a2 65 6f74686572 bf6161 82c240 9f01ffff 6173 6161", json!({"s": "a"})),
        ("a1 65 756e696f6e a3 6161 f6 616e 01 66 5f5f74797065 6178", json!({"union": {"n": 1}})),
    ] {
        let read = read(&bytes(hex), CborOptions::STRICT);
        assert_eq!(read.as_ref().ok(), Some(&expected), "{hex}: {read:?}");
    }
}

#[test]
fn timestamps_in_milliseconds() {
    for (hex, expected) in
        [("a1 6174 c1 1b0000014de1e5a2c3", json!({"t": 1434014032.579})), ("a1 6174 1903e8", json!({"t": 1}))]
    {
        assert_eq!(read(&bytes(hex), CborOptions::MILLIS).unwrap(), expected);
    }
}

#[test]
fn refused() {
    for (hex, why) in [
        ("f6", "expected a map"),
        ("01", "expected a map"),
        ("80", "expected a map"),
        ("ff", "expected a map"),
        ("a1", "ends early"),
        ("a1 6173", "ends early"),
        ("a1 6173 6261", "expected a string"),
        ("bf 6173 6161", "ends early"),
        ("a0 00", "1 bytes after the end"),
        ("a1 01 6161", "expected a string"),
        ("a1 6173 4161", "(at /s)"),
        ("a1 6173 61ff", "expected a string"),
        ("a1 6173 7f01ff", "expected a string"),
        ("a1 6173 bbffffffffffffffff", "expected a string"),
        ("a1 646c697374 9bffffffffffffffff", "ends early"),
        ("bbffffffffffffffff", "ends early"),
        ("a1 64626c6f62 5bffffffffffffffff", "expected a byte string"),
        ("a1 6169 1a80000000", "2147483648 is not an integer of 32 bits"),
        ("a1 616c 1bffffffffffffffff", "an integer of 64 bits"),
        ("a1 616c c24101", "an integer of 64 bits"),
        ("a1 6169 f93c00", "an integer of 32 bits"),
        ("a1 6164 6131", "expected a number"),
        ("a1 6166 fb7fe0000000000000", "does not fit 32 bits"),
        ("a1 6162 01", "expected a boolean"),
        ("a1 6174 1a535fedce", "tag 1"),
        ("a1 6174 c0 74323031332d30332d32315432303a30343a30305a", "tag 0"),
        ("a1 6174 c1 f97e00", "out of range"),
        ("a1 6174 c1 6131", "expected a number"),
        ("a1 646c697374 826161f6", "null is not allowed here (at /list/1)"),
        ("a1 636d6170 a26178016178 02", "twice"),
        ("a2 6173 6161 6173 6162", "twice"),
        ("a1 65 756e696f6e a0", "exactly one member"),
        ("a1 65 756e696f6e a2 6161 6178 616e 01", "another member"),
        ("a1 65 756e696f6e a1 6178 01", "exactly one member"),
        ("a1 6178 ff", "expected a value"),
        ("a1 6178 1c", "expected a value"),
    ] {
        match read(&bytes(hex), CborOptions::STRICT) {
            Ok(value) => panic!("{hex} was read as {value}"),
            Err(error) => assert!(error.contains(why), "{hex}: {error}"),
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = bytes("a1 66 6e6573746564").repeat(100_000);
    assert!(read(&nested, CborOptions::STRICT).unwrap_err().contains("deeper than 128"));
    for skipped in ["81", "c1", "9f", "a161 78", "bf61 78"] {
        let body = [bytes("a1 6178"), bytes(skipped).repeat(100_000)].concat();
        assert!(read(&body, CborOptions::STRICT).unwrap_err().contains("deeper than 128"), "{skipped}");
    }
    let document = [bytes("a1 63 646f63"), bytes("81").repeat(100_000)].concat();
    assert!(read(&document, CborOptions::STRICT).unwrap_err().contains("deeper than 128"));
}

/// Every prefix and every change of one byte of a body is read or refused, and nothing else.
#[test]
fn no_input_panics() {
    let value = json!({"s": "text", "d": 1.5, "t": 1.5, "list": ["a"], "map": {"x": 1}, "union": {"n": 1},
                       "doc": {"a": [1, null]}, "blob": "AAE="});
    let mut body = Vec::new();
    write_shape(all(), &from_neutral(all(), &value).unwrap(), CborOptions::STRICT, &mut body).unwrap();
    for end in 0..body.len() {
        let _ = read(&body[..end], CborOptions::STRICT);
        for byte in 0..=u8::MAX {
            let mut changed = body.clone();
            changed[end] = byte;
            let _ = read(&changed, CborOptions::STRICT);
            let _ = read(&changed, CborOptions::MILLIS);
        }
    }
}
