//! `/init`: what the init scripts came to.

use http::StatusCode;
use serde_json::{Value, json};

use super::Context;
use crate::gateway::edge::{EdgeRequest, respond};
use crate::protocol::Response;

/// A stage of a process's life, at which scripts run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before anything else.
    Boot,
    /// The process is starting.
    Start,
    /// Requests are answered.
    Ready,
    /// The process is ending.
    Shutdown,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Boot, Self::Start, Self::Ready, Self::Shutdown];

    /// `BOOT`, `START`, `READY`, `SHUTDOWN`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boot => "BOOT",
            Self::Start => "START",
            Self::Ready => "READY",
            Self::Shutdown => "SHUTDOWN",
        }
    }
}

/// How far a script has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptState {
    /// It has been found.
    Unknown,
    /// It runs.
    Running,
    /// It has ended well.
    Successful,
    /// It has not.
    Error,
}

impl ScriptState {
    /// `UNKNOWN`, `RUNNING`, `SUCCESSFUL`, `ERROR`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Running => "RUNNING",
            Self::Successful => "SUCCESSFUL",
            Self::Error => "ERROR",
        }
    }
}

/// An init script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitScript {
    /// When it runs.
    pub stage: Stage,
    /// Its file's name.
    pub name: String,
    /// How far it has come.
    pub state: ScriptState,
}

/// What all init scripts came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitReport {
    /// The stages that are over: all of their scripts have ended.
    pub completed: Vec<Stage>,
    /// All scripts, in the order in which they run.
    pub scripts: Vec<InitScript>,
}

/// Who runs init scripts, and can tell of them.
pub trait InitReports: Send + Sync {
    /// What they came to up to now.
    fn report(&self) -> InitReport;
}

/// There are no scripts: all stages up to the answer are over.
#[derive(Debug)]
pub(super) struct NoScripts;

impl InitReports for NoScripts {
    fn report(&self) -> InitReport {
        InitReport { completed: vec![Stage::Boot, Stage::Start, Stage::Ready], scripts: Vec::new() }
    }
}

fn shown(scripts: &[InitScript], stage: Option<Stage>) -> Vec<Value> {
    let shown =
        |it: &InitScript| json!({ "stage": it.stage.name(), "name": it.name, "state": it.state.name() });
    scripts.iter().filter(|it| stage.is_none_or(|stage| it.stage == stage)).map(shown).collect()
}

/// All stages.
pub(super) fn get_all(context: &Context) -> Response {
    let report = context.internal.init.report();
    let completed: serde_json::Map<String, Value> =
        Stage::ALL.iter().map(|it| (it.name().to_owned(), report.completed.contains(it).into())).collect();
    let answer = json!({ "completed": completed, "scripts": shown(&report.scripts, None) });
    respond::json(StatusCode::OK, &answer)
}

/// One stage, in any case of letters.
pub(super) fn get_stage(context: &Context, request: &EdgeRequest) -> Response {
    let name = request.params.get("stage").unwrap_or_default();
    let Some(stage) = Stage::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name)) else {
        return respond::error(StatusCode::NOT_FOUND, format!("no such stage {name}"));
    };
    let report = context.internal.init.report();
    let completed = report.completed.contains(&stage);
    let answer = json!({ "completed": completed, "scripts": shown(&report.scripts, Some(stage)) });
    respond::json(StatusCode::OK, &answer)
}
