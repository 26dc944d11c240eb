//! Answers what was recorded.

use std::path::PathBuf;

use asf_schema::Operation;
use futures_util::future::BoxFuture;
use serde_json::Value as Json;

use super::file::{RecordedError, folder_of, malformed, path_of};
use super::{Recording, has_events, parameters};
use crate::error::ReceivedError;
use crate::gateway::handlers::MAX_BODY;
use crate::ids::Ids;
use crate::protocol::{self, Exchange, Response};
use crate::provider::{Forward, Onward, Source};
use crate::value::neutral::from_neutral;
use crate::{AwsError, Value};

/// Answers what is recorded in a folder. It is asked for operations that have a recording; for parameters that
/// were not recorded it answers that, and no later backend of the chain is asked.
#[derive(Clone, Debug)]
pub struct Recorded {
    folder: PathBuf,
    source: Source,
}

impl Recorded {
    /// From this folder.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let source = Source::named(&format!("recorded:{}", folder.display()));
        Self { folder, source }
    }

    fn none(&self, operation: Operation, parameters: &Json) -> AwsError {
        let folder = folder_of(&self.folder, operation);
        let count = std::fs::read_dir(&folder).map_or(0, |it| it.flatten().filter(is_recording).count());
        let message = format!(
            "{}.{} was not recorded with these parameters; {} has {count} with others. The parameters are {}",
            operation.service().name,
            operation.name(),
            folder.display(),
            crate::codec::text::shortened(&parameters.to_string()),
        );
        AwsError::receiver("NotImplemented", message).with_status(501)
    }
}

fn is_recording(entry: &std::fs::DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    !name.starts_with('.') && name.ends_with(".json")
}

impl Forward for Recorded {
    fn source(&self) -> Source {
        self.source
    }

    fn has(&self, operation: Operation) -> BoxFuture<'_, Result<bool, AwsError>> {
        let folder = folder_of(&self.folder, operation);
        Box::pin(async move {
            let any =
                move || std::fs::read_dir(folder).is_ok_and(|it| it.flatten().any(|it| is_recording(&it)));
            Ok(!has_events(operation) && tokio::task::spawn_blocking(any).await.unwrap_or(false))
        })
    }

    fn forward(&self, onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>> {
        Box::pin(async move {
            let Onward { operation, protocol: kind, request, .. } = onward;
            let (head, body) = request.into_parts();
            let parameters = parameters(operation, kind, &head, body, MAX_BODY).await?;
            let path = path_of(&self.folder, operation, &parameters);
            let file = path.clone();
            let read = tokio::task::spawn_blocking(move || Recording::read(&file)).await;
            let read = read.map_err(|error| AwsError::internal(error.to_string()))?;
            let Some(recording) = read.map_err(|error| AwsError::internal(error.to_string()))? else {
                return Err(self.none(operation, &parameters));
            };
            let request_id = Ids::random().uuid();
            let exchange = Exchange { headers: &head.headers, request_id: &request_id };
            let protocol = protocol::of(kind);
            if let Some(error) = recording.error {
                let error = received(operation, error);
                return Ok(protocol.serialize_error(operation.service(), Some(operation), &error, exchange));
            }
            let wrong =
                |reason: &dyn std::fmt::Display| AwsError::internal(malformed(&path, reason).to_string());
            let output = recording.output.unwrap_or_default();
            let mut output = match operation.output() {
                Some(schema) => from_neutral(schema, &output).map_err(|error| wrong(&error))?,
                None => Value::Null,
            };
            protocol.serialize_response(operation, &mut output, exchange).map_err(|error| wrong(&error))
        })
    }

    fn reset<'a>(&'a self, _: Option<&'a str>) -> BoxFuture<'a, Result<bool, AwsError>> {
        // Files are kept until somebody removes them.
        Box::pin(std::future::ready(Ok(false)))
    }
}

/// The error as it was received. Members that do not fit the model any more are left out.
fn received(operation: Operation, error: RecordedError) -> ReceivedError {
    let RecordedError { code, message, status, is_senders_fault, modelled } = error;
    let message = message.unwrap_or_default();
    let is_empty = message.is_empty();
    let made =
        if is_senders_fault { AwsError::sender(code, message) } else { AwsError::receiver(code, message) };
    let made = made.with_status(status);
    let made = if is_empty { made.without_message() } else { made };
    let modelled = modelled.and_then(|(name, members)| {
        let schema = operation.service().shape(&name)?;
        Some((schema, from_neutral(schema, &members).ok()?))
    });
    match modelled {
        Some((schema, members)) => ReceivedError { error: made, schema: Some(schema), members },
        None => ReceivedError { error: made, schema: None, members: Value::Null },
    }
}
