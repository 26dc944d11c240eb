//! The counters of calls: found by index, changed without locks.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use asf_schema::ServiceSchema;

use super::{Finished, Totals};

/// Upper bounds of the histogram of latencies, in microseconds.
pub const BUCKETS: [u64; 17] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000, 30_000_000,
];

/// Services that a table has room for. There are 424; what finds no room is counted as no service's.
const SERVICES: usize = 1024;
/// Pairs of status and source that an operation has room for; the last one is of all others.
const OUTCOMES: usize = 16;

/// Counters of some threads: a hash table of services with open addressing, which only grows, over arrays by
/// the number of the operation.
#[derive(Debug)]
pub(super) struct CallTable {
    services: Box<[OnceLock<ServiceCalls>]>,
    no_service: OperationCalls,
}

#[derive(Debug)]
struct ServiceCalls {
    schema: &'static ServiceSchema,
    /// By their number; made when first called.
    operations: Box<[OnceLock<Box<OperationCalls>>]>,
    no_operation: OnceLock<Box<OperationCalls>>,
}

#[derive(Debug, Default)]
struct OperationCalls {
    outcomes: [OnceLock<Outcome>; OUTCOMES],
    /// One more than bounds: what took longer than the last.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

#[derive(Debug)]
struct Outcome {
    status: u16,
    source: &'static str,
    count: AtomicU64,
}

/// What was counted of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationTotals {
    /// Calls by status and source.
    pub outcomes: std::collections::BTreeMap<(u16, &'static str), u64>,
    /// Calls by latency: up to each of [`BUCKETS`] and above the one before; the last are the longer ones.
    pub buckets: [u64; BUCKETS.len() + 1],
    /// Microseconds of all calls.
    pub micros: u64,
    /// Bytes of requests.
    pub bytes_in: u64,
    /// Bytes of answers.
    pub bytes_out: u64,
}

impl OperationTotals {
    /// All calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.outcomes.values().sum()
    }
}

impl Default for CallTable {
    fn default() -> Self {
        Self {
            services: (0..SERVICES).map(|_| OnceLock::new()).collect(),
            no_service: OperationCalls::default(),
        }
    }
}

impl CallTable {
    pub(super) fn record(&self, finished: &Finished) {
        let calls = match (finished.operation, finished.service) {
            (Some(operation), _) => self
                .service(operation.service())
                .map_or(&self.no_service, |it| it.operation(Some(operation.index()))),
            (None, Some(service)) => self.service(service).map_or(&self.no_service, |it| it.operation(None)),
            (None, None) => &self.no_service,
        };
        calls.record(finished);
    }

    fn service(&self, schema: &'static ServiceSchema) -> Option<&ServiceCalls> {
        // Schemas are some hundred bytes large, and lie where they lie for ever.
        let start = std::ptr::from_ref(schema).addr() / 64;
        (start..start + SERVICES).find_map(|at| {
            let cell = self.services.get(at % SERVICES)?;
            let calls = cell.get_or_init(|| ServiceCalls::new(schema));
            std::ptr::eq(calls.schema, schema).then_some(calls)
        })
    }

    pub(super) fn add_to(&self, totals: &mut Totals) {
        self.no_service.add_to(totals, "", "");
        for service in self.services.iter().filter_map(OnceLock::get) {
            let name = service.schema.name;
            for (operation, calls) in service.schema.operations().zip(&service.operations) {
                if let Some(calls) = calls.get() {
                    calls.add_to(totals, name, operation.name());
                }
            }
            if let Some(calls) = service.no_operation.get() {
                calls.add_to(totals, name, "");
            }
        }
    }
}

impl ServiceCalls {
    fn new(schema: &'static ServiceSchema) -> Self {
        let operations = schema.operations().map(|_| OnceLock::new()).collect();
        Self { schema, operations, no_operation: OnceLock::new() }
    }

    fn operation(&self, index: Option<u16>) -> &OperationCalls {
        let cell = index.and_then(|it| self.operations.get(usize::from(it))).unwrap_or(&self.no_operation);
        cell.get_or_init(Box::default)
    }
}

