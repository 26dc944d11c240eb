//! What is refused, and with which words.

use asf_schema::{ProtocolKind, load_service};

use super::{request, s3, v4};
use crate::Timestamp;
use crate::error::ServiceError;
use crate::signature::*;

fn shown(error: &dyn ServiceError) -> String {
    format!("{} {}: {}", error.status(), error.code(), error.message().unwrap_or_default())
}

/// What clients of services that are not S3 are told.
#[test]
fn words_of_protocols() {
    use ProtocolKind::{Ec2, Json, Query, RestJson};
    let service =
        load_service("x", br#"{"metadata": {"protocol": "json"}, "operations": {}, "shapes": {}}"#).unwrap();
    let now = Timestamp::new(1_440_938_160, 0);
    let past = AmzDate::parse("20150830T120000Z").unwrap();
    let future = AmzDate::parse("20150830T130000Z").unwrap();
    let mismatch = || Refusal::Mismatch {
        access_key_id: "AK".to_owned(),
        provided: "00".to_owned(),
        canonical_request: Some(b"GET\n/".to_vec()),
        string_to_sign: b"AWS4-HMAC-SHA256\nx".to_vec(),
    };
    let signature = "The request signature we calculated does not match the signature you provided. Check your AWS \
                     Secret Access Key and signing method. Consult the service documentation for details.\n\nThe \
                     Canonical String for this request should have been\n'GET\n/'\n\nThe String-to-Sign should have \
                     been\n'AWS4-HMAC-SHA256\nx'\n";
    let missing = "400 MissingAuthenticationTokenException: Missing Authentication Token";
    let missing_in_query = "403 MissingAuthenticationToken: Request is missing Authentication Token";
    let not_validated = "AWS was not able to validate the provided access credentials";
    let invalid = "The security token included in the request is invalid.";
    let over = "The security token included in the request is expired";
    let expired = "Signature expired: 20150830T120000Z is now earlier than 20150830T122100Z \
                   (20150830T123600Z - 15 min.)";
    let early = "Signature not yet current: 20150830T130000Z is still later than 20150830T125100Z \
                 (20150830T123600Z + 15 min.)";
    for (refusal, protocol, expected) in [
        (Refusal::NotSigned, Json, missing.to_owned()),
        (Refusal::NotSigned, RestJson, missing.replace("400", "403")),
        (Refusal::NotSigned, Query, missing_in_query.to_owned()),
        (mismatch(), Json, format!("400 InvalidSignatureException: {signature}")),
        (mismatch(), RestJson, format!("403 InvalidSignatureException: {signature}")),
        (mismatch(), Query, format!("403 SignatureDoesNotMatch: {signature}")),
        (mismatch(), Ec2, format!("401 AuthFailure: {not_validated}")),
        (Refusal::UnknownKey("AK".to_owned()), Json, format!("400 UnrecognizedClientException: {invalid}")),
        (Refusal::UnknownKey("AK".to_owned()), Query, format!("403 InvalidClientTokenId: {invalid}")),
        (Refusal::WrongToken(String::new()), RestJson, format!("403 UnrecognizedClientException: {invalid}")),
        (Refusal::ExpiredToken(String::new()), Json, format!("400 ExpiredTokenException: {over}")),
        (Refusal::ExpiredToken(String::new()), Query, format!("403 ExpiredToken: {over}")),
        (Refusal::ExpiredToken(String::new()), Ec2, format!("400 RequestExpired: {over}")),
        (Refusal::Skewed { signed: past, now }, Json, format!("400 InvalidSignatureException: {expired}")),
        (Refusal::Skewed { signed: future, now }, Query, format!("403 SignatureDoesNotMatch: {early}")),
        (
            Refusal::Expired { seconds: Some(1), end: past.at(), now },
            Query,
            "403 SignatureDoesNotMatch: Signature expired: 20150830T120000Z is now earlier than 20150830T123600Z"
                .to_owned(),
        ),
    ] {
        let error = refusal.clone().error(Audience::new(service, protocol));
        assert_eq!(shown(&*error), expected, "{refusal:?}");
    }
}

/// Headers that cannot be read, and what S3 and the others say of them.
#[test]
fn malformed_headers() {
    let others =
        load_service("x", br#"{"metadata": {"protocol": "json"}, "operations": {}, "shapes": {}}"#).unwrap();
    let good = "Credential=AK/20150830/us-east-1/x/aws4_request, SignedHeaders=host, Signature=00";
    let in_s3 = "400 AuthorizationHeaderMalformed: The authorization header is malformed; ";
    let three =
        "the authorization header requires three components: Credential, SignedHeaders, and Signature.";
    let form =
        "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
    let terminal = "incorrect terminal \"aws5_request\". This endpoint uses \"aws4_request\".";
    let day = "Invalid credential date \"20150829\". This date is not the same as X-Amz-Date: \"20150830\".";
    let parts = "400 IncompleteSignatureException: Authorization header requires 'Credential' parameter. \
                 Authorization header requires 'Signature' parameter. Authorization header requires \
                 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=";
    for (header, words, in_others) in [
        ("AWS4-HMAC-SHA256".to_owned(), three, parts),
        (
            format!("AWS4-HMAC-SHA256 {}", &good[..good.len() - 14]),
            three,
            "400 IncompleteSignatureException: Authorization header requires 'Signature' parameter. (Hashed",
        ),
        (
            "AWS4-HMAC-SHA256 Credential= AK/20150830".to_owned(),
            three,
            "400 IncompleteSignatureException: Invalid key=value pair (missing equal-sign) in Authorization \
             header (hashed with SHA-256 and encoded with Base64): '",
        ),
        (
            format!("AWS4-HMAC-SHA256 {}", good.replace("/us-east-1", "")),
            form,
            "400 IncompleteSignatureException: Credential must have",
        ),
        (
            format!("AWS4-HMAC-SHA256 {}", good.replace("aws4_r", "aws5_r")),
            terminal,
            "400 InvalidSignatureException: Credential should be scoped with a valid terminator: \
             'aws4_request', not 'aws5_request'.",
        ),
        (
            format!("AWS4-HMAC-SHA256 {}", good.replace("0830", "0829")),
            day,
            "400 InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 \
             version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'.",
        ),
        ("Digest x".to_owned(), "400 InvalidArgument: Unsupported Authorization Type", parts),
    ] {
        let sent = request("GET", "/", &[("authorization", &header), ("x-amz-date", "20150830T123600Z")]);
        let refusal = Claim::of_header(&sent.headers).unwrap_err();
        let error = refusal.clone().error(Audience::new(s3(), ProtocolKind::RestXml));
        let expected = if words.starts_with("400") { words.to_owned() } else { format!("{in_s3}{words}") };
        assert_eq!(shown(&*error), expected, "{header}");
        let error = shown(&*refusal.error(Audience::new(others, ProtocolKind::Json)));
        assert!(error.starts_with(in_others), "{header}: {error}");
    }
    let no_date = request("GET", "/", &[("authorization", &format!("AWS4-HMAC-SHA256 {good}"))]);
    let refusal = Claim::of_header(&no_date.headers).unwrap_err();
    let error = refusal.error(Audience::new(s3(), ProtocolKind::RestXml));
    assert_eq!(
        shown(&*error),
        "403 AccessDenied: AWS authentication requires a valid Date or x-amz-date header"
    );
    // The date may be of HTTP's form.
    let headers = [("authorization", format!("AWS4-HMAC-SHA256 {good}"))];
    let headers = [("authorization", headers[0].1.as_str()), ("date", "Sun, 30 Aug 2015 12:36:00 GMT")];
    let signature = v4(Claim::of_header(&request("GET", "/", &headers).headers).unwrap());
    assert_eq!(signature.date.to_string(), "20150830T123600Z");
}

/// Query strings that cannot be read, and S3's words for them.
#[test]
fn malformed_queries() {
    let good = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&\
                X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
    assert!(Claim::of_query(Query(good), true).unwrap().is_some());
    let wrong = "400 AuthorizationQueryParametersError: ";
    // `test_s3.json::TestS3PresignedUrl::test_s3_put_presigned_url_missing_sig_param`
    let missing = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                   X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
    let week = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
                than 604800 seconds";
    for (from, to, expected) in [
        ("&X-Amz-Signature=00", "", missing),
        ("&X-Amz-Expires=60", "", missing),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", missing),
        ("SHA256", "SHA512", "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\""),
        ("T123600Z", "", "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
        ("Expires=60", "Expires=604801", week),
        ("Expires=60", "Expires=99999999999999999999", week),
        ("Expires=60", "Expires=-1", "X-Amz-Expires must be non-negative"),
        ("Expires=60", "Expires=undefined", "X-Amz-Expires should be a number"),
        ("Expires=60", "Expires=", "X-Amz-Expires should be a number"),
        (
            "%2Fus-east-1",
            "",
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
    ] {
        let query = good.replace(from, to);
        let refusal = Claim::of_query(Query(&query), true).unwrap_err();
        let error = refusal.error(Audience::new(s3(), ProtocolKind::RestXml));
        assert_eq!(shown(&*error), format!("{wrong}{expected}"), "{query}");
    }
    for (query, expected) in [
        (
            "AWSAccessKeyId=AK&Expires=1",
            "403 AccessDenied: Query-string authentication requires the Signature, Expires and \
             AWSAccessKeyId parameters",
        ),
        (
            "AWSAccessKeyId=AK&Expires=soon&Signature=x",
            "403 AccessDenied: Invalid date (should be seconds since epoch): soon",
        ),
    ] {
        let refusal = Claim::of_query(Query(query), true).unwrap_err();
        assert_eq!(shown(&*refusal.error(Audience::new(s3(), ProtocolKind::RestXml))), expected);
    }
    for query in ["", "acl", "Expires=1", "Signaturex=1", "prefix=Signature", "X-Amz-Credential=AK%2Fx"] {
        assert_eq!(Claim::of_query(Query(query), true), Ok(None), "{query}");
    }
    assert_eq!(Claim::of_query(Query("AWSAccessKeyId=AK"), false), Ok(None));
}

/// When presigned requests are good: from a quarter of an hour before their date until they expire.
#[test]
fn windows() {
    let query = |expires: &str| {
        format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&\
             X-Amz-Date=20150830T123600Z{expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
        )
    };
    let others =
        load_service("x", br#"{"metadata": {"protocol": "json"}, "operations": {}, "shapes": {}}"#).unwrap();
    let signed = AmzDate::parse("20150830T123600Z").unwrap().at();
    let judged = |query: &str, service, after_millis: i64| match check_window(
        query,
        service,
        signed.plus_millis(after_millis),
    ) {
        Ok(()) => "good",
        Err(Refusal::Expired { .. }) => "expired",
        Err(Refusal::NotYet { .. }) => "not yet",
        Err(other) => panic!("{other:?}"),
    };
    let v2 = "AWSAccessKeyId=AK&Signature=x&Expires=1440938220";
    for (query, service, after, expected) in [
        (query("&X-Amz-Expires=60"), s3(), 0, "good"),
        (query("&X-Amz-Expires=60"), s3(), 60_000, "good"),
        (query("&X-Amz-Expires=60"), s3(), 60_001, "expired"),
        (query("&X-Amz-Expires=0"), s3(), 1, "expired"),
        (query("&X-Amz-Expires=60"), s3(), -900_000, "good"),
        (query("&X-Amz-Expires=60"), s3(), -900_001, "not yet"),
        (query("&X-Amz-Expires=604800"), s3(), 604_800_000, "good"),
        (query("&X-Amz-Expires=60"), others, 900_000, "good"),
        (query("&X-Amz-Expires=60"), others, 900_001, "expired"),
        (query("&X-Amz-Expires=3600"), others, 3_600_001, "expired"),
        (query(""), others, 900_001, "expired"),
        (v2.to_owned(), s3(), 60_000, "good"),
        (v2.to_owned(), s3(), 60_001, "expired"),
        (v2.to_owned(), others, 60_001, "good"),
    ] {
        assert_eq!(judged(&query, service, after), expected, "{query} {after}");
    }
}
