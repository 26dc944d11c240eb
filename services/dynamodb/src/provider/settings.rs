//! What is set of a table beside its description: `UpdateTimeToLive`, `UpdateContinuousBackups`, contributor insights.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;

use super::DynamoProvider;
use super::addressing::no_named_table;
use crate::error::DynamoError;
use crate::models::table::IndexKind;
use crate::store::OpenTable;
use crate::store::records::{Insights, Recovery, TableRecord};
use crate::store::tables::Rebuild;

impl DynamoProvider {
    /// Changes the record of a table.
    pub(super) fn change(
        &self,
        ctx: &RequestContext,
        name: Option<&str>,
        change: impl FnOnce(&mut TableRecord) -> Result<Rebuild, DynamoError>,
    ) -> Result<OpenTable, DynamoError> {
        let address = self.address(ctx, name)?;
        let changed = self.store.alter(&address, |table| {
            let mut record = (*table.record).clone();
            let rebuild = change(&mut record)?;
            Ok::<_, DynamoError>((record, rebuild))
        })?;
        changed.ok_or_else(|| no_named_table(&address))
    }
}

/// `UpdateTimeToLive`. Words are (quirks: DDB-TABLE-146, 442); that another change has to wait for half an hour is
/// nothing for tests.
pub(super) fn update_time_to_live(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: UpdateTimeToLiveInput,
) -> Result<UpdateTimeToLiveOutput, DynamoDbError> {
    let wanted = input.time_to_live_specification.unwrap_or_default();
    let attribute = wanted.attribute_name.clone().unwrap_or_default();
    let enabled = wanted.enabled == Some(true);
    provider.change(ctx, input.table_name.as_deref(), |record| {
        match (&record.time_to_live, enabled) {
            (Some(current), true) if *current == attribute => {
                return Err(DynamoError::validation("TimeToLive is already enabled"));
            }
            (None, false) => return Err(DynamoError::validation("TimeToLive is already disabled")),
            (Some(current), _) if *current != attribute => {
                return Err(DynamoError::validation(format!(
                    "TimeToLive is active on a different AttributeName: current AttributeName is {current}"
                )));
            }
            _ => {}
        }
        record.time_to_live = enabled.then_some(attribute);
        Ok(Rebuild { expiry: true, ..Rebuild::default() })
    })?;
    provider.watch_expiries(ctx);
    Ok(UpdateTimeToLiveOutput { time_to_live_specification: Some(wanted) })
}

/// `DescribeTimeToLive`
pub(super) fn describe_time_to_live(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeTimeToLiveInput,
) -> Result<DescribeTimeToLiveOutput, DynamoDbError> {
    let table = provider.named_table(ctx, input.table_name.as_deref())?;
    let attribute = table.record.time_to_live.clone();
    let status = if attribute.is_some() { TimeToLiveStatus::Enabled } else { TimeToLiveStatus::Disabled };
    let description = TimeToLiveDescription { time_to_live_status: Some(status), attribute_name: attribute };
    Ok(DescribeTimeToLiveOutput { time_to_live_description: Some(description) })
}

/// Days for which a table can be restored, unless it is said (test_dynamodb::TestDynamoDB::test_continuous_backup_update).
const RECOVERY_DAYS: i32 = 35;

/// `UpdateContinuousBackups`
pub(super) fn update_backups(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: UpdateContinuousBackupsInput,
) -> Result<UpdateContinuousBackupsOutput, DynamoDbError> {
    let wanted = input.point_in_time_recovery_specification.unwrap_or_default();
    if wanted.point_in_time_recovery_enabled == Some(false) && wanted.recovery_period_in_days.is_some() {
        // (quirks: DDB-TABLE-442)
        return Err(DynamoError::validation(
            "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.",
        )
        .into());
    }
    let now = ctx.clock().now();
    let changed = provider.change(ctx, input.table_name.as_deref(), |record| {
        let since = record.recovery.map_or(now, |it| it.since);
        let days = wanted.recovery_period_in_days.or(record.recovery.map(|it| it.days));
        let recovery = Recovery { since, days: days.unwrap_or(RECOVERY_DAYS) };
        record.recovery = (wanted.point_in_time_recovery_enabled == Some(true)).then_some(recovery);
        Ok(Rebuild::default())
    });
    let table = changed.map_err(|error| table_not_found(error, input.table_name.as_deref()))?;
    Ok(UpdateContinuousBackupsOutput { continuous_backups_description: Some(backups(ctx, &table.record)) })
}

/// `DescribeContinuousBackups`
pub(super) fn describe_backups(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeContinuousBackupsInput,
) -> Result<DescribeContinuousBackupsOutput, DynamoDbError> {
    let table = provider.named_table(ctx, input.table_name.as_deref());
    let table = table.map_err(|error| table_not_found(error, input.table_name.as_deref()))?;
    Ok(DescribeContinuousBackupsOutput { continuous_backups_description: Some(backups(ctx, &table.record)) })
}

/// Operations on backups have an error of their own for this (quirks: DDB-TABLE-447).
pub(super) fn table_not_found(error: DynamoError, name: Option<&str>) -> DynamoDbError {
    if error.kind == crate::error::ErrorKind::ResourceNotFound {
        return TableNotFoundException::new(format!("Table not found: {}", name.unwrap_or_default())).into();
    }
    error.into()
}

