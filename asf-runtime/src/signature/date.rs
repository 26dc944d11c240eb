//! The time of a signature, `20150830T123600Z`.

use std::fmt;

use asf_schema::TimestampFormat;

use crate::Timestamp;

/// A time to the second, as `X-Amz-Date` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AmzDate(Timestamp);

impl AmzDate {
    /// A time without its fraction.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(at.truncated_to_seconds())
    }

    /// Reads `20150830T123600Z`, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |from: usize, to: usize| {
            text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if text.len() != 16 || text.get(8..9) != Some("T") || text.get(15..) != Some("Z") {
            return None;
        }
        let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
        let (hour, minute, second) = (digits(9, 11)?, digits(11, 13)?, digits(13, 15)?);
        let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
        Timestamp::parse(&text, TimestampFormat::DateTime).ok().map(Self)
    }

    /// The time.
    #[must_use]
    pub fn at(self) -> Timestamp {
        self.0
    }

    /// Its day, as a credential scope has it: `20150830`.
    #[must_use]
    pub fn day(self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }
}

impl fmt::Display for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(TimestampFormat::DateTime);
        f.write_str(&text.replace(['-', ':'], ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let date = AmzDate::parse("20150830T123600Z").unwrap();
        assert_eq!(date.at(), Timestamp::new(1_440_938_160, 0));
        assert_eq!((date.to_string().as_str(), date.day().as_str()), ("20150830T123600Z", "20150830"));
        assert_eq!(AmzDate::new(Timestamp::new(1_440_938_160, 7_000_000)), date);
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830t123600Z",
            "2015083OT123600Z",
            "20151330T123600Z",
            "20150830T126000Z",
            "+0150830T123600Z",
            "20150830T123600ZZ",
            "2015083é0T12360Z",
        ] {
            assert_eq!(AmzDate::parse(text), None, "{text}");
        }
    }
}
