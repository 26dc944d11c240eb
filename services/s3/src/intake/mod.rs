//! Bodies on their way in: written as they come, with what S3 says of them, and never in memory as a whole.
//!
//! A large one is in three hands: while a batch of it is read from the connection, the one before is summed by MD5
//! (`summing`) and written to its file. Whoever is the slowest (MD5) is waited for, so that there are never more
//! than some three batches of a body in memory.

mod digests;
mod md5;
mod summing;

use asf_api_s3::S3Error;
use asf_runtime::body::{ChecksumAlgorithm, Digest};
use asf_runtime::shape::{ByteStream, StreamError};
use asf_runtime::store::{Blob, Blobs, Gathered};
use digests::Digests;

use crate::error::Fault;

/// Bytes that an object or part can have in one request ("Amazon S3 multipart upload limits").
pub const MAX_SIZE: u64 = 5 << 30;

/// Bytes of a batch. What writes files gathers as many.
const BATCH: usize = 1 << 20;

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
    let (mut digests, mut gathered) = (Digests::new(algorithms), Gathered::default());
    let mut size = 0;
    loop {
        let piece = body.next().await.transpose().map_err(refused)?;
        let is_end = piece.is_none();
        if let Some(piece) = piece {
            size += piece.len() as u64;
            if size > MAX_SIZE {
                return Err(too_large(size).into());
            }
            gathered.push(piece);
        }
        if is_end || gathered.len() >= BATCH {
            let batch = gathered.take();
            digests = digests.update(&batch).await.map_err(Fault::from)?;
            for piece in batch {
                writer.write(piece).await.map_err(Fault::from)?;
            }
        }
        if is_end {
            break;
        }
    }
    let (digests, blob) = futures_util::future::join(digests.finish(), writer.finish()).await;
    let ((md5, checksums), blob) = (digests.map_err(Fault::from)?, blob.map_err(Fault::from)?);
    Ok(Content { blob, size, md5, checksums })
}

/// What is said of content that is here already, of a copy for one. Its bytes are read, and stay where they are.
///
/// # Errors
/// What the disk says.
pub async fn look_through(blob: Blob, algorithms: &[ChecksumAlgorithm]) -> Result<Content, Fault> {
    let (mut digests, mut gathered) = (Digests::new(algorithms), Gathered::default());
    let mut reader = blob.reader();
    while let Some(piece) = reader.next().await.transpose()? {
        gathered.push(piece);
        if gathered.len() >= BATCH {
            digests = digests.update(&gathered.take()).await?;
        }
    }
    let digests = digests.update(&gathered.take()).await?;
    let size = blob.len();
    let (md5, checksums) = digests.finish().await?;
    Ok(Content { blob, size, md5, checksums })
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
