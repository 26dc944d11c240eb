//! Keys of entries in the space of their service: attribute, scope and key, with a zero byte between.
//!
//! Neither attributes (names in Rust) nor scopes (account and region of a call that was let in) have a zero
//! byte, so the entries of a table, and of a scope of it, are those with a prefix.

use asf_store::Scope;

const END: u8 = 0;

/// What the keys of a table begin with.
pub(crate) fn of_table(attribute: &str) -> Vec<u8> {
    let mut key = attribute.as_bytes().to_vec();
    key.push(END);
    key
}

/// What the keys of a table's scope begin with.
pub(crate) fn of_scope(attribute: &str, scope: &Scope) -> Vec<u8> {
    let mut key = of_table(attribute);
    key.extend(scope.to_string().as_bytes());
    key.push(END);
    key
}

/// The key of an entry.
pub(crate) fn of_entry(attribute: &str, scope: &Scope, entry: &[u8]) -> Vec<u8> {
    let mut key = of_scope(attribute, scope);
    key.extend(entry);
    key
}

/// The attribute of the key of an entry.
pub(crate) fn attribute(key: &[u8]) -> &str {
    let end = key.iter().position(|byte| *byte == END).unwrap_or_default();
    // Only of keys that were made here.
    std::str::from_utf8(key.get(..end).unwrap_or_default()).unwrap_or_default()
}

/// The scope as it is written, and the entry's own key, of the key of an entry.
pub(crate) fn split<'a>(attribute: &str, key: &'a [u8]) -> Option<(&'a str, &'a [u8])> {
    let rest = key.strip_prefix(attribute.as_bytes())?.strip_prefix(&[END])?;
    let end = rest.iter().position(|byte| *byte == END)?;
    let scope = std::str::from_utf8(rest.get(..end)?).ok()?;
    Some((scope, rest.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let scope: Scope = "111122223333/eu-west-1".parse().unwrap();
        let key = of_entry("queues", &scope, b"a\0b");
        assert_eq!(key, b"queues\x00111122223333/eu-west-1\0a\0b");
        assert_eq!(attribute(&key), "queues");
        assert_eq!(split("queues", &key), Some(("111122223333/eu-west-1", &b"a\0b"[..])));
        assert_eq!(split("queue", &key), None);
        assert_eq!(split("queues", b"queues\x00111122223333"), None);
    }
}
