//! Message-move tasks: messages of a dead-letter queue go back to where they came from, or elsewhere.
//!
//! A task is a future that the provider spawns; it moves what it may and waits by the clock for the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asf_macros::Record;
use asf_runtime::Timestamp;
use asf_runtime::clock::Clock;
use asf_runtime::identity::{Arn, Region};
use asf_runtime::ids::Ids;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{ErrorKind, QueueError};
use crate::models::{DeadLetter, Queue};
use crate::queues::dead_letter_sources;
use crate::store::Store;
use crate::tables::SqsStore;

/// Messages that a task without a limit moves before it lets others go on.
const BATCH: usize = 500;
/// Why a task fails whose source or destination was deleted.
const GONE: &str = "AWS.SimpleQueueService.NonExistentQueue";
/// So many tasks of a source queue are remembered, and answered at most.
const REMEMBERED: usize = 10;

/// A task.
#[derive(Debug)]
pub struct MoveTask {
    id: String,
    /// The dead-letter queue.
    pub source: Arn,
    /// Where to; none is where each message came from.
    pub destination: Option<Arn>,
    /// Messages a second.
    pub rate: Option<u32>,
    /// When it was started.
    pub started: Timestamp,
    /// How many messages there were to move.
    pub to_move: u64,
    progress: Mutex<Progress>,
    tables: SqsStore,
}

/// A task as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct MoveTaskRecord {
    source: Arn,
    destination: Option<Arn>,
    rate: Option<u32>,
    started: Timestamp,
    to_move: u64,
    progress: Progress,
}

/// How far a task is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// Where it stands.
    pub status: Status,
    /// How many messages it has moved.
    pub moved: u64,
    /// Why it failed.
    pub failure: Option<Cow<'static, str>>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Status {
    Running,
    Completed,
    Cancelled,
    Failed,
}

