//! From a description to tokens.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ReturnType;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::{Hook, Point};
use crate::emit::should_load;

impl Point {
    /// The variant of `HookPoint`, that of `HookCall`, and the type of the context.
    fn tokens(self) -> (TokenStream, TokenStream, TokenStream) {
        let point = match self {
            Self::OnInfraStart => quote!(OnInfraStart),
            Self::OnInfraReady => quote!(OnInfraReady),
            Self::OnInfraShutdown => quote!(OnInfraShutdown),
            Self::PrepareHost => quote!(PrepareHost),
            Self::ConfigureContainer => quote!(ConfigureContainer),
        };
        let (call, context) = match self {
            Self::PrepareHost => (quote!(Host), quote!(&'a mut ::asf_runtime::hook::HostContext)),
            Self::ConfigureContainer => {
                (quote!(Container), quote!(&'a mut ::asf_runtime::hook::ContainerContext))
            }
            _ => (quote!(Infra), quote!(&'a ::asf_runtime::hook::HookContext)),
        };
        (point, call, context)
    }
}

/// The function as it was written, and its registration.
pub(super) fn hook(hook: &Hook) -> TokenStream {
    let Hook { function, priority, .. } = hook;
    let ident = &function.sig.ident;
    let conditions = function.attrs.iter().filter(|it| it.path().is_ident("cfg"));
    let (point, call, context) = hook.point.tokens();
    let point = quote_spanned!(hook.at=> #point);
    let name = match &hook.name {
        Some(name) => quote!(#name),
        None => {
            let name = ident.unraw().to_string();
            quote!(::core::concat!(::core::module_path!(), "::", #name))
        }
    };
    let should_load = should_load(hook.should_load.as_ref());
    let (parameter, argument) = match hook.context {
        // What is expected of it is said of its type.
        Some(at) => (format_ident!("ctx"), Some(quote_spanned!(at=> ctx))),
        None => (format_ident!("_ctx"), None),
    };
    let wait = hook.is_async.then(|| quote!(.await));
    let returned = match &function.sig.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let result = quote_spanned!(returned=> ::asf_runtime::hook::bind::result(returned));
    quote! {
        #function

        #(#conditions)*
        const _: () = {
            #[allow(clippy::let_unit_value)]
            fn __hook<'a>(
                #parameter: #context,
            ) -> ::asf_runtime::hook::bind::BoxFuture<'a, ::asf_runtime::hook::HookResult> {
                ::std::boxed::Box::pin(async move {
                    let returned = #ident(#argument) #wait;
                    #result
                })
            }

            #[::asf_runtime::linkme::distributed_slice(::asf_runtime::hook::HOOKS)]
            #[linkme(crate = ::asf_runtime::linkme)]
            static PLUGIN: ::asf_runtime::hook::HookPlugin = ::asf_runtime::hook::HookPlugin {
                point: ::asf_runtime::hook::HookPoint::#point,
                name: #name,
                priority: #priority,
                should_load: #should_load,
                call: ::asf_runtime::hook::HookCall::#call(__hook),
            };
        };
    }
}
