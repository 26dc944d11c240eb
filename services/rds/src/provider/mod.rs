//! The provider: the operations of `RdsApi` over instances and their servers. What is not here, the service's other
//! backends may have.

mod catalogue;
mod changes;
mod creation;
mod instances;
mod snapshots;
mod tags;
mod wire;

use std::sync::Arc;

use asf_api_rds::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::identity::Arn;
use asf_runtime::plugin::Settings;
use asf_runtime::public_url::PublicUrl;

use crate::error::no_instance;
use crate::fleet::{Fleet, Place};
use crate::models::{Instance, RdsStore};

/// Amazon RDS: instances of PostgreSQL and MariaDB.
#[derive(Debug)]
pub struct RdsProvider {
    fleet: Arc<Fleet>,
    public: PublicUrl,
}

impl RdsProvider {
    /// A provider over the instances of a state, none of which runs yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { fleet: Arc::new(Fleet::new(settings)), public: PublicUrl::of(settings) }
    }

    /// The servers behind the instances.
    #[must_use]
    pub fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
    }

    /// The tables of the caller; what was kept comes back with the first call, if it did not before.
    fn store(&self, ctx: &RequestContext) -> RdsStore {
        self.fleet.resume();
        self.fleet.stores().at(ctx.account_id, &ctx.region)
    }

    /// The instance of an identifier or ARN, in any case of letters.
    fn instance(&self, ctx: &RequestContext, id: &str) -> Result<Arc<Instance>, RdsError> {
        let key = named(id, "db");
        self.store(ctx).instances.get(&key).ok_or_else(|| no_instance(id))
    }

    fn place(&self, ctx: &RequestContext, instance: &Instance) -> Place {
        Place {
            account: ctx.account_id,
            region: ctx.region.clone(),
            id: instance.id.clone(),
            resource_id: instance.resource_id.clone(),
        }
    }
}

/// `arn:aws:rds:us-east-1:000000000000:db:shop`
fn arn(ctx: &RequestContext, kind: &str, id: &str) -> String {
    Arn {
        partition: ctx.partition().to_string(),
        service: "rds".to_owned(),
        region: ctx.region.to_string(),
        account: ctx.account_id.to_string(),
        resource: format!("{kind}:{id}"),
    }
    .to_string()
}

/// The identifier that a text is, or has as an ARN of a kind; identifiers have small letters.
fn named(text: &str, kind: &str) -> String {
    let of_arn = text.parse::<Arn>().ok().filter(|it| it.service == "rds");
    let of_arn =
        of_arn.and_then(|it| Some(it.resource.strip_prefix(kind)?.strip_prefix(':')?.to_ascii_lowercase()));
    of_arn.unwrap_or_else(|| text.to_ascii_lowercase())
}

#[provider(service = "rds", new = RdsProvider::new, validation = None)]
impl RdsApi for RdsProvider {
    #[handler("AddTagsToResource")]
    async fn add_tags_to_resource(
        &self,
        ctx: &RequestContext,
        input: AddTagsToResourceMessage,
    ) -> Result<(), RdsError> {
        tags::add(self, ctx, input)
    }

    #[handler("CopyDBSnapshot")]
    async fn copy_db_snapshot(
        &self,
        ctx: &RequestContext,
        input: CopyDbSnapshotMessage,
    ) -> Result<CopyDbSnapshotResult, RdsError> {
        snapshots::copy(self, ctx, input)
    }

    #[handler("CreateDBInstance")]
    async fn create_db_instance(
        &self,
        ctx: &RequestContext,
        input: CreateDbInstanceMessage,
    ) -> Result<CreateDbInstanceResult, RdsError> {
        creation::create(self, ctx, input).await
    }

    #[handler("CreateDBSnapshot")]
    async fn create_db_snapshot(
        &self,
        ctx: &RequestContext,
        input: CreateDbSnapshotMessage,
    ) -> Result<CreateDbSnapshotResult, RdsError> {
        snapshots::create(self, ctx, input)
    }

