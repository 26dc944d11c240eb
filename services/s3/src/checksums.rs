//! Checksums as requests and answers have them: a member for each algorithm.

use asf_runtime::body::ChecksumAlgorithm;

use crate::models::Checksum;

/// S3's default.
pub const DEFAULT: ChecksumAlgorithm = ChecksumAlgorithm::Crc64Nvme;

/// The name of an algorithm in the model: `CRC64NVME`.
#[must_use]
pub fn name(algorithm: ChecksumAlgorithm) -> String {
    algorithm.name().to_ascii_uppercase()
}

impl Checksum {
    /// The checksum of bytes.
    #[must_use]
    pub fn full(algorithm: ChecksumAlgorithm, value: impl Into<String>) -> Self {
        Self { algorithm: name(algorithm), value: value.into(), is_composite: false }
    }

    /// Its type in the model: `FULL_OBJECT`.
    #[must_use]
    pub fn kind(&self) -> asf_api_s3::ChecksumType {
        if self.is_composite {
            asf_api_s3::ChecksumType::Composite
        } else {
            asf_api_s3::ChecksumType::FullObject
        }
    }
}

/// The checksum that an input has, and its algorithm.
macro_rules! given_checksum {
    ($input:expr) => {{
        use asf_runtime::body::ChecksumAlgorithm as Algorithm;
        let input = &$input;
        [
            (Algorithm::Crc32, &input.checksum_crc32),
            (Algorithm::Crc32c, &input.checksum_crc32c),
            (Algorithm::Crc64Nvme, &input.checksum_crc64nvme),
            (Algorithm::Sha1, &input.checksum_sha1),
            (Algorithm::Sha256, &input.checksum_sha256),
            (Algorithm::Sha512, &input.checksum_sha512),
            (Algorithm::Md5, &input.checksum_md5),
            (Algorithm::XxHash64, &input.checksum_xxhash64),
            (Algorithm::XxHash3, &input.checksum_xxhash3),
            (Algorithm::XxHash128, &input.checksum_xxhash128),
        ]
        .into_iter()
        .find_map(|(algorithm, value)| Some((algorithm, value.clone()?)))
    }};
}

/// Puts a checksum into the member of its algorithm.
macro_rules! put_checksum {
    ($output:expr, $algorithm:expr, $value:expr) => {{
        use asf_runtime::body::ChecksumAlgorithm as Algorithm;
        let output = &mut $output;
        let slot = match Algorithm::from_name($algorithm) {
            Some(Algorithm::Crc32) => Some(&mut output.checksum_crc32),
            Some(Algorithm::Crc32c) => Some(&mut output.checksum_crc32c),
            Some(Algorithm::Crc64Nvme) => Some(&mut output.checksum_crc64nvme),
            Some(Algorithm::Sha1) => Some(&mut output.checksum_sha1),
            Some(Algorithm::Sha256) => Some(&mut output.checksum_sha256),
            Some(Algorithm::Sha512) => Some(&mut output.checksum_sha512),
            Some(Algorithm::Md5) => Some(&mut output.checksum_md5),
            Some(Algorithm::XxHash64) => Some(&mut output.checksum_xxhash64),
            Some(Algorithm::XxHash3) => Some(&mut output.checksum_xxhash3),
            Some(Algorithm::XxHash128) => Some(&mut output.checksum_xxhash128),
            None => None,
        };
        if let Some(slot) = slot {
            *slot = Some($value);
        }
    }};
}

pub(crate) use {given_checksum, put_checksum};
