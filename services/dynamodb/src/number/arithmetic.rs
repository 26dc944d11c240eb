//! Sums and differences, exact or refused.

use super::{Number, NumberError};

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
            .ok_or(NumberError::TooManyDigits)?;
        let low = lower.coefficient();
        let (negative, coefficient) = if upper.negative == lower.negative {
            (upper.negative, shifted.checked_add(low).ok_or(NumberError::TooManyDigits)?)
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
