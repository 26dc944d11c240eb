//! From a claim to a judgement: what of the body is signed, and whether the signature is right.

use asf_schema::{Operation, OperationFlags, Schema, ServiceSchema};
use http::request::Parts as Head;
use http::{HeaderMap, Method, Uri};

use super::canonical::{Parts, PathStyle, canonical_request};
use super::key::{SigningKey, string_to_sign};
use super::{ChunkSignatures, Claim, Place, Query, Refusal, SecretKey, Signature, window};
use crate::Timestamp;
use crate::body::CONTENT_SHA256;
use crate::protocol::is_s3;

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const CHUNKED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const CHUNKED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

/// A request's head as it was sent, which is what is signed. Handlers that route rewrite it.
#[derive(Clone, Debug)]
pub struct SentRequest {
    /// Method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
    /// The SHA-256 of a body that routing takes the codings off.
    pub payload: Option<String>,
}

impl SentRequest {
    /// A head before anyone has changed it.
    #[must_use]
    pub fn of(head: &Head) -> Self {
        let Head { method, uri, headers, .. } = head;
        Self { method: method.clone(), uri: uri.clone(), headers: headers.clone(), payload: None }
    }

    fn parts(&self) -> Parts<'_> {
        Parts::new(&self.method, &self.uri, &self.headers)
    }
}

/// What is left to verify while the body is read.
#[derive(Clone, Debug, Default)]
pub struct SignedBody {
    /// The body has the hash of `x-amz-content-sha256`.
    pub verify_sha256: bool,
    /// Its chunks are signed.
    pub chunks: Option<ChunkSignatures>,
}

/// What a signature says of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// It stands in the request; if it is a hash, the body is verified on its way.
    Declared(String),
    /// It is the hash of the body, which has to be read for it.
    Hash,
}

/// Judges a presigned request by the clock, whoever has signed it: done to every request.
///
/// # Errors
/// When the signature in the query string cannot be read, has ended or has not begun.
pub fn check_window(query: &str, service: &'static ServiceSchema, now: Timestamp) -> Result<(), Refusal> {
    let is_s3 = is_s3(service);
    match Claim::of_query(Query(query), is_s3)? {
        Some(claim) => window::presigned(&claim, is_s3, now),
        None => Ok(()),
    }
}

/// The one claim of a request, with what can be said of it before the secret is known.
///
/// # Errors
/// When it cannot be read, is two, is not of now, or for another service.
pub(crate) fn read_claim(
    sent: &SentRequest,
    service: &'static ServiceSchema,
    now: Timestamp,
) -> Result<Option<Claim>, Refusal> {
    let is_s3 = is_s3(service);
    let in_query = Claim::of_query(Query(sent.uri.query().unwrap_or_default()), is_s3)?;
    let has_header = sent.headers.contains_key(http::header::AUTHORIZATION);
    if in_query.is_some() && has_header {
        return Err(Refusal::Twice);
    }
    let claim = match in_query {
        Some(claim) => Some(claim),
        None => Claim::of_header(&sent.headers)?,
    };
    let Some(claim) = claim else { return Ok(None) };
    window::in_header(&claim, now)?;
    match &claim {
        Claim::V2(_) if !is_s3 => return Err(Refusal::Unverifiable("Signatures of version 2")),
        Claim::V4(it) if it.is_asymmetric => return Err(Refusal::Unverifiable("Signatures of SigV4A")),
        Claim::V4(it) => check_form(it, sent, service)?,
        Claim::V2(_) => {}
    }
    Ok(Some(claim))
}

/// The scope's service, and the headers that have to be signed.
fn check_form(
    signature: &Signature,
    sent: &SentRequest,
    service: &'static ServiceSchema,
) -> Result<(), Refusal> {
    let (scope, called) = (signature.scope.service.as_str(), service.metadata.signing_name);
    // Rule sets of endpoints have names that the models have not, all of them S3's: s3express, s3-outposts.
    let is_it = |name: &str| !name.is_empty() && scope.starts_with(name);
    if ![called, service.metadata.endpoint_prefix, service.name].into_iter().any(is_it) {
        let in_header = signature.place == Place::Header;
        return Err(Refusal::OtherService { in_header, scope: scope.to_owned(), called });
    }
    let mut left_out: Vec<String> = Vec::new();
    if !signature.signs("host") {
        left_out.push("host".to_owned());
    }
    if is_s3(service) {
        // `test_s3.json::TestS3PresignedUrl::test_put_object_with_md5_and_chunk_signature_bad_headers[s3v4-True]`
        // has x-amz-content-sha256 in a presigned request, and not among the headers that should be signed.
        let may_miss = |name: &str| signature.place != Place::Header && name == CONTENT_SHA256.as_str();
        let names = sent.headers.keys().map(http::HeaderName::as_str);
        let unsigned = names.filter(|it| it.starts_with("x-amz-") && !signature.signs(it) && !may_miss(it));
        left_out.extend(unsigned.map(str::to_owned));
    }
    left_out.sort_unstable();
    if left_out.is_empty() { Ok(()) } else { Err(Refusal::HeadersNotSigned(left_out)) }
}

