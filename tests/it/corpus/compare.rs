//! When two messages say the same.

use asf_runtime::Value;
use asf_runtime::codec::cbor::{self, CborOptions};
use asf_runtime::schema::{Kind, Location, MemberFlags, ProtocolKind, Schema};
use percent_encoding::percent_decode_str;
use quick_xml::events::Event;
use serde_json::{Value as Json, json};

/// Bodies: JSON and CBOR by value, forms by parameters, XML by elements (in any order: maps have none).
pub(super) fn same_body(
    protocol: ProtocolKind,
    schema: Option<Schema>,
    expected: &[u8],
    found: &[u8],
) -> bool {
    if expected == found {
        return true;
    }
    let json = |bytes: &[u8]| match bytes.is_empty() {
        true => Some(json!({})),
        false => serde_json::from_slice(bytes).ok(),
    };
    match protocol {
        ProtocolKind::Json | ProtocolKind::RestJson => {
            json(expected).is_some_and(|it| Some(numbers(it)) == json(found).map(numbers))
        }
        ProtocolKind::RpcV2Cbor => {
            // By the schema: bytes and moments have no JSON.
            let value = |bytes: &[u8]| {
                let (schema, mut value) = (schema?, Value::Null);
                cbor::read_shape(schema, bytes, CborOptions::LENIENT, &mut value).ok()?;
                Some(value)
            };
            value(expected).is_some_and(|it| Some(it) == value(found))
        }
        ProtocolKind::Query | ProtocolKind::Ec2 => parameters(expected) == parameters(found),
        ProtocolKind::RestXml => tree(expected).is_some_and(|it| Some(it) == tree(found)),
    }
}

/// 1 and 1.0 are one number.
fn numbers(json: Json) -> Json {
    match json {
        Json::Number(it) => it.as_f64().map_or(Json::Number(it), |it| json!(it)),
        Json::Array(items) => items.into_iter().map(numbers).collect(),
        Json::Object(members) => members.into_iter().map(|(key, it)| (key, numbers(it))).collect(),
        other => other,
    }
}

/// The parameters of a form or a query string, sorted.
pub(super) fn parameters(form: &[u8]) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let form = String::from_utf8_lossy(form);
    let mut all: Vec<_> = form
        .split('&')
        .filter(|it| !it.is_empty())
        .map(|it| it.split_once('=').unwrap_or((it, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    all.sort();
    all
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

fn tree(xml: &[u8]) -> Option<Element> {
    let mut reader = quick_xml::Reader::from_reader(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let text = str::to_owned;
                let mut attributes: Vec<_> =
                    start.attributes().flatten().map(|it| (text(it.key.as_ref()), text(&it.value))).collect();
                attributes.sort();
                open.push(Element { name: text(start.name().as_ref()), attributes, ..Element::default() });
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text),
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                open.last_mut()?.text.push_str(&format!("&{name};"));
            }
            Event::End(_) => {
                let mut done = open.pop()?;
                done.children.sort();
                if !done.children.is_empty() {
                    done.text.clear();
                }
                open.last_mut()?.children.push(done);
            }
            Event::Eof => return open.pop().filter(|_| open.is_empty())?.children.pop(),
            _ => {}
        }
    }
}

/// A value as it can be told apart in a protocol: numbers by value, header maps in lower case; an empty
/// list, map or structure is as good as none in forms, headers and query strings.
pub(super) fn normalised(protocol: ProtocolKind, schema: Schema, json: &Json) -> Json {
    match (schema.kind(), json) {
        (Kind::Structure | Kind::Union, Json::Object(members)) => {
            let mut found = serde_json::Map::new();
            for (name, json) in members {
                let member = schema.member_named(name).unwrap();
                if json.is_null() {
                    continue;
                }
                if member.has(MemberFlags::JSON_VALUE) {
                    found.insert(name.clone(), json.clone());
                    continue;
                }
                let mut json = normalised(protocol, member.target(), json);
                let is_form = matches!(protocol, ProtocolKind::Query | ProtocolKind::Ec2);
                let outside = !matches!(member.location(), Location::Body);
                let is_empty = json == json!({}) || json == json!([]);
                if is_empty && (is_form || outside) && !member.target().kind().is_simple() {
                    continue;
                }
                if let (Location::Headers, Json::Object(entries)) = (member.location(), &json) {
                    json = entries.iter().map(|(key, it)| (key.to_lowercase(), it.clone())).collect();
                }
                found.insert(name.clone(), json);
            }
            sorted(found)
        }
        (Kind::List, Json::Array(items)) => {
            items.iter().map(|it| normalised(protocol, schema.item().unwrap().target(), it)).collect()
        }
        (Kind::Map, Json::Object(entries)) => {
            let value = schema.key_value().unwrap().1.target();
            sorted(entries.iter().map(|(key, it)| (key.clone(), normalised(protocol, value, it))).collect())
        }
        (Kind::Timestamp, Json::Number(it)) => json!((it.as_f64().unwrap() * 1000.0).round() / 1000.0),
        (Kind::Float | Kind::Double, Json::Number(it)) => json!(it.as_f64()),
        _ => json.clone(),
    }
}

/// Order means nothing here, and `preserve_order` compares it not either; sorted, differences are easy to read.
fn sorted(members: serde_json::Map<String, Json>) -> Json {
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_by(|left, right| left.0.cmp(&right.0));
    members.into_iter().collect()
}
