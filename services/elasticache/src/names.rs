//! What is checked of what comes in. The rules are those of the API reference.

use asf_api_elasticache::ElastiCacheError;

use crate::error::value;

/// Checks an id; it is kept in small letters.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn identifier(text: &str, parameter: &str, longest: usize) -> Result<String, ElastiCacheError> {
    let fits = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.len() <= longest
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && !text.ends_with('-')
        && !text.contains("--");
    if fits {
        return Ok(text.to_ascii_lowercase());
    }
    Err(value(format!(
        "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain \
         only ASCII letters, digits, and hyphens; must not end with a hyphen or contain two consecutive hyphens; and \
         have at most {longest} characters."
    )))
}

/// Checks a token: 16 to 128 printable characters, without `/`, `"` and `@` ("AuthToken" in the API reference).
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn token(text: &str) -> Result<(), ElastiCacheError> {
    let fits = (16..=128).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_graphic() && !b"/\"@".contains(&it));
    if fits {
        return Ok(());
    }
    Err(value(
        "Invalid AuthToken provided. It has 16 to 128 printable characters, none of which is a space, '/', '\"' or '@'.",
    ))
}

/// The page of a list in the order of its keys, and where the next one begins. A page has 20 to 100 records, and
/// 100 if nothing is said ("MaxRecords" in the API reference).
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn page<T>(
    all: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> &str,
    max: Option<i32>,
    smallest: i32,
    marker: Option<&str>,
) -> Result<(Vec<T>, Option<String>), ElastiCacheError> {
    let max = max.unwrap_or(100);
    if !(smallest..=100).contains(&max) {
        return Err(value(format!("Invalid value {max} for MaxRecords. Must be between {smallest} and 100")));
    }
    let max = usize::try_from(max).unwrap_or(100);
    let is_behind = |it: &T| marker.is_none_or(|marker| key(it) > marker);
    let mut found: Vec<T> = all.into_iter().filter(is_behind).take(max + 1).collect();
    let more = found.len() > max;
    found.truncate(max);
    let next = found.last().filter(|_| more).map(|last| key(last).to_owned());
    Ok((found, next))
}

/// Checks a port.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn port(port: Option<i32>) -> Result<Option<u16>, ElastiCacheError> {
    let Some(port) = port else { return Ok(None) };
    let fits = u16::try_from(port).ok().filter(|it| *it >= 1024);
    fits.map(Some).ok_or_else(|| value(format!("Invalid port: {port}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_tokens() {
        for text in ["", "1a", "a-", "a--b", "a_b"] {
            assert!(identifier(text, "CacheClusterId", 50).is_err(), "{text}");
        }
        assert_eq!(identifier("My-Cache", "CacheClusterId", 50).ok().as_deref(), Some("my-cache"));
        for text in ["too-short", "sixteen chars or more", "sixteen/chars/or/more", "sixteen@chars@or@more"] {
            assert!(token(text).is_err(), "{text}");
        }
        assert!(token("sixteen-chars-or-more!").is_ok());
    }
}
