//! The first step: a spec, whole or cut to what some operations reach, with its documentation.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use asf_schema::ServiceSchema;
use serde_json::{Map, Value};

use super::docs::markdown;
use crate::suggest;

/// A service as the generator sees it.
#[derive(Debug)]
pub struct Model {
    /// The tables.
    pub service: &'static ServiceSchema,
    /// The spec's documentation as Markdown; empty unless it was asked for.
    pub docs: Docs,
    /// Where it comes from, for the header of each file: `specs/sqs/2012-11-05`.
    pub origin: String,
}

/// Documentation by place, as Markdown.
#[derive(Debug, Default)]
pub struct Docs {
    /// Of the service.
    pub service: Option<String>,
    /// By operation.
    pub operations: BTreeMap<String, String>,
    /// By shape.
    pub shapes: BTreeMap<String, String>,
    /// By shape and member.
    pub members: BTreeMap<(String, String), String>,
}

impl Model {
    /// Reads a spec. `operations`, if given, are the only ones that are kept, with the shapes that they
    /// reach.
    ///
    /// # Errors
    /// When the spec is no service model, or has no operation of one of the names (the nearest is named).
    pub fn new(name: &str, mut spec: Value, operations: Option<&[String]>) -> anyhow::Result<Self> {
        let version = spec.pointer("/metadata/apiVersion").and_then(Value::as_str).unwrap_or_default();
        let mut origin = format!("specs/{name}/{version}");
        if let Some(operations) = operations {
            keep(&mut spec, operations)?;
            let kept: BTreeSet<&str> = operations.iter().map(String::as_str).collect();
            origin += &format!(" ({} only)", kept.into_iter().collect::<Vec<_>>().join(", "));
        }
        let service =
            asf_schema::load_service_value(name, &spec).with_context(|| format!("the spec of {name}"))?;
        Ok(Self { service, docs: Docs::default(), origin })
    }

    /// With the documentation of a spec that has it.
    #[must_use]
    pub fn with_docs(mut self, spec: &Value) -> Self {
        self.docs = Docs::read(spec);
        self
    }
}

impl Docs {
    fn read(spec: &Value) -> Self {
        let text = |value: &Value| {
            let text = markdown(value.get("documentation")?.as_str()?);
            (!text.is_empty()).then_some(text)
        };
        let mut docs = Self { service: text(spec), ..Self::default() };
        for (name, operation) in entries(spec, "operations") {
            docs.operations.extend(text(operation).map(|text| (name.clone(), text)));
        }
        for (name, shape) in entries(spec, "shapes") {
            docs.shapes.extend(text(shape).map(|text| (name.clone(), text)));
            for (member, reference) in entries(shape, "members") {
                docs.members.extend(text(reference).map(|text| ((name.clone(), member.clone()), text)));
            }
        }
        docs
    }

    /// Documentation of a member.
    #[must_use]
    pub fn member(&self, shape: &str, member: &str) -> Option<&str> {
        self.members.get(&(shape.to_owned(), member.to_owned())).map(String::as_str)
    }
}

/// Removes all operations but these, and all shapes that they do not reach.
fn keep(spec: &mut Value, operations: &[String]) -> anyhow::Result<()> {
    let all: Vec<&str> = entries(spec, "operations").map(|(name, _)| name.as_str()).collect();
    for name in operations {
        if !all.contains(&name.as_str()) {
            return Err(suggest::unknown("operation", name, all));
        }
    }
    let mut reached = BTreeSet::new();
    let mut next: Vec<String> = Vec::new();
    for (name, operation) in entries(spec, "operations") {
        if operations.contains(name) {
            let errors = operation.get("errors").and_then(Value::as_array).into_iter().flatten();
            let parts = [operation.get("input"), operation.get("output")];
            next.extend(parts.into_iter().flatten().chain(errors).filter_map(target));
        }
    }
    while let Some(name) = next.pop() {
        if let Some(shape) = spec.get("shapes").and_then(|shapes| shapes.get(&name)) {
            let parts = [shape.get("member"), shape.get("key"), shape.get("value")];
            let members = entries(shape, "members").map(|(_, reference)| reference);
            next.extend(parts.into_iter().flatten().chain(members).filter_map(target));
        }
        reached.insert(name.clone());
        next.retain(|name| !reached.contains(name));
    }
    retain(spec, "operations", |name| operations.iter().any(|it| it == name));
    retain(spec, "shapes", |name| reached.contains(name));
    Ok(())
}

fn target(reference: &Value) -> Option<String> {
    Some(reference.get("shape")?.as_str()?.to_owned())
}

fn entries<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn retain(spec: &mut Value, key: &str, wanted: impl Fn(&str) -> bool) {
    if let Some(map) = spec.get_mut(key).and_then(Value::as_object_mut) {
        map.retain(|name, _| wanted(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec() -> Value {
        json!({
            "metadata": {"protocol": "json", "apiVersion": "2020-01-01"},
            "documentation": "<p>A service.</p>",
            "operations": {
                "Get": {"name": "Get", "input": {"shape": "GetRequest"}, "errors": [{"shape": "Missing"}]},
                "Put": {"name": "Put", "input": {"shape": "PutRequest"}, "output": {"shape": "Tree"}}
            },
            "shapes": {
                "GetRequest": {"type": "structure", "members": {"Name": {"shape": "Text", "documentation": "<p>The <code>name</code>.</p>"}}},
                "PutRequest": {"type": "structure", "members": {"Names": {"shape": "Names"}, "Tags": {"shape": "Tags"}}},
                "Names": {"type": "list", "member": {"shape": "Name"}},
                "Tags": {"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Tree"}},
                "Tree": {"type": "structure", "members": {"Child": {"shape": "Tree"}}},
                "Missing": {"type": "structure", "exception": true, "members": {}},
                "Name": {"type": "string"}, "Key": {"type": "string"}, "Text": {"type": "string"}
            }
        })
    }

    #[test]
    fn only_what_operations_reach() {
        for (operations, shapes) in [
            (vec!["Get"], vec!["GetRequest", "Missing", "Text"]),
            (vec!["Put"], vec!["Key", "Name", "Names", "PutRequest", "Tags", "Tree"]),
        ] {
            let operations: Vec<String> = operations.into_iter().map(str::to_owned).collect();
            let model = Model::new("x", spec(), Some(&operations)).unwrap();
            let found: Vec<&str> = model.service.shapes().map(asf_schema::Schema::name).collect();
            assert_eq!(found, shapes, "{operations:?}");
            assert_eq!(model.origin, format!("specs/x/2020-01-01 ({} only)", operations[0]));
        }
        let error = Model::new("x", spec(), Some(&["PutTree".to_owned()])).unwrap_err();
        assert_eq!(error.to_string(), "no operation named PutTree; did you mean Put?");
    }

    #[test]
    fn documentation_by_place() {
        let model = Model::new("x", spec(), None).unwrap().with_docs(&spec());
        assert_eq!(model.docs.service.as_deref(), Some("A service."));
        assert_eq!(model.docs.member("GetRequest", "Name"), Some("The `name`."));
        assert_eq!(model.docs.member("GetRequest", "Other"), None);
    }
}
