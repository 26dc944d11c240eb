//! What a gateway knows of services: how requests are told apart, all models, and the providers.

use std::sync::Arc;

use asf_routing::Router;
use asf_schema::{Operation, ServiceSchema};

use crate::provider::Providers;

/// Finds the model of a service, by botocore's folder name.
pub type Catalogue = fn(&str) -> Option<&'static ServiceSchema>;

/// The services that a gateway serves.
#[derive(Debug)]
pub struct Services {
    /// From the raw request to service and operation.
    pub router: &'static Router,
    /// The models of services without a provider.
    pub catalogue: Catalogue,
    /// Who answers.
    pub providers: Arc<Providers>,
    /// The services that may be called (`SERVICES` with `STRICT_SERVICE_LOADING`); without it, all.
    pub enabled: Option<Vec<String>>,
}

impl Services {
    /// Whether a service may be called.
    #[must_use]
    pub fn is_enabled(&self, name: &str) -> bool {
        self.enabled.as_ref().is_none_or(|names| names.iter().any(|it| it == name))
    }

    /// The model of a service: its provider's, else the catalogue's.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&'static ServiceSchema> {
        self.providers.get(name).map(|it| it.service()).or_else(|| (self.catalogue)(name))
    }
    /// An operation by name, in this model of its service, or, if that has only a part of the operations, in the
    /// catalogue's.
    #[must_use]
    pub fn operation(&self, schema: &'static ServiceSchema, name: &str) -> Option<Operation> {
        schema.operation(name).or_else(|| (self.catalogue)(schema.name)?.operation(name))
    }
}
