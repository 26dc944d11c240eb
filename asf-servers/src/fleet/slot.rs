//! The place of one server, and the turns of those who work at it.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::Server;

/// What is there of a record in this process.
pub(super) struct Slot<K> {
    /// Held by the task that works at it.
    turn: Arc<tokio::sync::Mutex<()>>,
    live: Mutex<Option<Arc<Live<K>>>>,
}

/// A server that came up.
pub struct Live<K> {
    /// The server.
    pub server: Server,
    /// What its service knows of it.
    pub kept: K,
    /// Two servers must not have the same data.
    lock: Option<File>,
}

impl<K> Live<K> {
    /// A server that came up in a folder that is ours.
    #[must_use]
    pub fn new(server: Server, kept: K, lock: File) -> Self {
        Self { server, kept, lock: Some(lock) }
    }
}

impl<K> Drop for Live<K> {
    /// The data are somebody else's when the server has ended, and not before.
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (server, lock) = (self.server.clone(), self.lock.take());
            runtime.spawn(async move {
                server.stop().await;
                drop(lock);
            });
        }
    }
}

impl<K> Default for Slot<K> {
    fn default() -> Self {
        Self { turn: Arc::default(), live: Mutex::new(None) }
    }
}

impl<K> Slot<K> {
    pub(super) async fn turn(self: Arc<Self>) -> Turn<K> {
        Turn { _held: self.turn.clone().lock_owned().await, slot: self }
    }

    pub(super) fn live(&self) -> Option<Arc<Live<K>>> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Live<K>>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn to work at a server, which one task has at a time; it ends when this is dropped.
pub struct Turn<K> {
    slot: Arc<Slot<K>>,
    _held: OwnedMutexGuard<()>,
}

impl<K> Turn<K> {
    /// The server, if it came up; it may have stopped since.
    #[must_use]
    pub fn live(&self) -> Option<Arc<Live<K>>> {
        self.slot.live()
    }

    /// Here is the server.
    pub fn put(&self, live: Live<K>) -> Arc<Live<K>> {
        let live = Arc::new(live);
        *self.slot.lock() = Some(live.clone());
        live
    }

    /// Stops the server, if it runs, and waits until it has ended.
    pub async fn stop(&self) {
        if let Some(live) = self.live() {
            live.server.stop().await;
        }
    }

    pub(super) fn clear(&self) {
        *self.slot.lock() = None;
    }
}
