//! What the derives write.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Field, Reach, RecordDescription, StoreDescription};

/// The implementation of `Store`, and its registration.
pub(super) fn store(description: &StoreDescription) -> TokenStream {
    let StoreDescription { name, service, krate, fields } = description;
    let open = fields.iter().map(|field| {
        let Field { name, ty, reach, default } = field;
        let attribute = name.to_string();
        let attribute = attribute.trim_start_matches("r#");
        let reach = reach_tokens(*reach);
        let default = default.as_ref().map(|default| quote!(.or(|| #default)));
        quote! {
            #name: <#ty as #krate::StoreField>::open(opener, #attribute, #krate::Reach::#reach) #default
        }
    });
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    quote! {
        impl #krate::Store for #name {
            const SERVICE: &'static str = #service;

            fn open(opener: #krate::Opener<'_>) -> Self {
                Self { #(#open),* }
            }

            fn at(
                &self,
                account: #krate::identity::AccountId,
                region: &#krate::identity::Region,
            ) -> Self {
                Self { #(#names: #krate::StoreField::at(&self.#names, account, region)),* }
            }

            fn scopes(&self) -> ::std::collections::BTreeSet<#krate::Scope> {
                let mut scopes = ::std::collections::BTreeSet::new();
                #(scopes.extend(#krate::StoreField::scopes(&self.#names));)*
                scopes
            }
        }

        const _: () = {
            #[#krate::linkme::distributed_slice(#krate::STORES)]
            #[linkme(crate = #krate::linkme)]
            static STORE: #krate::StorePlugin = #krate::StorePlugin {
                service: #service,
                open: |state| {
                    let _ = state.stores::<#name>();
                },
            };
        };
    }
}

fn reach_tokens(reach: Reach) -> TokenStream {
    match reach {
        Reach::Local => quote!(Local),
        Reach::CrossRegion => quote!(CrossRegion),
        Reach::CrossAccount => quote!(CrossAccount),
    }
}

/// The implementation of `Record`.
pub(super) fn record(description: &RecordDescription) -> TokenStream {
    let RecordDescription { name, krate, version, older } = description;
    let migrate = (!older.is_empty()).then(|| {
        let ways = older.iter().map(
            |(number, ty)| quote!(#number => #krate::decode::<#ty>(bytes).map(::std::convert::Into::into)),
        );
        quote! {
            fn migrate(from: u32, bytes: &[u8]) -> ::std::result::Result<Self, #krate::RecordError> {
                match from {
                    #(#ways,)*
                    _ => ::std::result::Result::Err(#krate::RecordError::NoMigration { from, to: #version }),
                }
            }
        }
    });
    quote! {
        impl #krate::Record for #name {
            const VERSION: u32 = #version;
            #migrate
        }
    }
}
