//! `ASF_DISABLED_PLUGINS`: which plugins are left alone.

use super::PluginId;

/// A list of `<namespace>/<name>`, in which `*` stands for any text: `hooks/*`, `*/hello`.
#[derive(Debug, Default)]
pub(super) struct Disabled(Vec<String>);

impl Disabled {
    pub(super) fn parse(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, id: &PluginId) -> bool {
        // Most processes have none, and make no text of the name then.
        !self.0.is_empty() && {
            let name = id.to_string();
            self.0.iter().any(|pattern| fits(pattern, &name))
        }
    }

    /// The entries of which no plugin has heard.
    pub(super) fn without<'a>(
        &self,
        known: impl Iterator<Item = &'a PluginId>,
    ) -> impl Iterator<Item = &str> {
        let names: Vec<String> = known.map(ToString::to_string).collect();
        self.0.iter().map(String::as_str).filter(move |pattern| !names.iter().any(|it| fits(pattern, it)))
    }
}

/// Whether a text is of a pattern. Each `*` takes as little as it can, which finds a way if there is one.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(at) => left = left.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("hooks/a", "hooks/a", true),
            ("hooks/a", "hooks/ab", false),
            ("hooks/*", "hooks/a", true),
            ("hooks/*", "hooks/", true),
            ("hooks/*", "extensions/a", false),
            ("*/hello", "extensions/hello", true),
            ("*/hello", "extensions/hello2", false),
            ("hooks/on_infra_*:greet", "hooks/on_infra_ready:greet", true),
            ("hooks/on_infra_*:greet", "hooks/on_infra_ready:other", false),
            ("a*b*b", "ab", false),
            ("a*b*b", "abb", true),
            ("*", "anything", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
