//! Commands in a workspace of their own: `scaffold services`, `scaffold new`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold::specs::{Botocore, update};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{run, scaffold};
use crate::fake::Fake;

/// A workspace with the specs of two small services and nothing else.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        let fake = Fake::new("1.0.0");
        update(&Botocore::at(&fake.data()).unwrap(), &workspace.path("specs"), &mut |_, _| ()).unwrap();
        workspace.write("specs/patches/README", "");
        workspace.write("Cargo.toml", "[workspace.dependencies]\nasf-runtime = { path = \"asf-runtime\" }\n");
        workspace.write("rustfmt.toml", include_str!("../../../rustfmt.toml"));
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Exit code, stdout, stderr, with this workspace's directory as `.`.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let (code, text, remark) = run(args, &[], Some(self.0.path()));
        let root = self.0.path().canonicalize().unwrap();
        let relative = |text: String| text.replace(root.to_str().unwrap(), ".");
        (code, relative(text), relative(remark))
    }
}

#[test]
fn services_and_what_is_native() {
    let workspace = Workspace::new();
    let (code, text, remark) = workspace.run(&["services"]);
    assert_eq!((code, text.lines().count()), (0, 3));
    assert_eq!(
        remark,
        "there is no ./services, so nothing is native\n2 services, 3 operations; native: 0 services, 0 operations\n"
    );
    workspace.write("services/queue/Cargo.toml", "[package]\nname = \"asf-queue\"\n");
    workspace.write(
        "services/queue/src/inner/provider.rs",
        "#[provider(service = \"queue\")]\nimpl QueueApi for Queue {\n    #[handler(\"Send\", expand)]\n    \
         fn send(&self) {}\n}\n",
    );
    workspace.write("services/queue/src/lib.rs", "mod inner;\n");
    workspace.write("services/notes.txt", "not a crate");
    let (code, text, remark) = workspace.run(&["services"]);
    assert_eq!(code, 0, "{remark}");
    assert_eq!(
        text,
        "service  protocols  operations  native\nqueue    json       2           1\ntable    json       1\n"
    );
    assert_eq!(remark, "2 services, 3 operations; native: 1 services, 1 operations\n");
    let (_, text, _) = workspace.run(&["services", "--native", "--quiet"]);
    assert_eq!(text.lines().count(), 2);
    let (_, text, _) = workspace.run(&["services", "queue"]);
    assert_eq!(text, "queue: json, 1 of 2 operations native\n  List\n  Send  asf-queue\n");
    let (_, text, _) = workspace.run(&["services", "queue", "--json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!([{
            "name": "queue", "protocols": ["json"], "operations": ["List", "Send"], "native": ["Send"],
            "providers": [{
                "package": "asf-queue", "name": "default", "file": "services/queue/src/inner/provider.rs",
                "operations": ["Send"],
            }],
        }])
    );
    let (code, _, error) = workspace.run(&["services", "tabel"]);
    assert_eq!((code, error.as_str()), (1, "error: no service named tabel; did you mean table?\n"));

    workspace.write(
        "services/queue/src/more.rs",
        "#[provider(service = \"queu\")]\nimpl A for B { #[handler(\"X\")] fn x(&self) {} }\n",
    );
    let (code, _, remark) = workspace.run(&["services", "table"]);
    assert_eq!(
        (code, remark.as_str()),
        (0, "./services/queue/src/more.rs: no service named queu; did you mean queue?\n")
    );
    workspace.write("services/queue/src/more.rs", "#[provider] #[handler] impl {");
    let (code, _, error) = workspace.run(&["services"]);
    assert!(code == 1 && error.starts_with("error: ./services/queue/src/more.rs is not Rust: "), "{error}");
}

#[test]
fn the_providers_of_this_repository_answer_what_there_is() {
    let (code, text, remark) = scaffold(&["services", "--json"]);
    assert_eq!((code, remark.as_str()), (0, ""));
    let services: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(services.len(), 424);
    for service in &services {
        let operations = service["operations"].as_array().unwrap();
        for provider in service["providers"].as_array().unwrap() {
            let answered = provider["operations"].as_array().unwrap();
            assert!(answered.iter().all(|it| operations.contains(it)), "{provider}");
        }
    }
}

/// All files of a crate in one text.
fn rendered(workspace: &Workspace, directory: &str, files: &[&str]) -> String {
    files
        .iter()
        .map(|file| format!("==> {file}\n{}\n", workspace.read(&format!("{directory}/{file}"))))
        .collect()
}

const EXTENSION: [&str; 6] =
    ["Cargo.toml", "src/lib.rs", "src/extension.rs", "src/hooks.rs", "src/main.rs", "tests/it/main.rs"];

