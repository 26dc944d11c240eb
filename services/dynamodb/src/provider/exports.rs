//! Exports to S3: `ExportTableToPointInTime`, `DescribeExport`, `ListExports`. An export is done when its request is
//! answered; only that answer says that it is in progress.

use std::str::FromStr as _;

use asf_api_dynamodb::*;
use asf_api_s3::S3Error;
use asf_runtime::schema::TimestampFormat::DateTime;
use asf_runtime::{AwsError, RequestContext, Timestamp};

use super::DynamoProvider;
use super::addressing::{by_arn, no_named_table};
use super::objects::{Bucket, aside, failure};
use super::restores::recovery;
use super::settings::table_not_found;
use super::tables::number;
use crate::error::DynamoError;
use crate::store::OpenTable;
use crate::store::transfers::{ExportRecord, ExportRequest, Exported};
use crate::transfer::export;

/// Exports that a page has at most ("ListExports" in the API reference).
const LISTED: usize = 25;
/// Seconds for which a token stands for its request ("ExportTableToPointInTime" in the API reference).
const TOKEN_LIFE: i64 = 8 * 3600;
/// Of the names of data files.
const NAMES: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";

/// `ExportTableToPointInTime`
pub(super) async fn export(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: ExportTableToPointInTimeInput,
) -> Result<ExportTableToPointInTimeOutput, DynamoDbError> {
    if matches!(input.export_format, Some(ExportFormat::Ion)) {
        return Err(AwsError::not_implemented(ctx.operation).into());
    }
    let name = input.table_arn.as_deref();
    let address = provider.by_arn(name.unwrap_or_default())?;
    let table =
        provider.store.table(&address).ok_or_else(|| table_not_found(no_named_table(&address), name))?;
    let recovery = recovery(&table)?;
    let now = ctx.clock().now();
    let what = what(&input, now, (recovery.earliest(now), now))?;
    let token = input.client_token.clone().unwrap_or_else(|| ctx.ids().uuid());
    let is_timed = input.export_time.is_some();
    let request = ExportRequest {
        table: address.arn(),
        what,
        token,
        bucket: input.s3_bucket.unwrap_or_default(),
        owner: input.s3_bucket_owner,
        prefix: input.s3_prefix,
        encryption: input.s3_sse_algorithm.map_or_else(|| "AES256".to_owned(), |it| it.as_str().to_owned()),
        kms_key: input.s3_sse_kms_key_id,
    };
    if let Some((arn, known)) = known(&table, &request.token, now) {
        if !is_same(&known.request, &request, is_timed) {
            // (quirks: DDB-EXPORT-009)
            let message = "Export conflict: Duplicate request detected with conflicting parameters";
            return Err(ExportConflictException::new(message).into());
        }
        return Ok(ExportTableToPointInTimeOutput {
            export_description: Some(describe_it(&arn, &known, None)),
        });
    }
    let id = format!("{:014}-{:08x}", now.millis(), number(ctx.ids()) >> 32);
    let arn = format!("{}/export/{id}", address.arn());
    let mut record = ExportRecord {
        request,
        table_id: table.record.uuid.clone(),
        started: now,
        ended: now,
        manifest: None,
        items: 0,
        bytes: 0,
        failure: None,
    };
    match write(provider, ctx, &table, &mut record, (&id, &arn)).await? {
        Ok(manifest) => record.manifest = Some(manifest),
        Err(error) => record.failure = Some(failure(&error)),
    }
    table.tables.exports.insert(arn.clone(), record.clone());
    let description = describe_it(&arn, &record, Some(ExportStatus::InProgress));
    Ok(ExportTableToPointInTimeOutput { export_description: Some(description) })
}

/// What is to be exported.
fn what(
    input: &ExportTableToPointInTimeInput,
    now: Timestamp,
    (earliest, latest): (Timestamp, Timestamp),
) -> Result<Exported, DynamoDbError> {
    // (quirks: DDB-EXPORT-001, 003, 004)
    let invalid = |message: String| InvalidExportTimeException::new(message);
    let refuse = |reason: &str| DynamoError::validation(format!("Invalid Request: {reason}"));
    if !matches!(input.export_type, Some(ExportType::IncrementalExport)) {
        if input.incremental_export_specification.is_some() {
            return Err(match input.export_type {
                None => refuse(
                    "Export Type expected to be Incremental Export when incremental export specification is provided",
                ),
                Some(_) => refuse(
                    "When Export Type is Full Export , Incremental Export Specification should not be provided",
                ),
            }
            .into());
        }
        let at = input.export_time.unwrap_or(now);
        if at < earliest || at > latest {
            return Err(invalid("Export Time is invalid".to_owned()).into());
        }
        return Ok(Exported::Full(at));
    }
    let specification = input.incremental_export_specification.clone().ok_or_else(|| {
        refuse("Incremental Export Specification expected when export type is set as Incremental Export")
    })?;
    let from = specification
        .export_from_time
        .ok_or_else(|| refuse("ExportFromTime must be provided in IncrementalExportSpecification"))?;
    let to = specification.export_to_time.unwrap_or(now);
    let shown = |at: Timestamp| at.truncated_to_seconds().format(DateTime);
    if from < earliest {
        return Err(invalid(format!(
            "Incremental export period from time cannot be less than the table creation time : {}",
            shown(from)
        ))
        .into());
    }
    if to > latest {
        return Err(invalid(format!(
            "Incremental export period to time cannot be greater than the current time : {}",
            shown(to)
        ))
        .into());
    }
    if from >= to {
        let message =
            "Difference between export period from time and export period to time is less than 15 minutes";
        return Err(invalid(message.to_owned()).into());
    }
    let view = specification.export_view_type.unwrap_or(ExportViewType::NewAndOldImages);
    Ok(Exported::Changes { from, to, view: view.as_str().to_owned() })
}

