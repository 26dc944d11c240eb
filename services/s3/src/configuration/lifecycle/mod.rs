//! Lifecycle of objects: what rules may be ([`check`]), which of them are for an object ([`Subject`]), and when they
//! remove it ([`expiration`], [`plan`]). The older form of configurations is read as the newer one.
//!
//! Transitions are kept and shown; objects stay in the storage class that they were put in.

mod check;
mod expiration;
mod plan;
mod subject;

pub(crate) use check::minimum_size;
pub use check::{check, from_older, to_older};
pub use expiration::expiration;
pub use plan::{Removal, Version, abort_after, plan};
pub use subject::Subject;

use asf_runtime::Timestamp;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// When something ends that has days from a moment on: at the first midnight (UTC) after these days (S3 user guide,
/// "Lifecycle rules: based on an object's age").
#[must_use]
fn midnight_after(from: Timestamp, days: i32) -> Timestamp {
    let end = from.seconds().saturating_add(i64::from(days).saturating_mul(DAY));
    let midnight = match end.rem_euclid(DAY) {
        0 => end,
        past => end - past + DAY,
    };
    Timestamp::from_seconds(midnight)
}
