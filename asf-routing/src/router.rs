//! The router.

use asf_schema::ServiceSchema;

use crate::look::Look;
use crate::table::Table;
use crate::table::build::TableBuilder;
use crate::{Route, RouteError, RouteRequest};

/// Finds service and operation of requests.
///
/// What a request says of itself is looked at in the order of how much it can be trusted:
///
/// 1. **The protocol**, which is visible in every request: `X-Amz-Target` is json, `/service/../operation/..`
///    is rpc-v2-cbor, `Action` in a form or query string is query or ec2, and the rest is rest.
/// 2. **The candidates**: the services that are signed for under the name in the credential scope, narrowed
///    by the host name. Without either, all services are.
/// 3. **The operation**, in the way of the protocol, among the candidates.
///
/// Nothing is allocated, unless a path is encoded in unusual ways or the answer is an error.
#[derive(Debug)]
pub struct Router {
    pub(crate) table: Table,
    /// The only service there is: every request is for it.
    pub(crate) only: bool,
}

impl Router {
    /// A router that knows one service, whose every request is taken to be for it.
    #[must_use]
    pub fn of(service: &'static ServiceSchema) -> Self {
        let mut builder = TableBuilder::default();
        builder.add(service);
        // A spec that is too large to be loaded is also the only one that is too large for the table.
        let (bytes, text) = builder.finish().unwrap_or_default();
        Self { table: Table::owned(bytes, text), only: true }
    }

    /// A router over a table in the binary, as [`TableBuilder::finish`] made it.
    #[must_use]
    pub const fn embedded(bytes: &'static [u8], text: &'static str) -> Self {
        Self { table: Table::embedded(bytes, text), only: false }
    }

    /// Bytes of the table, and of the names in it.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.table.sizes()
    }

    /// Finds service and operation.
    ///
    /// # Errors
    /// [`RouteError`] if there is no such service or operation.
    pub fn route(&self, request: &RouteRequest<'_>) -> Result<Route<'_>, RouteError> {
        Look::of(self, request).route().map_err(|failure| failure.into_error(&self.table))
    }
}
