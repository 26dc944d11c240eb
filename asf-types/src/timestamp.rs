//! A moment in time as AWS writes it, in its three notations.

use std::fmt::{self, Write as _};

use asf_schema::TimestampFormat;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// A moment in time: nanoseconds since 1970-01-01T00:00:00Z, within the years -9999 to 9999.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// A text that is no timestamp of the expected notation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a timestamp of the form {expected}")]
pub struct TimestampError {
    text: String,
    expected: &'static str,
}

const MIN_SECONDS: i64 = -377_705_116_800;
const MAX_SECONDS: i64 = 253_402_300_799;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self { seconds: 0, nanos: 0 };

    /// So many seconds after 1970, and nanoseconds (below 10^9) after that. Out of range is brought to
    /// the nearest end of it.
    #[must_use]
    pub const fn new(seconds: i64, nanos: u32) -> Self {
        let nanos = if nanos > 999_999_999 { 999_999_999 } else { nanos };
        if seconds < MIN_SECONDS {
            Self { seconds: MIN_SECONDS, nanos: 0 }
        } else if seconds > MAX_SECONDS {
            Self { seconds: MAX_SECONDS, nanos: 999_999_999 }
        } else {
            Self { seconds, nanos }
        }
    }

    /// So many seconds after 1970.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::new(seconds, 0)
    }

    /// So many milliseconds after 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self::new(millis.div_euclid(1000), millis.rem_euclid(1000) as u32 * 1_000_000)
    }

    /// So many seconds after 1970, to the microsecond: a double does not carry more.
    ///
    /// `None` when it is not a number or out of range.
    #[must_use]
    pub fn from_seconds_f64(seconds: f64) -> Option<Self> {
        if !(MIN_SECONDS as f64..=MAX_SECONDS as f64).contains(&seconds) {
            return None;
        }
        let micros = (seconds * 1e6).round() as i128;
        let whole = micros.div_euclid(1_000_000) as i64;
        Some(Self::new(whole, micros.rem_euclid(1_000_000) as u32 * 1000))
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after the whole seconds.
    #[must_use]
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.seconds * 1000 + (self.nanos / 1_000_000) as i64
    }

    /// Seconds since 1970 with their fraction.
    #[must_use]
    pub fn seconds_f64(self) -> f64 {
        self.seconds as f64 + f64::from(self.nanos) / 1e9
    }

    /// Later by so many milliseconds (earlier, if negative).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        let nanos = self.nanos as i64 + millis.rem_euclid(1000) * 1_000_000;
        let seconds =
            self.seconds.saturating_add(millis.div_euclid(1000)).saturating_add(nanos / 1_000_000_000);
        Self::new(seconds, (nanos % 1_000_000_000) as u32)
    }

    /// Later by so many seconds (earlier, if negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::new(self.seconds.saturating_add(seconds), self.nanos)
    }

    /// Without what is smaller than a second.
    #[must_use]
    pub const fn truncated_to_seconds(self) -> Self {
        Self { seconds: self.seconds, nanos: 0 }
    }

    /// Reads a text.
    ///
    /// Date-times may have any offset; http-dates must be IMF-fixdate (a fraction of a second is let
    /// through, as Smithy's protocol tests have it); epoch seconds may have a fraction.
    ///
    /// # Errors
    /// [`TimestampError`] if the text is not of that format.
    pub fn parse(text: &str, format: TimestampFormat) -> Result<Self, TimestampError> {
        let (parsed, expected) = match format {
            TimestampFormat::DateTime => (parse_date_time(text), "2006-01-02T15:04:05Z"),
            TimestampFormat::HttpDate => (parse_http_date(text), "Mon, 02 Jan 2006 15:04:05 GMT"),
            TimestampFormat::EpochSeconds => (parse_epoch(text), "1136214245.5 (seconds since 1970)"),
        };
        parsed.ok_or_else(|| TimestampError { text: text.chars().take(64).collect(), expected })
    }

    /// Writes it in a format. Fractions are written only where there is one, to the millisecond in
    /// date-times and http-dates (AWS writes no finer) and to the nanosecond in epoch seconds.
    #[must_use]
    pub fn format(self, format: TimestampFormat) -> String {
        let mut out = String::with_capacity(32);
        self.write(format, &mut out);
        out
    }

    /// Like [`format`](Self::format), appended to a text.
    pub fn write(self, format: TimestampFormat, out: &mut String) {
        let at = self.to_offset_date_time();
        let millis = self.nanos / 1_000_000;
        // Writing to a String does not fail.
        let _ = match format {
            TimestampFormat::DateTime => {
                let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
                let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
                if millis > 0 {
                    let _ = write!(out, ".{millis:03}");
                }
                out.write_char('Z')
            }
            TimestampFormat::HttpDate => {
                let weekday = &at.weekday().to_string()[..3];
                let month = &at.month().to_string()[..3];
                let (day, year) = (at.day(), at.year());
                let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                let _ =
                    write!(out, "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02}");
                if millis > 0 {
                    let _ = write!(out, ".{millis:03}");
                }
                out.write_str(" GMT")
            }
            TimestampFormat::EpochSeconds => self.write_epoch(out),
        };
    }

    fn write_epoch(self, out: &mut String) -> fmt::Result {
        if self.nanos == 0 {
            return write!(out, "{}", self.seconds);
        }
        // A fraction counts forward from the whole second, also before 1970: -1 s + 0.25 s is -0.75.
        let (sign, seconds, nanos) = if self.seconds < 0 {
            ("-", -(self.seconds + 1), 1_000_000_000 - self.nanos)
        } else {
            ("", self.seconds, self.nanos)
        };
        let mut fraction = format!("{nanos:09}");
        fraction.truncate(fraction.trim_end_matches('0').len());
        write!(out, "{sign}{seconds}.{fraction}")
    }

    fn to_offset_date_time(self) -> OffsetDateTime {
        // In range by construction.
        let at = OffsetDateTime::from_unix_timestamp(self.seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        at.replace_nanosecond(self.nanos).unwrap_or(at)
    }

    fn from_offset_date_time(at: OffsetDateTime) -> Self {
        Self::new(at.unix_timestamp(), at.nanosecond())
    }
}

