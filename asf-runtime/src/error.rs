//! Errors that a client gets to see.

use std::any::Any;
use std::borrow::Cow;

use asf_schema::{Operation, Schema};

use crate::Shape;

/// An error as a client sees it: what every protocol needs to write one.
///
/// Generated code implements it for each modelled error and for each service's enum of them;
/// [`AwsError`] is the one for everything that is not modelled.
pub trait ServiceError: std::error::Error + Any + Send {
    /// The code, `AWS.SimpleQueueService.NonExistentQueue`.
    fn code(&self) -> &str;

    /// The text for people.
    fn message(&self) -> Option<&str>;

    /// HTTP status.
    fn status(&self) -> u16;

    /// Whether the caller is to blame (`Sender` rather than `Receiver` in XML).
    fn sender_fault(&self) -> bool;

    /// After how many seconds it is worth while to try again (`Retry-After`), if that is known.
    fn retry_after(&self) -> Option<u32> {
        None
    }

    /// The error's shape, if it is modelled.
    fn schema(&self) -> Option<Schema> {
        None
    }

    /// The error's structure, if it is modelled, message included.
    fn members(&self) -> Option<&dyn Shape> {
        None
    }

    /// What the error says besides code and message without a model, in its order. rest-xml writes it.
    fn details(&self) -> &[ErrorDetail] {
        &[]
    }
}

/// Something that an error says besides code and message: `BucketName`, `my-bucket`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDetail {
    /// Name of the element or header.
    pub name: Cow<'static, str>,
    /// What it says.
    pub text: String,
    /// Whether it is a header of the response, rather than an element of the body.
    pub is_header: bool,
}

/// An error that a service's model does not have: wrong requests, common errors, what a handler raises
/// by code, what a backend answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    code: Cow<'static, str>,
    message: Option<Cow<'static, str>>,
    status: u16,
    sender_fault: bool,
    details: Vec<ErrorDetail>,
    retry_after: Option<u32>,
}

impl AwsError {
    /// An error of the caller's, status 400.
    pub fn sender(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: code.into(),
            message: Some(message.into()),
            status: 400,
            sender_fault: true,
            details: Vec::new(),
            retry_after: None,
        }
    }

    /// An error of ours, status 500.
    pub fn receiver(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: code.into(),
            message: Some(message.into()),
            status: 500,
            sender_fault: false,
            details: Vec::new(),
            retry_after: None,
        }
    }

    /// With another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With something that it says besides: S3's errors name the bucket, the key, the condition.
    #[must_use]
    pub fn with_detail(mut self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        self.details.push(ErrorDetail { name: name.into(), text: text.into(), is_header: false });
        self
    }

    /// With a header of the response: `x-amz-delete-marker`.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        self.details.push(ErrorDetail { name: name.into(), text: text.into(), is_header: true });
        self
    }

    /// Worth trying again after so many seconds: `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Without a message: AWS sends none with some errors.
    #[must_use]
    pub fn without_message(mut self) -> Self {
        self.message = None;
        self
    }

    /// The request is not of the form that the protocol and the model ask for.
    pub fn serialization(message: impl Into<Cow<'static, str>>) -> Self {
        Self::sender("SerializationException", message)
    }

    /// A constraint of the model is not met.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::sender("ValidationException", message)
    }

    /// No provider answers this operation. Status 501, as LocalStack's users know it.
    #[must_use]
    pub fn not_implemented(operation: Operation) -> Self {
        Self::receiver(
            "NotImplemented",
            format!("The operation {}.{} is not implemented.", operation.service().name, operation.name()),
        )
        .with_status(501)
    }

    /// Something of ours failed that the caller cannot help.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::receiver("InternalFailure", message)
    }
}

impl From<&dyn ServiceError> for AwsError {
    /// Code, message, status, fault and details of any error; its members are left behind.
    fn from(error: &dyn ServiceError) -> Self {
        Self {
            code: Cow::Owned(error.code().to_owned()),
            message: error.message().map(|message| Cow::Owned(message.to_owned())),
            status: error.status(),
            sender_fault: error.sender_fault(),
            details: error.details().to_vec(),
            retry_after: error.retry_after(),
        }
    }
}

impl ServiceError for AwsError {
    fn code(&self) -> &str {
        &self.code
    }

    fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn sender_fault(&self) -> bool {
        self.sender_fault
    }

    fn details(&self) -> &[ErrorDetail] {
        &self.details
    }

    fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }
}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.code),
            None => f.write_str(&self.code),
        }
    }
}

impl std::error::Error for AwsError {}

/// So that `?` turns every error of a service into the one that a protocol writes.
impl<E: ServiceError> From<E> for Box<dyn ServiceError> {
    fn from(error: E) -> Self {
        Box::new(error)
    }
}

/// An error that was read from a response, or was made from a model at run time: a code, and the
/// members as a [`Value`](crate::Value) if the code is modelled.
#[derive(Debug)]
pub struct ReceivedError {
    /// Code, message, status, fault.
    pub error: AwsError,
    /// The error's shape, if it is modelled.
    pub schema: Option<Schema>,
    /// The error's structure, if it is modelled.
    pub members: crate::Value,
}

impl ServiceError for ReceivedError {
    fn code(&self) -> &str {
        self.error.code()
    }

    fn message(&self) -> Option<&str> {
        self.error.message()
    }

    fn status(&self) -> u16 {
        self.error.status()
    }

    fn sender_fault(&self) -> bool {
        self.error.sender_fault()
    }

    fn retry_after(&self) -> Option<u32> {
        self.error.retry_after()
    }

    fn schema(&self) -> Option<Schema> {
        self.schema
    }

    fn members(&self) -> Option<&dyn Shape> {
        self.schema.map(|_| &self.members as &dyn Shape)
    }

    fn details(&self) -> &[ErrorDetail] {
        self.error.details()
    }
}

impl std::fmt::Display for ReceivedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for ReceivedError {}
