//! The recorded sentences.

use asf_schema::{Schema, load_service};
use serde_json::{Value as Json, json};

use super::{Style, validate};
use crate::value::neutral::from_neutral;

fn schema(shapes: &Json) -> Schema {
    let spec = json!({
        "metadata": {"protocol": "json", "endpointPrefix": "x", "apiVersion": "1"},
        "operations": {}, "shapes": shapes,
    });
    load_service("x", spec.to_string().as_bytes()).unwrap().shape("CreateThingRequest").unwrap()
}

fn message(shapes: &Json, value: &Json, style: Style) -> Option<String> {
    let schema = schema(shapes);
    let value = from_neutral(schema, value).unwrap();
    validate(schema, &value, style).err().map(|error| error.to_string())
}

fn shapes() -> Json {
    json!({
        "CreateThingRequest": {"type": "structure", "required": ["Attributes"], "members": {
            "Attributes": {"shape": "Attributes"}, "MaxResults": {"shape": "Max"}, "Layers": {"shape": "Layers"},
            "Weights": {"shape": "Weights"}, "Plaintext": {"shape": "Secret"}, "Types": {"shape": "Types"},
            "Tags": {"shape": "Tags"}, "Named": {"shape": "Named"}, "Word": {"shape": "Word"}}},
        "Attributes": {"type": "list", "member": {"shape": "String"}, "max": 2},
        "Max": {"type": "integer", "min": 1, "max": 1000},
        "Layers": {"type": "list", "member": {"shape": "Layer"}},
        "Layer": {"type": "string", "min": 1, "max": 20, "pattern": "arn:.*"},
        "Weights": {"type": "map", "key": {"shape": "Version"}, "value": {"shape": "Weight"}},
        "Version": {"type": "string", "min": 1, "max": 1024, "pattern": "[0-9]+"},
        "Weight": {"type": "double", "min": 0.0, "max": 1.0},
        "Secret": {"type": "string", "max": 4, "sensitive": true},
        "Types": {"type": "list", "member": {"shape": "Type"}},
        "Type": {"type": "string", "enum": ["PRIVATE", "EDGE"]},
        "Tags": {"type": "list", "max": 1, "member": {"shape": "Tag"}},
        "Named": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Tag"}},
        "Tag": {"type": "structure", "required": ["Key"], "members": {"Key": {"shape": "Word"}, "Value": {"shape": "String"}}},
        "Word": {"type": "string", "max": 3},
        "String": {"type": "string"},
    })
}

/// Sentences of the recordings, over a model of ours: `dynamodb` (not null), `lambda_` (layers, weights),
/// `apigateway` (enum in a list), `kms` (sensitive), `sns` (item of a map), `logs` (a list of structures).
#[test]
fn coral() {
    let detected = "ValidationException: 1 validation error detected: Value";
    for (input, expected) in [
        (json!({"Attributes": ["a"], "MaxResults": 1000}), ""),
        (json!({}), "null at 'attributes' failed to satisfy constraint: Member must not be null"),
        (
            json!({"Attributes": [], "MaxResults": 1001}),
            "'1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
        ),
        (
            json!({"Attributes": [], "Layers": ["x"]}),
            "'[x]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: \
             [Member must have length less than or equal to 20, Member must have length greater than or equal to 1, \
             Member must satisfy regular expression pattern: arn:.*, Member must not be null]",
        ),
        (
            json!({"Attributes": [], "Weights": {"2": 2.0}}),
            "'{2=2.0}' at 'weights' failed to satisfy constraint: Map value must satisfy constraint: \
             [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, \
             Member must not be null]",
        ),
        (
            json!({"Attributes": [], "Weights": {"$LATEST": 0.5}}),
            "'{$LATEST=0.5}' at 'weights' failed to satisfy constraint: Map keys must satisfy constraint: \
             [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, \
             Member must satisfy regular expression pattern: [0-9]+]",
        ),
        (
            json!({"Attributes": [], "Plaintext": "12345"}),
            "at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4",
        ),
        (
            json!({"Attributes": [], "Types": ["wrong"]}),
            "'[wrong]' at 'types' failed to satisfy constraint: Member must satisfy constraint: \
             [Member must satisfy enum value set: [PRIVATE, EDGE]]",
        ),
        (
            json!({"Attributes": [], "Tags": [{"Key": "long"}]}),
            "'long' at 'tags.1.member.key' failed to satisfy constraint: \
             Member must have length less than or equal to 3",
        ),
        (
            json!({"Attributes": [], "Tags": [{"Key": "a"}, {"Key": "b", "Value": "c"}]}),
            "'[Tag(key=a, value=null), Tag(key=b, value=c)]' at 'tags' failed to satisfy constraint: \
             Member must have length less than or equal to 1",
        ),
        (
            json!({"Attributes": [], "Named": {"attr1": {}}}),
            "null at 'named.attr1.member.key' failed to satisfy constraint: Member must not be null",
        ),
    ] {
        let expected = (!expected.is_empty()).then(|| format!("{detected} {expected}"));
        assert_eq!(message(&shapes(), &input, Style::CORAL), expected, "{input}");
    }
}

