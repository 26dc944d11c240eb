//! The files of an import ("Amazon S3 import formats for DynamoDB" in the developer guide): lines of JSON or CSV, packed or
//! not, and which of their items can be in a table.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use crate::error::DynamoError;
use crate::items::check_new;
use crate::json;
use crate::models::{AttributeType, AttributeValue, Item, TableDescription};
use crate::store::{ItemKey, ItemRecord};

/// How items are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `DYNAMODB_JSON`
    Json,
    /// `CSV`
    Csv {
        /// Between columns.
        delimiter: u8,
        /// The names of columns; else they are in the first line of each file.
        header: Option<Vec<String>>,
    },
}

/// What was found in files.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Items by encoded key, in the order of the files; of two with one key, the latter is to stay.
    pub items: Vec<(Bytes, Arc<ItemRecord>)>,
    /// Items that cannot be in the table, or are none.
    pub errors: usize,
}

impl Found {
    fn add(&mut self, table: &TableDescription, item: Result<Item, DynamoError>) {
        match item.and_then(|item| Ok((check_new(&item, table)?, item))) {
            Ok((key, item)) => self.items.push((ItemKey::from(key).encoded, Arc::new(item.into()))),
            Err(_) => self.errors += 1,
        }
    }

    /// Reads a file. What cannot be unpacked or read on is an error, and what came before it stays.
    pub fn read(&mut self, content: &[u8], is_packed: bool, format: &Format, table: &TableDescription) {
        let unpacked: Box<dyn Read + '_> =
            if is_packed { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) };
        let read = match format {
            Format::Json => self.read_json(unpacked, table),
            Format::Csv { delimiter, header } => {
                self.read_csv(unpacked, *delimiter, header.as_deref(), table);
                Ok(())
            }
        };
        if read.is_err() {
            self.errors += 1;
        }
    }

    fn read_json(&mut self, content: impl Read, table: &TableDescription) -> io::Result<()> {
        for line in BufReader::new(content).lines() {
            let line = line?;
            if !line.trim().is_empty() {
                self.add(table, item_of_line(&line));
            }
        }
        Ok(())
    }

    fn read_csv(
        &mut self,
        content: impl Read,
        delimiter: u8,
        header: Option<&[String]>,
        table: &TableDescription,
    ) {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(content);
        let mut names = header.map(<[String]>::to_vec);
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    self.errors += 1;
                    // Behind those of unpacking there is nothing more to read.
                    if error.is_io_error() {
                        return;
                    }
                    continue;
                }
            };
            match &names {
                None => names = Some(record.iter().map(str::to_owned).collect()),
                Some(names) => self.add(table, item_of_columns(names, &record, table)),
            }
        }
    }
}

fn item_of_line(line: &str) -> Result<Item, DynamoError> {
    let none = || DynamoError::validation("The line is no item");
    let mut json: serde_json::Value = serde_json::from_str(line).map_err(|_| none())?;
    json::read_item(json.get_mut("Item").ok_or_else(none)?.take())
}

/// Columns that are keys have the types of these; all others are strings.
fn item_of_columns(
    names: &[String],
    columns: &csv::StringRecord,
    table: &TableDescription,
) -> Result<Item, DynamoError> {
    if names.len() != columns.len() {
        return Err(DynamoError::validation("The number of columns is not that of the header"));
    }
    let column = |(name, text): (&String, &str)| {
        let attribute = table.attributes.iter().find(|it| it.name == *name);
        let value = match attribute.map(|it| it.attribute_type) {
            Some(AttributeType::N) => AttributeValue::N(text.parse()?),
            Some(AttributeType::B) => {
                let bytes = STANDARD.decode(text);
                let bytes = bytes.map_err(|_| DynamoError::validation("The column is not base64"))?;
                AttributeValue::B(bytes.into())
            }
            _ => AttributeValue::S(text.to_owned()),
        };
        Ok((name.clone(), value))
    };
    names.iter().zip(columns).map(column).collect()
}
