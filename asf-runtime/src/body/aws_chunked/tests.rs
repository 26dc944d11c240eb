//! Tables of bodies as clients chunk them, whole and in pieces, and what is refused.

use bytes::Bytes;
use futures_util::FutureExt;
use http::HeaderMap;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use super::{Decoder, encode};
use crate::AwsError;
use crate::body::checksum::ChecksumAlgorithm;
use crate::body::stage::Staged;
use crate::error::ServiceError;
use crate::shape::{ByteStream, StreamError};

const LIMIT: usize = 1 << 24;

/// A body that comes in these pieces.
pub(crate) fn pieces<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> ByteStream {
    let pieces: Vec<_> = pieces.into_iter().map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    ByteStream::from_stream(futures_util::stream::iter(pieces), None)
}

/// All of a body whose source does not make it wait.
pub(crate) fn collected(body: ByteStream) -> Result<Bytes, StreamError> {
    body.collect(LIMIT).now_or_never().unwrap()
}

fn decoded(body: ByteStream, length: Option<u64>, trailer: Option<&str>) -> Result<Bytes, StreamError> {
    let trailer = trailer.map(|it| ChecksumAlgorithm::from_name(it).unwrap());
    collected(ByteStream::from_stream(Staged::new(body, Decoder::new(length, trailer)), None))
}

/// Code and message of what S3 answers, and the body if it answers nothing.
fn outcome(result: Result<Bytes, StreamError>) -> String {
    match result.map_err(AwsError::from) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("{}: {}", error.code(), error.message().unwrap()),
    }
}

const HELLO: &str = "hello aws-chunked world";
const SIGNED: &str = "17;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n\
     hello aws-chunked world\r\n\
     0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n";

/// Bodies that say `HELLO`: unsigned ones are what botocore 1.43.11 sends, in chunks of ten bytes; signed
/// ones have the form of the SigV4 documentation.
fn valid() -> Vec<(Option<&'static str>, String)> {
    let chunks = "a\r\nhello aws-\r\na\r\nchunked wo\r\n3\r\nrld\r\n0\r\n";
    let trailers = [
        ("crc32", "BUkbhQ=="),
        ("crc32c", "LzDz1A=="),
        ("crc64nvme", "E6Cv9DpRT/I="),
        ("sha1", "hLcPEMf+ayBbgBjljfdAM2aAX5Y="),
        ("sha256", "W91rO5Oakls7F2ySV9ih/knSBpHMZV+Ztlmp2PsPido="),
        ("xxhash3", "meS6wW3WaoI="),
    ];
    let mut bodies = vec![(None, format!("{chunks}\r\n")), (None, format!("{SIGNED}\r\n"))];
    for (name, value) in trailers {
        bodies.push((Some(name), format!("{chunks}x-amz-checksum-{name}:{value}\r\n\r\n")));
        let signature =
            "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
        bodies.push((Some(name), format!("{SIGNED}X-Amz-Checksum-{name}: {value}\r\n{signature}\r\n\r\n")));
    }
    bodies
}

#[test]
fn whole_and_split_anywhere() {
    for (trailer, body) in valid() {
        let body = body.as_bytes();
        let check = |pieces: ByteStream| {
            assert_eq!(outcome(decoded(pieces, Some(HELLO.len() as u64), trailer)), HELLO, "{trailer:?}");
        };
        check(Bytes::copy_from_slice(body).into());
        for split in 0..=body.len() {
            check(pieces([&body[..split], &body[split..]]));
        }
        check(pieces(body.chunks(1)));
    }
}

/// A body that is cut off anywhere is refused; only the empty line at the end may be missing.
#[test]
fn cut_off() {
    for (trailer, body) in valid() {
        let end = body.len() - "\r\n".len();
        for cut in 0..body.len() {
            let result = decoded(pieces([&body.as_bytes()[..cut]]), Some(HELLO.len() as u64), trailer);
            let whole_without_signature =
                body[..cut].ends_with("\r\n") && body[cut..].starts_with("x-amz-tr");
            if cut == end || whole_without_signature {
                assert_eq!(outcome(result), HELLO);
            } else {
                let code = AwsError::from(result.unwrap_err()).code().to_owned();
                let is_expected = ["IncompleteBody", "MalformedTrailerError"].contains(&code.as_str());
                assert!(is_expected, "{code} at {cut} of {body:?}");
            }
        }
    }
}

const INCOMPLETE: &str = "IncompleteBody: The request body terminated unexpectedly";
const LENGTH: &str =
    "IncompleteBody: You did not provide the number of bytes specified by the Content-Length HTTP header";
const TRAILER: &str = "MalformedTrailerError: The request contained trailing data that was not well-formed or \
     did not conform to our published schema.";