impl OperationCalls {
    fn record(&self, finished: &Finished) {
        let Finished { status, source, elapsed, bytes_in, bytes_out, .. } = *finished;
        let micros = micros(elapsed);
        let bucket = BUCKETS.iter().position(|bound| micros <= *bound).unwrap_or(BUCKETS.len());
        add(self.buckets.get(bucket), 1);
        add(Some(&self.micros), micros);
        add(Some(&self.bytes_in), bytes_in);
        add(Some(&self.bytes_out), bytes_out);
        add(self.outcome(status, source), 1);
    }

    fn outcome(&self, status: u16, source: &'static str) -> Option<&AtomicU64> {
        let (last, others) = self.outcomes.split_last()?;
        let found = others.iter().find_map(|cell| {
            let outcome = cell.get_or_init(|| Outcome { status, source, count: AtomicU64::new(0) });
            (outcome.status == status && outcome.source == source).then_some(&outcome.count)
        });
        let other =
            || &last.get_or_init(|| Outcome { status: 0, source: "", count: AtomicU64::new(0) }).count;
        Some(found.unwrap_or_else(other))
    }

    fn add_to(&self, totals: &mut Totals, service: &'static str, operation: &'static str) {
        let outcomes: Vec<&Outcome> = self.outcomes.iter().filter_map(OnceLock::get).collect();
        if outcomes.is_empty() {
            return;
        }
        let read = |it: &AtomicU64| it.load(Ordering::Relaxed);
        let total = totals.entry((service, operation)).or_default();
        for outcome in outcomes {
            *total.outcomes.entry((outcome.status, outcome.source)).or_default() += read(&outcome.count);
        }
        for (total, bucket) in total.buckets.iter_mut().zip(&self.buckets) {
            *total += read(bucket);
        }
        total.micros += read(&self.micros);
        total.bytes_in += read(&self.bytes_in);
        total.bytes_out += read(&self.bytes_out);
    }
}

fn add(to: Option<&AtomicU64>, amount: u64) {
    if let (Some(to), 1..) = (to, amount) {
        to.fetch_add(amount, Ordering::Relaxed);
    }
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::tests::service;

    fn finished(status: u16, micros: u64) -> Finished {
        let service = service();
        Finished {
            service: Some(service),
            operation: service.operation("Echo"),
            status,
            source: "native",
            elapsed: Duration::from_micros(micros),
            bytes_in: 1,
            bytes_out: 2,
        }
    }

    /// More statuses than there is room for are counted as others; none is lost. The schemas of one name,
    /// which there are twice here with every call, are one service.
    #[test]
    fn what_finds_no_room() {
        let table = CallTable::default();
        for status in 400..420 {
            table.record(&finished(status, 60));
        }
        let mut totals = Totals::new();
        table.add_to(&mut totals);
        // Each call had a table of its own, because each had a schema of its own.
        assert_eq!(totals[&("things", "Echo")].calls(), 20);

        let (table, one) = (CallTable::default(), finished(0, 60));
        for status in 400..420 {
            table.record(&Finished { status, ..one });
        }
        let mut totals = Totals::new();
        table.add_to(&mut totals);
        let total = &totals[&("things", "Echo")];
        assert_eq!(total.outcomes.len(), OUTCOMES);
        assert_eq!(total.outcomes[&(0, "")], 5);
        assert_eq!((total.calls(), total.bytes_in, total.bytes_out, total.micros), (20, 20, 40, 1200));
    }

    #[test]
    fn buckets() {
        for (micros, bucket) in [(0, 0), (50, 0), (51, 1), (1_000, 4), (30_000_000, 16), (30_000_001, 17)] {
            let (table, mut totals) = (CallTable::default(), Totals::new());
            table.record(&finished(200, micros));
            table.add_to(&mut totals);
            let expected: Vec<u64> = (0..=BUCKETS.len()).map(|it| u64::from(it == bucket)).collect();
            assert_eq!(totals[&("things", "Echo")].buckets.to_vec(), expected, "{micros}");
        }
    }
}
