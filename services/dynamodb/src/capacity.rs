//! Capacity units, as `ReturnConsumedCapacity` shows them (AWS's documentation, "DynamoDB read and write
//! operations"): half units, so that they are whole numbers.

use std::collections::BTreeMap;

use asf_api_dynamodb::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};

use crate::models::table::{Index, IndexKind};

/// Bytes that a read unit is for.
const READ_BYTES: u64 = 4096;
/// Bytes that a write unit is for.
const WRITE_BYTES: u64 = 1024;

/// Half units that writing so many bytes costs.
#[must_use]
pub fn write_units(bytes: u32) -> u64 {
    2 * u64::from(bytes).div_ceil(WRITE_BYTES).max(1)
}

/// Half units that reading so many bytes costs.
#[must_use]
pub fn read_units(bytes: u64, consistent: bool) -> u64 {
    bytes.div_ceil(READ_BYTES).max(1) * if consistent { 2 } else { 1 }
}

/// What something cost, in half units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    kind: Kind,
    table: u64,
    local: BTreeMap<String, u64>,
    global: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Read,
    Write,
}

impl Consumed {
    /// A read of the table.
    #[must_use]
    pub fn read(units: u64) -> Self {
        Self { table: units, ..Self::default() }
    }

    /// A write to the table.
    #[must_use]
    pub fn write(units: u64) -> Self {
        Self { kind: Kind::Write, ..Self::read(units) }
    }

    /// What an index cost besides.
    pub fn add_index(&mut self, index: &Index, units: u64) {
        if units == 0 {
            return;
        }
        let indexes = match index.kind {
            IndexKind::Local => &mut self.local,
            IndexKind::Global => &mut self.global,
        };
        *indexes.entry(index.name.clone()).or_default() += units;
    }

    /// What something else cost besides.
    pub fn add(&mut self, other: &Self) {
        self.kind = other.kind;
        self.table += other.table;
        for (mine, theirs) in [(&mut self.local, &other.local), (&mut self.global, &other.global)] {
            for (name, units) in theirs {
                *mine.entry(name.clone()).or_default() += units;
            }
        }
    }

    /// In a transaction it costs twice as much.
    #[must_use]
    pub fn doubled(mut self) -> Self {
        self.table *= 2;
        self.local.values_mut().chain(self.global.values_mut()).for_each(|units| *units *= 2);
        self
    }

    /// All units.
    #[must_use]
    pub fn total(&self) -> f64 {
        units(self.table + self.local.values().chain(self.global.values()).sum::<u64>())
    }

    /// As an answer has it, if it is asked for. Transactions say which kind of units it is, too.
    #[must_use]
    pub fn answer(
        &self,
        asked: Option<&ReturnConsumedCapacity>,
        table: &str,
        with_kind: bool,
    ) -> Option<ConsumedCapacity> {
        let with_indexes = match asked {
            Some(ReturnConsumedCapacity::Indexes) => true,
            Some(ReturnConsumedCapacity::Total) => false,
            _ => return None,
        };
        let capacity = |half: u64| {
            let it = units(half);
            let (read, write) = self.by_kind(it, with_kind);
            Capacity { capacity_units: Some(it), read_capacity_units: read, write_capacity_units: write }
        };
        let indexes = |all: &BTreeMap<String, u64>| {
            let all = all.iter().map(|(name, half)| (name.clone(), capacity(*half)));
            Some(all.collect::<asf_runtime::Map<_>>()).filter(|all| with_indexes && !all.is_empty())
        };
        let total = self.total();
        let (read, write) = self.by_kind(total, with_kind);
        Some(ConsumedCapacity {
            table_name: Some(table.to_owned()),
            capacity_units: Some(total),
            read_capacity_units: read,
            write_capacity_units: write,
            table: with_indexes.then(|| capacity(self.table)),
            local_secondary_indexes: indexes(&self.local),
            global_secondary_indexes: indexes(&self.global),
        })
    }

    fn by_kind(&self, units: f64, with_kind: bool) -> (Option<f64>, Option<f64>) {
        match self.kind {
            _ if !with_kind => (None, None),
            Kind::Read => (Some(units), None),
            Kind::Write => (None, Some(units)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody reads 2^53 half units")]
fn units(half: u64) -> f64 {
    half as f64 / 2.0
}
