//! `UpdateTableReplicaAutoScaling`, `DescribeTableReplicaAutoScaling`: what Application Auto Scaling is to make of the
//! units of a table in its regions. It is kept and told, and nobody acts upon it.
//!
//! The words are those that were measured (quirks: DDB-TABLE-238, 242, 253, 442; the quotes are AWS's), where nothing
//! else is said.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::{AccountId, Region};

use super::DynamoProvider;
use super::addressing::no_named_table;
use super::replicas::regions;
use crate::error::{DynamoError, ErrorKind};
use crate::models::table::{BillingMode as Mode, IndexKind};
use crate::store::OpenTable;
use crate::store::records::TableRecord;
use crate::store::records::{Scaling, Scalings};
use crate::store::tables::Rebuild;

/// Percentages that a target can be.
const TARGETS: std::ops::RangeInclusive<f64> = 10.0..=90.0;

/// What scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Read,
    Write,
}

impl Dimension {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Write => "Write",
        }
    }
}

/// What a setting is of.
pub(super) struct Subject<'s> {
    pub ctx: &'s RequestContext,
    pub table: &'s str,
    /// The name of an index, or nothing for the table.
    pub index: &'s str,
    pub dimension: Dimension,
}

fn refuse<T>(message: String) -> Result<T, DynamoError> {
    Err(DynamoError::validation(message))
}

/// What Application Auto Scaling says, as DynamoDB passes it on.
fn passed_on<T>(ctx: &RequestContext, message: &str) -> Result<T, DynamoError> {
    refuse(format!(
        "{message} (Service: AWSApplicationAutoScaling; Status Code: 400; Error Code: ValidationException; Request ID: \
         {}; Proxy: null)",
        ctx.ids().uuid()
    ))
}

/// Changes a setting.
///
/// # Errors
///
/// If something is missing, or does not go together.
pub(super) fn change(
    settings: &mut Scalings,
    subject: &Subject<'_>,
    given: &AutoScalingSettingsUpdate,
) -> Result<(), DynamoError> {
    let name = subject.table;
    let current = settings.get(subject.index);
    let policy = given.scaling_policy_update.as_ref();
    let parameters = [
        ("'MaximumUnits'", given.maximum_units.is_some()),
        ("'ScalingPolicyUpdate'", policy.is_some()),
        ("'MinimumUnits'", given.minimum_units.is_some()),
    ];
    let those = |are_given: bool| {
        let those: Vec<_> =
            parameters.iter().filter(|(_, is)| *is == are_given).map(|(name, _)| *name).collect();
        those.join(", ")
    };
    if given.auto_scaling_disabled == Some(true) {
        let superfluous = those(true);
        if !superfluous.is_empty() {
            return refuse(format!(
                "Failed to update settings for global table with name ‘{name}’: Parameters {superfluous} must be left \
                 blank when disabling auto scaling."
            ));
        }
        settings.remove(subject.index);
        return Ok(());
    }
    // A policy that there is already may stay.
    let (minimum, maximum, target) = match (given.minimum_units, given.maximum_units, policy, current) {
        (Some(minimum), Some(maximum), Some(policy), _) => {
            let target = policy.target_tracking_scaling_policy_configuration.clone().unwrap_or_default();
            (minimum, maximum, Some((policy.policy_name.clone(), target)))
        }
        (Some(minimum), Some(maximum), None, Some(_)) => (minimum, maximum, None),
        _ => {
            return refuse(format!(
                "Failed to update settings for global table with name: ‘{name}’: Parameters {} are required unless auto \
                 scaling is being disabled.",
                those(false)
            ));
        }
    };
    if maximum < minimum {
        return passed_on(subject.ctx, "Maximum capacity cannot be less than minimum capacity");
    }
    let role = given.auto_scaling_role_arn.clone().or_else(|| current.and_then(|it| it.role.clone()));
    let scaling = match (target, current) {
        (None, Some(current)) => Scaling { minimum, maximum, role, ..current.clone() },
        (target, _) => {
            let (policy, target) = target.unwrap_or_default();
            let percentage = target.target_value.unwrap_or_default();
            if !TARGETS.contains(&percentage) {
                let message = format!(
                    "For predefined metric type DynamoDB{}CapacityUtilization, target value must be between '{:?}' and \
                     '{:?}', but was '{percentage:?}'.",
                    subject.dimension.name(),
                    TARGETS.start(),
                    TARGETS.end(),
                );
                return passed_on(subject.ctx, &message);
            }
            Scaling {
                minimum,
                maximum,
                role,
                policy: policy.unwrap_or_else(|| default_policy(subject)),
                target: percentage,
                disable_scale_in: target.disable_scale_in,
                scale_in_cooldown: target.scale_in_cooldown,
                scale_out_cooldown: target.scale_out_cooldown,
            }
        }
    };
    settings.insert(subject.index.to_owned(), scaling);
    Ok(())
}

