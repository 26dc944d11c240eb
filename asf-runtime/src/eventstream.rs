#![allow(missing_docs)]
use crate::{
    Shape,
    protocol::Response,
    shape::{ByteStream, EventReads, StreamError},
};
use asf_schema::{Operation, ProtocolKind};
pub async fn read_request(
    _: Operation,
    _: ProtocolKind,
    b: ByteStream,
) -> Result<(ByteStream, Option<EventReads>), StreamError> {
    Ok((b, None))
}
pub fn write_response(_: Operation, _: ProtocolKind, _: &mut dyn Shape, r: Response) -> Response {
    r
}
