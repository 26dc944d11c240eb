//! moto behind the native providers: what they do not answer is passed on to it, as it came, or in a protocol that
//! it reads.
//!
//! [`Moto`] is the server, installed and started with the first call that needs it; [`Inventory`] is what it
//! implements, which is known before. [`chains`] is what `ASF_BACKENDS`, `PROVIDER_OVERRIDE_<SERVICE>` and `STRICT`
//! say.

mod answer;
mod aws;
mod call;
mod chains;
mod host;
mod inventory;
mod moto;
mod program;
mod protocols;
mod stand_in;

pub use call::{FallbackDispatcher, call_moto, call_moto_with_request};
pub use chains::{ChainError, chains};
pub use inventory::{Inventory, InventoryError, SCRIPT};
pub use moto::Moto;
pub use stand_in::{STAND_INS, StandIn};

/// The name in `x-asf-source`, and of the package.
const NAME: &str = "moto";
