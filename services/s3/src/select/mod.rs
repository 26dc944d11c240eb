//! S3 Select: SQL over one object of CSV, JSON or Parquet.
//!
//! A query goes through here in four steps: [`parse`](parse::parse) makes a [`Query`](query::Query) of the text;
//! [`input`] reads records, one at a time; [`evaluate`] says what each comes to; [`output`] writes it. [`run`] puts
//! them together, on a thread where it may take its time.

mod aggregate;
mod compile;
mod evaluate;
mod functions;
pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod parquet;
pub(crate) mod parse;
mod query;
pub(crate) mod run;
mod value;

use crate::error::Fault;

/// An error of a query, in the words of S3's "List of SELECT Object Content Error Codes".
pub(crate) fn fault(code: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    Fault::new(code, 400, message)
}
