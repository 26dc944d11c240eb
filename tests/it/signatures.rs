//! `VERIFY_SIGNATURES` and presigned requests, through the emulator's gateway under a clock that stands. There are
//! no buckets: what is let through is answered with 404.

use std::sync::Arc;
use std::time::Duration;

use asf_emulator::{Surroundings, gateway_with};
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::gateway::{AwsChainOptions, Gateway, Services, aws_chain_with};
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::{DynamicProvider, Providers};
use asf_runtime::shape::ByteStream;
use asf_runtime::signature::canonical::{Parts, PathStyle, canonical_request};
use asf_runtime::signature::key::{SigningKey, sha256_hex, string_to_sign};
use asf_runtime::signature::{AmzDate, CredentialScope, IssuedKeys, SecretKey, SecretKeys};
use asf_runtime::{AwsError, Timestamp, Value};
use futures_util::FutureExt as _;
use http::{HeaderValue, Request};

/// 2026-05-28T20:26:40Z
const NOW: i64 = 1_780_000_000;

struct World {
    gateway: Gateway,
    clock: Arc<ManualClock>,
}

/// Status, `x-asf-source` and body of an answer.
type Answered = (u16, String, String);

impl World {
    fn new(settings: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
        let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) };
        let settings = settings.iter().copied().chain([crate::clients::NATIVE]).collect();
        Self { gateway: gateway_with(settings, environment, Surroundings::default()).unwrap(), clock }
    }

    fn verifying() -> Self {
        Self::new(&[("VERIFY_SIGNATURES", "1")])
    }

    fn answer(&self, request: Request<ByteStream>) -> Answered {
        let (head, body) = self.gateway.process(request).now_or_never().unwrap().into_parts();
        let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
        let source = head.headers.get("x-asf-source").map(|it| it.to_str().unwrap().to_owned());
        (head.status.as_u16(), source.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned())
    }

    fn get(&self, uri: &str) -> Answered {
        self.answer(Request::get(uri).header("host", "s3.localhost:4566").body(ByteStream::Empty).unwrap())
    }
}

/// Who signs what.
struct Signer {
    id: &'static str,
    secret: &'static str,
    service: &'static str,
    style: PathStyle,
    at: i64,
}

const TEST: Signer = Signer { id: "test", secret: "test", service: "sqs", style: PathStyle::Twice, at: NOW };
const S3: Signer = Signer { service: "s3", style: PathStyle::Once, ..TEST };

impl Signer {
    fn scope(&self) -> (AmzDate, CredentialScope) {
        let date = AmzDate::new(Timestamp::from_seconds(self.at));
        let text = format!("{}/{}/us-east-1/{}/aws4_request", self.id, date.day(), self.service);
        (date, CredentialScope::parse(&text, true).unwrap())
    }

    fn signature(&self, parts: Parts<'_>, names: &[&str], payload: &str) -> String {
        let (date, scope) = self.scope();
        let names: Vec<String> = names.iter().map(|&it| it.to_owned()).collect();
        let canonical = canonical_request(parts, self.style, &[], &names, payload);
        let text = string_to_sign(date, &scope, &canonical);
        SigningKey::of(&SecretKey::new(self.secret), &scope).sign(text.as_bytes())
    }

    /// Signs all headers, in `Authorization`.
    fn sign(&self, request: http::request::Builder, body: &str, payload: &str) -> Request<ByteStream> {
        let (date, scope) = self.scope();
        let mut request =
            request.header("x-amz-date", date.to_string()).body(ByteStream::from(body.to_owned())).unwrap();
        let names: Vec<_> = request.headers().keys().map(|it| it.as_str().to_owned()).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        let parts = Parts::new(request.method(), request.uri(), request.headers());
        let signature = self.signature(parts, &names, payload);
        let (id, names) = (self.id, names.join(";"));
        let value =
            format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        request.headers_mut().insert("authorization", HeaderValue::try_from(value).unwrap());
        request
    }

    /// A presigned GET.
    fn presign(&self, path: &str, arguments: &str, expires: i64, payload: &str) -> String {
        self.presign_a("GET", path, arguments, expires, payload)
    }