fn default_policy(subject: &Subject<'_>) -> String {
    let index = if subject.index.is_empty() { String::new() } else { format!("/index/{}", subject.index) };
    format!("DynamoDB{}CapacityUtilization:table/{}{index}", subject.dimension.name(), subject.table)
}

/// A setting as it is told.
pub(super) fn shown(
    scaling: Option<&Scaling>,
    account: AccountId,
    region: &Region,
    mode: Mode,
) -> AutoScalingSettingsDescription {
    let Some(scaling) = scaling else {
        return AutoScalingSettingsDescription {
            auto_scaling_disabled: Some(true),
            scaling_policies: Some(Vec::new()),
            ..AutoScalingSettingsDescription::default()
        };
    };
    let role = scaling.role.clone().unwrap_or_else(|| {
        format!(
            "arn:{}:iam::{account}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/\
             AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
            region.partition()
        )
    });
    AutoScalingSettingsDescription {
        minimum_units: Some(scaling.minimum),
        maximum_units: Some(scaling.maximum),
        auto_scaling_disabled: (mode == Mode::PayPerRequest).then_some(true),
        auto_scaling_role_arn: Some(role),
        scaling_policies: Some(vec![AutoScalingPolicyDescription {
            policy_name: Some(scaling.policy.clone()),
            target_tracking_scaling_policy_configuration: Some(
                AutoScalingTargetTrackingScalingPolicyConfigurationDescription {
                    disable_scale_in: scaling.disable_scale_in,
                    scale_in_cooldown: scaling.scale_in_cooldown,
                    scale_out_cooldown: scaling.scale_out_cooldown,
                    target_value: Some(scaling.target),
                },
            ),
        }]),
    }
}

/// The table of a request, which has replicas of the later version.
fn find(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    name: Option<&str>,
) -> Result<OpenTable, DynamoError> {
    let address = provider.address(ctx, name)?;
    let table = provider.store.table(&address);
    let table = table.filter(|it| !it.record.replicas.is_empty() && it.record.global.is_none());
    table.ok_or_else(|| {
        let message = format!("Global table with name: '{}' does not exist.", address.name);
        DynamoError::new(ErrorKind::ResourceNotFound, message)
    })
}

fn describe_all(table: &OpenTable, status: TableStatus) -> TableAutoScalingDescription {
    let record = &table.record;
    let account = table.address.account;
    let mode = record.description.billing_mode;
    let setting = |scaling: Option<&Scaling>| Some(shown(scaling, account, &table.address.region, mode));
    let mut names = regions(table);
    names.sort_unstable();
    let replica = |name: &str| {
        let reads = record.read_scaling.get(name);
        let globals = record.description.indexes.iter().filter(|index| index.kind == IndexKind::Global);
        let indexes = globals.map(|index| ReplicaGlobalSecondaryIndexAutoScalingDescription {
            index_name: Some(index.name.clone()),
            index_status: Some(IndexStatus::Active),
            provisioned_read_capacity_auto_scaling_settings: setting(
                reads.and_then(|it| it.get(&index.name)),
            ),
            provisioned_write_capacity_auto_scaling_settings: setting(record.write_scaling.get(&index.name)),
        });
        ReplicaAutoScalingDescription {
            region_name: Some(name.to_owned()),
            global_secondary_indexes: Some(indexes.collect()),
            replica_provisioned_read_capacity_auto_scaling_settings: setting(reads.and_then(|it| it.get(""))),
            replica_provisioned_write_capacity_auto_scaling_settings: setting(record.write_scaling.get("")),
            replica_status: Some(ReplicaStatus::Active),
        }
    };
    TableAutoScalingDescription {
        table_name: Some(table.address.name.clone()),
        table_status: Some(status),
        replicas: Some(names.into_iter().map(replica).collect()),
    }
}

