//! What `#[provider]` writes calls of: from a boxed input to a handler's arguments, and from what it
//! returns to an [`Answer`]. Everything that is not about tokens is here, so that it is compiled once and
//! is tested as any other code.

use std::any::Any;

use asf_schema::Schema;
pub use futures_util::future::BoxFuture;

use super::{Answer, Handler, HandlerResult, Provider, TypedOperation, TypedProvider};
use crate::client::fit;
use crate::error::ServiceError;
use crate::protocol;
use crate::shape::ByteStream;
use crate::validation::{self, Style};
use crate::{AwsError, RequestContext, Shape};

/// Greatest body of a raw response that is read back for a caller within the process.
const MAX_RAW_BODY: usize = 64 << 20;

/// The row of an operation in a provider's table.
pub fn handler<P: ?Sized, O: TypedOperation>(
    call: for<'a> fn(&'a P, &'a RequestContext, Box<dyn Shape>) -> BoxFuture<'a, HandlerResult>,
) -> Handler<P> {
    Handler { operation: O::operation().index(), new_input: || Box::new(O::Input::default()), call }
}

/// The input that a dispatcher hands on, as the operation's type.
///
/// # Errors
/// `InternalFailure` if it is of another type, which no dispatcher does.
pub fn input<O: TypedOperation>(input: Box<dyn Shape>) -> Result<O::Input, Box<dyn ServiceError>> {
    let input: Box<dyn Any> = input;
    match input.downcast::<O::Input>() {
        Ok(input) => Ok(*input),
        Err(_) => Err(AwsError::internal("a typed provider was called with another input").into()),
    }
}

/// The row of an operation that reads its input into a type of the provider's own: one with the members that the
/// operation's has.
pub fn own_handler<P: ?Sized, O: TypedOperation, I: Shape + Default>(
    call: for<'a> fn(&'a P, &'a RequestContext, Box<dyn Shape>) -> BoxFuture<'a, HandlerResult>,
) -> Handler<P> {
    Handler { operation: O::operation().index(), new_input: || Box::new(I::default()), call }
}

/// The input that a dispatcher hands on, as the type that the provider has for it. One of another type, such as the
/// operation's, is copied.
///
/// # Errors
/// `InternalFailure` if it is no input of the operation.
pub fn own_input<O: TypedOperation, I: Shape + Default>(
    input: Box<dyn Shape>,
) -> Result<Box<I>, Box<dyn ServiceError>> {
    let is_own = (&*input as &dyn Any).is::<I>();
    let input = if is_own { input } else { fit(O::operation().input(), input, Box::<I>::default())? };
    let input: Box<dyn Any> = input;
    input.downcast::<I>().map_err(|_| AwsError::internal("an input is of another type").into())
}

/// What a function of the trait returned.
///
/// # Errors
/// The function's own.
pub fn typed<O: TypedOperation>(result: Result<O::Output, O::Error>) -> HandlerResult {
    Ok(Answer::Output(Box::new(result?)))
}

/// What a handler may return. `Kind` tells the implementations apart and is inferred.
#[diagnostic::on_unimplemented(
    message = "a handler of this operation does not answer with `{Self}`",
    label = "not an answer of this operation",
    note = "it answers with `Result<Output, Error>`, where these are the types of the operation; with \
            `Output` alone; or, to send an HTTP response as it is, with `http::Response<ByteStream>` or \
            `Result<http::Response<ByteStream>, Error>`"
)]
pub trait IntoAnswer<O, Kind> {
    /// As the gateway takes it.
    ///
    /// # Errors
    /// The handler's own.
    fn into_answer(self) -> HandlerResult;
}

/// Kind of an answer: output or error.
#[derive(Debug)]
pub enum Fallible {}
/// Kind of an answer: always an output.
#[derive(Debug)]
pub enum Infallible {}
/// Kind of an answer: an HTTP response or an error.
#[derive(Debug)]
pub enum FallibleRaw {}
/// Kind of an answer: always an HTTP response.
#[derive(Debug)]
pub enum Raw {}

impl<O: TypedOperation> IntoAnswer<O, Fallible> for Result<O::Output, O::Error> {
    fn into_answer(self) -> HandlerResult {
        typed::<O>(self)
    }
}

impl<O: TypedOperation> IntoAnswer<O, Infallible> for O::Output {
    fn into_answer(self) -> HandlerResult {
        Ok(Answer::Output(Box::new(self)))
    }
}

impl<O: TypedOperation> IntoAnswer<O, FallibleRaw> for Result<protocol::Response, O::Error> {
    fn into_answer(self) -> HandlerResult {
        Ok(Answer::Raw(self?))
    }
}

impl<O: TypedOperation> IntoAnswer<O, Raw> for protocol::Response {
    fn into_answer(self) -> HandlerResult {
        Ok(Answer::Raw(self))
    }
}

/// What a handler that has not the trait's form returned.
///
/// # Errors
/// The handler's own.
pub fn answer<O: TypedOperation, Kind>(returned: impl IntoAnswer<O, Kind>) -> HandlerResult {
    returned.into_answer()
}

/// Inputs of operations without input.
#[diagnostic::on_unimplemented(
    message = "the operation has an input, which this handler does not take",
    label = "takes no input",
    note = "add a parameter `input: {Self}`, or write `#[handler(\"..\", expand)]` to take some of its \
            members as parameters, or none"
)]
pub trait NoInput {}

impl NoInput for () {}

