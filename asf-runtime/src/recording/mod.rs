//! Answers that are kept in a folder, and given again: `record:<folder>` and `recorded:<folder>` of a chain.
//!
//! Each call is a file of readable JSON, `<folder>/<service>/<operation>/<hash>.json`, with the parameters and
//! the answer in the form that no protocol has a say in ([`to_neutral`]). The hash is
//! that of the parameters, so a call finds its answer whatever protocol it is made in. Idempotency tokens are
//! left out, because clients make them up. Nothing of headers is written, and no secret: see [`redacted`].

mod file;
mod recorder;
mod redact;
mod replay;

pub use file::{RecordedError, Recording, RecordingError};
pub use recorder::Recorder;
pub use redact::{REDACTED, redacted};
pub use replay::Recorded;

use asf_schema::{MemberFlags, Operation, ProtocolKind, Schema};
use http::request::Parts;
use serde_json::{Value as Json, json};

use crate::body::{self, DecodeOptions};
use crate::protocol;
use crate::shape::ByteStream;
use crate::value::neutral::to_neutral;
use crate::{AwsError, Value};

/// The parameters of a request, without secrets and without what clients make up.
async fn parameters(
    operation: Operation,
    protocol: ProtocolKind,
    request: &Parts,
    body: ByteStream,
    max_body: usize,
) -> Result<Json, AwsError> {
    let Some(schema) = operation.input() else { return Ok(json!({})) };
    let mut head = request.clone();
    let body = body::decode(&mut head.headers, body, DecodeOptions::of(operation))?;
    let body = body.collect(max_body).await.map_err(AwsError::from)?;
    let mut input = Value::structure(schema);
    protocol::of(protocol).parse_request(operation, &head, body.into(), &mut input)?;
    let mut parameters = to_neutral(schema, &input);
    if let Some(members) = parameters.as_object_mut() {
        for member in schema.members().filter(|it| it.has(MemberFlags::IDEMPOTENCY_TOKEN)) {
            members.remove(member.name());
        }
    }
    redacted(schema, &mut parameters);
    Ok(parameters)
}

/// Whether an operation's answer or input is a stream of events, which is not recorded.
fn has_events(operation: Operation) -> bool {
    let is_stream = |schema: Schema| schema.streaming().is_some_and(|it| it.has(MemberFlags::EVENT_STREAM));
    operation.input().is_some_and(is_stream) || operation.output().is_some_and(is_stream)
}
