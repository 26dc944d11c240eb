//! The notation of `scaffold marshal`, and patterns of models.
#![no_main]

use asf_runtime::value::neutral::{from_neutral, to_neutral};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(schema) = asf_specs::service("dynamodb").and_then(|it| it.shape("PutItemInput")) else { return };
    let Ok(json) = serde_json::from_slice(data) else { return };
    let Ok(value) = from_neutral(schema, &json) else { return };
    let again = to_neutral(schema, &value);
    assert_eq!(from_neutral(schema, &again).ok(), Some(value));
});
