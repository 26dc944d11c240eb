//! What hooks are handed.

use std::sync::Arc;
use std::time::Duration;

use super::{HookFailure, HookPoint};
use crate::context::Environment;
use crate::extension::Extensions;
use crate::gateway::edge::EdgeRouter;
use crate::plugin::Settings;
use crate::provider::Providers;

/// The process that a hook runs in: what `on_infra_start`, `on_infra_ready` and `on_infra_shutdown` are handed.
#[derive(Clone, Debug)]
pub struct HookContext {
    point: HookPoint,
    extensions: Extensions,
    urls: Vec<String>,
}

impl HookContext {
    /// A moment of a process. `urls` is where it answers.
    #[must_use]
    pub fn new(point: HookPoint, extensions: Extensions, urls: Vec<String>) -> Self {
        Self { point, extensions, urls }
    }

    /// Which moment it is.
    #[must_use]
    pub fn point(&self) -> HookPoint {
        self.point
    }

    /// Where it answers, such as `http://127.0.0.1:4566`; at `on_infra_start` as soon as all hooks have run, at
    /// `on_infra_shutdown` no more. None in a process that does not listen.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// Runs the hooks of this moment, see [`Hooks::run`](super::Hooks::run).
    pub async fn run_hooks(&self, limit: Duration) -> Vec<HookFailure> {
        self.extensions.surfaces().hooks.run(self, limit).await
    }

    /// The variables of the process.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.extensions.surfaces().plugins.settings()
    }

    /// Time and ids.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.extensions.surfaces().environment
    }

    /// Routes beside AWS's API, which can be added.
    #[must_use]
    pub fn edge(&self) -> &EdgeRouter {
        &self.extensions.surfaces().edge
    }

    /// Who answers calls.
    #[must_use]
    pub fn providers(&self) -> &Arc<Providers> {
        &self.extensions.surfaces().providers
    }

    /// The extensions, to which more can be added.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}

/// The command line before it starts a process or a container: what `prepare_host` is handed.
#[derive(Clone, Debug)]
pub struct HostContext {
    settings: Settings,
    is_container: bool,
    changes: Vec<(String, String)>,
}

impl HostContext {
    /// With the settings that the process is going to have.
    #[must_use]
    pub fn new(settings: Settings, is_container: bool) -> Self {
        Self { settings, is_container, changes: Vec::new() }
    }

    /// The variables of the process that is going to be started, with changes.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether it is going to run in a container (`asf start --docker`).
    #[must_use]
    pub fn is_container(&self) -> bool {
        self.is_container
    }

    /// Sets a variable for the process; it is checked with all others after the hooks.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.set(name, value);
        self.changes.push((name.to_owned(), value.to_owned()));
    }

    /// What has been set, in order.
    #[must_use]
    pub fn changes(&self) -> &[(String, String)] {
        &self.changes
    }
}

/// The container that is going to be run: what `configure_container` is handed. Its command is
/// `docker run <flags> <image> <command>`.
#[derive(Clone, Debug)]
pub struct ContainerContext {
    settings: Settings,
    /// Words between `run` and the image.
    pub flags: Vec<String>,
    /// The image.
    pub image: String,
    /// Words behind the image; none run what the image says.
    pub command: Vec<String>,
}

impl ContainerContext {
    /// A container of an image.
    #[must_use]
    pub fn new(settings: Settings, flags: Vec<String>, image: String) -> Self {
        Self { settings, flags, image, command: Vec::new() }
    }

    /// The variables on this side.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Adds an option with its value: `flag("--label", "team=orders")`.
    pub fn flag(&mut self, name: &str, value: &str) {
        self.flags.extend([name.to_owned(), value.to_owned()]);
    }

    /// Sets a variable inside.
    pub fn env(&mut self, name: &str, value: &str) {
        self.flag("--env", &format!("{name}={value}"));
    }

    /// Shows a folder of this machine inside.
    pub fn volume(&mut self, outside: &str, inside: &str) {
        self.flag("--volume", &format!("{outside}:{inside}"));
    }

    /// Lets a port inside be called at one on the loopback of this machine.
    pub fn publish(&mut self, outside: u16, inside: u16) {
        self.flag("--publish", &format!("127.0.0.1:{outside}:{inside}"));
    }

    /// The words behind `docker run`.
    #[must_use]
    pub fn into_words(self) -> Vec<String> {
        let Self { mut flags, image, command, .. } = self;
        flags.push(image);
        flags.extend(command);
        flags
    }
}