/// `DescribeTableReplicaAutoScaling`
pub(super) fn describe(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeTableReplicaAutoScalingInput,
) -> Result<DescribeTableReplicaAutoScalingOutput, DynamoDbError> {
    let table = find(provider, ctx, input.table_name.as_deref())?;
    let description = describe_all(&table, TableStatus::Active);
    Ok(DescribeTableReplicaAutoScalingOutput { table_auto_scaling_description: Some(description) })
}

/// `UpdateTableReplicaAutoScaling`, which answers with what was before.
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &UpdateTableReplicaAutoScalingInput,
) -> Result<UpdateTableReplicaAutoScalingOutput, DynamoDbError> {
    let table = find(provider, ctx, input.table_name.as_deref())?;
    check(&table, input)?;
    let changed = provider.store.alter(&table.address, |table| {
        let mut record = (*table.record).clone();
        change_all(ctx, &table.address.name, &mut record, input)?;
        Ok::<_, DynamoError>((record, Rebuild::default()))
    })?;
    changed.ok_or_else(|| no_named_table(&table.address))?;
    let description = describe_all(&table, TableStatus::Updating);
    Ok(UpdateTableReplicaAutoScalingOutput { table_auto_scaling_description: Some(description) })
}

fn change_all(
    ctx: &RequestContext,
    table: &str,
    record: &mut TableRecord,
    input: &UpdateTableReplicaAutoScalingInput,
) -> Result<(), DynamoError> {
    let subject = |index, dimension| Subject { ctx, table, index, dimension };
    if let Some(given) = &input.provisioned_write_capacity_auto_scaling_update {
        change(&mut record.write_scaling, &subject("", Dimension::Write), given)?;
    }
    for update in input.global_secondary_index_updates.iter().flatten() {
        if let Some(given) = &update.provisioned_write_capacity_auto_scaling_update {
            let index = update.index_name.as_deref().unwrap_or_default();
            change(&mut record.write_scaling, &subject(index, Dimension::Write), given)?;
        }
    }
    for update in input.replica_updates.iter().flatten() {
        let region = update.region_name.clone().unwrap_or_default();
        let reads = record.read_scaling.entry(region).or_default();
        if let Some(given) = &update.replica_provisioned_read_capacity_auto_scaling_update {
            change(reads, &subject("", Dimension::Read), given)?;
        }
        for update in update.replica_global_secondary_index_updates.iter().flatten() {
            if let Some(given) = &update.provisioned_read_capacity_auto_scaling_update {
                let index = update.index_name.as_deref().unwrap_or_default();
                change(reads, &subject(index, Dimension::Read), given)?;
            }
        }
    }
    record.read_scaling.retain(|_, reads| !reads.is_empty());
    Ok(())
}

