//! Numbers from text, and AWS's form of them: plain digits, no exponent, no zeros that say nothing.

use std::fmt;
use std::str::FromStr;

use super::{MAX_DIGITS, Number, NumberError};

impl FromStr for Number {
    type Err = NumberError;

    /// `[+-] digits [. digits] [e [+-] digits]`, with a digit on one side of the point.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        read(text.as_bytes()).unwrap_or_else(|| Err(NumberError::NotANumber(text.to_owned())))
    }
}

/// `None` if the text is no number at all.
fn read(text: &[u8]) -> Option<Result<Number, NumberError>> {
    let (negative, mut rest) = sign(text);
    let mut digits = Digits::default();
    let before = digits.take(&mut rest);
    let mut behind = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        rest = fraction;
        behind = digits.take(&mut rest);
    }
    if before + behind == 0 {
        return None;
    }
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', power @ ..] => power_of_ten(power)?,
        _ => return None,
    };
    if digits.too_many {
        return Some(Err(NumberError::TooManyDigits));
    }
    // The lengths are those of a slice, so that only the exponent can be out of bounds.
    let exponent = exponent.saturating_add(digits.zeros as i64).saturating_sub(behind as i64);
    Some(Number::new(negative, digits.coefficient, exponent))
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    }
}

fn power_of_ten(text: &[u8]) -> Option<i64> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let power = digits
        .iter()
        .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -power } else { power })
}

/// The significant digits of a text, as they are read.
#[derive(Default)]
struct Digits {
    coefficient: u128,
    /// How many of them.
    count: usize,
    /// Zeros behind the last that is not zero.
    zeros: usize,
    too_many: bool,
}

impl Digits {
    /// Reads digits off the front of a text and says how many.
    fn take(&mut self, text: &mut &[u8]) -> usize {
        let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (taken, rest) = text.split_at(length);
        for digit in taken {
            self.push(digit - b'0');
        }
        *text = rest;
        length
    }

    fn push(&mut self, digit: u8) {
        if digit == 0 {
            self.zeros += usize::from(self.count > 0);
            return;
        }
        self.count = self.count.saturating_add(self.zeros + 1);
        if self.count > MAX_DIGITS as usize {
            self.too_many = true;
            return;
        }
        // At most 38 digits are pushed, so neither the power nor the sum overflows.
        self.coefficient = self.coefficient * 10_u128.pow(self.zeros as u32 + 1) + u128::from(digit);
        self.zeros = 0;
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let digits = self.coefficient().to_string();
        let zeros = |count: i32| "0".repeat(count.max(0) as usize);
        let exponent = i32::from(self.exponent);
        let before = digits.len() as i32 + exponent;
        if exponent >= 0 {
            write!(f, "{digits}{}", zeros(exponent))
        } else if before <= 0 {
            write!(f, "0.{}{digits}", zeros(-before))
        } else {
            let (integer, fraction) = digits.split_at(before as usize);
            write!(f, "{integer}.{fraction}")
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
