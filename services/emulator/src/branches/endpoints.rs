//! `/_asf/state/branches`, and the same below `/_localstack`.

use std::sync::Arc;

use asf_runtime::config::Listener;
use asf_runtime::gateway::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use asf_runtime::gateway::internal::PREFIXES;
use asf_runtime::protocol::Response;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AccountRange, AccountRangeError, Branch, BranchError, BranchName, Branches, Wishes};
use crate::assemble::Standing;

/// What the OpenAPI document says of them, below each prefix.
const DOCUMENT: &str = include_str!("openapi.json");

#[derive(Clone, Copy)]
enum Action {
    List,
    Create,
    Show,
    Remove,
}

const ROUTES: [(Method, &str, Action); 5] = [
    (Method::GET, "/state/branches", Action::List),
    (Method::POST, "/state/branches", Action::Create),
    (Method::GET, "/state/branches/{name}", Action::Show),
    (Method::POST, "/state/branches/{name}", Action::Create),
    (Method::DELETE, "/state/branches/{name}", Action::Remove),
];

/// What a request for a branch may say in its body.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    name: Option<String>,
    port: Option<u16>,
    accounts: Option<String>,
}

/// Adds the endpoints. Those of a branch make branches of that.
pub(crate) fn add_routes(router: &EdgeRouter, standing: &Standing) -> Result<(), RuleError> {
    for prefix in PREFIXES {
        let document = DOCUMENT.replace("PREFIX", prefix).replace("TAG", prefix.trim_start_matches("/_"));
        if let Err(error) = router.document(&document) {
            tracing::error!(%error, "branches are left out of the OpenAPI document");
        }
        for (method, path, action) in ROUTES {
            let standing = standing.clone();
            let answer = move |request: EdgeRequest| {
                let standing = standing.clone();
                async move { act(action, standing, request).await.unwrap_or_else(|refusal| *refusal) }
            };
            router.add(Rule::new(format!("{prefix}{path}")).methods([method]), endpoint(answer))?;
        }
    }
    Ok(())
}

/// An answer that says what is wrong. Boxed, because it is large.
type Refusal = Box<Response>;

impl From<BranchError> for Refusal {
    fn from(error: BranchError) -> Self {
        let status = match error {
            BranchError::NameTaken(_) | BranchError::AccountsTaken(..) | BranchError::Port(_) => {
                StatusCode::CONFLICT
            }
            BranchError::Missing(_) => StatusCode::NOT_FOUND,
            BranchError::Name(_) => StatusCode::BAD_REQUEST,
            BranchError::Emulator(_) | BranchError::Inside | BranchError::Failed(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(respond::error(status, error.to_string()))
    }
}

fn wrong(message: impl std::fmt::Display) -> Refusal {
    Box::new(respond::error(StatusCode::BAD_REQUEST, message.to_string()))
}

async fn act(action: Action, standing: Standing, mut request: EdgeRequest) -> Result<Response, Refusal> {
    let gone = || Box::new(respond::error(StatusCode::SERVICE_UNAVAILABLE, "the process is ending"));
    let branches = standing.branches.upgrade().ok_or_else(gone)?;
    match action {
        Action::List => {
            let list: Vec<Value> = branches.list().iter().map(|branch| described(branch)).collect();
            Ok(respond::json(StatusCode::OK, &json!({ "branches": list })))
        }
        Action::Create => {
            let wishes = Wishes { parent: standing.branch, ..wishes(&mut request).await? };
            let branch = branches.create(wishes).await?;
            Ok(respond::json(StatusCode::CREATED, &described(&branch)))
        }
        Action::Show => {
            let branch = found(&branches, &request)?;
            Ok(respond::json(StatusCode::OK, &described(&branch)))
        }
        Action::Remove => {
            let name = found(&branches, &request)?.name().clone();
            let answer = respond::json(StatusCode::OK, &json!({ "removed": name.to_string() }));
            if standing.branch.as_ref() == Some(&name) {
                // This answer is one of the requests that its end waits for.
                tokio::spawn(async move { branches.remove(&name).await });
            } else {
                branches.remove(&name).await;
            }
            Ok(answer)
        }
    }
}

fn found(branches: &Branches, request: &EdgeRequest) -> Result<Arc<Branch>, Refusal> {
    let name: BranchName = request
        .params
        .get("name")
        .unwrap_or_default()
        .parse()
        .map_err(|error| Refusal::from(BranchError::Name(error)))?;
    Ok(branches.get(&name).ok_or_else(|| BranchError::Missing(name.to_string()))?)
}

/// What is asked for: in a body, which is not needed, and by the path. Without accounts, there is a port.
async fn wishes(request: &mut EdgeRequest) -> Result<Wishes, Refusal> {
    let body = request.body().await.map_err(Box::new)?;
    let asked: Asked = match body.is_empty() {
        true => Asked::default(),
        false => {
            serde_json::from_slice(&body).map_err(|error| wrong(format!("the body is wrong: {error}")))?
        }
    };
    let name = request.params.get("name").map(str::to_owned).or(asked.name);
    let name =
        name.map(|it| it.parse()).transpose().map_err(|error| Refusal::from(BranchError::Name(error)))?;
    let accounts: Option<AccountRange> =
        asked.accounts.map(|it| it.parse()).transpose().map_err(|error: AccountRangeError| wrong(error))?;
    let port = asked.port.or(accounts.is_none().then_some(0));
    Ok(Wishes { name, parent: None, port, accounts })
}

/// A branch, as clients see it.
fn described(branch: &Branch) -> Value {
    let port = branch.place().and_then(|place| match place {
        Listener::Tcp { port, .. } => Some(*port),
        Listener::Unix(_) => None,
    });
    json!({
        "name": branch.name().to_string(),
        "parent": branch.parent().map(ToString::to_string),
        "created": branch.created().to_string(),
        "url": branch.place().map(|place| place.to_connect().url()),
        "port": port,
        "accounts": branch.accounts().map(|it| it.to_string()),
    })
}