    /// A presigned request, to `s3.localhost:4566`.
    fn presign_a(&self, method: &str, path: &str, arguments: &str, expires: i64, payload: &str) -> String {
        let (date, scope) = self.scope();
        let credential = format!("{}/{scope}", self.id).replace('/', "%2F");
        let query = format!(
            "{arguments}X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={date}&\
             X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
        );
        let host = Request::get("/").header("host", "s3.localhost:4566").body(()).unwrap();
        let parts = Parts { method, path, query: &query, headers: host.headers() };
        let signature = self.signature(parts, &["host"], payload);
        format!("{path}?{query}&X-Amz-Signature={signature}")
    }

    /// `ListQueues` over JSON.
    fn list_queues(&self) -> Request<ByteStream> {
        let request = Request::post("/")
            .header("host", "localhost:4566")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "AmazonSQS.ListQueues");
        self.sign(request, "{}", &sha256_hex(b"{}"))
    }
}

/// `aws-recordings/s3/test_s3.json::TestS3PresignedUrl::test_presigned_url_signature_authentication_expired`
#[test]
fn presigned_requests_end_whether_signatures_are_verified_or_not() {
    for settings in [&[][..], &[("VERIFY_SIGNATURES", "1")]] {
        let world = World::new(settings);
        let url = S3.presign("/b/k", "", 60, "UNSIGNED-PAYLOAD");
        assert_eq!(world.get(&url).0, 404);
        world.clock.advance(Duration::from_secs(61));
        let (status, _, body) = world.get(&url);
        assert_eq!(status, 403);
        let expected = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message>\
                        <X-Amz-Expires>60</X-Amz-Expires><Expires>2026-05-28T20:27:40Z</Expires>\
                        <ServerTime>2026-05-28T20:27:41Z</ServerTime><RequestId>";
        assert!(body.contains(expected), "{body}");
        let v2 = format!("/b/k?AWSAccessKeyId=test&Signature=x&Expires={}", NOW + 60);
        let (status, _, body) = world.get(&v2);
        assert_eq!(status, 403);
        let expected = "<Message>Request has expired</Message><Expires>2026-05-28T20:27:40Z</Expires>\
                        <ServerTime>2026-05-28T20:27:41Z</ServerTime>";
        assert!(body.contains(expected), "{body}");
        let early = Signer { at: NOW + 3600, ..S3 }.presign("/b/k", "", 60, "UNSIGNED-PAYLOAD");
        let (status, _, body) = world.get(&early);
        assert_eq!(status, 403);
        let expected = "<Message>Request is not yet valid</Message><X-Amz-Date>1780003600000</X-Amz-Date>";
        assert!(body.contains(expected), "{body}");
    }
}

#[test]
fn nothing_is_verified_by_default() {
    let world = World::new(&[]);
    let wrong = Signer { secret: "wrong", at: NOW - 86_400, ..TEST };
    assert_eq!(world.answer(wrong.list_queues()).0, 200);
    assert_eq!(world.get(&Signer { secret: "wrong", ..S3 }.presign("/b/k", "", 60, "x")).0, 404);
}

#[test]
fn signatures_in_the_header() {
    let world = World::verifying();
    assert_eq!(world.answer(TEST.list_queues()).0, 200);
    let account = Signer { id: "111122223333", ..TEST };
    assert_eq!(world.answer(account.list_queues()).0, 200);
    for (signer, code) in [
        (Signer { secret: "wrong", ..TEST }, "InvalidSignatureException"),
        (Signer { id: "AKIAIOSFODNN7EXAMPLE", ..TEST }, "UnrecognizedClientException"),
        (Signer { at: NOW - 901, ..TEST }, "InvalidSignatureException"),
        (Signer { at: NOW + 901, ..TEST }, "InvalidSignatureException"),
        (Signer { service: "kms", ..TEST }, "InvalidSignatureException"),
    ] {
        let (status, _, body) = world.answer(signer.list_queues());
        assert_eq!(status, 400, "{body}");
        assert!(body.contains(code), "{code}: {body}");
    }
    let mut another_body = TEST.list_queues();
    *another_body.body_mut() = "{\"MaxResults\":1}".into();
    let (status, _, body) = world.answer(another_body);
    assert_eq!(status, 400);
    assert!(body.contains("The Canonical String for this request should have been"), "{body}");
    let mut unsigned = TEST.list_queues();
    unsigned.headers_mut().remove("authorization");
    let (status, _, body) = world.answer(unsigned);
    assert_eq!(status, 400);
    assert!(body.contains("MissingAuthenticationTokenException"), "{body}");
}