impl Status {
    /// As it is answered.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}

/// What a task needs to go on by itself.
#[derive(Clone)]
pub struct Surroundings {
    /// All queues.
    pub store: Arc<Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids of moved messages.
    pub ids: Arc<Ids>,
}

/// Starts a task; [`MoveTask::run`] has to be spawned.
///
/// # Errors
/// `ResourceNotFound` (test_sqs_move_task::test_destination_needs_to_exist), `InvalidParameterValue`
/// (::test_source_needs_redrive_policy, ::test_start_multiple_move_tasks)
pub fn start(
    store: &Store,
    source: &str,
    destination: Option<&str>,
    rate: Option<i32>,
    now: Timestamp,
    ids: &Ids,
) -> Result<Arc<MoveTask>, QueueError> {
    let queue = find(store, "SourceArn", source)?;
    if dead_letter_sources(store, &queue, None, 1, now).0.is_empty() {
        return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
    }
    let destination = destination.map(|arn| find(store, "DestinationArn", arn)).transpose()?;
    if destination.as_ref().is_some_and(|it| it.is_fifo() != queue.is_fifo()) {
        return Err(invalid("Source and destination queues must be of the same type."));
    }
    let rate = rate
        .map(|rate| {
            u32::try_from(rate).ok().filter(|rate| (1..=500).contains(rate)).ok_or_else(|| {
                QueueError::parameter(
                    "MaxNumberOfMessagesPerSecond",
                    rate,
                    "You must enter a value between 1 and 500.",
                )
            })
        })
        .transpose()?;
    let visible = queue.open(now)?.backlog.counts().visible;

    let _steps = store.steps();
    let locality = store.locality(queue.account, &queue.region);
    let mut tasks = locality.tasks();
    let running =
        |task: &Arc<MoveTask>| task.source == queue.arn && task.progress().status == Status::Running;
    if tasks.iter().any(running) {
        return Err(invalid(
            "There is already a task running. Only one active task is allowed for a source queue arn at a \
             given time.",
        ));
    }
    let task = Arc::new(MoveTask {
        id: ids.uuid(),
        source: queue.arn.clone(),
        destination: destination.map(|destination| destination.arn.clone()),
        rate,
        started: now,
        to_move: visible as u64,
        progress: Mutex::new(Progress { status: Status::Running, moved: 0, failure: None }),
        tables: locality.tables().clone(),
    });
    task.save(&task.progress());
    tasks.push(task.clone());
    let of_source = tasks.iter().filter(|task| task.source == queue.arn).count();
    if of_source > REMEMBERED
        && let Some(oldest) = tasks.iter().position(|task| task.source == queue.arn)
    {
        tasks.remove(oldest).forget();
    }
    Ok(task)
}

/// Ends a task early. Returns how many messages it had moved.
///
/// # Errors
/// `InvalidParameterValue` (test_sqs_move_task::test_cancel_with_invalid_task_handle), `ResourceNotFound`
/// (::test_cancel_with_invalid_source_arn_in_task_handle, ::test_cancel_with_invalid_task_id_in_task_handle)
pub fn cancel(store: &Store, handle: &str) -> Result<u64, QueueError> {
    let decoded = STANDARD.decode(handle).ok();
    let handle: Option<Value> = decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let member = |name: &str| handle.as_ref()?.get(name)?.as_str();
    let (Some(id), Some(source)) = (member("taskId"), member("sourceArn")) else {
        return Err(invalid("Value for parameter TaskHandle is invalid."));
    };
    let queue = find(store, "SourceArn", source)?;
    let _steps = store.steps();
    let locality = store.locality(queue.account, &queue.region);
    let tasks = locality.tasks();
    let task = tasks
        .iter()
        .find(|task| task.id == id && task.source == queue.arn)
        .ok_or_else(|| QueueError::new(ErrorKind::ResourceNotFound, "Task does not exist."))?;
    let mut progress = task.progress();
    if progress.status != Status::Running {
        return Err(invalid("Only active tasks can be cancelled."));
    }
    progress.status = Status::Cancelled;
    task.save(&progress);
    Ok(progress.moved)
}

/// The tasks of a source queue, the newest first; one if it is not said how many.
///
/// # Errors
/// `ResourceNotFound`, `InvalidParameterValue`
pub fn list(store: &Store, source: &str, max: Option<i32>) -> Result<Vec<Arc<MoveTask>>, QueueError> {
    let max = usize::try_from(max.unwrap_or(1))
        .ok()
        .filter(|max| (1..=REMEMBERED).contains(max))
        .ok_or_else(|| {
            invalid(
                "Value for parameter MaxResults is invalid. Reason: You must enter a value between 1 and 10.",
            )
        })?;
    let queue = find(store, "SourceArn", source)?;
    let locality = store.locality(queue.account, &queue.region);
    let tasks = locality.tasks();
    Ok(tasks.iter().rev().filter(|task| task.source == queue.arn).take(max).cloned().collect())
}

impl MoveTask {
    /// A task that was kept.
    pub(crate) fn load(id: String, record: &MoveTaskRecord, tables: &SqsStore) -> Self {
        let MoveTaskRecord { source, destination, rate, started, to_move, progress } = record.clone();
        let (progress, tables) = (Mutex::new(progress), tables.clone());
        Self { id, source, destination, rate, started, to_move, progress, tables }
    }

    fn key(&self) -> (Timestamp, String) {
        (self.started, self.id.clone())
    }

    /// Keeps how far it is. In steps of the store, since the progress is locked.
    fn save(&self, progress: &Progress) {
        let record = MoveTaskRecord {
            source: self.source.clone(),
            destination: self.destination.clone(),
            rate: self.rate,
            started: self.started,
            to_move: self.to_move,
            progress: progress.clone(),
        };
        self.tables.move_tasks.insert(self.key(), record);
    }

    /// Keeps it no longer.
    fn forget(&self) {
        self.tables.move_tasks.remove(&self.key());
    }

    /// Whether it has not ended.
    pub(crate) fn is_running(&self) -> bool {
        self.progress().status == Status::Running
    }

    /// What the task is named by: base64 of JSON, as AWS's are.
    #[must_use]
    pub fn handle(&self) -> String {
        let source = self.source.to_string();
        STANDARD.encode(json!({"taskId": self.id, "sourceArn": source}).to_string())
    }

    /// How far it is.
    pub fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves messages until there are none, or it fails or is cancelled. With a rate, so many at the
    /// start of each second.
    pub async fn run(self: Arc<Self>, around: Surroundings) {
        let mut due = around.clock.now();
        while self.step(&around) {
            match self.rate {
                Some(_) => {
                    due = due.plus_seconds(1);
                    around.clock.until(due).await;
                }
                None => tokio::task::yield_now().await,
            }
        }
    }

