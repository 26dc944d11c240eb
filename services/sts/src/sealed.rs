//! Texts that only we write and read: deflated, with a digest, in the alphabet of URLs.
//!
//! AWS encrypts what it hands out so. Here it is merely packed: there is nothing to hide from the owner
//! of an emulator, but a text that was not made here, or was cut, has to be told.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Bytes of the digest that are kept.
const DIGEST: usize = 8;
/// Greatest text that is unpacked.
const MAX_TEXT: usize = 256 << 10;
const PACKING_LEVEL: u8 = 6;

/// Packs a text. `purpose` keeps texts for one use from being taken for another's.
#[must_use]
pub(crate) fn seal(purpose: &str, text: &str) -> String {
    let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), PACKING_LEVEL);
    let mut bytes = digest(purpose, &packed).to_vec();
    bytes.extend(packed);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Unpacks what [`seal`] packed for the same purpose.
#[must_use]
pub(crate) fn open(purpose: &str, sealed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (kept, packed) = bytes.split_at_checked(DIGEST)?;
    if kept != digest(purpose, packed) {
        return None;
    }
    let text = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, MAX_TEXT).ok()?;
    String::from_utf8(text).ok()
}

fn digest(purpose: &str, packed: &[u8]) -> [u8; DIGEST] {
    let whole = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(packed).finalize();
    let mut kept = [0; DIGEST];
    for (byte, of_whole) in kept.iter_mut().zip(whole) {
        *byte = of_whole;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_nothing_else_does() {
        let sealed = seal("a", "text");
        assert_eq!(open("a", &sealed).as_deref(), Some("text"));
        assert_eq!(open("b", &sealed), None);
        for broken in ["", "AAAA", "not base64", &sealed[1..], &sealed[..sealed.len() - 2]] {
            assert_eq!(open("a", broken), None, "{broken}");
        }
        assert_eq!(open("a", &seal("a", &"x".repeat(MAX_TEXT + 1))), None);
    }
}
