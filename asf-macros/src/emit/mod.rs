//! From a description to tokens.

mod calls;
mod methods;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned as _;

use crate::description::{Form, Handler, Provider};

/// The trait's implementation, what is the type's own, the table of handlers and the registration.
///
/// Names of ours are local to where they are used: the paths that the arguments have in them mean what
/// they mean outside.
pub(crate) fn provider(provider: &Provider) -> TokenStream {
    let methods = methods::trait_impl(provider);
    let own = methods::own_impl(provider);
    let misnamed = provider.handlers.iter().filter_map(|it| misnamed(provider, it));
    let typed = typed_provider(provider);
    let registration = provider.arguments.register.then(|| registration(provider));
    let right_api = right_api(provider);
    quote! {
        #methods
        #own
        const _: () = {
            #typed
            #registration
            #right_api
            #(#misnamed)*
        };
    }
}

fn typed_provider(provider: &Provider) -> TokenStream {
    let Provider { arguments, subject, .. } = provider;
    let (name, api) = (&arguments.name, &arguments.api);
    let validation = arguments.validation.as_ref().map(|style| {
        quote! {
            fn validation_style() -> ::core::option::Option<::asf_runtime::validation::Style> {
                #style
            }
        }
    });
    let calls = provider.handlers.iter().map(|it| calls::call(provider, it));
    let rows = provider.handlers.iter().filter(|it| it.form != Form::Misnamed).map(|handler| {
        let Handler { operation, method, .. } = handler;
        let conditions = methods::conditions(handler);
        quote! {
            #(#conditions)*
            ::asf_runtime::provider::bind::handler::<#subject, #api::operations::#operation>(#method)
        }
    });
    let table = quote!(::asf_runtime::provider::HandlerTable::new(::std::vec::Vec::from([#(#rows),*])));
    let table = match &arguments.handlers {
        // What is expected of it is said of the path.
        Some(change) => quote_spanned!(change.span()=> #change(#table)),
        None => table,
    };
    quote! {
        impl ::asf_runtime::provider::TypedProvider for #subject {
            fn service_schema() -> &'static ::asf_runtime::schema::ServiceSchema {
                #api::SERVICE
            }

            fn provider_name() -> &'static str {
                #name
            }

            #validation

            fn handlers() -> &'static ::asf_runtime::provider::HandlerTable<Self> {
                static TABLE: ::std::sync::OnceLock<::asf_runtime::provider::HandlerTable<#subject>> =
                    ::std::sync::OnceLock::new();
                #(#calls)*
                TABLE.get_or_init(|| { #table })
            }
        }
    }
}

fn registration(provider: &Provider) -> TokenStream {
    let Provider { arguments, subject, .. } = provider;
    let (service, name) = (&arguments.service, &arguments.name);
    let made = match &arguments.new {
        // What is expected of it is said of the path, rather than of a call that no one sees.
        Some(new) => quote_spanned! {new.span()=>
            let new: fn(&::asf_runtime::plugin::Settings) -> #subject = #new;
            let made = new(settings);
        },
        None => quote_spanned! {subject.span()=>
            let made = <#subject as ::core::default::Default>::default();
        },
    };
    let priority = arguments.priority;
    let should_load = should_load(arguments.should_load.as_ref());
    let settings = if arguments.new.is_some() { quote!(settings) } else { quote!(_) };
    quote! {
        #[::asf_runtime::linkme::distributed_slice(::asf_runtime::plugin::PROVIDERS)]
        #[linkme(crate = ::asf_runtime::linkme)]
        static PLUGIN: ::asf_runtime::plugin::ProviderPlugin = {
            fn create(
                #settings: &::asf_runtime::plugin::Settings,
            ) -> ::std::sync::Arc<dyn ::asf_runtime::provider::Provider> {
                #made
                ::std::sync::Arc::new(made)
            }
            ::asf_runtime::plugin::ProviderPlugin {
                service: #service,
                name: #name,
                create,
                priority: #priority,
                should_load: #should_load,
            }
        };
    }
}

/// The condition of a plugin: a path, or none.
pub(crate) fn should_load(condition: Option<&Path>) -> TokenStream {
    match condition {
        // What is expected of it is said of the path.
        Some(path) => quote_spanned!(path.span()=> #path),
        None => quote!(::asf_runtime::plugin::always),
    }
}

/// `service` and `api` are of the same service: else the gateway would look for it in vain.
fn right_api(provider: &Provider) -> TokenStream {
    let (service, api) = (&provider.arguments.service, &provider.arguments.api);
    quote_spanned! {service.span()=>
        const _: () = ::core::assert!(
            ::asf_runtime::provider::bind::same(#api::SERVICE.name, #service),
            "the crate of `api` is of another service than `service`",
        );
    }
}

/// A function with the trait's form and another name. This is an error that rustc finds only when all
/// names are known: if it is the operation that is misspelt, it says that, and not this.
fn misnamed(provider: &Provider, handler: &Handler) -> Option<TokenStream> {
    let Handler { operation, method, function, form, .. } = handler;
    let api = &provider.arguments.api;
    let found = &function.sig.ident;
    let message = format!(
        "the handler of `{operation}` is called `{method}`, as the method of the trait is, and not `{found}`"
    );
    (*form == Form::Misnamed).then(|| {
        quote_spanned! {found.span()=>
            const _: ::core::marker::PhantomData<#api::operations::#operation> = ::core::panic!(#message);
        }
    })
}