    /// Moves what may be moved now. Whether there is more to do.
    fn step(&self, around: &Surroundings) -> bool {
        // What leaves one queue arrives in the other, and is counted, as one.
        let _steps = around.store.steps();
        let now = around.clock.now();
        let left = self.to_move.saturating_sub(self.progress().moved);
        let batch = self.rate.map_or(BATCH, |rate| rate as usize).min(usize::try_from(left).unwrap_or(BATCH));
        if self.progress().status != Status::Running {
            return false;
        }
        let Some(source) = around.store.by_arn(&self.source) else {
            return self.end(Status::Failed, Some(GONE));
        };
        let drained = match source.open(now) {
            Ok(mut state) => state.backlog.drain_visible(batch),
            Err(_) => return self.end(Status::Failed, Some(GONE)),
        };
        if drained.is_empty() {
            return self.end(Status::Completed, None);
        }
        let mut targets = BTreeMap::new();
        let mut failure = None;
        for letter in drained {
            let outcome = match self.target(around, &mut targets, &letter) {
                Ok(target) => target.readmit(letter, now, &around.ids).map_err(|letter| (GONE, *letter)),
                Err(reason) => Err((reason, letter)),
            };
            match outcome {
                Ok(()) => self.progress().moved += 1,
                Err((reason, letter)) => {
                    failure = Some(reason);
                    let from = letter.message.dead_letter_source.clone();
                    // Only a queue deleted at this moment refuses; its messages go with it.
                    let _ = source.accept(letter, from.as_ref(), now);
                }
            }
        }
        self.save(&self.progress());
        if let Some(reason) = failure {
            return self.end(Status::Failed, Some(reason));
        }
        if self.progress().moved >= self.to_move {
            return self.end(Status::Completed, None);
        }
        true
    }

    /// Where a message goes.
    fn target(
        &self,
        around: &Surroundings,
        known: &mut BTreeMap<String, Arc<Queue>>,
        letter: &DeadLetter,
    ) -> Result<Arc<Queue>, &'static str> {
        let arn = self
            .destination
            .as_ref()
            .or(letter.message.dead_letter_source.as_ref())
            .ok_or("CouldNotDetermineMessageSource")?;
        if let Some(target) = known.get(&arn.to_string()) {
            return Ok(target.clone());
        }
        let target = around.store.by_arn(arn).ok_or(GONE)?;
        known.insert(arn.to_string(), target.clone());
        Ok(target)
    }

    /// Ends the task, unless it has ended. There is nothing more to do.
    fn end(&self, status: Status, failure: Option<&'static str>) -> bool {
        let mut progress = self.progress();
        if progress.status == Status::Running {
            progress.status = status;
            progress.failure = failure.map(Cow::Borrowed);
            self.save(&progress);
        }
        false
    }
}

impl Queue {
    /// Takes a message back from a dead-letter queue. It counts as a new one: id, age and receives
    /// ("Configure a dead-letter queue redrive" in the developer guide).
    fn readmit(&self, letter: DeadLetter, now: Timestamp, ids: &Ids) -> Result<(), Box<DeadLetter>> {
        if self.open(now).is_err() {
            return Err(Box::new(letter));
        }
        let mut message = Arc::unwrap_or_clone(letter.message);
        message.id = ids.uuid();
        message.sent = now;
        let letter = DeadLetter { message: Arc::new(message), receives: 0, first_received: None };
        self.accept(letter, None, now)
    }
}

fn find(store: &Store, parameter: &str, arn: &str) -> Result<Arc<Queue>, QueueError> {
    let parsed: Arn = arn.parse().map_err(|_| {
        invalid(&format!(
            "You must use this format to specify the {parameter}: \
             arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        ))
    })?;
    // A region is part of every queue's ARN, but any text is one to the store.
    let region = Region::new(&parsed.region);
    let account = parsed.account.parse().ok().filter(|_| parsed.service == "sqs");
    account.and_then(|account| store.locality(account, &region).get(&parsed.resource)).ok_or_else(|| {
        QueueError::new(
            ErrorKind::ResourceNotFound,
            format!("The resource that you specified for the {parameter} parameter doesn't exist."),
        )
    })
}

fn invalid(message: &str) -> QueueError {
    QueueError::new(ErrorKind::InvalidParameterValue, message)
}
