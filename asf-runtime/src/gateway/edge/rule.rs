//! What a route answers: a path, perhaps a host, perhaps certain methods.

use http::Method;

/// What a route answers.
///
/// - The **path** is a pattern: `{name}` is one segment, or the part of one that the text around it leaves
///   (`/{name}.json`); `{*name}` at the end is the rest of the path, slashes included, and may be nothing.
///   A slash at the end of a request's path makes no difference, unless a rule has it.
/// - The **host** is a pattern too: `{name}` is one label, the last one (`s3.{domain}`) one or more, and
///   `{*name}` anywhere one or more. Ports and case make no difference. Without a host, the rule is for all.
/// - Without **methods**, the rule is for all of them. One for GET answers HEAD too.
///
/// `{{` and `}}` are braces. Of several rules that fit a request, the most specific counts: the host before
/// the path, literals before parameters before rests, and rules with methods before those without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) path: String,
    pub(super) host: Option<String>,
    pub(super) methods: Vec<Method>,
    pub(super) has_own_cors: bool,
}

impl Rule {
    /// A rule for a path, on all hosts, with all methods.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), host: None, methods: Vec::new(), has_own_cors: false }
    }

    /// Only on hosts of a pattern.
    #[must_use]
    pub fn host(mut self, pattern: impl Into<String>) -> Self {
        self.host = Some(pattern.into());
        self
    }

    /// Only with these methods.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods.extend(methods);
        self
    }

    /// The endpoint answers for CORS itself, as the API or website of a user's has to: requests of foreign
    /// origins reach it, preflights too, and nothing is added to its answers. Not for what is ours.
    #[must_use]
    pub fn own_cors(mut self) -> Self {
        self.has_own_cors = true;
        self
    }

    /// The pattern of the path, as it was given.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The pattern of the host, as it was given.
    #[must_use]
    pub fn host_pattern(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The methods; none are all.
    #[must_use]
    pub fn allowed(&self) -> &[Method] {
        &self.methods
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, method) in self.methods.iter().enumerate() {
            write!(f, "{}{method}", if place == 0 { "" } else { "|" })?;
        }
        if !self.methods.is_empty() {
            f.write_str(" ")?;
        }
        write!(f, "{}{}", self.host.as_deref().unwrap_or_default(), self.path)
    }
}

/// Names a route that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteId(pub(super) u64);

/// Why a rule is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A pattern is not of the form that it has to have.
    #[error("{pattern:?} is no pattern: {reason}")]
    Malformed {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is a route for the same host, path and method.
    #[error("there is a route for {0} already")]
    Taken(String),
}

impl RuleError {
    pub(super) fn malformed(pattern: &str, reason: impl Into<String>) -> Self {
        Self::Malformed { pattern: pattern.to_owned(), reason: reason.into() }
    }
}