/// A form, which routing reads and takes gzip off, is signed as it was sent.
#[test]
fn forms() {
    let world = World::verifying();
    let sts = Signer { service: "sts", ..TEST };
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let request = || {
        let form_type = "application/x-www-form-urlencoded; charset=utf-8";
        Request::post("/").header("host", "localhost:4566").header("content-type", form_type)
    };
    let (status, _, body) = world.answer(sts.sign(request(), form, &sha256_hex(form.as_bytes())));
    assert_eq!(status, 200, "{body}");
    let (status, _, body) = world.answer(sts.sign(request(), form, &sha256_hex(b"another")));
    assert_eq!(status, 403);
    assert!(body.contains("<Code>SignatureDoesNotMatch</Code>"), "{body}");
    let zipped: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 115, 76, 46, 201, 204, 207, 179, 117, 79, 45, 113, 78, 204, 201, 73,
        45, 242, 76, 73, 205, 43, 201, 44, 169, 84, 11, 75, 45, 42, 6, 201, 24, 25, 24, 26, 234, 26, 152,
        233, 26, 154, 2, 0, 251, 68, 115, 177, 43, 0, 0, 0,
    ];
    let mut request = sts.sign(request().header("content-encoding", "gzip"), "", &sha256_hex(zipped));
    *request.body_mut() = bytes_of(zipped);
    let (status, _, body) = world.answer(request);
    assert_eq!(status, 200, "{body}");
    // Called by those who have no key yet.
    let form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15";
    let unsigned = Request::post("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "sts.localhost.localstack.cloud")
        .body(ByteStream::from(form))
        .unwrap();
    let (_, source, body) = world.answer(unsigned);
    assert_eq!(source, "native", "{body}");
    assert!(body.contains("<Code>ValidationError</Code>"), "{body}");
}

fn bytes_of(bytes: &[u8]) -> ByteStream {
    asf_runtime::Bytes::copy_from_slice(bytes).into()
}