/// That what is asked for is there, and can scale.
fn check(table: &OpenTable, input: &UpdateTableReplicaAutoScalingInput) -> Result<(), DynamoError> {
    let because = |why: &str| {
        format!(
            "Failed to update settings for global table with name: ‘{}’ because {why}",
            table.address.name
        )
    };
    let missing = |why: &str| Err(DynamoError::new(ErrorKind::ResourceNotFound, because(why)));
    let indexes = input.global_secondary_index_updates.as_deref().unwrap_or_default();
    let updates = input.replica_updates.as_deref().unwrap_or_default();
    if input.provisioned_write_capacity_auto_scaling_update.is_none()
        && indexes.is_empty()
        && updates.is_empty()
    {
        return refuse(because("at least one update parameter must be specified."));
    }
    let names: Vec<&str> = updates.iter().map(|it| it.region_name.as_deref().unwrap_or_default()).collect();
    let twice = names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|it| it == *name));
    if let Some((_, region)) = twice {
        return refuse(because(&format!("the regions: ‘[{region}]’ were specified more than once.")));
    }
    let there = regions(table);
    let strangers: Vec<&str> = names.iter().copied().filter(|name| !there.contains(name)).collect();
    if !strangers.is_empty() {
        return missing(&format!("a replica does not exist in regions: ‘[{}]’.", strangers.join(", ")));
    }
    let is_index = |name: &Option<String>| {
        let index = table.record.description.index(name.as_deref().unwrap_or_default());
        index.is_some_and(|it| it.kind == IndexKind::Global)
    };
    let unknown: Vec<&str> = indexes
        .iter()
        .filter(|it| !is_index(&it.index_name))
        .filter_map(|it| it.index_name.as_deref())
        .collect();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return missing(&format!("the global secondary indexes with names: ‘[{unknown}]’ do not exist."));
    }
    for (update, region) in updates.iter().zip(&names) {
        let indexes = update.replica_global_secondary_index_updates.as_deref().unwrap_or_default();
        if update.replica_provisioned_read_capacity_auto_scaling_update.is_none() && indexes.is_empty() {
            return refuse(because(&format!(
                "at least one update parameter must be specified for region: ‘{region}’."
            )));
        }
        if let Some(unknown) = indexes.iter().find(|it| !is_index(&it.index_name)) {
            let unknown = unknown.index_name.as_deref().unwrap_or_default();
            return missing(&format!(
                "a global secondary index with name: ‘{unknown}’ does not exist in region: ‘{region}’."
            ));
        }
    }
    check_mode(table, input)
}

/// That a table that is paid for by request scales no more than it does. The names of parameters are those of
/// `UpdateGlobalTableSettings`; all but that of reads are from memory.
fn check_mode(table: &OpenTable, input: &UpdateTableReplicaAutoScalingInput) -> Result<(), DynamoError> {
    if table.record.description.billing_mode != Mode::PayPerRequest {
        return Ok(());
    }
    let scales = |given: &Option<AutoScalingSettingsUpdate>| {
        given.as_ref().is_some_and(|it| it.auto_scaling_disabled != Some(true))
    };
    let indexes = input.global_secondary_index_updates.as_deref().unwrap_or_default();
    let updates = input.replica_updates.as_deref().unwrap_or_default();
    let index_reads = |it: &ReplicaAutoScalingUpdate| {
        let indexes = it.replica_global_secondary_index_updates.as_deref().unwrap_or_default();
        indexes.iter().any(|it| scales(&it.provisioned_read_capacity_auto_scaling_update))
    };
    let parameters = [
        (
            "'GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate'",
            scales(&input.provisioned_write_capacity_auto_scaling_update),
        ),
        (
            "'GlobalTableGlobalSecondaryIndexSettingsUpdate'",
            indexes.iter().any(|it| scales(&it.provisioned_write_capacity_auto_scaling_update)),
        ),
        (
            "'ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate'",
            updates.iter().any(|it| scales(&it.replica_provisioned_read_capacity_auto_scaling_update)),
        ),
        ("'ReplicaGlobalSecondaryIndexSettingsUpdate'", updates.iter().any(index_reads)),
    ];
    let given: Vec<&str> = parameters.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    if given.is_empty() {
        return Ok(());
    }
    let mut names = regions(table);
    names.sort_unstable();
    let names: Vec<_> = names.iter().map(|it| format!("'{}'", it.to_uppercase().replace('_', "-"))).collect();
    refuse(format!(
        "Failed to update global table with name ‘{}‘. Replicas {} BillingMode is PayPerRequest. You must convert table's \
         BillingMode to PROVISIONED to set parameters: {}.",
        table.address.name,
        names.join(", "),
        given.join(", ")
    ))
}
