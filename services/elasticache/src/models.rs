//! What is kept: cache clusters, replication groups, serverless caches, each with a server.

use asf_macros::{Record, Store};
use asf_runtime::Timestamp;
use asf_runtime::store::Table;
use serde::{Deserialize, Serialize};

use crate::kinds::Kind;

/// The tables of an account in a region.
#[derive(Clone, Debug, Store)]
#[store(service = "elasticache")]
pub struct ElastiCacheStore {
    /// Cache clusters that are in no replication group, by id.
    #[store(local)]
    pub clusters: Table<String, Cluster>,
    /// Replication groups, by id.
    #[store(local)]
    pub groups: Table<String, Group>,
    /// Serverless caches, by name.
    #[store(local)]
    pub serverless: Table<String, Serverless>,
}

/// Tags, in their order.
pub type Tags = Vec<(String, String)>;

/// A server, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct Node {
    /// Tells it from all others; the name of its folder.
    pub id: String,
    /// The engine.
    pub kind: Kind,
    /// Its version, as it is described.
    pub version: String,
    /// The tokens that are taken; none is asked for if there are none.
    pub tokens: Vec<String>,
    /// When they were set last.
    pub tokens_set: Option<Timestamp>,
    /// Whether it speaks to clients of clusters.
    pub is_cluster: bool,
    /// Whether connections are encrypted.
    #[serde(default)]
    pub transit: Transit,
    /// The port that was asked for.
    pub wanted_port: Option<u16>,
    /// The port that it has, once it has one.
    pub port: Option<u16>,
    /// Where it stands.
    pub status: Status,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Tokens are no one's business in a log.
        f.debug_struct("Node").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// Whether connections to a server are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transit {
    /// They are in the clear.
    #[default]
    Clear,
    /// They may be.
    Preferred,
    /// They have to be.
    Required,
}

/// Where a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Status {
    Creating,
    Available,
    Modifying,
    Rebooting,
    Deleting,
    CreateFailed,
}

impl Status {
    /// As it is described of clusters and groups.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Modifying => "modifying",
            Self::Rebooting => "rebooting cluster nodes",
            Self::Deleting => "deleting",
            Self::CreateFailed => "create-failed",
        }
    }
}

/// What clusters and groups have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Common {
    /// `cache.t3.micro`
    pub node_type: String,
    /// When it was made.
    pub created: Timestamp,
    /// When maintenance would be.
    pub maintenance_window: String,
    /// Days for which snapshots would be kept.
    pub snapshot_days: i32,
    /// When they would be made.
    pub snapshot_window: Option<String>,
    /// Minor versions come by themselves.
    pub minor_upgrades: bool,
    /// Whether encryption in transit was asked for.
    pub transit_encryption: bool,
    /// The name of the parameter group.
    pub parameter_group: Option<String>,
    /// The name of the subnet group.
    pub subnet_group: Option<String>,
    /// Security groups of the VPC.
    pub security_groups: Vec<String>,
    /// The zone.
    pub zone: String,
    /// Its tags.
    pub tags: Tags,
}

/// A cache cluster of one node.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// Its server.
    pub node: Node,
    /// The rest.
    pub common: Common,
}

/// A replication group of one shard: its members have one server.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// Its server.
    pub node: Node,
    /// How many members it has.
    pub members: u32,
    /// Whether another member would take over.
    pub failover: bool,
    /// Whether members are in several zones.
    pub multi_az: bool,
    /// Whether encryption at rest was asked for.
    pub at_rest_encryption: bool,
    /// By which key.
    pub kms_key: Option<String>,
    /// The rest.
    pub common: Common,
}

/// A serverless cache.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Serverless {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its server.
    pub node: Node,
    /// When it was made.
    pub created: Timestamp,
    /// Limits: GB at least and at most, and processing units at least and at most.
    pub limits: Option<Limits>,
    /// By which key it is said to be encrypted.
    pub kms_key: Option<String>,
    /// Security groups of the VPC.
    pub security_groups: Vec<String>,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Days for which snapshots would be kept.
    pub snapshot_days: i32,
    /// When they would be made.
    pub snapshot_time: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// Limits of use, which nothing enforces here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// GB.
    pub storage: Option<(Option<i32>, Option<i32>)>,
    /// Processing units a second.
    pub units: Option<(Option<i32>, Option<i32>)>,
}
