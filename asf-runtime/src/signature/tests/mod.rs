//! AWS's own vectors; and, in [`refusals`], tables of what is refused and how.

mod refusals;

use asf_schema::{Operation, ServiceSchema, load_service};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

use super::canonical::{Parts, PathStyle, canonical_request};
use super::key::{EMPTY_SHA256, SigningKey, sha256_hex, string_to_sign};
use super::*;
use crate::AwsError;
use crate::body::{DecodeOptions, decode_signed};
use crate::error::ServiceError;

/// A request as a text file has it: line, headers with continuation lines, body.
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Sent {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        // A continuation line is what comes after a space (RFC 9112, obs-fold).
        let head = head.trim_end().replace("\n ", " ");
        let mut lines = head.split('\n');
        let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
        let uri = rest.rsplit_once(" HTTP/").map_or(rest, |(uri, _)| uri);
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let value = HeaderValue::from_bytes(value.trim().as_bytes()).unwrap();
            headers.append(HeaderName::from_bytes(name.to_lowercase().as_bytes()).unwrap(), value);
        }
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: body.trim_end_matches('\n').to_owned(),
        }
    }

    fn parts(&self) -> Parts<'_> {
        Parts { method: &self.method, path: &self.path, query: &self.query, headers: &self.headers }
    }
}

fn v4(claim: Option<Claim>) -> Signature {
    match claim {
        Some(Claim::V4(signature)) => signature,
        other => panic!("not of version 4: {other:?}"),
    }
}

#[test]
fn awss_signing_test_suite() {
    let suite: Json = serde_json::from_str(include_str!("../../../tests/signing-suite/v4.json")).unwrap();
    let suite = suite.as_object().unwrap();
    assert_eq!(suite.len(), 38);
    for (name, case) in suite {
        let context = &case["context"];
        let style = if context["normalize"] == true { PathStyle::Twice } else { PathStyle::Once };
        let secret = SecretKey::new(context["credentials"]["secret_access_key"].as_str().unwrap());
        for place in ["header", "query"] {
            let text = |member: &str| case[place][member].as_str().unwrap();
            let sent = Sent::parse(text("request"));
            let (signature, leave_out): (_, &[&str]) = match place {
                "header" => (v4(Claim::of_header(&sent.headers).unwrap()), &[]),
                _ if context["omit_session_token"] == true => (
                    v4(Claim::of_query(Query(&sent.query), false).unwrap()),
                    &["X-Amz-Signature", "X-Amz-Security-Token"],
                ),
                _ => (v4(Claim::of_query(Query(&sent.query), true).unwrap()), &["X-Amz-Signature"]),
            };
            let payload = sha256_hex(sent.body.as_bytes());
            let names = &signature.signed_headers;
            let canonical = canonical_request(sent.parts(), style, leave_out, names, &payload);
            assert_eq!(String::from_utf8_lossy(&canonical), text("canonical"), "{name} {place}");
            let to_sign = string_to_sign(signature.date, &signature.scope, &canonical);
            assert_eq!(to_sign, text("stringToSign"), "{name} {place}");
            assert_eq!(signature.signature, text("signature"), "{name} {place}");
            let key = SigningKey::of(&secret, &signature.scope);
            assert_eq!(key.sign(to_sign.as_bytes()), signature.signature, "{name} {place}");
            assert!(key.verify(to_sign.as_bytes(), &signature.signature), "{name} {place}");
            assert!(!key.verify(format!("{to_sign} ").as_bytes(), &signature.signature));
            let other = SigningKey::of(&SecretKey::new("other"), &signature.scope);
            assert!(!other.verify(to_sign.as_bytes(), &signature.signature), "{name} {place}");
        }
    }
}

