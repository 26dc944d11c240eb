//! The committer: from changes to transactions, on a thread of its own.

use std::fs::File;
use std::sync::PoisonError;

use asf_store::{Moments, NotWritten, Sequence};

use crate::engine::EngineError;
use crate::folder::note_commit;
use crate::journal::{Save, Shared};
use crate::log::{Order, Taken};
use crate::meta::Meta;
use crate::pending::Pending;

/// What the committer and loads agree on.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) pending: Pending,
    /// The place of the last change that was absorbed.
    last: Sequence,
    commits_file: Option<File>,
    /// Whether the last commit failed.
    is_in_doubt: bool,
}

impl Desk {
    /// Keeps what was taken out of the queue in a moment: once a key.
    pub(crate) fn absorb(&mut self, shared: &Shared, taken: Taken) {
        self.last = taken.last;
        let refused = self.pending.absorb(taken.changes, taken.first, &shared.problems);
        shared.queue.refuse(refused);
    }

    /// Writes what is pending of a service, or of all.
    fn commit(&mut self, shared: &Shared, service: Option<&str>) -> Result<(), EngineError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.pending.clear_tables(&mut shared.unread.lock().unwrap_or_else(PoisonError::into_inner));
        let (batch, refused) = self.pending.batch(service, &shared.store, &shared.problems)?;
        shared.queue.refuse(refused);
        if batch.is_empty() {
            return Ok(());
        }
        let versions = self.pending.versions(service);
        if self.is_in_doubt {
            // Whether the last commit is on disk is for the disk to say.
            *shared.lock_meta() = Meta::read(&shared.store, &shared.problems)?;
        }
        self.is_in_doubt = true;
        let mut next = None;
        shared.store.commit(&batch, &mut |growth| {
            next.insert(shared.lock_meta().next(&shared.product, &versions, growth)).records()
        })?;
        let mut meta = shared.lock_meta();
        meta.apply(next.unwrap_or_default());
        self.is_in_doubt = false;
        let commit = meta.commit;
        drop(meta);
        self.note_commit(shared, commit);
        Ok(())
    }

    fn note_commit(&mut self, shared: &Shared, commit: u64) {
        if self.commits_file.is_none() {
            self.commits_file = shared.folder.commits_file().ok();
        }
        if let Some(file) = &mut self.commits_file {
            // It only helps to notice damage: what it cannot say now, it says after the next commit.
            let _ = note_commit(file, commit);
        }
    }
}

/// Commits until the journal is closed.
pub(crate) fn run(shared: &Shared, moments: &Moments) {
    let mut has_failed = false;
    loop {
        let turn = shared.queue.next_turn(has_failed);
        let mut desk = shared.lock_desk();
        // The order of locks is: desk, moment, queue.
        if let Some(taken) = moments.take(|| shared.queue.take()) {
            desk.absorb(shared, taken);
        }
        for Order { service, done } in turn.orders {
            // What belongs together may be of several services, and is promised to be written together.
            let service = service.filter(|_| shared.save != Save::OnRequest);
            let written = write(&mut desk, shared, service.as_deref());
            let _ = done.send(written.map_err(|error| NotWritten { reason: error.to_string().into() }));
        }
        let is_due = match shared.save {
            Save::OnRequest => true,
            Save::AtEnd => turn.is_closing,
            Save::Manual => false,
        };
        if is_due {
            let written = write(&mut desk, shared, None);
            if let (Err(error), false) = (&written, has_failed) {
                tracing::error!(%error, "changes are not saved; it is tried again");
            }
            if written.is_ok() && has_failed {
                tracing::info!("changes are saved again");
            }
            has_failed = written.is_err();
        }
        drop(desk);
        if turn.is_closing {
            shared.finish(has_failed);
            return;
        }
    }
}

/// Writes, tells those who wait, and only then lets go of what was before.
fn write(desk: &mut Desk, shared: &Shared, service: Option<&str>) -> Result<(), EngineError> {
    match desk.commit(shared, service) {
        Ok(()) => {
            let written = desk.pending.written(service);
            if desk.pending.is_empty() {
                shared.queue.publish(desk.last);
            }
            drop(written);
            Ok(())
        }
        Err(error) => {
            shared.store.reopen();
            shared.queue.fail(desk.last, &error.to_string());
            Err(error)
        }
    }
}
