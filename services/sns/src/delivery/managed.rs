//! Deliveries to functions and delivery streams, if somebody answers for them.

use asf_api_firehose::{FirehoseApi as _, FirehoseClient, PutRecordInput, Record, operations::PutRecord};
use asf_api_lambda::{InvocationRequest, InvocationType, LambdaApi as _, LambdaClient, operations::Invoke};
use asf_runtime::RequestContext;
use asf_runtime::client::Connect;
use asf_runtime::context::Environment;
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::schema::Operation;

use super::retries::Failure;
use super::target::Resource;

fn context(operation: Operation, of: &Resource, environment: &Environment) -> RequestContext {
    let mut ctx = RequestContext::new(operation, environment.clone());
    ctx.account_id = of.account;
    ctx.region = of.region.clone();
    ctx
}

/// Has a function handle an event; nobody waits for what it says.
///
/// # Errors
/// Lambda's, `NotImplemented` if nobody answers for it.
pub(super) async fn invoke(
    connect: &Connect,
    function: &Resource,
    event: String,
    environment: &Environment,
) -> Result<(), Failure> {
    let ctx = context(Invoke::operation(), function, environment);
    let input = InvocationRequest {
        function_name: Some(function.arn.clone()),
        invocation_type: Some(InvocationType::Event),
        payload: Some(event.into()),
        ..Default::default()
    };
    let answer = LambdaClient::new(connect.clone()).invoke(&ctx, input).await;
    answer.map(drop).map_err(|error| Failure::of(&error))
}

/// Puts a record into a delivery stream.
///
/// # Errors
/// Firehose's, `NotImplemented` if nobody answers for it.
pub(super) async fn put_record(
    connect: &Connect,
    stream: &Resource,
    record: String,
    environment: &Environment,
) -> Result<(), Failure> {
    let ctx = context(PutRecord::operation(), stream, environment);
    let input = PutRecordInput {
        delivery_stream_name: Some(stream.name.clone()),
        record: Some(Record { data: Some(record.into()) }),
    };
    let answer = FirehoseClient::new(connect.clone()).put_record(&ctx, input).await;
    answer.map(drop).map_err(|error| Failure::of(&error))
}