#[test]
fn s3() {
    let world = World::verifying();
    for path in ["/b/k", "/b/a%20%2B/../c", "/b//k"] {
        assert_eq!(world.get(&S3.presign(path, "", 60, "UNSIGNED-PAYLOAD")).0, 404, "{path}");
    }
    // Who is not signed is for policies to judge.
    assert_eq!(world.get("/b/k").0, 404);
    let (status, _, body) =
        world.get(&Signer { secret: "wrong", ..S3 }.presign("/b/k", "", 60, "UNSIGNED-PAYLOAD"));
    assert_eq!(status, 403);
    for element in [
        "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the \
         signature you provided. Check your key and signing method.</Message><AWSAccessKeyId>test</AWSAccessKeyId>\
         <StringToSign>AWS4-HMAC-SHA256\n20260528T202640Z\n20260528/us-east-1/s3/aws4_request\n",
        "<SignatureProvided>",
        "<StringToSignBytes>41 57 53 34 ",
        "<CanonicalRequest>GET\n/b/k\nX-Amz-Algorithm=AWS4-HMAC-SHA256&amp;X-Amz-Credential=test%2F20260528",
        "<CanonicalRequestBytes>47 45 54 0a 2f 62 2f 6b ",
    ] {
        assert!(body.contains(element), "{element} is not in {body}");
    }
    let (status, _, body) =
        world.get(&Signer { id: "no-one", ..S3 }.presign("/b/k", "", 60, "UNSIGNED-PAYLOAD"));
    assert_eq!(status, 403);
    let expected = "<Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our \
                    records.</Message><AWSAccessKeyId>no-one</AWSAccessKeyId>";
    assert!(body.contains(expected), "{body}");

    let put = |signer: &Signer, body: &str, sha256: &str| {
        let request = Request::put("/k").header("host", "bucket.s3.localhost.localstack.cloud:4566");
        world.answer(signer.sign(request.header("x-amz-content-sha256", sha256), body, sha256))
    };
    // The bucket of a virtual host is signed where it was sent.
    assert_eq!(put(&S3, "hello", &sha256_hex(b"hello")).0, 404);
    let (status, _, body) = put(&Signer { at: NOW - 901, ..S3 }, "hello", "UNSIGNED-PAYLOAD");
    assert_eq!(status, 403);
    let expected = "<Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current \
                    time is too large.</Message><RequestTime>20260528T201139Z</RequestTime>\
                    <ServerTime>2026-05-28T20:26:40Z</ServerTime>\
                    <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>";
    assert!(body.contains(expected), "{body}");
    let no_hash = S3.sign(Request::put("/b/k").header("host", "localhost"), "", "UNSIGNED-PAYLOAD");
    let (status, _, body) = world.answer(no_hash);
    assert_eq!(status, 400);
    assert!(body.contains("Missing required header for this request: x-amz-content-sha256"), "{body}");
    let asymmetric = Request::get("/b/k").header(
        "authorization",
        "AWS4-ECDSA-P256-SHA256 Credential=test/20260528/s3/aws4_request, SignedHeaders=host, Signature=00",
    );
    let asymmetric = asymmetric.header("x-amz-date", "20260528T202640Z").header("host", "localhost");
    let (status, _, body) = world.answer(asymmetric.body(ByteStream::Empty).unwrap());
    assert_eq!(status, 501);
    assert!(body.contains("Signatures of SigV4A are not verified here."), "{body}");
}

/// The environment's own key, and another secret of `test`.
#[test]
fn keys_of_the_environment() {
    let world = World::new(&[
        ("VERIFY_SIGNATURES", "1"),
        ("AWS_ACCESS_KEY_ID", "AKIAMINE"),
        ("AWS_SECRET_ACCESS_KEY", "hidden"),
        ("ASF_TEST_SECRET_KEY", "other"),
    ]);
    for (id, secret, status) in [
        ("AKIAMINE", "hidden", 200),
        ("AKIAMINE", "test", 400),
        ("test", "other", 200),
        ("test", "test", 400),
    ] {
        assert_eq!(world.answer(Signer { id, secret, ..TEST }.list_queues()).0, status, "{id} {secret}");
    }
}

