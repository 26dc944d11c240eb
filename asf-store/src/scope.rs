//! Whose entries: those of an account in a region, of an account, or of all.

use std::fmt;
use std::str::FromStr;

use asf_types::identity::{AccountId, Region};

/// How far an attribute of a store reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Each account has its own in each region. Most are.
    Local,
    /// Each account has one for all regions, such as the names of S3's buckets.
    CrossRegion,
    /// There is one for all accounts, such as what maps a name to the account that owns it.
    CrossAccount,
}

impl Reach {
    /// The scope that an account sees from a region.
    #[must_use]
    pub fn scope(self, account: AccountId, region: &Region) -> Scope {
        match self {
            Self::Local => Scope { account: Some(account), region: Some(region.clone()) },
            Self::CrossRegion => Scope { account: Some(account), region: None },
            Self::CrossAccount => Scope::default(),
        }
    }
}

/// Whose entries: of an account in a region, of an account (`000000000000/*`), of all (`*/*`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The account, unless it is all.
    pub account: Option<AccountId>,
    /// The region, unless it is all.
    pub region: Option<Region>,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self.account.as_ref().map_or("*", AccountId::as_str);
        let region = self.region.as_ref().map_or("*", Region::as_str);
        write!(f, "{account}/{region}")
    }
}

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a scope: expected <account>/<region>, with * for all")]
pub struct ScopeError(String);

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let wrong = || ScopeError(text.to_owned());
        let (account, region) = text.split_once('/').ok_or_else(wrong)?;
        let account = match account {
            "*" => None,
            digits => Some(digits.parse().map_err(|_| wrong())?),
        };
        let region = match region {
            "*" => None,
            "" => return Err(wrong()),
            name => Some(Region::new(name)),
        };
        // A region of all accounts is nobody's reach.
        if account.is_none() && region.is_some() {
            return Err(wrong());
        }
        Ok(Self { account, region })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_texts() {
        let (account, region) = ("111122223333".parse().unwrap(), Region::new("eu-west-1"));
        for (reach, text) in [
            (Reach::Local, "111122223333/eu-west-1"),
            (Reach::CrossRegion, "111122223333/*"),
            (Reach::CrossAccount, "*/*"),
        ] {
            let scope = reach.scope(account, &region);
            assert_eq!(scope.to_string(), text);
            assert_eq!(text.parse(), Ok(scope));
        }
        for text in ["", "/", "x/us-east-1", "111122223333/", "*/us-east-1", "111122223333"] {
            assert_eq!(text.parse::<Scope>(), Err(ScopeError(text.to_owned())));
        }
    }
}
