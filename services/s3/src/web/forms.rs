//! Browser uploads: forms that are posted to a bucket ("POST Object" of the API reference;
//! test_s3::TestS3PresignedPost). They are no operation of the model.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Weak};

use asf_api_s3::operations::PutObject;
use asf_api_s3::{PutObjectOutput, PutObjectRequest, S3Error, SERVICE, Tagging};
use asf_runtime::RequestContext;
use asf_runtime::codec::xml;
use asf_runtime::error::ServiceError;
use asf_runtime::gateway::edge::respond;
use asf_runtime::gateway::{Flow, GatewayContext, GatewayHandler, Handled, go_on};
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{self, Exchange, Response};
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::schema::ProtocolKind;
use asf_runtime::shape::{ByteStream, StreamError};
use asf_runtime::signature::{Audience, IssuedKeys, verify_policy};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, StatusCode, header};
use multer::{Constraints, Multipart, SizeLimit};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::cors::{addressed, may_be_s3};
use super::html::escaped;
use crate::S3Provider;
use crate::error::Fault;
use crate::post_policy::{Fields, PostPolicy};

/// Bytes of what comes before the file ("POST Object": 20 KB), with room for a policy.
const MAX_FIELD: u64 = 64 << 10;

/// Fields of which one is missing where there is a policy, by the signature's version.
const SIGNED: [&[&str]; 2] = [
    &["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"],
    &["AWSAccessKeyId", "Signature"],
];

/// Takes forms that are posted to buckets.
#[derive(Debug)]
pub(super) struct FormUploads {
    providers: Weak<Providers>,
    /// With `VERIFY_SIGNATURES`: what says which secret a key has.
    verifying: Option<Settings>,
}

/// A form, as far as its file.
struct Form {
    fields: Fields,
    file: ByteStream,
}

impl FormUploads {
    pub(super) fn new(providers: &Arc<Providers>, settings: &Settings) -> Self {
        let verifying = settings.is_on("VERIFY_SIGNATURES").then(|| settings.clone());
        // The chain is a part of what the providers are a part of: no circles.
        Self { providers: Arc::downgrade(providers), verifying }
    }

    /// The bucket that something is posted to.
    fn bucket(ctx: &GatewayContext) -> Option<String> {
        let request = &ctx.request;
        if request.method != Method::POST || request.uri.query().is_some() || !may_be_s3(&request.headers) {
            return None;
        }
        addressed(request).filter(|(_, is_object)| !is_object).map(|(bucket, _)| bucket)
    }
}

impl GatewayHandler for FormUploads {
    fn name(&self) -> &str {
        "S3 forms"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        let Some((bucket, providers)) = Self::bucket(ctx).zip(self.providers.upgrade()) else {
            return go_on();
        };
        Box::pin(async move {
            let Some(provider) = providers.get("s3") else { return Ok(Flow::Continue) };
            let provider: &dyn Any = &*provider;
            let Some(provider) = provider.downcast_ref::<S3Provider>() else { return Ok(Flow::Continue) };
            let mut call = RequestContext::new(PutObject::operation(), ctx.environment.clone());
            let content_type = ctx.request.headers.get(header::CONTENT_TYPE);
            let content_type = content_type.and_then(|it| it.to_str().ok()).unwrap_or_default();
            let is_form = content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
            // What is posted to a path that is no bucket's may be for somebody else.
            if !is_form && provider.bucket(&call, Some(&bucket), None).is_err() {
                return Ok(Flow::Continue);
            }
            let body = std::mem::take(&mut ctx.body);
            call.request_id.clone_from(&ctx.request_id);
            call.providers = providers.clone();
            // As the gateway does it for operations: the answer leaves when the object is on the disk.
            let keys = self.verifying.as_ref().map(|it| IssuedKeys::new(providers.clone(), it));
            let work = async {
                if !is_form {
                    return Err(refused(no_form()));
                }
                upload(provider, &mut call, &bucket, content_type, body, keys.as_ref()).await
            };
            let (result, written) = provider.store().state().durably(work).await;
            let result = match written {
                Ok(()) => result,
                Err(_) => {
                    Err(refused(Fault::internal("We encountered an internal error. Please try again.")))
                }
            };
            ctx.response = match result {
                Ok((fields, output)) => {
                    let base = provider.public_base(&ctx.request);
                    answer(&base, super::cors::is_virtual_host(&ctx.request), &fields, &output)
                }
                Err(error) => {
                    let exchange = Exchange { headers: &ctx.request.headers, request_id: &ctx.request_id };
                    protocol::of(ProtocolKind::RestXml).serialize_error(SERVICE, None, &*error, exchange)
                }
            };
            super::cors::add_ids(ctx.response.headers_mut(), &ctx.request_id);
            Ok(Flow::Stop)
        })
    }
}

