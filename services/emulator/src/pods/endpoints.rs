//! `/_asf/pods/..`, `/_asf/state/file`, `/_asf/state/diff`, and the same below `/_localstack`.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use asf_pods::{Labels, Limits, Loaded, Pod, PodError, Strategy, diff, save, save_moment};
use asf_runtime::gateway::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use asf_runtime::gateway::internal::PREFIXES;
use asf_runtime::protocol::Response;
use asf_runtime::provider::Providers;
use asf_runtime::shape::{ByteStream, StreamError};
use asf_store::NotWritten;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Name, Shelf};
use crate::assemble::Standing;
use crate::branches::{Branch, BranchName};

/// What the OpenAPI document says of them, below each prefix.
const DOCUMENT: &str = include_str!("openapi.json");

/// The largest file that is taken over HTTP, in bytes.
const MAX_UPLOAD: u64 = 16 << 30;

/// Bytes of a file that are sent at once.
const CHUNK: usize = 256 << 10;

/// What endpoints work with.
#[derive(Clone)]
struct Context {
    shelf: Shelf,
    providers: Arc<Providers>,
    standing: Standing,
}

/// What can be compared, and sent as a file.
enum Side {
    /// The running state: of the branch, at the endpoints of a branch.
    Running,
    /// What a branch began with.
    Beginning,
    /// A file by its name.
    Pod(Name),
    /// A branch as it is.
    Branch(BranchName),
}

/// Why there is no answer but this.
enum Refusal {
    Pod(PodError),
    NotWritten(NotWritten),
    /// Boxed, because it is large.
    Answer(Box<Response>),
}

impl From<PodError> for Refusal {
    fn from(error: PodError) -> Self {
        Self::Pod(error)
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Pod(error.into())
    }
}

impl Refusal {
    fn said(status: StatusCode, message: String) -> Self {
        Self::Answer(Box::new(respond::error(status, message)))
    }

    fn wrong(message: impl std::fmt::Display) -> Self {
        Self::said(StatusCode::BAD_REQUEST, message.to_string())
    }

    fn missing(name: &Name) -> Self {
        Self::said(StatusCode::NOT_FOUND, format!("there is no pod {name}"))
    }

    fn answer(self) -> Response {
        let failed = |message: String| respond::error(StatusCode::INTERNAL_SERVER_ERROR, message);
        match self {
            Self::Pod(error) if error.is_of_the_file() => {
                respond::error(StatusCode::BAD_REQUEST, error.to_string())
            }
            Self::Pod(error) => failed(error.to_string()),
            Self::NotWritten(error) => failed(error.to_string()),
            Self::Answer(response) => *response,
        }
    }
}

type Answer = Result<Response, Refusal>;

/// What a request for a save or a load may say in its body.
#[derive(Debug, Default, Deserialize)]
struct Wishes {
    services: Option<BTreeSet<String>>,
    strategy: Option<String>,
}

#[derive(Clone, Copy)]
enum Action {
    List,
    Save,
    Load,
    Inspect,
    Remove,
    Download,
    Upload,
    InspectUpload,
    Diff,
}

/// The actions, their paths below a prefix, and their methods.
const ROUTES: [(Method, &str, Action); 11] = [
    (Method::GET, "/pods", Action::List),
    // LocalStack's: the file, to it and from it.
    (Method::GET, "/pods/state", Action::Download),
    (Method::POST, "/pods", Action::Upload),
    (Method::GET, "/pods/{name}", Action::Inspect),
    (Method::POST, "/pods/{name}", Action::Save),
    (Method::PUT, "/pods/{name}", Action::Load),
    (Method::DELETE, "/pods/{name}", Action::Remove),
    (Method::GET, "/state/file", Action::Download),
    (Method::POST, "/state/file", Action::Upload),
    (Method::POST, "/state/inspect", Action::InspectUpload),
    (Method::GET, "/state/diff", Action::Diff),
];

/// Adds the endpoints.
pub(crate) fn add_routes(
    router: &EdgeRouter,
    shelf: &Shelf,
    providers: &Arc<Providers>,
    standing: &Standing,
) -> Result<(), RuleError> {
    let context = Context { shelf: shelf.clone(), providers: providers.clone(), standing: standing.clone() };
    for prefix in PREFIXES {
        let document = DOCUMENT.replace("PREFIX", prefix).replace("TAG", prefix.trim_start_matches("/_"));
        if let Err(error) = router.document(&document) {
            tracing::error!(%error, "pods are left out of the OpenAPI document");
        }
        for (method, path, action) in ROUTES {
            let context = context.clone();
            let answer = move |request: EdgeRequest| {
                let context = context.clone();
                async move { context.act(action, request).await.unwrap_or_else(Refusal::answer) }
            };
            router.add(Rule::new(format!("{prefix}{path}")).methods([method]), endpoint(answer))?;
        }
    }
    Ok(())
}

/// Runs what waits for a disk, or computes for long, where that is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Refusal::said(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

