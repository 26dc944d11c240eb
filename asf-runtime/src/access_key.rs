//! Access key ids that carry their account, as AWS's own do, under prefixes that tell ours from AWS's.

use crate::identity::AccountId;
use crate::ids::Ids;
use crate::plugin::Settings;

/// Base32 of RFC 4648: what follows the prefix of an access key id.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Characters of the prefix.
const PREFIX: usize = 4;
/// Characters of an id that is issued, and the fewest of one that is read.
const LENGTH: usize = 20;
/// Characters after the prefix that hold the account: a set bit, 40 bits of account, 4 others.
const CARRIERS: usize = 9;
/// The setting of [`AccessKeyStyle::Aws`], under LocalStack's name.
const PARITY: &str = "PARITY_AWS_ACCESS_KEY_ID";

/// Which prefixes access key ids have: those that are issued, and those whose account is believed.
///
/// By default an id that AWS itself has issued (`AKIA..`, `ASIA..`, from a developer's real profile) names
/// no account here, so that a forgotten `AWS_PROFILE` does not put resources where no one looks for them.
/// Source: LocalStack's documentation, "Credentials".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AccessKeyStyle {
    /// `LSIA..` and `LKIA..`.
    #[default]
    LocalStack,
    /// `ASIA..` and `AKIA..`; those of the other style are still understood.
    Aws,
}

/// How long a key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKeyKind {
    /// The key of a user, valid until it is deleted: `LKIA..`, `AKIA..`.
    LongLived,
    /// The key of a session, valid with its session token: `LSIA..`, `ASIA..`.
    Temporary,
}

impl AccessKeyStyle {
    /// The style that `PARITY_AWS_ACCESS_KEY_ID` asks for.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        if settings.is_on(PARITY) { Self::Aws } else { Self::LocalStack }
    }

    /// What ids of a kind start with.
    #[must_use]
    pub fn prefix(self, kind: AccessKeyKind) -> &'static str {
        match (self, kind) {
            (Self::LocalStack, AccessKeyKind::LongLived) => "LKIA",
            (Self::LocalStack, AccessKeyKind::Temporary) => "LSIA",
            (Self::Aws, AccessKeyKind::LongLived) => "AKIA",
            (Self::Aws, AccessKeyKind::Temporary) => "ASIA",
        }
    }

    /// A new id that carries an account: 20 characters.
    #[must_use]
    pub fn issue(self, kind: AccessKeyKind, account: AccountId, ids: &Ids) -> String {
        let mut id = self.prefix(kind).to_owned();
        // From the highest bit: a set one, the account, and four that are drawn.
        let carried = 1 << 44 | account.number() << 4 | ids.below(16);
        for index in 0..CARRIERS {
            let five = carried >> (5 * (CARRIERS - 1 - index)) & 31;
            id.extend(ALPHABET.get(five as usize).copied().map(char::from));
        }
        id.push_str(&ids.text(LENGTH - PREFIX - CARRIERS, ALPHABET));
        id
    }

    /// The account that calls with an access key id act in: twelve digits are the account itself, an id
    /// with a prefix of this style carries it, and everything else is [`AccountId::DEFAULT`].
    #[must_use]
    pub fn account(self, access_key_id: &str) -> AccountId {
        if let Ok(account) = access_key_id.parse() {
            return account;
        }
        let believed = match access_key_id.get(..PREFIX) {
            Some("LSIA" | "LKIA") => true,
            Some("ASIA" | "AKIA") => self == Self::Aws,
            _ => false,
        };
        believed.then(|| carried_account(access_key_id)).flatten().unwrap_or(AccountId::DEFAULT)
    }
}

