//! The extensions of a folder in a process that serves: added, reloaded, told of its moments, stopped.

mod endpoints;
mod outside;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use asf_runtime::extension::Extensions;
use asf_runtime::gateway::edge::RuleError;
use asf_runtime::hook::{HookPoint, hook};
use futures_util::future::join_all;

use self::outside::Outside;
use crate::{Around, ExtensionName, Folder, FolderError, Installed, Program, Start};

/// The name of our own hooks.
const HOOKS: &str = "extensions-out-of-process";

/// The extensions of a [`Folder`] in a process. Copies are the same.
///
/// What is installed and enabled is added as any other extension is ([`Extensions::add`]): its routes, its
/// providers, its hooks. An extension that cannot be used is logged and left out; the others, and the
/// process, are not the worse for it.
#[derive(Clone)]
pub struct Hosted(Arc<Inner>);

struct Inner {
    folder: Folder,
    around: Around,
    extensions: Extensions,
    used: Mutex<BTreeMap<ExtensionName, Used>>,
}

/// An extension in use.
struct Used {
    program: Program,
    /// When its manifest was written: another time is another installation.
    written: Option<SystemTime>,
}

/// What came of a look at the folder.
#[derive(Debug, Default)]
pub struct Changes {
    /// Used from now on.
    pub added: Vec<ExtensionName>,
    /// Installed anew, and used as it is now.
    pub replaced: Vec<ExtensionName>,
    /// Disabled or removed, and used no more.
    pub removed: Vec<ExtensionName>,
    /// Those that cannot be used, and why.
    pub failed: Vec<(ExtensionName, String)>,
    /// Programs that are to be stopped.
    ended: Vec<Program>,
}

impl Hosted {
    /// The extensions of a folder, of which none is used yet.
    #[must_use]
    pub fn new(folder: Folder, around: Around, extensions: Extensions) -> Self {
        Self(Arc::new(Inner { folder, around, extensions, used: Mutex::default() }))
    }

    /// Adds our hooks: programs that want to be are started when requests are answered, and all are stopped
    /// at the end, after all other hooks.
    pub fn add_hooks(&self) {
        let hooks = &self.0.extensions.surfaces().hooks;
        let hosted = self.clone();
        let ready = hook(move |_| {
            let hosted = hosted.clone();
            async move {
                hosted.start_eager().await;
                Ok(())
            }
        });
        hooks.add(HookPoint::OnInfraReady, HOOKS, i32::MAX, ready);
        let hosted = self.clone();
        let end = hook(move |_| {
            let hosted = hosted.clone();
            async move {
                hosted.stop().await;
                Ok(())
            }
        });
        hooks.add(HookPoint::OnInfraShutdown, HOOKS, i32::MIN, end);
    }

    /// Adds `/_asf/extensions`, which tells of them, and `/_asf/extensions/reload`.
    ///
    /// # Errors
    /// [`RuleError`] when one of the paths is taken.
    pub fn add_routes(&self) -> Result<(), RuleError> {
        endpoints::add(self)
    }

    /// Says where the process answers. Programs that are started before do not know.
    pub fn set_endpoint(&self, url: &str) {
        // The first address counts.
        let _ = self.0.around.endpoint.set(url.to_owned());
    }

    /// Looks at the folder: what is enabled now is used, what is not any more is stopped, in the background.
    ///
    /// # Errors
    /// [`FolderError`] when the folder cannot be read.
    pub fn load(&self) -> Result<Changes, FolderError> {
        let installed = self.0.folder.list()?;
        let mut changes = Changes::default();
        let mut used = self.used();
        let is_wanted = |name: &ExtensionName| installed.iter().any(|it| it.is_enabled && it.name == *name);
        let unwanted: Vec<ExtensionName> = used.keys().filter(|it| !is_wanted(it)).cloned().collect();
        for name in unwanted {
            if let Some(gone) = used.remove(&name) {
                self.0.extensions.remove(name.as_str());
                changes.ended.push(gone.program);
                changes.removed.push(name);
            }
        }
        for it in installed.into_iter().filter(|it| it.is_enabled) {
            self.look_at(it, &mut used, &mut changes);
        }
        drop(used);
        for program in &changes.ended {
            program.end();
        }
        for (name, reason) in &changes.failed {
            tracing::error!(extension = %name, reason, "an extension cannot be used");
        }
        Ok(changes)
    }

    fn look_at(&self, installed: Installed, used: &mut BTreeMap<ExtensionName, Used>, changes: &mut Changes) {
        let Installed { name, folder, manifest, .. } = installed;
        let written = folder.join("package").join(crate::MANIFEST).metadata().and_then(|it| it.modified());
        let written = written.ok();
        if used.get(&name).is_some_and(|it| it.written == written) {
            return;
        }
        let before = used.remove(&name).map(|it| it.program);
        if let Some(before) = &before {
            self.0.extensions.remove(name.as_str());
            changes.ended.push(before.clone());
        }
        let is_new = before.is_none();
        let added = manifest.map_err(|error| error.to_string()).and_then(|manifest| {
            if manifest.name != name {
                return Err(format!("its manifest says that it is {:?}", manifest.name.as_str()));
            }
            let program = Program::after(before, manifest, folder, self.0.around.clone());
            let outside = Arc::new(Outside::new(program.clone()));
            self.0.extensions.add(outside).map_err(|error| error.to_string())?;
            Ok(program)
        });
        match added {
            Ok(program) => {
                used.insert(name.clone(), Used { program, written });
                if is_new { changes.added.push(name) } else { changes.replaced.push(name) }
            }
            Err(reason) => changes.failed.push((name, reason)),
        }
    }

    /// As [`load`](Self::load), and waits until what is not used any more has ended and what is to be started
    /// eagerly runs.
    ///
    /// # Errors
    /// [`FolderError`] when the folder cannot be read.
    pub async fn reload(&self) -> Result<Changes, FolderError> {
        let changes = self.load()?;
        join_all(changes.ended.iter().map(Program::stop)).await;
        self.start_eager().await;
        Ok(changes)
    }

    /// Starts those that want to be. One that cannot be has been logged.
    pub async fn start_eager(&self) {
        let programs = self.programs();
        let eager = programs.iter().filter(|it| it.manifest().start == Start::Eager);
        join_all(eager.map(Program::ready)).await;
    }

    /// Stops all of them, for good.
    pub async fn stop(&self) {
        join_all(self.programs().iter().map(Program::stop)).await;
    }

    /// The programs of those in use, by name.
    #[must_use]
    pub fn programs(&self) -> Vec<Program> {
        self.used().values().map(|it| it.program.clone()).collect()
    }

    /// What is installed.
    ///
    /// # Errors
    /// [`FolderError`] when the folder cannot be read.
    pub fn installed(&self) -> Result<Vec<Installed>, FolderError> {
        self.0.folder.list()
    }

    fn used(&self) -> MutexGuard<'_, BTreeMap<ExtensionName, Used>> {
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Hosted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.programs()).finish()
    }
}
