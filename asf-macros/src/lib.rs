//! `#[provider]` and `#[handler]`: operations bound to functions.
//!
//! The way of the tokens: `parse` reads an impl block into a `description`, and says everything that
//! is wrong with it at once; `emit` writes the trait's implementation, the table of handlers and the
//! registration. What the emitted code calls is in `asf_runtime::provider::bind`.

mod description;
mod emit;
mod names;
mod parse;
mod problems;

use proc_macro2::TokenStream;
use quote::quote;

/// Makes a provider of an implementation of a service's trait: `#[provider(service = "sqs")]` on
/// `impl SqsApi for SqsProvider`, with a [`macro@handler`] for each operation that it answers.
///
/// The type becomes an `asf_runtime::provider::Provider`, and is registered in
/// `asf_runtime::plugin::PROVIDERS`.
///
/// | argument | what it is | without it |
/// |---|---|---|
/// | `service = "sqs"` | botocore's folder name of the service | an error |
/// | `name = "default"` | the provider's name; several may exist for a service | `"default"` |
/// | `new = path` | makes it: a `fn(&asf_runtime::plugin::Settings) -> T` | `T::default()` |
/// | `validation = expr` | an `Option<asf_runtime::validation::Style>`: how constraints of the model are complained of, `None` if the service has its own checks | that of the service's protocol |
/// | `api = path` | the generated crate | `asf_api_<service>` |
/// | `priority = 10` | of several providers for a service, the one with the highest is taken | `0` |
/// | `should_load = path` | whether it can be used: a `fn(&asf_runtime::plugin::Settings) -> Result<(), String>`, whose error says why not | always |
/// | `register = false` | is not found by the gateway: for tests, and for wrapped providers | it is |
///
/// What does not belong to the service's trait goes into an impl block of its own.
#[proc_macro_attribute]
pub fn provider(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(arguments.into(), item.into()).into()
}

/// Binds a function in a [`macro@provider`] to an operation: `#[handler("CreateQueue")]`.
///
/// The function has the form that the trait has for the operation, or less:
///
/// - `async fn create_queue(&self, ctx: &RequestContext, input: CreateQueueRequest) -> Result<CreateQueueResult, SqsError>`;
/// - without `ctx`, without `async`, or both;
/// - `#[handler("SendMessage", expand)]`: members of the input as parameters, by the names of their fields,
///   any of them in any order. One whose type is not `Option<..>` is required: an input without it is
///   answered with the service's validation error;
/// - it returns `Result<Output, Error>`, or `Output`, or an HTTP response to be sent as it is:
///   `http::Response<ByteStream>` or `Result<http::Response<ByteStream>, Error>`.
///
/// A function that has not the trait's form becomes one of the type's own, and the trait's method calls it:
/// a caller within the process gets the same answer (a raw response is read back for it).
#[proc_macro_attribute]
pub fn handler(
    _arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    // `#[provider]` takes the attributes of its handlers away before they are expanded.
    let error = syn::Error::new(
        proc_macro2::Span::call_site(),
        "#[handler] stands in an impl block with #[provider(service = \"..\")], which this is not",
    )
    .into_compile_error();
    let item = TokenStream::from(item);
    quote!(#error #item).into()
}

fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = problems::Problems::default();
    let emitted = match parse::provider(arguments, item, &mut problems) {
        Ok(provider) => emit::provider(&provider),
        Err(item) => item,
    };
    let errors = problems.into_compile_errors();
    quote!(#errors #emitted)
}

#[cfg(test)]
mod tests;
