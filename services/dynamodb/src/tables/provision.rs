//! What a table or a global index has of capacity besides its units: the most that is paid for by request
//! (`OnDemandThroughput`), what it is warm for (`WarmThroughput`), and when its units were changed.
//!
//! Words and rules are (quirks: the numbers of its findings).

use asf_runtime::Timestamp;

use crate::error::DynamoError;
use crate::models::provision::{Provision, Units};
use crate::models::table::{BillingMode, IndexKind, TableDescription, Throughput};

/// What is paid for by request is warm for this at first
/// (test_dynamodb::TestDynamoDB::test_gsi_with_billing_mode[PAY_PER_REQUEST]).
const INITIAL: Throughput = Throughput { read: 12_000, write: 4_000 };
const MILLIS_OF_A_DAY: i64 = 86_400_000;

/// What a request wants of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProvisionRequest {
    /// `OnDemandThroughput`
    pub on_demand: Option<Units>,
    /// `WarmThroughput`
    pub warm: Option<Units>,
}

/// What it is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'n> {
    Table,
    Index(&'n str),
}

impl Of<'_> {
    /// As errors about `OnDemandThroughput` say it when a table is changed.
    fn on_demand(self) -> String {
        match self {
            Self::Table => String::new(),
            Self::Index(name) => format!(" for index : {name}"),
        }
    }

    /// As errors about `WarmThroughput` say it.
    fn warm(self) -> String {
        match self {
            Self::Table => "table".to_owned(),
            Self::Index(name) => format!("index {name}"),
        }
    }
}

impl Provision {
    /// Of what is made with these units.
    ///
    /// # Errors
    ///
    /// If the request wants what does not go with them (quirks: DDB-TABLE-038, 039, 128).
    pub(super) fn new(
        mode: BillingMode,
        units: Throughput,
        request: ProvisionRequest,
        of: Of<'_>,
    ) -> Result<Self, DynamoError> {
        let on_demand = request.on_demand.unwrap_or_default();
        if mode == BillingMode::Provisioned
            && let Some((what, _)) = first(on_demand)
        {
            let of = match of {
                Of::Table => String::new(),
                Of::Index(name) => format!(" for index: {name}"),
            };
            return Err(DynamoError::parameter(format_args!(
                "Max{what}RequestUnits for OnDemandThroughput{of} cannot be specified when table BillingMode is \
                 PROVISIONED."
            )));
        }
        check_range(on_demand, None, of)?;
        let (least, below) = match mode {
            BillingMode::PayPerRequest => (
                INITIAL,
                "initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/\
                 on-demand-capacity-mode.html#on-demand-capacity-mode-initial",
            ),
            BillingMode::Provisioned => (units, ""),
        };
        let warm = request.warm.unwrap_or_default();
        for (what, wanted, least) in pairs(warm, least) {
            if wanted < least {
                let below = match mode {
                    BillingMode::PayPerRequest => below.to_owned(),
                    BillingMode::Provisioned => format!("{what}CapacityUnits of ProvisionedThroughput"),
                };
                return Err(too_cold(what, of, &below));
            }
        }
        Ok(Self { on_demand, warm: raised(least, warm), ..Self::default() })
    }

    /// Takes what a request wants changed.
    ///
    /// # Errors
    ///
    /// If it does not go with the mode, or would be less warm (quirks: DDB-TABLE-051, 059, 153).
    pub(super) fn change(
        &mut self,
        mode: BillingMode,
        request: ProvisionRequest,
        of: Of<'_>,
    ) -> Result<(), DynamoError> {
        if let Some(wanted) = request.on_demand {
            if mode == BillingMode::Provisioned
                && let Some((what, _)) = first(wanted)
            {
                return Err(DynamoError::parameter(format_args!(
                    "Max{what}RequestUnits for OnDemandThroughput{} cannot be specified when the table BillingMode is \
                     PROVISIONED",
                    of.on_demand()
                )));
            }
            check_range(wanted, Some(-1), of)?;
            // -1 takes a limit away.
            let merged = |current: Option<i64>, wanted: Option<i64>| match wanted {
                Some(-1) => None,
                Some(wanted) => Some(wanted),
                None => current,
            };
            self.on_demand = Units {
                read: merged(self.on_demand.read, wanted.read),
                write: merged(self.on_demand.write, wanted.write),
            };
        }
        let warm = request.warm.unwrap_or_default();
        for (what, wanted, current) in pairs(warm, self.warm) {
            if wanted < current {
                let below = "current WarmThroughput, decreasing WarmThroughput is not supported";
                return Err(too_cold(what, of, below));
            }
        }
        self.warm = raised(self.warm, warm);
        Ok(())
    }

