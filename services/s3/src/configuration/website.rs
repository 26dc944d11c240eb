//! Websites of buckets: what a configuration may be, and where a request leads.

use asf_api_s3::{Redirect, RedirectAllRequestsTo, RoutingRule, WebsiteConfiguration};

use super::refusal::{document, well_formed};
use crate::error::Fault;

/// Most routing rules of a configuration (S3 user guide, "Configuring a webpage redirect").
const MAX_RULES: usize = 50;

/// Checks a configuration.
///
/// # Errors
/// `InvalidArgument`, `InvalidRequest`, `MalformedXML`
/// (test_s3::TestS3StaticWebsiteHosting::test_validate_website_configuration)
pub fn check(configuration: Option<WebsiteConfiguration>) -> Result<WebsiteConfiguration, Fault> {
    let configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    if let Some(redirect) = &configuration.redirect_all_requests_to {
        if configuration.index_document.is_some()
            || configuration.error_document.is_some()
            || configuration.routing_rules.is_some()
        {
            return Err(Fault::invalid_argument(
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
                "RedirectAllRequestsTo",
                "not null",
            ));
        }
        well_formed(redirect.host_name.is_some())?;
        check_protocol(redirect.protocol.as_ref())?;
        return Ok(configuration);
    }
    let Some(index) = &configuration.index_document else {
        return Err(Fault::invalid_argument(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            "IndexDocument",
            "null",
        ));
    };
    let suffix = index.suffix.as_deref().unwrap_or_default();
    if suffix.is_empty() || suffix.contains('/') {
        let message = "The IndexDocument Suffix is not well formed";
        return Err(Fault::invalid_argument(message, "IndexDocument", suffix));
    }
    well_formed(
        configuration
            .error_document
            .as_ref()
            .is_none_or(|it| it.key.as_ref().is_some_and(|it| !it.is_empty())),
    )?;
    if let Some(rules) = &configuration.routing_rules {
        well_formed(!rules.is_empty())?;
        // From memory.
        if rules.len() > MAX_RULES {
            return Err(Fault::invalid_request(format!(
                "{} routing rules provided, the number of routing rules in a website configuration is limited to {MAX_RULES}.",
                rules.len()
            )));
        }
        rules.iter().try_for_each(check_rule)?;
    }
    document(Some(configuration))
}

fn check_rule(rule: &RoutingRule) -> Result<(), Fault> {
    let redirect = rule.redirect.as_ref().ok_or_else(Fault::malformed_xml)?;
    check_protocol(redirect.protocol.as_ref())?;
    if redirect.replace_key_with.is_some() && redirect.replace_key_prefix_with.is_some() {
        return Err(Fault::invalid_request(
            "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
        ));
    }
    if let Some(condition) = &rule.condition
        && condition.http_error_code_returned_equals.is_none()
        && condition.key_prefix_equals.is_none()
    {
        return Err(Fault::invalid_request(
            "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
        ));
    }
    let is_code = |code: &String, codes: std::ops::RangeInclusive<u16>| {
        code.parse().is_ok_and(|code: u16| codes.contains(&code))
    };
    // From memory.
    if let Some(code) = redirect.http_redirect_code.as_ref().filter(|it| !is_code(it, 300..=399)) {
        return Err(Fault::invalid_request(format!(
            "The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."
        )));
    }
    let error = rule.condition.as_ref().and_then(|it| it.http_error_code_returned_equals.as_ref());
    if let Some(code) = error.filter(|it| !is_code(it, 400..=599)) {
        return Err(Fault::invalid_request(format!(
            "The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX."
        )));
    }
    Ok(())
}

fn check_protocol(protocol: Option<&asf_api_s3::Protocol>) -> Result<(), Fault> {
    if protocol.is_none_or(|it| matches!(it.as_str(), "http" | "https")) {
        return Ok(());
    }
    Err(Fault::invalid_request(
        "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
    ))
}

/// Where a request is sent on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentOn {
    /// `http` or `https`; none is that of the request.
    pub protocol: Option<String>,
    /// The host; none is that of the request.
    pub host: Option<String>,
    /// The key, unescaped.
    pub key: String,
    /// The status.
    pub code: u16,
}

/// Where all requests go, if they go elsewhere.
#[must_use]
pub fn redirect_all(to: &RedirectAllRequestsTo, key: &str) -> SentOn {
    SentOn {
        protocol: to.protocol.as_ref().map(|it| it.as_str().to_owned()),
        host: to.host_name.clone(),
        key: key.to_owned(),
        code: 301,
    }
}

/// The first routing rule that is for a key and, where it asks for one, an error.
#[must_use]
pub fn route(configuration: &WebsiteConfiguration, key: &str, error: Option<u16>) -> Option<SentOn> {
    let rules = configuration.routing_rules.as_deref().unwrap_or_default();
    rules.iter().find_map(|rule| {
        let condition = rule.condition.as_ref();
        let prefix = condition.and_then(|it| it.key_prefix_equals.as_deref());
        let code = condition.and_then(|it| it.http_error_code_returned_equals.as_deref());
        let is_met = prefix.is_none_or(|it| key.starts_with(it))
            && match code {
                // One without an error is looked at before the object is.
                None => error.is_none(),
                Some(code) => error.is_some_and(|it| code == it.to_string()),
            };
        is_met.then(|| redirect(rule.redirect.as_ref(), key, prefix.unwrap_or_default()))?
    })
}

