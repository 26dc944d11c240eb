//! Bodies and events that come in pieces.

use asf_api_bedrock_runtime::operations::InvokeModelWithResponseStream;
use asf_api_bedrock_runtime::{
    BedrockRuntimeApi, BedrockRuntimeError, InvokeModelWithResponseStreamRequest as Request,
    InvokeModelWithResponseStreamResponse, PayloadPart, ResponseStream, ThrottlingException,
};
use asf_macros::provider;
use asf_runtime::shape::{ByteStream, EventStream, StreamError};
use asf_runtime::{AwsError, Bytes};
use futures_util::stream;

use crate::calling::{now, output};

/// Piece by piece.
async fn count(mut body: ByteStream) -> Result<u64, AwsError> {
    let mut length = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| AwsError::sender("IncompleteBody", error.to_string()))?;
        length += piece.len() as u64;
    }
    Ok(length)
}

/// All of it, up to a limit.
async fn text(body: ByteStream) -> Result<String, AwsError> {
    let bytes = body.collect(1 << 20).await.map_err(|it| AwsError::sender("BodyTooLarge", it.to_string()))?;
    String::from_utf8(bytes.into()).map_err(|_| AwsError::validation("The body is not UTF-8."))
}

/// A body that is made while it is sent.
fn countdown(from: u8) -> ByteStream {
    let lines = (0..from).rev().map(|number| Ok(Bytes::from(format!("{number}\n"))));
    ByteStream::from_stream(stream::iter(lines), None)
}

#[derive(Default)]
struct Parrot;

#[provider(service = "bedrock-runtime")]
impl BedrockRuntimeApi for Parrot {
    #[handler("InvokeModelWithResponseStream", expand)]
    async fn invoke(
        &self,
        model_id: String,
        body: Option<Bytes>,
    ) -> Result<InvokeModelWithResponseStreamResponse, BedrockRuntimeError> {
        let chunk = ResponseStream::Chunk(PayloadPart { bytes: body });
        // An error ends the stream, and is sent in it.
        let end = StreamError::Service(Box::new(ThrottlingException::new(format!("{model_id} is tired."))));
        let events = stream::iter([Ok(chunk), Err(end)]);
        Ok(InvokeModelWithResponseStreamResponse {
            body: Some(EventStream::new(events)),
            ..Default::default()
        })
    }
}

#[test]
fn bodies() {
    assert_eq!(now(text(countdown(3))).unwrap(), "2\n1\n0\n");
    assert_eq!(now(count(countdown(11))).unwrap(), 23);
    let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[0; 4096])));
    let error = now(text(ByteStream::from_stream(endless, None))).unwrap_err();
    assert!(error.to_string().starts_with("BodyTooLarge"), "{error}");
}

#[test]
fn events() {
    let input = Request {
        model_id: Some("Polly".to_owned()),
        body: Some(Bytes::from_static(b"hello")),
        ..Default::default()
    };
    let mut events = output::<InvokeModelWithResponseStream>(&Parrot, input).unwrap().body.unwrap();
    let Some(Ok(ResponseStream::Chunk(part))) = now(events.next()) else { panic!("no chunk") };
    assert_eq!(part.bytes.as_deref(), Some(&b"hello"[..]));
    let Some(Err(error)) = now(events.next()) else { panic!("no error") };
    assert_eq!(error.to_string(), "ThrottlingException: Polly is tired.");
}