impl Context {
    async fn act(self, action: Action, mut request: EdgeRequest) -> Answer {
        let limits = Limits::default();
        match action {
            Action::List => blocking(move || self.list()).await,
            Action::Save => {
                let (name, labels) = (name(&request)?, labels(&request));
                let wishes = wishes(&mut request).await?;
                blocking(move || {
                    let mut pod = self.save(wishes.services.as_ref(), labels)?;
                    self.shelf.put(&name, &mut pod)?;
                    Ok(respond::json(StatusCode::OK, &described(Some(&name), &pod)))
                })
                .await
            }
            Action::Load => {
                let name = name(&request)?;
                let wishes = wishes(&mut request).await?;
                let strategy = strategy(&wishes)?;
                blocking(move || {
                    let pod = self.shelf.get(&name)?.ok_or_else(|| Refusal::missing(&name))?;
                    self.load(pod, wishes.services.as_ref(), strategy)
                })
                .await
            }
            Action::Inspect => {
                let name = name(&request)?;
                blocking(move || {
                    let pod = self.shelf.get(&name)?.ok_or_else(|| Refusal::missing(&name))?;
                    Ok(respond::json(StatusCode::OK, &described(Some(&name), &pod)))
                })
                .await
            }
            Action::Remove => {
                let name = name(&request)?;
                blocking(move || {
                    let is_removed = self.shelf.remove(&name)?;
                    if !is_removed {
                        return Err(Refusal::missing(&name));
                    }
                    Ok(respond::json(StatusCode::OK, &json!({ "removed": name.to_string() })))
                })
                .await
            }
            Action::Download => {
                let (wishes, labels) = (asked(&request), labels(&request));
                let of = compared(&request, "of", Side::Running)?;
                blocking(move || sent(self.side(&of, wishes.services.as_ref(), &labels)?)).await
            }
            Action::Upload => {
                let wishes = asked(&request);
                let strategy = strategy(&wishes)?;
                let file = upload(&mut request).await?;
                blocking(move || self.load(Pod::open(file)?, wishes.services.as_ref(), strategy)).await
            }
            Action::InspectUpload => {
                let file = upload(&mut request).await?;
                blocking(move || Ok(respond::json(StatusCode::OK, &described(None, &Pod::open(file)?)))).await
            }
            Action::Diff => {
                let labels = labels(&request);
                let begin = if self.standing.branch.is_some() { Side::Beginning } else { Side::Running };
                let (a, b) = (compared(&request, "a", begin)?, compared(&request, "b", Side::Running)?);
                let with_entries = is_set(&request, "entries");
                blocking(move || {
                    let (mut first, mut second) =
                        (self.side(&a, None, &labels)?, self.side(&b, None, &labels)?);
                    let differences = diff(&mut first, &mut second, with_entries, &limits)?;
                    Ok(respond::json(StatusCode::OK, &json!({ "differences": differences })))
                })
                .await
            }
        }
    }

    fn list(&self) -> Answer {
        let described = |name: &Name| match self.shelf.get(name) {
            Ok(Some(pod)) => Some(described(Some(name), &pod)),
            // It was removed meanwhile.
            Ok(None) => None,
            Err(error) => Some(
                json!({ "name": name.to_string(), "pod_name": name.to_string(), "error": error.to_string() }),
            ),
        };
        let pods: Vec<Value> = self.shelf.list()?.iter().filter_map(described).collect();
        Ok(respond::json(StatusCode::OK, &json!({ "cloudpods": pods })))
    }

    fn save(&self, services: Option<&BTreeSet<String>>, labels: Labels) -> Result<Pod, Refusal> {
        Ok(save(self.providers.state(), services, labels, self.shelf.folder()?)?)
    }

    /// A state as a file. A file that there is already is taken as it is, with all its services.
    fn side(
        &self,
        side: &Side,
        services: Option<&BTreeSet<String>>,
        labels: &Labels,
    ) -> Result<Pod, Refusal> {
        let labels = labels.clone();
        match side {
            Side::Running => self.save(services, labels),
            Side::Pod(name) => self.shelf.get(name)?.ok_or_else(|| Refusal::missing(name)),
            Side::Branch(name) => {
                Ok(save(self.branch(name)?.state(), services, labels, self.shelf.folder()?)?)
            }
            Side::Beginning => {
                let name = self.standing.branch.as_ref();
                let name = name.ok_or_else(|| Refusal::wrong("the main state is no branch"))?;
                Ok(save_moment(self.branch(name)?.base(), services, labels, self.shelf.folder()?)?)
            }
        }
    }

    fn branch(&self, name: &BranchName) -> Result<Arc<Branch>, Refusal> {
        let branch = self.standing.branches.upgrade().and_then(|branches| branches.get(name));
        branch.ok_or_else(|| Refusal::said(StatusCode::NOT_FOUND, format!("there is no branch {name}")))
    }