fn redirect(redirect: Option<&Redirect>, key: &str, prefix: &str) -> Option<SentOn> {
    let redirect = redirect?;
    let replaced = match (&redirect.replace_key_with, &redirect.replace_key_prefix_with) {
        (Some(key), _) => key.clone(),
        (None, Some(with)) => format!("{with}{}", key.strip_prefix(prefix).unwrap_or(key)),
        (None, None) => key.to_owned(),
    };
    Some(SentOn {
        protocol: redirect.protocol.as_ref().map(|it| it.as_str().to_owned()),
        host: redirect.host_name.clone(),
        key: replaced,
        code: redirect.http_redirect_code.as_ref().and_then(|it| it.parse().ok()).unwrap_or(301),
    })
}

/// The key of the object that a path shows: itself, or the index document of a folder.
#[must_use]
pub fn shown_key(configuration: &WebsiteConfiguration, key: &str) -> String {
    let suffix = configuration.index_document.as_ref().and_then(|it| it.suffix.as_deref());
    match suffix {
        Some(suffix) if key.is_empty() || key.ends_with('/') => format!("{key}{suffix}"),
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{Condition, ErrorDocument, IndexDocument};

    use super::*;

    fn index(suffix: &str) -> WebsiteConfiguration {
        let index_document = Some(IndexDocument { suffix: Some(suffix.to_owned()) });
        WebsiteConfiguration { index_document, ..Default::default() }
    }

    fn rules(rule: RoutingRule) -> WebsiteConfiguration {
        WebsiteConfiguration { routing_rules: Some(vec![rule]), ..index("index.html") }
    }

    fn text(it: &str) -> Option<String> {
        Some(it.to_owned())
    }

    #[test]
    fn what_is_refused() {
        let all = RedirectAllRequestsTo { host_name: text("a.test"), protocol: None };
        let redirect = |it: Redirect| rules(RoutingRule { redirect: Some(it), condition: None });
        for (configuration, expected) in [
            (index("/index.html"), "InvalidArgument: The IndexDocument Suffix is not well formed"),
            (index(""), "InvalidArgument: The IndexDocument Suffix is not well formed"),
            (
                WebsiteConfiguration { redirect_all_requests_to: Some(all.clone()), ..index("index.html") },
                "InvalidArgument: RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
            ),
            (
                WebsiteConfiguration {
                    error_document: Some(ErrorDocument { key: text("error.html") }),
                    ..Default::default()
                },
                "InvalidArgument: A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            ),
            (
                redirect(Redirect { protocol: Some("protocol".into()), ..Default::default() }),
                "InvalidRequest: Invalid protocol",
            ),
            (
                redirect(Redirect {
                    replace_key_with: text("a"),
                    replace_key_prefix_with: text("b"),
                    ..Default::default()
                }),
                "InvalidRequest: You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
            ),
            (
                rules(RoutingRule {
                    condition: Some(Condition::default()),
                    redirect: Some(Redirect::default()),
                }),
                "InvalidRequest: Condition cannot be empty.",
            ),
            (WebsiteConfiguration { routing_rules: Some(vec![]), ..index("index.html") }, "MalformedXML: "),
        ] {
            let found = check(Some(configuration)).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{found} instead of {expected}");
        }
        assert!(check(Some(index("index.html"))).is_ok());
        let all = WebsiteConfiguration { redirect_all_requests_to: Some(all), ..Default::default() };
        assert!(check(Some(all)).is_ok());
    }

    #[test]
    fn routing() {
        let rule = |prefix: Option<&str>, error: Option<&str>, redirect: Redirect| {
            let condition = Condition {
                key_prefix_equals: prefix.map(str::to_owned),
                http_error_code_returned_equals: error.map(str::to_owned),
            };
            rules(RoutingRule { condition: Some(condition), redirect: Some(redirect) })
        };
        let with = |redirect: Redirect, prefix| rule(Some(prefix), None, redirect);
        let prefix = Redirect { replace_key_prefix_with: text("documents/"), ..Default::default() };
        let moved = with(prefix, "docs/");
        assert_eq!(route(&moved, "docs/a.html", None).unwrap().key, "documents/a.html");
        assert_eq!(route(&moved, "docs/a.html", Some(404)), None);
        assert_eq!(route(&moved, "other", None), None);
        let whole = Redirect {
            replace_key_with: text("error.html"),
            http_redirect_code: text("307"),
            host_name: text("a.test"),
            ..Default::default()
        };
        let missing = rule(None, Some("404"), whole);
        assert_eq!(route(&missing, "x", None), None);
        let to = route(&missing, "x", Some(404)).unwrap();
        assert_eq!((to.key.as_str(), to.code, to.host.as_deref()), ("error.html", 307, Some("a.test")));
        assert_eq!(shown_key(&missing, "a/"), "a/index.html");
        assert_eq!(shown_key(&missing, ""), "index.html");
        assert_eq!(shown_key(&missing, "a"), "a");
    }
}
