//! Requests at a route of the edge, passed on to a server that starts with the first of them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use asf_runtime::gateway::edge::{EdgeRequest, Endpoint, Proxy, respond};
use asf_runtime::protocol::Response;
use futures_util::future::BoxFuture;
use http::StatusCode;

use crate::Server;

/// Passes requests at a route of the edge router on to a server, which is started with the first of them.
/// A server that cannot be started is a 502 that says why.
pub struct HttpProxy {
    server: Server,
    /// The proxy, and the address it was made for: a server that was stopped may come up elsewhere.
    proxy: Mutex<Option<(SocketAddr, Arc<Proxy>)>>,
}

impl HttpProxy {
    /// To this server, which has to speak HTTP.
    #[must_use]
    pub fn new(server: Server) -> Self {
        Self { server, proxy: Mutex::default() }
    }

    async fn to(&self) -> Result<Arc<Proxy>, Response> {
        let bad = |reason: String| respond::error(StatusCode::BAD_GATEWAY, reason);
        let address = self.server.start().await.map_err(|error| bad(error.to_string()))?;
        let mut proxy = self.proxy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, proxy)) = &*proxy
            && *at == address
        {
            return Ok(proxy.clone());
        }
        let new = Arc::new(Proxy::new(&format!("http://{address}")).map_err(|error| bad(error.to_string()))?);
        *proxy = Some((address, new.clone()));
        Ok(new)
    }
}

impl Endpoint for HttpProxy {
    fn answer<'a>(&'a self, request: EdgeRequest) -> BoxFuture<'a, Response> {
        Box::pin(async move {
            match self.to().await {
                Ok(proxy) => proxy.answer(request).await,
                Err(response) => response,
            }
        })
    }
}
