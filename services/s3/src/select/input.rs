//! Records, read one at a time: rows of CSV and Parquet, values of JSON.

use std::io::{BufReader, Read};
use std::sync::Arc;

use asf_api_s3::{CompressionType, CsvInput, FileHeaderInfo, InputSerialization, JsonType};
use serde_json::Value as Json;

use super::evaluate::walk;
use super::fault;
use super::parquet::Rows;
use super::query::Step;
use super::value::Value;
use crate::error::Fault;

/// A record.
#[derive(Clone, Debug)]
pub(super) enum Record {
    /// Fields, and the names of the columns, if there are some.
    Csv {
        fields: csv::StringRecord,
        names: Option<Arc<[String]>>,
    },
    Json(Json),
    /// Values of columns that have types of their own.
    Columns {
        names: Arc<[Arc<str>]>,
        values: Vec<Value>,
    },
}

/// Which of the names is meant: in the same letters, or else, without quotes, in any.
fn position<N: AsRef<str>>(names: &[N], name: &str, is_exact: bool) -> Option<usize> {
    let exact = names.iter().position(|it| it.as_ref() == name);
    exact.or_else(|| names.iter().position(|it| !is_exact && it.as_ref().eq_ignore_ascii_case(name)))
}

impl Record {
    /// A part of it.
    pub(super) fn at(&self, steps: &[Step]) -> Value {
        match self {
            Self::Json(json) => walk(json, steps).map_or(Value::Missing, Value::from),
            Self::Csv { fields, names } => match steps {
                [Step::Member { name, is_exact }] => {
                    let named = names.as_deref().and_then(|names| position(names, name, *is_exact));
                    let counted = || name.strip_prefix('_')?.parse::<usize>().ok()?.checked_sub(1);
                    let field = named.or_else(counted).and_then(|index| fields.get(index));
                    field.map_or(Value::Missing, |it| Value::Text(it.to_owned()))
                }
                _ => Value::Missing,
            },
            Self::Columns { names, values } => match steps {
                [Step::Member { name, is_exact }, rest @ ..] => {
                    let value = position(names, name, *is_exact).and_then(|index| values.get(index));
                    match (value, rest) {
                        (Some(value), []) => value.clone(),
                        (Some(Value::Json(json)), rest) => {
                            walk(json, rest).map_or(Value::Missing, Value::from)
                        }
                        _ => Value::Missing,
                    }
                }
                _ => Value::Missing,
            },
        }
    }

    /// All of its members, with their names.
    pub(super) fn members(&self) -> Vec<(Arc<str>, Value)> {
        match self {
            Self::Json(Json::Object(members)) => {
                members.iter().map(|(name, value)| (name.as_str().into(), value.into())).collect()
            }
            Self::Json(other) => vec![("_1".into(), other.into())],
            Self::Columns { names, values } => names.iter().cloned().zip(values.iter().cloned()).collect(),
            Self::Csv { fields, names } => {
                let name = |index: usize| match names.as_deref().and_then(|it| it.get(index)) {
                    Some(name) => name.as_str().into(),
                    None => format!("_{}", index + 1).into(),
                };
                let fields = fields.iter().enumerate();
                fields.map(|(index, field)| (name(index), Value::Text(field.to_owned()))).collect()
            }
        }
    }
}

/// How an object is to be read.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    form: Form,
    pub(super) compression: Compression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Bzip2,
}

#[derive(Clone, Debug)]
enum Form {
    Csv(Csv),
    Json,
    Parquet,
}

#[derive(Clone, Debug)]
struct Csv {
    header: Header,
    delimiter: u8,
    /// None is any end of a line.
    terminator: Option<u8>,
    quote: u8,
    escape: Option<u8>,
    comment: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    None,
    Use,
    Ignore,
}

impl Input {
    /// What a request says.
    ///
    /// # Errors
    /// `InvalidDataSource`, `InvalidCompressionFormat`, `InvalidFileHeaderInfo`, `InvalidRequestParameter`.
    pub(crate) fn of(given: &InputSerialization) -> Result<Self, Fault> {
        let compression = match given.compression_type.as_ref().map_or("NONE", CompressionType::as_str) {
            "NONE" => Compression::None,
            "GZIP" => Compression::Gzip,
            "BZIP2" => Compression::Bzip2,
            _ => {
                return Err(fault(
                    "InvalidCompressionFormat",
                    "The file is not in a supported compression format. Only GZIP and BZIP2 are supported.",
                ));
            }
        };
        let form = match (&given.csv, &given.json, &given.parquet) {
            (Some(csv), None, None) => Form::Csv(Csv::of(csv)?),
            (None, Some(json), None) => match json.r#type.as_ref().map(JsonType::as_str) {
                Some("DOCUMENT" | "LINES") => Form::Json,
                _ => {
                    return Err(fault(
                        "InvalidJsonType",
                        "The JsonType is not valid. Only DOCUMENT and LINES are supported.",
                    ));
                }
            },
            (None, None, Some(_)) if compression != Compression::None => {
                // "CompressionType" of `InputSerialization` in the API reference: columns are compressed, files not.
                return Err(fault(
                    "InvalidCompressionFormat",
                    "The file is not in a supported compression format. Only GZIP and BZIP2 are supported.",
                ));
            }
            (None, None, Some(_)) => Form::Parquet,
            _ => {
                return Err(fault(
                    "InvalidDataSource",
                    "Invalid data source type. Only CSV, JSON, and Parquet are supported.",
                ));
            }
        };
        Ok(Self { form, compression })
    }

    /// Whether it is read from where its footer says.
    pub(crate) fn is_parquet(&self) -> bool {
        matches!(self.form, Form::Parquet)
    }

    /// The records of what is read, whose compression has been taken off.
    pub(super) fn records(&self, reader: Box<dyn Read>) -> Records {
        match &self.form {
            Form::Csv(csv) => Records::Csv { reader: csv.reader(reader), header: csv.header, names: None },
            Form::Json | Form::Parquet => {
                let reader = BufReader::with_capacity(64 << 10, reader);
                Records::Json(Box::new(serde_json::Deserializer::from_reader(reader).into_iter()))
            }
        }
    }
}

