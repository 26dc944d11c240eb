//! What the regions of a table have of their own, and how they belong together.

use std::collections::BTreeMap;

use asf_runtime::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::models::Units;

/// A region, other than that in which the table was made, in which it can be called.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplicaRecord {
    /// Since when.
    pub added: Timestamp,
    /// The region that it was added from: that cannot go before it (quirks: DDB-TABLE-267).
    pub source: String,
    /// `KMSMasterKeyId`, as an ARN.
    pub kms_key: Option<String>,
    /// `TableClassOverride`, and when it was set.
    pub class: Option<(String, Timestamp)>,
    /// What is read there, where it is not as much as elsewhere.
    pub reads: Reads,
    /// The same of global indexes, by their names.
    pub index_reads: BTreeMap<String, Reads>,
}

/// The replicas of a table. States before this one have only since when they are there.
pub(super) fn replicas<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, ReplicaRecord>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Whole(ReplicaRecord),
        Since(Timestamp),
    }
    let kept = BTreeMap::<String, Kept>::deserialize(from)?;
    let whole = |kept| match kept {
        Kept::Whole(replica) => replica,
        Kept::Since(added) => ReplicaRecord {
            added,
            source: String::new(),
            kms_key: None,
            class: None,
            reads: Reads::default(),
            index_reads: BTreeMap::new(),
        },
    };
    Ok(kept.into_iter().map(|(region, kept)| (region, whole(kept))).collect())
}

/// How much can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    /// `ProvisionedThroughputOverride`
    pub units: Option<i64>,
    /// `OnDemandThroughputOverride`
    pub on_demand: Option<i64>,
}

impl Reads {
    /// This with what a request wants. What is as much as elsewhere is nothing of its own
    /// (quirks: DDB-TABLE-250, 252).
    pub(crate) fn change(&mut self, wanted: Self, units: i64, on_demand: Units) {
        if wanted.units.is_some() {
            self.units = wanted.units.filter(|it| *it != units);
        }
        if wanted.on_demand.is_some() {
            self.on_demand = wanted.on_demand.filter(|it| Some(*it) != on_demand.read);
        }
    }
}

/// A table that all regions have at once (`MultiRegionConsistency` is `STRONG`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StrongGroup {
    /// The region of its witness, which is no table.
    pub witness: Option<String>,
}

/// What Application Auto Scaling is to make of capacity units. It is kept, and nobody acts upon it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// `MinimumUnits`
    pub minimum: i64,
    /// `MaximumUnits`
    pub maximum: i64,
    /// `AutoScalingRoleArn`, if it was given.
    pub role: Option<String>,
    /// `PolicyName`
    pub policy: String,
    /// `TargetValue`: a percentage.
    pub target: f64,
    /// `DisableScaleIn`
    pub disable_scale_in: Option<bool>,
    /// `ScaleInCooldown`, in seconds.
    pub scale_in_cooldown: Option<i32>,
    /// `ScaleOutCooldown`, in seconds.
    pub scale_out_cooldown: Option<i32>,
}

/// What scales: by the names of indexes, that of the table being empty.
pub type Scalings = BTreeMap<String, Scaling>;
