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

/// Ten to the power of the digits that a u64 holds, whatever they are.
const HALF: u128 = 10_u128.pow(19);

/// The digits of a coefficient, in the end of a buffer that holds all that there can be.
fn decimal(coefficient: u128, buffer: &mut [u8; 40]) -> &[u8] {
    let mut start = buffer.len();
    let mut put = |mut rest: u64, least: usize| {
        let end = start;
        while rest > 0 || end - start < least {
            start -= 1;
            buffer[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    };
    // A coefficient has at most 38 digits: two halves of 19, which are less than 2^64.
    match u64::try_from(coefficient) {
        Ok(small) => put(small, 1),
        Err(_) => {
            put((coefficient % HALF) as u64, 19);
            put((coefficient / HALF) as u64, 1);
        }
    }
    &buffer[start..]
}

impl Number {
    /// Appends the number as AWS writes it.
    pub fn write(self, out: &mut Vec<u8>) {
        let mut buffer = [0; 40];
        let digits = decimal(self.coefficient(), &mut buffer);
        let zeros = |count: usize| std::iter::repeat_n(b'0', count);
        let exponent = i32::from(self.exponent);
        let before = digits.len() as i32 + exponent;
        if self.negative {
            out.push(b'-');
        }
        if exponent >= 0 {
            out.extend_from_slice(digits);
            out.extend(zeros(exponent.unsigned_abs() as usize));
        } else if before <= 0 {
            out.extend_from_slice(b"0.");
            out.extend(zeros(before.unsigned_abs() as usize));
            out.extend_from_slice(digits);
        } else {
            let (integer, fraction) = digits.split_at(before.unsigned_abs() as usize);
            out.extend_from_slice(integer);
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(40);
        self.write(&mut text);
        // ASCII by construction.
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
