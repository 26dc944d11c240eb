//! A user's metadata that is not ASCII: headers are read, and written, as RFC 2047 has it.
//!
//! Sources: S3's user guide, "User-defined object metadata"; test_s3::TestS3::test_user_metadata_rfc2047_encoded,
//! ::test_user_metadata_rfc2047_bad_b64_encoded, test_s3::TestS3PresignedPost::test_post_object_with_unicode_metadata
//! for which of the two encodings is taken when, and what is escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text of a header's value. What is not ASCII in it is taken for Latin-1, UTF-8 too, as the user guide shows.
#[must_use]
pub fn read(header: &[u8]) -> String {
    let text: String = header.iter().copied().map(char::from).collect();
    decoded(&text).unwrap_or(text)
}

/// A text as a header can have it.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let others = text.chars().filter(|it| !is_plain(*it)).count();
    if others == 0 {
        return Cow::Borrowed(text);
    }
    let is_mostly_plain = text.chars().count() > 2 * others;
    Cow::Owned(match is_mostly_plain {
        true => format!("=?UTF-8?Q?{}?=", quoted(text)),
        false => format!("=?UTF-8?B?{}?=", STANDARD.encode(text)),
    })
}

fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~' | '\r' | '\n' | '\t')
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(2 * text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('_'),
            b'=' | b'?' | b'_' | ..=0x1f | 0x7f.. => {
                // A text takes all that is written to it.
                let _ = write!(out, "={byte:02X}");
            }
            _ => out.push(char::from(byte)),
        }
    }
    out
}

/// A text with its encoded words decoded; `None` if there are none. White space between two of them is no part of
/// the text.
fn decoded(text: &str) -> Option<String> {
    if !text.contains("=?") {
        return None;
    }
    let (mut out, mut has_words) = (String::with_capacity(text.len()), false);
    let mut rest = text;
    let mut was_word = false;
    while !rest.is_empty() {
        let start = rest.find(|it: char| !it.is_ascii_whitespace()).unwrap_or(rest.len());
        let (space, after) = rest.split_at(start);
        let end = after.find(|it: char| it.is_ascii_whitespace()).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        let found = encoded_word(word);
        if !(was_word && found.is_some()) {
            out.push_str(space);
        }
        was_word = found.is_some();
        has_words |= was_word;
        match found {
            Some(found) => out.push_str(&found),
            None => out.push_str(word),
        }
        rest = after;
    }
    has_words.then_some(out)
}

/// The text of `=?UTF-8?B?YWJj?=`. Bytes that are none in their character set are replaced.
fn encoded_word(word: &str) -> Option<String> {
    let inner = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inner.splitn(3, '?');
    let (charset, encoding, content) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => unquoted(content)?,
        _ => return None,
    };
    // A language may follow the character set (RFC 2231).
    match charset.split('*').next()?.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => Some(String::from_utf8_lossy(&bytes).into_owned()),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

fn unquoted(content: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len());
    let mut bytes = content.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digit = |it: u8| char::from(it).to_digit(16);
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                u8::try_from(high << 4 | low).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the recordings have been answered.
    #[test]
    fn written() {
        for (text, expected) in [
            ("abc", "abc"),
            (
                "test_—_file%E2%80%94_é_2?.pdf",
                "=?UTF-8?Q?test=5F=E2=80=94=5Ffile%E2%80%94=5F=C3=A9=5F2=3F.pdf?=",
            ),
            ("ÄMÄZÕÑ S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
            ("\0\u{1}\u{2}\u{3}", "=?UTF-8?B?AAECAw==?="),
            (
                "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
                "=?UTF-8?B?77+977+977+977+977+977+977+9?=",
            ),
            ("\u{fffd}a\u{fffd}", "=?UTF-8?B?77+9Ye+/vQ==?="),
            ("=?UTF-8?B?YWJj?=", "=?UTF-8?B?YWJj?="),
            ("a\t~", "a\t~"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn headers() {
        for (header, expected) in [
            ("plain =? text", "plain =? text"),
            ("=?UTF-8?B?YWJj?=", "abc"),
            ("=?utf-8?q?actually-ascii?=", "actually-ascii"),
            ("=?UTF-8?Q?=C3=84M_S3?=", "ÄM S3"),
            ("=?ISO-8859-1?Q?=C4?=", "Ä"),
            ("=?UTF-8?B?gWGB?=", "\u{fffd}a\u{fffd}"),
            ("=?UTF-8?B?YQ==?= =?UTF-8?B?Yg==?= c", "ab c"),
            ("a =?UTF-8?B?Yg==?=", "a b"),
            ("=?UTF-8?B?*?=", "=?UTF-8?B?*?="),
            ("=?UTF-8?Q?=4?=", "=?UTF-8?Q?=4?="),
            ("=?KOI8-R?Q?a?=", "=?KOI8-R?Q?a?="),
        ] {
            assert_eq!(read(header.as_bytes()), expected, "{header}");
        }
        // "User-defined object metadata": what `ÄMÄZÕÑ S3` comes back as.
        assert_eq!(shown(&read("ÄMÄZÕÑ S3".as_bytes())), "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=");
    }
}
