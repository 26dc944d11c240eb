//! The last calls: who called what, and what came of it; never bodies, never secrets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::header;
use serde_json::{Value as Json, json};

use super::metrics::Finished;
use crate::Timestamp;
use crate::error::ServiceError;
use crate::gateway::GatewayContext;
use crate::identity::AccountId;

/// Bytes of a text that comes from outside that are kept, at most.
const MAX_TEXT: usize = 256;
/// How many calls are kept, where nothing is said about it.
const SIZE: usize = 1000;

/// The last calls: a ring, of which each place has a lock of its own, so that calls do not wait for each
/// other, nor for who reads it. A place keeps its memory for the next call that it is given to. Copies of a
/// journal are the same.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Ring>);

#[derive(Debug)]
struct Ring {
    size: usize,
    /// Made with the first call; each place with the first that it is given to.
    places: OnceLock<Box<[Slot]>>,
    /// How many calls there have been.
    total: AtomicU64,
}

/// Room for a call.
type Slot = Mutex<Option<Box<Place>>>;

/// A call.
#[derive(Debug, Default)]
struct Place {
    /// Which call it is, from 1 on.
    number: u64,
    at: Timestamp,
    request_id: String,
    account: Option<AccountId>,
    region: String,
    service: &'static str,
    operation: &'static str,
    status: u16,
    code: String,
    source: &'static str,
    elapsed: Duration,
    user_agent: String,
    bytes_in: u64,
    bytes_out: u64,
}

/// Which calls are wanted; what is left out wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The service.
    pub service: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// The caller's account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Statuses from the first to the last.
    pub status: Option<(u16, u16)>,
    /// The code of the error.
    pub error: Option<String>,
    /// Calls that came then or later.
    pub since: Option<Timestamp>,
    /// The newest so many.
    pub limit: Option<usize>,
}

impl Default for Journal {
    fn default() -> Self {
        Self::new(SIZE)
    }
}

impl Journal {
    /// One that keeps so many calls; with 0, none.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self(Arc::new(Ring { size, places: OnceLock::new(), total: AtomicU64::new(0) }))
    }

    /// How many calls it keeps.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// Writes a call down, in the place of the oldest.
    pub(super) fn record(&self, at: Timestamp, finished: &Finished, ctx: &GatewayContext) {
        let ring = &*self.0;
        if ring.size == 0 {
            return;
        }
        let places = ring.places.get_or_init(|| (0..ring.size).map(|_| Mutex::default()).collect());
        let number = ring.total.fetch_add(1, Ordering::Relaxed) + 1;
        // The remainder of a division by a usize is one.
        let place = usize::try_from(number % ring.size as u64).ok().and_then(|it| places.get(it));
        let Some(place) = place else { return };
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place.get_or_insert_default();
        if place.number > number {
            // Calls went all around the ring meanwhile.
            return;
        }
        place.number = number;
        place.at = at;
        place.account = Some(ctx.account_id);
        place.service = finished.service.map_or("", |it| it.name);
        place.operation = finished.operation.map_or("", asf_schema::Operation::name);
        place.status = finished.status;
        place.source = finished.source;
        place.elapsed = finished.elapsed;
        place.bytes_in = finished.bytes_in;
        place.bytes_out = finished.bytes_out;
        fill(&mut place.request_id, &ctx.request_id);
        fill(&mut place.region, ctx.region.as_str());
        fill(&mut place.code, ctx.error.as_deref().map_or("", ServiceError::code));
        let user_agent = ctx.request.headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
        fill(&mut place.user_agent, user_agent.unwrap_or_default());
    }

    /// The calls that a filter wants, newest first, as JSON.
    #[must_use]
    pub fn calls(&self, filter: &Filter) -> Vec<Json> {
        let mut found: Vec<(u64, Json)> = Vec::new();
        for place in self.0.places.get().into_iter().flatten() {
            let place = place.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = place.as_deref().filter(|it| filter.wants(it)) {
                found.push((place.number, place.shown()));
            }
        }
        found.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        found.truncate(filter.limit.unwrap_or(usize::MAX));
        found.into_iter().map(|(_, shown)| shown).collect()
    }

    /// Forgets all calls.
    pub fn clear(&self) {
        for place in self.0.places.get().into_iter().flatten() {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Filter {
    fn wants(&self, place: &Place) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|it| it == found);
        is(&self.service, place.service)
            && is(&self.operation, place.operation)
            && is(&self.account, place.account.as_ref().map_or("", AccountId::as_str))
            && is(&self.region, &place.region)
            && is(&self.error, &place.code)
            && self.status.is_none_or(|(first, last)| (first..=last).contains(&place.status))
            && self.since.is_none_or(|since| place.at >= since)
    }
}

impl Place {
    fn shown(&self) -> Json {
        let or_null = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        json!({
            "time": self.at.to_string(),
            "requestId": self.request_id,
            "account": self.account.as_ref().map(AccountId::as_str),
            "region": self.region,
            "service": or_null(self.service),
            "operation": or_null(self.operation),
            "status": self.status,
            "error": or_null(&self.code),
            "durationMs": self.elapsed.as_micros() as f64 / 1e3,
            "source": or_null(self.source),
            "userAgent": or_null(&self.user_agent),
            "bytesIn": self.bytes_in,
            "bytesOut": self.bytes_out,
        })
    }
}

/// Puts as much of a text as is kept into memory that is there already.
fn fill(into: &mut String, text: &str) {
    into.clear();
    into.push_str(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default());
}
