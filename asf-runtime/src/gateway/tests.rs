//! Requests through the AWS chain, over a provider without generated code.

use std::sync::Arc;

use asf_routing::Router;
use asf_schema::{ServiceSchema, load_service};
use futures_util::FutureExt as _;

use super::handlers::SOURCE;
use super::{AwsChainOptions, Gateway, Services, aws_chain_with};
use crate::client::{Connect, InProcess, Transport as _};
use crate::context::Environment;
use crate::provider::{DynamicProvider, Providers};
use crate::shape::ByteStream;
use crate::value::StructValue;
use crate::{AwsError, RequestContext, Value};

const SPEC: &str = r#"{
  "metadata": {"protocol": "json", "jsonVersion": "1.0", "targetPrefix": "Things", "serviceId": "Things",
               "endpointPrefix": "things", "apiVersion": "2026-01-01"},
  "operations": {
    "Echo": {"name": "Echo", "http": {"method": "POST", "requestUri": "/"},
             "input": {"shape": "Text"}, "output": {"shape": "Text"}, "errors": [{"shape": "Gone"}]},
    "Fail": {"name": "Fail", "http": {"method": "POST", "requestUri": "/"}},
    "Panic": {"name": "Panic", "http": {"method": "POST", "requestUri": "/"}},
    "WhoAmI": {"name": "WhoAmI", "http": {"method": "POST", "requestUri": "/"}, "output": {"shape": "Text"}},
    "Nothing": {"name": "Nothing", "http": {"method": "POST", "requestUri": "/"}}
  },
  "shapes": {
    "Text": {"type": "structure", "required": ["text"], "members": {"text": {"shape": "String"}}},
    "Gone": {"type": "structure", "exception": true, "members": {"Message": {"shape": "Words"}, "since": {"shape": "Words"}},
             "error": {"code": "Things.Gone", "httpStatusCode": 404, "senderFault": true}},
    "TooManyRequestsException": {"type": "structure", "exception": true, "members": {"message": {"shape": "Words"}},
             "error": {"httpStatusCode": 429, "senderFault": true}},
    "Words": {"type": "string"},
    "String": {"type": "string", "max": 5}
  }
}"#;

pub(crate) fn service() -> &'static ServiceSchema {
    load_service("things", SPEC.as_bytes()).unwrap()
}

fn text(schema: &'static ServiceSchema, text: String) -> Value {
    let mut value = StructValue::new(schema.shape("Text").unwrap());
    value.insert("text", text.into()).unwrap();
    Value::Struct(value)
}

pub(crate) fn providers(service: &'static ServiceSchema) -> Providers {
    let provider = DynamicProvider::new(service)
        .handle("Echo", |_, input| async move { Ok(input) })
        .and_then(|it| it.handle("Fail", |_, _| async { Err(AwsError::sender("Sorry", "no luck").into()) }))
        .and_then(|it| it.handle("Panic", |_, _| async { panic!("a fault of ours") }))
        .and_then(|it| {
            it.handle("WhoAmI", move |ctx, _| {
                let who = format!("{} {}", ctx.account_id, ctx.region);
                async move { Ok(text(service, who)) }
            })
        })
        .unwrap();
    Providers::default().with(Arc::new(provider))
}

fn gateway() -> Gateway {
    gateway_with(AwsChainOptions::default())
}

/// A gateway at which only these services may be called.
fn gateway_of(enabled: Vec<String>) -> Gateway {
    let services = Services { enabled: Some(enabled), ..things() };
    Gateway::new(aws_chain_with(Arc::new(services), AwsChainOptions::default()), Environment::default())
}

pub(crate) fn things() -> Services {
    let service = service();
    let router: &'static Router = Box::leak(Box::new(Router::of(service)));
    Services { router, catalogue: |_| None, providers: Arc::new(providers(service)), enabled: None }
}

/// A gateway over the service `things`.
pub(crate) fn gateway_with(options: AwsChainOptions) -> Gateway {
    gateway_in(options, Environment::default())
}

/// A gateway over the service `things`, with time and ids of its own.
pub(crate) fn gateway_in(options: AwsChainOptions, environment: Environment) -> Gateway {
    Gateway::new(aws_chain_with(Arc::new(things()), options), environment)
}