async fn upload(
    provider: &S3Provider,
    ctx: &mut RequestContext,
    bucket: &str,
    content_type: &str,
    body: ByteStream,
    keys: Option<&IssuedKeys>,
) -> Result<(Fields, PutObjectOutput), Box<dyn ServiceError>> {
    let Form { mut fields, file } = read(content_type, body).await.map_err(refused)?;
    fields.insert("bucket".to_owned(), bucket.to_owned());
    let credential = fields.get("x-amz-credential").and_then(|it| it.split('/').next());
    if let Some(key) = credential.or(fields.get("awsaccesskeyid").map(String::as_str)) {
        ctx.account_id = provider.access_keys.account(key);
    }
    let sizes = match fields.get("policy") {
        Some(policy) => {
            check_signed(&fields).map_err(refused)?;
            let now = ctx.clock().now();
            if let Some(keys) = keys {
                // Before it is read (test_s3::TestS3PresignedPost::test_post_request_malformed_policy).
                let field = |name: &str| fields.get(name).map(String::as_str);
                let audience = Audience::new(SERVICE, ProtocolKind::RestXml);
                verify_policy(policy, field, keys, now).map_err(|it| it.error(audience))?;
            }
            PostPolicy::read(policy).and_then(|it| it.check(&fields, now)).map_err(refused)?
        }
        None => None,
    };
    let input = input(&fields, file).map_err(refused)?;
    let output = provider.post_object(ctx, input, sizes).await?;
    Ok((fields, output))
}

fn refused(fault: Fault) -> Box<dyn ServiceError> {
    S3Error::from(fault).into()
}

/// test_s3::TestS3PresignedPost::test_post_object_with_wrong_content_type
fn no_form() -> Fault {
    Fault::precondition_failed("Bucket POST must be of the enclosure-type multipart/form-data")
}

/// test_s3::TestS3PresignedPost::test_post_request_missing_fields, ::test_post_request_missing_signature
fn check_signed(fields: &Fields) -> Result<(), Fault> {
    let has = |name: &&str| fields.contains_key(&name.to_ascii_lowercase());
    let Some(names) = SIGNED.into_iter().find(|names| names.iter().any(has)) else {
        return Err(Fault::access_denied());
    };
    match names.iter().find(|name| !has(name)) {
        None => Ok(()),
        Some(name) => Err(missing(name)),
    }
}

fn missing(name: &str) -> Fault {
    let message = format!(
        "Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields."
    );
    Fault::invalid_argument(message, name, "")
}

/// Reads a form as far as its file, which is not read.
async fn read(content_type: &str, body: ByteStream) -> Result<Form, Fault> {
    let malformed = |_| {
        Fault::new(
            "MalformedPOSTRequest",
            400,
            "The body of your POST request is not well-formed multipart/form-data.",
        )
    };
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let body = body.map(|piece| piece.map_err(|error| io::Error::other(error.to_string())));
    let limits = SizeLimit::new().per_field(MAX_FIELD).for_field("file", u64::MAX);
    let mut parts = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(limits));
    let mut fields: Fields = BTreeMap::new();
    while let Some(field) = parts.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_ascii_lowercase();
        if name != "file" {
            fields.insert(name, field.text().await.map_err(malformed)?);
            continue;
        }
        let filename = field.file_name().unwrap_or_default().to_owned();
        let key = fields.get_mut("key").ok_or_else(|| missing("key"))?;
        // A client that sends the file as text has no name for it: then nothing is put in
        // (test_s3::TestS3PresignedPost::test_post_object_with_file_as_string).
        if !filename.is_empty() {
            *key = key.replace("${filename}", &filename);
        }
        let pieces = field.map(|piece| piece.map_err(|error| StreamError::Malformed(error.to_string())));
        return Ok(Form { fields, file: ByteStream::from_stream(pieces, None) });
    }
    let message = "POST requires exactly one file upload per request.";
    Err(Fault::invalid_argument(message, "file", "0"))
}

