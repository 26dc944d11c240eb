//! The item of a derive, read.

use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, LitInt, LitStr, Path, Type};

use super::{Field, Reach, RecordDescription, StoreDescription};
use crate::problems::Problems;

/// Reads `#[derive(Store)]`'s struct.
pub(super) fn store(item: TokenStream, problems: &mut Problems) -> Option<StoreDescription> {
    let item: DeriveInput = problems.ok(syn::parse2(item))?;
    if !item.generics.params.is_empty() {
        problems.add(&item.generics, "a store has no parameters: what it holds is written down by its name");
    }
    let (mut service, mut krate) = (None::<LitStr>, None);
    for attribute in item.attrs.iter().filter(|it| it.path().is_ident("store")) {
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("service") {
                service = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("crate") {
                krate = Some(meta.value()?.parse::<Path>()?);
            } else {
                return Err(meta.error(
                    "a store has `service = \"..\"`, and `crate = path` if asf-runtime is elsewhere",
                ));
            }
            Ok(())
        });
        problems.ok(parsed);
    }
    let Data::Struct(data) = &item.data else {
        problems.add(&item.ident, "a store is a struct: its fields are what it holds");
        return None;
    };
    let Fields::Named(fields) = &data.fields else {
        problems.add(&item.ident, "the fields of a store have names, by which they are kept");
        return None;
    };
    let fields = fields.named.iter().filter_map(|it| field(it, problems)).collect();
    let Some(service) = service else {
        problems.add(
            &item.ident,
            "of which service? `#[store(service = \"sqs\")]`, by the name of its folder in `specs/`",
        );
        return None;
    };
    Some(StoreDescription {
        name: item.ident,
        service,
        krate: krate.unwrap_or_else(|| syn::parse_quote!(::asf_runtime::store)),
        fields,
    })
}

fn field(field: &syn::Field, problems: &mut Problems) -> Option<Field> {
    let name = field.ident.clone()?;
    let (mut reach, mut default) = (None, None::<Expr>);
    for attribute in store_attributes(&field.attrs) {
        let mut set = |meta: &ParseNestedMeta<'_>, value: Reach| match reach.replace(value) {
            Some(_) => Err(meta.error("one of `local`, `cross_region` and `cross_account`")),
            None => Ok(()),
        };
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("local") {
                set(&meta, Reach::Local)
            } else if meta.path.is_ident("cross_region") {
                set(&meta, Reach::CrossRegion)
            } else if meta.path.is_ident("cross_account") {
                set(&meta, Reach::CrossAccount)
            } else if meta.path.is_ident("default") {
                default = Some(meta.value()?.parse()?);
                Ok(())
            } else {
                Err(meta.error("there are `local`, `cross_region`, `cross_account` and `default = ..`"))
            }
        });
        problems.ok(parsed)?;
    }
    let Some(reach) = reach else {
        problems.add(
            &name,
            "whose is it? `#[store(local)]`: of each account in each region; `#[store(cross_region)]`: of each \
             account; `#[store(cross_account)]`: of all",
        );
        return None;
    };
    Some(Field { name, ty: field.ty.clone(), reach, default })
}

fn store_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|it| it.path().is_ident("store"))
}

/// Reads `#[derive(Record)]`'s type.
pub(super) fn record(item: TokenStream, problems: &mut Problems) -> Option<RecordDescription> {
    let item: DeriveInput = problems.ok(syn::parse2(item))?;
    if !item.generics.params.is_empty() {
        problems.add(&item.generics, "a record has no parameters");
    }
    let (mut version, mut older, mut krate) = (None::<LitInt>, Vec::new(), None);
    for attribute in item.attrs.iter().filter(|it| it.path().is_ident("record")) {
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("version") {
                version = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("from") {
                let content;
                syn::parenthesized!(content in meta.input);
                let number: LitInt = content.parse()?;
                content.parse::<syn::Token![=]>()?;
                older.push((number, content.parse::<Type>()?));
            } else if meta.path.is_ident("crate") {
                krate = Some(meta.value()?.parse::<Path>()?);
            } else {
                return Err(
                    meta.error("a record has `version = 2`, and `from(1 = OldType)` for each older version")
                );
            }
            Ok(())
        });
        problems.ok(parsed)?;
    }
    let version = version.unwrap_or_else(|| LitInt::new("1", item.ident.span()));
    let now: u32 = problems.ok(version.base10_parse())?;
    for (number, _) in &older {
        if problems.ok(number.base10_parse::<u32>()).is_some_and(|it| it >= now) {
            problems.add(number, format!("is not older than the present version, {now}"));
        }
    }
    Some(RecordDescription {
        name: item.ident,
        krate: krate.unwrap_or_else(|| syn::parse_quote!(::asf_runtime::store)),
        version,
        older,
    })
}