/// Status, `x-asf-source` and body of the answer.
fn call(operation: &str, body: &'static str, authorization: &str) -> (u16, String, String) {
    let request = http::Request::post("/")
        .header("x-amz-target", format!("Things.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", authorization)
        .body(ByteStream::from(body))
        .unwrap();
    answer(&gateway(), request)
}

fn answer(gateway: &Gateway, request: crate::protocol::Request) -> (u16, String, String) {
    let response = gateway.process(request).now_or_never().unwrap();
    let (parts, body) = response.into_parts();
    let source = parts.headers[SOURCE].to_str().unwrap().to_owned();
    let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
    (parts.status.as_u16(), source, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn answers() {
    let signed =
        "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/things/aws4_request, SignedHeaders=host";
    for (operation, body, authorization, status, source, expected) in [
        ("Echo", r#"{"text":"hello"}"#, "", 200, "native", r#"{"text":"hello"}"#),
        ("WhoAmI", "{}", "", 200, "native", r#"{"text":"000000000000 us-east-1"}"#),
        ("WhoAmI", "{}", signed, 200, "native", r#"{"text":"111122223333 eu-west-1"}"#),
        ("Fail", "{}", "", 400, "native", "no luck"),
        ("Panic", "{}", "", 500, "native", "InternalFailure"),
        ("Nothing", "{}", "", 501, "none", "The operation things.Nothing is not implemented."),
        ("NoSuch", "{}", "", 400, "none", "UnknownOperationException"),
        ("Echo", "{", "", 400, "native", "SerializationException"),
        ("Echo", r#"{"text":7}"#, "", 400, "native", "SerializationException"),
        (
            "Echo",
            r#"{"text":"too long"}"#,
            "",
            400,
            "native",
            "1 validation error detected: Value 'too long' at 'text' failed to satisfy constraint: \
             Member must have length less than or equal to 5",
        ),
    ] {
        let (found, from, text) = call(operation, body, authorization);
        assert_eq!((found, from.as_str()), (status, source), "{operation} {body}: {text}");
        assert!(text.contains(expected), "{operation} {body}: {text}");
    }
}

#[test]
fn calls_from_within() {
    let service = service();
    let transport = InProcess::new(Arc::new(providers(service)));
    let operation = |name: &str| service.operation(name).unwrap();
    let mut ctx = RequestContext::new(operation("Echo"), Environment::default());
    ctx.account_id = "111122223333".parse().unwrap();
    let call = |name: &str| {
        let input = Box::new(text(service, "hi".to_owned()));
        transport.call(&ctx, operation(name), input, Box::new(Value::Null)).now_or_never().unwrap()
    };
    let shown = |name| call(name).map(|it| format!("{:?}", it.get(0).and_then(crate::Shape::scalar)));
    assert_eq!(shown("Echo").unwrap(), r#"Some(Str("hi"))"#);
    // The callee acts for the caller's account.
    assert_eq!(shown("WhoAmI").unwrap(), r#"Some(Str("111122223333 us-east-1"))"#);
    assert_eq!(call("Fail").err().unwrap().code(), "Sorry");
    assert_eq!(call("Nothing").err().unwrap().code(), "NotImplemented");
}

/// A provider gets the way to the others before they are there, and does not keep them.
#[test]
fn calls_by_settings() {
    let service = service();
    let providers = Arc::new(providers(service));
    let connect = providers.plugins().settings().clone().connect();
    let operation = service.operation("WhoAmI").unwrap();
    let ctx = RequestContext::new(operation, Environment::default());
    let code = |connect: &Connect| {
        let (input, output) = (Box::new(text(service, "hi".to_owned())), Box::new(Value::Null));
        let answer = connect.call(&ctx, operation, input, output).now_or_never().unwrap();
        answer.map_or_else(|error| error.code().to_owned(), |_| "answered".to_owned())
    };
    assert_eq!(code(&connect), "NotImplemented");
    providers.introduce();
    assert_eq!(code(&connect), "answered");
    // Another process may begin with the same settings.
    let other = crate::plugin::Plugins::new(providers.plugins().settings().clone());
    assert_eq!(code(&other.settings().connect()), "NotImplemented");
    drop(providers);
    assert_eq!(code(&connect), "NotImplemented");
}

#[test]
fn services_that_are_not_enabled() {
    let request = || {
        http::Request::post("/").header("x-amz-target", "Things.WhoAmI").body(ByteStream::from("{}")).unwrap()
    };
    let (status, source, text) = answer(&gateway_of(vec!["sqs".to_owned()]), request());
    assert_eq!((status, source.as_str()), (501, "none"));
    assert!(text.contains("Service 'things' is not enabled."), "{text}");
    assert_eq!(answer(&gateway_of(vec!["things".to_owned()]), request()).0, 200);
}
