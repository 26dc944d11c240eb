//! Imports from S3 into new tables: `ImportTable`, `DescribeImport`, `ListImports`. An import is done when its request is
//! answered; only that answer says that it is in progress.

use std::sync::Arc;

use asf_api_dynamodb::operations::ImportTable;
use asf_api_dynamodb::*;
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::shape::copy_shape;
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use asf_runtime::{AwsError, RequestContext};

use super::DynamoProvider;
use super::addressing::{address, by_arn};
use super::objects::{Bucket, aside, failure};
use super::tables::{number, record_of, table_exists};
use crate::error::DynamoError;
use crate::store::transfers::ImportRecord;
use crate::transfer::import::{Format, Found};

/// Imports that a page has at most ("ListImports" in the API reference).
const LISTED: usize = 25;
/// Seconds for which a token stands for its request ("ImportTable" in the API reference).
const TOKEN_LIFE: i64 = 8 * 3600;

/// What was found in a bucket.
struct Files {
    found: Found,
    bytes: usize,
    failure: Option<(String, String)>,
}

/// `ImportTable`
pub(super) async fn import(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: ImportTableInput,
) -> Result<ImportTableOutput, DynamoDbError> {
    let not_implemented = || AwsError::not_implemented(ctx.operation);
    let format = format(&input).ok_or_else(not_implemented)?;
    let is_packed = match &input.input_compression_type {
        None | Some(InputCompressionType::None) => false,
        Some(InputCompressionType::Gzip) => true,
        Some(_) => return Err(not_implemented().into()),
    };
    let parameters = input.table_creation_parameters.clone().unwrap_or_default();
    let address = address(ctx, parameters.table_name.as_deref())?;
    let tables = provider.store.at(address.account, &address.region);
    let now = ctx.clock().now();
    let request = write(&input)?;
    let token = input.client_token.clone().unwrap_or_else(|| ctx.ids().uuid());
    let recent = |it: &ImportRecord| it.token == token && now < it.started.plus_seconds(TOKEN_LIFE);
    if let Some((arn, known)) = tables.imports.range(.., usize::MAX).into_iter().find(|(_, it)| recent(it)) {
        if known.request != request {
            // (quirks: DDB-IMPORT-008)
            let message = "Import conflict: Duplicate request detected with conflicting parameters";
            return Err(ImportConflictException::new(message).into());
        }
        return Ok(ImportTableOutput { import_table_description: Some(describe_it(&arn, &known, true)?) });
    }
    let record = record_of(ctx, &address, table_input(parameters))?;
    if tables.tables.contains(&address.name) || tables.replicas.contains(&address.name) {
        return Err(table_exists(&address).into());
    }
    let files = read(ctx, &input, is_packed, format, record.description.clone()).await?;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let Files { found, bytes, failure } = files;
    let (imported, errors) = (found.items.len(), found.errors);
    let has_table = failure.is_none();
    // From memory.
    let failure = failure.or_else(|| {
        let message = "Some of the items failed validation checks. Please check CloudWatch error logs for more details.";
        (errors > 0).then(|| ("ItemValidationError".to_owned(), message.to_owned()))
    });
    let import = ImportRecord {
        request,
        token,
        table: address.arn(),
        table_id: record.uuid.clone(),
        started: now,
        ended: ctx.clock().now(),
        processed: count(imported.saturating_add(errors)),
        imported: count(imported),
        errors: count(errors),
        bytes: count(bytes),
        failure,
    };
    if has_table {
        let (store, stream) = (provider.store.clone(), number(ctx.ids()));
        let place = address.clone();
        let made = aside(move || store.create(&place, record, stream, found.items)).await?;
        // Somebody was faster.
        made.ok_or_else(|| table_exists(&address))?;
    }
    let arn = format!("{}/import/{:014}-{:08x}", address.arn(), now.millis(), number(ctx.ids()) >> 32);
    let description = describe_it(&arn, &import, false)?;
    tables.imports.insert(arn, import);
    Ok(ImportTableOutput { import_table_description: Some(description) })
}

