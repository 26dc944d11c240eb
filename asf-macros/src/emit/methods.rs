//! The impl block of the trait, and that of the type's own functions.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Attribute;

use crate::description::{Form, Handler, Provider};

/// `impl SqsApi for SqsProvider`: functions that are methods of the trait as they were written, and a
/// method for each of the others, which calls it.
pub(super) fn trait_impl(provider: &Provider) -> TokenStream {
    let Provider { attributes, api_trait, subject, others, .. } = provider;
    let methods = provider.handlers.iter().filter(|it| it.form == Form::Method).map(|it| &it.function);
    let callers = provider.handlers.iter().filter(|it| it.form == Form::Own).map(|it| caller(provider, it));
    quote! {
        #(#attributes)*
        impl #api_trait for #subject {
            #(#methods)*
            #(#callers)*
            #(#others)*
        }
    }
}

/// `impl SqsProvider`: functions that are not methods of the trait.
pub(super) fn own_impl(provider: &Provider) -> Option<TokenStream> {
    let subject = &provider.subject;
    let own: Vec<TokenStream> = provider
        .handlers
        .iter()
        .filter(|it| it.form != Form::Method)
        .map(|handler| {
            let function = &handler.function;
            // No one calls it, but that is not what is wrong with it.
            let unused = (handler.form == Form::Misnamed).then(|| quote!(#[allow(dead_code)]));
            // What it takes and returns is the operation's, not its author's, choice.
            quote! {
                #unused
                #[allow(
                    clippy::needless_pass_by_value,
                    clippy::too_many_arguments,
                    clippy::unnecessary_wraps,
                    clippy::unused_async,
                    clippy::unused_self
                )]
                #function
            }
        })
        .collect();
    (!own.is_empty()).then(|| quote!(impl #subject { #(#own)* }))
}

/// `#[cfg]`s of a function: they apply to all that is written for it.
pub(super) fn conditions(handler: &Handler) -> impl Iterator<Item = &Attribute> {
    handler.function.attrs.iter().filter(|it| it.path().is_ident("cfg"))
}

/// The trait's method for a function that has another form.
fn caller(provider: &Provider, handler: &Handler) -> TokenStream {
    let Handler { operation, method, .. } = handler;
    let api = &provider.arguments.api;
    let conditions = conditions(handler);
    let marker = quote!(#api::operations::#operation);
    let types = quote!(<#marker as ::asf_runtime::provider::TypedOperation>);
    let (parameter, input) = match handler.takes_input() {
        true => (Some(quote!(input: #types::Input,)), quote!(input)),
        false => (None, quote!(())),
    };
    quote_spanned! {operation.span()=>
        #(#conditions)*
        async fn #method(
            &self,
            ctx: &::asf_runtime::RequestContext,
            #parameter
        ) -> ::core::result::Result<#types::Output, #types::Error> {
            ::asf_runtime::provider::bind::through_table::<Self, #marker>(self, ctx, #input).await
        }
    }
}
