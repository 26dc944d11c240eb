//! What is kept: instances and snapshots.

use asf_macros::{Record, Store};
use asf_runtime::Timestamp;
use asf_runtime::store::{Blob, Record, Table};
use serde::{Deserialize, Serialize};

use crate::kinds::Kind;

/// The tables of an account in a region.
#[derive(Clone, Debug, Store)]
#[store(service = "rds")]
pub struct RdsStore {
    /// The instances, by identifier.
    #[store(local)]
    pub instances: Table<String, Instance>,
    /// The snapshots, by identifier.
    #[store(local)]
    pub snapshots: Table<String, Snapshot>,
}

/// Tags, in their order.
pub type Tags = Vec<(String, String)>;

/// A database instance.
#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Instance {
    /// Its identifier, in small letters.
    pub id: String,
    /// `db-..`: tells it from others of the same identifier; the name of its folder.
    pub resource_id: String,
    /// What it runs, and how it is set up.
    pub setup: Setup,
    /// Where it stands.
    pub status: Status,
    /// Why it failed.
    pub failure: Option<String>,
    /// The port that it has, once it has one.
    pub port: Option<u16>,
    /// When it was made.
    pub created: Timestamp,
    /// A snapshot of it may not be needed to delete it.
    pub deletion_protection: bool,
    /// Its tags.
    pub tags: Tags,
}

/// What an instance is made with, and a snapshot remembers.
#[derive(Clone, Serialize, Deserialize)]
pub struct Setup {
    /// The engine.
    pub kind: Kind,
    /// Its version, as it was asked for.
    pub version: String,
    /// `db.t3.micro`
    pub class: String,
    /// The name of the user that may do everything.
    pub master: String,
    /// That user's password.
    pub password: String,
    /// The password of the user by whom we set things up.
    pub admin_password: String,
    /// The database that is made first.
    pub database: Option<String>,
    /// GiB.
    pub storage: i32,
    /// `gp2` and so on.
    pub storage_type: String,
    /// Up to which it grows by itself; nothing does here.
    pub max_storage: Option<i32>,
    /// Operations a second.
    pub iops: Option<i32>,
    /// The port that was asked for.
    pub wanted_port: Option<u16>,
    /// The zone.
    pub zone: String,
    /// Whether there is a second one, which is not so here.
    pub multi_az: bool,
    /// Days for which automated backups are kept, which nothing makes here.
    pub backup_days: i32,
    /// When they would be made.
    pub backup_window: String,
    /// When maintenance would be.
    pub maintenance_window: String,
    /// Minor versions come by themselves.
    pub minor_upgrades: bool,
    /// Whether it has a public address.
    pub is_public: bool,
    /// Whether its storage is said to be encrypted.
    pub is_encrypted: bool,
    /// By which key.
    pub kms_key: Option<String>,
    /// Tags go to snapshots.
    pub copy_tags: bool,
    /// The name of the subnet group.
    pub subnet_group: Option<String>,
    /// The name of the parameter group.
    pub parameter_group: Option<String>,
    /// Security groups of the VPC.
    pub security_groups: Vec<String>,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Passwords are no one's business in a log.
        f.debug_struct("Setup")
            .field("kind", &self.kind)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance")
            .field("id", &self.id)
            .field("setup", &self.setup)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Where an instance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Status {
    Creating,
    Available,
    Modifying,
    Rebooting,
    Starting,
    Stopping,
    Stopped,
    BackingUp,
    Deleting,
    Failed,
}

impl Status {
    /// As it is described.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Modifying => "modifying",
            Self::Rebooting => "rebooting",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::BackingUp => "backing-up",
            Self::Deleting => "deleting",
            Self::Failed => "failed",
        }
    }
}

/// A snapshot: what the engine's own tool wrote of all databases and users.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its identifier, in small letters.
    pub id: String,
    /// The instance that it is of.
    pub instance: String,
    /// That instance's resource id.
    pub resource_id: String,
    /// When that was made.
    pub instance_created: Timestamp,
    /// How that was set up.
    pub setup: Setup,
    /// When it was made.
    pub created: Timestamp,
    /// When the one was made that it is a copy of.
    pub original: Timestamp,
    /// The ARN of the one that it is a copy of.
    pub source: Option<String>,
    /// Where it stands.
    pub status: SnapshotStatus,
    /// The content, once it is available.
    pub content: Option<Blob>,
    /// Its tags.
    pub tags: Tags,
}

impl Record for Snapshot {
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        if let Some(content) = &mut self.content {
            visit(content);
        }
    }
}

/// Where a snapshot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum SnapshotStatus {
    Creating,
    Available,
    Failed,
}

impl SnapshotStatus {
    /// As it is described.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Failed => "failed",
        }
    }
}