#[test]
fn new_extensions() {
    let workspace = Workspace::new();
    let (code, text, remark) = workspace.run(&["new", "extension", "night-watch"]);
    assert_eq!(code, 0, "{remark}");
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        EXTENSION.map(|it| format!("./extensions/night-watch/{it}"))
    );
    assert_eq!(
        remark,
        "asf-ext-night-watch answers /_extension/night-watch/hello; try `cargo test -p asf-ext-night-watch`\n"
    );
    insta::assert_snapshot!("extension", rendered(&workspace, "extensions/night-watch", &EXTENSION));

    let (_, text, _) = workspace.run(&["new", "extension", "sender", "--service", "queue", "--json"]);
    let made: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&made["package"], &made["answers"]),
        (&json!("asf-ext-sender"), &json!("/_extension/sender/hello and List"))
    );
    let files = [&EXTENSION[..], &["src/provider.rs"]].concat();
    insta::assert_snapshot!("extension_with_a_provider", rendered(&workspace, "extensions/sender", &files));
    assert!(workspace.read("generated/queue/src/api.rs").contains("pub trait QueueApi"));

    let (_, _, remark) = workspace.run(&["new", "extension", "sender"]);
    assert_eq!(remark, "error: ./extensions/sender exists already; nothing was written\n");
    let (_, _, remark) = workspace.run(&["new", "extension", "other", "--service", "queu"]);
    assert_eq!(remark, "error: no service named queu; did you mean queue?\n");
    let (_, _, remark) =
        workspace.run(&["new", "extension", "other", "--service", "queue", "--operation", "Sent"]);
    assert_eq!(remark, "error: service queue: no operation named Sent; did you mean Send?\n");
    let (_, _, remark) = workspace.run(&["new", "extension", "Other"]);
    assert_eq!(
        remark,
        "error: Other is no name for an extension: small letters, digits and single hyphens, as in my-extension\n"
    );
    assert!(!workspace.path("extensions/other").exists());
    // Outside of a workspace it finds ASF by its path.
    let elsewhere = tempfile::tempdir().unwrap();
    let output = elsewhere.path().join("x");
    let (code, _, remark) = workspace.run(&["new", "extension", "x", "--output", output.to_str().unwrap()]);
    assert_eq!(code, 0, "{remark}");
    let manifest = fs::read_to_string(output.join("Cargo.toml")).unwrap();
    let runtime = workspace.path("asf-runtime").canonicalize();
    assert!(runtime.is_err() && manifest.contains("asf-runtime = { path = \"/"), "{manifest}");
    assert!(!manifest.contains("workspace"), "{manifest}");
}

#[test]
fn new_providers() {
    let workspace = Workspace::new();
    let (code, _, remark) = workspace.run(&["new", "provider", "queue", "--operation", "Send"]);
    assert_eq!((code, remark.as_str()), (0, "asf-queue answers Send; try `cargo test -p asf-queue`\n"));
    let files = ["Cargo.toml", "src/lib.rs", "src/provider.rs", "tests/it/main.rs"];
    insta::assert_snapshot!("provider", rendered(&workspace, "services/queue", &files));
    let (_, text, _) = workspace.run(&["services", "queue"]);
    assert_eq!(text, "queue: json, 1 of 2 operations native\n  List\n  Send  asf-queue\n");
    let (_, _, remark) = workspace.run(&["new", "provider", "queue"]);
    assert_eq!(remark, "error: ./services/queue exists already; nothing was written\n");
    let (_, _, remark) = run(&["new", "provider", "sqs"], &[], Some(Path::new("/")));
    assert_eq!(
        remark,
        "error: no directory of specs here: run it within the workspace, or give --specs DIR\n"
    );
}

/// Takes a minute: `cargo test -p scaffold new_crates_compile -- --ignored`.
#[test]
#[ignore = "compiles three crates and what they stand on"]
fn new_crates_compile_and_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let made = tempfile::tempdir().unwrap();
    for (name, args) in [
        ("plain", &["new", "extension", "plain"][..]),
        ("with-provider", &["new", "extension", "with-provider", "--service", "sts"]),
        ("provider", &["new", "provider", "sqs", "--operation", "SendMessage"]),
    ] {
        let output = made.path().join(name);
        let (code, _, error) = scaffold(&[args, &["--output", output.to_str().unwrap()]].concat());
        assert_eq!(code, 0, "{error}");
        fs::copy(root.join("Cargo.lock"), output.join("Cargo.lock")).unwrap();
        let tested = Command::new(env!("CARGO"))
            .args(["test", "--quiet", "--offline"])
            .env("CARGO_TARGET_DIR", made.path().join("target"))
            .env("RUSTFLAGS", "-D warnings")
            .current_dir(&output)
            .output()
            .unwrap();
        assert!(tested.status.success(), "{name}: {}", String::from_utf8_lossy(&tested.stderr));
    }
}
