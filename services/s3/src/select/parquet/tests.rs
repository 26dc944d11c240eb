//! Queries over files that are written here.

use std::io::Cursor;
use std::sync::Arc;

use asf_api_s3::{CsvOutput, InputSerialization, JsonOutput, OutputSerialization, ParquetInput};
use parquet::basic::{Compression, GzipLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;
use crate::select::input::Input;
use crate::select::output::Output;
use crate::select::parse::parse;
use crate::select::run::{Job, Told, run_parquet};

impl Content for Vec<u8> {
    fn len(&self) -> u64 {
        self.len() as u64
    }

    fn from(&self, offset: u64) -> Box<dyn Read> {
        let mut cursor = Cursor::new(self.clone());
        cursor.set_position(offset);
        Box::new(cursor)
    }
}

const SCHEMA: &str = "message people {
    REQUIRED BYTE_ARRAY name (UTF8);
    OPTIONAL INT32 Age;
    REQUIRED DOUBLE score;
    REQUIRED BOOLEAN is_in;
    REQUIRED INT32 born (DATE);
    REQUIRED INT64 seen (TIMESTAMP_MILLIS);
    REQUIRED INT32 paid (DECIMAL(9, 2));
    OPTIONAL group tags (LIST) { REPEATED group list { REQUIRED BYTE_ARRAY element (UTF8); } }
}";

/// Two row groups: Ada and Bob, Cyd.
fn file(compression: Compression) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let text = |it: &str| ByteArray::from(it);
    type Group<'a> = (&'a [&'a str], &'a [i32], &'a [i16], &'a [&'a str], (&'a [i16], &'a [i16]));
    let groups: [Group<'_>; 2] = [
        (&["Ada", "Bob"], &[36], &[1, 0], &["x", "y"], (&[2, 2, 0], &[0, 1, 0])),
        (&["Cyd"], &[7], &[1], &[], (&[1], &[0])),
    ];
    for (names, ages, has_age, tags, (definitions, repetitions)) in groups {
        let mut group = writer.next_row_group().unwrap();
        let count = names.len();
        let mut column = group.next_column().unwrap().unwrap();
        let names: Vec<_> = names.iter().map(|it| text(it)).collect();
        column.typed::<ByteArrayType>().write_batch(&names, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(ages, Some(has_age), None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&[1.5, 2.5][..count], None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<BoolType>().write_batch(&[true, false][..count], None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(&[20_000, -1][..count], None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[1_780_000_000_500, 0][..count], None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(&[12_345, -50][..count], None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let tags: Vec<_> = tags.iter().map(|it| text(it)).collect();
        column.typed::<ByteArrayType>().write_batch(&tags, Some(definitions), Some(repetitions)).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn job(sql: &str, is_json: bool, range: RangeInclusive<u64>) -> Job {
    let input = InputSerialization { parquet: Some(ParquetInput {}), ..Default::default() };
    let output = match is_json {
        true => OutputSerialization { csv: None, json: Some(JsonOutput::default()) },
        false => OutputSerialization { csv: Some(CsvOutput::default()), json: None },
    };
    Job {
        query: parse(sql).unwrap(),
        input: Input::of(&input).unwrap(),
        output: Output::of(&output).unwrap(),
        range,
        tells_progress: false,
        now: Timestamp::EPOCH,
    }
}

/// What a query answers, or the code of the error.
fn told(job: &Job, bytes: Vec<u8>) -> String {
    let mut found = Vec::new();
    let done = run_parquet(job, bytes, |told| {
        if let Told::Records(bytes) = told {
            found.extend(bytes);
        }
        true
    });
    match done {
        Ok(()) => String::from_utf8(found).unwrap(),
        Err(fault) => fault.code.to_owned(),
    }
}

fn answer(sql: &str, is_json: bool) -> String {
    told(&job(sql, is_json, 0..=u64::MAX), file(Compression::SNAPPY))
}

#[test]
fn all_columns() {
    assert_eq!(
        answer("SELECT * FROM S3Object s LIMIT 2", true),
        "{\"name\":\"Ada\",\"Age\":36,\"score\":1.5,\"is_in\":true,\"born\":\"2024-10-04\",\
         \"seen\":\"2026-05-28T20:26:40.500Z\",\"paid\":123.45,\"tags\":[\"x\",\"y\"]}\n\
         {\"name\":\"Bob\",\"Age\":null,\"score\":2.5,\"is_in\":false,\"born\":\"1969-12-31\",\
         \"seen\":\"1970-01-01T00:00:00Z\",\"paid\":-0.5,\"tags\":null}\n"
    );
}

#[test]
fn columns_conditions_and_sums() {
    assert_eq!(answer("SELECT s.name, s.age FROM S3Object s WHERE s.score < 2", false), "Ada,36\nCyd,7\n");
    assert_eq!(answer("SELECT s.\"age\" FROM S3Object s LIMIT 1", true), "{}\n");
    assert_eq!(answer("SELECT s.tags[1] FROM S3Object s WHERE name = 'Ada'", false), "y\n");
    assert_eq!(answer("SELECT COUNT(*), SUM(s.age), MAX(s.paid) FROM S3Object s", false), "3,43,123.45\n");
    assert_eq!(answer("SELECT name FROM S3Object WHERE Age IS NULL", false), "Bob\n");
    let seen = "SELECT name FROM S3Object WHERE seen > CAST('2026-01-01T00:00:00Z' AS TIMESTAMP)";
    assert_eq!(answer(seen, false), "Ada\nCyd\n");
}

#[test]
fn codecs() {
    let query = job("SELECT name FROM S3Object", false, 0..=u64::MAX);
    for compression in
        [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(GzipLevel::default())]
    {
        assert_eq!(told(&query, file(compression)), "Ada\nBob\nCyd\n", "{compression:?}");
    }
}

/// Row groups are taken that begin in the range.
#[test]
fn ranges() {
    let bytes = file(Compression::SNAPPY);
    let reader = SerializedFileReader::new(Bytes::from(bytes.clone())).unwrap();
    let second = start_of(reader.metadata().row_group(1));
    let answer = |range| told(&job("SELECT name FROM S3Object", false, range), bytes.clone());
    assert_eq!(answer(0..=second - 1), "Ada\nBob\n");
    assert_eq!(answer(second..=u64::MAX), "Cyd\n");
    assert_eq!(answer(0..=second), "Ada\nBob\nCyd\n");
}

#[test]
fn what_is_no_parquet() {
    let query = job("SELECT * FROM S3Object", false, 0..=u64::MAX);
    let bytes = file(Compression::SNAPPY);
    for broken in [Vec::new(), b"PAR1".to_vec(), b"a,b\n1,2\n".to_vec(), bytes[..bytes.len() - 9].to_vec()] {
        assert_eq!(told(&query, broken), "ParquetParsingError");
    }
    // Whatever byte is another one: an answer or an error, and no panic.
    for index in (0..bytes.len()).step_by(5) {
        let mut changed = bytes.clone();
        changed[index] ^= 0xff;
        told(&query, changed);
    }
}
