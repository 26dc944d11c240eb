//! Rows, written: CSV or JSON.

use std::sync::Arc;

use asf_api_s3::{CsvOutput, OutputSerialization, QuoteFields};

use super::fault;
use super::value::Value;
use crate::error::Fault;

/// How rows are written.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// Fields between delimiters.
    Csv(Csv),
    /// Objects, each followed by this.
    Json(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Csv {
    is_always_quoted: bool,
    quote: String,
    escape: String,
    field: String,
    record: String,
}

impl Output {
    /// What a request says.
    ///
    /// # Errors
    /// `InvalidQuoteFields`, `MissingRequiredParameter`
    pub(crate) fn of(given: &OutputSerialization) -> Result<Self, Fault> {
        match (&given.csv, &given.json) {
            (Some(csv), None) => Csv::of(csv).map(Self::Csv),
            (None, Some(json)) => {
                Ok(Self::Json(json.record_delimiter.clone().unwrap_or_else(|| "\n".to_owned())))
            }
            _ => Err(super::run::missing_parameter()),
        }
    }

    /// Writes a row.
    pub(super) fn write(&self, row: &[(Arc<str>, Value)], out: &mut Vec<u8>) {
        match self {
            Self::Csv(csv) => csv.write(row, out),
            Self::Json(delimiter) => {
                let members = row.iter().filter_map(|(name, value)| Some((name.to_string(), value.json()?)));
                let object = serde_json::Value::Object(members.collect());
                out.extend_from_slice(object.to_string().as_bytes());
                out.extend_from_slice(delimiter.as_bytes());
            }
        }
    }
}

impl Csv {
    fn of(given: &CsvOutput) -> Result<Self, Fault> {
        let is_always_quoted = match given.quote_fields.as_ref().map_or("ASNEEDED", QuoteFields::as_str) {
            "ALWAYS" => true,
            "ASNEEDED" => false,
            _ => {
                return Err(fault(
                    "InvalidQuoteFields",
                    "The QuoteFields is not valid. Only ALWAYS and ASNEEDED are supported.",
                ));
            }
        };
        let or =
            |given: &Option<String>, otherwise: &str| given.clone().unwrap_or_else(|| otherwise.to_owned());
        let quote = or(&given.quote_character, "\"");
        Ok(Self {
            is_always_quoted,
            escape: or(&given.quote_escape_character, &quote),
            quote,
            field: or(&given.field_delimiter, ","),
            record: or(&given.record_delimiter, "\n"),
        })
    }

    fn write(&self, row: &[(Arc<str>, Value)], out: &mut Vec<u8>) {
        for (index, (_, value)) in row.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(self.field.as_bytes());
            }
            let text = value.text();
            let has = |part: &str| !part.is_empty() && text.contains(part);
            let is_quoted = self.is_always_quoted
                || has(&self.field)
                || has(&self.record)
                || has(&self.quote)
                || text.contains(['\n', '\r']);
            if is_quoted && !self.quote.is_empty() {
                let escaped = text.replace(&self.quote, &format!("{}{}", self.escape, self.quote));
                out.extend_from_slice(format!("{0}{escaped}{0}", self.quote).as_bytes());
            } else {
                out.extend_from_slice(text.as_bytes());
            }
        }
        out.extend_from_slice(self.record.as_bytes());
    }
}
