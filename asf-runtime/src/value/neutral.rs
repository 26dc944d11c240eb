//! Values as plain JSON that no protocol has a say in: the form of test cases, recordings and consoles.
//!
//! Structures and unions are objects by the names of the spec, blobs (streaming ones too) standard
//! base64, timestamps seconds since 1970, floats numbers or `"NaN"`, `"Infinity"`, `"-Infinity"`;
//! documents and strings with `jsonvalue` are the JSON itself; event streams are left out.

use asf_schema::{Kind, Member, MemberFlags, Schema};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Number, Value as Json};

use super::{StructValue, Value};
use crate::codec::{CodecError, MAX_DEPTH, text};
use crate::shape::{Scalar, Shape};
use crate::{Map, Timestamp};

/// Reads a value of a schema from its neutral form. Null is an absent member, or a structure without
/// members; in a list or map it is kept, whether sparse or not.
///
/// # Errors
/// When the JSON is not of the schema, or names a member that there is not.
pub fn from_neutral(schema: Schema, json: &Json) -> Result<Value, CodecError> {
    read(schema, false, json, 0)
}

/// Writes a value of a schema in its neutral form. A body that is still to come is left out.
#[must_use]
pub fn to_neutral(schema: Schema, value: &dyn Shape) -> Json {
    write(schema, value, 0)
}

fn read_member(member: Member, json: &Json, depth: usize) -> Result<Value, CodecError> {
    read(member.target(), member.has(MemberFlags::JSON_VALUE), json, depth + 1)
}

fn read(schema: Schema, json_value: bool, json: &Json, depth: usize) -> Result<Value, CodecError> {
    if depth > MAX_DEPTH {
        return Err(CodecError::new(format!("the value is nested deeper than {MAX_DEPTH} levels")));
    }
    if json_value {
        return Ok(Value::Document(json.clone()));
    }
    let wrong =
        |expected: &str| CodecError::new(format!("{} is not {expected}", text::shortened(&json.to_string())));
    Ok(match schema.kind() {
        Kind::Structure | Kind::Union => {
            let members = match json {
                Json::Null => None,
                _ => Some(json.as_object().ok_or_else(|| wrong("an object"))?),
            };
            let mut value = StructValue::new(schema);
            for (name, part) in members.into_iter().flatten() {
                if part.is_null() {
                    continue;
                }
                let member = schema
                    .member_named(name)
                    .ok_or_else(|| CodecError::new(format!("{} has no member {name}", schema.name())))?;
                if member.has(MemberFlags::EVENT_STREAM) {
                    continue;
                }
                let part = read_member(member, part, depth).map_err(|error| error.within(name))?;
                value.insert(name, part)?;
            }
            Value::Struct(value)
        }
        Kind::List => {
            let items = json.as_array().ok_or_else(|| wrong("an array"))?;
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                list.push(match item {
                    Json::Null => Value::Null,
                    _ => read_member(schema.member(0), item, depth).map_err(|error| error.within(index))?,
                });
            }
            Value::List(list)
        }
        Kind::Map => {
            let entries = json.as_object().ok_or_else(|| wrong("an object"))?;
            let mut map = Map::with_capacity(entries.len());
            for (key, item) in entries {
                let item = match item {
                    Json::Null => Value::Null,
                    _ => read_member(schema.member(1), item, depth).map_err(|error| error.within(key))?,
                };
                map.insert(key.clone(), item);
            }
            Value::Map(map)
        }
        Kind::String => Value::String(json.as_str().ok_or_else(|| wrong("a string"))?.to_owned()),
        Kind::Blob => {
            let text = json.as_str().ok_or_else(|| wrong("a string of base64"))?;
            Value::Blob(Bytes::from(STANDARD.decode(text).map_err(|_| wrong("a string of base64"))?))
        }
        Kind::Boolean => Value::Bool(json.as_bool().ok_or_else(|| wrong("true or false"))?),
        kind @ (Kind::Byte | Kind::Short | Kind::Integer | Kind::Long) => {
            let number = json.as_i64().and_then(|it| text::in_range(kind, it));
            Value::Int(number.ok_or_else(|| wrong(text::integer_name(kind)))?)
        }
        kind @ (Kind::Float | Kind::Double) => {
            let number = match json {
                Json::String(text) => text::float(kind, text),
                _ => json.as_f64(),
            };
            Value::Float(number.ok_or_else(|| wrong("a number"))?)
        }
        Kind::Timestamp => {
            let at = match (json.as_i64(), json.as_f64()) {
                (Some(seconds), _) => Some(Timestamp::from_seconds(seconds)),
                (None, Some(seconds)) => Timestamp::from_seconds_f64(seconds),
                (None, None) => None,
            };
            Value::Time(at.ok_or_else(|| wrong("a number of seconds since 1970"))?)
        }
        Kind::Document => Value::Document(json.clone()),
    })
}

