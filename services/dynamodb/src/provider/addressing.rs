//! Which table a request means: by its name, or by an ARN.

use asf_runtime::RequestContext;
use asf_runtime::identity::{Arn, Region};

use super::DynamoProvider;
use crate::error::{DynamoError, ErrorKind};
use crate::store::{Address, OpenTable};
use crate::tables::check_table_name;
use crate::writing::no_table;

/// The table of a `TableName`, which may be an ARN (test_dynamodb::TestDynamoDB::test_transact_get_items).
///
/// # Errors
///
/// If it can be no table's.
pub(super) fn address(ctx: &RequestContext, name: Option<&str>) -> Result<Address, DynamoError> {
    let name = name.unwrap_or_default();
    if name.starts_with("arn:") {
        return by_arn(name).map(|(address, _)| address);
    }
    check_table_name(name)?;
    Ok(Address { account: ctx.account_id, region: ctx.region.clone(), name: name.to_owned() })
}

/// The table of an ARN, and what comes behind it: `/index/name`, `/stream/label`.
///
/// # Errors
///
/// If it is none of a table's.
pub(super) fn by_arn(text: &str) -> Result<(Address, Option<String>), DynamoError> {
    // (quirks: DDB-TABLE-442)
    let invalid =
        || DynamoError::validation(format!("Invalid TableArn: Invalid ResourceArn provided as input {text}"));
    let arn: Arn = text.parse().map_err(|_| invalid())?;
    let account = arn.account.parse().map_err(|_| invalid())?;
    let resource = arn.resource.strip_prefix("table/").filter(|_| arn.service == "dynamodb");
    let resource = resource.ok_or_else(invalid)?;
    let (name, rest) = match resource.split_once('/') {
        Some((name, rest)) => (name, Some(rest.to_owned())),
        None => (resource, None),
    };
    check_table_name(name).map_err(|_| invalid())?;
    Ok((Address { account, region: Region::new(&arn.region), name: name.to_owned() }, rest))
}

/// The table of a `ResourceArn`: a table's, or that of a stream of it (quirks: DDB-TABLE-442).
///
/// # Errors
///
/// If it is none of these.
pub(super) fn by_resource_arn(text: &str) -> Result<Address, DynamoError> {
    if !text.starts_with("arn:") {
        return Err(DynamoError::parameter(format_args!("ARNs must start with 'arn:': {text}")));
    }
    let is_ours = text.parse().is_ok_and(|arn: Arn| arn.service == "dynamodb");
    let refuse = |what: &str| Err(DynamoError::parameter(what));
    if !is_ours {
        return refuse(&format!("Provided Arn is not a DynamoDB resource arn: {text}"));
    }
    match by_arn(text)? {
        (address, None) => Ok(address),
        (address, Some(rest)) if rest.starts_with("stream/") => Ok(address),
        _ => refuse(&format!(
            "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {text}"
        )),
    }
}

impl DynamoProvider {
    /// Where the table of a `TableName` is, which may be called through a replica.
    ///
    /// # Errors
    ///
    /// If it can be no table's.
    pub(super) fn address(&self, ctx: &RequestContext, name: Option<&str>) -> Result<Address, DynamoError> {
        address(ctx, name).map(|address| self.store.home(address))
    }

    /// Where the table of an ARN is.
    ///
    /// # Errors
    ///
    /// If it is none of a table's.
    pub(super) fn by_arn(&self, arn: &str) -> Result<Address, DynamoError> {
        by_arn(arn).map(|(address, _)| self.store.home(address))
    }

    /// The table of a request about items.
    ///
    /// # Errors
    ///
    /// `ResourceNotFoundException`
    pub(super) fn table(&self, ctx: &RequestContext, name: Option<&str>) -> Result<OpenTable, DynamoError> {
        self.store.open_table(self.address(ctx, name)?).ok_or_else(no_table)
    }

    /// The table of a request about tables: the error names it
    /// (test_dynamodb::TestDynamoDB::test_kinesis_streaming_destination_crud).
    ///
    /// # Errors
    ///
    /// `ResourceNotFoundException`
    pub(super) fn named_table(
        &self,
        ctx: &RequestContext,
        name: Option<&str>,
    ) -> Result<OpenTable, DynamoError> {
        let address = self.address(ctx, name)?;
        self.store.table(&address).ok_or_else(|| no_named_table(&address))
    }
}

/// See [`DynamoProvider::named_table`].
pub(super) fn no_named_table(address: &Address) -> DynamoError {
    let message = format!("Requested resource not found: Table: {} not found", address.name);
    DynamoError::new(ErrorKind::ResourceNotFound, message)
}
