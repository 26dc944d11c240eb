//! `#[provider]` and `#[handler]`: operations bound to functions. `#[hook]`: functions that run at certain
//! moments of a process. `#[patch]`: functions around an operation. `#[package]`: programs of others.
//! `#[derive(Store)]` and `#[derive(Record)]`: what providers keep.
//!
//! The way of the tokens: `parse` reads an impl block into a `description`, and says everything that
//! is wrong with it at once; `emit` writes the trait's implementation, the table of handlers and the
//! registration. What the emitted code calls is in `asf_runtime::provider::bind`.

mod description;
mod emit;
mod hook;
mod names;
mod package;
mod parse;
mod patch;
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
/// | `handlers = path` | changes the table of its handlers, as for inputs and outputs in types of its own: a `fn(asf_runtime::provider::HandlerTable<T>) -> asf_runtime::provider::HandlerTable<T>` | they are as they are |
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

/// Runs a function at a moment of a process, once the crate that it is in is linked in:
/// `#[hook(on_infra_ready)]`.
///
/// | moment | when | what the function may take |
/// |---|---|---|
/// | `on_infra_start` | before any request is answered | `&HookContext` |
/// | `on_infra_ready` | when `Ready.` has been said | `&HookContext` |
/// | `on_infra_shutdown` | when the last request has been answered | `&HookContext` |
/// | `prepare_host` | in the command line, before a process or a container is started | `&mut HostContext` |
/// | `configure_container` | in the command line, before `docker run` | `&mut ContainerContext` |
///
/// The contexts are those of `asf_runtime::hook`; a function may take nothing as well. It is `async` or not,
/// and returns nothing or a `Result<(), E>` whose error is an error, a `String` or a `&str`. A hook that fails is
/// logged, and everything goes on.
///
/// | argument | what it is | without it |
/// |---|---|---|
/// | `priority = 10` | the one with the highest runs first | `0` |
/// | `name = "greet"` | its name among those of its moment | that of the function, with its module |
/// | `should_load = path` | whether it is of use: a `fn(&asf_runtime::plugin::Settings) -> Result<(), String>`, whose error says why not | always |
#[proc_macro_attribute]
pub fn hook(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    hook::expand(arguments.into(), item.into()).into()
}

/// Puts a function around an operation, whoever answers it, once the crate that it is in is linked in:
/// `#[patch(service = "sqs", operation = "SendMessage")]`.
///
/// The function has the form `async fn(ctx: &RequestContext, input: SendMessageRequest, next: Next<'_, SendMessage>)
/// -> Result<SendMessageResult, SqsError>`, where `Next` is `asf_runtime::patch::Next` and `SendMessage` the
/// marker in the generated crate's `operations`. `next.call(ctx, input).await` calls what would have answered
/// without it; one that replaces the operation leaves `next` out.
///
/// | argument | what it is | without it |
/// |---|---|---|
/// | `service = "sqs"` | botocore's folder name of the service | an error |
/// | `operation = "SendMessage"` | AWS's name of the operation | an error |
/// | `name = "stamp"` | its name among those of its operation | that of the function |
/// | `priority = 10` | the one with the highest is called first: it is around the others | `0` |
/// | `should_load = path` | whether it is of use: a `fn(&asf_runtime::plugin::Settings) -> Result<(), String>`, whose error says why not | always |
/// | `api = path` | the generated crate | `asf_api_<service>` |
/// | `constant = STAMP` | makes a constant of this name, to be added while a process runs, and registers nothing | it is registered in `asf_runtime::patch::PATCHES` |
#[proc_macro_attribute]
pub fn patch(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    patch::expand(arguments.into(), item.into()).into()
}

/// Registers a package that a function makes: `#[package] fn httpbin() -> Package { .. }`.
///
/// It is called as the function is, with hyphens for underscores, or as `name = ".."` says; the `Package` has to have
/// that name. The crate needs `asf-packages`.
#[proc_macro_attribute]
pub fn package(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    package::expand(arguments.into(), item.into()).into()
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