/// How the files are written; `None` if that cannot be read here.
fn format(input: &ImportTableInput) -> Option<Format> {
    match &input.input_format {
        None | Some(InputFormat::DynamodbJson) => Some(Format::Json),
        Some(InputFormat::Csv) => {
            let options =
                input.input_format_options.as_ref().and_then(|it| it.csv.clone()).unwrap_or_default();
            let delimiter = options.delimiter.and_then(|it| it.bytes().next()).unwrap_or(b',');
            Some(Format::Csv { delimiter, header: options.header_list.filter(|all| !all.is_empty()) })
        }
        Some(_) => None,
    }
}

fn table_input(parameters: TableCreationParameters) -> CreateTableInput {
    CreateTableInput {
        table_name: parameters.table_name,
        attribute_definitions: parameters.attribute_definitions,
        key_schema: parameters.key_schema,
        billing_mode: parameters.billing_mode,
        provisioned_throughput: parameters.provisioned_throughput,
        on_demand_throughput: parameters.on_demand_throughput,
        sse_specification: parameters.sse_specification,
        global_secondary_indexes: parameters.global_secondary_indexes,
        ..CreateTableInput::default()
    }
}

/// Reads all objects, one after the other.
async fn read(
    ctx: &RequestContext,
    input: &ImportTableInput,
    is_packed: bool,
    format: Format,
    table: crate::models::TableDescription,
) -> Result<Files, DynamoDbError> {
    let source = input.s3_bucket_source.clone().unwrap_or_default();
    let name = source.s3_bucket.unwrap_or_default();
    let bucket = Bucket::new(ctx, &name, source.s3_bucket_owner.as_deref());
    let mut files = Files { found: Found::default(), bytes: 0, failure: None };
    let keys = match bucket.keys(source.s3_key_prefix.as_deref()).await {
        Ok(keys) => keys,
        Err(error) => {
            files.failure = Some(failure(&error));
            return Ok(files);
        }
    };
    if keys.is_empty() {
        // From memory.
        files.failure = Some(("S3NoSuchKey".to_owned(), "The specified key does not exist.".to_owned()));
        return Ok(files);
    }
    let (format, table) = (Arc::new(format), Arc::new(table));
    for key in keys {
        let content = match bucket.get(&key).await {
            Ok(content) => content,
            Err(error) => {
                files.failure = Some(failure(&error));
                return Ok(files);
            }
        };
        files.bytes = files.bytes.saturating_add(content.len());
        let (format, table, mut found) = (format.clone(), table.clone(), files.found);
        files.found = aside(move || {
            found.read(&content, is_packed, &format, &table);
            found
        })
        .await?;
    }
    Ok(files)
}

/// A request as it is kept.
fn write(input: &ImportTableInput) -> Result<String, AwsError> {
    let schema = ImportTable::operation().input().ok_or_else(|| AwsError::internal("there is no input"))?;
    Ok(to_neutral(schema, input).to_string())
}

fn kept(request: &str) -> Result<ImportTableInput, AwsError> {
    let unreadable = |error: String| AwsError::internal(format!("an import cannot be read: {error}"));
    let schema = ImportTable::operation().input().ok_or_else(|| AwsError::internal("there is no input"))?;
    let json = serde_json::from_str(request).map_err(|error| unreadable(error.to_string()))?;
    let value = from_neutral(schema, &json).map_err(|error| unreadable(error.to_string()))?;
    let mut input = ImportTableInput::default();
    copy_shape(schema, &value, &mut input).map_err(|error| unreadable(error.to_string()))?;
    Ok(input)
}

fn status(import: &ImportRecord) -> ImportStatus {
    if import.failure.is_some() { ImportStatus::Failed } else { ImportStatus::Completed }
}

