//! What an entry is when it is written down.

use std::fmt::Debug;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::blob::Blob;

/// What entries are found by.
pub trait Key: Clone + Ord + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<K: Clone + Ord + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static> Key for K {}

/// What a table holds.
///
/// It is written as CBOR with the names of its fields, so that a field with `#[serde(default)]` can be
/// added at any time. Every other change is a new [`VERSION`](Record::VERSION), and [`migrate`](Record::migrate)
/// reads the older ones; `#[derive(Record)]` writes both.
pub trait Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The version that is written now. A state with a higher one is refused.
    const VERSION: u32 = 1;

    /// Reads what an older build wrote.
    ///
    /// # Errors
    /// There is no way from that version, or the bytes are none of it.
    fn migrate(from: u32, bytes: &[u8]) -> Result<Self, RecordError> {
        let _ = bytes;
        Err(RecordError::NoMigration { from, to: Self::VERSION })
    }

    /// Calls this with each [`Blob`] that it has, so that those of a record that was read find their files.
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        let _ = visit;
    }
}

/// A record that cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It has no form in CBOR.
    #[error("cannot be written: {0}")]
    Write(String),
    /// The bytes are not what they should be.
    #[error("cannot be read: {0}")]
    Read(String),
    /// A newer build wrote it.
    #[error("is of version {found}, and this build reads up to {known}")]
    TooNew {
        /// The version that was found.
        found: u32,
        /// The highest that is known here.
        known: u32,
    },
    /// An older build wrote it, and nobody wrote a way from there.
    #[error("is of version {from}, from which there is no way to {to}")]
    NoMigration {
        /// The version that was found.
        from: u32,
        /// The version that is wanted.
        to: u32,
    },
}

/// A value as CBOR.
///
/// # Errors
/// [`RecordError::Write`]: its serde implementation refuses.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, RecordError> {
    minicbor_serde::to_vec(value).map_err(|error| RecordError::Write(error.to_string()))
}

/// A value from CBOR.
///
/// # Errors
/// [`RecordError::Read`]: the bytes are no such value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RecordError> {
    minicbor_serde::from_slice(bytes).map_err(|error| RecordError::Read(error.to_string()))
}

/// Reads a record of any version up to the present one.
pub(crate) fn read<V: Record>(version: u32, bytes: &[u8]) -> Result<V, RecordError> {
    match version {
        _ if version == V::VERSION => decode(bytes),
        _ if version > V::VERSION => Err(RecordError::TooNew { found: version, known: V::VERSION }),
        _ => V::migrate(version, bytes),
    }
}

macro_rules! plain_records {
    ($($type:ty),*) => { $(impl Record for $type {})* };
}

plain_records!((), bool, u8, u16, u32, u64, i32, i64, String, asf_types::Timestamp);

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct First {
        name: String,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Second {
        names: Vec<String>,
        #[serde(default)]
        note: Option<String>,
    }

    impl Record for Second {
        const VERSION: u32 = 2;

        fn migrate(from: u32, bytes: &[u8]) -> Result<Self, RecordError> {
            match from {
                1 => decode::<First>(bytes).map(|it| Self { names: vec![it.name], note: None }),
                _ => Err(RecordError::NoMigration { from, to: Self::VERSION }),
            }
        }
    }

    #[test]
    fn versions() {
        let old = encode(&First { name: "a".to_owned() }).unwrap();
        let new = Second { names: vec!["a".to_owned()], note: None };
        assert_eq!(read::<Second>(1, &old), Ok(new.clone()));
        assert_eq!(read::<Second>(2, &encode(&new).unwrap()), Ok(new));
        assert_eq!(read::<Second>(3, &old), Err(RecordError::TooNew { found: 3, known: 2 }));
        assert_eq!(read::<Second>(0, &old), Err(RecordError::NoMigration { from: 0, to: 2 }));
        assert!(matches!(read::<Second>(2, b"\xff"), Err(RecordError::Read(_))));
    }

    #[test]
    fn fields_may_be_added() {
        #[derive(Serialize)]
        struct Before {
            names: Vec<String>,
        }
        let before = encode(&Before { names: vec![] }).unwrap();
        assert_eq!(read::<Second>(2, &before), Ok(Second { names: vec![], note: None }));
    }
}