fn backups(ctx: &RequestContext, record: &TableRecord) -> ContinuousBackupsDescription {
    let now = ctx.clock().now();
    let description = match &record.recovery {
        Some(recovery) => PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some(PointInTimeRecoveryStatus::Enabled),
            recovery_period_in_days: Some(recovery.days),
            earliest_restorable_date_time: Some(recovery.earliest(now)),
            latest_restorable_date_time: Some(now),
        },
        None => PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some(PointInTimeRecoveryStatus::Disabled),
            ..PointInTimeRecoveryDescription::default()
        },
    };
    ContinuousBackupsDescription {
        continuous_backups_status: Some(ContinuousBackupsStatus::Enabled),
        point_in_time_recovery_description: Some(description),
    }
}

/// `UpdateContributorInsights`. They are kept, and have no rules. What is so already stays as it is (quirks:
/// DDB-TABLE-091).
pub(super) fn update_insights(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: UpdateContributorInsightsInput,
) -> Result<UpdateContributorInsightsOutput, DynamoDbError> {
    let enabled = input.contributor_insights_action == Some(ContributorInsightsAction::Enable);
    let mode = input.contributor_insights_mode.clone().unwrap_or(MODE);
    let index = input.index_name.clone().unwrap_or_default();
    let now = ctx.clock().now();
    let mut status = ContributorInsightsStatus::Disabled;
    let table = provider.change(ctx, input.table_name.as_deref(), |record| {
        check_index(record, &index)?;
        let current = record.insights.get(&index);
        let was = current.is_some_and(|it| it.enabled);
        let is_same = current.and_then(|it| it.mode.as_deref()) == Some(mode.as_str());
        status = match (was, enabled) {
            (true, true) if is_same => ContributorInsightsStatus::Enabled,
            (_, true) => ContributorInsightsStatus::Enabling,
            (true, false) => ContributorInsightsStatus::Disabling,
            (false, false) => return Ok(Rebuild::default()),
        };
        let mode = Some(mode.as_str().to_owned());
        record.insights.insert(index.clone(), Insights { enabled, mode, changed: now });
        Ok(Rebuild::default())
    })?;
    Ok(UpdateContributorInsightsOutput {
        table_name: Some(table.address.name),
        index_name: input.index_name,
        contributor_insights_status: Some(status),
        contributor_insights_mode: input.contributor_insights_mode,
    })
}

/// What is looked at, unless it is said (quirks: DDB-TABLE-341).
const MODE: ContributorInsightsMode = ContributorInsightsMode::AccessedAndThrottledKeys;

/// That there is such a global index (quirks: DDB-TABLE-094, 446).
fn check_index(record: &TableRecord, index: &str) -> Result<(), DynamoError> {
    let found = record.description.index(index).filter(|it| it.kind == IndexKind::Global);
    if index.is_empty() || found.is_some() {
        return Ok(());
    }
    Err(DynamoError::new(
        crate::error::ErrorKind::ResourceNotFound,
        format!(
            "Requested resource not found: Index: {index} not found for table: {}",
            record.description.name
        ),
    ))
}

/// `DescribeContributorInsights` (test_dynamodb::TestDynamoDB::test_dynamodb_describe_contributor_insights)
pub(super) fn describe_insights(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: DescribeContributorInsightsInput,
) -> Result<DescribeContributorInsightsOutput, DynamoDbError> {
    let table = provider.named_table(ctx, input.table_name.as_deref())?;
    let index = input.index_name.clone().unwrap_or_default();
    check_index(&table.record, &index)?;
    let insights = table.record.insights.get(&index);
    Ok(DescribeContributorInsightsOutput {
        table_name: Some(table.address.name.clone()),
        index_name: input.index_name,
        contributor_insights_status: Some(insights_status(insights)),
        last_update_date_time: insights.map(|it| it.changed),
        contributor_insights_mode: insights.and_then(|it| it.mode.as_deref()).map(Into::into),
        ..DescribeContributorInsightsOutput::default()
    })
}

fn insights_status(insights: Option<&Insights>) -> ContributorInsightsStatus {
    match insights {
        Some(Insights { enabled: true, .. }) => ContributorInsightsStatus::Enabled,
        _ => ContributorInsightsStatus::Disabled,
    }
}

/// `ListContributorInsights`, in one page: of a table, or of all, where they are on (quirks: DDB-TABLE-343).
pub(super) fn list_insights(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &ListContributorInsightsInput,
) -> Result<ListContributorInsightsOutput, DynamoDbError> {
    let records = match &input.table_name {
        Some(name) => vec![provider.named_table(ctx, Some(name))?.record],
        None => {
            let tables = provider.store.at(ctx.account_id, &ctx.region).tables.clone();
            tables.range(.., usize::MAX).into_iter().map(|(_, record)| record).collect()
        }
    };
    let summaries = records.iter().flat_map(|record| {
        record.insights.iter().filter(|(_, insights)| insights.enabled).map(|(index, insights)| {
            ContributorInsightsSummary {
                table_name: Some(record.description.name.clone()),
                index_name: Some(index.clone()).filter(|index| !index.is_empty()),
                contributor_insights_status: Some(insights_status(Some(insights))),
                contributor_insights_mode: insights.mode.as_deref().map(Into::into),
            }
        })
    });
    Ok(ListContributorInsightsOutput {
        contributor_insights_summaries: Some(summaries.collect()),
        next_token: None,
    })
}
