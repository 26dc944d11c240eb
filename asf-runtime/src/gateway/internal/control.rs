//! Restart and kill, from the endpoint to whoever runs the process.

use std::sync::Arc;

use tokio::sync::watch;

/// What a process is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// To begin anew, with nothing of its state that is not stored.
    Restart,
    /// To end.
    Kill,
}

/// Carries an [`Action`] from the endpoint to whoever runs the process. Copies are the same control.
#[derive(Clone, Debug)]
pub struct Control(Arc<watch::Sender<Option<Action>>>);

impl Default for Control {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Control {
    /// Asks for an action. False if no one listens, that is: has called [`requests`](Self::requests).
    #[must_use]
    pub fn request(&self, action: Action) -> bool {
        self.0.send(Some(action)).is_ok()
    }

    /// Listens. To be called before the first request can come.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests(self.0.subscribe())
    }
}

/// What was asked for, to come.
#[derive(Debug)]
pub struct Requests(watch::Receiver<Option<Action>>);

impl Requests {
    /// Waits for the next action. Without a [`Control`] that could ask, it never comes.
    pub async fn next(&mut self) -> Action {
        loop {
            if self.0.changed().await.is_err() {
                return std::future::pending().await;
            }
            if let Some(action) = *self.0.borrow_and_update() {
                return action;
            }
        }
    }
}
