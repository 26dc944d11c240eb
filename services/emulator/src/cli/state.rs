//! `asf state`: the state as a file, and what can be done with it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use super::output::{Format, print, print_json, print_rows};
use super::{Failure, Outcome, Session, branches, health};

/// Arguments of `state`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Do it to a branch, not to the main state
    #[arg(long, global = true, value_name = "NAME")]
    branch: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Save the state under a name, or to a file
    Save {
        /// A name; or a path, with a slash or ending with .asf
        pod: Pod,
        /// Only these services, separated by commas
        #[arg(long, value_name = "SERVICES")]
        services: Option<String>,
    },
    /// Load what was saved into the running state
    Load {
        /// A name; or a path, with a slash or ending with .asf
        pod: Pod,
        /// What becomes of what is there
        #[arg(long, value_parser = ["overwrite", "account-region-merge", "service-merge"], default_value = "account-region-merge")]
        strategy: String,
        /// Only these services, separated by commas
        #[arg(long, value_name = "SERVICES")]
        services: Option<String>,
    },
    /// List what was saved under a name
    List,
    /// Say what is in one that was saved, in a branch, or in the running state
    Inspect {
        /// A name; a path, with a slash or ending with .asf; or a branch with @ in front. The running state if it is
        /// not given
        pod: Option<String>,
    },
    /// Delete what was saved under a name
    Remove {
        /// The name
        name: String,
    },
    /// Forget everything, or all of a service
    Reset {
        /// Only this service
        #[arg(long)]
        service: Option<String>,
    },
    /// Say what was added, removed and changed from one to another
    Diff {
        /// A name, a path, or a branch with @ in front; with --branch, what the branch began with if it is not given
        #[arg(required_unless_present = "branch")]
        a: Option<String>,
        /// The second, likewise; the running state if it is not given
        b: Option<String>,
        /// With the keys
        #[arg(long)]
        entries: bool,
    },
    /// Make a branch of the running state, which answers at a port of its own, or throw one away
    Branch(branches::Arguments),
    /// List the branches
    Branches,
}

/// What was saved: by a name that the process knows, or a file here.
#[derive(Clone, Debug)]
pub(super) enum Pod {
    Name(String),
    File(PathBuf),
}

impl std::str::FromStr for Pod {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_path = text.contains(['/', '\\']) || text.ends_with(".asf");
        Ok(if is_path { Self::File(text.into()) } else { Self::Name(text.to_owned()) })
    }
}

/// Where commands are sent to: a process, and of it the main state or a branch.
pub(super) struct Target<'a> {
    pub(super) session: &'a Session,
    branch: Option<&'a str>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let at = &Target { session, branch: arguments.branch.as_deref() };
    match &arguments.action {
        Action::Save { pod, services } => save(at, pod, services.as_deref()),
        Action::Load { pod, strategy, services } => {
            let query =
                format!("strategy={strategy}&services={}", encoded(services.as_deref().unwrap_or_default()));
            let answer = match pod {
                Pod::Name(name) => at.ask(Method::PUT, &format!("/pods/{}?{query}", encoded(name)))?,
                Pod::File(path) => {
                    let body = read(path)?;
                    at.exchange(Method::POST, &format!("/state/file?{query}"), body, None)?
                }
            };
            let entries = answer.get("entries").cloned().unwrap_or_default();
            told(at.session, &answer, &format!("{entries} entries were loaded"))
        }
        Action::List => {
            let answer = at.ask(Method::GET, "/pods")?;
            let pods = answer.get("cloudpods").and_then(Value::as_array).cloned().unwrap_or_default();
            let row = |pod: &Value| {
                ["name", "created", "product", "services", "file_size", "error"]
                    .map(|member| shown(pod.get(member)))
            };
            let rows: Vec<_> = pods.iter().map(row).collect();
            print_rows(
                session.global.format,
                ["name", "created", "version", "services", "bytes", "error"],
                &rows,
            )?;
            Ok(())
        }
        Action::Inspect { pod } => {
            let answer = match pod.as_deref() {
                Some(name) if is_path(name) => {
                    at.exchange(Method::POST, "/state/inspect", read(Path::new(name))?, None)?
                }
                Some(name) if !name.starts_with('@') => {
                    at.ask(Method::GET, &format!("/pods/{}", encoded(name)))?
                }
                running => {
                    let pod = at.saved(running)?;
                    let mut answer = serde_json::to_value(pod.manifest()).map_err(anyhow::Error::from)?;
                    answer["file_size"] = pod.len().into();
                    answer
                }
            };
            inspected(at.session, &answer)
        }
        Action::Remove { name } => {
            let answer = at.ask(Method::DELETE, &format!("/pods/{}", encoded(name)))?;
            told(at.session, &answer, &format!("{name} was removed"))
        }
        Action::Reset { service } => {
            let path = service
                .as_ref()
                .map_or("/state/reset".to_owned(), |it| format!("/state/{}/reset", encoded(it)));
            let answer = at.ask(Method::POST, &path)?;
            told(at.session, &answer, "the state was reset")
        }
        Action::Diff { a, b, entries } => diff(at, a.as_deref(), b.as_deref(), *entries),
        Action::Branch(arguments) => branches::run(at, arguments),
        Action::Branches => branches::list(at),
    }
}

