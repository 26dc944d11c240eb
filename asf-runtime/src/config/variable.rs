//! A row of the table of variables, and the macro that makes rows and the typed configuration of one text.

use std::borrow::Cow;

use super::{ConfigError, ConfigErrors, Setting};
use crate::plugin::Settings;

/// Stands in the name of a variable that there is for each service.
pub(super) const FAMILY: &str = "<SERVICE>";

/// A variable: its name, what it takes, and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name; `PROVIDER_OVERRIDE_<SERVICE>` stands for one a service.
    pub name: &'static str,
    /// The heading under which it is documented.
    pub section: &'static str,
    /// The value that it has if it is not set. Empty: none.
    pub default: &'static str,
    meaning: &'static str,
    /// Where the name and its meaning come from.
    pub source: Source,
    /// Whether it steers something already.
    pub stage: Stage,
    /// Whether other programs use the name too, so that a value that we do not take is no mistake.
    pub shared_name: bool,
    expected: fn() -> Cow<'static, str>,
    offending: fn(&str) -> Option<&str>,
}

/// Where a variable's name and meaning come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// LocalStack's documentation.
    LocalStack,
    /// This project.
    Asf,
    /// OpenTelemetry's specification.
    OpenTelemetry,
}

impl Source {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LocalStack => "LocalStack",
            Self::Asf => "ASF",
            Self::OpenTelemetry => "OpenTelemetry",
        }
    }
}

/// Whether a variable steers something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It does.
    Now,
    /// It is known and its value checked, but what it steers is not there yet. Setting it is warned of.
    Later,
}

impl Variable {
    /// A variable with values of a type. An empty default means that there is none.
    #[must_use]
    pub const fn of<T: Setting>(
        name: &'static str,
        section: &'static str,
        default: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self {
            name,
            section,
            default,
            meaning,
            source: Source::LocalStack,
            stage: Stage::Now,
            shared_name: false,
            expected: T::expected,
            offending: offending::<T>,
        }
    }

    /// With another source than LocalStack.
    #[must_use]
    pub const fn by(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// Not there yet.
    #[must_use]
    pub const fn later(mut self) -> Self {
        self.stage = Stage::Later;
        self
    }

    /// With a name that other programs use too.
    #[must_use]
    pub const fn shared_name(mut self) -> Self {
        self.shared_name = true;
        self
    }

    /// What it is for, as Markdown.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim()
    }

    /// What its values look like, in words that go on from "expected".
    #[must_use]
    pub fn expected(&self) -> Cow<'static, str> {
        (self.expected)()
    }

    /// What the names of its family begin with, if it has one a service.
    #[must_use]
    pub fn family(&self) -> Option<&'static str> {
        self.name.strip_suffix(FAMILY)
    }

    /// Whether this is the variable of that name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        match self.family() {
            Some(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
            None => self.name == name,
        }
    }

    /// Checks a value that a variable of this row is set to.
    ///
    /// # Errors
    /// When the variable does not take it.
    pub fn check(&self, name: &str, value: &str) -> Result<(), ConfigError> {
        match (self.offending)(value) {
            None => Ok(()),
            Some(part) => Err(self.error(name, value, part)),
        }
    }

    pub(super) fn error(&self, name: &str, value: &str, offending: &str) -> ConfigError {
        ConfigError {
            variable: name.to_owned(),
            value: value.to_owned(),
            offending: (offending != value).then(|| offending.to_owned()),
            expected: self.expected(),
        }
    }
}

fn offending<T: Setting>(value: &str) -> Option<&str> {
    T::parse(value).err()
}

/// Takes values from settings and keeps what is wrong with them, so that all errors are said at once.
pub(super) struct Reader<'a> {
    settings: &'a Settings,
    errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings, errors: Vec::new() }
    }

    /// The value of a variable, else its default. None after an error.
    pub(super) fn read<T: Setting>(&mut self, variable: &'static Variable) -> Option<T> {
        if let Some(prefix) = variable.family() {
            return self.family(variable, prefix);
        }
        let value = match self.settings.get(variable.name).map(|value| (value, T::parse(value))) {
            Some((_, Ok(value))) => Some(value),
            Some((value, Err(part))) if !variable.shared_name => {
                self.errors.push(variable.error(variable.name, value, part));
                None
            }
            _ => initial(variable),
        };
        match self.settings.get("HOME") {
            Some(home) => value.map(|value: T| value.at_home(home)),
            None => value,
        }
    }

    fn family<T: Setting>(&mut self, variable: &'static Variable, prefix: &str) -> Option<T> {
        let mut members = Vec::new();
        for (name, value) in self.settings.iter() {
            let Some(service) = name.strip_prefix(prefix).filter(|it| !it.is_empty()) else { continue };
            match T::parse(value) {
                Ok(_) => members.push((service, value)),
                Err(part) => self.errors.push(variable.error(name, value, part)),
            }
        }
        T::of_family(members)
    }

    /// Checks the variables of services, which read them themselves.
    pub(super) fn check_services(&mut self) {
        for variable in super::SERVICE_VARIABLES {
            let set = self.settings.get(variable.name);
            self.errors.extend(set.and_then(|value| variable.check(variable.name, value).err()));
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    pub(super) fn errors(mut self) -> ConfigErrors {
        self.errors.sort_by(|a, b| a.variable.cmp(&b.variable));
        ConfigErrors(self.errors)
    }
}

/// A variable's default. A test says that each row has one that its type takes.
fn initial<T: Setting>(variable: &Variable) -> Option<T> {
    if variable.default.is_empty() { T::unset() } else { T::parse(variable.default).ok() }
}

/// Makes the typed configuration and the rows of [`VARIABLES`](super::table::VARIABLES) of one text:
///
/// ```text
/// "Section" {
///     /// What it is for.
///     "NAME" field: Type = "default", mark, mark;
/// }
/// ```
///
/// where a mark is a method of [`Variable`], such as `.later()`.
macro_rules! variables {
    ($($section:literal { $(
        $(#[doc = $meaning:literal])+
        $name:literal $field:ident: $type:ty = $default:literal $(, .$mark:ident($($argument:expr)?))*;
    )* })*) => {
        /// The configuration of a process, read once.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Config {
            $($( $(#[doc = $meaning])+ pub $field: $type, )*)*
        }

        /// The variables that are no single service's, in the order in which they are shown.
        pub static VARIABLES: &[Variable] = &[$($(
            Variable::of::<$type>($name, $section, $default, concat!($($meaning),+))$(.$mark($($argument)?))*,
        )*)*];

        impl Config {
            /// Reads all variables of the table.
            ///
            /// # Errors
            /// All values that are not valid.
            pub fn parse(settings: &Settings) -> Result<Self, ConfigErrors> {
                let mut reader = Reader::new(settings);
                let mut rows = VARIABLES.iter();
                // One row a field, in the same order: both are made of the same text.
                $($( let $field = rows.next().and_then(|row| reader.read::<$type>(row)); )*)*
                reader.check_services();
                let read = || Some(Self { $($( $field: $field?, )*)* });
                match read() {
                    Some(config) if !reader.has_errors() => Ok(config),
                    _ => Err(reader.errors()),
                }
            }
        }
    };
}
pub(super) use variables;
