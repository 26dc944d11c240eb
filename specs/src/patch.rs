//! Our corrections of botocore's models: JSON patches, applied to a spec before it is loaded.
//!
//! A patch file is an RFC 6902 document (a list of operations) in which every operation has a `reason`
//! beside `op`, `path` and `value`; `add`, `replace` and `remove` are what corrections need. Own code
//! rather than a crate because the order of members is meaningful in a spec (it is the order of XML
//! elements), and a removal must not disturb it. Also compiled into the build script.

use serde_json::Value;

/// Why a patch does not apply. Each names the operation by its position in the file, from 0.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// The file is not a list of operations.
    #[error("a patch file has to be a list of objects with op, path, reason")]
    NotAList,
    /// An operation lacks a part, or has one of another type.
    #[error("operation {index}: {what}")]
    Malformed {
        /// Position of the operation in the file.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The path leads to nothing in the spec.
    #[error("operation {index}: {op} {path}: the spec has nothing at {missing}")]
    NoTarget {
        /// Position of the operation in the file.
        index: usize,
        /// `add`, `replace` or `remove`.
        op: String,
        /// The operation's path.
        path: String,
        /// How far the path could not be followed.
        missing: String,
    },
    /// `add` would overwrite something: the correction has become unnecessary, or was meant to replace.
    #[error("operation {index}: add {path}: the spec has this already; replace or drop it")]
    Exists {
        /// Position of the operation in the file.
        index: usize,
        /// The operation's path.
        path: String,
    },
}

/// Applies a patch file, in order. On an error the spec is left as far as the patch came.
///
/// `add` differs from RFC 6902 in that it refuses to overwrite a member: after an update of the specs
/// a correction that upstream has taken over should be noticed, not silently kept.
///
/// # Errors
/// When the file is malformed, or an operation does not fit the spec.
pub fn apply(spec: &mut Value, patch: &Value) -> Result<(), PatchError> {
    for (index, operation) in patch.as_array().ok_or(PatchError::NotAList)?.iter().enumerate() {
        apply_one(spec, index, operation)?;
    }
    Ok(())
}

fn apply_one(spec: &mut Value, index: usize, operation: &Value) -> Result<(), PatchError> {
    let malformed = |what| PatchError::Malformed { index, what };
    let text = |key: &str| operation.get(key).and_then(Value::as_str);
    let op = text("op").ok_or_else(|| malformed("it has no op"))?;
    let path = text("path").ok_or_else(|| malformed("it has no path"))?;
    if text("reason").is_none_or(|reason| reason.trim().is_empty()) {
        return Err(malformed("it has no reason"));
    }
    let value = || operation.get("value").cloned().ok_or_else(|| malformed("it has no value"));
    let (parent, key) = path.rsplit_once('/').ok_or_else(|| malformed("the path does not start with /"))?;
    let key = unescape(key);
    let missing = |missing: &str| PatchError::NoTarget {
        index,
        op: op.to_owned(),
        path: path.to_owned(),
        missing: missing.to_owned(),
    };
    let exists = || PatchError::Exists { index, path: path.to_owned() };
    let target = spec.pointer_mut(parent).ok_or_else(|| missing(parent))?;
    match (op, target) {
        ("add", Value::Object(map)) => {
            if map.contains_key(&key) {
                return Err(exists());
            }
            map.insert(key, value()?);
        }
        ("add", Value::Array(list)) => {
            let at = if key == "-" { Some(list.len()) } else { key.parse().ok() };
            let at = at.filter(|&at| at <= list.len()).ok_or_else(|| missing(path))?;
            list.insert(at, value()?);
        }
        ("replace", target) => {
            let slot = match target {
                Value::Object(map) => map.get_mut(&key),
                Value::Array(list) => key.parse::<usize>().ok().and_then(|at| list.get_mut(at)),
                _ => None,
            };
            *slot.ok_or_else(|| missing(path))? = value()?;
        }
        ("remove", Value::Object(map)) => {
            map.shift_remove(&key).ok_or_else(|| missing(path))?;
        }
        ("remove", Value::Array(list)) => {
            let at = key.parse().ok().filter(|&at| at < list.len()).ok_or_else(|| missing(path))?;
            list.remove(at);
        }
        ("add" | "remove", _) => return Err(missing(parent)),
        _ => return Err(malformed("op is none of add, replace, remove")),
    }
    Ok(())
}

