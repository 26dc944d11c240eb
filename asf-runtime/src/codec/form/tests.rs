//! Tables of forms: what is read, what is refused, what is written.

use asf_schema::{Schema, ServiceSchema};
use rand::rngs::StdRng;
use rand::{Rng, RngExt as _, SeedableRng};
use serde_json::{Value as Json, json};

use super::Dialect::{self, Ec2, Query};
use super::{FormWriter, Parameters, read_shape};
use crate::Value;
use crate::value::neutral::{from_neutral, to_neutral};

fn all() -> Schema {
    static SERVICE: std::sync::OnceLock<&'static ServiceSchema> = std::sync::OnceLock::new();
    let service = SERVICE.get_or_init(|| {
        let spec = json!({
            "metadata": {"protocol": "query", "apiVersion": "1", "endpointPrefix": "x", "serviceId": "X"},
            "operations": {},
            "shapes": {
                "All": {"type": "structure", "members": {
                    "S": {"shape": "String"}, "I": {"shape": "Integer"}, "L": {"shape": "Long"},
                    "D": {"shape": "Double"}, "F": {"shape": "Float"}, "B": {"shape": "Boolean"},
                    "Blob": {"shape": "Blob"}, "T": {"shape": "Time"},
                    "Http": {"shape": "Time", "timestampFormat": "rfc822"},
                    "Unix": {"shape": "Time", "timestampFormat": "unixTimestamp"},
                    "Renamed": {"shape": "String", "locationName": "other"}, "small": {"shape": "String"},
                    "Queried": {"shape": "String", "locationName": "wire", "queryName": "Q"},
                    "List": {"shape": "Strings"}, "Named": {"shape": "Named"}, "Numbers": {"shape": "Numbers"},
                    "Flat": {"shape": "Strings", "flattened": true},
                    "FlatNamed": {"shape": "Named", "flattened": true},
                    "Structs": {"shape": "Structs"}, "Lists": {"shape": "Lists"},
                    "Twice": {"shape": "Strings", "flattened": true, "queryName": "Both"},
                    "Again": {"shape": "Strings", "flattened": true, "queryName": "Both"},
                    "Map": {"shape": "Map"}, "FlatMap": {"shape": "NamedMap", "flattened": true},
                    "StructMap": {"shape": "StructMap"}, "ListMap": {"shape": "ListMap"},
                    "Nested": {"shape": "All"}, "Union": {"shape": "Union"},
                    "Json": {"shape": "String", "jsonvalue": true},
                    "Token": {"shape": "String", "idempotencyToken": true}
                }},
                "Union": {"type": "structure", "union": true, "members": {
                    "A": {"shape": "String"}, "List": {"shape": "Strings"}}},
                "Strings": {"type": "list", "member": {"shape": "String"}},
                "Numbers": {"type": "list", "member": {"shape": "Integer"}},
                "Named": {"type": "list", "member": {"shape": "String", "locationName": "item"}},
                "Structs": {"type": "list", "member": {"shape": "All"}},
                "Lists": {"type": "list", "member": {"shape": "Named"}},
                "Map": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Integer"}},
                "NamedMap": {"type": "map", "key": {"shape": "String", "locationName": "Name"},
                             "value": {"shape": "String", "locationName": "Value"}},
                "StructMap": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "All"}},
                "ListMap": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Strings"}},
                "String": {"type": "string"}, "Integer": {"type": "integer"}, "Long": {"type": "long"},
                "Double": {"type": "double"}, "Float": {"type": "float"}, "Boolean": {"type": "boolean"},
                "Blob": {"type": "blob"}, "Time": {"type": "timestamp"}
            }
        });
        asf_schema::load_service("x", spec.to_string().as_bytes()).unwrap()
    });
    service.shape("All").unwrap()
}

