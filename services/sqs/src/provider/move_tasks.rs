//! `StartMessageMoveTask`, `CancelMessageMoveTask`, `ListMessageMoveTasks`, and where the tasks run.

use std::sync::PoisonError;

use asf_api_sqs::*;
use asf_runtime::{AwsError, RequestContext};
use tokio::runtime::Handle;

use super::SqsProvider;
use super::errors::required;
use crate::move_tasks::{self, MoveTask, Status, Surroundings};

/// `StartMessageMoveTask`
pub(super) fn start(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: StartMessageMoveTaskRequest,
) -> Result<StartMessageMoveTaskResult, SqsError> {
    provider.resume_tasks(ctx);
    let source = required(input.source_arn, "SourceArn")?;
    let runtime = Handle::try_current()
        .map_err(|_| AwsError::internal("there is no runtime for message-move tasks to run on"))?;
    let task = move_tasks::start(
        &provider.store,
        &source,
        input.destination_arn.as_deref(),
        input.max_number_of_messages_per_second,
        ctx.clock().now(),
        ctx.ids(),
    )?;
    let around = surroundings(provider, ctx);
    let mut running = provider.move_tasks.lock().unwrap_or_else(PoisonError::into_inner);
    // Those that have ended: what is kept of them is in the store.
    while running.try_join_next().is_some() {}
    running.spawn_on(task.clone().run(around), &runtime);
    Ok(StartMessageMoveTaskResult { task_handle: Some(task.handle()) })
}

fn surroundings(provider: &SqsProvider, ctx: &RequestContext) -> Surroundings {
    Surroundings {
        store: provider.store.clone(),
        clock: ctx.environment.clock.clone(),
        ids: ctx.environment.ids.clone(),
    }
}

impl SqsProvider {
    /// Lets tasks go on that were running when the state was kept. The first call of any operation does it: a
    /// provider has neither time nor a runtime before.
    pub(super) fn resume_tasks(&self, ctx: &RequestContext) {
        self.resumed.call_once(|| {
            let Ok(runtime) = Handle::try_current() else { return };
            let mut running = self.move_tasks.lock().unwrap_or_else(PoisonError::into_inner);
            for task in self.store.unfinished_tasks() {
                running.spawn_on(task.run(surroundings(self, ctx)), &runtime);
            }
        });
    }
}

/// `CancelMessageMoveTask`
pub(super) fn cancel(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: CancelMessageMoveTaskRequest,
) -> Result<CancelMessageMoveTaskResult, SqsError> {
    provider.resume_tasks(ctx);
    let handle = required(input.task_handle, "TaskHandle")?;
    let moved = move_tasks::cancel(&provider.store, &handle)?;
    Ok(CancelMessageMoveTaskResult { approximate_number_of_messages_moved: Some(moved.cast_signed()) })
}

/// `ListMessageMoveTasks`
pub(super) fn list(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: ListMessageMoveTasksRequest,
) -> Result<ListMessageMoveTasksResult, SqsError> {
    provider.resume_tasks(ctx);
    let source = required(input.source_arn, "SourceArn")?;
    let tasks = move_tasks::list(&provider.store, &source, input.max_results)?;
    Ok(ListMessageMoveTasksResult { results: Some(tasks.iter().map(|task| entry(task)).collect()) })
}

/// A task as it is listed. Only a running one has a handle (test_sqs_move_task::test_move_task_cancel).
fn entry(task: &MoveTask) -> ListMessageMoveTasksResultEntry {
    let progress = task.progress().clone();
    ListMessageMoveTasksResultEntry {
        task_handle: (progress.status == Status::Running).then(|| task.handle()),
        status: Some(progress.status.name().to_owned()),
        source_arn: Some(task.source.to_string()),
        destination_arn: task.destination.as_ref().map(ToString::to_string),
        max_number_of_messages_per_second: task.rate.and_then(|rate| rate.try_into().ok()),
        approximate_number_of_messages_moved: Some(progress.moved.cast_signed()),
        approximate_number_of_messages_to_move: Some(task.to_move.cast_signed()),
        failure_reason: progress.failure.map(std::borrow::Cow::into_owned),
        started_timestamp: Some(task.started.millis()),
    }
}
