//! One file of Rust code: its `#[provider]` blocks and their `#[handler]`s.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, ItemImpl, Lit, Meta, Token};

/// A `#[provider]` block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) service: String,
    pub(super) name: String,
    pub(super) operations: Vec<String>,
}

/// The providers of a file that register.
pub(super) fn providers(text: &str) -> syn::Result<Vec<Found>> {
    // Most files have none, and need not be read as Rust.
    if !text.contains("provider") || !text.contains("handler") {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    in_items(&syn::parse_file(text)?.items, &mut found);
    Ok(found)
}

fn in_items(items: &[Item], found: &mut Vec<Found>) {
    for item in items {
        match item {
            Item::Impl(item) if !is_test(&item.attrs) => found.extend(provider(item)),
            Item::Mod(item) if !is_test(&item.attrs) => {
                in_items(item.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default(), found);
            }
            _ => {}
        }
    }
}

fn provider(item: &ItemImpl) -> Option<Found> {
    let attribute = item.attrs.iter().find(|it| is(it, "provider"))?;
    let arguments = match &attribute.meta {
        Meta::List(list) => {
            list.parse_args_with(Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated).ok()?
        }
        _ => return None,
    };
    let argument = |name: &str| arguments.iter().find(|it| it.path.is_ident(name)).map(|it| &it.value);
    if matches!(argument("register"), Some(Expr::Lit(ExprLit { lit: Lit::Bool(it), .. })) if !it.value) {
        return None;
    }
    let functions = item.items.iter().filter_map(|it| match it {
        ImplItem::Fn(function) if !is_test(&function.attrs) => Some(function),
        _ => None,
    });
    let handlers = functions.filter_map(|function| function.attrs.iter().find(|it| is(it, "handler")));
    Some(Found {
        service: text(argument("service")?)?,
        name: argument("name").and_then(text).unwrap_or_else(|| "default".to_owned()),
        operations: handlers.filter_map(operation).collect(),
    })
}

/// The name in `#[handler("SendMessage", expand)]`.
fn operation(attribute: &Attribute) -> Option<String> {
    let arguments = attribute.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated).ok()?;
    text(arguments.first()?)
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// `#[provider]`, `#[asf_macros::provider]`.
fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|it| it.ident == name)
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_cfg_test = |it: &Attribute| {
        it.path().is_ident("cfg") && it.parse_args::<syn::Path>().is_ok_and(|it| it.is_ident("test"))
    };
    attributes.iter().any(is_cfg_test)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str, &[&str])]) {
        let found = providers(text).unwrap();
        let found: Vec<(&str, &str, Vec<&str>)> = found
            .iter()
            .map(|it| {
                let operations = it.operations.iter().map(String::as_str).collect();
                (it.service.as_str(), it.name.as_str(), operations)
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(a, b, c)| (*a, *b, c.to_vec())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn providers_of_a_file() {
        check("fn provider() { handler }", &[]);
        check(
            r#"
            #[provider(service = "sqs")]
            impl SqsApi for Sqs {
                #[handler("CreateQueue")]
                async fn create_queue(&self) {}
                // Not bound to an operation.
                fn helper(&self) {}
                #[asf_macros::handler("SendMessage", expand)]
                fn send(&self, queue_url: String) -> SendMessageResult {}
            }"#,
            &[("sqs", "default", &["CreateQueue", "SendMessage"])],
        );
        check(
            r#"
            mod inner {
                #[asf_macros::provider(service = "sqs", name = "fast", new = Sqs::new)]
                impl SqsApi for Sqs { #[handler("Purge")] fn purge(&self) {} }
                #[provider(service = "sts", register = false)]
                impl StsApi for Sts { #[handler("GetCallerIdentity")] fn get(&self) {} }
            }
            #[cfg(test)]
            mod tests {
                #[provider(service = "sns")]
                impl SnsApi for Sns { #[handler("Publish")] fn publish(&self) {} }
            }"#,
            &[("sqs", "fast", &["Purge"])],
        );
        assert!(providers("#[provider] #[handler] impl {").is_err());
    }
}