fn save(at: &Target<'_>, pod: &Pod, services: Option<&str>) -> Outcome {
    let query = format!("services={}", encoded(services.unwrap_or_default()));
    let path = match pod {
        Pod::Name(name) => {
            let answer = at.ask(Method::POST, &format!("/pods/{}?{query}", encoded(name)))?;
            return told(at.session, &answer, &format!("{name} was saved"));
        }
        Pod::File(path) => path,
    };
    // Whole or not at all.
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    at.exchange(Method::GET, &format!("/state/file?{query}"), Bytes::new(), Some(file.as_file_mut()))?;
    file.persist(path).map_err(|error| error.error)?;
    let path = path.display().to_string();
    told(at.session, &json!({ "saved": path }), &format!("{path} was saved"))
}

fn read(path: &Path) -> Result<Bytes, Failure> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes.into())
}

/// Compares states. What the process knows it compares; with a file that is here, it is done here.
fn diff(at: &Target<'_>, a: Option<&str>, b: Option<&str>, entries: bool) -> Outcome {
    if a.into_iter().chain(b).any(is_path) {
        let open = |side: Option<&str>| -> Result<asf_pods::Pod, Failure> {
            let Some(path) = side.filter(|it| is_path(it)) else { return at.saved(side) };
            let file = std::fs::File::open(path).with_context(|| format!("cannot read {path}"))?;
            Ok(asf_pods::Pod::open(file).map_err(anyhow::Error::from)?)
        };
        let (mut first, mut second) = (open(a)?, open(b)?);
        let differences = asf_pods::diff(&mut first, &mut second, entries, &asf_pods::Limits::default());
        let differences = differences.map_err(anyhow::Error::from)?;
        return compared(at.session, &json!({ "differences": differences }));
    }
    let (a, b) = (encoded(a.unwrap_or_default()), encoded(b.unwrap_or_default()));
    let path = format!("/state/diff?a={a}&b={b}&entries={}", u8::from(entries));
    compared(at.session, &at.ask(Method::GET, &path)?)
}

/// Whether this is a file here, and not something that the process knows.
fn is_path(name: &str) -> bool {
    !name.starts_with('@') && matches!(name.parse(), Ok(Pod::File(_)))
}

impl Target<'_> {
    /// What the process knows by a name, or its running state, as a file that is gone when it is dropped.
    fn saved(&self, name: Option<&str>) -> Result<asf_pods::Pod, Failure> {
        let mut file = tempfile::tempfile()?;
        let path = format!("/state/file?of={}", encoded(name.unwrap_or_default()));
        self.exchange(Method::GET, &path, Bytes::new(), Some(&mut file))?;
        Ok(asf_pods::Pod::open(file).map_err(anyhow::Error::from)?)
    }

    pub(super) fn ask(&self, method: Method, path: &str) -> Result<Value, Failure> {
        self.exchange(method, path, Bytes::new(), None)
    }

    pub(super) fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        to: Option<&mut std::fs::File>,
    ) -> Result<Value, Failure> {
        let target = self.session.target()?;
        let answer = health::transfer(&target, self.branch, method, &format!("/_asf{path}"), body, to)
            .map_err(|error| {
                Failure::NotRunning(format!("nothing answers at {}: {error:#}", target.url()))
            })?;
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            return Ok(told);
        }
        let why = told.get("error").and_then(Value::as_str).map(str::to_owned);
        Err(anyhow::Error::msg(why.unwrap_or_else(|| format!("it answered {}", answer.status))).into())
    }
}

pub(super) fn told(session: &Session, answer: &Value, words: &str) -> Outcome {
    match session.global.format {
        Format::Json => print_json(answer)?,
        Format::Table | Format::Plain => print(&format!("{words}\n"))?,
    }
    Ok(())
}

fn inspected(session: &Session, answer: &Value) -> Outcome {
    if session.global.format == Format::Json {
        print_json(answer)?;
        return Ok(());
    }
    if session.global.format == Format::Table {
        let row = |name: &str, member: &str| [name.to_owned(), shown(answer.get(member))];
        let about = [
            row("version", "product"),
            row("created", "created"),
            row("services", "services"),
            row("bytes", "file_size"),
            row("files with content", "contents"),
        ];
        print_rows(Format::Table, ["", ""], &about)?;
        print("\n")?;
    }
    let tables = answer.get("tables").and_then(Value::as_array).cloned().unwrap_or_default();
    let row = |table: &Value| {
        ["service", "attribute", "entries", "bytes", "version"].map(|it| shown(table.get(it)))
    };
    let rows: Vec<_> = tables.iter().map(row).collect();
    print_rows(session.global.format, ["service", "table", "entries", "bytes", "version"], &rows)?;
    Ok(())
}

fn compared(session: &Session, answer: &Value) -> Outcome {
    let differences = answer.get("differences").and_then(Value::as_array).cloned().unwrap_or_default();
    if session.global.format == Format::Json {
        print_json(&differences.into())?;
        return Ok(());
    }
    let members = ["service", "attribute", "scope", "added", "removed", "changed"];
    let rows: Vec<_> = differences.iter().map(|it| members.map(|member| shown(it.get(member)))).collect();
    print_rows(session.global.format, ["service", "table", "scope", "added", "removed", "changed"], &rows)?;
    for difference in &differences {
        for entry in difference.get("entries").and_then(Value::as_array).into_iter().flatten() {
            let place = ["service", "attribute", "scope"].map(|it| shown(difference.get(it))).join(" ");
            print(&format!("{} {place} {}\n", shown(entry.get("what")), shown(entry.get("key"))))?;
        }
    }
    Ok(())
}

/// A member, for people: texts as they are, lists with commas.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list.iter().map(|it| shown(Some(it))).collect::<Vec<_>>().join(","),
        Some(other) => other.to_string(),
    }
}

/// A text as a part of a path or a query.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
