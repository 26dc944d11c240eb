//! The provider: the operations of `DynamoDbApi` over the domain and the store. Each takes the wire's input,
//! checks what can be checked without the table, and calls the store; the impl block here is the list of them.

mod addressing;
mod backups;
mod batches;
mod calls;
mod describe;
mod encryption;
mod errors;
mod exports;
mod expressions;
mod global_settings;
mod global_tables;
mod groups;
mod imports;
mod items;
mod kinesis;
mod limits;
mod objects;
mod pages;
mod policies;
mod query;
mod replicas;
mod requests;
mod restores;
mod scaling;
mod scan;
mod select;
mod settings;
mod statements;
mod table_updates;
mod tables;
mod tags;
mod transactions;

use std::sync::{Arc, Mutex, Once, PoisonError};

use asf_api_dynamodb::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::client::Connect;
use asf_runtime::plugin::Settings;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::store::tables::remove_leftovers;
use crate::store::{DynamoStore, Store};
use crate::variables::{self, Probability};
use crate::{destinations, expiry, streams};

/// Amazon DynamoDB.
///
/// Its background work (items whose time to live is over, changes for Kinesis, what is left of deleted tables) runs on the runtime that
/// operations are called on, and ends with the provider.
#[derive(Debug)]
pub struct DynamoProvider {
    store: Arc<Store>,
    /// Deletes what expires; none until a table has such items.
    expiries: Mutex<JoinSet<()>>,
    /// Sends changes to Kinesis; none until a table has such a destination.
    sending: Mutex<JoinSet<()>>,
    /// What calls Kinesis.
    connect: Connect,
    /// Tables that need either may have been kept.
    resumed: Once,
    /// `DYNAMODB_REMOVE_EXPIRED_ITEMS`
    removes_expired: bool,
    /// `DYNAMODB_ERROR_PROBABILITY`
    errors: Probability,
    /// That, or `DYNAMODB_READ_ERROR_PROBABILITY`
    read_errors: Probability,
    /// That, or `DYNAMODB_WRITE_ERROR_PROBABILITY`
    write_errors: Probability,
}

/// Fails, as often as that (words from memory).
fn throttle(errors: Probability, ctx: &RequestContext) -> Result<(), DynamoDbError> {
    if !errors.happens(ctx.ids()) {
        return Ok(());
    }
    Err(ProvisionedThroughputExceededException::new(
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning \
         level with the UpdateTable API.",
    )
    .into())
}

impl DynamoProvider {
    /// A provider of the tables of the state.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let store = Arc::new(Store::open(settings.state()));
        let errors = Probability::of(settings, variables::ERRORS);
        Self {
            store,
            expiries: Mutex::default(),
            sending: Mutex::default(),
            connect: settings.connect(),
            resumed: Once::new(),
            removes_expired: settings.get(variables::EXPIRY).is_none() || settings.is_on(variables::EXPIRY),
            errors,
            read_errors: errors.or(Probability::of(settings, variables::READ_ERRORS)),
            write_errors: errors.or(Probability::of(settings, variables::WRITE_ERRORS)),
        }
    }

    /// All tables.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Lets what was kept go on: the first call does it, since a provider has neither time nor a runtime before.
    fn resume(&self, ctx: &RequestContext) {
        self.resumed.call_once(|| {
            streams::forget_gone(&self.store, ctx.clock().now());
            if expiry::is_any_watched(&self.store) {
                self.watch_expiries(ctx);
            }
            if destinations::are_any_active(&self.store) {
                self.send_changes(ctx);
            }
        });
    }

    /// Sees to it that what expires is deleted.
    fn watch_expiries(&self, ctx: &RequestContext) {
        if !self.removes_expired {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let mut running = self.expiries.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_empty() {
            running.spawn_on(expiry::run(self.store.clone(), ctx.environment.clock.clone()), &runtime);
        }
    }

    /// Sees to it that changes are sent to Kinesis.
    fn send_changes(&self, ctx: &RequestContext) {
        let Ok(runtime) = Handle::try_current() else { return };
        let Some(line) = self.store.line.take() else { return };
        let work = destinations::run(line, self.connect.clone(), ctx.environment.clone());
        self.sending.lock().unwrap_or_else(PoisonError::into_inner).spawn_on(work, &runtime);
    }

    /// Removes what is left of deleted tables: elsewhere, if there is somewhere else, since it may be much.
    fn remove_leftovers(&self, tables: Arc<DynamoStore>) {
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || remove_leftovers(&tables))),
            Err(_) => remove_leftovers(&tables),
        }
    }
}

