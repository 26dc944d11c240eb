//! The part of a host name that an operation puts before its service's, as clients fill it in.

use asf_schema::Operation;

use super::SerializeError;
use crate::Shape;
use crate::shape::Scalar;

/// The host prefix of an operation with the labels filled in from its input: `111122223333.` of
/// `{AccountId}.`. `None` for operations without one.
///
/// # Errors
/// When a label's member is absent, or cannot be a label of a host name.
pub fn host_prefix(operation: Operation, input: &dyn Shape) -> Result<Option<String>, SerializeError> {
    let Some(template) = operation.row().host_prefix else { return Ok(None) };
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((literal, label)) = rest.split_once('{') {
        out.push_str(literal);
        let (name, after) = label
            .split_once('}')
            .ok_or_else(|| SerializeError::new(template, "the host prefix has a label without an end"))?;
        let member = operation
            .input()
            .and_then(|schema| schema.member_named(name))
            .ok_or_else(|| SerializeError::new(name, "the host prefix names a member that there is not"))?;
        match input.get(member.index()).and_then(Shape::scalar) {
            Some(Scalar::Str(text)) if is_host_label(text) => out.push_str(text),
            Some(_) => return Err(SerializeError::new(name, "the value cannot be a label of a host name")),
            None => return Err(SerializeError::new(name, "the member is needed for the host name")),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// Whether a text is one label of a host name: letters, digits and hyphens, at most 63 (RFC 1123).
fn is_host_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    #[test]
    fn labels_of_hosts() {
        let spec = br#"{"metadata": {"protocol": "rest-xml"}, "operations": {
            "A": {"name": "A", "http": {"method": "GET", "requestUri": "/"}, "input": {"shape": "In"},
                  "endpoint": {"hostPrefix": "{AccountId}.data-"}},
            "B": {"name": "B", "http": {"method": "GET", "requestUri": "/"}, "input": {"shape": "In"}}},
          "shapes": {"In": {"type": "structure", "members": {"AccountId": {"shape": "S", "hostLabel": true}}},
                     "S": {"type": "string"}}}"#;
        let service = asf_schema::load_service("x", spec).unwrap();
        let schema = service.shape("In").unwrap();
        let check = |operation: &str, id: Option<&str>, expected: Result<Option<&str>, &str>| {
            let mut input = Value::structure(schema);
            if let (Some(id), Value::Struct(members)) = (id, &mut input) {
                members.insert("AccountId", id.into()).unwrap();
            }
            let found = host_prefix(service.operation(operation).unwrap(), &input);
            let found = found.map_err(|error| error.reason);
            assert_eq!(found.as_ref().map(Option::as_deref).map_err(String::as_str), expected, "{id:?}");
        };
        check("A", Some("1111"), Ok(Some("1111.data-")));
        check("B", Some("1111"), Ok(None));
        check("A", None, Err("the member is needed for the host name"));
        for id in ["", "a.b", "a/b", "-a", "ä", &"a".repeat(64)] {
            check("A", Some(id), Err("the value cannot be a label of a host name"));
        }
    }
}
