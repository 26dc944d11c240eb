//! The way from one provider to the others of its process.

use std::sync::{Arc, OnceLock, Weak};

use asf_schema::Operation;
use futures_util::future::BoxFuture;

use super::{InProcess, Transport};
use crate::error::ServiceError;
use crate::provider::Providers;
use crate::{AwsError, RequestContext, Shape};

/// Carries calls to whoever answers them in this process, for a provider that works with other services: it comes
/// from [`Settings::connect`](crate::plugin::Settings::connect), and a generated client stands on it. Account and region
/// are those of the context that the call is made with.
///
/// It is there before the others are, and keeps none of them alive. Before the gateway is, and after it, nobody
/// answers: the calls are not implemented.
#[derive(Clone, Debug, Default)]
pub struct Connect(Arc<OnceLock<Weak<Providers>>>);

impl Connect {
    /// Calls go to these from now on, if they go to none yet.
    pub(crate) fn to(&self, providers: &Arc<Providers>) {
        let _ = self.0.set(Arc::downgrade(providers));
    }
}

impl Transport for Connect {
    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
        output: Box<dyn Shape>,
    ) -> BoxFuture<'a, Result<Box<dyn Shape>, Box<dyn ServiceError>>> {
        Box::pin(async move {
            let providers = self.0.get().and_then(Weak::upgrade);
            let providers = providers.ok_or_else(|| AwsError::not_implemented(operation))?;
            InProcess::new(providers).call(ctx, operation, input, output).await
        })
    }
}
