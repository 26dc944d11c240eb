//! rest-json and rest-xml: members of an input or output travel in the path, the query string, the
//! headers, the status code and the body of an HTTP message, as the model binds them.
//!
//! What is the same in both protocols is here: [`head`] reads and writes everything but the body,
//! [`body`] passes on what is no document (texts, bytes, streams, events). The documents are
//! [`json`]'s and [`xml`]'s.
//!
//! A request has its bucket, and whatever else is a label, in the path: who lets clients put it into the
//! host name (S3) brings it back into the path before.

mod body;
mod head;
mod header;
mod json;
mod label;
mod media_type;
mod query;
mod text;
mod xml;
mod xml_error;

pub(super) use json::RestJson;
pub(super) use xml::RestXml;
pub(crate) use xml::is_s3;

#[cfg(test)]
mod tests;
