//! What `#[hook]` writes calls of.

pub use futures_util::future::BoxFuture;

pub use super::HookResult;

/// What the function of a hook may return. `Kind` tells the implementations apart and is inferred.
#[diagnostic::on_unimplemented(
    message = "a hook does not return `{Self}`",
    label = "not what a hook returns",
    note = "it returns nothing, or `Result<(), E>`, where `E` is an error, a `String` or a `&str`"
)]
pub trait IntoHookResult<Kind> {
    /// As it is run.
    ///
    /// # Errors
    /// The hook's own.
    fn into_hook_result(self) -> HookResult;
}

/// Kind of a result: none.
#[derive(Debug)]
pub enum Nothing {}
/// Kind of a result: success or an error.
#[derive(Debug)]
pub enum Fallible {}

impl IntoHookResult<Nothing> for () {
    fn into_hook_result(self) -> HookResult {
        Ok(())
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> IntoHookResult<Fallible> for Result<(), E> {
    fn into_hook_result(self) -> HookResult {
        self.map_err(Into::into)
    }
}

/// What the function of a hook returned.
///
/// # Errors
/// The hook's own.
pub fn result<Kind>(returned: impl IntoHookResult<Kind>) -> HookResult {
    returned.into_hook_result()
}
