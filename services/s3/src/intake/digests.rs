//! Digests of a body in the making, computed while more of it comes.

use asf_runtime::Bytes;
use asf_runtime::body::{ChecksumAlgorithm as Algorithm, Digest, Hasher};
use asf_runtime::store::BlobError;
use tokio::sync::oneshot;

use super::md5::Md5;
use super::summing;

/// Bytes up to which nothing is handed over to another thread: 0.1 ms of MD5.
const AT_ONCE: usize = 64 << 10;

/// MD5, and the checksums that were asked for.
pub(super) struct Digests {
    md5: Behind<Md5>,
    /// Those that need no thread of their own: GiBs a second.
    fast: Vec<Hasher>,
    slow: Behind<Vec<Hasher>>,
}

impl Digests {
    pub(super) fn new(algorithms: &[Algorithm]) -> Self {
        let (mut fast, mut slow): (Vec<Hasher>, Vec<Hasher>) = (Vec::new(), Vec::new());
        for algorithm in algorithms {
            let hashers = if is_fast(*algorithm) { &mut fast } else { &mut slow };
            if hashers.iter().all(|it| it.algorithm() != *algorithm) {
                hashers.push(algorithm.hasher());
            }
        }
        Self { md5: Behind::Here(Md5::new()), fast, slow: Behind::Here(slow) }
    }

    /// Takes pieces in. Many of them are only begun to be taken in, when those before them are.
    ///
    /// # Errors
    /// The process is ending.
    pub(super) async fn update(self, pieces: &[Bytes]) -> Result<Self, BlobError> {
        let Self { md5, mut fast, slow } = self;
        for_each(&mut fast, pieces);
        let (mut md5, mut slow) = (md5.settled().await?, slow.settled().await?);
        if pieces.iter().map(Bytes::len).sum::<usize>() <= AT_ONCE {
            pieces.iter().for_each(|it| md5.update(it));
            for_each(&mut slow, pieces);
            return Ok(Self { md5: Behind::Here(md5), fast, slow: Behind::Here(slow) });
        }
        let md5 = Behind::Away(summing::begin(md5, pieces.to_vec()));
        if slow.is_empty() {
            return Ok(Self { md5, fast, slow: Behind::Here(slow) });
        }
        let (done, summed) = oneshot::channel();
        let pieces = pieces.to_vec();
        tokio::task::spawn_blocking(move || {
            for_each(&mut slow, &pieces);
            // Nobody may wait any more.
            drop(done.send(slow));
        });
        Ok(Self { md5, fast, slow: Behind::Away(summed) })
    }

    /// MD5, and the others.
    ///
    /// # Errors
    /// The process is ending.
    pub(super) async fn finish(self) -> Result<(Digest, Vec<(Algorithm, Digest)>), BlobError> {
        let md5 = self.md5.settled().await?.finish();
        let mut others = self.fast;
        others.append(&mut self.slow.settled().await?);
        let others = others.into_iter().map(|it| (it.algorithm(), it.finish())).collect();
        Ok((Digest::new(&md5), others))
    }
}

fn for_each(hashers: &mut [Hasher], pieces: &[Bytes]) {
    for hasher in hashers {
        for piece in pieces {
            hasher.update(piece);
        }
    }
}

/// Whether a processor does it on the way, at 10 GiB a second and more.
fn is_fast(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha512)
}

/// Something that is here, or comes back from another thread.
enum Behind<T> {
    Here(T),
    Away(oneshot::Receiver<T>),
}

impl<T> Behind<T> {
    async fn settled(self) -> Result<T, BlobError> {
        match self {
            Self::Here(it) => Ok(it),
            Self::Away(it) => it.await.map_err(|_| BlobError::Ending),
        }
    }
}
