//! Attribute values as the wire has them, into the domain's and back. Nothing else of this crate knows the generated
//! type of a value but `provider`, which passes it on.
//!
//! [`received`] says what is read of requests, [`shown`] what is written of items, without the generated types in
//! between.

pub mod received;
pub mod shown;

use std::collections::BTreeSet;

use asf_api_dynamodb::AttributeValue as Wire;
use asf_runtime::{Bytes, Map};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::DynamoError;
use crate::items::too_nested;
use crate::limits;
use crate::models::{AttributeValue, Item};
use crate::number::Number;
use received::{Attributes, Received};

/// Attributes of an item, a key or an expression.
///
/// # Errors
///
/// As for [`value`].
pub fn item(wire: impl Into<Attributes>) -> Result<Item, DynamoError> {
    nested_item(wire.into(), 1)
}

/// The values of an expression; errors name theirs (asserted).
///
/// # Errors
///
/// As for [`value`].
pub fn expression_values(wire: impl Into<Attributes>) -> Result<Vec<(String, AttributeValue)>, DynamoError> {
    let convert = |(name, it): (String, Received)| match value(it) {
        Ok(value) => Ok((name, value)),
        Err(error) => Err(error.map(|reason| {
            format!("ExpressionAttributeValues contains invalid value: {reason} for key {name}")
        })),
    };
    wire.into().into_iter().map(convert).collect()
}

/// A value.
///
/// # Errors
///
/// If it has no type or more than one, a number is none of DynamoDB's, a set is empty or has a
/// member twice, or values are nested too deeply. Empty strings and binary values are values; that keys
/// are not, the table says.
pub fn value(wire: impl Into<Received>) -> Result<AttributeValue, DynamoError> {
    nested(wire.into(), 1)
}

fn nested(wire: Received, level: usize) -> Result<AttributeValue, DynamoError> {
    if level > limits::NESTING {
        return Err(too_nested());
    }
    Ok(match wire {
        Received::S(text) => AttributeValue::S(text),
        Received::N(text) => AttributeValue::N(text.parse()?),
        Received::B(bytes) => AttributeValue::B(bytes),
        Received::SS(members) => string_set(members)?,
        Received::NS(members) => number_set(&members)?,
        Received::BS(members) => binary_set(members)?,
        Received::M(map) => AttributeValue::M(nested_item(map, level + 1)?),
        Received::L(list) => {
            let values = list.into_iter().map(|it| nested(it, level + 1));
            AttributeValue::L(values.collect::<Result<_, _>>()?)
        }
        Received::Null(is_null) => null_value(is_null)?,
        Received::Bool(value) => AttributeValue::Bool(value),
        // (asserted)
        Received::Nothing => {
            return Err(DynamoError::validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            ));
        }
        Received::Several(several) => {
            // A bad member is found before a second type is (asserted).
            for one in Received::all(*several) {
                nested(one, level)?;
            }
            return Err(DynamoError::validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                 datatypes",
            ));
        }
    })
}

fn nested_item(map: Attributes, level: usize) -> Result<Item, DynamoError> {
    map.into_iter().map(|(name, it)| Ok((name, nested(it, level)?))).collect()
}

/// `{"NULL": false}` is refused (asserted); in some regions it has become a null since June 2026
/// (conformance: 2026-06-09-validation-rewording).
fn null_value(is_null: bool) -> Result<AttributeValue, DynamoError> {
    if !is_null {
        return Err(DynamoError::parameter("Null attribute value types must have the value of true"));
    }
    Ok(AttributeValue::Null)
}

// The words on sets are (asserted), with two spaces and AWS's articles. Members may be empty, since 2020 (AWS's
// documentation, "Supported data types and naming rules"; (conformance: emptyValues)).

fn string_set(members: Vec<String>) -> Result<AttributeValue, DynamoError> {
    if members.is_empty() {
        return Err(DynamoError::parameter("An string set  may not be empty"));
    }
    let count = members.len();
    let distinct: BTreeSet<&String> = members.iter().collect();
    if distinct.len() < count {
        return Err(DynamoError::parameter(format_args!(
            "Input collection [{}] contains duplicates.",
            members.join(", ")
        )));
    }
    Ok(AttributeValue::SS(members.into_iter().collect()))
}

fn number_set(members: &[String]) -> Result<AttributeValue, DynamoError> {
    if members.is_empty() {
        return Err(DynamoError::parameter("An number set  may not be empty"));
    }
    let count = members.len();
    let distinct = members.iter().map(|text| text.parse::<Number>()).collect::<Result<BTreeSet<_>, _>>()?;
    if distinct.len() < count {
        return Err(DynamoError::validation("Input collection contains duplicates"));
    }
    Ok(AttributeValue::NS(distinct))
}

fn binary_set(members: Vec<Bytes>) -> Result<AttributeValue, DynamoError> {
    if members.is_empty() {
        return Err(DynamoError::parameter("Binary sets should not be empty"));
    }
    let distinct: BTreeSet<&Bytes> = members.iter().collect();
    if distinct.len() < members.len() {
        let shown: Vec<String> = members.iter().map(|bytes| STANDARD.encode(bytes)).collect();
        return Err(DynamoError::parameter(format_args!(
            "Input collection [{}]of type BS contains duplicates.",
            shown.join(", ")
        )));
    }
    Ok(AttributeValue::BS(members.into_iter().collect()))
}

/// An item for an answer.
#[must_use]
pub fn to_item(item: Item) -> Map<Wire> {
    item.into_iter().map(|(name, value)| (name, to_value(value))).collect()
}

/// A value for an answer.
#[must_use]
pub fn to_value(value: AttributeValue) -> Wire {
    let mut wire = Wire::default();
    match value {
        AttributeValue::S(text) => wire.s = Some(text),
        AttributeValue::N(number) => wire.n = Some(number.to_string()),
        AttributeValue::B(bytes) => wire.b = Some(bytes),
        AttributeValue::SS(set) => wire.ss = Some(set.into_iter().collect()),
        AttributeValue::NS(set) => wire.ns = Some(set.iter().map(Number::to_string).collect()),
        AttributeValue::BS(set) => wire.bs = Some(set.into_iter().collect()),
        AttributeValue::M(map) => wire.m = Some(to_item(map)),
        AttributeValue::L(list) => wire.l = Some(list.into_iter().map(to_value).collect()),
        AttributeValue::Null => wire.null = Some(true),
        AttributeValue::Bool(value) => wire.bool = Some(value),
    }
    wire
}
