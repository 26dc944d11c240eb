//! A queue: what it is called, how it is set, and what lies in it, behind one lock.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Arn, Region};
use asf_runtime::store::{State, Steps};
use indexmap::IndexMap;
use tokio::sync::Notify;

use super::{Backlog, DeadLetter};
use crate::attempts::Attempts;
use crate::attributes::{self, Settings};
use crate::error::{ErrorKind, QueueError};
use crate::fifo::{Deduplication, Sequence};
use crate::permissions;
use crate::tables::{QueueRecord, SqsStore};

/// Seconds between two purges (test_sqs::test_successive_purge_calls_fail).
const PURGE_INTERVAL: i64 = 60;
/// A queue has at most so many tags ("Quotas" in the developer guide).
const MAX_TAGS: usize = 50;

/// A queue.
///
/// Its state is behind a lock of its own that is held for one step at a time and never while waiting;
/// queues do not contend with each other. Receivers that wait for messages wait on `arrivals`. What the state
/// is made of lies in the tables of the store; nothing of it is there before it is put there.
#[derive(Debug)]
pub struct Queue {
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// What it is called.
    pub name: String,
    /// Its ARN.
    pub arn: Arn,
    /// Tells it from queues of the same name before and after it; part of receipt handles.
    pub incarnation: u64,
    /// When it was made.
    pub created: Timestamp,
    generation: u32,
    tables: SqsStore,
    kept_in: State,
    arrivals: Notify,
    state: Mutex<QueueState>,
}

/// What changes in a queue.
#[derive(Debug)]
pub struct QueueState {
    /// The attributes that can be set.
    pub settings: Arc<Settings>,
    /// When they were set last.
    pub modified: Timestamp,
    /// Its tags.
    pub tags: IndexMap<String, String>,
    /// Its messages.
    pub backlog: Backlog,
    /// FIFO only.
    pub deduplication: Deduplication,
    /// FIFO only.
    pub sequence: Sequence,
    /// FIFO only.
    pub attempts: Attempts,
    purged: Option<Timestamp>,
    deleted: bool,
}

/// A queue's state while nobody else has it. All that is changed through it belongs together.
#[derive(Debug)]
pub struct Opened<'a> {
    // Dropped first: who comes next has entered the steps and waits for this.
    state: MutexGuard<'a, QueueState>,
    _steps: Steps<'a>,
}

impl Deref for Opened<'_> {
    type Target = QueueState;

    fn deref(&self) -> &QueueState {
        &self.state
    }
}

impl DerefMut for Opened<'_> {
    fn deref_mut(&mut self) -> &mut QueueState {
        &mut self.state
    }
}

/// Where a queue belongs.
#[derive(Clone, Debug)]
pub struct Home<'a> {
    /// What its tables are of.
    pub state: &'a State,
    /// The tables of its account in its region.
    pub tables: SqsStore,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
}

/// Numbers of messages that a queue gives between two times that it is opened, as a power of two.
const NUMBERS: u32 = 40;

impl Queue {
    /// A queue without messages, not in its store yet.
    #[must_use]
    pub fn new(
        home: Home<'_>,
        name: &str,
        settings: Settings,
        tags: IndexMap<String, String>,
        incarnation: u64,
        now: Timestamp,
    ) -> Self {
        let record = QueueRecord {
            incarnation,
            created: now,
            settings: Arc::new(settings),
            modified: now,
            tags,
            purged: None,
            generation: 0,
        };
        Self::of(home, name, record)
    }

    /// A queue that is in its store, with what lies in it.
    #[must_use]
    pub fn load(home: Home<'_>, name: &str, record: &QueueRecord) -> Self {
        let generation = record.generation.saturating_add(1);
        let queue = Self::of(home, name, QueueRecord { generation, ..record.clone() });
        let steps = queue.steps();
        queue.save(&queue.state.lock().unwrap_or_else(PoisonError::into_inner));
        drop(steps);
        queue
    }

    fn of(home: Home<'_>, name: &str, record: QueueRecord) -> Self {
        let Home { state: kept_in, tables, account, region } = home;
        let QueueRecord { incarnation, created, settings, modified, tags, purged, generation } = record;
        let arn = Arn {
            partition: region.partition().name().to_owned(),
            service: "sqs".to_owned(),
            region: region.as_str().to_owned(),
            account: account.as_str().to_owned(),
            resource: name.to_owned(),
        };
        let first = u64::from(generation) << NUMBERS;
        let state = Mutex::new(QueueState {
            backlog: Backlog::of(settings.fifo.is_some(), tables.messages_of(incarnation), first),
            deduplication: Deduplication::of(tables.deduplication_of(incarnation)),
            sequence: Sequence::of(tables.sequence_of(incarnation)),
            attempts: Attempts::of(tables.attempts_of(incarnation)),
            settings,
            modified,
            tags,
            purged,
            deleted: false,
        });
        let (name, kept_in, arrivals) = (name.to_owned(), kept_in.clone(), Notify::new());
        Self {
            account,
            region,
            name,
            arn,
            incarnation,
            created,
            generation,
            tables,
            kept_in,
            arrivals,
            state,
        }
    }

