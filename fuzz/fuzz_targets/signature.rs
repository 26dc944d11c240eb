//! Signatures: the input is a request line, then headers. What is read is written in its canonical form.
#![no_main]

use asf_runtime::signature::canonical::{Parts, PathStyle, canonical_request};
use asf_runtime::signature::{AmzDate, Claim, CredentialScope, Query};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut headers = HeaderMap::new();
    for line in lines {
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let name = parts.next().and_then(|name| HeaderName::from_bytes(name).ok());
        let value = parts.next().and_then(|value| HeaderValue::from_bytes(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let uri = Uri::try_from(first).unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let mut claims = vec![Claim::of_header(&headers)];
    claims.extend([true, false].map(|is_s3| Claim::of_query(Query(query), is_s3)));
    for claim in claims {
        let parts = Parts::new(&Method::GET, &uri, &headers);
        match claim {
            Ok(Some(Claim::V4(it))) => {
                // What was read is what it says, and says it again.
                let text = format!("{}/{}", it.scope.access_key_id, it.scope);
                assert_eq!(CredentialScope::parse(&text, it.scope.region.is_some()).as_ref(), Some(&it.scope));
                assert_eq!(AmzDate::parse(&it.date.to_string()), Some(it.date));
                for style in [PathStyle::Once, PathStyle::Twice] {
                    let canonical = canonical_request(parts, style, &[], &it.signed_headers, "");
                    assert!(canonical.starts_with(b"GET\n"));
                }
            }
            Ok(Some(Claim::V2(it))) => assert!(it.string_to_sign(parts).starts_with(b"GET\n")),
            Ok(None) | Err(_) => {}
        }
    }
});
