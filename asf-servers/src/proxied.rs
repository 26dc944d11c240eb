//! Servers behind a TCP proxy of ours.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use futures_util::future::BoxFuture;

use crate::port::free_port;
use crate::tcp_proxy::Passing;
use crate::{
    Backend, DockerContainerServer, Encryption, Ended, Health, Running, ServerError, Start, TcpProxy,
};

/// A server that listens at a free port of the loopback, and a proxy of ours where it is to be reached: for
/// servers that cannot be told where to listen, or that must not be reached from outside directly.
#[derive(Debug)]
pub struct Proxied<B>(pub B);

/// A container behind a proxy of ours; see [`Proxied`].
pub type ProxiedDockerContainerServer = Proxied<DockerContainerServer>;

/// As [`Proxied`], by a proxy that speaks TLS, for servers that do not.
#[derive(Debug)]
pub struct Encrypted<B>(pub B, pub Encryption);

impl<B: Backend> Backend for Proxied<B> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        Box::pin(run(&self.0, start, None))
    }

    fn health(&self) -> Health {
        self.0.health()
    }

    fn scheme(&self) -> &str {
        self.0.scheme()
    }
}

impl<B: Backend> Backend for Encrypted<B> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        Box::pin(run(&self.0, start, Some(self.1.clone())))
    }

    fn health(&self) -> Health {
        self.0.health()
    }

    fn scheme(&self) -> &str {
        self.0.scheme()
    }
}

async fn run(
    backend: &impl Backend,
    start: Start,
    encryption: Option<Encryption>,
) -> Result<Box<dyn Running>, ServerError> {
    let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let inner = SocketAddr::new(host, free_port(host)?);
    let passing = Passing { encryption, ..Passing::to(inner) };
    let proxy = TcpProxy::with(start.address, passing).await.map_err(|error| ServerError::Other {
        server: start.name.clone(),
        reason: format!("its proxy cannot listen at {}: {error}", start.address),
    })?;
    let server = backend.run(Start { address: inner, ..start }).await?;
    Ok(Box::new(Behind { server, inner, _proxy: proxy }))
}

struct Behind {
    server: Box<dyn Running>,
    inner: SocketAddr,
    _proxy: TcpProxy,
}

impl Running for Behind {
    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        self.server.ended()
    }

    fn ask_to_end(&mut self) {
        self.server.ask_to_end();
    }

    fn kill(&mut self) {
        self.server.kill();
    }

    /// The server itself: the proxy takes connections all the time.
    fn checked_at(&self) -> Option<SocketAddr> {
        self.server.checked_at().or(Some(self.inner))
    }
}
