//! Checksums of bodies: the ten algorithms of S3's model, computed piece by piece.

use std::fmt;
use std::hash::Hasher as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderName;
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest as _;
use sha2::{Sha256, Sha512};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

/// An algorithm of `x-amz-checksum-*` headers and trailers: `ChecksumAlgorithm` of S3's model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumAlgorithm {
    /// CRC-32 as zip has it.
    Crc32,
    /// CRC-32 with Castagnoli's polynomial.
    Crc32c,
    /// CRC-64/NVME, S3's default.
    Crc64Nvme,
    /// MD5; also the algorithm of `Content-MD5`.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256; also the algorithm of `x-amz-content-sha256`.
    Sha256,
    /// SHA-512.
    Sha512,
    /// XXH64 with the seed 0.
    XxHash64,
    /// XXH3 of 64 bits.
    XxHash3,
    /// XXH3 of 128 bits.
    XxHash128,
}

impl ChecksumAlgorithm {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    /// The name in headers, `crc32`. The model's enum has it in capitals.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "crc32",
            Self::Crc32c => "crc32c",
            Self::Crc64Nvme => "crc64nvme",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::XxHash64 => "xxhash64",
            Self::XxHash3 => "xxhash3",
            Self::XxHash128 => "xxhash128",
        }
    }

    /// The algorithm of a name, in letters of either case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name))
    }

    /// The header or trailer, `x-amz-checksum-crc32`.
    #[must_use]
    pub const fn header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Md5 => "x-amz-checksum-md5",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Sha512 => "x-amz-checksum-sha512",
            Self::XxHash64 => "x-amz-checksum-xxhash64",
            Self::XxHash3 => "x-amz-checksum-xxhash3",
            Self::XxHash128 => "x-amz-checksum-xxhash128",
        })
    }

    /// The algorithm of a header or trailer, in letters of either case.
    #[must_use]
    pub fn from_header(name: &str) -> Option<Self> {
        const PREFIX: &str = "x-amz-checksum-";
        let (prefix, name) = name.split_at_checked(PREFIX.len())?;
        prefix.eq_ignore_ascii_case(PREFIX).then(|| Self::from_name(name)).flatten()
    }

    /// Number of bytes of a digest.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme | Self::XxHash64 | Self::XxHash3 => 8,
            Self::Md5 | Self::XxHash128 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Starts a computation.
    #[must_use]
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Self::Crc32 | Self::Crc32c | Self::Crc64Nvme => {
                let crc = crc_of(self).unwrap_or(CrcAlgorithm::Crc32IsoHdlc);
                State::Crc(self, crc_fast::Digest::new(crc))
            }
            Self::Md5 => State::Md5(Md5::new()),
            Self::Sha1 => State::Sha1(Sha1::new()),
            Self::Sha256 => State::Sha256(Sha256::new()),
            Self::Sha512 => State::Sha512(Box::new(Sha512::new())),
            Self::XxHash64 => State::XxHash64(XxHash64::with_seed(0)),
            Self::XxHash3 => State::XxHash3(Box::new(XxHash3_64::new())),
            Self::XxHash128 => State::XxHash128(Box::new(XxHash3_128::new())),
        })
    }

    /// The digest of bytes that are all here.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    /// Reads the base64 of a digest; `None` if it is none, or not of this algorithm's length.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Digest> {
        let bytes = STANDARD.decode(text).ok()?;
        (bytes.len() == self.digest_len()).then(|| Digest::new(&bytes))
    }

    /// The digest of two pieces from the digest of each, without the bytes: what S3 calls `FULL_OBJECT`
    /// checksums of multipart uploads. `second_len` is the number of bytes in the second piece. `None`
    /// for algorithms that are no CRC.
    #[must_use]
    pub fn combine(self, first: &Digest, second: &Digest, second_len: u64) -> Option<Digest> {
        let combined = crc_fast::checksum_combine(crc_of(self)?, first.number(), second.number(), second_len);
        Some(crc_digest(self, combined))
    }
}

impl fmt::Display for ChecksumAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn crc_of(algorithm: ChecksumAlgorithm) -> Option<CrcAlgorithm> {
    match algorithm {
        ChecksumAlgorithm::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
        ChecksumAlgorithm::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
        ChecksumAlgorithm::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
        _ => None,
    }
}

