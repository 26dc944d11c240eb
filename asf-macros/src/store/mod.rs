//! `#[derive(Store)]` and `#[derive(Record)]`: what providers keep, declared.
//!
//! As with providers, `parse` reads the item into a description and says everything that is wrong with it at
//! once; `emit` writes the implementation.

mod emit;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Ident, LitInt, LitStr, Path, Type};

use crate::problems::Problems;

/// A struct with `#[derive(Store)]`.
pub(crate) struct StoreDescription {
    name: Ident,
    service: LitStr,
    /// Where `asf_store` is found.
    krate: Path,
    fields: Vec<Field>,
}

/// An attribute of a store.
struct Field {
    name: Ident,
    ty: Type,
    reach: Reach,
    default: Option<Expr>,
}

/// The variant of `asf_store::Reach` that a field has.
#[derive(Clone, Copy)]
enum Reach {
    Local,
    CrossRegion,
    CrossAccount,
}

/// A type with `#[derive(Record)]`.
pub(crate) struct RecordDescription {
    name: Ident,
    krate: Path,
    version: LitInt,
    /// Older versions, and the types that read them.
    older: Vec<(LitInt, Type)>,
}

pub(crate) fn derive_store(item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let emitted = parse::store(item, &mut problems).as_ref().map(emit::store);
    let errors = problems.into_compile_errors();
    quote!(#errors #emitted)
}

pub(crate) fn derive_record(item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let emitted = parse::record(item, &mut problems).as_ref().map(emit::record);
    let errors = problems.into_compile_errors();
    quote!(#errors #emitted)
}
