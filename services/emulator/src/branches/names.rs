//! What a branch is called, and whose calls are its own.

use std::fmt;
use std::str::FromStr;

use asf_runtime::identity::AccountId;

use crate::pods::is_plain;

/// Paths that are something else: `POST /_asf/state/{service}/reset` and its like.
const TAKEN: [&str; 3] = ["load", "reset", "save"];

/// The name of a branch: up to 128 letters, digits, `.`, `_` and `-`, the first a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchName(Box<str>);

/// A text that is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no name of a branch: up to 128 letters, digits, '.', '_' and '-', the first of them a letter or a \
     digit, and none of load, reset, save"
)]
pub struct BranchNameError(String);

impl FromStr for BranchName {
    type Err = BranchNameError;

    fn from_str(text: &str) -> Result<Self, BranchNameError> {
        let is_fit = is_plain(text) && !TAKEN.contains(&text);
        if is_fit { Ok(Self(text.into())) } else { Err(BranchNameError(text.to_owned())) }
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for BranchName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Accounts from one to another, both included: `111111111111-111111111199`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountRange {
    first: AccountId,
    last: AccountId,
}

/// A text that is no range of accounts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no range of accounts: expected one of 12 digits, or two with a hyphen between, the lower first"
)]
pub struct AccountRangeError(String);

impl AccountRange {
    /// Whether an account is in it.
    #[must_use]
    pub fn has(&self, account: AccountId) -> bool {
        (self.first..=self.last).contains(&account)
    }

    /// Whether some account is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl FromStr for AccountRange {
    type Err = AccountRangeError;

    fn from_str(text: &str) -> Result<Self, AccountRangeError> {
        let account = |text: &str| text.trim().parse::<AccountId>().ok();
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (account(first), account(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(AccountRangeError(text.to_owned())),
        }
    }
}

impl fmt::Display for AccountRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "my-branch_1.2", "0", "state", "branches"] {
            assert!(name.parse::<BranchName>().is_ok(), "{name}");
        }
        for name in ["", "..", "a/b", "@a", "ä", "save", "load", "reset", &"x".repeat(129)] {
            assert!(name.parse::<BranchName>().is_err(), "{name}");
        }
    }

    #[test]
    fn ranges() {
        let range = |text: &str| text.parse::<AccountRange>();
        let some = range("111111111111-111111111119").unwrap();
        for (account, is_in) in
            [("111111111110", false), ("111111111111", true), ("111111111119", true), ("111111111120", false)]
        {
            assert_eq!(some.has(account.parse().unwrap()), is_in, "{account}");
        }
        assert!(
            some.overlaps(&range("111111111119").unwrap()) && !some.overlaps(&range("111111111120").unwrap())
        );
        assert_eq!(range("000000000001").unwrap().to_string(), "000000000001-000000000001");
        for text in ["", "1", "a-b", "111111111119-111111111111", "111111111111-", "1-2-3"] {
            assert!(range(text).is_err(), "{text}");
        }
    }
}
