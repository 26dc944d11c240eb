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

/// A port for what a server opens beside its own one: the wanted one if it is free, else one that the system chooses.
/// Another process may be quicker to take it, as with [`Port::Free`].
///
/// # Errors
/// When no port is free.
pub fn port_beside(host: IpAddr, wanted: u32) -> Result<u16, PortError> {
    match u16::try_from(wanted) {
        Ok(port) if is_free(SocketAddr::new(host, port)) => Ok(port),
        _ => free_port(host),
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_port_beside_is_the_wanted_one_or_another() {
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let taken = TcpListener::bind((host, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let other = port_beside(host, u32::from(port)).unwrap();
        assert_ne!(other, port);
        assert_eq!(port_beside(host, u32::from(other)).unwrap(), other);
        // What is past the last port.
        assert_ne!(port_beside(host, 70_000).unwrap(), 0);
    }
}
