//! The arguments of `#[provider]`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token};

use crate::description::Arguments;
use crate::problems::Problems;

const KEYS: &str = "`service`, `name`, `new`, `validation`, `api`, `handlers`, `priority`, `should_load` and \
                    `register`";

/// `service = "sqs"`
pub(crate) struct Pair {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
}

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
        input
            .parse::<Token![=]>()
            .map_err(|_| syn::Error::new(key.span(), format!("`{key}` has a value: `{key} = ..`")))?;
        Ok(Self { key, value: input.parse()? })
    }
}

/// Reads the arguments. Nothing comes of them without a service.
pub(super) fn parse(tokens: TokenStream, problems: &mut Problems) -> Option<Arguments> {
    let parser = Punctuated::<Pair, Token![,]>::parse_terminated;
    let pairs = problems.ok(parser.parse2(tokens))?;
    let (mut service, mut name, mut new, mut validation, mut api, mut register) =
        (None, None, None, None, None, None);
    let (mut handlers, mut priority, mut should_load) = (None, None, None);
    let mut seen: Vec<String> = Vec::new();
    for Pair { key, value } in pairs {
        let text = key.to_string();
        if seen.contains(&text) {
            problems.add(&key, format!("`{text}` is there twice"));
            continue;
        }
        match text.as_str() {
            "service" => service = problems.ok(string(value)).filter(|it| is_service(it, problems)),
            "name" => name = problems.ok(string(value)),
            "new" => new = problems.ok(path(value, "of a `fn(&asf_runtime::plugin::Settings) -> Self`")),
            "validation" => validation = Some(value),
            "api" => api = problems.ok(path(value, "of a generated crate, `asf_api_sqs`")),
            "handlers" => {
                handlers = problems.ok(path(value, "of a `fn(HandlerTable<Self>) -> HandlerTable<Self>`"));
            }
            "priority" => priority = problems.ok(number(&value)),
            "should_load" => should_load = problems.ok(path(value, CONDITION)),
            "register" => register = problems.ok(boolean(value)),
            _ => problems.add(&key, format!("there is no argument `{text}`; there are {KEYS}")),
        }
        seen.push(text);
    }
    let Some(service) = service else {
        if !seen.iter().any(|it| it == "service") {
            let message = "which service? `#[provider(service = \"sqs\")]`, by the name of its folder in \
                           `specs/`";
            problems.push(syn::Error::new(Span::call_site(), message));
        }
        return None;
    };
    let api = api.unwrap_or_else(|| generated_crate(&service));
    Some(Arguments {
        name: name.unwrap_or_else(|| LitStr::new("default", service.span())),
        new,
        validation,
        api,
        handlers,
        priority: priority.unwrap_or(0),
        should_load,
        register: register.unwrap_or(true),
        service,
    })
}

/// `::asf_api_sqs`, spelt where the service is, so that rustc points there if it is not a dependency.
pub(crate) fn generated_crate(service: &LitStr) -> Path {
    let name = format!("asf_api_{}", service.value().replace('-', "_"));
    let segment = syn::PathSegment::from(Ident::new(&name, service.span()));
    Path { leading_colon: Some(Token![::](service.span())), segments: [segment].into_iter().collect() }
}

pub(crate) fn is_service(name: &LitStr, problems: &mut Problems) -> bool {
    let value = name.value();
    let fits = !value.is_empty()
        && value.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
    if !fits {
        let message = "a service has the name of its folder in `specs/`: small letters, digits and hyphens, \
                       such as \"sqs\" or \"route53-recovery-cluster\"";
        problems.add(name, message);
    }
    fits
}

/// What `should_load` is.
pub(crate) const CONDITION: &str = "of a `fn(&asf_runtime::plugin::Settings) -> Result<(), String>`";

/// A whole number, which may be negative.
pub(crate) fn number(value: &Expr) -> syn::Result<i32> {
    let is_negative = matches!(value, Expr::Unary(it) if matches!(it.op, syn::UnOp::Neg(_)));
    let digits = match value {
        Expr::Unary(it) if is_negative => &*it.expr,
        other => other,
    };
    match digits {
        Expr::Lit(ExprLit { lit: Lit::Int(digits), .. }) => {
            let sign = if is_negative { "-" } else { "" };
            format!("{sign}{}", digits.base10_digits())
                .parse()
                .map_err(|_| syn::Error::new_spanned(value, "the number does not fit in an i32"))
        }
        other => Err(syn::Error::new_spanned(other, "a whole number is expected here")),
    }
}

pub(crate) fn string(value: Expr) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
        other => Err(syn::Error::new_spanned(other, "a string is expected here")),
    }
}

pub(crate) fn path(value: Expr, what: &str) -> syn::Result<Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path),
        other => Err(syn::Error::new_spanned(other, format!("the path {what} is expected here"))),
    }
}

fn boolean(value: Expr) -> syn::Result<bool> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Bool(it), .. }) => Ok(it.value),
        other => Err(syn::Error::new_spanned(other, "`true` or `false` is expected here")),
    }
}