fn crc_digest(algorithm: ChecksumAlgorithm, crc: u64) -> Digest {
    let bytes = crc.to_be_bytes();
    let (_, low) = bytes.split_at(bytes.len().saturating_sub(algorithm.digest_len()));
    Digest::new(low)
}

/// A checksum in the making.
///
/// ```
/// use asf_runtime::body::ChecksumAlgorithm;
///
/// let mut hasher = ChecksumAlgorithm::Crc32.hasher();
/// hasher.update(b"1234");
/// hasher.update(b"56789");
/// assert_eq!(hasher.finish().to_base64(), "y/Q5Jg==");
/// ```
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Crc(ChecksumAlgorithm, crc_fast::Digest),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Box<Sha512>),
    XxHash64(XxHash64),
    XxHash3(Box<XxHash3_64>),
    XxHash128(Box<XxHash3_128>),
}

impl Hasher {
    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> ChecksumAlgorithm {
        match &self.0 {
            State::Crc(algorithm, _) => *algorithm,
            State::Md5(_) => ChecksumAlgorithm::Md5,
            State::Sha1(_) => ChecksumAlgorithm::Sha1,
            State::Sha256(_) => ChecksumAlgorithm::Sha256,
            State::Sha512(_) => ChecksumAlgorithm::Sha512,
            State::XxHash64(_) => ChecksumAlgorithm::XxHash64,
            State::XxHash3(_) => ChecksumAlgorithm::XxHash3,
            State::XxHash128(_) => ChecksumAlgorithm::XxHash128,
        }
    }

    /// Takes the next bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc(_, it) => it.update(bytes),
            State::Md5(it) => it.update(bytes),
            State::Sha1(it) => it.update(bytes),
            State::Sha256(it) => it.update(bytes),
            State::Sha512(it) => it.update(bytes),
            State::XxHash64(it) => it.write(bytes),
            State::XxHash3(it) => it.write(bytes),
            State::XxHash128(it) => it.write(bytes),
        }
    }

    /// The digest of all that was taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Crc(algorithm, it) => crc_digest(algorithm, it.finalize()),
            State::Md5(it) => Digest::new(&it.finalize()),
            State::Sha1(it) => Digest::new(&it.finalize()),
            State::Sha256(it) => Digest::new(&it.finalize()),
            State::Sha512(it) => Digest::new(&it.finalize()),
            State::XxHash64(it) => Digest::new(&it.finish().to_be_bytes()),
            State::XxHash3(it) => Digest::new(&it.finish().to_be_bytes()),
            State::XxHash128(it) => Digest::new(&it.finish_128().to_be_bytes()),
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({})", self.algorithm())
    }
}

/// The bytes of a checksum. `Display` has them in base64, as headers do.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Digest(Box<[u8]>);

