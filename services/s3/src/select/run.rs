//! A query over an object, from its bytes to the events of the answer.

use std::cell::Cell;
use std::io::Read;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use asf_api_s3::ScanRange;
use asf_runtime::Timestamp;
use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;

use super::aggregate::Sum;
use super::evaluate::Scope;
use super::fault;
use super::input::{Compression, Input, Record, Records, expand};
use super::output::Output;
use super::parquet::{self, Content};
use super::query::{Columns, Query};
use super::value::Value;
use crate::error::Fault;

/// Bytes of a `Records` event: about as many.
const CHUNK: usize = 64 << 10;

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) query: Query,
    pub(crate) input: Input,
    pub(crate) output: Output,
    /// Records that begin in this range count.
    pub(crate) range: RangeInclusive<u64>,
    /// Whether `Progress` is to be told.
    pub(crate) tells_progress: bool,
    pub(crate) now: Timestamp,
}

/// How many bytes went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) scanned: u64,
    pub(crate) processed: u64,
    pub(crate) returned: u64,
}

/// What is told while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Records(Vec<u8>),
    Progress(Counts),
    Stats(Counts),
    End,
}

/// A required part of a request that is not there.
pub(crate) fn missing_parameter() -> Fault {
    fault(
        "MissingRequiredParameter",
        "The SelectRequest entity is missing a required parameter. Check the service documentation and try again.",
    )
}

/// The bytes in which records have to begin, of an object of a size.
///
/// # Errors
/// `InvalidScanRange`, `UnsupportedScanRangeInput`
pub(crate) fn range(
    given: Option<&ScanRange>,
    size: u64,
    input: &Input,
) -> Result<RangeInclusive<u64>, Fault> {
    let Some(given) = given else { return Ok(0..=u64::MAX) };
    if input.compression != Compression::None {
        return Err(fault(
            "UnsupportedScanRangeInput",
            "Scan range queries are not supported on this type of object.",
        ));
    }
    let number = |it: Option<i64>| it.map(|it| u64::try_from(it).unwrap_or(u64::MAX));
    match (number(given.start), number(given.end)) {
        (Some(start), Some(end)) if start <= end => Ok(start..=end),
        (Some(start), None) => Ok(start..=u64::MAX),
        // The last bytes.
        (None, Some(last)) => Ok(size.saturating_sub(last)..=u64::MAX),
        _ => Err(fault("InvalidScanRange", "The provided scan range is not valid.")),
    }
}

/// Runs a query over bytes. `tell` says whether anybody still listens; it gets no end after an error.
///
/// # Errors
/// What is wrong with the object, or with an expression for a record of it.
pub(crate) fn run(
    job: &Job,
    source: impl Read + 'static,
    tell: impl FnMut(Told) -> bool,
) -> Result<(), Fault> {
    let (scanned, processed) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let raw = Counted { reader: source, count: scanned.clone() };
    let plain: Box<dyn Read> = match job.input.compression {
        Compression::None => Box::new(raw),
        Compression::Gzip => Box::new(MultiGzDecoder::new(raw)),
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(raw)),
    };
    let reader = Counted { reader: plain, count: processed.clone() };
    let records = job.input.records(Box::new(reader));
    let counts = |returned| Counts { scanned: scanned.get(), processed: processed.get(), returned };
    over(job, &job.range, records, counts, tell)
}

/// Runs a query over Parquet.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_parquet(
    job: &Job,
    content: impl Content + 'static,
    tell: impl FnMut(Told) -> bool,
) -> Result<(), Fault> {
    let rows = parquet::Rows::open(content, job.range.clone())?;
    let count = rows.count.clone();
    let counts = |returned| {
        let read = count.load(Ordering::Relaxed);
        Counts { scanned: read, processed: read, returned }
    };
    over(job, &(0..=u64::MAX), Records::Parquet(Box::new(rows)), counts, tell)
}

fn over(
    job: &Job,
    range: &RangeInclusive<u64>,
    mut records: Records,
    counts: impl Fn(u64) -> Counts,
    mut tell: impl FnMut(Told) -> bool,
) -> Result<(), Fault> {
    let sums = job.query.aggregates.iter().map(Sum::new).collect();
    let mut rows = Rows { job, range, sums, count: 0 };
    let (mut out, mut returned) = (Vec::new(), 0);
    while rows.wants_more() {
        if !rows.next(&mut records, &mut out)? {
            break;
        }
        if out.len() >= CHUNK {
            returned += out.len() as u64;
            let is_heard = tell(Told::Records(std::mem::take(&mut out)))
                && (!job.tells_progress || tell(Told::Progress(counts(returned))));
            if !is_heard {
                return Ok(());
            }
        }
    }
    rows.finish(&mut out)?;
    returned += out.len() as u64;
    let is_heard = (out.is_empty() || tell(Told::Records(out)))
        && (!job.tells_progress || tell(Told::Progress(counts(returned))))
        && tell(Told::Stats(counts(returned)));
    if is_heard {
        tell(Told::End);
    }
    Ok(())
}

/// Rows, as records come.
struct Rows<'j> {
    job: &'j Job,
    /// Records that begin here count.
    range: &'j RangeInclusive<u64>,
    sums: Vec<Sum<'j>>,
    count: u64,
}

impl Rows<'_> {
    fn wants_more(&self) -> bool {
        // Aggregates are one row, of all records.
        let is_one = !self.sums.is_empty();
        is_one || self.job.query.limit.is_none_or(|limit| self.count < limit)
    }

    /// Deals with the next value. False at the end.
    fn next(&mut self, records: &mut Records, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let Some((at, value)) = records.next().transpose()? else { return Ok(false) };
        if at > *self.range.end() {
            return Ok(false);
        }
        if at < *self.range.start() {
            return Ok(true);
        }
        let mut found = Vec::with_capacity(1);
        expand(value, &self.job.query.from, &mut found);
        for record in found {
            if self.wants_more() {
                self.take(&record, out)?;
            }
        }
        Ok(true)
    }

    fn take(&mut self, record: &Record, out: &mut Vec<u8>) -> Result<(), Fault> {
        let Job { query, output, now, .. } = self.job;
        let scope = Scope { record, aggregates: &[], now: *now };
        if let Some(filter) = &query.filter
            && scope.evaluate(filter)?.truth() != Some(true)
        {
            return Ok(());
        }
        if !self.sums.is_empty() {
            return self.sums.iter_mut().try_for_each(|sum| sum.take(scope));
        }
        output.write(&row(query, scope)?, out);
        self.count += 1;
        Ok(())
    }

    fn finish(self, out: &mut Vec<u8>) -> Result<(), Fault> {
        if self.sums.is_empty() || self.job.query.limit == Some(0) {
            return Ok(());
        }
        let results: Vec<Value> = self.sums.into_iter().map(Sum::result).collect();
        let record = Record::Json(serde_json::Value::Null);
        let scope = Scope { record: &record, aggregates: &results, now: self.job.now };
        self.job.output.write(&row(&self.job.query, scope)?, out);
        Ok(())
    }
}

fn row(query: &Query, scope: Scope<'_>) -> Result<Vec<(Arc<str>, Value)>, Fault> {
    match &query.columns {
        Columns::All => Ok(scope.record.members()),
        Columns::Some(columns) => {
            let cells = columns.iter().map(|it| Ok((it.name.clone(), scope.evaluate(&it.expr)?)));
            cells.collect()
        }
    }
}

struct Counted<R> {
    reader: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
