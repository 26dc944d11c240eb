//! A provider of a service whose crate is not generated.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use asf_runtime::context::Environment;
use asf_runtime::provider::{Answer, DynamicProvider, DynamicResult, NoSuchOperation, Provider as _};
use asf_runtime::schema::{ServiceSchema, load_service};
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use asf_runtime::{AwsError, RequestContext, Value};

use crate::calling::now;

/// Answers with an output that is written as JSON, by the names of the model.
fn answer(ctx: &RequestContext, output: &serde_json::Value) -> DynamicResult {
    let schema = ctx.operation.output().ok_or_else(|| AwsError::internal("there is no output"))?;
    from_neutral(schema, output).map_err(|error| AwsError::internal(error.to_string()).into())
}

fn streams(service: &'static ServiceSchema) -> Result<DynamicProvider, NoSuchOperation> {
    let count = Arc::new(AtomicU64::new(0));
    let created = count.clone();
    DynamicProvider::new(service)
        .handle("CreateStream", move |_ctx, input| {
            let named = input.member("StreamName").and_then(Value::as_str).is_some();
            created.fetch_add(u64::from(named), Ordering::Relaxed);
            async { Ok(Value::Null) }
        })?
        // Its future holds the context, and is boxed for that.
        .handle_boxed("DescribeLimits", move |ctx, _input| {
            let open = count.load(Ordering::Relaxed);
            Box::pin(async move {
                ctx.clock().until(ctx.clock().now()).await;
                answer(ctx, &serde_json::json!({"ShardLimit": 500, "OpenShardCount": open}))
            })
        })
}

#[test]
fn of_kinesis() {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/kinesis/2013-12-02/service-2.json");
    let service = load_service("kinesis", &std::fs::read(specs).unwrap()).unwrap();
    let provider = streams(service).unwrap();
    let call = |name: &str, input: serde_json::Value| {
        let operation = service.operation(name).unwrap();
        let ctx = RequestContext::new(operation, Environment::default());
        let input = from_neutral(operation.input().unwrap(), &input).unwrap();
        let answer = now(provider.call(&ctx, operation, Box::new(input))).unwrap();
        let Answer::Output(output) = answer else { panic!("{answer:?}") };
        operation.output().map(|schema| to_neutral(schema, &*output))
    };
    assert_eq!(call("CreateStream", serde_json::json!({"StreamName": "s"})), None);
    let limits = call("DescribeLimits", serde_json::json!({})).unwrap();
    assert_eq!((&limits["ShardLimit"], &limits["OpenShardCount"]), (&500.into(), &1.into()));
}