impl Digest {
    /// The digest of these bytes, in network order.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes, in network order.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In base64, as headers have it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// In small hexadecimal digits, as ETags and `x-amz-content-sha256` have it.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(self.0.len() * 2), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
            text
        })
    }

    /// Reads the hexadecimal digits of a digest, in letters of either case.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let nibble = |byte: u8| char::from(byte).to_digit(16);
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some((nibble(*high)? << 4 | nibble(*low)?) as u8)).collect();
        rest.is_empty().then_some(Self(bytes?.into()))
    }

    fn number(&self) -> u64 {
        self.0.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests as botocore 1.43.11 and awscrt 0.38.1 compute them, of nothing, of `123456789`, and of
    /// `hello aws-chunked world`.
    const VECTORS: [(ChecksumAlgorithm, [&str; 3]); 10] = [
        (ChecksumAlgorithm::Crc32, ["AAAAAA==", "y/Q5Jg==", "BUkbhQ=="]),
        (ChecksumAlgorithm::Crc32c, ["AAAAAA==", "4waSgw==", "LzDz1A=="]),
        (ChecksumAlgorithm::Crc64Nvme, ["AAAAAAAAAAA=", "rosUhgp5mIg=", "E6Cv9DpRT/I="]),
        (
            ChecksumAlgorithm::Md5,
            ["1B2M2Y8AsgTpgAmY7PhCfg==", "JfnnlDI7RTiF9RgfG2JNCw==", "fDRSjXEfwjoX5T7NAQ9XNw=="],
        ),
        (
            ChecksumAlgorithm::Sha1,
            ["2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "98O8HYCOBHMq32eZZczDTKeuNEE=", "hLcPEMf+ayBbgBjljfdAM2aAX5Y="],
        ),
        (
            ChecksumAlgorithm::Sha256,
            [
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
                "W91rO5Oakls7F2ySV9ih/knSBpHMZV+Ztlmp2PsPido=",
            ],
        ),
        (
            ChecksumAlgorithm::Sha512,
            [
                "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
                "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ==",
                "I7qTPdQM1FBAP98BDQ0dBgge7MuEqgJe5R9jh6tDN08xOp9+5ydirjcdW0v1L4j5ghLba4U4dPMqBcO9wKMT1A==",
            ],
        ),
        (ChecksumAlgorithm::XxHash64, ["70bbN1HY6Zk=", "jLhB20DmroM=", "7xJA+70ySH0="]),
        (ChecksumAlgorithm::XxHash3, ["LQaABTjTlMI=", "ctyxi2ehff8=", "meS6wW3WaoI="]),
        (
            ChecksumAlgorithm::XxHash128,
            ["maoG0wFHmNhgAcMkRo1Jfw==", "MxGUd+3l3NXpcWQnaB1YYA==", "UYrvjeN0+ww0HegsMIGSSg=="],
        ),
    ];

    #[test]
    fn digests() {
        let texts: [&[u8]; 3] = [b"", b"123456789", b"hello aws-chunked world"];
        for (algorithm, expected) in VECTORS {
            for (text, expected) in texts.iter().zip(expected) {
                assert_eq!(algorithm.digest(text).to_base64(), expected, "{algorithm}");
                let mut hasher = algorithm.hasher();
                for piece in text.chunks(2) {
                    hasher.update(piece);
                }
                assert_eq!(hasher.algorithm(), algorithm);
                assert_eq!(hasher.finish().to_base64(), expected, "{algorithm} in pieces");
                assert_eq!(algorithm.parse(expected).unwrap(), algorithm.digest(text));
            }
        }
    }

    #[test]
    fn names() {
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(ChecksumAlgorithm::from_name(&algorithm.name().to_uppercase()), Some(algorithm));
            let header = algorithm.header();
            assert_eq!(ChecksumAlgorithm::from_header(header.as_str()), Some(algorithm));
            assert_eq!(ChecksumAlgorithm::from_header(&header.as_str().to_uppercase()), Some(algorithm));
            assert_eq!(algorithm.digest(b"").as_bytes().len(), algorithm.digest_len());
        }
        for other in ["x-amz-checksum-type", "x-amz-checksum-", "x-amz", "", "x-amz-checksumé-md5"] {
            assert_eq!(ChecksumAlgorithm::from_header(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_digest() {
        for text in ["", "AAAAAA", "AAAAAA==\n", "AAAAAAAA", "__invalid__", "AAAAAB=="] {
            assert_eq!(ChecksumAlgorithm::Crc32.parse(text), None, "{text}");
        }
        assert_eq!(Digest::from_hex("0aFf").unwrap().as_bytes(), [0x0a, 0xff]);
        for text in ["0", "0g", "+1", "é"] {
            assert_eq!(Digest::from_hex(text), None, "{text}");
        }
        assert_eq!(ChecksumAlgorithm::Md5.digest(b"").to_hex(), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn digests_of_parts_joined() {
        let (first, second) = (b"hello aws-".as_slice(), b"chunked world".as_slice());
        for (algorithm, expected) in VECTORS {
            let joined =
                algorithm.combine(&algorithm.digest(first), &algorithm.digest(second), second.len() as u64);
            let is_crc = algorithm.name().starts_with("crc");
            assert_eq!(
                joined.map(|it| it.to_base64()),
                is_crc.then(|| expected[2].to_owned()),
                "{algorithm}"
            );
        }
    }
}