    #[handler("DeleteDBInstance")]
    async fn delete_db_instance(
        &self,
        ctx: &RequestContext,
        input: DeleteDbInstanceMessage,
    ) -> Result<DeleteDbInstanceResult, RdsError> {
        changes::delete(self, ctx, input)
    }

    #[handler("DeleteDBSnapshot")]
    async fn delete_db_snapshot(
        &self,
        ctx: &RequestContext,
        input: DeleteDbSnapshotMessage,
    ) -> Result<DeleteDbSnapshotResult, RdsError> {
        snapshots::delete(self, ctx, input)
    }

    #[handler("DescribeDBEngineVersions")]
    async fn describe_db_engine_versions(
        &self,
        _ctx: &RequestContext,
        input: DescribeDbEngineVersionsMessage,
    ) -> Result<DbEngineVersionMessage, RdsError> {
        catalogue::versions(&input)
    }

    #[handler("DescribeDBInstances")]
    async fn describe_db_instances(
        &self,
        ctx: &RequestContext,
        input: DescribeDbInstancesMessage,
    ) -> Result<DbInstanceMessage, RdsError> {
        instances::describe(self, ctx, input)
    }

    #[handler("DescribeDBSnapshots")]
    async fn describe_db_snapshots(
        &self,
        ctx: &RequestContext,
        input: DescribeDbSnapshotsMessage,
    ) -> Result<DbSnapshotMessage, RdsError> {
        snapshots::describe(self, ctx, input)
    }

    #[handler("DescribeOrderableDBInstanceOptions")]
    async fn describe_orderable_db_instance_options(
        &self,
        ctx: &RequestContext,
        input: DescribeOrderableDbInstanceOptionsMessage,
    ) -> Result<OrderableDbInstanceOptionsMessage, RdsError> {
        catalogue::options(ctx, &input)
    }

    #[handler("ListTagsForResource")]
    async fn list_tags_for_resource(
        &self,
        ctx: &RequestContext,
        input: ListTagsForResourceMessage,
    ) -> Result<TagListMessage, RdsError> {
        tags::list(self, ctx, input)
    }

    #[handler("ModifyDBInstance")]
    async fn modify_db_instance(
        &self,
        ctx: &RequestContext,
        input: ModifyDbInstanceMessage,
    ) -> Result<ModifyDbInstanceResult, RdsError> {
        changes::modify(self, ctx, input)
    }

    #[handler("RebootDBInstance")]
    async fn reboot_db_instance(
        &self,
        ctx: &RequestContext,
        input: RebootDbInstanceMessage,
    ) -> Result<RebootDbInstanceResult, RdsError> {
        changes::reboot(self, ctx, input)
    }

    #[handler("RemoveTagsFromResource")]
    async fn remove_tags_from_resource(
        &self,
        ctx: &RequestContext,
        input: RemoveTagsFromResourceMessage,
    ) -> Result<(), RdsError> {
        tags::remove(self, ctx, input)
    }

    #[handler("RestoreDBInstanceFromDBSnapshot")]
    async fn restore_db_instance_from_db_snapshot(
        &self,
        ctx: &RequestContext,
        input: RestoreDbInstanceFromDbSnapshotMessage,
    ) -> Result<RestoreDbInstanceFromDbSnapshotResult, RdsError> {
        creation::restore(self, ctx, input)
    }

    #[handler("StartDBInstance")]
    async fn start_db_instance(
        &self,
        ctx: &RequestContext,
        input: StartDbInstanceMessage,
    ) -> Result<StartDbInstanceResult, RdsError> {
        changes::start(self, ctx, input)
    }

    #[handler("StopDBInstance")]
    async fn stop_db_instance(
        &self,
        ctx: &RequestContext,
        input: StopDbInstanceMessage,
    ) -> Result<StopDbInstanceResult, RdsError> {
        changes::stop(self, ctx, input)
    }
}
