//! Patterns of paths.

use std::sync::Arc;

use super::RuleError;

/// Characters of a pattern, at most: it is walked recursively by the tree that it is put into.
const MAX_LENGTH: usize = 1024;

/// A pattern of paths, with its parameters numbered, so that two that differ in names only are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern {
    /// `/a/{0}/{*1}`.
    pub(super) numbered: String,
    /// The names, by number.
    pub(super) names: Vec<Arc<str>>,
    /// How much each segment leaves open; the smaller of two (compared as a list) is the more specific.
    pub(super) openness: Vec<Open>,
    /// What stands before a rest at the end.
    pub(super) before_rest: Option<String>,
}

/// How much a segment leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Open {
    Literal,
    Part,
    Segment,
    Rest,
}

impl PathPattern {
    pub(super) fn parse(pattern: &str) -> Result<Self, RuleError> {
        let malformed = |reason: &str| RuleError::malformed(pattern, reason);
        if pattern.len() > MAX_LENGTH {
            return Err(malformed("it is too long"));
        }
        let Some(inner) = pattern.strip_prefix('/') else { return Err(malformed("a path begins with /")) };
        if pattern.contains(['?', '#']) {
            return Err(malformed("a path has neither ? nor #"));
        }
        let mut parsed =
            Self { numbered: String::new(), names: Vec::new(), openness: Vec::new(), before_rest: None };
        for segment in inner.split('/') {
            if parsed.openness.last() == Some(&Open::Rest) {
                return Err(malformed("{*name} stands at the end only"));
            }
            parsed.numbered.push('/');
            parsed.segment(pattern, segment)?;
        }
        Ok(parsed)
    }

    fn segment(&mut self, pattern: &str, segment: &str) -> Result<(), RuleError> {
        let malformed = |reason: &str| RuleError::malformed(pattern, reason);
        let mut openness = Open::Literal;
        let mut rest = segment;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            self.numbered.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                self.numbered.push_str("{{");
                rest = after;
                continue;
            }
            if let Some(after) = from.strip_prefix("}}") {
                self.numbered.push_str("}}");
                rest = after;
                continue;
            }
            let inside = from.strip_prefix('{').and_then(|it| it.split_once('}'));
            let Some((name, after)) = inside else { return Err(malformed("a brace has no other")) };
            if openness != Open::Literal {
                return Err(malformed("a segment has one parameter at most"));
            }
            let is_whole = segment.len() == name.len() + 2;
            openness = if let Some(name) = name.strip_prefix('*') {
                if !is_whole {
                    return Err(malformed("{*name} is a segment of its own"));
                }
                self.before_rest = Some(self.numbered.clone());
                self.name(pattern, name, "*")?;
                Open::Rest
            } else {
                self.name(pattern, name, "")?;
                if is_whole { Open::Segment } else { Open::Part }
            };
            rest = after;
        }
        self.numbered.push_str(rest);
        self.openness.push(openness);
        Ok(())
    }

    fn name(&mut self, pattern: &str, name: &str, star: &str) -> Result<(), RuleError> {
        check_name(pattern, name, &self.names)?;
        self.numbered.push_str(&format!("{{{star}{}}}", self.names.len()));
        self.names.push(name.into());
        Ok(())
    }
}

/// Names are words, and each is there once.
pub(super) fn check_name(pattern: &str, name: &str, others: &[Arc<str>]) -> Result<(), RuleError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if name.is_empty() || !name.bytes().all(is_word) {
        return Err(RuleError::malformed(pattern, format!("{name:?} is no name of a parameter")));
    }
    if others.iter().any(|it| &**it == name) {
        return Err(RuleError::malformed(pattern, format!("the parameter {name:?} is there twice")));
    }
    Ok(())
}
