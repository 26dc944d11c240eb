//! `ASF_BACKENDS`: which backends are asked for an operation.

use std::borrow::Cow;

use super::Setting;

/// A backend, by the word that it is configured with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendName {
    /// The providers of this process: native ones, and those of extensions.
    Native,
    /// moto.
    Moto,
    /// A server that speaks the service's protocol, at a URL.
    Url(String),
}

impl BackendName {
    /// Reads a word; `None` if it is no backend (`aws`, `recorded:..`).
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "native" => Some(Self::Native),
            "moto" => Some(Self::Moto),
            // Rules are separated by `;`, so a URL has neither that nor a comma.
            url if url.strip_prefix("http://").is_some_and(|rest| !rest.is_empty()) => {
                Some(Self::Url(url.trim_end_matches('/').to_owned()))
            }
            _ => None,
        }
    }
}

/// The backends of a service or an operation, in the order in which they are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendRule {
    /// The service, by botocore's folder name; `*` is all.
    pub service: String,
    /// The operation, if only one is meant.
    pub operation: Option<String>,
    /// Nobody, if it is empty (`none`).
    pub chain: Vec<BackendName>,
}

/// The rules of `ASF_BACKENDS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendRules(pub Vec<BackendRule>);

impl Setting for BackendRules {
    fn expected() -> Cow<'static, str> {
        "rules such as s3=native,moto;dynamodb.PutItem=http://localhost:8000;*=none, where a backend is native, \
         moto, none or an http URL (https, aws and recordings are not there yet)"
            .into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let rules = text.split(';').map(str::trim).filter(|it| !it.is_empty());
        rules.map(|rule| read_rule(rule).ok_or(rule)).collect::<Result<_, _>>().map(Self)
    }
}

fn read_rule(rule: &str) -> Option<BackendRule> {
    let (target, chain) = rule.split_once('=')?;
    let (service, operation) = match target.trim().split_once('.') {
        Some((service, operation)) => (service, Some(operation.to_owned())),
        None => (target.trim(), None),
    };
    if service.is_empty() || (service == "*" && operation.is_some()) {
        return None;
    }
    let chain = match chain.trim() {
        "none" => Vec::new(),
        words => words.split(',').map(|it| BackendName::parse(it.trim())).collect::<Option<_>>()?,
    };
    Some(BackendRule { service: service.to_owned(), operation, chain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let read = BackendRules::parse("s3 = native, moto; dynamodb.PutItem=http://h:1/ ;*=none").unwrap().0;
        assert_eq!(read[0].chain, [BackendName::Native, BackendName::Moto]);
        assert_eq!(read[1].operation.as_deref(), Some("PutItem"));
        assert_eq!(read[1].chain, [BackendName::Url("http://h:1".to_owned())]);
        assert_eq!((read[2].service.as_str(), read[2].chain.len()), ("*", 0));
        for wrong in ["s3", "s3=aws", "s3=recorded:x", "s3=native,none", "*.X=moto", "=moto", "s3=https://h"]
        {
            assert_eq!(BackendRules::parse(wrong), Err(wrong), "{wrong}");
        }
    }
}
