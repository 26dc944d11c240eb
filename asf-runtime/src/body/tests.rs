//! Tables of headers and bodies, and what is left of them.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;

use super::aws_chunked::tests::{collected, pieces};
use super::{DecodeOptions, decode};
use crate::AwsError;
use crate::error::ServiceError;
use crate::schema::{Operation, ProtocolKind, load_service};
use crate::shape::{ByteStream, StreamError};

const ALL: DecodeOptions = DecodeOptions { decode_gzip: true, verify_checksums: true, verify_sha256: true };

fn headers(text: &[(&'static str, &str)]) -> HeaderMap {
    text.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

/// What S3 answers, or the body.
fn outcome(headers: &mut HeaderMap, body: ByteStream, options: DecodeOptions) -> String {
    match decode(headers, body, options).and_then(|body| collected(body).map_err(AwsError::from)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("{}: {}", error.code(), error.message().unwrap()),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_body_without_codings_is_not_touched() {
    for (value, length) in [("aws", 3), ("", 0)] {
        let mut headers = headers(&[("content-length", "3"), ("x-amz-decoded-content-length", "7")]);
        let before = headers.clone();
        let body = decode(&mut headers, Bytes::from_static(value.as_bytes()).into(), ALL).unwrap();
        assert_eq!(body.as_bytes().unwrap().len(), length);
        assert_eq!(headers, before);
    }
}

/// Which headers make a body aws-chunked, and what is left of them.
#[test]
fn headers_of_chunked_bodies() {
    let chunked = "3\r\naws\r\n0\r\n\r\n";
    for (encoding, sha256, left, body) in [
        (Some("aws-chunked"), None, None, "aws"),
        (Some("AWS-Chunked"), Some("UNSIGNED-PAYLOAD"), None, "aws"),
        (Some("aws-chunked"), Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), None, "aws"),
        (Some("aws-chunked, gzip"), None, Some("gzip"), "aws"),
        (Some("br, gzip,aws-chunked"), None, Some("br,gzip"), "aws"),
        (Some("gzip"), Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), Some("gzip"), "aws"),
        (None, Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"), None, "aws"),
        (None, Some("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"), None, "aws"),
        (Some("gzip"), None, Some("gzip"), chunked),
        (None, Some("STREAMING-AWS4-HMAC-SHA256-EVENTS"), None, chunked),
        (None, None, None, chunked),
    ] {
        let mut headers = headers(&[("content-length", "13"), ("x-amz-decoded-content-length", "3")]);
        for (name, value) in [("content-encoding", encoding), ("x-amz-content-sha256", sha256)] {
            value.map(|value| headers.insert(name, value.parse().unwrap()));
        }
        let options = DecodeOptions { decode_gzip: false, ..ALL };
        let decoded = decode(&mut headers, chunked.into(), options).unwrap();
        assert_eq!(decoded.length(), Some(body.len() as u64), "{encoding:?} {sha256:?}");
        assert_eq!(headers["content-length"], body.len().to_string());
        assert_eq!(headers.get("content-encoding").map(|it| it.to_str().unwrap()), left, "{encoding:?}");
        assert_eq!(collected(decoded).unwrap(), body, "{encoding:?} {sha256:?}");
    }
}

#[test]
fn checksums_and_lengths_in_headers() {
    // `test_s3::TestS3::test_s3_invalid_content_md5` and `test_s3::TestS3MultipartUploadChecksum::
    // test_multipart_upload_part_checksum_exception`, but for the last ones.
    let invalid_md5 = "InvalidDigest: The Content-MD5 you specified was invalid.";
    let bad_md5 = "BadDigest: The Content-MD5 you specified did not match what we received.";
    let invalid = |name: &str| format!("InvalidRequest: Value for x-amz-checksum-{name} header is invalid.");
    let bad =
        |name: &str| format!("BadDigest: The {name} you specified did not match the calculated checksum.");
    let sha256 = "5bdd6b3b939a925b3b176c9257d8a1fe49d20691cc655f99b659a9d8fb0f89da";
    let wrong_sha256 = sha256.replace('5', "6");
    let hello = "hello aws-chunked world";
    let multiple =
        "InvalidRequest: Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
    let crc32 = ("x-amz-checksum-crc32", "BUkbhQ==");
    let trailer = ("x-amz-trailer", "x-amz-checksum-crc32");
    for (announced, expected) in [
        (vec![("content-md5", "fDRSjXEfwjoX5T7NAQ9XNw==")], hello),
        (vec![("content-md5", "__invalid__")], invalid_md5),
        (vec![("content-md5", "000")], invalid_md5),
        (vec![("content-md5", "not base64 encoded checksum")], invalid_md5),
        (vec![("content-md5", "MTIz")], invalid_md5),
        (vec![("content-md5", "dGVzdC1zdHJpbmc=")], invalid_md5),
        (vec![("content-md5", "CYketZBSTjX8czcs3cXVlg==")], bad_md5),
        (vec![crc32], hello),
        (vec![crc32, ("content-md5", "fDRSjXEfwjoX5T7NAQ9XNw==")], hello),
        (vec![crc32, ("content-md5", "CYketZBSTjX8czcs3cXVlg==")], bad_md5),
        (vec![("x-amz-checksum-crc32", "wrong")], &invalid("crc32")),
        (vec![("x-amz-checksum-crc32c", "AAAA")], &invalid("crc32c")),
        (vec![("x-amz-checksum-crc64nvme", "BUkbhQ==")], &invalid("crc64nvme")),
        (vec![("x-amz-checksum-sha1", "")], &invalid("sha1")),
        (vec![("x-amz-checksum-sha256", "é")], &invalid("sha256")),
        (vec![("x-amz-checksum-crc32", "AAAAAA==")], &bad("CRC32")),
        (vec![("x-amz-checksum-crc32c", "AAAAAA==")], &bad("CRC32C")),
        (vec![("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")], &bad("CRC64NVME")),
        (vec![("x-amz-checksum-sha1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")], &bad("SHA1")),
        (vec![("x-amz-checksum-type", "FULL_OBJECT"), ("x-amz-checksum-algorithm", "CRC32")], hello),
        (vec![crc32, ("x-amz-checksum-crc32c", "AAAAAA==")], multiple),
        (vec![("x-amz-content-sha256", sha256)], hello),
        (vec![("x-amz-content-sha256", &sha256.to_uppercase())], hello),
        (vec![("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], hello),
        (
            vec![("x-amz-content-sha256", &wrong_sha256)],
            "XAmzContentSHA256Mismatch: The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
        (vec![trailer], hello),
        (
            vec![("content-encoding", "aws-chunked"), trailer, crc32],
            "InvalidRequest: Expecting a single x-amz-checksum- header",
        ),
        (
            vec![
                ("content-encoding", "aws-chunked"),
                ("x-amz-trailer", "x-amz-checksum-crc32, x-amz-checksum-sha1"),
            ],
            multiple,
        ),
        (
            vec![("content-encoding", "aws-chunked"), ("x-amz-trailer", "x-amz-checksum-sha10")],
            "InvalidRequest: The value specified in the x-amz-trailer header is not supported",
        ),
        (
            vec![("content-encoding", "aws-chunked"), ("x-amz-decoded-content-length", "+3")],
            "InvalidArgument: Value for x-amz-decoded-content-length header is invalid.",
        ),
    ] {
        let mut headers = headers(&announced);
        let before = headers.clone();
        assert_eq!(outcome(&mut headers, pieces(hello.as_bytes().chunks(7)), ALL), expected, "{announced:?}");
        assert_eq!(headers, before);
    }
    let mut headers = headers(&[("x-amz-content-sha256", "wrong")]);
    assert!(
        outcome(&mut headers, hello.into(), ALL).starts_with("InvalidArgument: x-amz-content-sha256 must be")
    );
    // Nobody has asked.
    let wrong = [("content-md5", "?"), ("x-amz-checksum-crc32", "?"), ("x-amz-content-sha256", "?")];
    assert_eq!(outcome(&mut self::headers(&wrong), hello.into(), DecodeOptions::default()), hello);
}

/// Checksums are those of the bytes between aws-chunked and gzip.
#[test]
fn all_codings_at_once() {
    let text = "metrics ".repeat(10_000);
    let packed = gzip(text.as_bytes());
    let mut headers = headers(&[("content-encoding", "gzip")]);
    let body =
        super::aws_chunked::encode(&mut headers, packed.clone().into(), Some(super::ChecksumAlgorithm::Sha1));
    let md5 = super::ChecksumAlgorithm::Md5.digest(&packed).to_base64();
    headers.insert("content-md5", md5.parse().unwrap());
    let mut again = headers.clone();
    let body = collected(body).unwrap();
    assert_eq!(outcome(&mut headers, pieces(body.chunks(5)), ALL), text);
    assert!(!headers.contains_key("content-encoding") && !headers.contains_key("content-length"));

    let left = decode(&mut again, body.into(), DecodeOptions { decode_gzip: false, ..ALL }).unwrap();
    assert_eq!(collected(left).unwrap(), packed);
    assert_eq!(again["content-encoding"], "gzip");
}

#[test]
fn gzip_bodies() {
    // Python's `gzip.compress(b"hello gzip world", mtime=0)`.
    let hello =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\x48\xaf\xca\x2c\x50\x28\xcf\
        \x2f\xca\x49\x01\x00\x6b\x7d\xe8\xb7\x10\x00\x00\x00";
    let mut broken = hello.to_vec();
    let last = broken.len() - 5;
    broken[last] ^= 1;
    let twice = [hello.as_slice(), hello].concat();
    let trailing = [hello.as_slice(), b"more"].concat();
    let refused = "SerializationException";
    for (body, expected) in [
        (hello.as_slice(), "hello gzip world"),
        (&twice, "hello gzip worldhello gzip world"),
        (b"", ""),
        (&hello[..hello.len() - 1], refused),
        (&hello[..5], refused),
        (&broken, refused),
        (&trailing, refused),
        (b"plain", refused),
    ] {
        for size in 1..=body.len().max(1) {
            let mut headers = headers(&[("content-encoding", "GZIP"), ("content-length", "36")]);
            let left = decode(&mut headers, pieces(body.chunks(size)), ALL).unwrap();
            let result = collected(left).map_err(|error| error.into_error(ProtocolKind::Json));
            let result = result.map(|it| String::from_utf8(it.to_vec()).unwrap());
            assert_eq!(
                result.unwrap_or_else(|error| error.code().to_owned()),
                expected,
                "{body:?} by {size}"
            );
            assert!(headers.is_empty());
        }
    }
}

/// Little comes out at a time, and whoever collects stops in time.
#[test]
fn bombs() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 100_000);
    let mut headers = headers(&[("content-encoding", "gzip")]);
    let mut body = decode(&mut headers.clone(), bomb.clone().into(), ALL).unwrap();
    for _ in 0..10 {
        let piece = futures_util::FutureExt::now_or_never(body.next()).unwrap().unwrap().unwrap();
        assert!(piece.len() <= 128 * 1024, "{}", piece.len());
    }
    let body = decode(&mut headers, bomb.into(), ALL).unwrap();
    let result = futures_util::FutureExt::now_or_never(body.collect(1 << 20)).unwrap();
    assert!(matches!(result, Err(StreamError::TooLarge { limit: 0x10_0000 })));
}

#[test]
fn errors_of_services() {
    let io = || StreamError::Io(std::io::ErrorKind::ConnectionReset.into());
    for (error, xml, json) in [
        (
            StreamError::TooLarge { limit: 9 },
            ("EntityTooLarge", 400),
            ("RequestEntityTooLargeException", 413),
        ),
        (StreamError::Malformed("?".to_owned()), ("IncompleteBody", 400), ("SerializationException", 400)),
        (io(), ("IncompleteBody", 400), ("SerializationException", 400)),
        (
            StreamError::WrongLength { expected: 1, actual: 2 },
            ("IncompleteBody", 400),
            ("IncompleteBody", 400),
        ),
        (
            StreamError::Service(AwsError::internal("?").into()),
            ("InternalFailure", 500),
            ("InternalFailure", 500),
        ),
    ] {
        let again = match &error {
            StreamError::TooLarge { limit } => StreamError::TooLarge { limit: *limit },
            StreamError::Malformed(text) => StreamError::Malformed(text.clone()),
            StreamError::Io(_) => io(),
            StreamError::WrongLength { expected, actual } => {
                StreamError::WrongLength { expected: *expected, actual: *actual }
            }
            _ => StreamError::Service(AwsError::internal("?").into()),
        };
        let error = error.into_error(ProtocolKind::RestXml);
        assert_eq!((error.code(), error.status()), xml);
        let error = again.into_error(ProtocolKind::Json);
        assert_eq!((error.code(), error.status()), json);
    }
}

#[test]
fn what_operations_ask_for() {
    let spec = serde_json::json!({
        "metadata": {"protocol": "rest-xml", "apiVersion": "1", "endpointPrefix": "x", "serviceId": "X"},
        "operations": {
            "Put": {"name": "Put", "http": {"method": "PUT", "requestUri": "/"}, "input": {"shape": "Put"},
                    "httpChecksum": {"requestAlgorithmMember": "Algorithm", "requestChecksumRequired": false}},
            "Get": {"name": "Get", "http": {"method": "GET", "requestUri": "/"}, "input": {"shape": "Get"},
                    "httpChecksum": {"requestValidationModeMember": "Mode", "responseAlgorithms": ["CRC32"]}},
            "Complete": {"name": "Complete", "http": {"method": "POST", "requestUri": "/"},
                         "input": {"shape": "Complete"}},
            "None": {"name": "None", "http": {"method": "POST", "requestUri": "/"}}
        },
        "shapes": {
            "Put": {"type": "structure", "payload": "Body", "members": {
                "Body": {"shape": "Body"}, "Algorithm": {"shape": "String", "location": "header",
                "locationName": "x-amz-sdk-checksum-algorithm"}}},
            "Get": {"type": "structure", "members": {"Mode": {"shape": "String"}}},
            "Complete": {"type": "structure", "members": {
                "Encoding": {"shape": "String", "location": "header", "locationName": "Content-Encoding"}}},
            "Body": {"type": "blob", "streaming": true},
            "String": {"type": "string"}
        }
    });
    let service = load_service("x", spec.to_string().as_bytes()).unwrap();
    let of = |name: &str| DecodeOptions::of(service.operation(name).unwrap() as Operation);
    for (name, decode_gzip, verify_checksums) in
        [("Put", false, true), ("Get", true, false), ("Complete", false, false), ("None", true, false)]
    {
        let expected = DecodeOptions { decode_gzip, verify_checksums, verify_sha256: false };
        assert_eq!(of(name), expected, "{name}");
    }
}
