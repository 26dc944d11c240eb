//! `SelectObjectContent`

use std::io::Read;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::shape::{EventStream, StreamError};
use asf_runtime::store::{Blob, BlobReader};
use bytes::Bytes;
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::S3Provider;
use super::lookup::OnMarker;
use crate::encryption::customer_key;
use crate::error::Fault;
use crate::select::fault;
use crate::select::input::Input;
use crate::select::output::Output;
use crate::select::parquet::Content;
use crate::select::parse::{STACK, parse};
use crate::select::run::{Counts, Job, Told, missing_parameter, range, run, run_parquet};

/// Events that may wait for the client.
const AHEAD: usize = 4;

/// `SelectObjectContent`
pub(super) fn select(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &SelectObjectContentRequest,
) -> Result<SelectObjectContentOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, None, "POST", OnMarker::NoSuchKey)?;
    let data = found.data()?;
    customer_key!(input).open(data)?;
    if input.expression_type.as_ref().is_none_or(|it| it.as_str() != "SQL") {
        let message = "The ExpressionType is not valid. Only SQL expressions are supported.";
        return Err(fault("InvalidExpressionType", message).into());
    }
    let query = parse(input.expression.as_deref().ok_or_else(missing_parameter)?)?;
    let format = Input::of(input.input_serialization.as_ref().ok_or_else(missing_parameter)?)?;
    let job = Job {
        query,
        output: Output::of(input.output_serialization.as_ref().ok_or_else(missing_parameter)?)?,
        range: range(input.scan_range.as_ref(), data.size, &format)?,
        input: format,
        tells_progress: input.request_progress.as_ref().and_then(|it| it.enabled) == Some(true),
        now: ctx.clock().now(),
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    let content = data.content.clone();
    let runtime = Handle::current();
    let thread = std::thread::Builder::new().name("s3-select".to_owned()).stack_size(STACK);
    let spawned = thread.spawn(move || work(&job, &content, runtime, &sender));
    spawned.map_err(|error| fault("InternalError", error.to_string()))?;
    let events = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|event| (event, receiver))
    });
    Ok(SelectObjectContentOutput { payload: Some(EventStream::new(events)) })
}

type Event = Result<SelectObjectContentEventStream, StreamError>;

/// Runs a query, on a thread that may wait: for the object's file, and for the client. Those of the runtime have too
/// little stack for the longest chains of operators.
fn work(job: &Job, content: &Blob, runtime: Handle, events: &mpsc::Sender<Event>) {
    let tell = |told| events.blocking_send(Ok(event(told))).is_ok();
    let done = match job.input.is_parquet() {
        true => run_parquet(job, Placed { content: content.clone(), runtime }, tell),
        false => run(job, Pulled::of(content, runtime), tell),
    };
    if let Err(fault) = done {
        // Nobody may be there any more.
        let _ = events.blocking_send(Err(of_fault(fault)));
    }
}

fn of_fault(fault: Fault) -> StreamError {
    StreamError::Service(Box::new(fault.into_aws()))
}

fn event(told: Told) -> SelectObjectContentEventStream {
    use SelectObjectContentEventStream as Event;
    let number = |it: u64| Some(i64::try_from(it).unwrap_or(i64::MAX));
    match told {
        Told::Records(bytes) => Event::Records(RecordsEvent { payload: Some(bytes.into()) }),
        Told::Progress(Counts { scanned, processed, returned }) => {
            let details = Progress {
                bytes_scanned: number(scanned),
                bytes_processed: number(processed),
                bytes_returned: number(returned),
            };
            Event::Progress(ProgressEvent { details: Some(details) })
        }
        Told::Stats(Counts { scanned, processed, returned }) => {
            let details = Stats {
                bytes_scanned: number(scanned),
                bytes_processed: number(processed),
                bytes_returned: number(returned),
            };
            Event::Stats(StatsEvent { details: Some(details) })
        }
        Told::End => Event::End(EndEvent {}),
    }
}

/// An object's content, for who reads and waits.
struct Pulled {
    reader: BlobReader,
    runtime: Handle,
    rest: Bytes,
}

impl Pulled {
    fn of(content: &Blob, runtime: Handle) -> Self {
        Self { reader: content.reader(), runtime, rest: Bytes::new() }
    }
}

/// An object's content, for who reads here and there.
struct Placed {
    content: Blob,
    runtime: Handle,
}

impl Content for Placed {
    fn len(&self) -> u64 {
        self.content.len()
    }

    fn from(&self, offset: u64) -> Box<dyn Read> {
        Box::new(Pulled::of(&self.content.slice(offset..u64::MAX), self.runtime.clone()))
    }
}

impl Read for Pulled {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            match self.runtime.block_on(self.reader.next()) {
                None => return Ok(0),
                Some(piece) => self.rest = piece.map_err(std::io::Error::other)?,
            }
        }
        let taken = self.rest.split_to(self.rest.len().min(buffer.len()));
        buffer.get_mut(..taken.len()).unwrap_or_default().copy_from_slice(&taken);
        Ok(taken.len())
    }
}