/// An export that was asked for with a token.
fn known(table: &OpenTable, token: &str, now: Timestamp) -> Option<(String, std::sync::Arc<ExportRecord>)> {
    let prefix = format!("{}/export/", table.address.arn());
    let all = table.tables.exports.range(prefix.clone().., usize::MAX).into_iter();
    let mut own = all.take_while(|(arn, _)| arn.starts_with(&prefix));
    own.find(|(_, it)| it.request.token == token && now < it.started.plus_seconds(TOKEN_LIFE))
}

/// Whether two requests want the same. One without a time wants any.
fn is_same(known: &ExportRequest, wanted: &ExportRequest, is_timed: bool) -> bool {
    let is_now = matches!((&known.what, &wanted.what), (Exported::Full(_), Exported::Full(_))) && !is_timed;
    let what = if is_now { known.what.clone() } else { wanted.what.clone() };
    *known == ExportRequest { what, ..wanted.clone() }
}

/// Writes all files. Returns the key of the summary, or S3's error.
async fn write(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    table: &OpenTable,
    record: &mut ExportRecord,
    (id, arn): (&str, &str),
) -> Result<Result<String, S3Error>, DynamoDbError> {
    let request = &record.request;
    let root = match request.prefix.as_deref().map(|it| it.trim_end_matches('/')) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSDynamoDB"),
        _ => "AWSDynamoDB".to_owned(),
    };
    let bucket = Bucket::new(ctx, &request.bucket, request.owner.as_deref());
    let (encryption, kms_key) = (request.encryption.clone(), request.kms_key.clone());
    let encryption = (encryption.as_str(), kms_key.as_deref());
    // Before all the work: it says whether the bucket can be written to.
    if let Err(error) = bucket.put(&format!("{root}/{id}/_started"), Vec::new(), encryption).await {
        return Ok(Err(error));
    }
    let (store, table, what) = (provider.store.clone(), table.clone(), request.what.clone());
    let is_full = matches!(what, Exported::Full(_));
    let files = aside(move || match what {
        Exported::Full(at) => {
            let items = store.items_at(&table, at);
            let bytes: i64 = items.iter().map(|(_, item)| i64::from(item.size)).sum();
            export::data_files(&items, |(_, it)| export::item_line(&it.item)).map(|files| (files, bytes))
        }
        Exported::Changes { from, to, view } => {
            let shows_old = view != ExportViewType::NewImage.as_str();
            let changes = store.changes_in(&table, from..to);
            let size = |it: &crate::store::history::ItemChange| {
                let old = it.old.as_ref().filter(|_| shows_old);
                old.map_or(0, |it| i64::from(it.size)) + it.new.as_ref().map_or(0, |it| i64::from(it.size))
            };
            let bytes = changes.iter().map(size).sum();
            export::data_files(&changes, |it| export::change_line(it, shows_old)).map(|files| (files, bytes))
        }
    });
    let (files, bytes) = files.await?.map_err(|error| AwsError::internal(error.to_string()))?;
    record.bytes = bytes;
    record.items = files.iter().map(|file| i64::try_from(file.items).unwrap_or(i64::MAX)).sum();
    // Those of incremental exports share a folder.
    let data = if is_full { format!("{root}/{id}/data") } else { format!("{root}/data") };
    let put = async {
        let mut lines = String::new();
        for file in files {
            let key = format!("{data}/{}.json.gz", ctx.ids().text(26, NAMES));
            let etag = bucket.put(&key, file.content.clone(), encryption).await?;
            lines.push_str(&export::file_line(&file, etag.as_deref(), &key).to_string());
            lines.push('\n');
        }
        record.ended = ctx.clock().now();
        let files_key = format!("{root}/{id}/manifest-files.json");
        let summary = export::summary(record, arn, &files_key).to_string();
        for (name, content) in [("manifest-files", lines), ("manifest-summary", summary)] {
            let content = content.into_bytes();
            let checksum = export::checksum(&content).into_bytes();
            bucket.put(&format!("{root}/{id}/{name}.json"), content, encryption).await?;
            bucket.put(&format!("{root}/{id}/{name}.checksum"), checksum, encryption).await?;
        }
        Ok(format!("{root}/{id}/manifest-summary.json"))
    };
    Ok(put.await)
}