    /// Waits: not to be called by a task.
    fn load(&self, mut pod: Pod, services: Option<&BTreeSet<String>>, strategy: Strategy) -> Answer {
        let state = self.providers.state();
        let staged = pod.stage(state, services, &Limits::default())?;
        let handle = tokio::runtime::Handle::current();
        let apply = async { staged.apply(state, strategy) };
        let (loaded, written): (Loaded, _) = handle.block_on(state.durably(apply));
        for service in &loaded.services {
            self.providers.renew(Some(service));
        }
        written.map_err(Refusal::NotWritten)?;
        let answer =
            json!({ "loaded": loaded.services, "entries": loaded.entries, "removed": loaded.removed });
        Ok(respond::json(StatusCode::OK, &answer))
    }
}

fn name(request: &EdgeRequest) -> Result<Name, Refusal> {
    request.params.get("name").unwrap_or_default().parse().map_err(Refusal::wrong)
}

/// What a parameter names: a file, a branch with `@` in front, or, if it is not there, what is given.
fn compared(request: &EdgeRequest, parameter: &str, otherwise: Side) -> Result<Side, Refusal> {
    let Some(name) = request.query(parameter).filter(|it| !it.is_empty()) else { return Ok(otherwise) };
    match name.strip_prefix('@') {
        Some(branch) => Ok(Side::Branch(branch.parse().map_err(Refusal::wrong)?)),
        None => Ok(Side::Pod(name.parse().map_err(Refusal::wrong)?)),
    }
}

fn labels(request: &EdgeRequest) -> Labels {
    Labels {
        product: env!("CARGO_PKG_VERSION").to_owned(),
        created: request.environment.clock.now().to_string(),
    }
}

fn is_set(request: &EdgeRequest, name: &str) -> bool {
    request.query(name).is_some_and(|it| it != "0" && it != "false")
}

/// What the query says: `services`, separated by commas, and `strategy`.
fn asked(request: &EdgeRequest) -> Wishes {
    let services = request.query("services").filter(|it| !it.is_empty());
    let services = services
        .map(|it| it.split(',').map(|name| name.trim().to_owned()).filter(|it| !it.is_empty()).collect());
    Wishes { services, strategy: request.query("strategy") }
}

/// What the query and the body say; a body is not needed, and what else LocalStack's clients put there is
/// for what is not here.
async fn wishes(request: &mut EdgeRequest) -> Result<Wishes, Refusal> {
    let asked = asked(request);
    let body = request.body().await.map_err(|response| Refusal::Answer(Box::new(response)))?;
    if body.is_empty() {
        return Ok(asked);
    }
    let told: Wishes = serde_json::from_slice(&body)
        .map_err(|error| Refusal::wrong(format!("the body is wrong: {error}")))?;
    Ok(Wishes {
        services: asked.services.or(told.services).filter(|it| !it.is_empty()),
        strategy: asked.strategy.or(told.strategy),
    })
}

fn strategy(wishes: &Wishes) -> Result<Strategy, Refusal> {
    let name = wishes.strategy.as_deref().filter(|it| !it.is_empty());
    name.map_or(Ok(Strategy::default()), |name| name.parse().map_err(Refusal::wrong))
}

/// Takes a body into a file without a name.
async fn upload(request: &mut EdgeRequest) -> Result<std::fs::File, Refusal> {
    let mut body = std::mem::take(request.request.body_mut());
    let mut file = blocking(|| Ok(tempfile::tempfile()?)).await?;
    let mut length = 0_u64;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(Refusal::wrong)?;
        length += piece.len() as u64;
        if length > MAX_UPLOAD {
            let message = format!("files of more than {MAX_UPLOAD} bytes are not taken");
            return Err(Refusal::said(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        file = blocking(move || {
            file.write_all(&piece)?;
            Ok(file)
        })
        .await?;
    }
    Ok(file)
}

/// A file as an answer, a piece at a time.
fn sent(pod: Pod) -> Answer {
    let length = pod.len();
    let file = pod.into_file()?;
    let pieces = futures_util::stream::unfold(Some(file), |file| async move {
        let mut file = file?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; CHUNK];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((Bytes::from(piece), file))
        });
        match read.await {
            Ok(Ok((piece, _))) if piece.is_empty() => None,
            Ok(Ok((piece, file))) => Some((Ok(piece), Some(file))),
            Ok(Err(error)) => Some((Err(StreamError::Malformed(error.to_string())), None)),
            Err(error) => Some((Err(StreamError::Malformed(error.to_string())), None)),
        }
    });
    let stream = ByteStream::from_stream(pieces.boxed(), Some(length));
    Ok(respond::body(StatusCode::OK, "application/octet-stream", stream))
}

/// What a file has. `pod_name` is LocalStack's word.
fn described(name: Option<&Name>, pod: &Pod) -> Value {
    let manifest = pod.manifest();
    let mut answer = serde_json::to_value(manifest).unwrap_or_default();
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("file_size".to_owned(), pod.len().into());
        if let Some(name) = name {
            answer.insert("name".to_owned(), name.to_string().into());
            answer.insert("pod_name".to_owned(), name.to_string().into());
        }
    }
    answer
}