/// `double-url-encode` of the suite: a path that is encoded already is encoded once more.
#[test]
fn paths() {
    let arn = "/functions/arn%3Aaws%3Alambda/invocations";
    for (path, twice, once) in [
        (arn, "/functions/arn%253Aaws%253Alambda/invocations", arn),
        ("/test/@connections/a%3D", "/test/%40connections/a%253D", "/test/%40connections/a%3D"),
        ("/a//b/./c/../d/", "/a/b/d/", "/a//b/./c/../d/"),
        ("/..", "/", "/.."),
        ("/a/.", "/a/", "/a/."),
        ("/a%20(b)%2f", "/a%2520%28b%29%252f", "/a%20%28b%29/"),
    ] {
        let headers = HeaderMap::new();
        let parts = Parts { method: "GET", path, query: "", headers: &headers };
        for (style, expected) in [(PathStyle::Twice, twice), (PathStyle::Once, once)] {
            let canonical = canonical_request(parts, style, &[], &[], "");
            let canonical = String::from_utf8(canonical).unwrap();
            assert_eq!(canonical.lines().nth(1), Some(expected), "{path} {style:?}");
        }
    }
}

const EXAMPLE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn s3() -> &'static ServiceSchema {
    let spec = br#"{"metadata": {"protocol": "rest-xml", "endpointPrefix": "s3", "apiVersion": "2006-03-01",
                                 "serviceId": "S3"},
        "operations": {"PutObject": {"name": "PutObject", "http": {"method": "PUT", "requestUri": "/{Key+}"}}},
        "shapes": {}}"#;
    load_service("s3", spec).unwrap()
}

fn of_s3() -> Operation {
    s3().operation("PutObject").unwrap()
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> SentRequest {
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    SentRequest::of(&request.body(()).unwrap().into_parts().0)
}

/// `AWS4-HMAC-SHA256` of the day, key and region of S3's examples.
fn example_header(signed: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
         SignedHeaders={signed},Signature={signature}"
    )
}

fn verified(sent: &SentRequest) -> Result<SignedBody, Refusal> {
    let now = AmzDate::parse("20130524T000000Z").unwrap().at();
    let signature = v4(read_claim(sent, s3(), now)?);
    let Payload::Declared(payload) = Payload::of(&signature, sent, of_s3())? else {
        panic!("S3 declares it")
    };
    verify(&signature, sent, &payload, of_s3(), &SecretKey::new(EXAMPLE_SECRET))
}

/// The examples of S3's API reference: "Signature Calculations for the Authorization Header: Transferring
/// Payload in a Single Chunk", and "Authenticating Requests: Using Query Parameters".
#[test]
fn examples_of_s3() {
    let host = ("host", "examplebucket.s3.amazonaws.com");
    let date = ("x-amz-date", "20130524T000000Z");
    let get = |signature: &str| {
        let signed = "host;range;x-amz-content-sha256;x-amz-date";
        let authorization = example_header(signed, signature);
        let headers = [
            host,
            date,
            ("authorization", authorization.as_str()),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", EMPTY_SHA256),
        ];
        verified(&request("GET", "/test.txt", &headers))
    };
    let right = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    assert!(get(right).unwrap().verify_sha256);
    assert!(matches!(get(&right.replace('0', "1")), Err(Refusal::Mismatch { .. })));
    assert!(matches!(get(&right[2..]), Err(Refusal::Mismatch { .. })));

    let uri = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-\
               east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=\
               host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let body = verified(&request("GET", uri, &[host])).unwrap();
    assert!(!body.verify_sha256 && body.chunks.is_none());
    assert!(matches!(verified(&request("HEAD", uri, &[host])), Err(Refusal::Mismatch { .. })));
    // `test_s3.json::TestS3PresignedUrl::test_put_url_metadata_with_sig_s3v4`
    let refused = verified(&request("GET", uri, &[host, ("x-amz-meta-wrong", "1")]));
    assert_eq!(refused.unwrap_err(), Refusal::HeadersNotSigned(vec!["x-amz-meta-wrong".to_owned()]));
    // `..::test_put_object_with_md5_and_chunk_signature_bad_headers[s3v4-True]`
    let streaming = ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    let refused = verified(&request("GET", uri, &[host, date, streaming]));
    assert_eq!(refused.unwrap_err(), Refusal::HeadersNotSigned(vec!["x-amz-date".to_owned()]));
    let both = verified(&request("GET", uri, &[host, ("authorization", "AWS4-HMAC-SHA256")]));
    assert_eq!(both.unwrap_err(), Refusal::Twice);
}