#[test]
fn what_is_refused() {
    let long = format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(5000));
    let many = format!("0\r\n{}\r\n", "x-amz-trailer-signature:a\r\n".repeat(33));
    for (body, length, trailer, expected) in [
        ("", None, None, INCOMPLETE),
        ("1\r\na\r\n0\r\n\r\n", Some(1), None, "a"),
        ("1\r\na\r\n0\r\n\r\n", None, None, "a"),
        ("1\r\na\r\n0\r\n", None, None, "a"),
        ("00000000000000A\r\n0123456789\r\n0\r\n\r\n", Some(10), None, "0123456789"),
        // Sizes.
        ("\r\n", None, None, INCOMPLETE),
        (";chunk-signature=a\r\n", None, None, INCOMPLETE),
        ("+1\r\na\r\n0\r\n\r\n", None, None, INCOMPLETE),
        ("g\r\na\r\n0\r\n\r\n", None, None, INCOMPLETE),
        ("00000000000000001\r\na\r\n0\r\n\r\n", None, None, INCOMPLETE),
        ("ffffffffffffffff\r\na", None, None, INCOMPLETE),
        ("1\na\r\n0\r\n\r\n", None, None, INCOMPLETE),
        // Chunks that are longer or shorter than their size.
        ("1\r\nab\r\n0\r\n\r\n", None, None, INCOMPLETE),
        ("3\r\nab\r\n0\r\n\r\n", None, None, INCOMPLETE),
        ("1\r\na\n0\r\n\r\n", None, None, INCOMPLETE),
        (long.as_str(), None, None, INCOMPLETE),
        ("0\r\n\r\nmore", None, None, INCOMPLETE),
        // The length of the headers.
        ("1\r\na\r\n0\r\n\r\n", Some(0), None, LENGTH),
        ("1\r\na\r\n0\r\n\r\n", Some(2), None, LENGTH),
        ("ffffffffffffffff\r\naaaa", Some(3), None, LENGTH),
        // Trailers.
        ("0\r\n\r\n", None, Some("crc32"), TRAILER),
        ("0\r\n", None, Some("crc32"), TRAILER),
        ("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", None, None, TRAILER),
        ("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", None, Some("crc32c"), TRAILER),
        ("0\r\nx-amz-checksum-crc32AAAAAA==\r\n\r\n", None, Some("crc32"), TRAILER),
        ("0\r\n:AAAAAA==\r\n\r\n", None, Some("crc32"), TRAILER),
        ("0\r\nx-other:1\r\n\r\n", None, Some("crc32"), TRAILER),
        (
            "0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
            None,
            Some("crc32"),
            TRAILER,
        ),
        (many.as_str(), None, None, TRAILER),
        (
            "0\r\nx-amz-checksum-crc32:wrong\r\n\r\n",
            None,
            Some("crc32"),
            "InvalidRequest: Value for x-amz-checksum-crc32 trailing header is invalid.",
        ),
        (
            "1\r\na\r\n0\r\nx-amz-checksum-sha1:hLcPEMf+ayBbgBjljfdAM2aAX5Y=\r\n\r\n",
            Some(1),
            Some("sha1"),
            "BadDigest: The SHA1 you specified did not match the calculated checksum.",
        ),
    ] {
        assert_eq!(outcome(decoded(pieces([body.as_bytes()]), length, trailer)), expected, "{body:?}");
        assert_eq!(
            outcome(decoded(pieces(body.as_bytes().chunks(1)), length, trailer)),
            expected,
            "{body:?}"
        );
    }
}

/// The bytes of a body, cut at random.
fn cut(rng: &mut StdRng, bytes: &[u8], longest: usize) -> ByteStream {
    let mut rest = bytes;
    let mut cut = Vec::new();
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(rng.random_range(1..=longest).min(rest.len()));
        cut.push(piece);
        rest = left;
    }
    pieces(cut)
}

#[test]
fn what_is_encoded_is_decoded() {
    let mut rng = StdRng::seed_from_u64(1);
    let sizes = [0, 1, 9, 65_535, 65_536, 65_537, 131_072, 200_000];
    for (round, size) in sizes.into_iter().cycle().take(40).enumerate() {
        let mut bytes = vec![0; size];
        rng.fill_bytes(&mut bytes);
        let checksum = ChecksumAlgorithm::ALL.get(round % 11).copied();
        let longest = *[1000, 40_000, 300_000].get(round % 3).unwrap();
        let body = match round % 2 {
            0 => ByteStream::from(bytes.clone()),
            _ => cut(&mut rng, &bytes, longest),
        };
        let mut headers = HeaderMap::new();
        let encoded = encode(&mut headers, body, checksum);
        let length = encoded.length();
        let encoded = collected(encoded).unwrap();
        if let Some(length) = length {
            assert_eq!(length, encoded.len() as u64, "{size} {checksum:?}");
            assert_eq!(headers["content-length"], length.to_string());
            assert_eq!(headers["x-amz-decoded-content-length"], size.to_string());
        }
        let body = crate::body::decode(&mut headers, cut(&mut rng, &encoded, longest), Default::default());
        assert_eq!(collected(body.unwrap()).unwrap(), bytes, "{size} {checksum:?}");
        assert!(!headers.contains_key("content-encoding"));
    }
}

/// The form that botocore sends, from its own encoder.
#[test]
fn encoded() {
    let mut headers = HeaderMap::new();
    headers.insert("content-encoding", "gzip".parse().unwrap());
    let body = encode(&mut headers, HELLO.into(), Some(ChecksumAlgorithm::Crc32));
    let expected = "17\r\nhello aws-chunked world\r\n0\r\nx-amz-checksum-crc32:BUkbhQ==\r\n\r\n";
    assert_eq!(collected(body).unwrap(), expected);
    for (name, value) in [
        ("content-encoding", "gzip,aws-chunked"),
        ("content-length", &expected.len().to_string()),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "23"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(headers.len(), 5);
}

#[test]
fn any_bytes() {
    let mut rng = StdRng::seed_from_u64(2);
    let alphabet = b"0123af;:\r\n\r\n\r\n0\r\nx-amz-checksum-crc32:\xff";
    for _ in 0..20_000 {
        let length = rng.random_range(0..60);
        let bytes: Vec<u8> = (0..length).map(|_| alphabet[rng.random_range(0..alphabet.len())]).collect();
        let body = cut(&mut rng, &bytes, 20);
        let _ = decoded(body, (length % 3 == 0).then_some(length as u64 / 3), Some("crc32"));
    }
}
