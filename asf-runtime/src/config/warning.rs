//! What is likely a mistake in a configuration, but no error: names that have no effect.

use std::fmt;

use super::localstack::{self, Effect};
use super::{Layers, Origin, Stage, Variable, variables};

/// All names that begin so are ours.
const PREFIX: &str = "ASF_";
/// Shorter names resemble too many others.
const LEAST_LETTERS: usize = 8;
/// From this length on, two letters may be wrong.
const MANY_LETTERS: usize = 12;

/// Something that a user should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The variable is known, but what it steers is not there yet.
    Later {
        /// The variable.
        name: String,
    },
    /// One of LocalStack's variables that steers nothing here.
    NoEffect {
        /// The variable.
        name: String,
        /// Why, and what to do.
        effect: Effect,
    },
    /// A name that there is not.
    Unknown {
        /// The name.
        name: String,
        /// Where it was set.
        origin: Origin,
        /// A name that there is.
        nearest: Option<&'static str>,
    },
    /// A value that is not for us, of a variable that other programs use too.
    NotOurs {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
        /// What it would be.
        expected: String,
    },
}

impl Warning {
    /// The variable that it is about.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Later { name }
            | Self::NoEffect { name, .. }
            | Self::Unknown { name, .. }
            | Self::NotOurs { name, .. } => name,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later { name } => write!(f, "{name} has no effect yet: what it steers is not there"),
            Self::NoEffect { name, effect } => write!(f, "{name} has no effect: {effect}"),
            Self::Unknown { name, origin, nearest } => {
                write!(f, "{name} ({origin}) is not known")?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean {nearest}?"),
                    None => f.write_str(" and has no effect"),
                }
            }
            Self::NotOurs { name, value, expected } => {
                write!(f, "{name}={value:?} is taken for another program's; expected {expected}")
            }
        }
    }
}

/// What a user should look at, by name; each once.
#[must_use]
pub fn warnings(layers: &Layers) -> Vec<Warning> {
    layers.iter().filter_map(|(name, value, origin)| warning(name, value, origin)).collect()
}

fn warning(name: &str, value: &str, origin: &Origin) -> Option<Warning> {
    if let Some(variable) = variables().find(|variable| variable.is(name)) {
        return of_known(variable, name, value);
    }
    if let Some(effect) = localstack::effect(name) {
        return Some(Warning::NoEffect { name: name.to_owned(), effect });
    }
    let nearest = nearest(name);
    // A profile is ours alone; the environment and `.env` are everyone's.
    let ours = name.starts_with(PREFIX) || matches!(origin, Origin::Profile(_)) && !is_the_sdks(name);
    (ours || nearest.is_some()).then(|| Warning::Unknown {
        name: name.to_owned(),
        origin: origin.clone(),
        nearest,
    })
}

fn of_known(variable: &Variable, name: &str, value: &str) -> Option<Warning> {
    if variable.shared_name && variable.check(name, value).is_err() {
        let (value, expected) = (value.to_owned(), variable.expected().into_owned());
        return Some(Warning::NotOurs { name: name.to_owned(), value, expected });
    }
    let is_default = value.eq_ignore_ascii_case(variable.default)
        // `false` is `0`.
        || variable.default == "0" && value.eq_ignore_ascii_case("false");
    (variable.stage == Stage::Later && !is_default).then(|| Warning::Later { name: name.to_owned() })
}

/// Profiles also hold what clients read.
fn is_the_sdks(name: &str) -> bool {
    name.starts_with("AWS_")
}

/// The variable that was most likely meant.
fn nearest(name: &str) -> Option<&'static str> {
    if name.len() < LEAST_LETTERS && !name.starts_with(PREFIX) {
        return None;
    }
    let most = if name.len() < MANY_LETTERS { 1 } else { 2 };
    let upper = name.to_ascii_uppercase();
    let distance = |it: &str| strsim::damerau_levenshtein(it, &upper);
    variables()
        .filter(|variable| variable.family().is_none() && variable.name.len().abs_diff(name.len()) <= most)
        .map(|variable| (distance(variable.name), variable.name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}
