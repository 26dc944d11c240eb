//! The queue: what tables push to and answers wait for.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use asf_store::{Change, ChangeLog, NotWritten, Sequence, Sequences, Written};
use tokio::sync::{oneshot, watch};

use crate::journal::Save;
use crate::pending::Refused;

/// Changes in the queue that wake the committer even if nothing is to be written yet: it keeps them once a
/// key.
const ABSORB: usize = 4096;
/// How long after a failure the committer tries again by itself.
const RETRY: Duration = Duration::from_millis(250);
/// Entries that could not be written down are remembered for those who wait for them.
const MAX_REFUSED: usize = 1024;

/// What tables, those who wait, and the committer share.
pub(crate) struct Queue {
    save: Save,
    queued: Mutex<Queued>,
    wake: Condvar,
    progress: watch::Sender<Progress>,
    refused: Mutex<VecDeque<Refused>>,
}

#[derive(Default)]
struct Queued {
    changes: Vec<Change>,
    /// The place of the last change that was pushed.
    last: Sequence,
    orders: Vec<Order>,
    is_closing: bool,
}

/// Somebody wants everything of a service, or of all, to be written now.
pub(crate) struct Order {
    pub(crate) service: Option<String>,
    pub(crate) done: oneshot::Sender<Result<(), NotWritten>>,
}

/// How far the committer is.
#[derive(Clone, Default)]
struct Progress {
    /// All changes up to this are on disk.
    durable: Sequence,
    /// Those up to this were in a commit that failed, or came when it was over.
    failed: Sequence,
    reason: Option<Arc<str>>,
}

/// What the committer is to do.
pub(crate) struct Turn {
    pub(crate) orders: Vec<Order>,
    pub(crate) is_closing: bool,
}

/// What was taken out of the queue.
pub(crate) struct Taken {
    pub(crate) changes: Vec<Change>,
    /// The place of the first of them.
    pub(crate) first: Sequence,
    /// The place of the last that was pushed.
    pub(crate) last: Sequence,
}

impl Queue {
    pub(crate) fn new(save: Save) -> Self {
        Self {
            save,
            queued: Mutex::default(),
            wake: Condvar::new(),
            progress: watch::Sender::default(),
            refused: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queued> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, change: Change) -> Sequence {
        let mut queued = self.lock();
        queued.last += 1;
        let last = queued.last;
        if queued.is_closing {
            // Nobody is there to write it; whoever waits for it is told.
            drop(queued);
            self.fail(last, "the journal is closed");
            return last;
        }
        queued.changes.push(change);
        let count = queued.changes.len();
        drop(queued);
        if count == ABSORB || (count == 1 && self.save == Save::OnRequest) {
            self.wake.notify_one();
        }
        last
    }

    /// Waits until there is something to do.
    pub(crate) fn next_turn(&self, has_failed: bool) -> Turn {
        let mut queued = self.lock();
        let at_once = self.save == Save::OnRequest;
        let asked = |queued: &Queued| !queued.orders.is_empty() || queued.is_closing;
        if has_failed {
            // Not again and again: opening the file may take long.
            let again = self.wake.wait_timeout_while(queued, RETRY, |queued| !asked(queued));
            queued = again.unwrap_or_else(PoisonError::into_inner).0;
        } else {
            let is_idle = |queued: &mut Queued| {
                let enough = if at_once { 1 } else { ABSORB };
                queued.changes.len() < enough && !asked(queued)
            };
            queued = self.wake.wait_while(queued, is_idle).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { orders: std::mem::take(&mut queued.orders), is_closing: queued.is_closing }
    }

    /// Takes all changes. To be called in a moment.
    pub(crate) fn take(&self) -> Taken {
        let mut queued = self.lock();
        let changes = std::mem::take(&mut queued.changes);
        Taken { first: queued.last + 1 - changes.len() as Sequence, last: queued.last, changes }
    }

    /// Everything up to this is on disk.
    pub(crate) fn publish(&self, durable: Sequence) {
        self.progress.send_modify(|progress| {
            progress.durable = durable;
            progress.reason = None;
        });
    }

    /// A commit of everything up to this has failed.
    pub(crate) fn fail(&self, through: Sequence, reason: &str) {
        self.progress.send_modify(|progress| {
            progress.failed = progress.failed.max(through);
            progress.reason = Some(reason.into());
        });
    }

    /// These will never be written.
    pub(crate) fn refuse(&self, more: Vec<Refused>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.extend(more);
        let excess = refused.len().saturating_sub(MAX_REFUSED);
        refused.drain(..excess);
    }

    fn outcome(&self, changes: Sequences) -> impl Fn(&Progress) -> Option<Result<(), NotWritten>> {
        move |progress| {
            if progress.durable >= changes.last {
                return Some(Ok(()));
            }
            let reason = progress.reason.clone().filter(|_| progress.failed >= changes.last);
            reason.map(|reason| Err(NotWritten { reason }))
        }
    }

    fn check_refused(&self, changes: Sequences) -> Result<(), NotWritten> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match refused.iter().find(|it| (changes.first..=changes.last).contains(&it.sequence)) {
            Some(refused) => Err(NotWritten { reason: refused.reason.as_str().into() }),
            None => Ok(()),
        }
    }

    async fn wait(&self, changes: Sequences) -> Result<(), NotWritten> {
        let outcome = self.outcome(changes);
        let mut progress = self.progress.subscribe();
        // Its sender is in `self`, so there is always another value to wait for.
        let known = progress.wait_for(|progress| outcome(progress).is_some()).await;
        let result = known.ok().and_then(|progress| outcome(&progress)).unwrap_or(Ok(()));
        result.and_then(|()| self.check_refused(changes))
    }

    /// Has everything of a service, or of all, written now.
    pub(crate) fn order(&self, service: Option<&str>) -> oneshot::Receiver<Result<(), NotWritten>> {
        let (done, result) = oneshot::channel();
        let mut queued = self.lock();
        if !queued.is_closing {
            queued.orders.push(Order { service: service.map(str::to_owned), done });
        }
        drop(queued);
        self.wake.notify_one();
        result
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().is_closing
    }

    /// Nothing is taken any more.
    fn close(&self) {
        self.lock().is_closing = true;
        self.wake.notify_one();
    }
}

/// The queue as a state has it; when the last table is gone, the committer ends.
pub(crate) struct Log {
    pub(crate) queue: Arc<Queue>,
    pub(crate) thread: Arc<Thread>,
}

/// The committer's thread.
#[derive(Default)]
pub(crate) struct Thread(Mutex<Option<JoinHandle<()>>>);

impl Thread {
    pub(crate) fn begin(&self, handle: JoinHandle<()>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
    }

    /// Tells it to end, and waits until it has, unless this is it.
    pub(crate) fn end(&self, queue: &Queue) {
        queue.close();
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle.filter(|it| it.thread().id() != std::thread::current().id()) {
            // It does not panic; if it did, there is nothing to be done about it here.
            let _ = handle.join();
        }
    }
}

impl ChangeLog for Log {
    fn push(&self, change: Change) -> Sequence {
        self.queue.push(change)
    }

    fn written(&self, changes: Sequences) -> Written<'_> {
        match self.queue.save {
            Save::OnRequest => Box::pin(self.queue.wait(changes)),
            // Nobody was promised that it would be there after a crash.
            Save::AtEnd | Save::Manual => Box::pin(std::future::ready(Ok(()))),
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.thread.end(&self.queue);
    }
}
