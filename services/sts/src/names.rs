//! Names of sessions and source identities, where no model checks them: in assertions and tokens.

/// Whether a text is `[a-zA-Z_0-9+=,.@-]{2,64}` (IAM User Guide, "Troubleshoot SAML federation with IAM").
pub(crate) fn is_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_+=,.@-".contains(&it))
}

/// What AWS says of a source identity that is none.
pub(crate) const NO_SOURCE_IDENTITY: &str =
    "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"";
