//! `#[provider]` and `#[handler]`: operations bound to functions. `#[derive(Store)]` and `#[derive(Record)]`:
//! what providers keep.
//!
//! The way of the tokens: `parse` reads an impl block into a `description`, and says everything that
//! is wrong with it at once; `emit` writes the trait's implementation, the table of handlers and the
//! registration. What the emitted code calls is in `asf_runtime::provider::bind`.

mod description;
mod emit;
mod names;
mod parse;
mod problems;
mod store;

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

/// Makes a store of a struct: each field is a table or an attribute of the service's state.
///
/// `#[store(service = "sqs")]` on the struct names the service. Each field says whose it is, and may have a
/// default, if it is an `Attribute`:
///
/// | field | what it is |
/// |---|---|
/// | `#[store(local)]` | each account has its own in each region |
/// | `#[store(cross_region)]` | each account has one |
/// | `#[store(cross_account)]` | there is one |
/// | `#[store(local, default = 60)]` | what an `Attribute` is until it is set; without it, `Default` |
///
/// The store is registered in `asf_runtime::store::STORES`. The struct needs `Clone`.
#[proc_macro_derive(Store, attributes(store))]
pub fn derive_store(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    store::derive_store(item.into()).into()
}

/// Makes a record of a type that serde can write and read: what tables hold.
///
/// `#[record(version = 2, from(1 = OldType))]` says which version is written now, and for each older one the
/// type that reads it, which must be `Into` this one. Without it the version is 1. A field with
/// `#[serde(default)]` can be added without a new version.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    store::derive_record(item.into()).into()
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
