//! botocore's protocol tests as values: a model with one operation each, and what is expected.

use std::path::Path;

use asf_runtime::Value;
use asf_runtime::schema::{Kind, MemberFlags, Operation, ProtocolKind, Schema, load_service_value};
use asf_runtime::value::neutral::from_neutral;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

/// One case.
pub(super) struct Case {
    /// `rest-json/RestJsonEnumPayloadRequest`
    pub(super) id: String,
    pub(super) protocol: ProtocolKind,
    pub(super) operation: Operation,
    /// The case as the file has it.
    pub(super) json: Json,
}

impl Case {
    /// A value of the case in our notation.
    pub(super) fn value(schema: Option<Schema>, json: &Json) -> Value {
        schema.map_or(Value::Null, |schema| from_neutral(schema, &neutral(schema, false, json)).unwrap())
    }
}

/// All cases of `input` or `output`.
pub(super) fn cases(direction: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(direction);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let suites: Vec<Json> = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        for suite in suites {
            for case in suite["cases"].as_array().unwrap() {
                cases.push(read(&name, &suite, case));
            }
        }
    }
    cases
}

fn read(file: &str, suite: &Json, case: &Json) -> Case {
    let metadata = &suite["metadata"];
    let protocol = metadata["protocol"].as_str().or_else(|| metadata["protocols"][0].as_str()).unwrap();
    let mut given = case["given"].clone();
    let operation = given["name"].as_str().unwrap().to_owned();
    if protocol == "query" && given["output"].is_object() {
        // Models have it, the cases leave it out.
        let wrapper = format!("{operation}Result");
        given["output"].as_object_mut().unwrap().entry("resultWrapper").or_insert(json!(wrapper));
    }
    let mut metadata = json!({
        "serviceId": "Corpus", "endpointPrefix": "corpus", "signatureVersion": "v4", "apiVersion": "2014-01-01",
        "jsonVersion": "1.1", "targetPrefix": "JsonProtocol", "xmlNamespace": "https://example.com/",
    });
    if protocol == "smithy-rpc-v2-cbor" {
        metadata["targetPrefix"] = json!("RpcV2Protocol");
    }
    for (key, value) in suite["metadata"].as_object().unwrap() {
        metadata[key] = value.clone();
    }
    metadata["protocol"] = json!(protocol);
    let spec = json!({"metadata": metadata, "operations": {&operation: given}, "shapes": suite["shapes"]});
    let service = load_service_value("corpus", &spec).unwrap();
    Case {
        id: format!("{file}/{}", case["id"].as_str().unwrap_or_default()),
        protocol: ProtocolKind::from_name(protocol).unwrap(),
        operation: service.operation(&operation).unwrap(),
        json: case.clone(),
    }
}

/// The corpus writes blobs as their text; our notation has base64.
fn neutral(schema: Schema, is_json: bool, json: &Json) -> Json {
    if is_json || json.is_null() {
        return json.clone();
    }
    let part = |member: asf_runtime::schema::Member, json: &Json| {
        neutral(member.target(), member.has(MemberFlags::JSON_VALUE), json)
    };
    match (schema.kind(), json) {
        (Kind::Structure | Kind::Union, Json::Object(members)) => members
            .iter()
            .map(|(name, json)| (name.clone(), part(schema.member_named(name).unwrap(), json)))
            .collect(),
        (Kind::List, Json::Array(items)) => {
            items.iter().map(|json| part(schema.item().unwrap(), json)).collect()
        }
        (Kind::Map, Json::Object(entries)) => entries
            .iter()
            .map(|(key, json)| (key.clone(), part(schema.key_value().unwrap().1, json)))
            .collect(),
        (Kind::Blob, Json::String(text)) => json!(STANDARD.encode(text)),
        _ => json.clone(),
    }
}