fn status(export: &ExportRecord) -> ExportStatus {
    if export.failure.is_some() { ExportStatus::Failed } else { ExportStatus::Completed }
}

fn kind(export: &ExportRecord) -> ExportType {
    match export.request.what {
        Exported::Full(_) => ExportType::FullExport,
        Exported::Changes { .. } => ExportType::IncrementalExport,
    }
}

/// What is known of an export; while it is in progress, as it begins.
fn describe_it(arn: &str, export: &ExportRecord, now: Option<ExportStatus>) -> ExportDescription {
    let is_over = now.is_none();
    let ExportRecord { request, failure, .. } = export;
    let (at, incremental) = match &request.what {
        Exported::Full(at) => (Some(*at), None),
        Exported::Changes { from, to, view } => {
            let specification = IncrementalExportSpecification {
                export_from_time: Some(*from),
                export_to_time: Some(*to),
                export_view_type: ExportViewType::from_str(view).ok(),
            };
            (None, Some(specification))
        }
    };
    let (code, message) = failure.clone().filter(|_| is_over).unzip();
    let is_done = is_over && failure.is_none();
    ExportDescription {
        export_arn: Some(arn.to_owned()),
        export_status: Some(now.unwrap_or_else(|| status(export))),
        start_time: Some(export.started),
        end_time: is_over.then_some(export.ended),
        export_manifest: export.manifest.clone().filter(|_| is_over),
        table_arn: Some(request.table.clone()),
        table_id: Some(export.table_id.clone()),
        export_time: at,
        client_token: Some(request.token.clone()),
        s3_bucket: Some(request.bucket.clone()),
        s3_bucket_owner: request.owner.clone(),
        s3_prefix: request.prefix.clone(),
        s3_sse_algorithm: S3SseAlgorithm::from_str(&request.encryption).ok(),
        s3_sse_kms_key_id: request.kms_key.clone(),
        failure_code: code,
        failure_message: message,
        export_format: Some(ExportFormat::DynamodbJson),
        billed_size_bytes: is_done.then_some(export.bytes),
        item_count: is_done.then_some(export.items),
        export_type: Some(kind(export)),
        incremental_export_specification: incremental,
    }
}

/// `DescribeExport`
pub(super) fn describe(
    provider: &DynamoProvider,
    input: &DescribeExportInput,
) -> Result<DescribeExportOutput, DynamoDbError> {
    let arn = input.export_arn.as_deref().unwrap_or_default();
    // (quirks: DDB-EXPORT-006)
    let invalid = || DynamoError::validation("Invalid Export ARN");
    let (address, what) = by_arn(arn).map_err(|_| invalid())?;
    what.filter(|it| it.starts_with("export/")).ok_or_else(invalid)?;
    let export = provider.store.at(address.account, &address.region).exports.get(&arn.to_owned());
    // (quirks: DDB-EXPORT-006, which has it twice)
    let missing = || ExportNotFoundException::new(format!("Export not found: Export not found: {arn}"));
    let export = export.ok_or_else(missing)?;
    Ok(DescribeExportOutput { export_description: Some(describe_it(arn, &export, None)) })
}

/// `ListExports`, in the order of their ARNs: by table, then by time.
pub(super) fn list(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &ListExportsInput,
) -> Result<ListExportsOutput, DynamoDbError> {
    let limit = input.max_results.and_then(|it| usize::try_from(it).ok()).unwrap_or(LISTED).min(LISTED);
    let table = match &input.table_arn {
        Some(arn) => Some(provider.by_arn(arn)?.arn()),
        None => None,
    };
    let start = input.next_token.clone().unwrap_or_default();
    let exports = provider.store.at(ctx.account_id, &ctx.region).exports.range(start.clone().., usize::MAX);
    let is_wanted = |export: &ExportRecord| table.as_ref().is_none_or(|arn| *arn == export.request.table);
    let mut found = exports.into_iter().filter(|(arn, export)| *arn != start && is_wanted(export));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    let summary = |(arn, export): &(String, std::sync::Arc<ExportRecord>)| ExportSummary {
        export_arn: Some(arn.clone()),
        export_status: Some(status(export)),
        export_type: Some(kind(export)),
    };
    Ok(ListExportsOutput {
        next_token: page.last().filter(|_| more).map(|(arn, _)| arn.clone()),
        export_summaries: Some(page.iter().map(summary).collect()),
    })
}
