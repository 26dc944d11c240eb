//! What expressions say of an item, or make of it.

mod condition;
mod key_condition;
mod projection;
mod update;

use std::cmp::Ordering;

pub use condition::{check_filter, check_key_access, holds};
pub(crate) use key_condition::key_test;
pub use key_condition::{KeyCondition, KeyTest, SortCondition, Test, key_condition, key_tests};
pub use projection::project;
pub use update::{apply, check_update, updated_attributes};

use crate::models::AttributeValue;

/// The order of two values, if they have one: of one type, and strings, numbers or binary. Strings are
/// compared by their UTF-8, binary by unsigned bytes.
#[must_use]
pub fn compare_values(one: &AttributeValue, two: &AttributeValue) -> Option<Ordering> {
    match (one, two) {
        (AttributeValue::S(one), AttributeValue::S(two)) => Some(one.cmp(two)),
        (AttributeValue::N(one), AttributeValue::N(two)) => Some(one.cmp(two)),
        (AttributeValue::B(one), AttributeValue::B(two)) => Some(one.cmp(two)),
        _ => None,
    }
}
