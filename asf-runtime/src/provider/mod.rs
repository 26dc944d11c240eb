//! Operations bound to functions.
//!
//! A [`Provider`] answers operations of one service. The typed ones are written with `#[provider]`,
//! which makes a table of [`Handler`]s out of an `impl` block; [`dynamic`](DynamicProvider) ones bind
//! functions over [`Value`](crate::Value) by name and need no generated code.

mod backend;
#[doc(hidden)]
pub mod bind;
mod chain;
mod dynamic;
mod registry;
mod typed;

use std::any::Any;

use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;

pub use backend::{Answering, BackendId, Source, Tier};
pub use chain::{Chains, Chosen, Forward, Onward, Step};
pub use dynamic::{DynamicProvider, DynamicResult, NoSuchOperation};
pub use registry::Providers;
pub use typed::{Handler, HandlerTable, TypedOperation, TypedProvider};

use crate::error::ServiceError;
use crate::shape::ByteStream;
use crate::validation::Style;
use crate::{RequestContext, Shape};

/// What a handler answers with.
pub enum Answer {
    /// The operation's output, still to be serialised in the caller's protocol.
    Output(Box<dyn Shape>),
    /// A complete HTTP response, sent as it is.
    Raw(http::Response<ByteStream>),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Output(_) => f.write_str("Answer::Output"),
            Self::Raw(response) => write!(f, "Answer::Raw({})", response.status()),
        }
    }
}

/// What comes of a call.
pub type HandlerResult = Result<Answer, Box<dyn ServiceError>>;

/// Answers operations of one service.
pub trait Provider: Any + Send + Sync {
    /// The service.
    fn service(&self) -> &'static ServiceSchema;

    /// The provider's name; several may exist for a service.
    fn name(&self) -> &'static str {
        "default"
    }

    /// How constraints of the model that an input does not meet are complained of; `None` if they are not
    /// checked, because the service's own checks come first or have words of their own.
    fn validation(&self) -> Option<Style> {
        Style::of(self.service())
    }

    /// Whether there is a handler for an operation.
    fn implements(&self, operation: Operation) -> bool;

    /// An empty input for an operation, to be filled by a protocol. `None` if there is no handler.
    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>>;

    /// Answers a call. `input` is what [`new_input`](Self::new_input) made.
    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult>;

    /// Forgets everything: all accounts, all regions. False if the provider has no way to; one that was
    /// registered is then made anew, which is the same for those that keep their state in themselves.
    fn reset(&self) -> bool {
        false
    }
}
