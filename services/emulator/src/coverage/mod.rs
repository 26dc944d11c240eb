//! Who implements what: for each operation of AWS the native provider, an extension, moto, or nobody. It is taken
//! from the handlers that providers have, and from what moto says of itself; there is no list to keep.

mod endpoint;
pub mod page;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use asf_moto::Inventory;
use asf_runtime::provider::{Providers, Source};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

pub use endpoint::add_routes;

/// Who implements an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Implemented {
    /// The native provider.
    Native,
    /// An extension.
    Extension,
    /// moto.
    Moto,
    /// Nobody.
    None,
}

impl Implemented {
    /// All, in the order in which they are asked.
    pub const ALL: [Self; 4] = [Self::Native, Self::Extension, Self::Moto, Self::None];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Extension => "extension",
            Self::Moto => "moto",
            Self::None => "none",
        }
    }
}

/// The operations of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCoverage {
    /// The service, by botocore's name.
    pub service: String,
    /// Its operations.
    pub operations: BTreeMap<String, Implemented>,
}

impl ServiceCoverage {
    /// How many of its operations are implemented so.
    #[must_use]
    pub fn count(&self, by: Implemented) -> usize {
        self.operations.values().filter(|it| **it == by).count()
    }
}

/// The operations of a service. None if AWS has none of this name. The provider is made, which may read what was
/// kept of it: this blocks.
#[must_use]
pub fn of_service(providers: &Providers, moto: &Inventory, service: &str) -> Option<ServiceCoverage> {
    let info = asf_specs::info(service)?;
    let of_moto = moto.services.get(service);
    let by_moto = |name: &str| match of_moto.is_some_and(|it| it.contains(name)) {
        true => Implemented::Moto,
        false => Implemented::None,
    };
    let operations = if providers.sources(service).is_empty() {
        // The model is not kept, as it would be by `asf_specs::service`.
        let names = operation_names(info.name);
        names.into_iter().map(|name| (name.clone(), by_moto(&name))).collect()
    } else {
        let operations = asf_specs::service(service)?.operations();
        let by = |operation| match providers.answering(operation).map(|it| it.source) {
            Some(Source::Native) => Implemented::Native,
            Some(_) => Implemented::Extension,
            None => by_moto(operation.name()),
        };
        operations.map(|operation| (operation.name().to_owned(), by(operation))).collect()
    };
    Some(ServiceCoverage { service: service.to_owned(), operations })
}

/// The operations of all services, as [`of_service`].
#[must_use]
pub fn of_all(providers: &Providers, moto: &Inventory) -> Vec<ServiceCoverage> {
    asf_specs::names().filter_map(|service| of_service(providers, moto, service)).collect()
}

fn operation_names(service: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Spec {
        operations: BTreeMap<String, IgnoredAny>,
    }
    let spec = asf_specs::json(service).and_then(|json| serde_json::from_slice::<Spec>(&json).ok());
    spec.map(|spec| spec.operations.into_keys().collect()).unwrap_or_default()
}

/// Hundredths of a whole, with one digit behind the point.
#[must_use]
pub fn percent(part: usize, whole: usize) -> f64 {
    let [part, whole] = [part, whole].map(|it| u32::try_from(it).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { (f64::from(part) * 1000.0 / f64::from(whole)).round() / 10.0 }
}

/// As the endpoint and `asf coverage --format json` write it.
#[must_use]
pub fn to_json(services: &[ServiceCoverage], moto: &Inventory) -> Value {
    let counts = |of: &[ServiceCoverage]| -> Map<String, Value> {
        let whole: usize = of.iter().map(|it| it.operations.len()).sum();
        let count = |by| of.iter().map(|it| it.count(by)).sum::<usize>();
        let mut counts = Map::new();
        counts.insert("total".to_owned(), whole.into());
        counts.extend(Implemented::ALL.map(|by| (by.as_str().to_owned(), count(by).into())));
        counts.insert("nativePercent".to_owned(), percent(count(Implemented::Native), whole).into());
        let answered = whole - count(Implemented::None);
        counts.insert("answeredPercent".to_owned(), percent(answered, whole).into());
        counts
    };
    let service = |it: &ServiceCoverage| {
        let mut shown = Map::new();
        shown.insert("service".to_owned(), it.service.as_str().into());
        shown.extend(counts(std::slice::from_ref(it)));
        let operations = it.operations.iter().map(|(name, by)| (name.clone(), by.as_str().into()));
        shown.insert("operations".to_owned(), Value::Object(operations.collect()));
        Value::Object(shown)
    };
    json!({
        "moto": moto.moto,
        "total": counts(services),
        "services": services.iter().map(service).collect::<Vec<_>>(),
    })
}