/// What goes with the body is verified while a handler reads it: its hash, and its chunks.
#[test]
fn bodies_of_s3() {
    let service = asf_specs::service("s3").unwrap();
    let output = service.operation("PutObject").unwrap().output().unwrap();
    let provider = DynamicProvider::new(service).handle("PutObject", move |_, mut input| async move {
        let Value::Struct(members) = &mut input else { panic!("the input is a structure") };
        let Some(Value::Stream(body)) = members.remove("Body") else { panic!("there is no body") };
        let read = body.collect(1 << 20).await.map_err(AwsError::from)?;
        let mut answer = Value::structure(output);
        if let Value::Struct(members) = &mut answer {
            members.insert("ETag", String::from_utf8_lossy(&read).into_owned().into()).unwrap();
        }
        Ok(answer)
    });
    let providers = Arc::new(Providers::default().with(Arc::new(provider.unwrap())));
    let services = Services {
        router: asf_specs::router(),
        catalogue: asf_specs::service,
        providers: providers.clone(),
        enabled: None,
    };
    let keys: Arc<dyn SecretKeys> = Arc::new(IssuedKeys::new(providers, &Settings::default()));
    let options = AwsChainOptions { secret_keys: Some(keys), ..AwsChainOptions::default() };
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
    let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) };
    let gateway = Gateway::new(aws_chain_with(Arc::new(services), options), environment);
    let world = World { gateway, clock };

    let put = |body: &str, sha256: &str| {
        let request = Request::put("/b/k").header("host", "localhost").header("x-amz-content-sha256", sha256);
        world.answer(S3.sign(request, body, sha256))
    };
    assert_eq!(put("hello", &sha256_hex(b"hello")).0, 200);
    assert_eq!(put("hello", "UNSIGNED-PAYLOAD").0, 200);
    let (status, _, body) = put("another", &sha256_hex(b"hello"));
    assert_eq!(status, 400);
    assert!(body.contains("<Code>XAmzContentSHA256Mismatch</Code>"), "{body}");

    // A presigned request may have the hash in its query.
    let hash = sha256_hex(b"hello");
    let url = S3.presign_a("PUT", "/b/k", &format!("X-Amz-Content-Sha256={hash}&"), 60, &hash);
    for (body, status) in [("hello", 200), ("another", 400)] {
        let request = Request::put(&url).header("host", "s3.localhost:4566").body(ByteStream::from(body));
        assert_eq!(world.answer(request.unwrap()).0, status, "{body}");
    }

    let chunked = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let request = || {
        let request =
            Request::put("/b/k").header("host", "localhost").header("x-amz-content-sha256", chunked);
        S3.sign(request.header("x-amz-decoded-content-length", "5"), "", chunked)
    };
    let (date, scope) = S3.scope();
    let key = SigningKey::of(&SecretKey::new(S3.secret), &scope);
    let authorization = request().headers()["authorization"].to_str().unwrap().to_owned();
    let mut previous = authorization.rsplit('=').next().unwrap().to_owned();
    let mut chunks = String::new();
    for chunk in ["hello", ""] {
        let (nothing, hash) = (sha256_hex(b""), sha256_hex(chunk.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256-PAYLOAD\n{date}\n{scope}\n{previous}\n{nothing}\n{hash}");
        previous = key.sign(text.as_bytes());
        chunks.push_str(&format!("{:x};chunk-signature={previous}\r\n{chunk}\r\n", chunk.len()));
    }
    for (chunks, expected) in [(chunks.clone(), 200), (chunks.replace("hello", "hallo"), 403)] {
        let mut request = request();
        *request.body_mut() = chunks.into();
        let (status, _, body) = world.answer(request);
        assert_eq!(status, expected, "{body}");
        assert_eq!(body.contains("<Code>SignatureDoesNotMatch</Code>"), expected == 403, "{body}");
    }
}

/// What is signed for a region that there is not, in each protocol's words; and with the variable that lets it.
#[test]
fn regions_that_there_are_not() {
    let request = |service: &str, region: &str| {
        let credential = format!("Credential=test/20260528/{region}/{service}/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0");
        let request = Request::post("/").header("host", "localhost:4566").header("authorization", signed);
        match service {
            "sqs" => request
                .header("x-amz-target", "AmazonSQS.ListQueues")
                .header("content-type", "application/x-amz-json-1.0")
                .body(ByteStream::from("{}".to_owned())),
            _ => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(ByteStream::from("Action=GetCallerIdentity&Version=2011-06-15".to_owned())),
        }
        .unwrap()
    };
    let (strict, open) = (World::new(&[]), World::new(&[("ALLOW_NONSTANDARD_REGIONS", "1")]));
    for region in ["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"] {
        assert_eq!(strict.answer(request("sqs", region)).0, 200, "{region}");
    }
    for region in ["mars-1", "us-east-9", "aws-global"] {
        let (status, _, body) = strict.answer(request("sqs", region));
        assert_eq!(status, 400, "{body}");
        assert!(body.contains("InvalidSignatureException"), "{body}");
        let sentence = format!("Credential should be scoped to a valid region, not '{region}'.");
        assert!(body.contains(&sentence), "{body}");
        let (status, _, body) = strict.answer(request("sts", region));
        assert!(status == 403 && body.contains("<Code>SignatureDoesNotMatch</Code>"), "{status} {body}");
        assert_eq!(open.answer(request("sqs", region)).0, 200, "{region}");
    }
}