/// The account in an access key id of 20 or more characters, whatever its prefix.
///
/// Of the base32 text after the prefix, the first bit is set and the next 40 are the account. `None` if
/// the text is not of that form; ids that AWS issued before 2019 (`AKIAI..`, `AKIAJ..`) carry none, and
/// their first bit is clear. Source: "A short note on AWS KEY ID", Tal Be'ery, 2023: the account is
/// `(first 6 bytes & 0x7fffffffff80) >> 7`.
#[must_use]
pub fn carried_account(access_key_id: &str) -> Option<AccountId> {
    let text = access_key_id.as_bytes().get(PREFIX..)?;
    if access_key_id.len() < LENGTH {
        return None;
    }
    let mut bits: u64 = 0;
    for (index, letter) in text.iter().enumerate() {
        let five = ALPHABET.iter().position(|it| it == letter)? as u64;
        if index < CARRIERS {
            bits = bits << 5 | five;
        }
    }
    if bits >> 44 == 0 {
        return None;
    }
    AccountId::from_number(bits >> 4 & ((1 << 40) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first two are of "AWS Access Key ID formats" (Aidan Steele, 2020) and "A short note on AWS KEY
    /// ID", the third of LocalStack's documentation ("Credentials"), `AKIAIOSFODNN7EXAMPLE` of AWS's.
    #[test]
    fn accounts_of_published_ids() {
        for (id, account) in [
            ("ASIAY34FZKBOKMUTVV7A", Some("609629065308")),
            ("ASIAQNZGKIQY56JQ7WML", Some("029608264753")),
            ("LSIAQAAAAAAVNCBMPNSG", Some("000000000042")),
            ("AKIAIOSFODNN7EXAMPLE", None),
            ("LSIAQAAAAAAVNCBMPNS", None),
            ("LSIAQAAAAAAVNCBMPNS1", None),
            ("LSIA7777777777777777", None),
            ("LSIAQAAAAAAVNCBMPNSé", None),
            ("éSIA", None),
            ("", None),
        ] {
            assert_eq!(carried_account(id).map(|it| it.to_string()).as_deref(), account, "{id}");
        }
    }

    #[test]
    fn account_of_an_access_key() {
        for (key, account) in [
            ("111122223333", "111122223333"),
            ("test", "000000000000"),
            ("AKIAIOSFODNN7EXAMPLE", "000000000000"),
            ("11112222333", "000000000000"),
            ("LSIAQAAAAAAVNCBMPNSG", "000000000042"),
            ("ASIAY34FZKBOKMUTVV7A", "000000000000"),
        ] {
            assert_eq!(AccessKeyStyle::default().account(key).as_str(), account);
        }
    }

    #[test]
    fn issued_ids_carry_their_account() {
        let ids = Ids::seeded(7);
        for style in [AccessKeyStyle::LocalStack, AccessKeyStyle::Aws] {
            for kind in [AccessKeyKind::LongLived, AccessKeyKind::Temporary] {
                for text in ["000000000000", "000000000001", "111122223333", "549755813888", "999999999999"] {
                    let account: AccountId = text.parse().unwrap();
                    let id = style.issue(kind, account, &ids);
                    assert_eq!((id.len(), &id[..4]), (20, style.prefix(kind)), "{id}");
                    assert_eq!(style.account(&id), account, "{id}");
                }
            }
        }
    }

    #[test]
    fn ids_of_aws_are_believed_on_request_only() {
        for (id, by_default, with_parity) in [
            ("ASIAY34FZKBOKMUTVV7A", "000000000000", "609629065308"),
            ("AKIAY34FZKBOKMUTVV7A", "000000000000", "609629065308"),
            ("LSIAQAAAAAAVNCBMPNSG", "000000000042", "000000000042"),
            ("AROAY34FZKBOKMUTVV7A", "000000000000", "000000000000"),
            ("AKIAIOSFODNN7EXAMPLE", "000000000000", "000000000000"),
            ("111122223333", "111122223333", "111122223333"),
            ("test", "000000000000", "000000000000"),
        ] {
            assert_eq!(AccessKeyStyle::LocalStack.account(id).as_str(), by_default, "{id}");
            assert_eq!(AccessKeyStyle::Aws.account(id).as_str(), with_parity, "{id}");
        }
    }

    #[test]
    fn the_setting() {
        for (value, style) in [("1", AccessKeyStyle::Aws), ("0", AccessKeyStyle::LocalStack)] {
            assert_eq!(AccessKeyStyle::of(&Settings::from_iter([(PARITY, value)])), style);
        }
        assert_eq!(AccessKeyStyle::of(&Settings::default()), AccessKeyStyle::LocalStack);
    }
}
