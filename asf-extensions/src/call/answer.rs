//! What a program answers: an output or an error, each checked against the model.

use asf_runtime::error::{ReceivedError, ServiceError};
use asf_runtime::provider::DynamicResult;
use asf_runtime::schema::Schema;
use asf_runtime::validation::{Style, validate};
use asf_runtime::value::neutral::from_neutral;
use asf_runtime::{AwsError, RequestContext, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use super::{CallError, failure};
use crate::ExtensionName;

/// Characters of a message of the program's own.
const MESSAGE: usize = 2000;

/// `{"output": {..}}` or `{"error": {..}}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Answer {
    Output(Json),
    Error(Problem),
}

/// An error of the service's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    code: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    members: serde_json::Map<String, Json>,
}

/// Reads an answer.
///
/// # Errors
/// The error that the program answered with; or one of ours, when the answer is not of the model.
pub(super) fn read(name: &ExtensionName, ctx: &RequestContext, body: &[u8]) -> DynamicResult {
    let malformed = |reason: String| failure(name.as_str(), ctx, &CallError::Malformed(reason), 500);
    let answer = serde_json::from_slice(body)
        .map_err(|error| malformed(format!("{error}; it is {{\"output\": ..}} or {{\"error\": ..}}")))?;
    match answer {
        Answer::Output(output) => Ok(read_output(ctx, &output).map_err(malformed)?),
        Answer::Error(problem) => Err(read_error(ctx, problem).map_err(malformed)?),
    }
}

fn read_output(ctx: &RequestContext, output: &Json) -> Result<Value, String> {
    let Some(schema) = ctx.operation.output() else { return Ok(Value::Null) };
    of_schema(schema, output).map_err(|reason| format!("the output is wrong: {reason}"))
}

fn read_error(ctx: &RequestContext, problem: Problem) -> Result<Box<dyn ServiceError>, String> {
    let Problem { code, message, status, members } = problem;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:#".contains(&byte);
    if code.is_empty() || !code.bytes().all(is_plain) {
        return Err(format!("{code:?} is no code of an error"));
    }
    if status.is_some_and(|it| !(400..600).contains(&it)) {
        return Err("the status of an error is from 400 to 599".to_owned());
    }
    let service = ctx.operation.service();
    let is_it = |it: &Schema| it.error().is_some_and(|row| row.code == code || it.name() == code);
    // Errors that the operation lists come first: several may have a code.
    let modelled = ctx.operation.errors().find(is_it).or_else(|| service.shapes().find(is_it));
    let Some((schema, row)) = modelled.and_then(|it| Some((it, it.error()?))) else {
        if !members.is_empty() {
            return Err(format!("{} has no error {code}, so that it can have no members", service.name));
        }
        return Ok(new_error(code, message, status.unwrap_or(400), None).into());
    };
    let mut members = members;
    let place = schema.members().find(|it| it.name().eq_ignore_ascii_case("message"));
    if let (Some(place), Some(message)) = (place, &message) {
        members.entry(place.name()).or_insert_with(|| message.as_str().into());
    }
    let message = message.or_else(|| Some(members.get(place?.name())?.as_str()?.to_owned()));
    let members = of_schema(schema, &Json::Object(members))
        .map_err(|reason| format!("the error {code} is wrong: {reason}"))?;
    let status = status.unwrap_or(row.status);
    let error = new_error(row.code.to_owned(), message, status, Some(row.sender_fault));
    Ok(ReceivedError { error, schema: Some(schema), members }.into())
}

fn new_error(code: String, message: Option<String>, status: u16, sender_fault: Option<bool>) -> AwsError {
    let is_senders = sender_fault.unwrap_or(status < 500);
    let of = |text| if is_senders { AwsError::sender(code, text) } else { AwsError::receiver(code, text) };
    let error = match message {
        Some(text) => of(text),
        None => of(String::new()).without_message(),
    };
    error.with_status(status)
}

/// JSON as a value that meets all that its schema asks for.
fn of_schema(schema: Schema, json: &Json) -> Result<Value, String> {
    let value = from_neutral(schema, json).map_err(|error| error.to_string())?;
    validate(schema, &value, Style::CORAL).map_err(|error| error.message().unwrap_or_default().to_owned())?;
    Ok(value)
}

