//! Ids and random bytes, as handlers see them: from the context, so that they can be seeded.

use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Source of ids. One for the whole process; seeded, it gives the same ids in the same order.
pub struct Ids(Generator);

enum Generator {
    /// Each thread has one of its own, so that calls do not wait for each other.
    OfThreads,
    Seeded(Box<Mutex<StdRng>>),
}

impl Ids {
    /// Ids that no one can foretell.
    #[must_use]
    pub fn random() -> Self {
        Self(Generator::OfThreads)
    }

    /// The ids that belong to a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Generator::Seeded(Box::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills a buffer with random bytes.
    pub fn fill(&self, buffer: &mut [u8]) {
        match &self.0 {
            Generator::OfThreads => rand::rng().fill_bytes(buffer),
            // A panic while it was held cannot have left the generator in a bad state.
            Generator::Seeded(source) => {
                source.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(buffer);
            }
        }
    }

    /// A version 4 UUID, lower case with hyphens.
    pub fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let mut text = uuid::Uuid::encode_buffer();
        let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
        (*uuid.hyphenated().encode_lower(&mut text)).to_owned()
    }

    /// So many characters drawn from an alphabet (of ASCII characters, not empty).
    pub fn text(&self, length: usize, alphabet: &[u8]) -> String {
        let mut bytes = vec![0; length];
        self.fill(&mut bytes);
        let pick = |byte: &u8| alphabet.get(usize::from(*byte) % alphabet.len().max(1)).copied();
        bytes.iter().filter_map(pick).map(char::from).collect()
    }

    /// A number below a bound; 0 for the bound 0.
    pub fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}