impl Csv {
    fn of(given: &CsvInput) -> Result<Self, Fault> {
        let header = match given.file_header_info.as_ref().map_or("NONE", FileHeaderInfo::as_str) {
            "NONE" => Header::None,
            "USE" => Header::Use,
            "IGNORE" => Header::Ignore,
            _ => {
                return Err(fault(
                    "InvalidFileHeaderInfo",
                    "The FileHeaderInfo is not valid. Only NONE, USE, and IGNORE are supported.",
                ));
            }
        };
        let quote = byte(given.quote_character.as_deref(), b'"')?;
        let escape = byte(given.quote_escape_character.as_deref(), quote)?;
        Ok(Self {
            header,
            delimiter: byte(given.field_delimiter.as_deref(), b',')?,
            terminator: match given.record_delimiter.as_deref() {
                None | Some("" | "\n" | "\r\n") => None,
                other => Some(byte(other, b'\n')?),
            },
            quote,
            escape: (escape != quote).then_some(escape),
            comment: byte(given.comments.as_deref(), b'#')?,
        })
    }

    fn reader(&self, reader: Box<dyn Read>) -> csv::Reader<Box<dyn Read>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .terminator(self.terminator.map_or(csv::Terminator::CRLF, csv::Terminator::Any))
            .quote(self.quote)
            .escape(self.escape)
            .comment(Some(self.comment))
            .from_reader(reader)
    }
}

/// One character, as AWS wants delimiters to be here.
fn byte(given: Option<&str>, otherwise: u8) -> Result<u8, Fault> {
    match given.map(str::as_bytes) {
        None | Some([]) => Ok(otherwise),
        Some([byte]) => Ok(*byte),
        Some(_) => Err(fault(
            "InvalidRequestParameter",
            "The value of a parameter in the SelectRequest element is not valid. Check the service API documentation and try again.",
        )),
    }
}

type Values = serde_json::StreamDeserializer<'static, serde_json::de::IoRead<BufReader<Box<dyn Read>>>, Json>;

/// The values of an object, in which the query finds its records.
pub(super) enum Records {
    Csv { reader: csv::Reader<Box<dyn Read>>, header: Header, names: Option<Arc<[String]>> },
    Json(Box<Values>),
    Parquet(Box<Rows>),
}

impl Records {
    /// The next value, and where in the object it begins.
    pub(super) fn next(&mut self) -> Option<Result<(u64, Record), Fault>> {
        match self {
            Self::Json(values) => {
                let at = values.byte_offset() as u64;
                let next = values.next()?;
                Some(next.map(|json| (at, Record::Json(json))).map_err(|error| match error.classify() {
                    serde_json::error::Category::Io => of_io(),
                    _ => fault(
                        "JSONParsingError",
                        "Encountered an error parsing the JSON file. Check the file and try again.",
                    ),
                }))
            }
            // Only row groups that are in the range have come this far.
            Self::Parquet(rows) => Some(rows.next()?.map(|record| (0, record))),
            Self::Csv { reader, header, names } => {
                let is_first = reader.position().record() == 0;
                if is_first && *header != Header::None {
                    match read_row(reader)? {
                        Ok(row) if *header == Header::Use => {
                            *names = Some(row.iter().map(str::to_owned).collect());
                        }
                        Ok(_) => {}
                        Err(fault) => return Some(Err(fault)),
                    }
                }
                let at = reader.position().byte();
                let row = read_row(reader)?;
                Some(row.map(|fields| (at, Record::Csv { fields, names: names.clone() })))
            }
        }
    }
}

fn read_row(reader: &mut csv::Reader<Box<dyn Read>>) -> Option<Result<csv::StringRecord, Fault>> {
    let mut row = csv::StringRecord::new();
    match reader.read_record(&mut row) {
        Ok(true) => Some(Ok(row)),
        Ok(false) => None,
        Err(error) => Some(Err(match error.kind() {
            csv::ErrorKind::Io(_) => of_io(),
            csv::ErrorKind::Utf8 { .. } => {
                fault("InvalidTextEncoding", "Invalid encoding type. Only UTF-8 encoding is supported.")
            }
            _ => fault(
                "CSVParsingError",
                "Encountered an error parsing the CSV file. Check the file and try again.",
            ),
        })),
    }
}

/// What cannot be read was compressed in another way, or not at all.
fn of_io() -> Fault {
    fault(
        "TruncatedInput",
        "Object decompression failed. Check that the object is properly compressed using the format specified in the request.",
    )
}

/// The records that a query finds in a value.
pub(super) fn expand(record: Record, steps: &[Step], found: &mut Vec<Record>) {
    let Record::Json(json) = record else {
        found.push(record);
        return;
    };
    let Some((step, rest)) = steps.split_first() else {
        found.push(Record::Json(json));
        return;
    };
    match (step, json) {
        (Step::Each, Json::Array(items)) => {
            for item in items {
                expand(Record::Json(item), rest, found);
            }
        }
        // A value is as good as a list of it.
        (Step::Each, other) => expand(Record::Json(other), rest, found),
        (step, json) => {
            if let Some(part) = walk(&json, std::slice::from_ref(step)) {
                expand(Record::Json(part.clone()), rest, found);
            }
        }
    }
}
