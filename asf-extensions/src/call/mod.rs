//! A call of an operation: parsed input to the program as JSON, and back what it answers.

mod answer;
mod question;

use std::sync::Arc;

use asf_runtime::error::ServiceError;
use asf_runtime::gateway::edge::{UnixError, send_over_unix};
use asf_runtime::provider::DynamicResult;
use asf_runtime::shape::ByteStream;
use asf_runtime::{AwsError, Bytes, RequestContext, Value};
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};

use crate::program::Instance;
use crate::{Moment, Program, Status};

/// Bytes of an answer, at most.
const MOST: usize = 128 << 20;

/// Why there is no answer that could be passed on.
#[derive(Debug, thiserror::Error)]
enum CallError {
    /// Nothing has been sent: nobody listens any more.
    #[error("does not listen")]
    NotConnected,
    /// It ended, or broke off.
    #[error("{0}")]
    BrokenOff(String),
    /// It took too long.
    #[error("did not answer in {0} s")]
    Late(f64),
    /// It answered with something else than an answer.
    #[error("gave no proper answer: {0}")]
    Malformed(String),
    /// It says that it failed itself.
    #[error("failed: {0}")]
    Failed(String),
}

/// Calls the operation of a context.
pub(crate) async fn call(program: &Program, ctx: &RequestContext, mut input: Value) -> DynamicResult {
    let body = question::body(ctx, &mut input).await?;
    // A program that crashed since the last call is started again, once, for a call that it has not seen.
    let mut attempts = 0;
    loop {
        attempts += 1;
        let instance = program.ready().await.map_err(|error| unavailable(&error))?;
        let answer = ask(program, &instance, ctx, body.clone()).await;
        match answer {
            Ok(answer) => return answer::read(program.name(), ctx, &answer),
            Err(CallError::NotConnected) if attempts == 1 => {
                program.gone(&instance).await;
            }
            Err(error) => return Err(failed(program, &instance, ctx, error).await.into()),
        }
    }
}

/// Tells a program of a moment. One that does not run is started for it, but for the end.
///
/// # Errors
/// What went wrong, in a sentence.
pub(crate) async fn notify(program: &Program, moment: Moment) -> Result<(), String> {
    let instance = match program.status() {
        Status::Running(instance) => instance,
        _ if moment == Moment::OnInfraShutdown => return Ok(()),
        _ => program.ready().await.map_err(|error| error.to_string())?,
    };
    let path = format!("/hooks/{}", moment.name());
    let told = exchange(&instance, &path, Bytes::from_static(b"{}"));
    let told = tokio::time::timeout(program.manifest().call_timeout, told).await;
    let told = told.unwrap_or(Err(CallError::Late(program.manifest().call_timeout.as_secs_f64())));
    told.map(drop).map_err(|error| format!("the extension '{}' {error}", program.name()))
}

async fn ask(
    program: &Program,
    instance: &Instance,
    ctx: &RequestContext,
    body: Bytes,
) -> Result<Bytes, CallError> {
    let path = format!("/operations/{}/{}", ctx.operation.service().name, ctx.operation.name());
    let time = program.manifest().call_timeout;
    tokio::time::timeout(time, exchange(instance, &path, body))
        .await
        .unwrap_or(Err(CallError::Late(time.as_secs_f64())))
}

async fn exchange(instance: &Instance, path: &str, body: Bytes) -> Result<Bytes, CallError> {
    let mut request = Request::new(ByteStream::from(body));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = path.parse().map_err(|_| CallError::Malformed(format!("{path:?} is no path")))?;
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let response = send_over_unix(&instance.socket, request).await.map_err(|error| match error {
        UnixError::Connect(_) => CallError::NotConnected,
        UnixError::Http(error) => broken_off(&error),
    })?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST).collect().await;
    let body = body.map_err(|error| match error.downcast::<hyper::Error>() {
        Ok(error) => broken_off(&error),
        Err(_) => CallError::Malformed(format!("it is larger than {MOST} bytes")),
    })?;
    let body = body.to_bytes();
    match status {
        StatusCode::OK => Ok(body),
        StatusCode::INTERNAL_SERVER_ERROR => Err(CallError::Failed(answer::message(&body))),
        _ => Err(CallError::Malformed(format!("its status is {status}, not 200"))),
    }
}

/// A connection without the end of an answer on it.
fn broken_off(error: &hyper::Error) -> CallError {
    if error.is_parse() {
        return CallError::Malformed(format!("it is no HTTP: {error}"));
    }
    CallError::BrokenOff("broke off the connection".to_owned())
}

/// What the caller is told, and the log.
async fn failed(
    program: &Program,
    instance: &Arc<Instance>,
    ctx: &RequestContext,
    mut error: CallError,
) -> AwsError {
    let status = match &error {
        CallError::NotConnected => 502,
        CallError::BrokenOff(_) => {
            if let Some(reason) = program.gone(instance).await {
                error = CallError::BrokenOff(reason);
            }
            502
        }
        CallError::Late(_) => 504,
        CallError::Malformed(_) | CallError::Failed(_) => 500,
    };
    failure(program.name().as_str(), ctx, &error, status)
}

/// An error of the extension's, with its name and the operation.
fn failure(name: &str, ctx: &RequestContext, error: &CallError, status: u16) -> AwsError {
    let operation = format!("{}.{}", ctx.operation.service().name, ctx.operation.name());
    tracing::error!(extension = name, operation, "an extension {error}");
    AwsError::internal(format!("The extension '{name}', called for {operation}, {error}")).with_status(status)
}

fn unavailable(error: &crate::Unavailable) -> Box<dyn ServiceError> {
    let text = error.to_string();
    let (status, message) = (error.status(), text.replacen("the extension", "The extension", 1));
    let code = if status == 503 { "ServiceUnavailable" } else { "InternalFailure" };
    AwsError::receiver(code, message).with_status(status).into()
}
