//! `scaffold new extension <name>`: a crate that brings a route, a handler, a hook, and, for a service, a
//! provider; and a binary that is `asf` with it.

use std::path::Path;

use anyhow::bail;
use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value};

use super::example::Example;
use super::{NewCrate, Place, Template};
use crate::specs::SpecSource;

const TEMPLATE: &[Template] = &[
    ("Cargo.toml", include_str!("../../../templates/extension/Cargo.toml.hbs")),
    ("src/lib.rs", include_str!("../../../templates/extension/src/lib.rs.hbs")),
    ("src/extension.rs", include_str!("../../../templates/extension/src/extension.rs.hbs")),
    ("src/hooks.rs", include_str!("../../../templates/extension/src/hooks.rs.hbs")),
    ("src/main.rs", include_str!("../../../templates/extension/src/main.rs.hbs")),
    ("tests/it/main.rs", include_str!("../../../templates/extension/tests/it/main.rs.hbs")),
];

const PROVIDER: Template =
    ("src/provider.rs", include_str!("../../../templates/extension/src/provider.rs.hbs"));

/// Writes the crate of an extension to `extensions/<name>`: a route, `/_extension/<name>/hello`, a handler, a
/// hook, and, with a service, a provider of it that answers one operation (as for
/// [`provider`](super::provider)).
///
/// # Errors
/// When the name does not do as one, service or operation are not known (the nearest is named), the crate
/// is there already, or a file cannot be written.
pub fn extension(
    source: &SpecSource,
    name: &str,
    service: Option<&str>,
    operation: Option<&str>,
    output: Option<&Path>,
) -> anyhow::Result<NewCrate> {
    if !is_name(name) {
        bail!(
            "{name} is no name for an extension: small letters, digits and single hyphens, as in my-extension"
        );
    }
    let example = service.map(|service| Example::find(source, service, operation)).transpose()?;
    let place = Place::of(source, &format!("extensions/{name}"), output)?;
    let package = format!("asf-ext-{name}");
    let prefix = format!("/_extension/{name}");
    let mut values = match &example {
        Some(example) => example.values(),
        None => Map::from_iter([("service".to_owned(), Value::Null)]),
    };
    place.add_to(&mut values, &package);
    for (key, value) in [("name", name), ("type_name", &name.to_upper_camel_case()), ("prefix", &prefix)] {
        values.insert(key.to_owned(), Value::from(value));
    }
    let mut template = TEMPLATE.to_vec();
    template.extend(example.is_some().then_some(PROVIDER));
    let mut files = super::write(&template, &Value::Object(values), &place.directory)?;
    let mut answers = format!("{prefix}/hello");
    if let Some(example) = &example {
        files.extend(example.generate(source, &place.workspace)?);
        answers += &format!(" and {}", example.name());
    }
    Ok(NewCrate { package, answers, files })
}

/// Small letters, digits and single hyphens, starting with a letter.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    name.starts_with(|it: char| it.is_ascii_lowercase()) && name.split('-').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, is) in [
            ("chaos", true),
            ("my-extension2", true),
            ("a", true),
            ("", false),
            ("My", false),
            ("2nd", false),
            ("a--b", false),
            ("a-", false),
            ("a_b", false),
            ("../a", false),
            ("é", false),
        ] {
            assert_eq!(is_name(name), is, "{name}");
        }
    }
}
