//! The ports for what users connect to directly: databases, caches, search domains.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asf_runtime::config::{Config, Listener};

use crate::port::is_free;

/// The range of ports that services open for what users connect to directly
/// (`EXTERNAL_SERVICE_PORTS_START` up to, without, `EXTERNAL_SERVICE_PORTS_END`; 4510 to 4559 by default).
///
/// A port is reserved for an owner, such as `rds:mydb`, until the reservation is dropped. Ports that other
/// programs listen on are passed over. With [`remembered_in`](Self::remembered_in), an owner gets the port
/// back that it had in an earlier life, if it is still free.
#[derive(Clone, Debug)]
pub struct ExternalPorts(Arc<Ports>);

#[derive(Debug)]
struct Ports {
    range: Range<u32>,
    host: IpAddr,
    file: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    reserved: BTreeMap<u16, String>,
    /// The port that each owner had last.
    remembered: BTreeMap<String, u16>,
}

/// Why there is no port.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// All ports of the range are in use.
    #[error(
        "no port is left for {owner} from {first} to {last}: {reserved} are reserved, other programs use the \
         rest. Widen the range with EXTERNAL_SERVICE_PORTS_START and EXTERNAL_SERVICE_PORTS_END"
    )]
    Exhausted {
        /// Whom it was for.
        owner: String,
        /// The first port of the range.
        first: u32,
        /// The last port of the range.
        last: u32,
        /// How many of them are reserved.
        reserved: usize,
    },
    /// The owner has a port already.
    #[error("{owner} has port {port} already")]
    HasOne {
        /// The owner.
        owner: String,
        /// Its port.
        port: u16,
    },
    /// This port is reserved for someone else.
    #[error("port {port} is reserved for {owner}")]
    Reserved {
        /// The port.
        port: u16,
        /// Whom it is reserved for.
        owner: String,
    },
    /// Another program listens on this port.
    #[error("port {port} is in use by another program")]
    InUse {
        /// The port.
        port: u16,
    },
    /// The system has no port to give.
    #[error("no port is free on {host}: {reason}")]
    NoneFree {
        /// The address it was for.
        host: IpAddr,
        /// What the operating system says.
        reason: String,
    },
}

impl ExternalPorts {
    /// The ports of a range, the end not included.
    #[must_use]
    pub fn new(range: Range<u32>) -> Self {
        let range = range.start..range.end.min(1 << 16);
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self(Arc::new(Ports { range, host, file: None, state: Mutex::default() }))
    }

    /// The range that is configured.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        let port = |number: u64| u32::try_from(number).unwrap_or(1 << 16);
        Self::new(port(config.external_ports_start.get())..port(config.external_ports_end.get()))
    }

    /// The range that is configured, one for all services of this process: what one of them has reserved, the others
    /// do not get. Of a state that is kept, owners get back the ports that they had.
    #[must_use]
    pub fn shared(config: &Config) -> Self {
        static SHARED: Mutex<Vec<(PathBuf, Range<u32>, ExternalPorts)>> = Mutex::new(Vec::new());
        let made = Self::configured(config);
        let range = made.0.range.clone();
        // Where nothing is kept, nothing is remembered.
        let file = if config.persistence { config.volume_dir.join("ports.json") } else { PathBuf::new() };
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, ports)) = shared.iter().find(|it| it.0 == file && it.1 == range) {
            return ports.clone();
        }
        let ports = if config.persistence { made.remembered_in(file.clone()) } else { made };
        shared.push((file, range, ports.clone()));
        ports
    }

    /// Whether a port is in the range.
    #[must_use]
    pub fn has(&self, port: u16) -> bool {
        self.0.range.contains(&u32::from(port))
    }

    /// Keeps in a file which owner had which port. A file that cannot be read is as good as none.
    #[must_use]
    pub fn remembered_in(self, file: PathBuf) -> Self {
        let read = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let state = State { remembered: read.unwrap_or_default(), ..State::default() };
        let (range, host) = (self.0.range.clone(), self.0.host);
        Self(Arc::new(Ports { range, host, file: Some(file), state: Mutex::new(state) }))
    }

    /// Reserves a port for an owner: the one that it had last, else the first that is free, those last that
    /// other owners are remembered for.
    ///
    /// # Errors
    /// When none is free, or the owner has one.
    pub fn reserve(&self, owner: &str) -> Result<ReservedPort, PortError> {
        let mut state = self.0.state();
        if let Some((port, _)) = state.reserved.iter().find(|(_, it)| *it == owner) {
            return Err(PortError::HasOne { owner: owner.to_owned(), port: *port });
        }
        let last = state.remembered.get(owner).copied().filter(|it| self.0.range.contains(&u32::from(*it)));
        let all = || self.0.range.clone().filter_map(|port| u16::try_from(port).ok());
        let is_someones = |port: &u16| state.remembered.values().any(|it| it == port);
        let candidates =
            last.into_iter().chain(all().filter(|it| !is_someones(it))).chain(all().filter(is_someones));
        let found = candidates
            .filter(|port| !state.reserved.contains_key(port))
            .find(|port| is_free(SocketAddr::new(self.0.host, *port)));
        match found {
            Some(port) => Ok(self.reserved(&mut state, port, owner)),
            None => Err(PortError::Exhausted {
                owner: owner.to_owned(),
                first: self.0.range.start,
                last: self.0.range.end.saturating_sub(1),
                reserved: state.reserved.len(),
            }),
        }
    }

    /// Reserves this port for an owner; it may be outside of the range, as when a user asks for one.
    ///
    /// # Errors
    /// When it is reserved, or in use.
    pub fn reserve_port(&self, owner: &str, port: u16) -> Result<ReservedPort, PortError> {
        let mut state = self.0.state();
        if let Some(owner) = state.reserved.get(&port) {
            return Err(PortError::Reserved { port, owner: owner.clone() });
        }
        if !is_free(SocketAddr::new(self.0.host, port)) {
            return Err(PortError::InUse { port });
        }
        Ok(self.reserved(&mut state, port, owner))
    }

    /// Which ports are reserved, and for whom.
    #[must_use]
    pub fn reservations(&self) -> BTreeMap<u16, String> {
        self.0.state().reserved.clone()
    }

    fn reserved(&self, state: &mut State, port: u16, owner: &str) -> ReservedPort {
        state.reserved.insert(port, owner.to_owned());
        let before = state.remembered.insert(owner.to_owned(), port);
        if let Some(file) = &self.0.file
            && before != Some(port)
            && let Err(error) = write(file, &state.remembered)
        {
            tracing::warn!(file = %file.display(), %error, "ports are not remembered");
        }
        ReservedPort { ports: self.0.clone(), port }
    }
}

