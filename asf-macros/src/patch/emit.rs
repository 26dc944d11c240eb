//! From a description to tokens.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, ReturnType};

use super::Patch;
use crate::emit::should_load;

/// The function as it was written, and its registration, or the constant that holds it.
pub(super) fn patch(patch: &Patch) -> TokenStream {
    let Patch { service, operation, priority, api, function, .. } = patch;
    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let conditions: Vec<_> = function.attrs.iter().filter(|it| it.path().is_ident("cfg")).collect();
    let name = patch.name.as_ref().map_or_else(|| ident.unraw().to_string(), syn::LitStr::value);
    let marker = Ident::new(&operation.value(), operation.span());
    let should_load = should_load(patch.should_load.as_ref());
    let spans: Vec<_> = function
        .sig
        .inputs
        .iter()
        .map(|it| match it {
            FnArg::Typed(parameter) => parameter.ty.span(),
            FnArg::Receiver(receiver) => receiver.span(),
        })
        .collect();
    // What is expected of each parameter is said of its type.
    let values = [quote!(ctx), quote!(input), quote!(next)];
    let arguments = spans.iter().zip(values).map(|(span, value)| {
        let value: TokenStream = value
            .into_iter()
            .map(|mut it| {
                it.set_span(*span);
                it
            })
            .collect();
        quote_spanned!(*span=> #value)
    });
    let next =
        patch.takes_next.then(|| quote!(let next = ::asf_runtime::patch::Next::<Operation>::new(rest);));
    let rest = if patch.takes_next { format_ident!("rest") } else { format_ident!("_rest") };
    let returned = match &function.sig.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let result = quote_spanned!(returned=> ::asf_runtime::patch::bind::typed::<Operation>(returned));
    let value = quote! {{
        type Operation = #api::operations::#marker;

        fn __patch<'a>(
            ctx: &'a ::asf_runtime::RequestContext,
            input: ::std::boxed::Box<dyn ::asf_runtime::Shape>,
            #rest: ::asf_runtime::patch::Rest<'a>,
        ) -> ::asf_runtime::patch::bind::BoxFuture<'a, ::asf_runtime::patch::bind::HandlerResult> {
            ::std::boxed::Box::pin(async move {
                let input = ::asf_runtime::patch::bind::input::<Operation>(input)?;
                #next
                let returned = #ident(#(#arguments),*).await;
                #result
            })
        }

        ::asf_runtime::patch::bind::patch::<Operation>(
            (#service, #operation, #name),
            #priority,
            #should_load,
            __patch,
        )
    }};
    let right_api = quote_spanned! {service.span()=>
        const _: () = ::core::assert!(
            ::asf_runtime::patch::bind::same(#api::SERVICE.name, #service),
            "the crate of `api` is of another service than `service`",
        );
    };
    let kept = match &patch.constant {
        Some(constant) => {
            let doc = format!("The patch that is made of [`{ident}`].");
            quote! {
                #[doc = #doc]
                #visibility const #constant: ::asf_runtime::patch::Patch = #value;
            }
        }
        None => quote! {
            const _: () = {
                #[::asf_runtime::linkme::distributed_slice(::asf_runtime::patch::PATCHES)]
                #[linkme(crate = ::asf_runtime::linkme)]
                static PLUGIN: ::asf_runtime::patch::Patch = #value;
            };
        },
    };
    quote! {
        #function

        #(#conditions)*
        #kept

        #(#conditions)*
        #right_api
    }
}