#[provider(service = "dynamodb", new = DynamoProvider::new, handlers = calls::handlers)]
impl DynamoDbApi for DynamoProvider {
    #[handler("BatchExecuteStatement")]
    async fn batch_execute_statement(
        &self,
        ctx: &RequestContext,
        input: BatchExecuteStatementInput,
    ) -> Result<BatchExecuteStatementOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.errors, ctx)?;
        statements::batch(self, ctx, input)
    }

    #[handler("BatchGetItem")]
    async fn batch_get_item(
        &self,
        ctx: &RequestContext,
        input: BatchGetItemInput,
    ) -> Result<BatchGetItemOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.read_errors, ctx)?;
        batches::get(self, ctx, input).map(Into::into)
    }

    #[handler("BatchWriteItem")]
    async fn batch_write_item(
        &self,
        ctx: &RequestContext,
        input: BatchWriteItemInput,
    ) -> Result<BatchWriteItemOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.write_errors, ctx)?;
        batches::write(self, ctx, input)
    }

    #[handler("CreateBackup")]
    async fn create_backup(
        &self,
        ctx: &RequestContext,
        input: CreateBackupInput,
    ) -> Result<CreateBackupOutput, DynamoDbError> {
        self.resume(ctx);
        backups::create(self, ctx, input)
    }

    #[handler("CreateGlobalTable")]
    async fn create_global_table(
        &self,
        ctx: &RequestContext,
        input: CreateGlobalTableInput,
    ) -> Result<CreateGlobalTableOutput, DynamoDbError> {
        self.resume(ctx);
        global_tables::create(self, ctx, input)
    }

    #[handler("CreateTable")]
    async fn create_table(
        &self,
        ctx: &RequestContext,
        input: CreateTableInput,
    ) -> Result<CreateTableOutput, DynamoDbError> {
        self.resume(ctx);
        tables::create(self, ctx, input)
    }

    #[handler("DeleteBackup")]
    async fn delete_backup(
        &self,
        ctx: &RequestContext,
        input: DeleteBackupInput,
    ) -> Result<DeleteBackupOutput, DynamoDbError> {
        self.resume(ctx);
        backups::delete(self, &input)
    }

    #[handler("DeleteItem")]
    async fn delete_item(
        &self,
        ctx: &RequestContext,
        input: DeleteItemInput,
    ) -> Result<DeleteItemOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.write_errors, ctx)?;
        items::delete(self, ctx, input.into()).map(Into::into)
    }

    #[handler("DeleteResourcePolicy")]
    async fn delete_resource_policy(
        &self,
        ctx: &RequestContext,
        input: DeleteResourcePolicyInput,
    ) -> Result<DeleteResourcePolicyOutput, DynamoDbError> {
        self.resume(ctx);
        policies::delete(self, input)
    }

    #[handler("DeleteTable")]
    async fn delete_table(
        &self,
        ctx: &RequestContext,
        input: DeleteTableInput,
    ) -> Result<DeleteTableOutput, DynamoDbError> {
        self.resume(ctx);
        tables::delete(self, ctx, &input)
    }

    #[handler("DescribeBackup")]
    async fn describe_backup(
        &self,
        ctx: &RequestContext,
        input: DescribeBackupInput,
    ) -> Result<DescribeBackupOutput, DynamoDbError> {
        self.resume(ctx);
        backups::describe(self, &input)
    }

    #[handler("DescribeContinuousBackups")]
    async fn describe_continuous_backups(
        &self,
        ctx: &RequestContext,
        input: DescribeContinuousBackupsInput,
    ) -> Result<DescribeContinuousBackupsOutput, DynamoDbError> {
        self.resume(ctx);
        settings::describe_backups(self, ctx, &input)
    }

    #[handler("DescribeContributorInsights")]
    async fn describe_contributor_insights(
        &self,
        ctx: &RequestContext,
        input: DescribeContributorInsightsInput,
    ) -> Result<DescribeContributorInsightsOutput, DynamoDbError> {
        self.resume(ctx);
        settings::describe_insights(self, ctx, input)
    }

    #[handler("DescribeEndpoints")]
    async fn describe_endpoints(
        &self,
        ctx: &RequestContext,
        _input: DescribeEndpointsRequest,
    ) -> Result<DescribeEndpointsResponse, DynamoDbError> {
        self.resume(ctx);
        Ok(limits::endpoints(ctx))
    }

    #[handler("DescribeExport")]
    async fn describe_export(
        &self,
        ctx: &RequestContext,
        input: DescribeExportInput,
    ) -> Result<DescribeExportOutput, DynamoDbError> {
        self.resume(ctx);
        exports::describe(self, &input)
    }

    #[handler("DescribeGlobalTable")]
    async fn describe_global_table(
        &self,
        ctx: &RequestContext,
        input: DescribeGlobalTableInput,
    ) -> Result<DescribeGlobalTableOutput, DynamoDbError> {
        self.resume(ctx);
        global_tables::describe(self, ctx, &input)
    }

    #[handler("DescribeGlobalTableSettings")]
    async fn describe_global_table_settings(
        &self,
        ctx: &RequestContext,
        input: DescribeGlobalTableSettingsInput,
    ) -> Result<DescribeGlobalTableSettingsOutput, DynamoDbError> {
        self.resume(ctx);
        global_settings::describe(self, ctx, &input)
    }

    #[handler("DescribeImport")]
    async fn describe_import(
        &self,
        ctx: &RequestContext,
        input: DescribeImportInput,
    ) -> Result<DescribeImportOutput, DynamoDbError> {
        self.resume(ctx);
        imports::describe(self, &input)
    }

    #[handler("DescribeKinesisStreamingDestination")]
    async fn describe_kinesis_streaming_destination(
        &self,
        ctx: &RequestContext,
        input: DescribeKinesisStreamingDestinationInput,
    ) -> Result<DescribeKinesisStreamingDestinationOutput, DynamoDbError> {
        self.resume(ctx);
        kinesis::describe(self, ctx, &input)
    }

    #[handler("DescribeLimits")]
    async fn describe_limits(
        &self,
        ctx: &RequestContext,
        _input: DescribeLimitsInput,
    ) -> Result<DescribeLimitsOutput, DynamoDbError> {
        self.resume(ctx);
        Ok(limits::describe())
    }

    #[handler("DescribeTable")]
    async fn describe_table(
        &self,
        ctx: &RequestContext,
        input: DescribeTableInput,
    ) -> Result<DescribeTableOutput, DynamoDbError> {
        self.resume(ctx);
        tables::describe(self, ctx, &input)
    }

    #[handler("DescribeTableReplicaAutoScaling")]
    async fn describe_table_replica_auto_scaling(
        &self,
        ctx: &RequestContext,
        input: DescribeTableReplicaAutoScalingInput,
    ) -> Result<DescribeTableReplicaAutoScalingOutput, DynamoDbError> {
        self.resume(ctx);
        scaling::describe(self, ctx, &input)
    }

    #[handler("DescribeTimeToLive")]
    async fn describe_time_to_live(
        &self,
        ctx: &RequestContext,
        input: DescribeTimeToLiveInput,
    ) -> Result<DescribeTimeToLiveOutput, DynamoDbError> {
        self.resume(ctx);
        settings::describe_time_to_live(self, ctx, &input)
    }

    #[handler("DisableKinesisStreamingDestination")]
    async fn disable_kinesis_streaming_destination(
        &self,
        ctx: &RequestContext,
        input: KinesisStreamingDestinationInput,
    ) -> Result<KinesisStreamingDestinationOutput, DynamoDbError> {
        self.resume(ctx);
        kinesis::disable(self, ctx, input)
    }

    #[handler("EnableKinesisStreamingDestination")]
    async fn enable_kinesis_streaming_destination(
        &self,
        ctx: &RequestContext,
        input: KinesisStreamingDestinationInput,
    ) -> Result<KinesisStreamingDestinationOutput, DynamoDbError> {
        self.resume(ctx);
        kinesis::enable(self, ctx, input)
    }

    #[handler("ExecuteStatement")]
    async fn execute_statement(
        &self,
        ctx: &RequestContext,
        input: ExecuteStatementInput,
    ) -> Result<ExecuteStatementOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.errors, ctx)?;
        statements::execute(self, ctx, input)
    }

    #[handler("ExecuteTransaction")]
    async fn execute_transaction(
        &self,
        ctx: &RequestContext,
        input: ExecuteTransactionInput,
    ) -> Result<ExecuteTransactionOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.errors, ctx)?;
        statements::transaction(self, ctx, input)
    }

    #[handler("ExportTableToPointInTime")]
    async fn export_table_to_point_in_time(
        &self,
        ctx: &RequestContext,
        input: ExportTableToPointInTimeInput,
    ) -> Result<ExportTableToPointInTimeOutput, DynamoDbError> {
        self.resume(ctx);
        exports::export(self, ctx, input).await
    }

    #[handler("GetItem")]
    async fn get_item(
        &self,
        ctx: &RequestContext,
        input: GetItemInput,
    ) -> Result<GetItemOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.read_errors, ctx)?;
        items::get(self, ctx, input.into()).map(Into::into)
    }

    #[handler("GetResourcePolicy")]
    async fn get_resource_policy(
        &self,
        ctx: &RequestContext,
        input: GetResourcePolicyInput,
    ) -> Result<GetResourcePolicyOutput, DynamoDbError> {
        self.resume(ctx);
        policies::get(self, input)
    }

    #[handler("ImportTable")]
    async fn import_table(
        &self,
        ctx: &RequestContext,
        input: ImportTableInput,
    ) -> Result<ImportTableOutput, DynamoDbError> {
        self.resume(ctx);
        imports::import(self, ctx, input).await
    }

    #[handler("ListBackups")]
    async fn list_backups(
        &self,
        ctx: &RequestContext,
        input: ListBackupsInput,
    ) -> Result<ListBackupsOutput, DynamoDbError> {
        self.resume(ctx);
        backups::list(self, ctx, &input)
    }

    #[handler("ListContributorInsights")]
    async fn list_contributor_insights(
        &self,
        ctx: &RequestContext,
        input: ListContributorInsightsInput,
    ) -> Result<ListContributorInsightsOutput, DynamoDbError> {
        self.resume(ctx);
        settings::list_insights(self, ctx, &input)
    }

    #[handler("ListExports")]
    async fn list_exports(
        &self,
        ctx: &RequestContext,
        input: ListExportsInput,
    ) -> Result<ListExportsOutput, DynamoDbError> {
        self.resume(ctx);
        exports::list(self, ctx, &input)
    }

    #[handler("ListGlobalTables")]
    async fn list_global_tables(
        &self,
        ctx: &RequestContext,
        input: ListGlobalTablesInput,
    ) -> Result<ListGlobalTablesOutput, DynamoDbError> {
        self.resume(ctx);
        Ok(global_tables::list(self, ctx, &input))
    }

    #[handler("ListImports")]
    async fn list_imports(
        &self,
        ctx: &RequestContext,
        input: ListImportsInput,
    ) -> Result<ListImportsOutput, DynamoDbError> {
        self.resume(ctx);
        imports::list(self, ctx, &input)
    }

    #[handler("ListTables")]
    async fn list_tables(
        &self,
        ctx: &RequestContext,
        input: ListTablesInput,
    ) -> Result<ListTablesOutput, DynamoDbError> {
        self.resume(ctx);
        Ok(tables::list(self, ctx, &input))
    }

    #[handler("ListTagsOfResource")]
    async fn list_tags_of_resource(
        &self,
        ctx: &RequestContext,
        input: ListTagsOfResourceInput,
    ) -> Result<ListTagsOfResourceOutput, DynamoDbError> {
        self.resume(ctx);
        tags::list(self, &input)
    }

    #[handler("PutItem")]
    async fn put_item(
        &self,
        ctx: &RequestContext,
        input: PutItemInput,
    ) -> Result<PutItemOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.write_errors, ctx)?;
        items::put(self, ctx, input.into()).map(Into::into)
    }

    #[handler("PutResourcePolicy")]
    async fn put_resource_policy(
        &self,
        ctx: &RequestContext,
        input: PutResourcePolicyInput,
    ) -> Result<PutResourcePolicyOutput, DynamoDbError> {
        self.resume(ctx);
        policies::put(self, ctx, input)
    }

    #[handler("Query")]
    async fn query(&self, ctx: &RequestContext, input: QueryInput) -> Result<QueryOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.read_errors, ctx)?;
        query::query(self, ctx, input.into()).map(Into::into)
    }

    #[handler("RestoreTableFromBackup")]
    async fn restore_table_from_backup(
        &self,
        ctx: &RequestContext,
        input: RestoreTableFromBackupInput,
    ) -> Result<RestoreTableFromBackupOutput, DynamoDbError> {
        self.resume(ctx);
        restores::from_backup(self, ctx, input)
    }

    #[handler("RestoreTableToPointInTime")]
    async fn restore_table_to_point_in_time(
        &self,
        ctx: &RequestContext,
        input: RestoreTableToPointInTimeInput,
    ) -> Result<RestoreTableToPointInTimeOutput, DynamoDbError> {
        self.resume(ctx);
        restores::to_point_in_time(self, ctx, input)
    }

    #[handler("Scan")]
    async fn scan(&self, ctx: &RequestContext, input: ScanInput) -> Result<ScanOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.read_errors, ctx)?;
        scan::scan(self, ctx, input.into()).map(Into::into)
    }

    #[handler("TagResource")]
    async fn tag_resource(&self, ctx: &RequestContext, input: TagResourceInput) -> Result<(), DynamoDbError> {
        self.resume(ctx);
        tags::tag(self, input)
    }

    #[handler("TransactGetItems")]
    async fn transact_get_items(
        &self,
        ctx: &RequestContext,
        input: TransactGetItemsInput,
    ) -> Result<TransactGetItemsOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.read_errors, ctx)?;
        transactions::get(self, ctx, input).map(Into::into)
    }

    #[handler("TransactWriteItems")]
    async fn transact_write_items(
        &self,
        ctx: &RequestContext,
        input: TransactWriteItemsInput,
    ) -> Result<TransactWriteItemsOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.write_errors, ctx)?;
        transactions::write(self, ctx, input)
    }

    #[handler("UntagResource")]
    async fn untag_resource(
        &self,
        ctx: &RequestContext,
        input: UntagResourceInput,
    ) -> Result<(), DynamoDbError> {
        self.resume(ctx);
        tags::untag(self, input)
    }

    #[handler("UpdateContinuousBackups")]
    async fn update_continuous_backups(
        &self,
        ctx: &RequestContext,
        input: UpdateContinuousBackupsInput,
    ) -> Result<UpdateContinuousBackupsOutput, DynamoDbError> {
        self.resume(ctx);
        settings::update_backups(self, ctx, input)
    }

    #[handler("UpdateContributorInsights")]
    async fn update_contributor_insights(
        &self,
        ctx: &RequestContext,
        input: UpdateContributorInsightsInput,
    ) -> Result<UpdateContributorInsightsOutput, DynamoDbError> {
        self.resume(ctx);
        settings::update_insights(self, ctx, input)
    }

    #[handler("UpdateGlobalTable")]
    async fn update_global_table(
        &self,
        ctx: &RequestContext,
        input: UpdateGlobalTableInput,
    ) -> Result<UpdateGlobalTableOutput, DynamoDbError> {
        self.resume(ctx);
        global_tables::update(self, ctx, input)
    }

    #[handler("UpdateGlobalTableSettings")]
    async fn update_global_table_settings(
        &self,
        ctx: &RequestContext,
        input: UpdateGlobalTableSettingsInput,
    ) -> Result<UpdateGlobalTableSettingsOutput, DynamoDbError> {
        self.resume(ctx);
        global_settings::update(self, ctx, &input)
    }

    #[handler("UpdateItem")]
    async fn update_item(
        &self,
        ctx: &RequestContext,
        input: UpdateItemInput,
    ) -> Result<UpdateItemOutput, DynamoDbError> {
        self.resume(ctx);
        throttle(self.write_errors, ctx)?;
        items::update(self, ctx, input.into()).map(Into::into)
    }

    #[handler("UpdateKinesisStreamingDestination")]
    async fn update_kinesis_streaming_destination(
        &self,
        ctx: &RequestContext,
        input: UpdateKinesisStreamingDestinationInput,
    ) -> Result<UpdateKinesisStreamingDestinationOutput, DynamoDbError> {
        self.resume(ctx);
        kinesis::update(self, ctx, input)
    }

    #[handler("UpdateTable")]
    async fn update_table(
        &self,
        ctx: &RequestContext,
        input: UpdateTableInput,
    ) -> Result<UpdateTableOutput, DynamoDbError> {
        self.resume(ctx);
        table_updates::update(self, ctx, &input)
    }

    #[handler("UpdateTableReplicaAutoScaling")]
    async fn update_table_replica_auto_scaling(
        &self,
        ctx: &RequestContext,
        input: UpdateTableReplicaAutoScalingInput,
    ) -> Result<UpdateTableReplicaAutoScalingOutput, DynamoDbError> {
        self.resume(ctx);
        scaling::update(self, ctx, &input)
    }

    #[handler("UpdateTimeToLive")]
    async fn update_time_to_live(
        &self,
        ctx: &RequestContext,
        input: UpdateTimeToLiveInput,
    ) -> Result<UpdateTimeToLiveOutput, DynamoDbError> {
        self.resume(ctx);
        settings::update_time_to_live(self, ctx, input)
    }
}
