//! `#[patch]`: a function around an operation. The way of the tokens is the one of `#[provider]`: `parse` into
//! a description, `emit` from it.

mod emit;
mod parse;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{ItemFn, LitStr, Path};

use crate::problems::Problems;

/// A function with `#[patch]`.
struct Patch {
    service: LitStr,
    operation: LitStr,
    /// Its name among those of its operation; that of the function if none.
    name: Option<LitStr>,
    /// The one with the highest is called first.
    priority: i32,
    /// Its condition; none if it has none.
    should_load: Option<Path>,
    /// The generated crate.
    api: Path,
    /// A constant that holds the patch, instead of its registration.
    constant: Option<Ident>,
    /// The function, `#[patch]` not among its attributes.
    function: ItemFn,
    takes_next: bool,
}

/// What becomes of a function with `#[patch(..)]`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let emitted = match parse::patch(arguments, item, &mut problems) {
        Ok(patch) => emit::patch(&patch),
        Err(item) => item,
    };
    let errors = problems.into_compile_errors();
    quote!(#errors #emitted)
}