/// A token of a JSON pointer: `~1` is `/`, `~0` is `~`.
fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn check(spec: &str, patch: &str, expected: Result<&str, &str>) {
        let mut spec: Value = serde_json::from_str(spec).unwrap();
        let mut patch: Value = serde_json::from_str(patch).unwrap();
        for operation in patch.as_array_mut().into_iter().flatten() {
            if let Some(object) = operation.as_object_mut() {
                object.entry("reason").or_insert(json!("a test"));
            }
        }
        let got = apply(&mut spec, &patch).map(|()| spec.to_string()).map_err(|error| error.to_string());
        assert_eq!(got.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn operations() {
        let spec = r#"{"a":{"x":1,"y":2,"z":3},"l":[1,2]}"#;
        check(
            spec,
            r#"[{"op":"add","path":"/b","value":7}]"#,
            Ok(r#"{"a":{"x":1,"y":2,"z":3},"l":[1,2],"b":7}"#),
        );
        check(
            spec,
            r#"[{"op":"add","path":"/l/-","value":3}]"#,
            Ok(r#"{"a":{"x":1,"y":2,"z":3},"l":[1,2,3]}"#),
        );
        check(
            spec,
            r#"[{"op":"add","path":"/l/0","value":0}]"#,
            Ok(r#"{"a":{"x":1,"y":2,"z":3},"l":[0,1,2]}"#),
        );
        check(
            spec,
            r#"[{"op":"replace","path":"/a/y","value":{}}]"#,
            Ok(r#"{"a":{"x":1,"y":{},"z":3},"l":[1,2]}"#),
        );
        check(
            spec,
            r#"[{"op":"replace","path":"/l/1","value":9}]"#,
            Ok(r#"{"a":{"x":1,"y":2,"z":3},"l":[1,9]}"#),
        );
        // The order of what stays is kept.
        check(spec, r#"[{"op":"remove","path":"/a/x"}]"#, Ok(r#"{"a":{"y":2,"z":3},"l":[1,2]}"#));
        check(spec, r#"[{"op":"remove","path":"/l/0"}]"#, Ok(r#"{"a":{"x":1,"y":2,"z":3},"l":[2]}"#));
        check(r#"{"a/b":{"~":1}}"#, r#"[{"op":"remove","path":"/a~1b/~0"}]"#, Ok(r#"{"a/b":{}}"#));
    }

    #[test]
    fn refusals() {
        let spec = r#"{"a":{"x":1},"l":[1]}"#;
        check(spec, r#"{}"#, Err("a patch file has to be a list of objects with op, path, reason"));
        check(spec, r#"[{"path":"/a"}]"#, Err("operation 0: it has no op"));
        check(spec, r#"[{"op":"add","path":"/b"}]"#, Err("operation 0: it has no value"));
        check(
            spec,
            r#"[{"op":"add","path":"/b","value":1,"reason":" "}]"#,
            Err("operation 0: it has no reason"),
        );
        check(spec, r#"[{"op":"move","path":"/a"}]"#, Err("operation 0: op is none of add, replace, remove"));
        check(
            spec,
            r#"[{"op":"add","path":"/a/x","value":1}]"#,
            Err("operation 0: add /a/x: the spec has this already; replace or drop it"),
        );
        for (op, path, nothing) in [
            ("add", "/q/x", "/q"),
            ("add", "/l/2", "/l/2"),
            ("add", "/a/x/y", "/a/x"),
            ("replace", "/a/y", "/a/y"),
            ("remove", "/a/y", "/a/y"),
            ("remove", "/l/1", "/l/1"),
        ] {
            let patch = format!(r#"[{{"op":"{op}","path":"{path}","value":1}}]"#);
            let message = format!("operation 0: {op} {path}: the spec has nothing at {nothing}");
            check(spec, &patch, Err(&message));
        }
    }
}
