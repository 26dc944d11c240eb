//! What values of variables look like: a trait, and the plain types.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

/// A type that a variable's value can have.
pub trait Setting: Sized {
    /// What a value looks like, in words that go on from "expected".
    fn expected() -> Cow<'static, str>;

    /// Reads a value; it is not empty.
    ///
    /// # Errors
    /// The part of the text that is wrong, often all of it.
    fn parse(text: &str) -> Result<Self, &str>;

    /// What a variable has that is not set and has no default. None: such a variable needs a default.
    #[must_use]
    fn unset() -> Option<Self> {
        None
    }

    /// The value with `~/` as the home directory, where it is a path.
    #[must_use]
    fn at_home(self, _home: &str) -> Self {
        self
    }

    /// The values of a variable that there is for each service, with the services as the names have them.
    #[must_use]
    fn of_family(_members: Vec<(&str, &str)>) -> Option<Self> {
        None
    }
}

/// As LocalStack has it, in any case.
impl Setting for bool {
    fn expected() -> Cow<'static, str> {
        "1 or 0 (or true or false)".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        match text.trim() {
            "1" => Ok(true),
            "0" => Ok(false),
            it if it.eq_ignore_ascii_case("true") => Ok(true),
            it if it.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(text),
        }
    }
}

/// A whole number between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Whole<LEAST, MOST> {
    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number as a count of things in memory.
    #[must_use]
    pub fn count(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<const LEAST: u64, const MOST: u64> Setting for Whole<LEAST, MOST> {
    fn expected() -> Cow<'static, str> {
        format!("a whole number from {LEAST} to {MOST}").into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let number = text.trim().parse().map_err(|_| text)?;
        if (LEAST..=MOST).contains(&number) { Ok(Self(number)) } else { Err(text) }
    }
}

/// Ten years: more than any wait that is meant, and no arithmetic of moments overflows.
const MOST_SECONDS: f64 = 10.0 * 366.0 * 86400.0;

impl Setting for Duration {
    fn expected() -> Cow<'static, str> {
        "a number of seconds, such as 30 or 0.5".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let seconds: f64 = text.trim().parse().map_err(|_| text)?;
        if !(0.0..=MOST_SECONDS).contains(&seconds) {
            return Err(text);
        }
        Self::try_from_secs_f64(seconds).map_err(|_| text)
    }
}

impl Setting for PathBuf {
    fn expected() -> Cow<'static, str> {
        "a path".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        if text.contains('\0') { Err(text) } else { Ok(Self::from(text)) }
    }

    fn at_home(self, home: &str) -> Self {
        match self.strip_prefix("~") {
            Ok(below) => Self::from(home).join(below),
            Err(_) => self,
        }
    }
}

impl Setting for String {
    fn expected() -> Cow<'static, str> {
        "text".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        Ok(text.to_owned())
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

/// What may be missing.
impl<T: Setting> Setting for Option<T> {
    fn expected() -> Cow<'static, str> {
        T::expected()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        T::parse(text).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn at_home(self, home: &str) -> Self {
        self.map(|value| value.at_home(home))
    }
}

/// The items of a list: separated by commas, spaces around them and empty ones do not count.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}
