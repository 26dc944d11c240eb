//! Patches: functions of other crates around an operation, whoever answers it. `#[patch]` of `asf-macros` writes
//! one.
//!
//! A [`Patch`] is called in the place of the operation, with the input and with what it stands before
//! ([`Next`]): the next patch, in the end the provider or the server that would have answered. It may change
//! what goes in and what comes out, call it several times, or not at all. Those of one operation are ordered by
//! priority, the highest outermost, then by name.
//!
//! Those that are linked in register in [`PATCHES`] and are in force from the start; others are
//! [added](Patches::add). All can be switched off and on, and removed, while calls are answered: a call that is
//! under way ends as it began. An operation without patches is called as if there were none anywhere.

#[doc(hidden)]
pub mod bind;
mod list;
mod patched;

use asf_schema::Operation;
use futures_util::future::BoxFuture;
use linkme::distributed_slice;

pub use bind::Next;
pub use list::{PatchId, Patches};
pub use patched::Rest;
pub(crate) use patched::patched;

use crate::plugin::{LoadCondition, Plugin, PluginId, Settings};
use crate::provider::HandlerResult;
use crate::{RequestContext, Shape};

/// A function around an operation.
#[derive(Clone, Copy, Debug)]
pub struct Patch {
    /// botocore's folder name of the service.
    pub service: &'static str,
    /// The operation, by AWS's name.
    pub operation: &'static str,
    /// Its name, of which there is one an operation.
    pub name: &'static str,
    /// The one with the highest is called first: it is around the others.
    pub priority: i32,
    /// Whether it is of use.
    pub should_load: LoadCondition,
    /// The operation in the model that the function is typed by.
    pub model: fn() -> Operation,
    /// Makes an empty input.
    pub new_input: fn() -> Box<dyn Shape>,
    /// Makes an empty output, for what answers over HTTP.
    pub new_output: fn() -> Box<dyn Shape>,
    /// The function.
    pub call: for<'a> fn(&'a RequestContext, Box<dyn Shape>, Rest<'a>) -> BoxFuture<'a, HandlerResult>,
}

impl Plugin for Patch {
    fn id(&self) -> PluginId {
        PluginId::new("patches", format!("{}.{}:{}", self.service, self.operation, self.name))
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn should_load(&self, settings: &Settings) -> Result<(), String> {
        (self.should_load)(settings)
    }
}

/// All patches that are linked in.
#[distributed_slice]
pub static PATCHES: [Patch];
