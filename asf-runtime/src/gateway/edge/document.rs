//! The OpenAPI document of our own routes, put together of the parts that those who add them bring.

use serde_json::{Map, Value, json};

/// The parts that were brought.
#[derive(Debug, Default)]
pub(super) struct Documents {
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    tags: Vec<Value>,
}

/// Why a part is not taken.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is no JSON.
    #[error("a part of the OpenAPI document is no JSON: {0}")]
    Malformed(#[from] serde_json::Error),
    /// What it describes is described already.
    #[error("the OpenAPI document has {0} already")]
    Taken(String),
}

impl Documents {
    pub(super) fn add(&mut self, part: &str) -> Result<(), DocumentError> {
        let mut part: Value = serde_json::from_str(part)?;
        let mut take = |pointer: &str| match part.pointer_mut(pointer).map(Value::take) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let (paths, schemas) = (take("/paths"), take("/components/schemas"));
        let taken = paths.keys().find(|it| self.paths.contains_key(*it));
        if let Some(name) = taken.or_else(|| schemas.keys().find(|it| self.schemas.contains_key(*it))) {
            return Err(DocumentError::Taken(name.clone()));
        }
        self.paths.extend(paths);
        self.schemas.extend(schemas);
        if let Some(Value::Array(tags)) = part.get_mut("tags").map(Value::take) {
            for tag in tags {
                if !self.tags.contains(&tag) {
                    self.tags.push(tag);
                }
            }
        }
        Ok(())
    }

    pub(super) fn whole(&self, version: &str) -> Value {
        let mut paths: Vec<(&String, &Value)> = self.paths.iter().collect();
        paths.sort_unstable_by_key(|(path, _)| *path);
        let paths: Map<String, Value> =
            paths.into_iter().map(|(path, item)| (path.clone(), item.clone())).collect();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Endpoints of ASF beside AWS's API",
                "description": "State, configuration and control of the process. What LocalStack has is \
                                below /_localstack, by its names; the same is below /_asf, with what only \
                                ASF has.",
                "version": version,
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            },
            "servers": [{ "url": "http://localhost.localstack.cloud:4566" }],
            "tags": self.tags,
            "paths": paths,
            "components": { "schemas": self.schemas },
        })
    }
}