fn read(form: &str, dialect: Dialect) -> Result<Json, String> {
    let parameters = Parameters::read(None, form.as_bytes()).map_err(|error| error.to_string())?;
    let mut value = Value::default();
    read_shape(all(), &parameters, dialect, &mut value).map_err(|error| error.to_string())?;
    Ok(to_neutral(all(), &value))
}

fn written(value: &Json, dialect: Dialect) -> String {
    let value = from_neutral(all(), value).unwrap();
    let mut out = String::new();
    FormWriter::new(dialect, &mut out).members(all(), &value).unwrap();
    out
}

/// Both ways. The first forms are those of Smithy's and botocore's protocol tests.
#[test]
fn read_and_written() {
    for (dialect, form, value) in [
        (Query, "", json!({})),
        (Query, "S=", json!({"S": ""})),
        (Query, "S=a%20b%26%3D%C3%A9%2B", json!({"S": "a b&=é+"})),
        (
            Query,
            "I=-7&L=9007199254740993&D=0.1&F=1.5&B=false",
            json!({
            "I": -7, "L": 9_007_199_254_740_993_i64, "D": 0.1, "F": 1.5, "B": false}),
        ),
        (Query, "D=NaN&F=-Infinity", json!({"D": "NaN", "F": "-Infinity"})),
        (Query, "Blob=Zm9v", json!({"Blob": "Zm9v"})),
        (
            Query,
            "T=2015-01-25T08%3A00%3A00Z&Http=Sun%2C%2025%20Jan%202015%2008%3A00%3A00%20GMT&Unix=1422172800",
            json!({"T": 1_422_172_800, "Http": 1_422_172_800, "Unix": 1_422_172_800}),
        ),
        (Query, "other=a&Q=b", json!({"Renamed": "a", "Queried": "b"})),
        (Query, "List.member.1=foo&List.member.2=bar", json!({"List": ["foo", "bar"]})),
        (Query, "List=", json!({"List": []})),
        (Query, "List.member.1=", json!({"List": [""]})),
        (Query, "Named.item.1=a&Named.item.2=b", json!({"Named": ["a", "b"]})),
        (Query, "Flat.1=a&Flat.2=b", json!({"Flat": ["a", "b"]})),
        (Query, "item.1=a", json!({"FlatNamed": ["a"]})),
        (
            Query,
            "Structs.member.1.S=a&Structs.member.2.Nested.I=1&Structs.member.2.Nested.Flat.1=b",
            json!({"Structs": [{"S": "a"}, {"Nested": {"I": 1, "Flat": ["b"]}}]}),
        ),
        (
            Query,
            "Lists.member.1.item.1=a&Lists.member.1.item.2=b&Lists.member.2.item.1=c",
            json!({"Lists": [["a", "b"], ["c"]]}),
        ),
        (
            Query,
            "Map.entry.1.key=foo&Map.entry.1.value=1&Map.entry.2.key=&Map.entry.2.value=2",
            json!({"Map": {"foo": 1, "": 2}}),
        ),
        (
            Query,
            "FlatMap.1.Name=a&FlatMap.1.Value=&FlatMap.2.Name=b&FlatMap.2.Value=c",
            json!({"FlatMap": {"a": "", "b": "c"}}),
        ),
        (
            Query,
            "StructMap.entry.1.key=a&StructMap.entry.1.value.I=1&StructMap.entry.2.key=b",
            json!({"StructMap": {"a": {"I": 1}, "b": {}}}),
        ),
        (Query, "ListMap.entry.1.key=a&ListMap.entry.1.value.member.1=b", json!({"ListMap": {"a": ["b"]}})),
        (Query, "ListMap.entry.1.key=a&ListMap.entry.1.value=", json!({"ListMap": {"a": []}})),
        (Query, "Union.List.member.1=a", json!({"Union": {"List": ["a"]}})),
        (Query, "Json=%7B%22a%22%3A1%7D", json!({"Json": {"a": 1}})),
        (Ec2, "Other=a&Q=b", json!({"Renamed": "a", "Queried": "b"})),
        (Ec2, "Small=a", json!({"small": "a"})),
        (Ec2, "List.1=a&List.2=b", json!({"List": ["a", "b"]})),
        (Ec2, "Named.1=a", json!({"Named": ["a"]})),
        (Ec2, "FlatNamed.1=a", json!({"FlatNamed": ["a"]})),
        (Ec2, "Lists.1.1=a&Lists.1.2=b&Lists.2.1=c", json!({"Lists": [["a", "b"], ["c"]]})),
        (Ec2, "Structs.1.S=a&Structs.2.Nested.I=1", json!({"Structs": [{"S": "a"}, {"Nested": {"I": 1}}]})),
    ] {
        assert_eq!(read(form, dialect), Ok(value.clone()), "{form}");
        assert_eq!(written(&value, dialect), form);
    }
    let nothing = json!({"List": [], "Map": {}, "Nested": {}, "StructMap": {}});
    assert_eq!(written(&nothing, Ec2), "");
    assert_eq!(written(&nothing, Query), "List=");
}

