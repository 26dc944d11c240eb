//! From tokens to a description.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Expr, FnArg, GenericParam, ItemFn, Token};

use super::{Hook, Point};
use crate::parse::arguments::{CONDITION, number, path, string};
use crate::problems::Problems;

const POINTS: &str =
    "`on_infra_start`, `on_infra_ready`, `on_infra_shutdown`, `prepare_host` and `configure_container`";
const KEYS: &str = "`name`, `priority` and `should_load`";

/// `on_infra_start`, or `priority = 10`
struct Argument {
    key: Ident,
    value: Option<Expr>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        let has_value = input.parse::<Option<Token![=]>>()?.is_some();
        Ok(Self { key, value: has_value.then(|| input.parse()).transpose()? })
    }
}

/// Reads a function and its arguments.
///
/// # Errors
/// The item, if no hook can be made of it.
pub(super) fn hook(
    arguments: TokenStream,
    item: TokenStream,
    problems: &mut Problems,
) -> Result<Hook, TokenStream> {
    let arguments = parse_arguments(arguments, problems);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let message = "#[hook] stands on a function: `#[hook(on_infra_ready)] fn greet() { .. }`";
            problems.push(syn::Error::new(Span::call_site(), message));
            return Err(item);
        }
    };
    let context = signature(&function, problems);
    let (Some(arguments), Some(context)) = (arguments, context) else {
        return Err(function.into_token_stream());
    };
    let is_async = function.sig.asyncness.is_some();
    Ok(Hook { function, context, is_async, ..arguments })
}

/// Reads the arguments; the function in what comes of it is an empty one.
fn parse_arguments(tokens: TokenStream, problems: &mut Problems) -> Option<Hook> {
    let parser = Punctuated::<Argument, Token![,]>::parse_terminated;
    let parsed = problems.ok(parser.parse2(tokens))?;
    let mut points: Vec<(Point, Span)> = Vec::new();
    let (mut name, mut priority, mut should_load) = (None, None, None);
    let mut seen: Vec<String> = Vec::new();
    let mut is_right = true;
    for Argument { key, value } in parsed {
        let text = key.to_string();
        if seen.contains(&text) {
            problems.add(&key, format!("`{text}` is there twice"));
            continue;
        }
        seen.push(text.clone());
        match (text.as_str(), value) {
            (_, None) => match Point::of(&key) {
                Some(point) => points.push((point, key.span())),
                None => {
                    is_right = false;
                    problems
                        .add(&key, format!("`{text}` is no moment at which hooks run; they are {POINTS}"));
                }
            },
            ("name", Some(value)) => name = problems.ok(string(value)),
            ("priority", Some(value)) => priority = problems.ok(number(&value)),
            ("should_load", Some(value)) => should_load = problems.ok(path(value, CONDITION)),
            (_, Some(_)) => problems.add(&key, format!("there is no argument `{text}`; there are {KEYS}")),
        }
    }
    let (point, at) = match points.as_slice() {
        [only] => *only,
        [] => {
            if is_right {
                let message =
                    format!("when does it run? `#[hook(on_infra_ready)]`; the moments are {POINTS}");
                problems.push(syn::Error::new(Span::call_site(), message));
            }
            return None;
        }
        [first, (_, second), ..] => {
            let message = "a hook runs at one moment; let a second function call this one";
            problems.push(syn::Error::new(*second, message));
            *first
        }
    };
    let priority = priority.unwrap_or(0);
    let function = syn::parse_quote!(
        fn none() {}
    );
    Some(Hook { point, at, name, priority, should_load, function, context: None, is_async: false })
}

/// Looks at what the function takes: the span of its parameter's type, if there is one. `None` if it cannot
/// be called.
fn signature(function: &ItemFn, problems: &mut Problems) -> Option<Option<Span>> {
    let signature = &function.sig;
    let mut is_right = true;
    if signature.generics.params.iter().any(|it| !matches!(it, GenericParam::Lifetime(_))) {
        problems
            .add(&signature.generics.params, "a hook has no generic parameters: no one could choose them");
        is_right = false;
    }
    let mut parameters = signature.inputs.iter();
    let context = match parameters.next() {
        None => None,
        Some(FnArg::Typed(parameter)) => Some(parameter.ty.span()),
        Some(receiver) => {
            problems.add(receiver, "a hook is a function of its own: there is nothing that `self` could be");
            return None;
        }
    };
    if let Some(second) = parameters.next() {
        let message = "a hook takes the context of its moment, or nothing: `ctx: &HookContext`";
        problems.add(second, message);
        is_right = false;
    }
    is_right.then_some(context)
}
