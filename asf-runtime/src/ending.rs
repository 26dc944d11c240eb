//! That the server of a request is about to end.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells calls that wait for something to come (long polls) that their server is about to end: it takes no more
/// requests, and those that are under way have little time left. Whoever waits answers with what there is.
///
/// Copies are the same. The default is that of a call without a server, which never hears of an end.
#[derive(Clone, Debug, Default)]
pub struct Ending(Option<Arc<watch::Sender<bool>>>);

impl Ending {
    /// That of a server, which has not begun to end.
    #[must_use]
    pub fn of_server() -> Self {
        Self(Some(Arc::new(watch::Sender::new(false))))
    }

    /// The server is about to end. Of a call without a server, nothing happens.
    pub fn begin(&self) {
        if let Some(has_begun) = &self.0 {
            has_begun.send_replace(true);
        }
    }

    /// Whether the server is about to end.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.as_ref().is_some_and(|it| *it.borrow())
    }

    /// Waits until the server is about to end.
    pub async fn begun(&self) {
        let Some(has_begun) = &self.0 else { return std::future::pending().await };
        // The sender is held here, so it does not fail.
        let _ = has_begun.subscribe().wait_for(|it| *it).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn who_waits_hears_of_it_before_and_after() {
        let (ending, alone) = (Ending::of_server(), Ending::default());
        let copy = ending.clone();
        let mut waiting = std::pin::pin!(copy.begun());
        assert!(waiting.as_mut().now_or_never().is_none() && !copy.has_begun());
        ending.begin();
        assert!(waiting.now_or_never().is_some() && copy.has_begun());
        assert!(copy.begun().now_or_never().is_some());
        alone.begin();
        assert!(alone.begun().now_or_never().is_none() && !alone.has_begun());
    }
}