#[test]
fn read_otherwise() {
    let ten: Vec<String> = (1..=12).map(|it| it.to_string()).collect();
    let reversed = ten.iter().rev().map(|it| format!("List.member.{it}={it}")).collect::<Vec<_>>().join("&");
    for (dialect, form, value) in [
        // What has no place, and what no member is.
        (
            Query,
            "Action=All&Version=1&S=a&Unknown=1&Unknown.member.1=2&AWSAccessKeyId=a&X-Amz-Signature=b&=&.=&..S=",
            json!({"S": "a"}),
        ),
        (Query, "Nested.Unknown=1", json!({"Nested": {}})),
        (Query, "s=a", json!({})),
        (Ec2, "other=a&wire=b", json!({})),
        // In any order, the order of a list is that of its numbers, and there may be gaps.
        (Query, &reversed, json!({ "List": ten })),
        (
            Query,
            "List.member.3=c&List.member.0=a&S=x&List.member.10=d",
            json!({"List": ["a", "c", "d"], "S": "x"}),
        ),
        (Ec2, "List.1000000000=b&List.7=a", json!({"List": ["a", "b"]})),
        (
            Query,
            "FlatMap.2.Value=c&FlatMap.7.Value=d&FlatMap.7.Name=e&FlatMap.2.Name=b",
            json!({
            "FlatMap": {"b": "c", "e": "d"}}),
        ),
        (
            Query,
            "Structs.member.1.S=a&S=b&Structs.member.1.I=1",
            json!({"S": "b", "Structs": [{"S": "a", "I": 1}]}),
        ),
        // The same twice is the same.
        (Query, "S=a&S=a", json!({"S": "a"})),
        // The items of a list may be called `member`, whatever the model says.
        (Query, "Named.member.1=a", json!({"Named": ["a"]})),
        // Empty, each in its way.
        (Query, "List.member=", json!({"List": []})),
        (Query, "List=&List.member.1=a", json!({"List": ["a"]})),
        (Query, "Nested=", json!({"Nested": {}})),
        (Query, "Map=&FlatMap=", json!({"Map": {}, "FlatMap": {}})),
        (Query, "Flat=", json!({"Flat": []})),
        (Query, "Map.entry=", json!({"Map": {}})),
        (Query, "Structs.member.1=", json!({"Structs": [{}]})),
        (Ec2, "List=", json!({"List": []})),
        // One name for two members.
        (Query, "Both.1=a&Both.2=b", json!({"Twice": ["a", "b"], "Again": ["a", "b"]})),
        (Query, "B=True", json!({"B": true})),
        (Query, "B=FALSE", json!({"B": false})),
        (Query, "S=a+b", json!({"S": "a b"})),
        (Query, "T=2015-01-25T09:00:00%2B01:00", json!({"T": 1_422_172_800})),
        (Query, "FlatMap.1.Name=a&FlatMap.1.Value=b&FlatMap.1.Type=c", json!({"FlatMap": {"a": "b"}})),
    ] {
        assert_eq!(read(form, dialect), Ok(value), "{form}");
    }
}

