//! What an update of the specs changes, in terms of operations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};

/// Operations of one service that an update touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationChanges {
    /// Only in the new spec.
    pub added: Vec<String>,
    /// Only in the old spec.
    pub removed: Vec<String>,
    /// In both, with a definition or a shape within reach that is not the same.
    pub changed: Vec<String>,
}

impl OperationChanges {
    /// Compares two specs of a service. A service that is new or gone has `Value::Null` on one side.
    #[must_use]
    pub fn between(old: &Value, new: &Value) -> Self {
        let (old_operations, new_operations) = (object(old, "operations"), object(new, "operations"));
        let touched = touched_shapes(old, new);
        let mut changes = Self::default();
        let names: BTreeSet<&String> =
            [old_operations, new_operations].into_iter().flatten().flat_map(Map::keys).collect();
        for name in names {
            let before = old_operations.and_then(|it| it.get(name));
            let after = new_operations.and_then(|it| it.get(name));
            match (before, after) {
                (None, _) => changes.added.push(name.clone()),
                (_, None) => changes.removed.push(name.clone()),
                (Some(before), Some(after)) => {
                    if before != after || references(after).iter().any(|shape| touched.contains(*shape)) {
                        changes.changed.push(name.clone());
                    }
                }
            }
        }
        changes
    }

    /// True when nothing is touched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Operations by service.
pub type Changes = BTreeMap<String, OperationChanges>;

/// Shapes of the new spec that differ, or that reach one that does.
fn touched_shapes<'a>(old: &Value, new: &'a Value) -> HashSet<&'a str> {
    let (old, new) = (object(old, "shapes"), object(new, "shapes"));
    let mut used_by: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut pending: Vec<&str> = Vec::new();
    for (name, shape) in new.into_iter().flatten() {
        for target in references(shape) {
            used_by.entry(target).or_default().push(name);
        }
        if old.and_then(|it| it.get(name)) != Some(shape) {
            pending.push(name);
        }
    }
    let mut touched = HashSet::new();
    while let Some(name) = pending.pop() {
        if touched.insert(name) {
            pending.extend(used_by.get(name).into_iter().flatten());
        }
    }
    touched
}

/// The shapes that an operation, a shape or a reference names directly.
fn references(definition: &Value) -> Vec<&str> {
    let direct =
        ["input", "output", "member", "key", "value"].into_iter().filter_map(|part| definition.get(part));
    let errors = definition.get("errors").and_then(Value::as_array).into_iter().flatten();
    let members = object(definition, "members").into_iter().flat_map(Map::values);
    direct.chain(errors).chain(members).filter_map(|it| it.get("shape")?.as_str()).collect()
}

fn object<'a>(value: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    value.get(key).and_then(Value::as_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_shape_changes_the_operations_that_reach_it() {
        let old = json!({
            "operations": {
                "Gone": {"name": "Gone"},
                "Same": {"input": {"shape": "Text"}},
                "Deep": {"output": {"shape": "Outer"}},
                "Moved": {"http": {"method": "GET"}}
            },
            "shapes": {
                "Outer": {"type": "structure", "members": {"List": {"shape": "List"}}},
                "List": {"type": "list", "member": {"shape": "Outer2"}},
                "Outer2": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Enum"}},
                "Enum": {"type": "string", "enum": ["A"]},
                "Text": {"type": "string"}
            }
        });
        let mut new = old.clone();
        new["shapes"]["Enum"]["enum"] = json!(["A", "B"]);
        new["operations"]["Moved"]["http"]["method"] = json!("POST");
        new["operations"]["New"] = json!({"name": "New"});
        if let Some(operations) = new["operations"].as_object_mut() {
            operations.remove("Gone");
        }
        let names = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            OperationChanges::between(&old, &new),
            OperationChanges {
                added: names(&["New"]),
                removed: names(&["Gone"]),
                changed: names(&["Deep", "Moved"])
            }
        );
        assert!(OperationChanges::between(&old, &old).is_empty());
        assert_eq!(OperationChanges::between(&Value::Null, &old).added.len(), 4);
        assert_eq!(OperationChanges::between(&old, &Value::Null).removed.len(), 4);
    }
}