#[test]
fn several_at_once_are_counted_and_joined() {
    let input = json!({"Attributes": ["1", "2", "3"], "Word": "four"});
    assert_eq!(
        message(&shapes(), &input, Style::WITH_INPUT_NAME).as_deref(),
        Some(
            "ValidationException: 2 validation errors detected: Value '[1, 2, 3]' at 'createThingInput.attributes' \
             failed to satisfy constraint: Member must have length less than or equal to 2; Value 'four' at \
             'createThingInput.word' failed to satisfy constraint: Member must have length less than or equal to 3"
        )
    );
}

/// Sentences of Smithy's malformed-request tests.
#[test]
fn smithy() {
    for (input, expected) in [
        (json!({}), "Value at '/Attributes' failed to satisfy constraint: Member must not be null"),
        (
            json!({"Attributes": [], "Types": ["ABC"]}),
            "Value at '/Types/0' failed to satisfy constraint: Member must satisfy enum value set: [PRIVATE, EDGE]",
        ),
        (
            json!({"Attributes": [], "Weights": {"x": 0.5}}),
            "Value at '/Weights' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9]+",
        ),
        (
            json!({"Attributes": [], "Weights": {"1": 1.5}}),
            "Value at '/Weights/1' failed to satisfy constraint: Member must have value less than or equal to 1.0",
        ),
    ] {
        let expected = format!("ValidationException: 1 validation error detected. {expected}");
        assert_eq!(message(&shapes(), &input, Style::SMITHY), Some(expected), "{input}");
    }
}

/// `RestJsonMalformedUniqueItems..` of Smithy's protocol tests; no spec of botocore's has the trait.
#[test]
fn unique_items() {
    let shapes = json!({
        "CreateThingRequest": {"type": "structure", "members": {
            "list": {"shape": "List"}, "lists": {"shape": "Lists"}, "things": {"shape": "Things"}}},
        "List": {"type": "list", "uniqueItems": true, "member": {"shape": "String"}},
        "Lists": {"type": "list", "uniqueItems": true, "member": {"shape": "List"}},
        "Things": {"type": "list", "uniqueItems": true, "member": {"shape": "Thing"}},
        "Thing": {"type": "structure", "members": {"a": {"shape": "String"}, "b": {"shape": "String"}}},
        "String": {"type": "string"},
    });
    for (input, at) in [
        (json!({"list": ["a", "b", "A"], "things": [{"a": "x"}, {"b": "x"}, {}]}), None),
        (json!({"list": ["a", "b", "a"]}), Some("/list")),
        (json!({"lists": [["a", "b"], ["b", "a"], ["a", "b"]]}), Some("/lists")),
        (json!({"things": [{"a": "x"}, {"a": "x"}]}), Some("/things")),
    ] {
        let expected = at.map(|at| {
            format!(
                "ValidationException: 1 validation error detected. Value at '{at}' failed to satisfy constraint: \
                 Member must have unique values"
            )
        });
        assert_eq!(message(&shapes, &input, Style::SMITHY), expected, "{input}");
    }
}