#[test]
fn refused() {
    for (dialect, form, message) in [
        (Query, "I=x", "'x' is not an integer of 32 bits (at /I)"),
        (Query, "I=", "'' is not an integer of 32 bits (at /I)"),
        (Query, "I=2147483648", "'2147483648' is not an integer of 32 bits (at /I)"),
        (Query, "I=1.0", "'1.0' is not an integer of 32 bits (at /I)"),
        (Query, "I=+1", "' 1' is not an integer of 32 bits (at /I)"),
        (Query, "L=9223372036854775808", "'9223372036854775808' is not an integer of 64 bits (at /L)"),
        (Query, "D=1e999", "'1e999' is not a number (at /D)"),
        (Query, "D=0x1", "'0x1' is not a number (at /D)"),
        (Query, "B=yes", "'yes' is not a boolean (at /B)"),
        (Query, "B=", "'' is not a boolean (at /B)"),
        (Query, "Blob=a", "'a' is not base64 (at /Blob)"),
        (Query, "T=1422172800", "'1422172800' is not a timestamp of the form 2006-01-02T15:04:05Z (at /T)"),
        (Query, "Unix=x", "'x' is not a timestamp of the form 1136214245.5 (seconds since 1970) (at /Unix)"),
        (Query, "Json=%7B", "the text is not JSON (at /Json)"),
        (Query, "S=a&S=b", "the parameter is there twice (at /S)"),
        (Query, "S.1=a", "Start of list found where not expected (at /S)"),
        (Query, "S=a&S.member.1=a", "Start of list found where not expected (at /S)"),
        (Query, "S.x=a", "Start of structure or map found where not expected. (at /S)"),
        (Query, "S.=a", "Start of structure or map found where not expected. (at /S)"),
        (Query, "Nested=a", "Unexpected complex element termination (at /Nested)"),
        (Query, "Map=a", "Unexpected complex element termination (at /Map)"),
        (Query, "Map.entry=a", "Unexpected complex element termination (at /Map)"),
        (Query, "Map.entry.1=a", "Unexpected complex element termination (at /Map/1)"),
        (Query, "List=a", "Unexpected list element termination (at /List)"),
        (Query, "List.member=a", "Unexpected list element termination (at /List)"),
        (Ec2, "List=a", "Unexpected list element termination (at /List)"),
        (Query, "List.1=a", "'1' found where not expected (at /List)"),
        (Query, "List.item.1=a", "'item' found where not expected (at /List)"),
        (Query, "Named.item.1=a&Named.member.1=b", "'member' found where not expected (at /Named)"),
        (Query, "Map.1.key=a", "'1' found where not expected (at /Map)"),
        (Query, "List.member.x=a", "'x' is not the index of an item (at /List)"),
        (Query, "List.member.=a", "'' is not the index of an item (at /List)"),
        (Query, "List.member.01=a", "'01' is not the index of an item (at /List)"),
        (Query, "List.member.-1=a", "'-1' is not the index of an item (at /List)"),
        (Query, "List.member.10000000000=a", "'10000000000' is not the index of an item (at /List)"),
        (Query, "Flat.member.1=a", "'member' is not the index of an item (at /Flat)"),
        (Ec2, "List.member.1=a", "'member' is not the index of an item (at /List)"),
        (Query, "Numbers.member.1=1&Numbers.member.2=x", "'x' is not an integer of 32 bits (at /Numbers/2)"),
        (Query, "Structs.member.1.Nested.I=x", "'x' is not an integer of 32 bits (at /Structs/1/Nested/I)"),
        (Query, "FlatMap.x.Name=a", "'x' is not the index of an item (at /FlatMap)"),
        (Query, "FlatMap.1.Name=a", "an entry of the map has no Value (at /FlatMap/1)"),
        (Query, "FlatMap.1.Value=a", "an entry of the map has no Name (at /FlatMap/1)"),
        (Query, "Map.entry.1.Key=a&Map.entry.1.value=1", "an entry of the map has no key (at /Map/1)"),
        (Query, "Map.entry.1.key=a&Map.entry.1.value=b", "'b' is not an integer of 32 bits (at /Map/1/a)"),
        (
            Query,
            "FlatMap.1.Name=a&FlatMap.1.Value=b&FlatMap.2.Name=a&FlatMap.2.Value=b",
            "a key of a map is there twice (at /FlatMap/2)",
        ),
        (Query, "Union=", "exactly one member of the union Union has to be set (at /Union)"),
        (Query, "Union.X=1", "exactly one member of the union Union has to be set (at /Union)"),
        (Query, "Union.A=1&Union.List=", "exactly one member of the union Union has to be set (at /Union)"),
        (Query, "S=%", "a '%' is not followed by two hexadecimal digits"),
    ] {
        assert_eq!(read(form, dialect), Err(message.to_owned()), "{form}");
    }
}

