//! From tokens to a description.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{FnArg, GenericParam, ItemFn, LitStr, Path, Token};

use super::Patch;
use crate::parse::arguments::{CONDITION, Pair, generated_crate, is_service, number, path, string};
use crate::problems::Problems;

const KEYS: &str = "`service`, `operation`, `name`, `priority`, `should_load`, `api` and `constant`";
const FORM: &str = "a patch has the form `async fn(ctx: &RequestContext, input: Input, next: Next<'_, Operation>) \
                    -> Result<Output, Error>`; `next` may be left out by one that replaces the operation";

/// Reads a function and its arguments.
///
/// # Errors
/// The item, if no patch can be made of it.
pub(super) fn patch(
    arguments: TokenStream,
    item: TokenStream,
    problems: &mut Problems,
) -> Result<Patch, TokenStream> {
    let arguments = parse_arguments(arguments, problems);
    let Ok(function) = syn::parse2::<ItemFn>(item.clone()) else {
        let message = "#[patch] stands on a function: `#[patch(service = \"sqs\", operation = \"SendMessage\")] \
                       async fn stamp(..) { .. }`";
        problems.push(syn::Error::new(Span::call_site(), message));
        return Err(item);
    };
    let takes_next = signature(&function, problems);
    let (Some(arguments), Some(takes_next)) = (arguments, takes_next) else {
        return Err(function.into_token_stream());
    };
    Ok(Patch { function, takes_next, ..arguments })
}

/// Reads the arguments; the function in what comes of it is an empty one.
fn parse_arguments(tokens: TokenStream, problems: &mut Problems) -> Option<Patch> {
    let parser = Punctuated::<Pair, Token![,]>::parse_terminated;
    let pairs = problems.ok(parser.parse2(tokens))?;
    let (mut service, mut operation): (Option<LitStr>, Option<LitStr>) = (None, None);
    let (mut name, mut priority, mut should_load) = (None, None, None);
    let (mut api, mut constant): (Option<Path>, Option<Ident>) = (None, None);
    let mut seen: Vec<String> = Vec::new();
    for Pair { key, value } in pairs {
        let text = key.to_string();
        if seen.contains(&text) {
            problems.add(&key, format!("`{text}` is there twice"));
            continue;
        }
        match text.as_str() {
            "service" => service = problems.ok(string(value)).filter(|it| is_service(it, problems)),
            "operation" => operation = problems.ok(string(value)).filter(|it| is_operation(it, problems)),
            "name" => name = problems.ok(string(value)),
            "priority" => priority = problems.ok(number(&value)),
            "should_load" => should_load = problems.ok(path(value, CONDITION)),
            "api" => api = problems.ok(path(value, "of a generated crate, `asf_api_sqs`")),
            "constant" => {
                let name = path(value.clone(), "of a constant to be made, `STAMP`");
                let name = name.and_then(|it| {
                    let wrong = || syn::Error::new_spanned(value, "the name of a constant is expected here");
                    it.get_ident().cloned().ok_or_else(wrong)
                });
                constant = problems.ok(name);
            }
            _ => problems.add(&key, format!("there is no argument `{text}`; there are {KEYS}")),
        }
        seen.push(text);
    }
    for wanted in ["service", "operation"] {
        if !seen.iter().any(|it| it == wanted) {
            let message = format!(
                "which {wanted}? `#[patch(service = \"sqs\", operation = \"SendMessage\")]`, by AWS's names"
            );
            problems.push(syn::Error::new(Span::call_site(), message));
        }
    }
    let (service, operation) = (service?, operation?);
    let api = api.unwrap_or_else(|| generated_crate(&service));
    let priority = priority.unwrap_or(0);
    let function = syn::parse_quote!(
        fn none() {}
    );
    Some(Patch {
        service,
        operation,
        name,
        priority,
        should_load,
        api,
        constant,
        function,
        takes_next: false,
    })
}

fn is_operation(name: &LitStr, problems: &mut Problems) -> bool {
    let value = name.value();
    let fits = value.starts_with(|it: char| it.is_ascii_uppercase())
        && value.chars().all(|it| it.is_ascii_alphanumeric());
    if !fits {
        problems.add(name, "an operation has AWS's name, such as \"SendMessage\"");
    }
    fits
}

/// Looks at what the function takes: whether `next` is there. `None` if it cannot be called.
fn signature(function: &ItemFn, problems: &mut Problems) -> Option<bool> {
    let signature = &function.sig;
    let mut is_right = true;
    if signature.generics.params.iter().any(|it| !matches!(it, GenericParam::Lifetime(_))) {
        let message = "a patch has no generic parameters: no one could choose them";
        problems.add(&signature.generics.params, message);
        is_right = false;
    }
    if let Some(receiver @ FnArg::Receiver(_)) = signature.inputs.first() {
        let message = "a patch is a function of its own: there is nothing that `self` could be";
        problems.add(receiver, message);
        return None;
    }
    if signature.asyncness.is_none() {
        problems.add(signature.fn_token, FORM);
        is_right = false;
    }
    match signature.inputs.len() {
        2 | 3 => {}
        _ => {
            problems.add(&signature.ident, FORM);
            is_right = false;
        }
    }
    is_right.then_some(signature.inputs.len() == 3)
}
