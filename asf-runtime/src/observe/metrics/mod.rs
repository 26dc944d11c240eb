//! What is counted of every call, for `/_asf/metrics` and `/_localstack/usage`.
//!
//! There are crates for metrics. `prometheus-client` finds a family's member behind a lock that all cores
//! share and needs an owned set of labels for it; `metrics` with its exporter brings 30 crates. Here the
//! labels are what a call has anyway, a service's table and an operation's number, so that counting is
//! finding a cell by index and a few additions, without lock and without allocation; what remains is to
//! write the text, which is a page ([`text`](self)).

mod calls;
mod process;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asf_schema::{Operation, ServiceSchema};

pub use text::{CONTENT_TYPE, exposition};

use calls::CallTable;
pub use calls::{BUCKETS, OperationTotals};

/// One finished request.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// The service that was called; none of what is not for AWS's API.
    pub service: Option<&'static ServiceSchema>,
    /// The operation that was called.
    pub operation: Option<Operation>,
    /// HTTP status.
    pub status: u16,
    /// Who answered.
    pub source: &'static str,
    /// How long it took, by the machine's time.
    pub elapsed: Duration,
    /// Bytes of the request's body, where they are known beforehand.
    pub bytes_in: u64,
    /// Bytes of the answer's body, where they are known beforehand.
    pub bytes_out: u64,
}

/// What is counted. Copies of it are the same.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    began: Instant,
    /// A table a group of threads, so that cores do not fight for the same counters; added up when read.
    tables: Box<[OnceLock<Box<CallTable>>]>,
    under_way: AtomicI64,
    cut_off: AtomicU64,
    connections: Arc<Connections>,
}

/// Connections of clients and what went over them.
#[derive(Debug, Default)]
pub struct Connections {
    /// Those that are open.
    pub open: AtomicI64,
    /// All that there have been.
    pub total: AtomicU64,
    /// Bytes that came, heads included and TLS's own not.
    pub received: AtomicU64,
    /// Bytes that were sent.
    pub sent: AtomicU64,
}

/// A request that is under way until this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    metrics: Metrics,
    is_finished: bool,
}

/// Totals by service (empty: not for AWS's API) and operation (empty: one that could not be told).
pub type Totals = BTreeMap<(&'static str, &'static str), OperationTotals>;

/// Tables that there can be: more cores than that share.
const MAX_TABLES: usize = 16;

impl Default for Metrics {
    #[allow(clippy::disallowed_methods, reason = "this measures, it does not tell the time")]
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self(Arc::new(Shared {
            began: Instant::now(),
            tables: (0..cores.min(MAX_TABLES)).map(|_| OnceLock::new()).collect(),
            under_way: AtomicI64::new(0),
            cut_off: AtomicU64::new(0),
            connections: Arc::default(),
        }))
    }
}

impl Metrics {
    /// A request has come.
    #[must_use]
    pub fn begin(&self) -> UnderWay {
        self.0.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay { metrics: self.clone(), is_finished: false }
    }

    /// Counts a request that has been answered.
    pub fn record(&self, finished: &Finished) {
        let tables = &self.0.tables;
        if let Some(table) = tables.get(thread_number() % tables.len().max(1)) {
            table.get_or_init(Box::default).record(finished);
        }
    }

    /// The counters of connections, for who has them.
    #[must_use]
    pub fn connections(&self) -> &Arc<Connections> {
        &self.0.connections
    }

    /// What has been counted so far, of all threads together.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::new();
        for table in self.0.tables.iter().filter_map(OnceLock::get) {
            table.add_to(&mut totals);
        }
        totals
    }
}

impl UnderWay {
    /// It was answered, and not cut off.
    pub fn finish(mut self) {
        self.is_finished = true;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let shared = &self.metrics.0;
        shared.under_way.fetch_sub(1, Ordering::Relaxed);
        if !self.is_finished {
            shared.cut_off.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Threads are numbered in the order in which they first count.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    // A thread that is ending has none any more.
    NUMBER.try_with(|it| *it).unwrap_or_default()
}
