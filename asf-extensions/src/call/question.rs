//! What a program is told of a call.

use asf_runtime::schema::Schema;
use asf_runtime::value::neutral::to_neutral;
use asf_runtime::{AwsError, Bytes, RequestContext, Value};
use http::HeaderMap;
use serde_json::{Map, Value as Json, json};

/// Bytes of a streamed body, at most: it goes in one piece, as base64.
const STREAM_MOST: usize = 16 << 20;

/// The body of the request: input and context. Takes the stream out of the input.
///
/// # Errors
/// What the client is told of a body that is too large or does not arrive.
pub(super) async fn body(ctx: &RequestContext, input: &mut Value) -> Result<Bytes, AwsError> {
    collect_stream(ctx, input).await?;
    let input = ctx.operation.input().map_or_else(|| json!({}), |schema| to_neutral(schema, input));
    let question = json!({ "input": input, "context": context(ctx) });
    Ok(Bytes::from(question.to_string()))
}

async fn collect_stream(ctx: &RequestContext, input: &mut Value) -> Result<(), AwsError> {
    let Some(member) = ctx.operation.input().and_then(Schema::streaming) else { return Ok(()) };
    let Value::Struct(members) = input else { return Ok(()) };
    let Some(Value::Stream(stream)) = members.remove(member.name()) else { return Ok(()) };
    let bytes = stream.collect(STREAM_MOST).await.map_err(|error| error.into_error(ctx.protocol))?;
    let put = members.insert(member.name(), Value::Blob(bytes));
    put.map_err(|error| AwsError::internal(error.to_string()))
}

fn context(ctx: &RequestContext) -> Json {
    json!({
        "service": ctx.operation.service().name,
        "operation": ctx.operation.name(),
        "account_id": ctx.account_id.to_string(),
        "region": ctx.region.as_str(),
        "partition": ctx.partition().to_string(),
        "request_id": ctx.request_id,
        "access_key_id": ctx.credentials.as_ref().map(|it| it.access_key_id.as_str()),
        "now": ctx.clock().now().seconds_f64(),
        "method": ctx.request.method.as_str(),
        "path": ctx.request.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str),
        "headers": headers(&ctx.request.headers),
    })
}

/// By name, in lower case; several of a name in one, as HTTP has it.
fn headers(headers: &HeaderMap) -> Json {
    let mut all = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|it| String::from_utf8_lossy(it.as_bytes()));
        all.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(", ").into());
    }
    Json::Object(all)
}

#[cfg(test)]
mod tests {
    use asf_runtime::context::{Credentials, Environment};
    use asf_runtime::error::ServiceError as _;
    use asf_runtime::shape::ByteStream;
    use asf_runtime::value::neutral::from_neutral;

    use super::*;

    /// What is sent for an upload of these bytes, in pieces, to S3.
    async fn upload(bytes: Vec<u8>) -> Result<Json, AwsError> {
        let operation = asf_specs::service("s3").unwrap().operation("PutObject").unwrap();
        let mut ctx = RequestContext::new(operation, Environment::default());
        ctx.credentials = Some(Credentials { access_key_id: "AKIA".to_owned(), session_token: None });
        ctx.request.uri = "/b/k?x=1".parse().unwrap();
        for value in ["a", "b"] {
            ctx.request.headers.append("x-many", value.parse().unwrap());
        }
        let pieces: Vec<_> = bytes.chunks(1 << 20).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
        let stream = ByteStream::from_stream(futures_util::stream::iter(pieces), None);
        let mut input =
            from_neutral(operation.input().unwrap(), &json!({"Bucket": "b", "Key": "k"})).unwrap();
        if let Value::Struct(members) = &mut input {
            members.insert("Body", Value::Stream(stream)).unwrap();
        }
        Ok(serde_json::from_slice(&body(&ctx, &mut input).await?).unwrap())
    }

    #[tokio::test]
    async fn streams_go_as_base64_up_to_a_limit() {
        let sent = upload(vec![0xff; 3]).await.unwrap();
        assert_eq!(sent["input"], json!({"Body": "////", "Bucket": "b", "Key": "k"}));
        let context = &sent["context"];
        assert_eq!((&context["access_key_id"], &context["path"]), (&"AKIA".into(), &"/b/k?x=1".into()));
        assert_eq!(context["headers"], json!({"x-many": "a, b"}));
        assert!(upload(vec![0; STREAM_MOST]).await.is_ok());
        let error = upload(vec![0; STREAM_MOST + 1]).await.unwrap_err();
        assert_eq!(error.code(), "EntityTooLarge");
    }
}