/// The bodies of S3's API reference, "Transferring Payload in Multiple Chunks", with and without trailers: of
/// 66,560 letters, two chunks.
#[test]
fn chunks_of_s3s_examples() {
    let letters = "a".repeat(65_536);
    let plain = (
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        format!(
            "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n{letters}\
             \r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n{}\r\n\
             0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
            &letters[..1024]
        ),
    );
    let with_trailer = (
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        format!(
            "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n{letters}\
             \r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n{}\r\n\
             0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n\
             x-amz-checksum-crc32c:sOO8/Q==\r\n\
             x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
            &letters[..1024]
        ),
    );
    let upload = |seed: &str, is_with_trailer: bool| {
        let storage = ("x-amz-storage-class", "REDUCED_REDUNDANCY");
        let common = [
            ("host", "s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
            storage,
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
        ];
        let (signed, rest): (&str, &[(&str, &str)]) = match is_with_trailer {
            false => (
                "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                 x-amz-decoded-content-length;x-amz-storage-class",
                &[
                    ("content-length", "66824"),
                    ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
                ],
            ),
            true => (
                "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
                 x-amz-storage-class;x-amz-trailer",
                &[
                    ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
                    ("x-amz-trailer", "x-amz-checksum-crc32c"),
                ],
            ),
        };
        let authorization = example_header(signed, seed);
        let headers = [&common[..], rest, &[("authorization", &authorization)]].concat();
        request("PUT", "/examplebucket/chunkObject.txt", &headers)
    };
    for (is_with_trailer, (seed, body)) in [(false, plain), (true, with_trailer)] {
        let sent = upload(seed, is_with_trailer);
        let signed = verified(&sent).unwrap();
        assert!(!signed.verify_sha256);
        let read = |body: String| -> Result<Bytes, AwsError> {
            let mut headers = sent.headers.clone();
            let chunks = signed.chunks.clone();
            let body = decode_signed(&mut headers, body.into(), DecodeOptions::default(), chunks)?;
            Ok(body.collect(1 << 20).now_or_never().unwrap()?)
        };
        assert_eq!(read(body.clone()).unwrap().len(), 66_560);
        for (from, to) in [
            ("aaa\r\n400", "aab\r\n400"),
            ("signature=00", "signature=01"),
            ("signature=1c", "signature=1d"),
            ("0;chunk-signature=b6", "0;chunk-signature=b7"),
            (";chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992", ""),
            ("signature:d8", "signature:d9"),
            (
                "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
                "",
            ),
        ] {
            if body.contains(from) {
                let error = read(body.replacen(from, to, 1)).unwrap_err();
                assert_eq!((error.code(), error.status()), ("SignatureDoesNotMatch", 403), "{from}");
            }
        }
    }
}

/// Signatures of version 2 that botocore makes (1.43.11, `HmacV1Auth` and `HmacV1QueryAuth`), of a secret
/// `secret`.
#[test]
fn version_2() {
    let cases: Json = serde_json::from_str(include_str!("../../../tests/signing-suite/v2.json")).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 5);
    for case in cases {
        let headers = case["headers"].as_object().unwrap();
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let uri = case["uri"].as_str().unwrap();
        let sent = request(case["method"].as_str().unwrap(), uri, &headers);
        let claim = match Claim::of_query(Query(sent.uri.query().unwrap_or_default()), true).unwrap() {
            None => Claim::of_header(&sent.headers).unwrap(),
            found => found,
        };
        let Some(Claim::V2(signature)) = claim else { panic!("{uri} is not of version 2") };
        let text = signature.string_to_sign(Parts::new(&sent.method, &sent.uri, &sent.headers));
        assert!(
            signature.verify(&SecretKey::new("secret"), &text),
            "{uri}: {}",
            String::from_utf8_lossy(&text)
        );
        assert!(!signature.verify(&SecretKey::new("other"), &text), "{uri}");
        assert!(!signature.verify(&SecretKey::new("secret"), &[text, b"x".to_vec()].concat()), "{uri}");
    }
}
