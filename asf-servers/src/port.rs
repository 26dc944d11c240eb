//! Which port a server listens on.

use std::net::{IpAddr, SocketAddr, TcpListener};

use crate::{PortError, ReservedPort};

/// Which port a server listens on. Restarts keep it.
#[derive(Debug, Default)]
pub enum Port {
    /// One that is free. It is chosen by binding and closing it, so another process may take it before the
    /// server has it; then another one is tried.
    #[default]
    Free,
    /// This one.
    Fixed(u16),
    /// One of the range for what users connect to directly.
    External(ReservedPort),
}

impl Port {
    pub(crate) fn choose(&self, host: IpAddr) -> Result<SocketAddr, PortError> {
        let port = match self {
            Self::Free => free_port(host)?,
            Self::Fixed(port) => *port,
            Self::External(reserved) => reserved.port(),
        };
        Ok(SocketAddr::new(host, port))
    }
}

pub(crate) fn free_port(host: IpAddr) -> Result<u16, PortError> {
    let bound = TcpListener::bind((host, 0)).and_then(|it| it.local_addr());
    bound.map(|it| it.port()).map_err(|error| PortError::NoneFree { host, reason: error.to_string() })
}

/// Whether nobody listens on a port.
pub(crate) fn is_free(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}
