//! Queries over small objects.

use std::io::Write as _;

use asf_api_s3::{CsvInput, CsvOutput, InputSerialization, JsonInput, JsonOutput, OutputSerialization};

use super::*;
use crate::select::parse::parse;

const CSV: &str = "name,age,city\nAda,36,London\nBob,7,\"New York, NY\"\nCyd,,Paris\n";
const LINES: &str = r#"{"id": 1, "tags": ["a", "b"], "at": {"x": 1.5}}
{"id": 2, "tags": [], "at": {"x": 2}, "note": null}
{"id": 3}
"#;

fn csv(header: &str) -> InputSerialization {
    let csv = CsvInput { file_header_info: Some(header.into()), ..Default::default() };
    InputSerialization { csv: Some(csv), ..Default::default() }
}

fn json() -> InputSerialization {
    InputSerialization { json: Some(JsonInput { r#type: Some("LINES".into()) }), ..Default::default() }
}

fn as_csv() -> OutputSerialization {
    OutputSerialization { csv: Some(CsvOutput::default()), json: None }
}

fn as_json() -> OutputSerialization {
    OutputSerialization { csv: None, json: Some(JsonOutput::default()) }
}

fn job(sql: &str, input: &InputSerialization, output: &OutputSerialization) -> Result<Job, Fault> {
    Ok(Job {
        query: parse(sql)?,
        input: Input::of(input)?,
        output: Output::of(output)?,
        range: 0..=u64::MAX,
        tells_progress: false,
        now: Timestamp::EPOCH,
    })
}

/// What a query answers, or the code of the error.
fn told(job: Result<Job, Fault>, bytes: &[u8]) -> String {
    let mut found = Vec::new();
    let source = std::io::Cursor::new(bytes.to_vec());
    let done = job.and_then(|job| {
        run(&job, source, |told| {
            if let Told::Records(bytes) = told {
                found.extend(bytes);
            }
            true
        })
    });
    match done {
        Ok(()) => String::from_utf8(found).unwrap(),
        Err(fault) => fault.code.to_owned(),
    }
}

#[test]
fn csv_queries() {
    for (sql, header, expected) in [
        ("SELECT * FROM S3Object", "NONE", CSV),
        ("SELECT * FROM s3object s LIMIT 1", "USE", "Ada,36,London\n"),
        ("SELECT s._1 FROM S3Object s", "IGNORE", "Ada\nBob\nCyd\n"),
        ("SELECT s.name, s.CITY FROM S3Object s WHERE CAST(s.age AS INT) > 10", "USE", "CastFailed"),
        ("SELECT s.name, s.CITY FROM S3Object s WHERE s.age > 10", "USE", "Ada,London\n"),
        ("SELECT s.\"NAME\" FROM S3Object s LIMIT 1", "USE", "\n"),
        ("SELECT city FROM S3Object WHERE city LIKE 'New%'", "USE", "\"New York, NY\"\n"),
        ("SELECT name FROM S3Object WHERE name IN ('Ada', 'Cyd') AND NOT name = 'Ada'", "USE", "Cyd\n"),
        ("SELECT name FROM S3Object WHERE name BETWEEN 'B' AND 'C'", "USE", "Bob\n"),
        ("SELECT COUNT(*), MIN(name), MAX(age) FROM S3Object", "USE", "3,Ada,7\n"),
        ("SELECT SUM(CAST(s._1 AS INT)) FROM S3Object s WHERE s._1 <> 'name'", "NONE", "CastFailed"),
        ("SELECT UPPER(name) || '!' AS n FROM S3Object LIMIT 1", "USE", "ADA!\n"),
        ("SELECT CASE name WHEN 'Ada' THEN 1 ELSE 0 END FROM S3Object", "USE", "1\n0\n0\n"),
        ("SELECT name FROM S3Object WHERE none IS MISSING", "USE", "Ada\nBob\nCyd\n"),
        (
            "SELECT SUBSTRING(name FROM 2 FOR 1), TRIM(LEADING 'A' FROM name) FROM S3Object LIMIT 1",
            "USE",
            "d,da\n",
        ),
        ("SELECT 1 + 2 * 3, 7 / 2, 7.0 / 2 FROM S3Object LIMIT 1", "USE", "7,3,3.5\n"),
        ("SELECT 1 / 0 FROM S3Object", "USE", "DivideByZero"),
        ("SELECT name FROM", "USE", "ParseSelectMissingFrom"),
        ("SELECT name FROM S3Object WHERE", "USE", "ParseUnexpectedToken"),
        ("SELECT name FROM S3Object GROUP BY name", "USE", "ParseUnsupportedSyntax"),
        ("SELECT name FROM S3Object ORDER BY name", "USE", "ParseUnsupportedSyntax"),
        ("SELECT name, COUNT(*) FROM S3Object", "USE", "UnsupportedSqlStructure"),
        ("SELECT SQRT(age) FROM S3Object", "USE", "UnsupportedFunction"),
        ("DELETE FROM S3Object", "USE", "ParseUnsupportedSyntax"),
    ] {
        assert_eq!(told(job(sql, &csv(header), &as_csv()), CSV.as_bytes()), expected, "{sql}");
    }
}

#[test]
fn json_queries() {
    for (sql, expected) in [
        ("SELECT s.id FROM S3Object s", "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n"),
        ("SELECT s.at.x, s.tags[1] AS second FROM S3Object[*] s LIMIT 1", "{\"x\":1.5,\"second\":\"b\"}\n"),
        ("SELECT * FROM S3Object[*].tags[*] t", "{\"_1\":\"a\"}\n{\"_1\":\"b\"}\n"),
        (
            "SELECT s.id, s.note FROM S3Object s WHERE s.note IS NULL AND s.note IS NOT MISSING",
            "{\"id\":2,\"note\":null}\n",
        ),
        ("SELECT AVG(s.id), SUM(s.at.x) AS sum FROM S3Object s", "{\"_1\":2,\"sum\":3.5}\n"),
        ("SELECT SIZE(s.tags) AS n FROM S3Object s WHERE s.id = 1", "{\"n\":2}\n"),
        ("SELECT s.id FROM S3Object s WHERE s.at.x >= 2 OR s.id = 3", "{\"id\":2}\n{\"id\":3}\n"),
        ("SELECT COALESCE(s.note, 'none') FROM S3Object s LIMIT 1", "{\"_1\":\"none\"}\n"),
        ("SELECT EXTRACT(YEAR FROM TO_TIMESTAMP('2010-02-03')) AS y FROM S3Object LIMIT 1", "{\"y\":2010}\n"),
    ] {
        assert_eq!(told(job(sql, &json(), &as_json()), LINES.as_bytes()), expected, "{sql}");
    }
    // A document, and lists in it.
    let document = br#"{"rules": [{"id": "a"}, {"id": "b"}]}"#;
    let sql = "SELECT r.id FROM S3Object[*].rules[*] r";
    assert_eq!(told(job(sql, &json(), &as_csv()), document), "a\nb\n");
    assert_eq!(told(job(sql, &json(), &as_csv()), b"{\"rules\": ["), "JSONParsingError");
}

#[test]
fn compressed_objects() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(CSV.as_bytes()).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(CSV.as_bytes()).unwrap();
    for (name, bytes) in [("GZIP", gzip.finish().unwrap()), ("BZIP2", bzip2.finish().unwrap())] {
        let input = InputSerialization { compression_type: Some(name.into()), ..csv("USE") };
        let sql = "SELECT name FROM S3Object LIMIT 1";
        assert_eq!(told(job(sql, &input, &as_csv()), &bytes), "Ada\n", "{name}");
        assert_eq!(told(job(sql, &input, &as_csv()), CSV.as_bytes()), "TruncatedInput", "{name}");
    }
}

#[test]
fn ranges_and_counts() {
    let range = |start, end| {
        let input = Input::of(&csv("NONE")).unwrap();
        range(Some(&ScanRange { start, end }), 100, &input).map_err(|it| it.code)
    };
    assert_eq!(range(Some(1), Some(5)), Ok(1..=5));
    assert_eq!(range(Some(1), None), Ok(1..=u64::MAX));
    assert_eq!(range(None, Some(10)), Ok(90..=u64::MAX));
    assert_eq!(range(Some(5), Some(1)), Err("InvalidScanRange"));
    let mut job = job("SELECT s._1 FROM S3Object s", &csv("NONE"), &as_csv()).unwrap();
    // The record of Bob begins at 28.
    job.range = 15..=30;
    job.tells_progress = true;
    let mut all = Vec::new();
    let source = std::io::Cursor::new(CSV.as_bytes());
    run(&job, source, |told| {
        all.push(told);
        true
    })
    .unwrap();
    let size = CSV.len() as u64;
    let counts = Counts { scanned: size, processed: size, returned: 4 };
    let expected = [Told::Records(b"Bob\n".to_vec()), Told::Progress(counts), Told::Stats(counts), Told::End];
    assert_eq!(all, expected);
}

// A stack that is too small ends the process.
#[test]
fn the_longest_chains_are_evaluated() {
    let evaluate = || {
        let sum = format!("SELECT {}1 FROM S3Object", "1+".repeat(490));
        assert_eq!(told(job(&sum, &csv("USE"), &as_csv()), b"a\n1\n"), "491\n");
        let any = format!("SELECT a FROM S3Object WHERE {}1=1", "1=2 OR ".repeat(240));
        assert_eq!(told(job(&any, &csv("USE"), &as_csv()), b"a\n1\n"), "1\n");
    };
    let thread = std::thread::Builder::new().stack_size(crate::select::parse::STACK);
    thread.spawn(evaluate).unwrap().join().unwrap();
}
