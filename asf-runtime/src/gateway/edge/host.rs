//! Patterns of host names.

use std::sync::Arc;

use http::header;
use http::request::Parts;
use http::uri::Authority;

use super::path::check_name;
use super::{Params, RuleError};

/// A pattern of host names. At most one of its parameters takes more than one label, so there is one way
/// to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostPattern {
    labels: Vec<Label>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Label {
    /// In lower case.
    Literal(String),
    One(Arc<str>),
    Many(Arc<str>),
}

impl HostPattern {
    pub(super) fn parse(pattern: &str) -> Result<Self, RuleError> {
        let malformed = |reason: &str| RuleError::malformed(pattern, reason);
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut labels = Vec::new();
        let texts: Vec<&str> = pattern.split('.').collect();
        for (place, text) in texts.iter().enumerate() {
            let Some(name) = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) else {
                let is_label = |byte: u8| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'[' | b']')
                };
                if text.is_empty() || !text.bytes().all(is_label) {
                    return Err(malformed("labels are text or one parameter, with dots between them"));
                }
                labels.push(Label::Literal(text.to_ascii_lowercase()));
                continue;
            };
            let (name, is_many) = match name.strip_prefix('*') {
                Some(name) => (name, true),
                None => (name, place + 1 == texts.len()),
            };
            check_name(pattern, name, &names)?;
            if is_many && labels.iter().any(|it| matches!(it, Label::Many(_))) {
                return Err(malformed("one parameter at most takes several labels"));
            }
            names.push(name.into());
            labels.push(if is_many { Label::Many(name.into()) } else { Label::One(name.into()) });
        }
        Ok(Self { labels })
    }

    /// Whether there are no parameters.
    pub(super) fn is_literal(&self) -> bool {
        self.labels.iter().all(|it| matches!(it, Label::Literal(_)))
    }

    /// The names of the parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.labels.iter().filter_map(|it| match it {
            Label::Literal(_) => None,
            Label::One(name) | Label::Many(name) => Some(name),
        })
    }

    /// The pattern with `*` and `**` for parameters: the same for those that differ in names only.
    pub(super) fn nameless(&self) -> String {
        let label = |it: &Label| match it {
            Label::Literal(text) => text.clone(),
            Label::One(_) => "*".to_owned(),
            Label::Many(_) => "**".to_owned(),
        };
        self.labels.iter().map(label).collect::<Vec<_>>().join(".")
    }

    /// The greater, the more specific: literals, then labels.
    pub(super) fn specificity(&self) -> (usize, usize) {
        let literals = self.labels.iter().filter(|it| matches!(it, Label::Literal(_))).count();
        (literals, self.labels.len())
    }

    /// The parameters, if the pattern fits a name (without port, in lower case).
    pub(super) fn find(&self, host: &str) -> Option<Vec<(Arc<str>, String)>> {
        // IPv6 addresses have no labels.
        let count = host.split('.').count();
        let spare = count.checked_sub(self.labels.len())?;
        let has_many = self.labels.iter().any(|it| matches!(it, Label::Many(_)));
        if spare > 0 && !has_many {
            return None;
        }
        let mut found = Vec::new();
        let mut rest = host.split('.');
        for label in &self.labels {
            let text = rest.next().filter(|it| !it.is_empty())?;
            match label {
                Label::Literal(literal) if literal == text => {}
                Label::Literal(_) => return None,
                Label::One(name) => found.push((name.clone(), text.to_owned())),
                Label::Many(name) => {
                    let mut value = text.to_owned();
                    for more in rest.by_ref().take(spare) {
                        value.push('.');
                        value.push_str(more);
                    }
                    found.push((name.clone(), value));
                }
            }
        }
        Some(found)
    }
}

/// The host that a request is addressed to, with its port: the `Host` header; in HTTP/2 it stands in the URI.
#[must_use]
pub fn host_of(request: &Parts) -> Option<&str> {
    let host = request.headers.get(header::HOST).and_then(|it| it.to_str().ok());
    host.or_else(|| request.uri.authority().map(Authority::as_str))
}

/// A host as it is matched: without port and last dot, in lower case.
pub(super) fn normal(host: &str) -> String {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// Where the parameters go.
pub(super) fn put(found: Vec<(Arc<str>, String)>, params: &mut Params) {
    for (name, value) in found {
        params.push(name, &value);
    }
}
