//! The parts of host and path that stood where a rule has parameters.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// The parts of host and path that stood where the rule has parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<Param>);

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

    /// Names and values (decoded), those of the host first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|it| (&*it.name, it.decoded.as_deref().unwrap_or(&it.raw)))
    }

    pub(super) fn push(&mut self, name: Arc<str>, raw: &str) {
        let decoded = raw.contains('%').then(|| percent_decode_str(raw).decode_utf8_lossy().into_owned());
        self.0.push(Param { name, raw: raw.to_owned(), decoded });
    }

    fn find(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|it| &*it.name == name)
    }
}
