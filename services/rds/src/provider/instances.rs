//! `DescribeDBInstances`

use asf_api_rds::*;
use asf_runtime::RequestContext;

use super::{RdsProvider, named, wire};
use crate::models::Instance;
use crate::pages::{filters, page};

const FILTERS: [&str; 5] = ["db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"];

pub(super) fn describe(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: DescribeDbInstancesMessage,
) -> Result<DbInstanceMessage, RdsError> {
    let filters = filters(input.filters, &FILTERS)?;
    let found = match input.db_instance_identifier.filter(|it| !it.is_empty()) {
        Some(id) => vec![provider.instance(ctx, &id)?],
        None => {
            let all = provider.store(ctx).instances.range(.., usize::MAX);
            all.into_iter().map(|(_, instance)| instance).collect()
        }
    };
    let wanted = found.into_iter().filter(|it| filters.iter().all(|(name, values)| fits(it, name, values)));
    let (instances, marker) = page(wanted, |it| it.id.as_str(), input.max_records, input.marker.as_deref())?;
    let instances = instances.iter().map(|it| wire::instance(provider, ctx, it)).collect();
    Ok(DbInstanceMessage { db_instances: Some(instances), marker })
}

fn fits(it: &Instance, filter: &str, values: &[String]) -> bool {
    match filter {
        "db-instance-id" => values.iter().any(|value| named(value, "db") == it.id),
        "dbi-resource-id" => values.contains(&it.resource_id),
        "engine" => values.iter().any(|value| value == it.setup.kind.name()),
        // None is in a cluster or a domain.
        _ => false,
    }
}
