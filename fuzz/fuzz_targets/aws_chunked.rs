//! Content codings of requests: the first two bytes pick headers and the size of pieces, the rest is the
//! body. What the encoder writes has to come back as it was.
#![no_main]

use asf_runtime::body::{ChecksumAlgorithm, DecodeOptions, aws_chunked, decode};
use asf_runtime::shape::{ByteStream, StreamError};
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let [first, second, body @ ..] = data else { return };
    let size = usize::from(first >> 4) * 5 + 1;
    let algorithm = ChecksumAlgorithm::ALL.get(usize::from(first & 15)).copied();
    let bit = |bit: u8| second & (1 << bit) != 0;
    let options = DecodeOptions { decode_gzip: bit(0), verify_checksums: bit(1), verify_sha256: bit(2) };

    let mut headers = HeaderMap::new();
    let encoding = match (bit(3), bit(4)) {
        (false, false) => "",
        (true, false) => "aws-chunked",
        (false, true) => "gzip",
        (true, true) => "gzip,aws-chunked",
    };
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    if let Some(algorithm) = algorithm {
        match bit(5) {
            true => headers.insert("x-amz-trailer", HeaderValue::from(algorithm.header())),
            false => headers.insert(algorithm.header(), HeaderValue::from_static("AAAAAA==")),
        };
    }
    if bit(6) {
        headers.insert("x-amz-decoded-content-length", HeaderValue::from(body.len() / 2));
    }
    if let Ok(decoded) = decode(&mut headers, pieces(body, size), options) {
        let length = decoded.length();
        match collected(decoded) {
            Ok(bytes) => assert!(!bit(3) || length.is_none_or(|it| it == bytes.len() as u64)),
            Err(error) => drop(error.to_string()),
        }
    }

    let mut headers = HeaderMap::new();
    let encoded = aws_chunked::encode(&mut headers, pieces(body, size), algorithm);
    let Ok(encoded) = collected(encoded) else { panic!("the encoder failed") };
    match decode(&mut headers, pieces(&encoded, size), DecodeOptions::default()).map(collected) {
        Ok(Ok(decoded)) => assert_eq!(decoded, body),
        other => panic!("{other:?}"),
    }
});

fn pieces(bytes: &[u8], size: usize) -> ByteStream {
    let pieces: Vec<_> = bytes.chunks(size).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    ByteStream::from_stream(stream::iter(pieces), None)
}

fn collected(body: ByteStream) -> Result<Bytes, StreamError> {
    match body.collect(LIMIT).now_or_never() {
        Some(result) => result,
        None => panic!("the body waits, and its source does not"),
    }
}
