//! Records of Parquet, row by row.
//!
//! The footer says where everything is, so that the file is read in pieces from where they are. Of codecs there are
//! those that S3 Select takes: none, Snappy and gzip ("Requirements and limits" of S3 Select in the user guide).

use std::io::{self, Read};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::data_type::Decimal;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, FileReader as _, Length};
use parquet::file::serialized_reader::{ReadOptionsBuilder, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use serde_json::Value as Json;

use super::fault;
use super::input::Record;
use super::value::Value;
use crate::error::Fault;

/// Bytes of a row group, once its compression is taken off ("Requirements and limits").
const MAX_GROUP: i64 = 512 << 20;

/// Content of which parts are read from where they are, on a thread that may wait.
pub(crate) trait Content: Send + Sync {
    /// How many bytes it has.
    fn len(&self) -> u64;

    /// The bytes from an offset on.
    fn from(&self, offset: u64) -> Box<dyn Read>;
}

/// Content, and how many bytes were read of it.
struct Counted<C> {
    content: C,
    count: Arc<AtomicU64>,
}

/// Bytes on their way in, which are counted.
pub(super) struct Piece {
    reader: Box<dyn Read>,
    count: Arc<AtomicU64>,
}

impl Read for Piece {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<C: Content> Length for Counted<C> {
    fn len(&self) -> u64 {
        self.content.len()
    }
}

impl<C: Content> ChunkReader for Counted<C> {
    type T = Piece;

    fn get_read(&self, start: u64) -> Result<Piece, ParquetError> {
        Ok(Piece { reader: self.content.from(start), count: self.count.clone() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // What a footer says of lengths may be anything.
        let is_there = start.checked_add(length as u64).is_some_and(|end| end <= self.content.len());
        if !is_there {
            return Err(ParquetError::EOF("a part is not within the file".to_owned()));
        }
        let mut bytes = Vec::with_capacity(length);
        self.get_read(start)?.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// The rows of a file.
pub(super) struct Rows {
    rows: RowIter<'static>,
    /// Bytes that were read so far.
    pub(super) count: Arc<AtomicU64>,
}

impl Rows {
    /// Those of the row groups that begin in a range.
    ///
    /// # Errors
    /// `ParquetParsingError`, `ParquetUnsupportedCompressionCodec`, `OverMaxParquetBlockSize`.
    pub(super) fn open(content: impl Content + 'static, range: RangeInclusive<u64>) -> Result<Self, Fault> {
        let count = Arc::new(AtomicU64::new(0));
        let file = Counted { content, count: count.clone() };
        let rows = unpanicked(|| {
            let begins = move |group: &RowGroupMetaData, _| range.contains(&start_of(group));
            let options = ReadOptionsBuilder::new().with_predicate(Box::new(begins)).build();
            let reader = SerializedFileReader::new_with_options(file, options).map_err(|_| malformed())?;
            reader.metadata().row_groups().iter().try_for_each(check)?;
            Ok(RowIter::from_file_into(Box::new(reader)))
        })?;
        Ok(Self { rows, count })
    }

    /// The next one.
    pub(super) fn next(&mut self) -> Option<Result<Record, Fault>> {
        let next = unpanicked(|| self.rows.next().transpose().map_err(|_| malformed()));
        next.transpose().map(|row| row.map(record))
    }
}

/// What a file that means harm makes of the reader is an error of the query, and no more.
fn unpanicked<R>(read: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(malformed()))
}

fn malformed() -> Fault {
    fault(
        "ParquetParsingError",
        "Encountered an error parsing the Parquet file. Check the file and try again.",
    )
}

/// Where a row group begins: scan ranges are of whole row groups ("Using scan ranges" of the user guide).
fn start_of(group: &RowGroupMetaData) -> u64 {
    group.columns().first().map_or(0, |column| column.byte_range().0)
}

fn check(group: &RowGroupMetaData) -> Result<(), Fault> {
    if group.total_byte_size() > MAX_GROUP {
        return Err(fault("OverMaxParquetBlockSize", "The Parquet file is above the max row group size."));
    }
    let is_known = |it| matches!(it, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_));
    if group.columns().iter().all(|column| is_known(column.compression())) {
        return Ok(());
    }
    Err(fault(
        "ParquetUnsupportedCompressionCodec",
        "The specified Parquet compression codec is not supported.",
    ))
}

fn record(row: Row) -> Record {
    let (names, values): (Vec<Arc<str>>, Vec<Value>) =
        row.into_columns().into_iter().map(|(name, field)| (Arc::from(name), value(field))).unzip();
    Record::Columns { names: names.into(), values }
}

/// A value of a column. Decimals become floats, as everywhere here; bytes that nothing says anything of are text, which
/// older writers mean by them.
fn value(field: Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(it) => Value::Bool(it),
        Field::Byte(it) => Value::Int(it.into()),
        Field::Short(it) => Value::Int(it.into()),
        Field::Int(it) => Value::Int(it.into()),
        Field::Long(it) => Value::Int(it),
        Field::UByte(it) => Value::Int(it.into()),
        Field::UShort(it) => Value::Int(it.into()),
        Field::UInt(it) => Value::Int(it.into()),
        Field::ULong(it) => i64::try_from(it).map_or(Value::Float(it as f64), Value::Int),
        Field::Float16(it) => Value::Float(it.to_f64()),
        // As it is written: 0.1, not what is nearest to it in 64 bits.
        Field::Float(it) => Value::Float(it.to_string().parse().unwrap_or_else(|_| it.into())),
        Field::Double(it) => Value::Float(it),
        Field::Decimal(it) => Value::Float(float_of(&it)),
        Field::Str(it) => Value::Text(it),
        Field::Bytes(it) => Value::Text(String::from_utf8_lossy(it.data()).into_owned()),
        Field::Date(days) => Value::Text(date(days)),
        Field::TimeMillis(millis) => Value::Text(time(i64::from(millis) * 1000)),
        Field::TimeMicros(micros) => Value::Text(time(micros)),
        Field::TimestampMillis(millis) => Value::Time(Timestamp::from_millis(millis)),
        Field::TimestampMicros(micros) => {
            let nanos = micros.rem_euclid(1_000_000) * 1000;
            Value::Time(Timestamp::new(
                micros.div_euclid(1_000_000),
                u32::try_from(nanos).unwrap_or_default(),
            ))
        }
        nested => Value::Json(json(&nested)),
    }
}

/// Groups are objects, lists and maps what they are called.
fn json(field: &Field) -> Json {
    match field {
        Field::Group(row) => row.get_column_iter().map(|(name, field)| (name.clone(), json(field))).collect(),
        Field::ListInternal(list) => list.elements().iter().map(json).collect(),
        Field::MapInternal(map) => {
            let entries = map.entries().iter().map(|(key, field)| (value(key.clone()).text(), json(field)));
            entries.collect()
        }
        plain => value(plain.clone()).json().unwrap_or_default(),
    }
}

/// The number of a decimal: the bytes of a signed integer, the most significant first, and where its point is.
fn float_of(decimal: &Decimal) -> f64 {
    let mut bytes = decimal.data().iter();
    // The first byte has the sign.
    let first = bytes.next().map_or(0.0, |it| f64::from(it.cast_signed()));
    let unscaled = bytes.fold(first, |number, byte| number * 256.0 + f64::from(*byte));
    unscaled / 10_f64.powi(decimal.scale())
}

/// `2026-05-28`
fn date(days: i32) -> String {
    let text = Timestamp::from_seconds(i64::from(days) * 86_400).format(TimestampFormat::DateTime);
    text.split('T').next().unwrap_or_default().to_owned()
}

/// `20:26:40.5`, of microseconds since midnight.
fn time(micros: i64) -> String {
    let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { clock } else { format!("{clock}.{rest:06}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests;
