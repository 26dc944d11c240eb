//! The order of numbers, and bytes that sort like them.

use std::cmp::Ordering;

use super::{MAX_DIGITS, MIN_MAGNITUDE, Number};

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| if number.is_zero() { 0 } else { 1 - 2 * i8::from(number.negative) };
        sign(self).cmp(&sign(other)).then_with(|| {
            if self.is_zero() {
                return Ordering::Equal;
            }
            let by_size =
                self.magnitude().cmp(&other.magnitude()).then_with(|| self.aligned().cmp(&other.aligned()));
            if self.negative { by_size.reverse() } else { by_size }
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Number {
    /// Appends bytes that sort as numbers do, and end by themselves: no encoding is the beginning of
    /// another. At most 22.
    ///
    /// A byte for the sign; the place of the first digit; pairs of digits, each plus one; a zero. Negative
    /// numbers have everything behind the sign inverted.
    pub fn encode(self, out: &mut Vec<u8>) {
        if self.is_zero() {
            return out.push(0x02);
        }
        out.push(if self.negative { 0x01 } else { 0x03 });
        let start = out.len();
        // -130 to 125 are exactly the values of a byte.
        out.push((i64::from(self.magnitude()) - MIN_MAGNITUDE) as u8);
        let mut rest = self.aligned();
        let mut unit = 10_u128.pow(MAX_DIGITS - 2);
        while rest > 0 {
            out.push((rest / unit) as u8 + 1);
            rest %= unit;
            unit /= 100;
        }
        out.push(0x00);
        if self.negative {
            out[start..].iter_mut().for_each(|byte| *byte = !*byte);
        }
    }
}
