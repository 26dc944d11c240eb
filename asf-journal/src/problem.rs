//! What was found damaged.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// As many are kept; a file that is damaged all over has one a record.
const MAX: usize = 1000;

/// Something that was kept and cannot be read, or cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a table (`sqs.queues`), or a file.
    pub place: String,
    /// What is wrong, and what became of it.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What was found damaged since the process began, oldest first. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Problems(Arc<Mutex<Found>>);

#[derive(Debug, Default)]
struct Found {
    problems: Vec<Problem>,
    /// How many there were, those included that are not kept.
    total: usize,
}

impl Problems {
    /// Notes one, in the log too.
    pub(crate) fn note(&self, place: impl Into<String>, what: impl Into<String>) {
        let problem = Problem { place: place.into(), what: what.into() };
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.total += 1;
        if found.problems.len() < MAX {
            tracing::error!("state: {problem}");
            found.problems.push(problem);
        } else if found.total == MAX + 1 {
            tracing::error!("state: more than {MAX} problems; the rest is only counted");
        }
    }

    /// The first thousand.
    #[must_use]
    pub fn list(&self) -> Vec<Problem> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).problems.clone()
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}
