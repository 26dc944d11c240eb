//! Secrets, taken out of what is written.

use asf_schema::{Kind, MemberFlags, Schema, ShapeFlags};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

/// What stands in the place of a secret.
pub const REDACTED: &str = "REDACTED";

/// Names of members that are secrets, or contain one, whether the model says so or not: in lower case, without
/// hyphens and underscores. Models call few of them sensitive (STS: not the session token).
const SECRETS: &[&str] = &[
    "accesstoken",
    "authorizationtoken",
    "authtoken",
    "clientsecret",
    "idtoken",
    "keymaterial",
    "password",
    "plaintext",
    "privatekey",
    "refreshtoken",
    "secretaccesskey",
    "secretbinary",
    "secretstring",
    "sessiontoken",
    "webidentitytoken",
];

/// Takes the secrets out of a value in its neutral form: what the model calls sensitive, what is called as
/// secrets are, and the signatures of URLs.
pub fn redacted(schema: Schema, value: &mut Json) {
    walk(schema, false, value);
}

fn walk(schema: Schema, is_secret: bool, value: &mut Json) {
    let is_secret = is_secret || schema.has(ShapeFlags::SENSITIVE);
    match (schema.kind(), value) {
        (Kind::Structure | Kind::Union, Json::Object(members)) => {
            for (name, part) in members.iter_mut() {
                let Some(member) = schema.member_named(name) else { continue };
                let is_secret = is_secret || member.has(MemberFlags::SENSITIVE) || is_called_secret(name);
                walk(member.target(), is_secret, part);
            }
        }
        (Kind::List, Json::Array(items)) => {
            items.iter_mut().for_each(|item| walk(schema.member(0).target(), is_secret, item));
        }
        (Kind::Map, Json::Object(entries)) => {
            for (key, item) in entries.iter_mut() {
                walk(schema.member(1).target(), is_secret || is_called_secret(key), item);
            }
        }
        (Kind::Blob, value) if is_secret => *value = STANDARD.encode(REDACTED).into(),
        // Documents and JSON in strings may be of any form, and go as a whole.
        (_, value) if is_secret && !value.is_number() && !value.is_boolean() => *value = REDACTED.into(),
        (_, Json::String(text)) => {
            if let Some(at) = text.find("X-Amz-Signature=").or_else(|| text.find("X-Amz-Security-Token=")) {
                let url = text.get(..at).and_then(|it| it.split('?').next()).unwrap_or_default();
                *text = format!("{url}?{REDACTED}");
            }
        }
        _ => {}
    }
}

fn is_called_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|it| it.is_alphanumeric()).collect();
    let plain = plain.to_ascii_lowercase();
    SECRETS.iter().any(|it| plain.ends_with(it))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_secret() {
        let spec = br#"{
          "metadata": {"protocol": "json", "serviceId": "T", "apiVersion": "1", "endpointPrefix": "t"},
          "operations": {},
          "shapes": {
            "In": {"type": "structure", "members": {
              "Name": {"shape": "S"}, "Hidden": {"shape": "H"}, "MasterUserPassword": {"shape": "S"},
              "PasswordLength": {"shape": "I"}, "Key": {"shape": "B"}, "Map": {"shape": "M"}, "Credentials": {"shape": "C"},
              "List": {"shape": "L"}, "Nested": {"shape": "In"}, "Url": {"shape": "S"}}},
            "C": {"type": "structure", "members": {"AccessKeyId": {"shape": "S"}, "SessionToken": {"shape": "S"}}},
            "S": {"type": "string"}, "H": {"type": "string", "sensitive": true}, "I": {"type": "integer"},
            "B": {"type": "blob", "sensitive": true},
            "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}},
            "L": {"type": "list", "member": {"shape": "H"}}
          }
        }"#;
        let service = asf_schema::load_service("t", spec).unwrap();
        let schema = service.shape("In").unwrap();
        let mut value = json!({
            "Name": "n", "Hidden": "1", "MasterUserPassword": "2", "PasswordLength": 8, "Key": "Mw==",
            "Map": {"DB_PASSWORD": "4", "other": "o"}, "Credentials": {"AccessKeyId": "id", "SessionToken": "5"},
            "List": ["6"], "Nested": {"Hidden": "7"},
            "Url": "https://b.s3.amazonaws.com/k?X-Amz-Date=d&X-Amz-Signature=8"
        });
        redacted(schema, &mut value);
        assert_eq!(
            value,
            json!({
                "Name": "n", "Hidden": "REDACTED", "MasterUserPassword": "REDACTED", "PasswordLength": 8,
                "Key": "UkVEQUNURUQ=", "Map": {"DB_PASSWORD": "REDACTED", "other": "o"},
                "Credentials": {"AccessKeyId": "id", "SessionToken": "REDACTED"}, "List": ["REDACTED"],
                "Nested": {"Hidden": "REDACTED"}, "Url": "https://b.s3.amazonaws.com/k?REDACTED"
            })
        );
    }
}
