//! `#[hook]`: a function that runs at a moment of a process. The way of the tokens is the one of
//! `#[provider]`: `parse` into a description, `emit` from it.

mod emit;
mod parse;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{ItemFn, LitStr, Path};

use crate::problems::Problems;

/// A function with `#[hook]`.
struct Hook {
    point: Point,
    /// Where the moment stands in the arguments.
    at: Span,
    /// Its name among those of its moment; that of the function, with its module, if none.
    name: Option<LitStr>,
    /// The one with the highest runs first.
    priority: i32,
    /// Its condition; none if it has none.
    should_load: Option<Path>,
    /// The function, `#[hook]` not among its attributes.
    function: ItemFn,
    /// The type of its parameter, if it has one.
    context: Option<Span>,
    is_async: bool,
}

/// When it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Point {
    OnInfraStart,
    OnInfraReady,
    OnInfraShutdown,
    PrepareHost,
    ConfigureContainer,
}

impl Point {
    /// All of them, by the names that `asf_runtime::hook::HookPoint` has.
    const ALL: [(&str, Self); 5] = [
        ("on_infra_start", Self::OnInfraStart),
        ("on_infra_ready", Self::OnInfraReady),
        ("on_infra_shutdown", Self::OnInfraShutdown),
        ("prepare_host", Self::PrepareHost),
        ("configure_container", Self::ConfigureContainer),
    ];

    fn of(name: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| name == known).map(|(_, point)| point)
    }
}

/// What becomes of a function with `#[hook(..)]`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let emitted = match parse::hook(arguments, item, &mut problems) {
        Ok(hook) => emit::hook(&hook),
        Err(item) => item,
    };
    let errors = problems.into_compile_errors();
    quote!(#errors #emitted)
}
