//! The services that a request can be meant for, as far as is known.

/// How many services share a name at most: seven are signed for as `aws-marketplace`.
const MOST: usize = 16;

/// The services that a request can be meant for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Candidates {
    /// Nothing is known.
    All,
    /// One of these.
    These { services: [u16; MOST], len: usize },
}

impl Candidates {
    /// These; all if there are none.
    pub(crate) fn of(services: impl Iterator<Item = u16>) -> Self {
        let mut list = [0; MOST];
        let mut len = 0;
        for (slot, service) in list.iter_mut().zip(services) {
            *slot = service;
            len += 1;
        }
        if len == 0 { Self::All } else { Self::These { services: list, len } }
    }

    /// Those that are among these too; these if none is.
    pub(crate) fn narrow(self, others: &Self) -> Self {
        match (self, others) {
            (Self::All, others) => *others,
            (_, Self::All) => self,
            (these, others) => match Self::of(these.iter().filter(|it| others.contains(*it))) {
                Self::All => self,
                fewer => fewer,
            },
        }
    }

    pub(crate) fn contains(&self, service: u16) -> bool {
        match self {
            Self::All => true,
            Self::These { services, len } => services.iter().take(*len).any(|it| *it == service),
        }
    }

    /// Them; none if nothing is known.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        let known: &[u16] = match self {
            Self::All => &[],
            Self::These { services, len } => services.get(..*len).unwrap_or_default(),
        };
        known.iter().copied()
    }

    /// The first one.
    pub(crate) fn first(&self) -> Option<u16> {
        self.iter().next()
    }
}
