//! Names of extensions: they are names of folders and parts of headers too.

use serde::Deserialize;

/// The name of an extension: lower-case letters, digits and hyphens, 64 at most, the first no hyphen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct ExtensionName(String);

/// A text that is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no name of an extension: it has lower-case letters, digits and hyphens, 64 at most, and begins \
     with no hyphen"
)]
pub struct InvalidName(String);

impl ExtensionName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`InvalidName`] when it is none.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=64).contains(&name.len()) && name.bytes().all(is_fine) && !name.starts_with('-');
        if is_name { Ok(Self(name)) } else { Err(InvalidName(name)) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ExtensionName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, InvalidName> {
        Self::new(name)
    }
}

impl std::fmt::Display for ExtensionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name nearest to one that there is not, if one is near.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// How alike two names are that one may be meant by the other.
    const ALIKE: f64 = 0.8;
    let wanted = wanted.to_lowercase();
    let rated = names.into_iter().map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name));
    rated.filter(|(rate, _)| *rate >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
