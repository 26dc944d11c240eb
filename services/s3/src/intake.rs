//! Bodies on their way in: written as they come, with what S3 says of them, and never in memory as a whole.

use asf_api_s3::S3Error;
use asf_runtime::body::{ChecksumAlgorithm, Digest, Hasher};
use asf_runtime::shape::{ByteStream, StreamError};
use asf_runtime::store::{Blob, Blobs};

use crate::error::Fault;

/// Bytes that an object or part can have in one request ("Amazon S3 multipart upload limits").
pub const MAX_SIZE: u64 = 5 << 30;

/// A body that has come.
#[derive(Clone, Debug)]
pub struct Content {
    /// The bytes.
    pub blob: Blob,
    /// How many.
    pub size: u64,
    /// MD5.
    pub md5: Digest,
    /// The checksums that were asked for.
    pub checksums: Vec<(ChecksumAlgorithm, Digest)>,
}

impl Content {
    /// A checksum that was asked for, base64.
    #[must_use]
    pub fn checksum(&self, algorithm: ChecksumAlgorithm) -> Option<String> {
        let found = self.checksums.iter().find(|(it, _)| *it == algorithm);
        found.map(|(_, digest)| digest.to_base64())
    }
}

/// Takes a body in.
///
/// # Errors
/// `EntityTooLarge`; that of a body that breaks off or has another checksum than it should; what the disk says.
pub async fn take_in(
    blobs: &Blobs,
    mut body: ByteStream,
    algorithms: &[ChecksumAlgorithm],
) -> Result<Content, S3Error> {
    let too_large = |size: u64| {
        Fault::new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
            .with("ProposedSize", size.to_string())
            .with("MaxSizeAllowed", MAX_SIZE.to_string())
    };
    if let Some(size) = body.length().filter(|it| *it > MAX_SIZE) {
        return Err(too_large(size).into());
    }
    let mut writer = blobs.writer();
    let mut digests = Digests::new(algorithms);
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(refused)?;
        digests.update(&piece);
        writer.write(piece).await.map_err(Fault::from)?;
        if writer.len() > MAX_SIZE {
            return Err(too_large(writer.len()).into());
        }
    }
    let blob = writer.finish().await.map_err(Fault::from)?;
    let size = blob.len();
    let (md5, checksums) = digests.finish();
    Ok(Content { blob, size, md5, checksums })
}

/// What is said of content that is here already, of a copy for one. Its bytes are read, and stay where they are.
///
/// # Errors
/// What the disk says.
pub async fn look_through(blob: Blob, algorithms: &[ChecksumAlgorithm]) -> Result<Content, Fault> {
    let mut digests = Digests::new(algorithms);
    let mut reader = blob.reader();
    while let Some(piece) = reader.next().await {
        digests.update(&piece?);
    }
    let size = blob.len();
    let (md5, checksums) = digests.finish();
    Ok(Content { blob, size, md5, checksums })
}

struct Digests {
    md5: Hasher,
    checksums: Vec<Hasher>,
}

impl Digests {
    fn new(algorithms: &[ChecksumAlgorithm]) -> Self {
        let mut checksums: Vec<Hasher> = Vec::with_capacity(algorithms.len());
        for algorithm in algorithms {
            if checksums.iter().all(|it| it.algorithm() != *algorithm) {
                checksums.push(algorithm.hasher());
            }
        }
        Self { md5: ChecksumAlgorithm::Md5.hasher(), checksums }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        for checksum in &mut self.checksums {
            checksum.update(bytes);
        }
    }

    fn finish(self) -> (Digest, Vec<(ChecksumAlgorithm, Digest)>) {
        let checksums = self.checksums.into_iter().map(|it| (it.algorithm(), it.finish())).collect();
        (self.md5.finish(), checksums)
    }
}

/// What a body that broke off or has another checksum is answered with, and what was found
/// (test_s3::test_s3_invalid_content_md5).
fn refused(error: StreamError) -> S3Error {
    let found = match &error {
        StreamError::ChecksumMismatch { algorithm: "content-md5", expected, actual } => {
            Some((expected.clone(), actual.clone()))
        }
        _ => None,
    };
    let refused = asf_runtime::AwsError::from(error);
    S3Error::Other(match found {
        Some((expected, actual)) => {
            // AWS says the one in hexadecimal digits, the other in base64.
            let expected = ChecksumAlgorithm::Md5.parse(&expected).map_or(expected, |it| it.to_hex());
            refused.with_detail("ExpectedDigest", expected).with_detail("CalculatedDigest", actual)
        }
        None => refused,
    })
}
