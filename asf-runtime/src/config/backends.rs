//! `ASF_BACKENDS`: which backends are asked for an operation.

use std::borrow::Cow;
use std::path::PathBuf;

use super::Setting;

/// A backend, by the word that it is configured with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackendName {
    /// The providers of this process: native ones, and those of extensions.
    Native,
    /// moto.
    Moto,
    /// A server that speaks the service's protocol, at a URL.
    Url(String),
    /// AWS itself.
    Aws,
    /// What was recorded in a folder.
    Recorded(PathBuf),
}

impl BackendName {
    /// Reads a word; `None` if it is no backend.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "native" => return Some(Self::Native),
            "moto" => return Some(Self::Moto),
            "aws" => return Some(Self::Aws),
            _ => {}
        }
        if let Some(folder) = folder_of(word, "recorded:") {
            return Some(Self::Recorded(folder));
        }
        let rest = word.strip_prefix("http://").or_else(|| word.strip_prefix("https://"))?;
        // Rules are separated by `;`, so a URL has neither that nor a comma.
        (!rest.is_empty()).then(|| Self::Url(word.trim_end_matches('/').to_owned()))
    }
}

/// The folder behind a word: `recorded:./answers`.
fn folder_of(word: &str, prefix: &str) -> Option<PathBuf> {
    word.strip_prefix(prefix).filter(|it| !it.is_empty()).map(PathBuf::from)
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
    /// Where answers are written, whoever of the chain gives them (`record:<folder>`).
    pub record: Option<PathBuf>,
}

/// The rules of `ASF_BACKENDS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendRules(pub Vec<BackendRule>);

impl Setting for BackendRules {
    fn expected() -> Cow<'static, str> {
        "rules such as s3=native,moto;dynamodb.PutItem=http://localhost:8000;*=none, where a backend is native, \
         moto, aws, an http or https URL, recorded:<folder> or none, and record:<folder> may be the first"
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
    let mut words = chain.split(',').map(str::trim).peekable();
    let record = words.peek().and_then(|word| folder_of(word, "record:"));
    if record.is_some() {
        words.next();
    }
    let words: Vec<&str> = words.collect();
    let chain = match words[..] {
        ["none"] => Vec::new(),
        [] => return None,
        _ => words.into_iter().map(BackendName::parse).collect::<Option<_>>()?,
    };
    Some(BackendRule { service: service.to_owned(), operation, chain, record })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let text =
            "s3 = native, moto; dynamodb.PutItem=https://h:1/ ;*=none;sns=record:./a b,recorded:/x,aws";
        let read = BackendRules::parse(text).unwrap().0;
        assert_eq!(read[0].chain, [BackendName::Native, BackendName::Moto]);
        assert_eq!((read[1].operation.as_deref(), &read[1].record), (Some("PutItem"), &None));
        assert_eq!(read[1].chain, [BackendName::Url("https://h:1".to_owned())]);
        assert_eq!((read[2].service.as_str(), read[2].chain.len()), ("*", 0));
        assert_eq!(read[3].chain, [BackendName::Recorded("/x".into()), BackendName::Aws]);
        assert_eq!(read[3].record, Some("./a b".into()));
        for wrong in [
            "s3",
            "s3=azure",
            "s3=recorded:",
            "s3=record:x",
            "s3=native,record:x",
            "s3=native,none",
            "*.X=moto",
            "=moto",
            "s3=https://",
        ] {
            assert_eq!(BackendRules::parse(wrong), Err(wrong), "{wrong}");
        }
    }
}
