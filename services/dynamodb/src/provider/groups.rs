//! How replicas come and go together: one at a time, but for groups that are strongly consistent.

use asf_api_dynamodb::*;
use asf_runtime::identity::Region;

use super::replicas::Action;
use crate::error::DynamoError;
use crate::store::records::StrongGroup;
use crate::store::records::TableRecord;

/// Of a group that ends only whole (quirks: DDB-TABLE-260).
pub(super) const STRONG_DELETE: &str = "Deletion of only one table replica is not supported for global tables with \
                             MultiRegionConsistency set to STRONG.";

/// How many regions come or go at once: one, but for groups that are strongly consistent, which are made and ended
/// whole. The group that is made, if it is such a one (quirks: DDB-TABLE-202, 257, 260, 261, 265).
pub(super) fn check_group(
    record: &TableRecord,
    called: &Region,
    actions: &[(Region, Action<'_>)],
    input: &UpdateTableInput,
) -> Result<Option<StrongGroup>, DynamoError> {
    let refuse = |reason: &str| Err(DynamoError::validation(reason));
    let witnesses = input.global_table_witness_updates.as_deref().unwrap_or_default();
    let created = witnesses.iter().find_map(|it| it.create.as_ref()?.region_name.as_deref());
    let deleted = witnesses.iter().find_map(|it| it.delete.as_ref()?.region_name.as_deref());
    let mut creates: Vec<&Region> = Vec::new();
    for (region, _) in actions.iter().filter(|(_, action)| matches!(action, Action::Create(_))) {
        // The same twice is once.
        if !creates.contains(&region) {
            creates.push(region);
        }
    }
    let deletes = actions.iter().filter(|(_, action)| matches!(action, Action::Delete)).count();
    let wants_strong = input.multi_region_consistency == Some(MultiRegionConsistency::Strong);
    if let Some(group) = &record.strong {
        if wants_strong && deletes > 0 {
            return refuse(
                "Only Replica Create actions are supported when MultiRegionConsistency parameter is provided.",
            );
        }
        if input.multi_region_consistency.is_some() {
            return refuse("MultiRegionConsistency parameter is unsupported on existing global table");
        }
        if !creates.is_empty() {
            return refuse("Cannot add replicas to a global table with strong MultiRegionConsistency");
        }
        if let Some(deleted) = deleted.filter(|it| group.witness.as_deref() != Some(*it)) {
            return refuse(&format!(
                "Update global table operation failed because one or more witnesses were not part of the global table. \
                 Please retry the request without these witnesses: [{deleted}]."
            ));
        }
        if deletes > 0 && group.witness.is_some() && deleted.is_none() {
            return refuse("Update table delete operation does not include all witnesses.");
        }
        if deletes > 0 && deletes < record.replicas.len() {
            return refuse(STRONG_DELETE);
        }
        return Ok(None);
    }
    if (created.is_some() || deleted.is_some()) && !wants_strong {
        return refuse(
            "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is present.",
        );
    }
    if wants_strong {
        if let Some(witness) = created {
            if creates.iter().any(|region| region.as_str() == witness) {
                return refuse("Cannot target multiple regions with the same action");
            }
            if witness == called.as_str() {
                return refuse(
                    "Cannot add a witness in the same region as an existing replica when creating a global table with \
                     MultiRegionConsistency set to STRONG.",
                );
            }
        }
        if creates.len() + usize::from(created.is_some()) != 2 || creates.is_empty() {
            return refuse(
                "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG.",
            );
        }
        if !record.replicas.is_empty() {
            return refuse("MultiRegionConsistency parameter is unsupported on existing global table");
        }
        return Ok(Some(StrongGroup { witness: created.map(str::to_owned) }));
    }
    if creates.len() + deletes > 1 {
        return refuse(
            "Update table operation with more than one create or delete replica actions not allowed",
        );
    }
    Ok(None)
}
