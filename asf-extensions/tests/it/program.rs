//! A program in a folder, called as a provider is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use asf_extensions::{Around, ExtensionProvider, Folder, MANIFEST, Program, Served};
use asf_runtime::clock::{Clock as _, ManualClock, SystemClock};
use asf_runtime::context::Environment;
use asf_runtime::error::ServiceError;
use asf_runtime::provider::{Answer, Provider as _};
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use asf_runtime::{RequestContext, Timestamp};
use serde_json::{Value, json};

/// The module of the example.
const MODULE: &str = include_str!("../../../examples/extensions/python-translate/asf_extension.py");
/// What all programs begin with.
const BEGINNING: &str = "import os, signal, subprocess, sys, threading\n\
                         from asf_extension import *\n\
                         extension = Extension()\n\
                         call = extension.operation('translate', 'TranslateText')\n";

/// Writes the folder of an extension. `manifest` is what stands before its tables.
pub(crate) fn write(folder: &Path, main: &str, manifest: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let command = if manifest.contains("command") { "" } else { "command = [\"python3\", \"main.py\"]\n" };
    let served = "[operations]\ntranslate = [\"TranslateText\"]\n";
    let text = format!("name = \"notes\"\nversion = \"1\"\nprotocol = 1\n{command}{manifest}\n{served}");
    std::fs::write(folder.join(MANIFEST), text).unwrap();
    std::fs::write(folder.join("main.py"), format!("{BEGINNING}{main}\nextension.run()\n")).unwrap();
    std::fs::write(folder.join("asf_extension.py"), MODULE).unwrap();
}

/// An extension that answers `translate.TranslateText`.
pub(crate) struct Scene {
    pub(crate) program: Program,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) folder: PathBuf,
    pub(crate) provider: ExtensionProvider,
    environment: Environment,
    root: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new(main: &str) -> Self {
        Self::with(main, "")
    }

    pub(crate) fn with(main: &str, manifest: &str) -> Self {
        Self::of(main, manifest, Duration::from_millis(300))
    }

    /// With a time in which it may end that is not over however slow the machine is.
    pub(crate) fn with_grace(main: &str, grace: Duration) -> Self {
        Self::of(main, "", grace)
    }

    fn of(main: &str, manifest: &str, grace: Duration) -> Self {
        let root = tempfile::tempdir().unwrap();
        let source = root.path().join("source");
        write(&source, main, manifest);
        let installed = Folder::of_volume(root.path()).install(&source).unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_000_000)));
        let environment = Environment { clock: clock.clone(), ..Environment::default() };
        let around = Around { environment: environment.clone(), grace, ..Around::default() };
        around.endpoint.set("http://127.0.0.1:1".to_owned()).unwrap();
        let program = Program::new(installed.manifest.unwrap(), installed.folder.clone(), around);
        let service = asf_specs::service("translate").unwrap();
        let provider = ExtensionProvider::new(service, Served::All, program.clone());
        Self { program, clock, folder: installed.folder, provider, environment, root }
    }

    /// A place for what the test needs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Calls TranslateText: the translated text, or the error as `code status message`.
    pub(crate) async fn call(&self, text: &str) -> Result<String, String> {
        let output = self.answer(text).await.map_err(|error| {
            format!("{} {} {}", error.code(), error.status(), error.message().unwrap_or_default())
        })?;
        Ok(output["TranslatedText"].as_str().unwrap().to_owned())
    }

    pub(crate) async fn answer(&self, text: &str) -> Result<Value, Box<dyn ServiceError>> {
        let service = asf_specs::service("translate").unwrap();
        let operation = service.operation("TranslateText").unwrap();
        let input = json!({"Text": text, "SourceLanguageCode": "en", "TargetLanguageCode": "de"});
        let input = from_neutral(operation.input().unwrap(), &input).unwrap();
        let mut ctx = RequestContext::new(operation, self.environment.clone());
        ctx.request.headers.insert("x-test", "seen".parse().unwrap());
        match self.provider.call(&ctx, operation, Box::new(input)).await? {
            Answer::Output(output) => Ok(to_neutral(operation.output().unwrap(), &*output)),
            Answer::Raw(_) => panic!("a raw answer"),
        }
    }
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let clock = SystemClock;
    for _ in 0..1000 {
        if holds() {
            return;
        }
        clock.until(clock.now().plus_millis(10)).await;
    }
    panic!("not in 10 s: {what}");
}

/// Whether a process runs. One that has ended and that nobody has asked about does not.
pub(crate) fn runs(pid: &str) -> bool {
    let output = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}
