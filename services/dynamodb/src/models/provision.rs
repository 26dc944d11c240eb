//! What a table or a global index has of capacity besides its units. Made by [`tables`](crate::tables) only, which
//! knows the rules.

use asf_runtime::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::Throughput;

/// Units of which each may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// Of reads.
    pub read: Option<i64>,
    /// Of writes.
    pub write: Option<i64>,
}

impl Units {
    /// Whether none is there.
    #[must_use]
    pub fn are_none(self) -> bool {
        self == Self::default()
    }
}

/// What a table or a global index has besides its units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// `OnDemandThroughput`
    pub on_demand: Units,
    /// `WarmThroughput`: it never becomes less.
    pub warm: Throughput,
    /// When its units were raised last.
    pub increased: Option<Timestamp>,
    /// When they were lowered last.
    pub decreased: Option<Timestamp>,
    /// How often that was on that day.
    pub decreases: i64,
}