fn parse_date_time(text: &str) -> Option<Timestamp> {
    // The library takes a lower-case separator and a space too; RFC 3339 in AWS has neither.
    let plausible = text.len() <= 64 && text.as_bytes().get(10) == Some(&b'T') && !text.contains('z');
    let at =
        plausible.then(|| OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339))?;
    Some(Timestamp::from_offset_date_time(at.ok()?))
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    const FORM: &[time::format_description::BorrowedFormatItem<'_>] = format_description!(
        "[weekday repr:short], [day padding:zero] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    const WITH_FRACTION: &[time::format_description::BorrowedFormatItem<'_>] = format_description!(
        "[weekday repr:short], [day padding:zero] [month repr:short] [year] [hour]:[minute]:[second].[subsecond] GMT"
    );
    if text.len() > 64 {
        return None;
    }
    let at = PrimitiveDateTime::parse(text, FORM).or_else(|_| PrimitiveDateTime::parse(text, WITH_FRACTION));
    Some(Timestamp::from_offset_date_time(at.ok()?.assume_utc()))
}

fn parse_epoch(text: &str) -> Option<Timestamp> {
    let plain = !text.is_empty() && text.len() <= 64;
    let number = text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !(plain && number) {
        return None;
    }
    Timestamp::from_seconds_f64(text.parse().ok()?)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(TimestampFormat::DateTime))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TimestampFormat::{DateTime, EpochSeconds, HttpDate};

    #[test]
    fn texts_of_all_formats() {
        for (format, text, seconds, nanos, back) in [
            (DateTime, "1985-04-12T23:20:50.52Z", 482_196_050, 520_000_000, "1985-04-12T23:20:50.520Z"),
            (DateTime, "1996-12-19T16:39:57-08:00", 851_042_397, 0, "1996-12-20T00:39:57Z"),
            (HttpDate, "Tue, 29 Apr 2014 18:30:38 GMT", 1_398_796_238, 0, "Tue, 29 Apr 2014 18:30:38 GMT"),
            (
                HttpDate,
                "Sun, 02 Jan 2000 20:34:56.123 GMT",
                946_845_296,
                123_000_000,
                "Sun, 02 Jan 2000 20:34:56.123 GMT",
            ),
            (EpochSeconds, "1515531081.123", 1_515_531_081, 123_000_000, "1515531081.123"),
            (EpochSeconds, "-0.75", -1, 250_000_000, "-0.75"),
            (EpochSeconds, "1.3987962E9", 1_398_796_200, 0, "1398796200"),
        ] {
            let at = Timestamp::parse(text, format);
            assert_eq!(at, Ok(Timestamp::new(seconds, nanos)), "{text}");
            assert_eq!(at.map(|at| at.format(format)), Ok(back.to_owned()));
        }
    }

    #[test]
    fn not_timestamps() {
        for (format, text) in [
            (DateTime, "1985-04-12"),
            (DateTime, "1985-04-12 23:20:50Z"),
            (DateTime, "482196050"),
            (HttpDate, "Tuesday, 29 Apr 2014 18:30:38 GMT"),
            (HttpDate, "Tue, 29 Apr 2014 18:30:38 UTC"),
            (EpochSeconds, "NaN"),
            (EpochSeconds, "inf"),
            (EpochSeconds, "1e300"),
            (EpochSeconds, ""),
        ] {
            assert!(Timestamp::parse(text, format).is_err(), "{text}");
        }
    }

    #[test]
    fn arithmetic_carries() {
        assert_eq!(Timestamp::from_millis(1_999).plus_millis(2), Timestamp::from_millis(2_001));
        assert_eq!(Timestamp::from_millis(1).plus_millis(-2), Timestamp::from_millis(-1));
        assert_eq!(Timestamp::from_millis(-1).millis(), -1);
    }
}