#[test]
fn nested_deeply() {
    let deep = |levels: usize| "Nested.".repeat(levels) + "S=a";
    assert!(read(&deep(127), Query).is_ok());
    for levels in [128, 100_000] {
        let error = read(&deep(levels), Query).unwrap_err();
        assert!(error.starts_with("the parameters are nested deeper than 128 levels"), "{error}");
    }
}

/// What stands between two parameters of a structure, of equal beginnings, does not part them.
#[test]
fn neighbours() {
    let form = "Nested-.S=a&Nested.S=b&Nested0=c&Nested.I=1&NestedX.S=d&Nested=&Nested.Nested.S=e";
    assert_eq!(read(form, Query), Ok(json!({"Nested": {"S": "b", "I": 1, "Nested": {"S": "e"}}})));
}

/// Mutated and random forms are read or refused, and nothing else.
#[test]
fn any_bytes() {
    let seeds = [
        "Action=A&S=a%20b&I=1&List.member.1=a&List.member.10=b&Nested.Nested.Flat.2=x&Structs.member.1.S=%C3%A9",
        "Map.entry.1.key=a&Map.entry.1.value=1&FlatMap.1.Name=a&FlatMap.1.Value=b&StructMap.entry.1.key=a",
        "Lists.1.1=a&Lists.2.1=b&Union.A=a&Both.1=a&T=2015-01-25T08%3A00%3A00Z&Blob=Zm9v&D=1e3",
    ];
    let mut random = StdRng::seed_from_u64(7);
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut bytes = seeds[random.random_range(0..seeds.len())].as_bytes().to_vec();
        for _ in 0..random.random_range(1..6) {
            let (from, to) = (random.random_range(0..bytes.len()), random.random_range(0..bytes.len()));
            match random.random_range(0..4) {
                0 => bytes[from] = b"..&&==%+0129-a\x00\xff"[random.random_range(0..16)],
                1 => drop(bytes.drain(from.min(to)..from.max(to))),
                2 => bytes.insert(from, bytes[to]),
                _ => bytes[from] = random.next_u32() as u8,
            }
            if bytes.is_empty() {
                bytes.push(b'&');
            }
        }
        for dialect in [Query, Ec2] {
            let Ok(parameters) = Parameters::read(None, &bytes) else { continue };
            let mut value = Value::default();
            if read_shape(all(), &parameters, dialect, &mut value).is_err() {
                continue;
            }
            accepted += 1;
            // What was read can be written and read again (not always as the same: what is empty is lost).
            let form = written(&to_neutral(all(), &value), dialect);
            assert!(read(&form, dialect).is_ok(), "{form}");
        }
    }
    assert!(accepted > 1000, "{accepted}");
}
