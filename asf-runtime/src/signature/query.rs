//! Arguments of a query string.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// A query string, without `?`.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a>(pub &'a str);

impl<'a> Query<'a> {
    /// Names and values as they were sent, in their order; an argument without `=` has an empty value.
    pub fn pairs(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.split('&').filter(|part| !part.is_empty()).map(|it| it.split_once('=').unwrap_or((it, "")))
    }

    /// The first value of a name, decoded. What is no UTF-8 is replaced.
    #[must_use]
    pub fn get(self, name: &str) -> Option<String> {
        let (_, value) = self.pairs().find(|(it, _)| *it == name)?;
        Some(String::from_utf8_lossy(&decoded(value)).into_owned())
    }

    /// Whether there is an argument of a name.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.pairs().any(|(it, _)| it == name)
    }
}

/// What an encoded name or value stands for: AWS reads `+` as a space, like its own signers
/// (`form_urlencoded` in the crate aws-sigv4).
pub(super) fn decoded(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('+') {
        return percent_decode(text.as_bytes()).into();
    }
    let spaced = text.replace('+', " ");
    let decoded: Cow<'_, [u8]> = percent_decode(spaced.as_bytes()).into();
    Cow::Owned(decoded.into_owned())
}
