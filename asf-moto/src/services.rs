//! The services that a moto has: from its own list of host names, so that no list is kept here.

use std::path::Path;

use asf_schema::ServiceSchema;
use fancy_regex::Regex;

/// The host names that the installed moto answers for (`moto/backend_index.py`).
pub(crate) struct HostPatterns(Vec<Regex>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum PatternsError {
    #[error("its list of services cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("its list of services cannot be understood")]
    Empty,
}

impl HostPatterns {
    /// Those of the moto in an environment of Python's.
    pub(crate) fn read(environment: &Path) -> Result<Self, PatternsError> {
        for entry in std::fs::read_dir(environment.join("lib"))? {
            let index = entry?.path().join("site-packages/moto/backend_index.py");
            if index.is_file() {
                return Self::parse(&std::fs::read_to_string(index)?).ok_or(PatternsError::Empty);
            }
        }
        Err(PatternsError::Empty)
    }

    fn parse(index: &str) -> Option<Self> {
        let mut patterns = Vec::new();
        for call in index.split("re.compile(").skip(1) {
            let literal = call.trim_start().strip_prefix('"')?;
            let (literal, _) = literal.split_once("\")").or_else(|| literal.split_once("\"\n"))?;
            patterns.push(Regex::new(&literal.replace("\\\\", "\\")).ok()?);
        }
        (!patterns.is_empty()).then_some(Self(patterns))
    }

    /// Whether one of them is a service's.
    pub(crate) fn has(&self, service: &ServiceSchema) -> bool {
        let metadata = &service.metadata;
        let hosts = [
            Some(format!("https://{}.us-east-1.amazonaws.com", metadata.endpoint_prefix)),
            Some(format!("https://{}.us-east-1.api.aws", metadata.endpoint_prefix)),
            metadata.global_endpoint.map(|host| format!("https://{host}")),
        ];
        let is_match = |host: String| self.0.iter().any(|it| it.is_match(&host).unwrap_or(false));
        hosts.into_iter().flatten().any(is_match)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_moto_writes_them() {
        let index = "x = [\n (\"acm\", re.compile(\"https?://acm\\\\.(.+)\\\\.amazonaws\\\\.com\")),\n (\n \"s3\",\n \
                     re.compile(\n \"https?://s3(?!(-control|tables))(.*)\\\\.amazonaws.com\"\n ),\n ),\n]";
        let patterns = HostPatterns::parse(index).unwrap();
        let is_there = |host: &str| patterns.0.iter().any(|it| it.is_match(host).unwrap());
        assert!(is_there("https://acm.us-east-1.amazonaws.com") && is_there("https://s3.x.amazonaws.com"));
        assert!(!is_there("https://s3-control.x.amazonaws.com"));
        assert!(HostPatterns::parse("").is_none());
    }
}