/// Compiles for operations without input only.
pub fn has_no_input<I: NoInput>(_: I) {}

/// The answer to an input without members that a handler needs: `present` says of each by its field's
/// name whether it is there.
#[must_use]
pub fn missing<P: TypedProvider, O: TypedOperation>(present: &[(&str, bool)]) -> Box<dyn ServiceError> {
    let operation = O::operation();
    let style = P::validation_style().or_else(|| Style::of(operation.service())).unwrap_or(Style::CORAL);
    let absent = present.iter().filter(|(_, there)| !there).map(|(field, _)| *field);
    match operation.input() {
        Some(schema) => {
            let mut members: Vec<usize> = absent.filter_map(|field| member_of(schema, field)).collect();
            members.sort_unstable();
            validation::missing(schema, &members, style).into()
        }
        None => AwsError::internal("an operation without input has no members").into(),
    }
}

/// The member that a generated field is for: the same letters and digits, in lower case, as no structure
/// of any service has two members that differ in nothing else.
fn member_of(schema: Schema, field: &str) -> Option<usize> {
    let letters = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
    };
    let wanted = letters(field);
    schema.members().find(|member| letters(member.name()) == wanted).map(asf_schema::Member::index)
}

/// Calls a handler that has not the trait's form, for the trait's method: callers within the process get
/// what clients get. A raw response is read back, in the protocol of the call if the service speaks
/// it, else in the service's main one.
///
/// # Errors
/// The handler's own, those that a raw response has in it, and `InternalFailure` if that cannot be read.
pub async fn through_table<P: TypedProvider, O: TypedOperation>(
    provider: &P,
    ctx: &RequestContext,
    input: O::Input,
) -> Result<O::Output, O::Error>
where
    O::Error: From<Box<dyn ServiceError>>,
{
    match Provider::call(provider, ctx, O::operation(), Box::new(input)).await? {
        Answer::Output(output) => {
            let output: Box<dyn Any> = output;
            match output.downcast::<O::Output>() {
                Ok(output) => Ok(*output),
                Err(_) => Err(AwsError::internal("a handler answered with another output").into()),
            }
        }
        Answer::Raw(response) => read_back::<O>(ctx, response).await,
    }
}

/// Reads a raw response into the operation's output.
///
/// # Errors
/// The one that the response has in it, and `InternalFailure` if it cannot be read.
pub(crate) async fn read_back<O: TypedOperation>(
    ctx: &RequestContext,
    response: protocol::Response,
) -> Result<O::Output, O::Error>
where
    O::Error: From<Box<dyn ServiceError>>,
{
    let operation = O::operation();
    let metadata = &operation.service().metadata;
    let spoken = metadata.protocols.contains(&ctx.protocol);
    let protocol = protocol::of(if spoken { ctx.protocol } else { metadata.protocol() });
    let (head, body) = response.into_parts();
    let failed = head.status.is_client_error() || head.status.is_server_error();
    let streams = operation
        .output()
        .is_some_and(|output| output.streaming().is_some() || output.event_stream().is_some());
    if failed || !streams {
        let body = body.collect(MAX_RAW_BODY).await.map_err(|error| unreadable(&error))?;
        if failed || protocol.is_error(operation, &head, &body) {
            let error: Box<dyn ServiceError> = protocol.parse_error(operation, &head, &body).into();
            return Err(error.into());
        }
        return parse::<O>(protocol, &head, body.into());
    }
    parse::<O>(protocol, &head, body)
}

fn parse<O: TypedOperation>(
    protocol: &dyn protocol::Protocol,
    head: &http::response::Parts,
    body: ByteStream,
) -> Result<O::Output, O::Error> {
    let mut output = O::Output::default();
    protocol.parse_response(O::operation(), head, body, &mut output).map_err(|error| unreadable(&error))?;
    Ok(output)
}

fn unreadable(error: &dyn std::error::Error) -> AwsError {
    AwsError::internal(format!("a raw response could not be read back: {error}"))
}

/// Whether two texts are the same, at compile time.
#[must_use]
pub const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_by_field() {
        let spec = br#"{
            "metadata": {"protocol": "json", "serviceId": "Names", "apiVersion": "2020-01-01"},
            "operations": {},
            "shapes": {
                "All": {"type": "structure", "members": {
                    "MD5OfBody": {"shape": "Text"}, "Type": {"shape": "Text"}, "x-amz-meta": {"shape": "Text"},
                    "IPv6Addresses": {"shape": "Text"}, "64Bit": {"shape": "Text"}
                }},
                "Text": {"type": "string"}
            }
        }"#;
        let schema = asf_schema::load_service("names", spec).unwrap().shape("All").unwrap();
        for (field, expected) in [
            ("md5_of_body", Some("MD5OfBody")),
            ("type", Some("Type")),
            ("x_amz_meta", Some("x-amz-meta")),
            ("ipv6_addresses", Some("IPv6Addresses")),
            ("_64bit", Some("64Bit")),
            ("body", None),
        ] {
            let found = member_of(schema, field).map(|index| schema.member(index).name());
            assert_eq!(found, expected, "{field}");
        }
    }

    #[test]
    fn texts_at_compile_time() {
        for (left, right) in [("", ""), ("sqs", "sqs"), ("sqs", "sns"), ("sqs", "sq"), ("sq", "sqs")] {
            assert_eq!(same(left, right), left == right, "{left} {right}");
        }
    }
}
