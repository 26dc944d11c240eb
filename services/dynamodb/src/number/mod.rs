//! DynamoDB's numbers: exact decimals of up to 38 significant digits, between 1E-130 and
//! 9.9999999999999999999999999999999999999E+125, and their negatives.

mod arithmetic;
mod order;
mod text;

use serde::{Deserialize, Serialize};

use crate::error::DynamoError;

/// A number, normalised: `±coefficient × 10^exponent`, the coefficient without trailing zeros; zero is
/// `0 × 10^0` and has no sign. So what is equal is equal field by field.
///
/// Why no crate: `rust_decimal` has 28 digits; `fastnum` has them, with 1.6 MB of source for arithmetic that
/// DynamoDB does not have, and its own rounding and limits to be undone; arbitrary precision (`bigdecimal`)
/// lets `1E+125 + 1` grow 126 digits before anyone can say no. What DynamoDB has is small: parse, print,
/// compare, add, all within a `u128`. The tests hold it against `bigdecimal`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Number {
    // Two halves of a u128, whose alignment would make every attribute value 16 bytes larger.
    high: u64,
    low: u64,
    exponent: i16,
    negative: bool,
}

/// Significant digits that a number may have.
pub const MAX_DIGITS: u32 = 38;
/// The place of the first digit of the largest numbers: `1E125`.
const MAX_MAGNITUDE: i64 = 125;
/// The place of the first digit of the smallest numbers: `1E-130`.
const MIN_MAGNITUDE: i64 = -130;

/// Why a text or a result is no number of DynamoDB's, in AWS's words (asserted).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is none; it is quoted, unless it is empty.
    #[error("The parameter cannot be converted to a numeric value{colon}{0}", colon = if .0.is_empty() { "" } else { ": " })]
    NotANumber(String),
    /// More than [`MAX_DIGITS`].
    #[error("Attempting to store more than 38 significant digits in a Number")]
    TooManyDigits,
    /// 1E+126 or more.
    #[error("Number overflow. Attempting to store a number with magnitude larger than supported range")]
    Overflow,
    /// Less than 1E-130, and not zero.
    #[error("Number underflow. Attempting to store a number with magnitude smaller than supported range")]
    Underflow,
}

impl From<NumberError> for DynamoError {
    fn from(error: NumberError) -> Self {
        Self::validation(error.to_string())
    }
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self { high: 0, low: 0, exponent: 0, negative: false };

    /// `±coefficient × 10^exponent`, if DynamoDB can store it.
    fn new(negative: bool, mut coefficient: u128, mut exponent: i64) -> Result<Self, NumberError> {
        if coefficient == 0 {
            return Ok(Self::ZERO);
        }
        // Nearly all numbers fit into 64 bits, where divisions take a fraction of the time.
        if let Ok(mut small) = u64::try_from(coefficient) {
            while small.is_multiple_of(10) {
                small /= 10;
                exponent += 1;
            }
            coefficient = small.into();
        } else {
            while coefficient.is_multiple_of(10) {
                coefficient /= 10;
                exponent += 1;
            }
        }
        let digits = digits(coefficient);
        let magnitude = exponent.saturating_add(i64::from(digits) - 1);
        // The size first: AWS says overflow of 9.99..E125 + 1E125, which has 39 digits (ExtendDB/extenddb#94).
        if magnitude > MAX_MAGNITUDE {
            return Err(NumberError::Overflow);
        }
        if magnitude < MIN_MAGNITUDE {
            return Err(NumberError::Underflow);
        }
        if digits > MAX_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        // Between -130 - 37 and 125.
        let exponent = i16::try_from(exponent).map_err(|_| NumberError::Overflow)?;
        Ok(Self { high: (coefficient >> 64) as u64, low: coefficient as u64, exponent, negative })
    }

    fn coefficient(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.high == 0 && self.low == 0
    }

    /// Whether it is less than zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// Significant digits: 0 for zero.
    #[must_use]
    pub fn digits(self) -> u32 {
        if self.is_zero() { 0 } else { digits(self.coefficient()) }
    }

    /// The place of the first digit: 0 for units, 1 for tens, -1 for tenths.
    fn magnitude(self) -> i32 {
        i32::from(self.exponent) + self.digits() as i32 - 1
    }

    /// The 38 digits from the first one on, as an integer: comparable between numbers of one magnitude.
    fn aligned(self) -> u128 {
        // At most 10^38 - 1, which a u128 holds.
        self.coefficient() * 10_u128.pow(MAX_DIGITS - self.digits())
    }

    /// Bytes that it counts for in the size of an item. AWS's documentation says "approximately (length of
    /// attribute name) + (1 byte per two significant digits) + (1 byte)"; measured, the digits before and
    /// behind the decimal point are rounded up to pairs each, and a sign is one more byte (conformance:
    /// item-size, 23 numbers).
    #[must_use]
    pub fn size(self) -> usize {
        if self.is_zero() {
            return 1;
        }
        let (digits, exponent) = (self.digits() as i32, i32::from(self.exponent));
        let before = digits + exponent;
        let (before, behind) = if exponent >= 0 || before <= 0 {
            // All on one side of the point; zeros next to it do not count.
            (digits, 0)
        } else {
            (before, -exponent)
        };
        (1 + (before + 1) / 2 + (behind + 1) / 2) as usize + usize::from(self.negative)
    }
}

fn digits(coefficient: u128) -> u32 {
    let log = match u64::try_from(coefficient) {
        Ok(small) => small.checked_ilog10(),
        Err(_) => coefficient.checked_ilog10(),
    };
    log.map_or(0, |log| log + 1)
}

/// As it is stored.
impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::new(false, u128::from(value), 0).unwrap_or(Self::ZERO)
    }
}
