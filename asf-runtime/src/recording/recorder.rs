//! Writes down what is answered.

use std::path::PathBuf;

use asf_schema::{Operation, ProtocolKind, Schema};
use serde_json::Value as Json;

use super::file::{RecordedError, path_of};
use super::{Recording, has_events, parameters, redacted};
use crate::error::ServiceError;
use crate::gateway::GatewayContext;
use crate::protocol::{self, Response};
use crate::value::neutral::to_neutral;
use crate::{AwsError, Value};

/// Writes calls and their answers into a folder, whoever gives them.
#[derive(Clone, Debug)]
pub struct Recorder {
    folder: PathBuf,
}

/// A call that is answered later.
pub(crate) struct Begun {
    operation: Operation,
    protocol: ProtocolKind,
    parameters: Json,
}

impl Recorder {
    /// Into this folder, which is made with the first recording.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Reads the parameters of a call that is about to be answered. Its body is collected for that.
    ///
    /// # Errors
    /// When the request is malformed: nothing of it is recorded then.
    pub(crate) async fn begin(
        &self,
        ctx: &mut GatewayContext,
        operation: Operation,
    ) -> Result<Option<Begun>, AwsError> {
        if has_events(operation) {
            tracing::debug!(operation = operation.name(), "streams of events are not recorded");
            return Ok(None);
        }
        let body = std::mem::take(&mut ctx.body).collect(ctx.max_body).await.map_err(AwsError::from)?;
        ctx.body = body.clone().into();
        let parameters = parameters(operation, ctx.protocol, &ctx.request, body.into(), ctx.max_body).await?;
        Ok(Some(Begun { operation, protocol: ctx.protocol, parameters }))
    }

    /// Writes down the answer. That it cannot is a warning, and nothing that the client is told.
    pub(crate) async fn end(&self, begun: Begun, ctx: &mut GatewayContext, error: Option<RecordedError>) {
        let source = ctx.source.map_or("none", |it| it.as_str());
        let Begun { operation, protocol, parameters } = begun;
        let path = path_of(&self.folder, operation, &parameters);
        let mut recording = Recording {
            service: operation.service().name.to_owned(),
            operation: operation.name().to_owned(),
            source: source.to_owned(),
            parameters,
            output: None,
            error,
        };
        if recording.error.is_none() {
            let read = read(operation, protocol, &mut ctx.response, ctx.max_body).await;
            match read {
                Ok(Ok(output)) => recording.output = Some(output),
                Ok(Err(error)) => recording.error = Some(error),
                Err(reason) => {
                    tracing::warn!(operation = operation.name(), %reason, "an answer is not recorded");
                    return;
                }
            }
        }
        match tokio::task::spawn_blocking(move || recording.write(&path)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "an answer is not recorded"),
            Err(error) => tracing::warn!(%error, "an answer is not recorded"),
        }
    }
}

/// Reads an answer, and leaves it as it was.
async fn read(
    operation: Operation,
    kind: ProtocolKind,
    response: &mut Response,
    max_body: usize,
) -> Result<Result<Json, RecordedError>, String> {
    let protocol = protocol::of(kind);
    let body = std::mem::take(response.body_mut());
    let body = body.collect(max_body).await.map_err(|error| error.to_string())?;
    *response.body_mut() = body.clone().into();
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    head.headers_mut().clone_from(response.headers());
    let (head, ()) = head.into_parts();
    if protocol.is_error(operation, &head, &body) {
        return Ok(Err(RecordedError::of(&protocol.parse_error(operation, &head, &body))));
    }
    let Some(schema) = operation.output() else { return Ok(Ok(Json::Object(Default::default()))) };
    let mut output = Value::structure(schema);
    let parsed = protocol.parse_response(operation, &head, body.clone().into(), &mut output);
    parsed.map_err(|error| error.to_string())?;
    let mut output = to_neutral(schema, &output);
    // A stream is handed on, not read: here it is all there.
    if let (Some(member), Some(members)) = (schema.streaming(), output.as_object_mut())
        && !members.contains_key(member.name())
    {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&body);
        members.insert(member.name().to_owned(), text.into());
    }
    redacted(schema, &mut output);
    Ok(Ok(output))
}

impl RecordedError {
    pub(crate) fn of(error: &dyn ServiceError) -> Self {
        let modelled = |(schema, members): (Schema, &dyn crate::Shape)| {
            let mut members = to_neutral(schema, members);
            redacted(schema, &mut members);
            (schema.name().to_owned(), members)
        };
        Self {
            code: error.code().to_owned(),
            message: error.message().map(str::to_owned),
            status: error.status(),
            is_senders_fault: error.sender_fault(),
            modelled: error.schema().zip(error.members()).map(modelled),
        }
    }
}
