//! The parts of host and path that stood where a rule has parameters.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// The parts of host and path that stood where the rule has parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    params: Vec<Param>,
    has_rest: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Param {
    name: Arc<str>,
    raw: String,
    /// Where it is another than `raw`.
    decoded: Option<String>,
}

impl Params {
    /// The value of a parameter, percent-decoded (what is not UTF-8 then is replaced).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|it| it.decoded.as_deref().unwrap_or(&it.raw))
    }

    /// The value of a parameter, as it stood in the request.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.find(name).map(|it| it.raw.as_str())
    }

    /// The rest of the path (`{*name}` of the rule, whatever its name), as it stood in the request.
    #[must_use]
    pub fn rest(&self) -> Option<&str> {
        self.params.last().filter(|_| self.has_rest).map(|it| it.raw.as_str())
    }

    /// Names and values (decoded), those of the host first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|it| (&*it.name, it.decoded.as_deref().unwrap_or(&it.raw)))
    }

    pub(super) fn push(&mut self, name: Arc<str>, raw: &str) {
        let decoded = raw.contains('%').then(|| percent_decode_str(raw).decode_utf8_lossy().into_owned());
        self.params.push(Param { name, raw: raw.to_owned(), decoded });
    }

    /// The parameter that was put in last is the rest of the path.
    pub(super) fn last_is_rest(&mut self) {
        self.has_rest = true;
    }

    fn find(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|it| &*it.name == name)
    }
}
