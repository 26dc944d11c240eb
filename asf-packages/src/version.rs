//! Versions in what programs print.

/// The first version in a text: `redis-server v=7.0.15 sha=0` has `7.0.15`.
pub(crate) fn first_in(text: &str) -> Option<&str> {
    let is_part = |it: char| it.is_ascii_digit() || it == '.';
    let start = text.find(|it: char| it.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.'))
}

/// Whether a version is the wanted one, or a more precise one: `7.0.15` is `7.0`, and `7.01` is not.
pub(crate) fn is(found: &str, wanted: &str) -> bool {
    found.strip_prefix(wanted).is_some_and(|rest| !rest.starts_with(|it: char| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found() {
        for (text, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some("15.18")),
            ("redis-server v=7.0.15 sha=0", Some("7.0.15")),
            ("version 7.", Some("7")),
            ("none", None),
        ] {
            assert_eq!(first_in(text), version, "{text}");
        }
        for (found, wanted, expected) in
            [("7.0.15", "7.0", true), ("7.0", "7.0", true), ("7.01", "7.0", false), ("15.2", "1", false)]
        {
            assert_eq!(is(found, wanted), expected, "{found} {wanted}");
        }
    }
}
