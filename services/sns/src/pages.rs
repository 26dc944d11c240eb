//! Lists in pages.

use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Fault;

/// Entries of a page ("ListTopics" in the API reference: "up to 100").
pub(crate) const PAGE: usize = 100;

/// Where a page starts, in a list that is ordered by keys.
///
/// # Errors
/// `InvalidParameter`: the token is none of ours.
pub(crate) fn start(token: Option<&str>) -> Result<Bound<String>, Fault> {
    let Some(token) = token.filter(|it| !it.is_empty()) else { return Ok(Bound::Unbounded) };
    let key = URL_SAFE_NO_PAD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
    key.map(Bound::Excluded).ok_or_else(|| Fault::invalid("NextToken"))
}

/// Cuts entries, of which one more than a page was asked for, and gives the token of the next page.
pub(crate) fn cut<T>(entries: &mut Vec<T>, size: usize, key: impl Fn(&T) -> &str) -> Option<String> {
    if entries.len() <= size {
        return None;
    }
    entries.truncate(size);
    entries.last().map(|last| URL_SAFE_NO_PAD.encode(key(last)))
}