    /// Until the guard is dropped, all that is changed belongs together, in several queues too.
    pub(crate) fn steps(&self) -> Steps<'_> {
        self.kept_in.enter()
    }

    /// Puts the queue itself into its store, as it is now.
    fn save(&self, state: &QueueState) {
        let record = QueueRecord {
            incarnation: self.incarnation,
            created: self.created,
            settings: state.settings.clone(),
            modified: state.modified,
            tags: state.tags.clone(),
            purged: state.purged,
            generation: self.generation,
        };
        self.tables.queues.insert(self.name.clone(), record);
    }

    /// Puts a new queue into its store.
    pub(crate) fn keep(&self) {
        let _steps = self.steps();
        self.save(&self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Its state as it is now: delays and timeouts that are over have ended.
    ///
    /// # Errors
    /// `QueueDoesNotExist` if it was deleted meanwhile.
    pub fn open(&self, now: Timestamp) -> Result<Opened<'_>, QueueError> {
        // Before the lock, see `State::enter`.
        let steps = self.steps();
        // No panic happens while it is held; if one did, what is there is still a queue.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.deleted {
            return Err(QueueError::no_such_queue());
        }
        let oldest = now.plus_seconds(-i64::from(state.settings.message_retention_period));
        state.backlog.settle(now, oldest);
        Ok(Opened { state, _steps: steps })
    }

    /// Its settings.
    ///
    /// # Errors
    /// `QueueDoesNotExist` if it was deleted meanwhile.
    pub fn settings(&self, now: Timestamp) -> Result<Arc<Settings>, QueueError> {
        Ok(self.open(now)?.settings.clone())
    }

    /// Whether it is a FIFO queue.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    /// What wakes receivers that wait.
    pub(crate) fn arrivals(&self) -> &Notify {
        &self.arrivals
    }

    /// Ends it. Whoever has a hold of it gets `QueueDoesNotExist` from now on, waiting receivers too.
    pub fn delete(&self) {
        let steps = self.steps();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.deleted = true;
        state.backlog.clear();
        state.deduplication.clear();
        state.sequence.clear();
        state.attempts.clear();
        self.tables.queues.remove_if(&self.name, |kept| kept.incarnation == self.incarnation);
        drop(state);
        drop(steps);
        self.arrivals.notify_waiters();
    }

    /// Drops all messages, those in flight too.
    ///
    /// # Errors
    /// `PurgeQueueInProgress` within 60 seconds of the last time, if `limited`.
    pub fn purge(&self, now: Timestamp, limited: bool) -> Result<(), QueueError> {
        let mut state = self.open(now)?;
        if limited && state.purged.is_some_and(|last| now < last.plus_seconds(PURGE_INTERVAL)) {
            return Err(QueueError::new(
                ErrorKind::PurgeQueueInProgress,
                format!(
                    "Only one PurgeQueue operation on {} is allowed every {PURGE_INTERVAL} seconds.",
                    self.name
                ),
            ));
        }
        state.purged = Some(now);
        state.backlog.clear();
        self.save(&state);
        Ok(())
    }

    /// The attributes that are asked for, by name or `All`. What is not set is left out.
    ///
    /// # Errors
    /// `InvalidAttributeName` if there is no attribute of a name.
    pub fn attributes<N: AsRef<str>>(
        &self,
        names: &[N],
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, QueueError> {
        const COMPUTED: [&str; 6] = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
            "CreatedTimestamp",
            "LastModifiedTimestamp",
            "QueueArn",
        ];
        let known = |name: &str| name == "All" || COMPUTED.contains(&name) || Settings::is_settable(name);
        if let Some(stray) = names.iter().map(AsRef::as_ref).find(|name| !known(name)) {
            return Err(attributes::unknown(stray));
        }
        let state = self.open(now)?;
        let counts = state.backlog.counts();
        let computed = COMPUTED.into_iter().zip([
            counts.visible.to_string(),
            counts.in_flight.to_string(),
            counts.delayed.to_string(),
            self.created.seconds().to_string(),
            state.modified.seconds().to_string(),
            self.arn.to_string(),
        ]);
        let asked_for = |name: &str| {
            names.iter().map(AsRef::as_ref).any(|wanted: &str| wanted == "All" || wanted == name)
        };
        Ok(computed.chain(state.settings.all()).filter(|(name, _)| asked_for(name)).collect())
    }

    /// Sets attributes. `check_redrive` sees the new settings before they hold.
    ///
    /// # Errors
    /// Those of [`Settings::changed`] and of `check_redrive`.
    pub fn set_attributes(
        &self,
        changes: &[(&str, &str)],
        now: Timestamp,
        check_redrive: impl Fn(&Settings) -> Result<(), QueueError>,
    ) -> Result<(), QueueError> {
        let before = self.settings(now)?;
        let after = before.changed(changes)?;
        if after.redrive != before.redrive {
            // Looks into another queue, so not under this one's lock.
            check_redrive(&after)?;
        }
        let mut state = self.open(now)?;
        // Again on what holds now: another call may have set something else meanwhile.
        state.settings = Arc::new(state.settings.changed(changes)?);
        state.modified = now;
        self.save(&state);
        drop(state);
        // A longer or shorter retention changes nothing for receivers, but it is cheap to let them look.
        self.arrivals.notify_waiters();
        Ok(())
    }

    /// Changes the policy by [`permissions::add`].
    ///
    /// # Errors
    /// Those of [`permissions::add`].
    pub fn add_permission(
        &self,
        label: &str,
        accounts: &[String],
        actions: &[String],
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let mut state = self.open(now)?;
        let policy = permissions::add(state.settings.policy.as_deref(), &self.arn, label, accounts, actions)?;
        Arc::make_mut(&mut state.settings).policy = Some(policy);
        state.modified = now;
        self.save(&state);
        Ok(())
    }

    /// Changes the policy by [`permissions::remove`].
    ///
    /// # Errors
    /// Those of [`permissions::remove`].
    pub fn remove_permission(&self, label: &str, now: Timestamp) -> Result<(), QueueError> {
        let mut state = self.open(now)?;
        let policy = permissions::remove(state.settings.policy.as_deref(), label)?;
        Arc::make_mut(&mut state.settings).policy = policy;
        state.modified = now;
        self.save(&state);
        Ok(())
    }

    /// Adds tags, or gives them other values.
    ///
    /// # Errors
    /// `InvalidParameterValue`: no tags, a key or value that is too long, too many tags.
    pub fn tag(
        &self,
        tags: impl IntoIterator<Item = (String, String)>,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let tags: Vec<_> = tags.into_iter().collect();
        if tags.is_empty() {
            return Err(QueueError::missing("Tags"));
        }
        let mut state = self.open(now)?;
        let mut after = state.tags.clone();
        after.extend(tags);
        check_tags(&after)?;
        state.tags = after;
        self.save(&state);
        Ok(())
    }

    /// Removes tags; keys that are not there are let pass.
    ///
    /// # Errors
    /// `MissingParameter` if there are no keys.
    pub fn untag(&self, keys: &[String], now: Timestamp) -> Result<(), QueueError> {
        if keys.is_empty() {
            return Err(QueueError::missing("TagKeys"));
        }
        let mut state = self.open(now)?;
        state.tags.retain(|key, _| !keys.contains(key));
        self.save(&state);
        Ok(())
    }

    /// Takes a message over from another queue: as a dead letter `from` there, or back from being one.
    /// Standard queues keep the age of a message, FIFO queues count it from now ("How do dead-letter
    /// queues work" in the developer guide).
    ///
    /// # Errors
    /// Gives the letter back if this queue was deleted meanwhile.
    pub fn accept(
        &self,
        letter: DeadLetter,
        from: Option<&Arn>,
        now: Timestamp,
    ) -> Result<(), Box<DeadLetter>> {
        let Ok(mut state) = self.open(now) else { return Err(Box::new(letter)) };
        let DeadLetter { message, receives, first_received } = letter;
        // The queue that it was in had the only hold of it, as a rule: then nothing is copied.
        let mut message = Arc::unwrap_or_clone(message);
        message.dead_letter_source = from.cloned();
        if self.is_fifo() {
            message.sent = now;
            message.sequence_number = Some(state.sequence.next(now));
        }
        state.backlog.push(DeadLetter { message: Arc::new(message), receives, first_received }, None);
        drop(state);
        self.arrivals.notify_one();
        Ok(())
    }
}

/// Checks the tags of a queue.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn check_tags(tags: &IndexMap<String, String>) -> Result<(), QueueError> {
    let invalid = |message: String| Err(QueueError::new(ErrorKind::InvalidParameterValue, message));
    if tags.len() > MAX_TAGS {
        return invalid(format!("Too many tags added for queue: at most {MAX_TAGS} are allowed."));
    }
    for (key, value) in tags {
        if !(1..=128).contains(&key.chars().count()) {
            return invalid(format!("Tag key '{key}' must be between 1 and 128 characters in length."));
        }
        if value.chars().count() > 256 {
            return invalid(format!("The value of tag '{key}' must be at most 256 characters in length."));
        }
    }
    Ok(())
}
