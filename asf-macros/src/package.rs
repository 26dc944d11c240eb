//! `#[package]`: a function that makes a package, registered.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{ItemFn, ReturnType, Token};

use crate::parse::arguments::{Pair, string};
use crate::problems::Problems;

/// What becomes of a function with `#[package]`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let emitted = match package(arguments, item.clone(), &mut problems) {
        Some(emitted) => emitted,
        None => item,
    };
    let errors = problems.into_compile_errors();
    quote!(#errors #emitted)
}

fn package(arguments: TokenStream, item: TokenStream, problems: &mut Problems) -> Option<TokenStream> {
    let parser = Punctuated::<Pair, Token![,]>::parse_terminated;
    let mut name = None;
    for Pair { key, value } in problems.ok(parser.parse2(arguments))? {
        if key == "name" {
            name = problems.ok(string(value)).map(|it| it.value());
        } else {
            problems.add(&key, format!("there is no argument `{key}`; there is `name`"));
        }
    }
    let Ok(function) = syn::parse2::<ItemFn>(item) else {
        let message = "#[package] stands on a function: `#[package] fn httpbin() -> Package { .. }`";
        problems.push(syn::Error::new(Span::call_site(), message));
        return None;
    };
    let signature = &function.sig;
    if !signature.inputs.is_empty() || !signature.generics.params.is_empty() || signature.asyncness.is_some()
    {
        problems.add(&signature.ident, "a package is made of nothing: `fn httpbin() -> Package`");
        return None;
    }
    let ident = &signature.ident;
    let name = name.unwrap_or_else(|| ident.unraw().to_string().replace('_', "-"));
    let conditions = function.attrs.iter().filter(|it| it.path().is_ident("cfg"));
    let returned = match &signature.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let create = quote_spanned!(returned=> #ident);
    Some(quote! {
        #function

        #(#conditions)*
        const _: () = {
            #[::asf_packages::linkme::distributed_slice(::asf_packages::PACKAGES)]
            #[linkme(crate = ::asf_packages::linkme)]
            static PLUGIN: ::asf_packages::PackagePlugin =
                ::asf_packages::PackagePlugin { name: #name, create: #create };
        };
    })
}