impl Payload {
    /// What a signature says of the body of an operation's request.
    ///
    /// # Errors
    /// [`Refusal::NoContentSha256`].
    pub(crate) fn of(
        signature: &Signature,
        sent: &SentRequest,
        operation: Operation,
    ) -> Result<Self, Refusal> {
        let header = sent.headers.get(&CONTENT_SHA256).and_then(|it| it.to_str().ok());
        let in_query = || Query(sent.uri.query().unwrap_or_default()).get("X-Amz-Content-Sha256");
        if is_s3(operation.service()) {
            return match signature.place {
                Place::Header => header.map(str::to_owned).ok_or(Refusal::NoContentSha256),
                Place::Query { .. } => Ok(in_query()
                    .or_else(|| {
                        header.filter(|_| signature.signs(CONTENT_SHA256.as_str())).map(str::to_owned)
                    })
                    .unwrap_or_else(|| UNSIGNED.to_owned())),
            }
            .map(Self::Declared);
        }
        let declared = header.map(str::to_owned).or_else(in_query);
        let is_stream = operation.input().and_then(Schema::streaming).is_some();
        // A hash that is declared is computed all the same, unless that would mean to hold a stream.
        let is_word = |text: &String| text == UNSIGNED || text.starts_with("STREAMING-");
        Ok(declared.filter(|text| is_stream || is_word(text)).map_or(Self::Hash, Self::Declared))
    }
}

/// Whether a signature is that of a request with this payload: a hash, or a word for none. What is left to be
/// verified comes with the body.
///
/// # Errors
/// [`Refusal::Mismatch`].
pub fn verify(
    signature: &Signature,
    sent: &SentRequest,
    payload: &str,
    operation: Operation,
    secret: &SecretKey,
) -> Result<SignedBody, Refusal> {
    let style = if is_s3(operation.service()) { PathStyle::Once } else { PathStyle::Twice };
    let key = SigningKey::of(secret, &signature.scope);
    // Some clients add the token after signing, and some do not hash the body of operations that say so.
    let is_presigned = signature.place != Place::Header;
    let leave_out: &[&[&str]] = match is_presigned {
        true => &[&["X-Amz-Signature"], &["X-Amz-Signature", "X-Amz-Security-Token"]],
        false => &[&[]],
    };
    let is_unsigned = operation.row().flags.contains(OperationFlags::UNSIGNED_PAYLOAD);
    let payloads: &[&str] = if is_unsigned { &[payload, UNSIGNED] } else { &[payload] };
    let mut first = None;
    for (leave_out, payload) in
        leave_out.iter().flat_map(|it| payloads.iter().map(move |payload| (it, payload)))
    {
        let canonical = canonical_request(sent.parts(), style, leave_out, &signature.signed_headers, payload);
        let text = string_to_sign(signature.date, &signature.scope, &canonical);
        if key.verify(text.as_bytes(), &signature.signature) {
            return Ok(SignedBody::of(payload, signature, key));
        }
        first.get_or_insert((canonical, text));
    }
    let (canonical, text) = first.unwrap_or_default();
    Err(Refusal::Mismatch {
        access_key_id: signature.scope.access_key_id.clone(),
        provided: signature.signature.clone(),
        canonical_request: Some(canonical),
        string_to_sign: text.into_bytes(),
    })
}

impl SignedBody {
    fn of(payload: &str, signature: &Signature, key: SigningKey) -> Self {
        let is_chunked = [CHUNKED, CHUNKED_TRAILER].contains(&payload);
        let Signature { scope, date, signature, .. } = signature;
        let chunks = is_chunked
            .then(|| ChunkSignatures::new(key, *date, scope, signature, payload == CHUNKED_TRAILER));
        Self { verify_sha256: payload != UNSIGNED && !payload.starts_with("STREAMING-"), chunks }
    }
}
