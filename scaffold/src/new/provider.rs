//! `scaffold new provider <service>`: a crate that compiles, with one operation as an example and a test.

use std::path::Path;

use serde_json::Value;

use super::example::Example;
use super::{NewCrate, Place};
use crate::specs::SpecSource;

const TEMPLATE: &[super::Template] = &[
    ("Cargo.toml", include_str!("../../../templates/provider/Cargo.toml.hbs")),
    ("src/lib.rs", include_str!("../../../templates/provider/src/lib.rs.hbs")),
    ("src/provider.rs", include_str!("../../../templates/provider/src/provider.rs.hbs")),
    ("tests/it/main.rs", include_str!("../../../templates/provider/tests/it/main.rs.hbs")),
];

/// Writes the provider crate of a service to `services/<service>`, and the crate of its API to
/// `generated/<service>` if it is not there yet. `operation` is the one to start with; without it, one
/// that reads and needs no input.
///
/// # Errors
/// When service or operation are not known (the nearest is named), the crate is there already, or a
/// file cannot be written.
pub fn provider(
    source: &SpecSource,
    service: &str,
    operation: Option<&str>,
    output: Option<&Path>,
) -> anyhow::Result<NewCrate> {
    let example = Example::find(source, service, operation)?;
    let place = Place::of(source, &format!("services/{service}"), output)?;
    let package = format!("asf-{service}");
    let mut values = example.values();
    place.add_to(&mut values, &package);
    let mut files = super::write(TEMPLATE, &Value::Object(values), &place.directory)?;
    files.extend(example.generate(source, &place.workspace)?);
    Ok(NewCrate { package, answers: example.name().to_owned(), files })
}