/// The object that a form makes.
fn input(fields: &Fields, file: ByteStream) -> Result<PutObjectRequest, Fault> {
    let text = |name: &str| fields.get(name).cloned();
    let metadata = fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("x-amz-meta-")?.to_owned(), value.clone())));
    let tagging = fields.get("tagging").map(|document| tags(document)).transpose()?;
    Ok(PutObjectRequest {
        bucket: text("bucket"),
        key: text("key"),
        body: Some(file),
        acl: text("acl").map(Into::into),
        cache_control: text("cache-control"),
        content_disposition: text("content-disposition"),
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_type: text("content-type"),
        expires: text("expires"),
        metadata: Some(metadata.collect()),
        storage_class: text("x-amz-storage-class").map(Into::into),
        website_redirect_location: text("x-amz-website-redirect-location"),
        server_side_encryption: text("x-amz-server-side-encryption").map(Into::into),
        ssekms_key_id: text("x-amz-server-side-encryption-aws-kms-key-id"),
        sse_customer_algorithm: text("x-amz-server-side-encryption-customer-algorithm"),
        sse_customer_key: text("x-amz-server-side-encryption-customer-key"),
        sse_customer_key_md5: text("x-amz-server-side-encryption-customer-key-md5"),
        checksum_crc32: text("x-amz-checksum-crc32"),
        checksum_crc32c: text("x-amz-checksum-crc32c"),
        checksum_crc64nvme: text("x-amz-checksum-crc64nvme"),
        checksum_sha1: text("x-amz-checksum-sha1"),
        checksum_sha256: text("x-amz-checksum-sha256"),
        tagging,
        ..Default::default()
    })
}

/// Tags of a document, as the header has them.
fn tags(document: &str) -> Result<String, Fault> {
    let mut tagging = Tagging::default();
    let schema = <Tagging as asf_runtime::Structure>::schema_of();
    let read = xml::read_shape(schema, document.as_bytes(), xml::XmlOptions::LENIENT, &mut tagging);
    read.map_err(|_| Fault::malformed_xml())?;
    let pairs = tagging.tag_set.unwrap_or_default().into_iter().map(|tag| {
        let text =
            |it: Option<String>| utf8_percent_encode(&it.unwrap_or_default(), NON_ALPHANUMERIC).to_string();
        format!("{}={}", text(tag.key), text(tag.value))
    });
    Ok(pairs.collect::<Vec<_>>().join("&"))
}

fn answer(base: &str, is_virtual: bool, fields: &Fields, output: &PutObjectOutput) -> Response {
    let text = |name: &str| fields.get(name).map(String::as_str).filter(|it| !it.is_empty());
    let (bucket, key) = (text("bucket").unwrap_or_default(), text("key").unwrap_or_default());
    let e_tag = output.e_tag.as_deref().unwrap_or_default();
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let location = match is_virtual {
        true => format!("{base}/{}", encoded(key)),
        false => format!("{base}/{bucket}/{}", encoded(key)),
    };
    let redirect = text("success_action_redirect").or(text("redirect"));
    let (mut response, location) = match (redirect, text("success_action_status")) {
        (Some(to), _) => {
            let joint = if to.contains('?') { '&' } else { '?' };
            let to = format!("{to}{joint}bucket={bucket}&key={}&etag={}", encoded(key), encoded(e_tag));
            (respond::empty(StatusCode::SEE_OTHER), to)
        }
        (None, Some("201")) => {
            let document = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location>\
                 <Bucket>{}</Bucket><Key>{}</Key><ETag>{}</ETag></PostResponse>",
                escaped(&location),
                escaped(bucket),
                escaped(key),
                escaped(e_tag),
            );
            (respond::body(StatusCode::CREATED, "application/xml", document), location)
        }
        (None, Some("200")) => (respond::empty(StatusCode::OK), location),
        (None, _) => (respond::empty(StatusCode::NO_CONTENT), location),
    };
    for (name, value) in [
        ("location", Some(location.as_str())),
        ("etag", Some(e_tag)),
        ("x-amz-version-id", output.version_id.as_deref()),
    ] {
        if let Some(value) = value.and_then(|it| HeaderValue::try_from(it).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
