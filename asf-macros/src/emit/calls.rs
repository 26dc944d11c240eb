//! A function for each handler that the table can hold: from a boxed input to an answer.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{ReturnType, Type};

use super::methods::conditions;
use crate::description::{Argument, Form, Handler, Provider};

/// The function that the table holds for a handler. It has the name of the trait's method.
pub(super) fn call(provider: &Provider, handler: &Handler) -> Option<TokenStream> {
    let Handler { operation, method, form, .. } = handler;
    let (subject, api) = (&provider.subject, &provider.arguments.api);
    let marker = quote!(#api::operations::#operation);
    let conditions = conditions(handler);
    let body = match form {
        Form::Method => method_call(provider, handler, &marker),
        Form::Own => own_call(subject, handler, &marker),
        Form::Misnamed => return None,
    };
    Some(quote! {
        #(#conditions)*
        fn #method<'a>(
            provider: &'a #subject,
            ctx: &'a ::asf_runtime::RequestContext,
            input: ::std::boxed::Box<dyn ::asf_runtime::Shape>,
        ) -> ::asf_runtime::provider::bind::BoxFuture<'a, ::asf_runtime::provider::HandlerResult> {
            ::std::boxed::Box::pin(async move {
                let input = ::asf_runtime::provider::bind::input::<#marker>(input)?;
                #body
            })
        }
    })
}

/// The trait's method is the function.
fn method_call(provider: &Provider, handler: &Handler, marker: &TokenStream) -> TokenStream {
    let (subject, api_trait, method) = (&provider.subject, &provider.api_trait, &handler.method);
    let (check, input) = match handler.takes_input() {
        true => (None, Some(quote!(, input))),
        false => (Some(no_input(handler)), None),
    };
    quote! {
        #check
        let result = <#subject as #api_trait>::#method(provider, ctx #input).await;
        ::asf_runtime::provider::bind::typed::<#marker>(result)
    }
}

/// The function is one of the type's own.
fn own_call(subject: &Type, handler: &Handler, marker: &TokenStream) -> TokenStream {
    let function = &handler.function.sig.ident;
    let check = (!handler.takes_input()).then(|| no_input(handler));
    let members = required_members(subject, handler, marker);
    let arguments = handler.arguments.iter().map(|it| match it {
        Argument::Context => quote!(ctx),
        Argument::Input(span) => quote_spanned!(*span=> input),
        Argument::Member { field, required: true } => {
            let local = local(field);
            quote!(#local)
        }
        Argument::Member { field, required: false } => quote_spanned!(field.span()=> input.#field),
    });
    let call = quote_spanned!(function.span()=> <#subject>::#function(provider #(, #arguments)*));
    let wait = handler.is_async.then(|| quote!(.await));
    let ignore = (handler.expand
        && !handler.arguments.iter().any(|it| matches!(it, Argument::Member { .. })))
    .then(|| quote!(let _ = input;));
    let answered = match &handler.function.sig.output {
        ReturnType::Default => function.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let answer = quote_spanned! {answered=>
        ::asf_runtime::provider::bind::answer::<#marker, _>(returned)
    };
    quote! {
        #check
        #ignore
        #members
        let returned = #call #wait;
        #answer
    }
}

/// Takes the members out that have to be there, or answers that they are not.
fn required_members(subject: &Type, handler: &Handler, marker: &TokenStream) -> Option<TokenStream> {
    let required: Vec<&Ident> = handler
        .arguments
        .iter()
        .filter_map(|it| match it {
            Argument::Member { field, required: true } => Some(field),
            _ => None,
        })
        .collect();
    if required.is_empty() {
        return None;
    }
    let fields: Vec<TokenStream> =
        required.iter().map(|field| quote_spanned!(field.span()=> input.#field)).collect();
    let names = required.iter().map(|field| field.unraw().to_string());
    let locals = required.iter().map(|field| local(field));
    Some(quote! {
        let present = [#((#names, #fields.is_some())),*];
        let (#(::core::option::Option::Some(#locals),)*) = (#(#fields,)*) else {
            return ::core::result::Result::Err(
                ::asf_runtime::provider::bind::missing::<#subject, #marker>(&present),
            );
        };
    })
}

/// A member is not hidden by, nor hides, what else has a name there.
fn local(field: &Ident) -> Ident {
    format_ident!("member_{}", field, span = field.span())
}

/// Says what is wrong if the operation has an input after all.
fn no_input(handler: &Handler) -> TokenStream {
    quote_spanned! {handler.function.sig.ident.span()=>
        ::asf_runtime::provider::bind::has_no_input(input);
    }
}
