//! `DELETE /_aws/dynamodb/expired`: deletes what is over at once, as LocalStack's users know it. The answer is
//! `{"ExpiredItems": 1}`.

use std::any::Any;

use asf_runtime::context::Environment;
use asf_runtime::linkme;
use asf_runtime::plugin::{DEVELOPER_ENDPOINTS, DeveloperEndpoint};
use asf_runtime::protocol::{Request, Response};
use asf_runtime::provider::Provider;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode, header};

use crate::{DynamoProvider, expiry};

const PREFIX: &str = "/_aws/dynamodb/expired";

#[linkme::distributed_slice(DEVELOPER_ENDPOINTS)]
#[linkme(crate = asf_runtime::linkme)]
static EXPIRED: DeveloperEndpoint = DeveloperEndpoint { service: "dynamodb", prefix: PREFIX, answer };

fn answer<'a>(
    provider: &'a dyn Provider,
    environment: &'a Environment,
    request: Request,
) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        let provider: &dyn Any = provider;
        let (status, body) = match provider.downcast_ref::<DynamoProvider>() {
            None => (StatusCode::NOT_IMPLEMENTED, error("DynamoDB is answered by another provider.")),
            Some(_) if request.method() != Method::DELETE => {
                (StatusCode::METHOD_NOT_ALLOWED, error("Only DELETE is allowed here."))
            }
            Some(provider) => {
                let deleted = expiry::delete_expired(provider.store(), environment.clock.now());
                (StatusCode::OK, serde_json::json!({"ExpiredItems": deleted}))
            }
        };
        let mut response = Response::new(body.to_string().into_bytes().into());
        *response.status_mut() = status;
        let json = header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    })
}

fn error(message: &str) -> serde_json::Value {
    serde_json::json!({"error": message})
}
