//! An entry's value as it is kept: the version of the record and a checksum before its CBOR.
//!
//! The engine looks at its checksums only when it repairs a file, so each value has one of ours: over the
//! space, the key, the version and the CBOR, so that a value under another's key does not pass either.

use crc_fast::{CrcAlgorithm, Digest};

/// Bytes before the CBOR: version and checksum, little-endian.
const HEAD: usize = 8;

fn checksum(space: &str, key: &[u8], version: u32, value: &[u8]) -> u32 {
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    for part in [space.as_bytes(), &[0], key, &version.to_le_bytes(), value] {
        digest.update(part);
    }
    // A CRC of 32 bits is in the low half.
    digest.finalize() as u32
}

/// A value with its version and its checksum.
pub(crate) fn write(space: &str, key: &[u8], version: u32, value: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEAD + value.len());
    frame.extend(version.to_le_bytes());
    frame.extend(checksum(space, key, version, value).to_le_bytes());
    frame.extend(value);
    frame
}

/// Version and value. `None` if the bytes are not those that were written under this key.
pub(crate) fn read<'a>(space: &str, key: &[u8], frame: &'a [u8]) -> Option<(u32, &'a [u8])> {
    let (version, rest) = frame.split_first_chunk::<4>()?;
    let (sum, value) = rest.split_first_chunk::<4>()?;
    let version = u32::from_le_bytes(*version);
    (checksum(space, key, version, value) == u32::from_le_bytes(*sum)).then_some((version, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_counts() {
        let frame = write("sqs", b"key", 3, b"value");
        assert_eq!(read("sqs", b"key", &frame), Some((3, &b"value"[..])));
        assert_eq!(read("sqs", b"kez", &frame), None);
        assert_eq!(read("sns", b"key", &frame), None);
        for bit in 0..frame.len() * 8 {
            let mut flipped = frame.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read("sqs", b"key", &flipped), None, "bit {bit}");
        }
        for length in 0..frame.len() {
            assert_eq!(read("sqs", b"key", &frame[..length]), None, "{length} bytes");
        }
    }
}