/// The text of `{"message": ".."}`, which is what a program says when it failed itself.
pub(super) fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Failure {
        message: String,
    }
    let text = match serde_json::from_slice::<Failure>(body) {
        Ok(failure) => failure.message,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    text.trim().chars().take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use asf_runtime::context::Environment;
    use serde_json::json;

    use super::*;

    fn answered(operation: &str, answer: &Json) -> DynamicResult {
        let operation = asf_specs::service("kinesis").unwrap().operation(operation).unwrap();
        let ctx = RequestContext::new(operation, Environment::default());
        read(&ExtensionName::new("notes").unwrap(), &ctx, answer.to_string().as_bytes())
    }

    #[test]
    fn outputs() {
        let output = json!({"output": {"StreamNames": ["a"], "HasMoreStreams": false}});
        let value = answered("ListStreams", &output).unwrap();
        assert_eq!(value.member("StreamNames").and_then(Value::as_list).map(<[Value]>::len), Some(1));
        // CreateStream has none.
        assert!(matches!(answered("CreateStream", &json!({"output": {}})).unwrap(), Value::Null));
        assert!(matches!(answered("CreateStream", &json!({"output": null})).unwrap(), Value::Null));
    }

    #[test]
    fn malformed_answers_are_told_with_the_extension() {
        for (answer, expected) in [
            (json!([]), "{\"output\": ..}"),
            (json!("x"), "unknown variant"),
            (json!({}), "{\"output\": ..}"),
            (json!({"result": {}}), "unknown variant `result`"),
            (
                json!({"output": {"StreamNames": ["a"], "HasMoreStreams": false}, "error": {"code": "x"}}),
                "{\"output\"",
            ),
            (json!({"output": []}), "the output is wrong: [] is not an object"),
            (json!({"output": {"StreamNames": "a"}}), "is not an array (at /StreamNames)"),
            (json!({"output": {"StreamNames": [1], "HasMoreStreams": false}}), "(at /StreamNames/0)"),
            (json!({"output": {"StreamNames": ["a"], "hasMore": false}}), "has no member hasMore"),
            (json!({"output": {"StreamNames": ["a"]}}), "Member must not be null"),
            (json!({"error": {}}), "missing field `code`"),
            (json!({"error": {"code": "a b"}}), "\"a b\" is no code"),
            (json!({"error": {"code": "A", "status": 200}}), "from 400 to 599"),
            (json!({"error": {"code": "A", "status": 70000}}), "70000"),
            (json!({"error": {"code": "A", "members": {"x": 1}}}), "kinesis has no error A"),
            (json!({"error": {"code": "LimitExceededException", "members": {"x": 1}}}), "has no member x"),
            (json!({"error": {"code": "A", "kind": "x"}}), "unknown field `kind`"),
        ] {
            let error = answered("ListStreams", &answer).unwrap_err();
            assert_eq!((error.code(), error.status()), ("InternalFailure", 500), "{answer}");
            let message = error.message().unwrap();
            assert!(
                message.starts_with("The extension 'notes', called for kinesis.ListStreams, "),
                "{message}"
            );
            assert!(message.contains(expected), "{answer}: {message}");
        }
    }

    #[test]
    fn errors_of_the_service() {
        let error =
            answered("ListStreams", &json!({"error": {"code": "LimitExceededException", "message": "no"}}));
        let error = error.unwrap_err();
        assert_eq!(
            (error.code(), error.message(), error.status()),
            ("LimitExceededException", Some("no"), 400)
        );
        assert!(error.sender_fault());
        let schema = error.schema().unwrap();
        assert_eq!(
            asf_runtime::value::neutral::to_neutral(schema, error.members().unwrap()),
            json!({"message": "no"})
        );
        for (problem, status, sender) in [
            (json!({"code": "Custom"}), 400, true),
            (json!({"code": "Custom", "status": 503}), 503, false),
            (json!({"code": "LimitExceededException", "status": 429}), 429, true),
        ] {
            let error = answered("ListStreams", &json!({"error": problem})).unwrap_err();
            assert_eq!(
                (error.status(), error.sender_fault(), error.message()),
                (status, sender, None),
                "{problem}"
            );
        }
    }
}
