//! From tokens to a description.

pub(crate) mod arguments;
mod handler;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, GenericParam, ImplItem, ImplItemFn, Item, ItemImpl};

use crate::description::{Handler, Provider};
use crate::names;
use crate::problems::Problems;

/// Reads an impl block with `#[provider]`. What is wrong with it is noted, and left out of what comes back.
///
/// # Errors
/// The item without our attributes, if no provider can be made of it.
pub(crate) fn provider(
    arguments: TokenStream,
    item: TokenStream,
    problems: &mut Problems,
) -> Result<Provider, TokenStream> {
    let arguments = arguments::parse(arguments, problems);
    let block = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => block,
        Ok(_) => {
            let message = "#[provider] stands on the implementation of a service's trait: \
                           `impl SqsApi for SqsProvider { .. }`";
            problems.push(syn::Error::new(Span::call_site(), message));
            return Err(item);
        }
        Err(error) => {
            problems.push(error);
            return Err(item);
        }
    };
    if block.trait_.is_none() {
        let message = "#[provider] stands on the implementation of a service's trait: `impl SqsApi for ..`, \
                       where this is an impl block of the type's own";
        problems.add(&block.self_ty, message);
    }
    refuse_generics(&block, problems);
    let (Some((api_trait, _)), Some(arguments)) = (&block.trait_, arguments) else {
        return Err(without_handlers(block));
    };
    let api_trait = syn::parse_quote!(#api_trait);

    let (mut handlers, mut others): (Vec<Handler>, Vec<ImplItem>) = (Vec::new(), Vec::new());
    for item in block.items {
        let ImplItem::Fn(mut function) = item else {
            others.push(item);
            continue;
        };
        let Some(attribute) = take_handler(&mut function, problems) else {
            problems.add(&function.sig.ident, forgotten(&function));
            others.push(ImplItem::Fn(function));
            continue;
        };
        let Some(handler) = handler::parse(&attribute, function, problems) else { continue };
        match handlers.iter().find(|it| it.operation == handler.operation) {
            Some(other) => problems.add(
                &handler.operation,
                format!("`{}` is bound already, to `{}`", handler.operation, other.function.sig.ident),
            ),
            None => handlers.push(handler),
        }
    }
    Ok(Provider { arguments, attributes: block.attrs, api_trait, subject: *block.self_ty, handlers, others })
}

fn refuse_generics(block: &ItemImpl, problems: &mut Problems) {
    if block.generics.params.iter().any(|it| !matches!(it, GenericParam::Lifetime(_))) {
        let message = "a provider is one type, without generic parameters: its handlers and its registration \
                       are statics; hold what varies as a `Box<dyn ..>` or `Arc<dyn ..>`";
        problems.add(&block.generics.params, message);
    }
}

fn forgotten(function: &ImplItemFn) -> String {
    let name = &function.sig.ident;
    format!(
        "no operation is bound to `{name}`, and so no client would ever reach it: put \
         `#[handler(\"{}\")]` before it, or, if it is no operation, move it into an impl block of the type's \
         own",
        names::operation(&name.to_string()),
    )
}

fn is_handler(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|it| it.ident == "handler")
}

/// Takes `#[handler]` off a function.
fn take_handler(function: &mut ImplItemFn, problems: &mut Problems) -> Option<Attribute> {
    let (mut ours, theirs): (Vec<_>, Vec<_>) =
        std::mem::take(&mut function.attrs).into_iter().partition(is_handler);
    function.attrs = theirs;
    if let Some(second) = ours.get(1) {
        problems.add(second, "a function answers one operation; let a second function call this one");
    }
    (!ours.is_empty()).then(|| ours.swap_remove(0))
}

/// The block as it would stand there without us.
fn without_handlers(mut block: ItemImpl) -> TokenStream {
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            function.attrs.retain(|it| !is_handler(it));
        }
    }
    let block = block.to_token_stream();
    quote!(#block)
}