/// The address that servers listen on which users connect to directly: all addresses, if the emulator itself listens
/// on another one than the loopback, as in a container; else the loopback.
#[must_use]
pub fn listening_address(config: &Config) -> IpAddr {
    let is_open = config.listen.0.iter().any(|it| match it {
        Listener::Tcp { host, .. } => {
            host != "localhost" && host.parse().is_ok_and(|it: IpAddr| !it.is_loopback())
        }
        Listener::Unix(_) => false,
    });
    IpAddr::V4(if is_open { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST })
}

fn write(file: &Path, remembered: &BTreeMap<String, u16>) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = file.with_added_extension("new");
    fs::write(&new, serde_json::to_vec_pretty(remembered)?)?;
    fs::rename(new, file)
}

impl Ports {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port that is reserved until this is dropped.
#[derive(Debug)]
pub struct ReservedPort {
    ports: Arc<Ports>,
    port: u16,
}

impl ReservedPort {
    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for ReservedPort {
    fn drop(&mut self) {
        self.ports.state().reserved.remove(&self.port);
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Three ports of the system's choice that were free just now, next to each other.
    fn three_free() -> Range<u32> {
        loop {
            let first = crate::port::free_port(Ipv4Addr::LOCALHOST.into()).unwrap();
            let all = first..first.saturating_add(3);
            if all.len() == 3 && all.clone().all(|it| is_free((Ipv4Addr::LOCALHOST, it).into())) {
                return u32::from(all.start)..u32::from(all.end);
            }
        }
    }

    #[test]
    fn ports_are_reserved_until_they_are_dropped() {
        let range = three_free();
        let first = u16::try_from(range.start).unwrap();
        let ports = ExternalPorts::new(range.clone());
        let one = ports.reserve("one").unwrap();
        assert_eq!(one.port(), first);
        assert_eq!(
            ports.reserve("one").unwrap_err(),
            PortError::HasOne { owner: "one".to_owned(), port: first }
        );
        let taken = TcpListener::bind(("127.0.0.1", first + 1)).unwrap();
        let two = ports.reserve("two").unwrap();
        assert_eq!(two.port(), first + 2);
        let error = ports.reserve("three").unwrap_err();
        assert_eq!(
            error,
            PortError::Exhausted {
                owner: "three".to_owned(),
                first: range.start,
                last: range.end - 1,
                reserved: 2
            }
        );
        assert_eq!(ports.reservations().into_values().collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(ports.reserve_port("three", first + 1).unwrap_err(), PortError::InUse { port: first + 1 });
        let reserved = PortError::Reserved { port: first, owner: "one".to_owned() };
        assert_eq!(ports.reserve_port("three", first).unwrap_err(), reserved);
        drop(taken);
        assert_eq!(ports.reserve("three").unwrap().port(), first + 1);
        drop(one);
        assert_eq!(ports.reserve_port("four", first).unwrap().port(), first);
    }

    #[test]
    fn owners_get_their_ports_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/ports.json");
        let range = three_free();
        let first = u16::try_from(range.start).unwrap();
        let before = ExternalPorts::new(range.clone()).remembered_in(file.clone());
        let _one = before.reserve("one").unwrap();
        let _two = before.reserve("two").unwrap();
        let after = ExternalPorts::new(range.clone()).remembered_in(file.clone());
        // Someone new takes what nobody had; only then what others had.
        assert_eq!(after.reserve("new").unwrap().port(), first + 2);
        let two = after.reserve("two").unwrap();
        assert_eq!(two.port(), first + 1);
        let newest = after.reserve_port("newest", first + 2).unwrap();
        assert_eq!(after.reserve("newer").unwrap().port(), first);
        drop((two, newest));
        fs::write(&file, "no JSON").unwrap();
        assert_eq!(ExternalPorts::new(range).remembered_in(file).reserve("two").unwrap().port(), first);
    }
}
