//! A body -> aws-chunked bytes, unsigned and with a checksum at the end: what SDKs send over TLS.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};

use super::CODING;
use crate::body::checksum::{ChecksumAlgorithm, Hasher};
use crate::body::stage::{Stage, Staged};
use crate::body::{CONTENT_SHA256, DECODED_LENGTH, TRAILER, UNSIGNED_WITH_TRAILER, set};
use crate::shape::{ByteStream, StreamError};

/// Size of every chunk but the last; S3 wants 8 KiB at least.
const CHUNK: usize = 64 * 1024;

/// Encodes a body in chunks of 64 KiB without signatures, with its checksum in a trailer if an algorithm is
/// given, and sets the headers: `Content-Encoding`, `Content-Length` where the length is known,
/// `x-amz-decoded-content-length`, `x-amz-trailer` and `x-amz-content-sha256`.
#[must_use]
pub fn encode(headers: &mut HeaderMap, body: ByteStream, checksum: Option<ChecksumAlgorithm>) -> ByteStream {
    let decoded = body.length();
    let encoded = decoded.and_then(|length| encoded_length(length, checksum));
    let mut codings: Vec<&[u8]> =
        headers.get_all(header::CONTENT_ENCODING).iter().map(HeaderValue::as_bytes).collect();
    codings.push(CODING.as_bytes());
    // As botocore has it: the coding that was applied last stands last.
    let codings = HeaderValue::from_bytes(&codings.join(&b','));
    set(headers, header::CONTENT_ENCODING, codings.ok());
    set(headers, DECODED_LENGTH, decoded.map(HeaderValue::from));
    set(headers, header::CONTENT_LENGTH, encoded.map(HeaderValue::from));
    set(headers, CONTENT_SHA256, Some(HeaderValue::from_static(UNSIGNED_WITH_TRAILER)));
    set(headers, TRAILER, checksum.map(|it| HeaderValue::from(it.header())));
    let encoder = Encoder {
        input: Bytes::new(),
        pending: BytesMut::new(),
        out: VecDeque::new(),
        hasher: checksum.map(ChecksumAlgorithm::hasher),
        ended: false,
    };
    ByteStream::from_stream(Staged::new(body, encoder), encoded)
}

/// Number of bytes that a body of a length takes.
fn encoded_length(decoded: u64, checksum: Option<ChecksumAlgorithm>) -> Option<u64> {
    let around = |size: u64| format!("{size:x}").len() as u64 + 4;
    let (chunks, rest) = (decoded / CHUNK as u64, decoded % CHUNK as u64);
    let last = if rest == 0 { 0 } else { around(rest) };
    let trailer = checksum.map_or(0, |algorithm| {
        let base64 = algorithm.digest_len().div_ceil(3) * 4;
        algorithm.header().as_str().len() + 1 + base64 + 2
    });
    let end = "0\r\n".len() + trailer + "\r\n".len();
    chunks.checked_mul(around(CHUNK as u64))?.checked_add(decoded)?.checked_add(last + end as u64)
}

struct Encoder {
    input: Bytes,
    /// Less than a chunk.
    pending: BytesMut,
    /// What is to be given next.
    out: VecDeque<Bytes>,
    hasher: Option<Hasher>,
    ended: bool,
}

impl Encoder {
    fn chunk(&mut self, data: Bytes) {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&data);
        }
        self.out.push_back(format!("{:x}\r\n", data.len()).into());
        self.out.push_back(data);
        self.out.push_back(Bytes::from_static(b"\r\n"));
    }
}

impl Stage for Encoder {
    type Item = Bytes;

    fn push(&mut self, piece: Bytes) {
        self.input = piece;
    }

    fn pull(&mut self) -> Result<Option<Bytes>, StreamError> {
        if self.out.is_empty() {
            let missing = CHUNK.saturating_sub(self.pending.len());
            let whole = self.input.len() >= missing;
            let part = self.input.split_to(missing.min(self.input.len()));
            match (whole, self.pending.is_empty()) {
                // A piece that is large enough is sent on as it is.
                (true, true) => self.chunk(part),
                (true, false) => {
                    self.pending.extend_from_slice(&part);
                    let data = self.pending.split().freeze();
                    self.chunk(data);
                }
                (false, _) => self.pending.extend_from_slice(&part),
            }
        }
        Ok(self.out.pop_front())
    }

    fn finish(&mut self) -> Result<Option<Bytes>, StreamError> {
        if !self.ended {
            self.ended = true;
            if !self.pending.is_empty() {
                let data = self.pending.split().freeze();
                self.chunk(data);
            }
            let trailer = self.hasher.take().map(|hasher| {
                let name = hasher.algorithm().header();
                format!("{name}:{}\r\n", hasher.finish())
            });
            self.out.push_back(format!("0\r\n{}\r\n", trailer.unwrap_or_default()).into());
        }
        Ok(self.out.pop_front())
    }
}
