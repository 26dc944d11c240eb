//! Sums and differences, exact or refused.

use super::{MAX_DIGITS, MAX_MAGNITUDE, Number, NumberError};

impl Number {
    /// The sum.
    ///
    /// # Errors
    ///
    /// If it has more than 38 digits, or is out of range.
    pub fn plus(self, other: Self) -> Result<Self, NumberError> {
        if self.is_zero() {
            return Ok(other);
        }
        if other.is_zero() {
            return Ok(self);
        }
        let (upper, lower) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let shift = (i32::from(upper.exponent) - i32::from(lower.exponent)) as u32;
        // Where this does not fit, neither does the sum: the shifted coefficient has more than 39 digits, or
        // is 39 of them and more than 3.4E38, of which a coefficient below 1E38 takes no digit away; and the
        // last digit of the lower one stands, as normalised coefficients end in one that is not zero.
        let shifted = 10_u128
            .checked_pow(shift)
            .and_then(|factor| upper.coefficient().checked_mul(factor))
            .ok_or_else(|| too_long(upper, lower))?;
        let low = lower.coefficient();
        let (negative, coefficient) = if upper.negative == lower.negative {
            (upper.negative, shifted.checked_add(low).ok_or_else(|| too_long(upper, lower))?)
        } else if shifted >= low {
            (upper.negative, shifted - low)
        } else {
            (lower.negative, low - shifted)
        };
        Self::new(negative, coefficient, i64::from(lower.exponent))
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// As for [`plus`](Self::plus).
    pub fn minus(self, other: Self) -> Result<Self, NumberError> {
        self.plus(Self { negative: !other.negative && !other.is_zero(), ..other })
    }
}

/// What is wrong with a sum that does not fit into a u128: it is too large, or else too long. `upper` has the
/// higher exponent.
fn too_long(upper: Number, lower: Number) -> NumberError {
    // Both in units of 10^88, of which 10^38 are too many. The sum is a multiple of the unit but for what the
    // division of the lower one drops, so that comparing whole units is exact.
    let unit = MAX_MAGNITUDE as i32 + 1 - MAX_DIGITS as i32;
    let in_units = |number: Number| {
        let shift = i32::from(number.exponent) - unit;
        let power = 10_u128.checked_pow(shift.unsigned_abs());
        match power {
            Some(power) if shift >= 0 => number.coefficient().saturating_mul(power),
            Some(power) => number.coefficient() / power,
            None => 0,
        }
    };
    let is_too_large = upper.negative == lower.negative
        && in_units(upper).saturating_add(in_units(lower)) >= 10_u128.pow(MAX_DIGITS);
    if is_too_large { NumberError::Overflow } else { NumberError::TooManyDigits }
}
