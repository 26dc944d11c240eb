//! What a spec looks like in this repository: without documentation, one shape or operation a line.

use serde_json::{Map, Value};

/// Removes the documentation from a `service-2.json`, and the root's examples.
///
/// Only the trait is removed, where the format has it: on the service, on operations, on their input,
/// output and errors, on shapes, on references to shapes, and on parameters of clients. A member or an operation that is called
/// `documentation` stays, as it is a name there.
pub fn strip_documentation(spec: &mut Value) {
    remove_trait(spec);
    if let Some(root) = spec.as_object_mut() {
        root.shift_remove("examples");
    }
    entries(spec, "clientContextParams").for_each(remove_trait);
    for operation in entries(spec, "operations") {
        remove_trait(operation);
        for part in ["input", "output"] {
            operation.get_mut(part).map(remove_trait);
        }
        let errors = operation.get_mut("errors").and_then(Value::as_array_mut);
        errors.into_iter().flatten().for_each(remove_trait);
    }
    for shape in entries(spec, "shapes") {
        remove_trait(shape);
        for part in ["member", "key", "value"] {
            shape.get_mut(part).map(remove_trait);
        }
        entries(shape, "members").for_each(remove_trait);
    }
}

fn remove_trait(definition: &mut Value) {
    let Some(definition) = definition.as_object_mut() else { return };
    if definition.get("documentation").is_some_and(Value::is_string) {
        definition.shift_remove("documentation");
    }
}

fn entries<'a>(value: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    let map = value.get_mut(key).and_then(Value::as_object_mut);
    map.into_iter().flat_map(Map::values_mut)
}

/// A value as JSON, one entry a line down to `depth` levels below the root, so that a change of one
/// entry is a change of one line. Ends with a line end.
///
/// Depth 2 is for services, paginators and waiters (an operation or shape a line), depth 4 for the
/// lists of partitions (a region or service a line).
#[must_use]
pub fn format(value: &Value, depth: usize) -> String {
    let mut text = String::new();
    write(&mut text, value, depth);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if depth > 0 && !map.is_empty() => {
            text.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                text.push_str(if index == 0 { "\n" } else { ",\n" });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(text, value, depth - 1);
            }
            text.push_str("\n}");
        }
        Value::Array(list) if depth > 0 && list.iter().any(serde_json::Value::is_object) => {
            text.push('[');
            for (index, value) in list.iter().enumerate() {
                text.push_str(if index == 0 { "\n" } else { ",\n" });
                write(text, value, depth - 1);
            }
            text.push_str("\n]");
        }
        value => text.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documentation_is_removed_where_it_is_a_trait() {
        let mut spec = json!({
            "documentation": "the service",
            "examples": {"documentation": []},
            "clientContextParams": {"documentation": {"type": "boolean", "documentation": "d"}},
            "metadata": {"serviceId": "X"},
            "operations": {
                "documentation": {"name": "documentation", "documentation": "an operation",
                    "input": {"shape": "documentation", "documentation": "the input"},
                    "output": {"shape": "Out", "documentation": "the output"},
                    "errors": [{"shape": "Bad", "documentation": "an error"}]}
            },
            "shapes": {
                "documentation": {"type": "structure", "required": ["documentation"], "documentation": "a shape",
                    "members": {"documentation": {"shape": "Text", "documentation": "a member"}, "other": {"shape": "Text"}}},
                "Out": {"type": "structure", "members": {"members": {"shape": "List", "documentation": "d"}}},
                "List": {"type": "list", "member": {"shape": "Text", "documentation": "an item"}, "documentation": "d"},
                "Map": {"type": "map", "key": {"shape": "Text", "documentation": "d"}, "value": {"shape": "Text", "documentation": "d"}},
                "Text": {"type": "string", "enum": ["documentation"], "documentation": "d"}
            }
        });
        strip_documentation(&mut spec);
        let expected = json!({
            "clientContextParams": {"documentation": {"type": "boolean"}},
            "metadata": {"serviceId": "X"},
            "operations": {
                "documentation": {"name": "documentation", "input": {"shape": "documentation"},
                    "output": {"shape": "Out"}, "errors": [{"shape": "Bad"}]}
            },
            "shapes": {
                "documentation": {"type": "structure", "required": ["documentation"],
                    "members": {"documentation": {"shape": "Text"}, "other": {"shape": "Text"}}},
                "Out": {"type": "structure", "members": {"members": {"shape": "List"}}},
                "List": {"type": "list", "member": {"shape": "Text"}},
                "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
                "Text": {"type": "string", "enum": ["documentation"]}
            }
        });
        // As text, so that the order counts.
        assert_eq!(spec.to_string(), expected.to_string());
    }

    #[test]
    fn an_entry_a_line() {
        let value =
            json!({"version": "2.0", "shapes": {"B": {"x": [1, 2]}, "A": {}}, "none": {}, "l": ["a"]});
        let expected = "{\n\"version\":\"2.0\",\n\"shapes\":{\n\"B\":{\"x\":[1,2]},\n\"A\":{}\n},\n\"none\":{},\n\"l\":[\"a\"]\n}\n";
        assert_eq!(format(&value, 2), expected);
        let value = json!({"partitions": [{"id": "aws", "regions": {"r": {"d": 1}}}]});
        let expected =
            "{\n\"partitions\":[\n{\n\"id\":\"aws\",\n\"regions\":{\n\"r\":{\"d\":1}\n}\n}\n]\n}\n";
        assert_eq!(format(&value, 4), expected);
    }
}
