//! SES's `SendEmail`, over values: no generated crate is needed for one operation.

use std::sync::Arc;

use asf_runtime::RequestContext;
use asf_runtime::Value;
use asf_runtime::provider::{DynamicProvider, DynamicResult};

use crate::mailbox::{Mail, Mailbox};

/// A provider of SES that answers `SendEmail`, and keeps the mail.
///
/// # Errors
/// When the model of SES has no such operation.
pub fn ses(mailbox: Arc<Mailbox>) -> Result<DynamicProvider, String> {
    let service = asf_specs::service("ses").ok_or("there is no model of ses")?;
    let forgotten = mailbox.clone();
    let provider = DynamicProvider::new(service).named("mailbox").resetting(move || forgotten.clear());
    let provider = provider.handle("SendEmail", move |ctx, input| {
        let answered = send(&mailbox, ctx, &input);
        async move { answered }
    });
    provider.map_err(|error| error.to_string())
}

fn send(mailbox: &Mailbox, ctx: &RequestContext, input: &Value) -> DynamicResult {
    // What the model requires is there: it is checked before. Time and ids come from the context, so that
    // tests can steer them.
    let id = ctx.ids().uuid();
    mailbox.put(Mail {
        id: id.clone(),
        time: ctx.clock().now().to_string(),
        from: text(input, &["Source"]).unwrap_or_default(),
        to: ["ToAddresses", "CcAddresses", "BccAddresses"]
            .into_iter()
            .filter_map(|list| at(input, &["Destination", list])?.as_list())
            .flat_map(|addresses| addresses.iter().filter_map(Value::as_str).map(str::to_owned))
            .collect(),
        subject: text(input, &["Message", "Subject", "Data"]).unwrap_or_default(),
        text: text(input, &["Message", "Body", "Text", "Data"]),
        html: text(input, &["Message", "Body", "Html", "Data"]),
    });
    let mut output = ctx.operation.output().map(asf_runtime::value::StructValue::new);
    if let Some(output) = &mut output {
        output.insert("MessageId", id.into()).map_err(|error| {
            asf_runtime::AwsError::internal(format!("the answer cannot be made: {error}"))
        })?;
    }
    Ok(output.map_or(Value::Null, Value::Struct))
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.member(name))
}

fn text(value: &Value, path: &[&str]) -> Option<String> {
    at(value, path)?.as_str().map(str::to_owned)
}
