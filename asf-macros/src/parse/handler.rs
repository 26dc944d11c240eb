//! One function with `#[handler]`.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, ImplItemFn, LitStr, Meta, Pat, PatType, PathArguments,
    PathSegment, ReceiverKind, ReturnType, Token, Type,
};

use crate::description::{Argument, Form, Handler};
use crate::names;
use crate::problems::Problems;

/// `"SendMessage", expand`
struct Binding {
    operation: Ident,
    expand: bool,
}

impl Parse for Binding {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let operation = operation(input)?;
        let mut expand = false;
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let option: Ident = input.parse()?;
            if option != "expand" {
                let message = format!("there is no option `{option}`; there is `expand`");
                return Err(syn::Error::new(option.span(), message));
            }
            expand = true;
        }
        Ok(Self { operation, expand })
    }
}

/// The operation's name, as an identifier where the literal is. An identifier will do as well: that is how
/// rustc spells the right name when it is misspelt.
fn operation(input: ParseStream<'_>) -> syn::Result<Ident> {
    let refused =
        |span| syn::Error::new(span, "the operation's name is expected here: #[handler(\"CreateQueue\")]");
    if let Some(name) = input.parse::<Option<Ident>>()? {
        return Ok(name);
    }
    let literal: LitStr = input.parse().map_err(|error| refused(error.span()))?;
    let value = literal.value();
    let is_name = value.starts_with(|it: char| it.is_ascii_alphabetic())
        && value.chars().all(|it| it.is_ascii_alphanumeric())
        && syn::parse_str::<Ident>(&value).is_ok();
    if is_name { Ok(Ident::new(&value, literal.span())) } else { Err(refused(literal.span())) }
}

/// Reads a function and its `#[handler]`. Nothing comes of one that is wrong.
pub(super) fn parse(attribute: &Attribute, function: ImplItemFn, problems: &mut Problems) -> Option<Handler> {
    let binding = match &attribute.meta {
        Meta::List(list) => problems.ok(syn::parse2::<Binding>(list.tokens.clone())),
        other => {
            problems.add(other, "which operation? #[handler(\"CreateQueue\")]");
            None
        }
    };
    let expand = binding.as_ref().is_some_and(|it| it.expand);
    let receiver = check_signature(&function, problems);
    let arguments = arguments(&function, expand, problems);
    let (Binding { operation, expand }, true, arguments) = (binding?, receiver, arguments?) else {
        return None;
    };

    let returns_future =
        matches!(&function.sig.output, ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_)));
    let is_async = function.sig.asyncness.is_some() || returns_future;
    let method = Ident::new(&names::method(&operation.to_string()), operation.span());
    let in_trait_form = is_async
        && matches!(arguments.as_slice(), [Argument::Context] | [Argument::Context, Argument::Input(_)])
        && !expand
        && (returns_future || returns_output_or_error(&function.sig.output));
    let form = match in_trait_form {
        true if function.sig.ident == method => Form::Method,
        true => Form::Misnamed,
        false => Form::Own,
    };
    Some(Handler { operation, method, function, arguments, expand, is_async, form })
}

/// Whether the function is one that a table can call.
fn check_signature(function: &ImplItemFn, problems: &mut Problems) -> bool {
    let signature = &function.sig;
    let mut fits = true;
    let shared = signature.receiver().is_some_and(|receiver| {
        receiver.mutability.is_none() && matches!(receiver.kind, ReceiverKind::Reference(_, _, None))
    });
    if !shared {
        let message = "a handler takes `&self`: all calls share the provider, so what changes is behind a \
                       lock";
        match signature.receiver() {
            Some(receiver) => problems.add(receiver, message),
            None => problems.add(&signature.ident, message),
        }
        fits = false;
    }
    if signature.generics.params.iter().any(|it| !matches!(it, GenericParam::Lifetime(_))) {
        problems.add(
            &signature.generics.params,
            "a handler has no generic parameters: it is called with the operation's input and nothing else",
        );
        fits = false;
    }
    fits
}

fn arguments(function: &ImplItemFn, expand: bool, problems: &mut Problems) -> Option<Vec<Argument>> {
    let mut found = Vec::new();
    let mut fits = true;
    for parameter in &function.sig.inputs {
        let FnArg::Typed(parameter) = parameter else { continue };
        match argument(parameter, expand, &found) {
            Ok(argument) => found.push(argument),
            Err(error) => {
                problems.push(error);
                fits = false;
            }
        }
    }
    fits.then_some(found)
}

fn argument(parameter: &PatType, expand: bool, before: &[Argument]) -> syn::Result<Argument> {
    let refuse = |message: &str| Err(syn::Error::new_spanned(parameter, message));
    if let Type::Reference(reference) = &*parameter.ty {
        if !named(&reference.elem, "RequestContext") || reference.mutability.is_some() {
            return refuse(if expand {
                "members of the input are taken by value; the one reference is `ctx: &RequestContext`"
            } else {
                "the input is taken by value; the one reference is `ctx: &RequestContext`"
            });
        }
        if before.iter().any(|it| matches!(it, Argument::Context)) {
            return refuse("the context is there already");
        }
        return Ok(Argument::Context);
    }
    if named(&parameter.ty, "RequestContext") {
        return refuse("the context is borrowed: `ctx: &RequestContext`");
    }
    if !expand {
        if before.iter().any(|it| matches!(it, Argument::Input(_))) {
            return refuse(
                "a handler takes `ctx: &RequestContext` and the operation's input; to take members of the \
                 input, write #[handler(\"..\", expand)]",
            );
        }
        return Ok(Argument::Input(parameter.ty.span()));
    }
    match &*parameter.pat {
        Pat::Ident(it) if it.by_ref.is_none() && it.subpat.is_none() => {
            Ok(Argument::Member { field: it.ident.clone(), required: !named(&parameter.ty, "Option") })
        }
        _ => refuse("with `expand` a parameter has the name of the input's field that it takes"),
    }
}

/// The last part of a type's path.
fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

fn named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|it| it.ident == name)
}

/// Whether this looks like the trait's `Result<Output, Error>`: a path with arguments (any alias of
/// `Result` is one) that is not about HTTP responses. What only looks so is told by rustc.
fn returns_output_or_error(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let Some(PathArguments::AngleBracketed(arguments)) = last_segment(ty).map(|it| &it.arguments) else {
        return false;
    };
    let is_raw = |it: &GenericArgument| matches!(it, GenericArgument::Type(ty) if named(ty, "Response"));
    !named(ty, "Response") && !arguments.args.iter().any(is_raw)
}
