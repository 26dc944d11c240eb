//! DynamoDB JSON in files and records: items as `{"id": {"S": "1"}}`.

use asf_api_dynamodb::AttributeValue as Wire;
use asf_runtime::{Bytes, Map};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::error::DynamoError;
use crate::models::{AttributeValue, Item};
use crate::wire;

/// An item.
#[must_use]
pub fn item(item: &Item) -> Json {
    Json::Object(item.iter().map(|(name, it)| (name.clone(), value(it))).collect())
}

fn value(value: &AttributeValue) -> Json {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number.to_string()}),
        AttributeValue::B(bytes) => json!({"B": STANDARD.encode(bytes)}),
        AttributeValue::SS(set) => json!({"SS": set}),
        AttributeValue::NS(set) => json!({"NS": set.iter().map(ToString::to_string).collect::<Vec<_>>()}),
        AttributeValue::BS(set) => {
            json!({"BS": set.iter().map(|it| STANDARD.encode(it)).collect::<Vec<_>>()})
        }
        AttributeValue::M(map) => json!({"M": item(map)}),
        AttributeValue::L(list) => json!({"L": list.iter().map(self::value).collect::<Vec<_>>()}),
        AttributeValue::Null => json!({"NULL": true}),
        AttributeValue::Bool(is) => json!({"BOOL": is}),
    }
}

/// Reads an item.
///
/// # Errors
///
/// If it is none, or one that DynamoDB does not take.
pub fn read_item(json: Json) -> Result<Item, DynamoError> {
    let wire = map(json).ok_or_else(|| DynamoError::validation("The item is not DynamoDB JSON"))?;
    wire::item(wire)
}

fn map(json: Json) -> Option<Map<Wire>> {
    let Json::Object(members) = json else { return None };
    members.into_iter().map(|(name, it)| Some((name, read(it)?))).collect()
}

fn read(json: Json) -> Option<Wire> {
    let Json::Object(members) = json else { return None };
    let mut wire = Wire::default();
    for (kind, it) in members {
        match kind.as_str() {
            "S" => wire.s = Some(text(it)?),
            "N" => wire.n = Some(text(it)?),
            "B" => wire.b = Some(binary(&it)?),
            "SS" => wire.ss = Some(list(it, text)?),
            "NS" => wire.ns = Some(list(it, text)?),
            "BS" => wire.bs = Some(list(it, |it| binary(&it))?),
            "M" => wire.m = Some(map(it)?),
            "L" => wire.l = Some(list(it, read)?),
            "NULL" => wire.null = Some(it.as_bool()?),
            "BOOL" => wire.bool = Some(it.as_bool()?),
            _ => return None,
        }
    }
    Some(wire)
}

fn text(json: Json) -> Option<String> {
    if let Json::String(text) = json { Some(text) } else { None }
}

fn binary(json: &Json) -> Option<Bytes> {
    STANDARD.decode(json.as_str()?).ok().map(Into::into)
}

fn list<T>(json: Json, read: impl Fn(Json) -> Option<T>) -> Option<Vec<T>> {
    if let Json::Array(all) = json { all.into_iter().map(read).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back() {
        let json = json!({
            "id": {"S": "a"}, "n": {"N": "1.5"}, "b": {"B": "AAE="}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]},
            "bs": {"BS": ["AA==", "AQ=="]}, "m": {"M": {"x": {"NULL": true}}}, "l": {"L": [{"BOOL": false}]}
        });
        assert_eq!(item(&read_item(json.clone()).unwrap()), json);
        for bad in [json!({"id": "a"}), json!({"id": {"X": "a"}}), json!({"id": {"N": "a"}}), json!(["a"])] {
            assert!(read_item(bad.clone()).is_err(), "{bad}");
        }
    }
}
