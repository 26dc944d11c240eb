//! An extension out of process, as an extension like any other.

use std::sync::Arc;

use asf_runtime::extension::{Extension, ExtensionError, ExtensionHost};
use asf_runtime::hook::{Hook, HookContext, HookPoint, HookResult};
use futures_util::future::BoxFuture;

use crate::call::notify;
use crate::{ExtensionProvider, Moment, Program, Served, route};

pub(super) struct Outside {
    program: Program,
}

impl Outside {
    pub(super) fn new(program: Program) -> Self {
        Self { program }
    }

    fn provider(&self, service: &str, served: &Served) -> Result<Arc<ExtensionProvider>, ExtensionError> {
        let schema = asf_specs::service(service)
            .ok_or_else(|| ExtensionError::other(format!("there is no service {service:?}")))?;
        Ok(Arc::new(ExtensionProvider::new(schema, served.clone(), self.program.clone())))
    }
}

impl Extension for Outside {
    fn name(&self) -> &str {
        self.program.name().as_str()
    }

    /// The models of its services are loaded here, because it is by them that calls find their provider.
    fn register(&self, host: &ExtensionHost) -> Result<(), ExtensionError> {
        let manifest = self.program.manifest();
        // A folder that was changed by hand has not been checked.
        manifest.check_operations().map_err(|error| ExtensionError::other(error.to_string()))?;
        let endpoint = route(&self.program);
        for it in &manifest.routes {
            let rule = it.rule().map_err(|fault| ExtensionError::other(fault.to_string()))?;
            host.add_route(rule, endpoint.clone())?;
        }
        for (service, served) in &manifest.operations {
            host.add_provider(self.provider(service, served)?);
        }
        for (service, served) in &manifest.overrides {
            host.override_operations(self.provider(service, served)?);
        }
        for moment in &manifest.hooks {
            let point = match moment {
                Moment::OnInfraReady => HookPoint::OnInfraReady,
                Moment::OnInfraShutdown => HookPoint::OnInfraShutdown,
            };
            host.add_hook(point, 0, Arc::new(Told { program: self.program.clone(), moment: *moment }));
        }
        Ok(())
    }

    fn removed(&self) {
        self.program.end();
    }
}

/// Tells a program of a moment.
struct Told {
    program: Program,
    moment: Moment,
}

impl Hook for Told {
    fn run<'a>(&'a self, _: &'a HookContext) -> BoxFuture<'a, HookResult> {
        Box::pin(async move { Ok(notify(&self.program, self.moment).await?) })
    }
}
