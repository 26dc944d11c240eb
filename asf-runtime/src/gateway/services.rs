//! What a gateway knows of services: how requests are told apart, all models, and the providers.

use std::sync::Arc;

use asf_routing::Router;
use asf_schema::ServiceSchema;

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
}

impl Services {
    /// The model of a service: its provider's, else the catalogue's.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&'static ServiceSchema> {
        self.providers.get(name).map(|it| it.service()).or_else(|| (self.catalogue)(name))
    }
}
