//! The mail that is kept.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// A mail as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The id that the sender got.
    pub id: String,
    /// When it was sent, as `2026-01-01T00:00:00Z`.
    pub time: String,
    /// Who sent it.
    pub from: String,
    /// Who gets it, openly or not.
    pub to: Vec<String>,
    /// What it is about.
    pub subject: String,
    /// The text, if there is one.
    pub text: Option<String>,
    /// The HTML, if there is some.
    pub html: Option<String>,
}

/// The last mails that were sent.
#[derive(Debug)]
pub struct Mailbox {
    limit: usize,
    mails: Mutex<VecDeque<Mail>>,
}

impl Mailbox {
    /// An empty one that keeps so many mails; the oldest goes first.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, mails: Mutex::default() }
    }

    /// Keeps a mail.
    pub fn put(&self, mail: Mail) {
        let mut mails = self.mails();
        while mails.len() >= self.limit.max(1) {
            mails.pop_front();
        }
        mails.push_back(mail);
    }

    /// All that are kept, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Mail> {
        self.mails().iter().cloned().collect()
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.mails().clear();
    }

    fn mails(&self) -> std::sync::MutexGuard<'_, VecDeque<Mail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
