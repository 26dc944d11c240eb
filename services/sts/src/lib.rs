//! AWS STS: sessions and who is behind them, and the provider that serves them.
//!
//! The domain knows neither wire types nor HTTP: [`sessions`] has what was issued, [`session`] what that
//! is, [`caller`] who calls with it; the other modules an operation or a concept each. Everything takes the
//! time and ids from a [`Desk`](issuing::Desk), so that a test owns them.
//!
//! Others of the emulator read: the gateway asks [`SessionStore::check`](sessions::SessionStore::check) of
//! every signed call, whoever enforces permissions reads [`Session`](session::Session), and IAM stands
//! behind [`Principals`](principals::Principals).

pub mod arns;
pub mod authorization_message;
pub mod caller;
pub mod credentials;
pub mod error;
pub mod issuing;
mod names;
pub mod outbound;
pub mod policies;
pub mod principals;
mod provider;
pub mod roles;
pub mod saml;
mod sealed;
mod secrets;
pub mod session;
pub mod sessions;
pub mod tags;
pub mod trade_in;
pub mod users;
pub mod web_identity;
mod wire;

pub use provider::StsProvider;