    /// What a change of units makes of it (quirks: DDB-TABLE-058, 061, 153).
    fn follow(
        &mut self,
        (was_mode, was): (BillingMode, Throughput),
        (mode, is): (BillingMode, Throughput),
        now: Timestamp,
    ) {
        if was_mode == mode {
            if is.read > was.read || is.write > was.write {
                self.increased = Some(now);
            }
            if is.read < was.read || is.write < was.write {
                self.decreases = self.decreases_today(now).saturating_add(1);
                self.decreased = Some(now);
            }
        } else {
            self.on_demand = if mode == BillingMode::Provisioned { Units::default() } else { self.on_demand };
        }
        let base = if mode == BillingMode::PayPerRequest { INITIAL } else { is };
        self.warm = raised(self.warm, Units { read: Some(base.read), write: Some(base.write) });
    }

    /// `NumberOfDecreasesToday`; days begin at 00:00 UTC (quirks: DDB-TABLE-185).
    #[must_use]
    pub fn decreases_today(&self, now: Timestamp) -> i64 {
        let day = |at: Timestamp| at.millis().div_euclid(MILLIS_OF_A_DAY);
        if self.decreased.is_some_and(|at| day(at) == day(now)) { self.decreases } else { 0 }
    }
}

/// What a table begins with that is restored.
pub(crate) fn provision_of(
    mode: BillingMode,
    units: Throughput,
    request: ProvisionRequest,
) -> Result<Provision, DynamoError> {
    Provision::new(mode, units, request, Of::Table)
}

/// Keeps count of changes of units, of a table and of its indexes.
pub(crate) fn follow(before: &TableDescription, after: &mut TableDescription, now: Timestamp) {
    let modes = (before.billing_mode, after.billing_mode);
    after.provision.follow((modes.0, before.throughput), (modes.1, after.throughput), now);
    for index in after.indexes.iter_mut().filter(|index| index.kind == IndexKind::Global) {
        let Some(was) = before.index(&index.name).filter(|it| it.keys == index.keys) else { continue };
        let units = (was.throughput.unwrap_or_default(), index.throughput.unwrap_or_default());
        index.provision.follow((modes.0, units.0), (modes.1, units.1), now);
    }
}

/// `Read` or `Write`, whichever is there first.
fn first(units: Units) -> Option<(&'static str, i64)> {
    units.read.map(|it| ("Read", it)).or(units.write.map(|it| ("Write", it)))
}

fn pairs(wanted: Units, current: Throughput) -> impl Iterator<Item = (&'static str, i64, i64)> {
    let read = wanted.read.map(|it| ("Read", it, current.read));
    read.into_iter().chain(wanted.write.map(|it| ("Write", it, current.write)))
}

fn raised(current: Throughput, wanted: Units) -> Throughput {
    Throughput {
        read: wanted.read.map_or(current.read, |it| it.max(current.read)),
        write: wanted.write.map_or(current.write, |it| it.max(current.write)),
    }
}

/// `exception` is a value that is taken all the same.
fn check_range(wanted: Units, exception: Option<i64>, of: Of<'_>) -> Result<(), DynamoError> {
    let of = match of {
        Of::Table => "table".to_owned(),
        Of::Index(name) => format!("index : {name}"),
    };
    for (what, units, _) in pairs(wanted, Throughput::default()) {
        if units < 1 && exception != Some(units) {
            return Err(DynamoError::parameter(format_args!(
                "Requested Max{what}RequestUnits for OnDemandThroughput for {of} is outside of valid range"
            )));
        }
    }
    Ok(())
}

fn too_cold(what: &str, of: Of<'_>, below: &str) -> DynamoError {
    DynamoError::parameter(format_args!(
        "Requested {what}UnitsPerSecond for WarmThroughput for {} is lower than {below}",
        of.warm()
    ))
}