fn write(schema: Schema, value: &dyn Shape, depth: usize) -> Json {
    if value.is_null() || depth > MAX_DEPTH {
        return Json::Null;
    }
    let part = |index: usize, part: &dyn Shape| write(schema.member(index).target(), part, depth + 1);
    match schema.kind() {
        Kind::Structure | Kind::Union => {
            let members = schema.members().filter(|it| !it.has(MemberFlags::EVENT_STREAM));
            let there = members.filter_map(|it| {
                let value = part(it.index(), value.get(it.index())?);
                // Null is what a stream comes to that has not arrived; and a document may be null.
                (!value.is_null() || it.target().kind() == Kind::Document)
                    .then(|| (it.name().to_owned(), value))
            });
            Json::Object(there.collect())
        }
        Kind::List => {
            let items = (0..value.len()).filter_map(|it| value.get(it));
            Json::Array(items.map(|item| part(0, item)).collect())
        }
        Kind::Map => {
            let entries = (0..value.len()).filter_map(|it| Some((value.key(it)?, value.get(it)?)));
            Json::Object(entries.map(|(key, item)| (key.to_owned(), part(1, item))).collect())
        }
        kind => scalar(kind, value),
    }
}

fn scalar(kind: Kind, value: &dyn Shape) -> Json {
    match value.scalar() {
        None => Json::Null,
        Some(Scalar::Bool(it)) => Json::Bool(it),
        Some(Scalar::Int(it)) => Json::from(it),
        Some(Scalar::Float(it)) => Number::from_f64(it).map_or_else(
            || {
                let mut text = String::new();
                text::write_float(kind, it, &mut text);
                Json::String(text)
            },
            Json::Number,
        ),
        Some(Scalar::Str(it)) => Json::String(it.to_owned()),
        // A text that is a body comes as bytes.
        Some(Scalar::Blob(it)) if kind == Kind::String => {
            Json::String(String::from_utf8_lossy(it).into_owned())
        }
        Some(Scalar::Blob(it)) => Json::String(STANDARD.encode(it)),
        Some(Scalar::Time(at)) if at.subsec_nanos() == 0 => Json::from(at.seconds()),
        Some(Scalar::Time(at)) => Json::from(at.seconds_f64()),
        Some(Scalar::Document(it)) => it.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn there_and_back() {
        let spec = json!({
            "metadata": {"protocol": "json", "apiVersion": "1", "endpointPrefix": "x", "serviceId": "X"},
            "operations": {},
            "shapes": {
                "All": {"type": "structure", "members": {
                    "s": {"shape": "String", "locationName": "other"}, "l": {"shape": "Long"},
                    "f": {"shape": "Double"}, "b": {"shape": "Boolean"}, "blob": {"shape": "Blob"},
                    "t": {"shape": "Time"}, "list": {"shape": "List"}, "map": {"shape": "Map"},
                    "json": {"shape": "String", "jsonvalue": true}}},
                "List": {"type": "list", "sparse": true, "member": {"shape": "String"}},
                "Map": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "All"}},
                "String": {"type": "string"}, "Long": {"type": "long"}, "Double": {"type": "double"},
                "Boolean": {"type": "boolean"}, "Blob": {"type": "blob"}, "Time": {"type": "timestamp"}
            }
        });
        let service = asf_schema::load_service("x", spec.to_string().as_bytes()).unwrap();
        let schema = service.shape("All").unwrap();
        let same = json!({
            "s": "a", "l": i64::MAX, "f": "NaN", "b": false, "blob": "AP8=", "t": 1.25,
            "list": ["a", null], "map": {"k": {"t": 3, "f": 0.5}}, "json": {"a": [null]}
        });
        let value = from_neutral(schema, &same).unwrap();
        assert_eq!(to_neutral(schema, &value), same);
        for (wrong, why) in [
            (json!({"other": "a"}), "has no member other"),
            (json!({"l": 1.0}), "1.0 is not an integer of 64 bits (at /l)"),
            (json!({"map": {"k": {"blob": "x"}}}), "(at /map/k/blob)"),
            (json!([]), "not an object"),
        ] {
            let error = from_neutral(schema, &wrong).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
