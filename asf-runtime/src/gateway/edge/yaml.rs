//! JSON as YAML, for those who would rather read that.

use std::fmt::Write as _;

use serde_json::Value;

/// A value in block style. Texts are in double quotes, as JSON has them, which YAML reads the same.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// Writes a value that begins on a line of its own, or behind `- `.
fn write(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (place, (name, member)) in members.iter().enumerate() {
                if place > 0 {
                    let _ = write!(text, "{:indent$}", "");
                }
                text.push_str(&key(name));
                text.push(':');
                write_behind(member, indent + 2, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    let _ = write!(text, "{:indent$}", "");
                }
                text.push_str("- ");
                write(item, indent + 2, text);
            }
        }
        // Texts, numbers, empty maps and lists are the same in both.
        other => {
            let _ = writeln!(text, "{other}");
        }
    }
}

/// Writes the value of a member, behind its colon.
fn write_behind(value: &Value, indent: usize, text: &mut String) {
    let is_block = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if is_block {
        let _ = write!(text, "\n{:indent$}", "");
    } else {
        text.push(' ');
    }
    write(value, indent, text);
}

/// Words stand for themselves, unless YAML takes them for something else.
fn key(name: &str) -> String {
    let begins = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '/');
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '/');
    let is_other =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&&*name.to_ascii_lowercase());
    if begins && name.chars().all(is_plain) && !is_other {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn values() {
        for (json, expected) in [
            ("1", "1\n"),
            (r#""a: b""#, "\"a: b\"\n"),
            (r#"{"a":1,"b":"x\ny"}"#, "a: 1\nb: \"x\\ny\"\n"),
            (r#"{"a":{"200":{},"b":[]}}"#, "a:\n  \"200\": {}\n  b: []\n"),
            (r#"{"a":[1,{"b":2,"c":[3]}]}"#, "a:\n  - 1\n  - b: 2\n    c:\n      - 3\n"),
            (r#"[[1,2],[]]"#, "- - 1\n  - 2\n- []\n"),
            (r#"{"on":true,"/x/{y}":null,"/x":0}"#, "\"on\": true\n\"/x/{y}\": null\n/x: 0\n"),
        ] {
            assert_eq!(text(&serde_json::from_str(json).unwrap()), expected, "{json}");
        }
    }
}