/// Where AWS tells of items that could not be imported. Nothing is told there yet.
fn log_group(table: &str) -> Option<String> {
    let (address, _) = by_arn(table).ok()?;
    let crate::store::Address { account, region, .. } = address;
    let partition = region.partition();
    Some(format!("arn:{partition}:logs:{region}:{account}:log-group:/aws-dynamodb/imports:*"))
}

fn describe_it(arn: &str, import: &ImportRecord, is_over: bool) -> Result<ImportTableDescription, AwsError> {
    let request = kept(&import.request)?;
    let (code, message) = import.failure.clone().filter(|_| is_over).unzip();
    let shown = |count: i64| if is_over { count } else { 0 };
    Ok(ImportTableDescription {
        import_arn: Some(arn.to_owned()),
        import_status: Some(if is_over { status(import) } else { ImportStatus::InProgress }),
        table_arn: Some(import.table.clone()),
        table_id: Some(import.table_id.clone()),
        client_token: Some(import.token.clone()),
        s3_bucket_source: request.s3_bucket_source,
        error_count: Some(shown(import.errors)),
        cloud_watch_log_group_arn: log_group(&import.table),
        input_format: request.input_format,
        input_format_options: request.input_format_options,
        input_compression_type: Some(request.input_compression_type.unwrap_or(InputCompressionType::None)),
        table_creation_parameters: request.table_creation_parameters,
        start_time: Some(import.started),
        end_time: is_over.then_some(import.ended),
        processed_size_bytes: Some(shown(import.bytes)),
        processed_item_count: Some(shown(import.processed)),
        imported_item_count: Some(shown(import.imported)),
        failure_code: code,
        failure_message: message,
    })
}

/// `DescribeImport`
pub(super) fn describe(
    provider: &DynamoProvider,
    input: &DescribeImportInput,
) -> Result<DescribeImportOutput, DynamoDbError> {
    let arn = input.import_arn.as_deref().unwrap_or_default();
    // Like exports (quirks: DDB-EXPORT-006, DDB-TABLE-442).
    let invalid = || DynamoError::validation("Invalid Import ARN");
    let (address, what) = by_arn(arn).map_err(|_| invalid())?;
    what.filter(|it| it.starts_with("import/")).ok_or_else(invalid)?;
    let import = provider.store.at(address.account, &address.region).imports.get(&arn.to_owned());
    // From memory.
    let import = import.ok_or_else(|| ImportNotFoundException::new(format!("Import not found: {arn}")))?;
    Ok(DescribeImportOutput { import_table_description: Some(describe_it(arn, &import, true)?) })
}

/// `ListImports`, in the order of their ARNs: by table, then by time.
pub(super) fn list(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &ListImportsInput,
) -> Result<ListImportsOutput, DynamoDbError> {
    let limit = input.page_size.and_then(|it| usize::try_from(it).ok()).unwrap_or(LISTED).min(LISTED);
    let start = input.next_token.clone().unwrap_or_default();
    let imports = provider.store.at(ctx.account_id, &ctx.region).imports.range(start.clone().., usize::MAX);
    let is_wanted = |import: &ImportRecord| input.table_arn.as_ref().is_none_or(|arn| *arn == import.table);
    let mut found = imports.into_iter().filter(|(arn, import)| *arn != start && is_wanted(import));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    let summaries = page.iter().map(|(arn, import)| summary(arn, import)).collect::<Result<_, _>>()?;
    Ok(ListImportsOutput {
        next_token: page.last().filter(|_| more).map(|(arn, _)| arn.clone()),
        import_summary_list: Some(summaries),
    })
}

fn summary(arn: &str, import: &ImportRecord) -> Result<ImportSummary, AwsError> {
    let request = kept(&import.request)?;
    Ok(ImportSummary {
        import_arn: Some(arn.to_owned()),
        import_status: Some(status(import)),
        table_arn: Some(import.table.clone()),
        s3_bucket_source: request.s3_bucket_source,
        cloud_watch_log_group_arn: log_group(&import.table),
        input_format: request.input_format,
        start_time: Some(import.started),
        end_time: Some(import.ended),
    })
}
