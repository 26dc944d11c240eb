//! CORS of a bucket: what a configuration may be, and which rule a request of a web page meets.

use asf_api_s3::{CorsConfiguration, CorsRule};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};

use super::refusal::{document, well_formed};
use crate::error::Fault;

/// Most rules of a configuration (S3 user guide, "Using cross-origin resource sharing").
const MAX_RULES: usize = 100;
/// The methods that rules may have.
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// Checks a configuration.
///
/// # Errors
/// `MalformedXML`, `InvalidRequest` (test_s3_cors::TestS3Cors::test_put_cors_invalid_rules; wildcards from memory)
pub fn check(configuration: Option<CorsConfiguration>) -> Result<CorsConfiguration, Fault> {
    let configuration = document(configuration)?;
    let rules = configuration.cors_rules.as_deref().unwrap_or_default();
    well_formed((1..=MAX_RULES).contains(&rules.len()))?;
    for rule in rules {
        let (methods, origins) = (list(&rule.allowed_methods), list(&rule.allowed_origins));
        well_formed(!methods.is_empty() && !origins.is_empty())?;
        if let Some(method) = methods.iter().find(|it| !METHODS.contains(&it.as_str())) {
            return Err(Fault::invalid_request(format!(
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            )));
        }
        if let Some(origin) = origins.iter().find(|it| it.matches('*').count() > 1) {
            return Err(Fault::invalid_request(format!(
                "AllowedOrigin \"{origin}\" can not have more than one wildcard."
            )));
        }
        if let Some(name) = list(&rule.allowed_headers).iter().find(|it| it.matches('*').count() > 1) {
            return Err(Fault::invalid_request(format!(
                "AllowedHeader \"{name}\" can not have more than one wildcard."
            )));
        }
        if let Some(name) = list(&rule.expose_headers).iter().find(|it| it.contains('*')) {
            return Err(Fault::invalid_request(format!(
                "ExposeHeader \"{name}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
            )));
        }
    }
    Ok(configuration)
}

/// What a web page asks: where it comes from, what it does or wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest<'a> {
    /// `Origin`
    pub origin: &'a str,
    /// The method; of a preflight `Access-Control-Request-Method`.
    pub method: &'a str,
    /// Of a preflight `Access-Control-Request-Headers`.
    pub headers: Option<&'a str>,
}

/// The headers of the answer, if a rule allows the request: those of the first that does.
///
/// They are the same for a preflight and for what follows it, but for `Access-Control-Allow-Headers`
/// (test_s3_cors::TestS3Cors::test_cors_match_origins).
#[must_use]
pub fn headers(configuration: &CorsConfiguration, request: PageRequest<'_>) -> Option<HeaderMap> {
    let rules = configuration.cors_rules.as_deref().unwrap_or_default();
    rules.iter().find_map(|rule| headers_of(rule, request))
}

fn headers_of(rule: &CorsRule, request: PageRequest<'_>) -> Option<HeaderMap> {
    let origin = list(&rule.allowed_origins).iter().find(|it| is_like(it, request.origin))?;
    let methods = list(&rule.allowed_methods);
    methods.iter().find(|it| *it == request.method)?;
    let asked: Vec<String> = request
        .headers
        .into_iter()
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let allowed = list(&rule.allowed_headers);
    let is_allowed = |name: &String| allowed.iter().any(|it| is_like(&it.to_ascii_lowercase(), name));
    if !asked.iter().all(is_allowed) {
        return None;
    }
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    };
    if origin == "*" {
        put(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        put(header::ACCESS_CONTROL_ALLOW_ORIGIN, request.origin);
        put(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    put(header::ACCESS_CONTROL_ALLOW_METHODS, &methods.join(", "));
    if !asked.is_empty() {
        put(header::ACCESS_CONTROL_ALLOW_HEADERS, &asked.join(", "));
    }
    let exposed = list(&rule.expose_headers);
    if !exposed.is_empty() {
        put(header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed.join(", "));
    }
    if let Some(seconds) = rule.max_age_seconds {
        put(header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
    put(header::VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    Some(headers)
}

/// Whether a text is as a pattern with at most one `*` says.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
        }
    }
}

fn list(member: &Option<Vec<String>>) -> &[String] {
    member.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Option<Vec<String>> {
        Some(list.iter().map(|&it| it.to_owned()).collect())
    }

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CorsConfiguration {
        let rule = CorsRule {
            allowed_origins: texts(origins),
            allowed_methods: texts(methods),
            allowed_headers: Some(texts(headers).unwrap_or_default()).filter(|it| !it.is_empty()),
            max_age_seconds: Some(3000),
            ..Default::default()
        };
        CorsConfiguration { cors_rules: Some(vec![rule]) }
    }

    #[test]
    fn what_is_refused() {
        for (configuration, expected) in [
            (CorsConfiguration::default(), "MalformedXML: "),
            (rule(&["*"], &[], &[]), "MalformedXML: "),
            (
                rule(&["*"], &["MYMETHOD"], &[]),
                "InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD",
            ),
            (rule(&["*.*"], &["GET"], &[]), "InvalidRequest: AllowedOrigin"),
            (rule(&["*"], &["GET"], &["*-*"]), "InvalidRequest: AllowedHeader"),
        ] {
            let found = check(Some(configuration)).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{found} instead of {expected}");
        }
        assert!(check(Some(rule(&["http*://x"], &["GET", "PUT", "HEAD", "POST", "DELETE"], &["*"]))).is_ok());
    }

    /// test_s3_cors: test_cors_match_origins, ::test_cors_match_methods, ::test_put_cors_default_values,
    /// ::test_cors_options_match_partial_origin, ::test_cors_options_fails_partial_origin
    #[test]
    fn which_requests_are_allowed() {
        let own = rule(&["https://localhost:4200"], &["GET", "PUT"], &[]);
        let any = rule(&["*"], &["GET"], &[]);
        let partial = rule(&["http://*.origin.com"], &["GET", "PUT"], &["x-amz-*"]);
        for (configuration, origin, method, asked, expected) in [
            (&own, "https://localhost:4200", "PUT", None, Some("https://localhost:4200 true GET, PUT ")),
            (&own, "http://localhost:4200", "PUT", None, None),
            (&own, "https://localhost:4200", "POST", None, None),
            (&own, "https://localhost:4200", "PUT", Some("x-amz-acl"), None),
            (&any, "https://a.test", "GET", None, Some("*  GET ")),
            (&any, "https://a.test", "GET", Some("x-amz-acl"), None),
            (&partial, "http://test.origin.com", "GET", None, Some("http://test.origin.com true GET, PUT ")),
            (&partial, "http://.origin.com", "GET", None, Some("http://.origin.com true GET, PUT ")),
            (&partial, "http://origin.com", "GET", None, None),
            (
                &partial,
                "http://a.origin.com",
                "GET",
                Some("X-Amz-Acl, x-amz-date"),
                Some("http://a.origin.com true GET, PUT x-amz-acl, x-amz-date"),
            ),
            (&partial, "http://a.origin.com", "GET", Some("x-amz-acl,x-other"), None),
        ] {
            let found =
                headers(configuration, PageRequest { origin, method, headers: asked }).map(|headers| {
                    let text =
                        |name: &str| headers.get(name).map_or("", |it| it.to_str().unwrap()).to_owned();
                    assert_eq!(text("access-control-max-age"), "3000");
                    ["origin", "credentials", "methods", "headers"]
                        .map(|it| text(&format!("access-control-allow-{it}")))
                        .join(" ")
                });
            assert_eq!(found.as_deref(), expected, "{origin} {method} {asked:?}");
        }
    }
}
