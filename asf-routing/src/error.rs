//! What clients are told when a request goes nowhere.
//!
//! | request | code | status | after |
//! |---|---|---|---|
//! | json | `UnknownOperationException` | 400 | AWS: `{"__type":"UnknownOperationException"}` (aws-sdk-net#1536) |
//! | rpc-v2-cbor | `UnknownOperationException` | 404 | Smithy RPC v2 CBOR, "unknown operation" |
//! | query | `InvalidAction`, `Could not find operation X for version V` | 400 | AWS: aws-cli#37, fog-aws#368 |
//! | ec2 | `InvalidAction`, `The action X is not valid for this web service.` | 400 | AWS: cognitect-labs/aws-api#6 |
//! | query without action | `MissingAction` | 400 | AWS's common errors |
//! | S3, a method without operation | `MethodNotAllowed` | 405 | S3's list of error responses |
//! | rest, unknown path | `UnknownOperationException` | 404 | AWS: bedrock |
//! | no service | `UnknownOperationException` | 404 | ours: what AWS's front ends answer to unknown paths |

use asf_schema::ProtocolKind;

use crate::RouteError;
use crate::table::{Service, Table};

/// Why a request goes nowhere, in terms of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    service: Option<u16>,
    what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    /// json or rpc-v2-cbor.
    Operation(&'a str, ProtocolKind),
    Action(&'a str, Option<&'a str>),
    NoAction,
    Method,
    Path(&'a str, &'a str),
    /// The endpoint of something of the user's, by the name that its host has.
    OfUser(&'a str),
    /// Signed for what has no model.
    Scope(&'a str),
}

impl<'a> Failure<'a> {
    /// No operation of this name.
    pub(crate) fn operation(service: Option<u16>, name: &'a str, protocol: ProtocolKind) -> Self {
        Self { service, what: What::Operation(name, protocol) }
    }

    /// No action of this name in this version.
    pub(crate) fn action(service: Option<u16>, name: &'a str, version: Option<&'a str>) -> Self {
        Self { service, what: What::Action(name, version) }
    }

    /// A query request without action.
    pub(crate) fn no_action(service: Option<u16>) -> Self {
        Self { service, what: What::NoAction }
    }

    /// A method that the service has no operation for.
    pub(crate) fn method(service: u16) -> Self {
        Self { service: Some(service), what: What::Method }
    }

    /// A path that is no operation's.
    pub(crate) fn path(service: Option<u16>, method: &'a str, path: &'a str) -> Self {
        Self { service, what: What::Path(method, path) }
    }

    /// A host that is not an API's.
    pub(crate) fn of_user(service: Option<u16>, endpoint: &'a str) -> Self {
        Self { service, what: What::OfUser(endpoint) }
    }

    /// Signed for what is no service here.
    pub(crate) fn scope(name: &'a str) -> Self {
        Self { service: None, what: What::Scope(name) }
    }

    pub(crate) fn into_error(self, table: &Table) -> RouteError {
        let row = self.service.map(|it| table.service(it));
        let protocol = self.protocol(row);
        let service = self.service.map(|it| table.service_name(it).to_owned());
        let name = service.as_deref();
        let (code, message, status) = match self.what {
            What::Operation(operation, protocol) => (
                "UnknownOperationException",
                match name {
                    Some(service) => format!("{service} has no operation {operation:?}"),
                    None => format!("no service is known that has the operation {operation:?}"),
                },
                if protocol == ProtocolKind::RpcV2Cbor { 404 } else { 400 },
            ),
            What::Action(action, Some(version)) if protocol != ProtocolKind::Ec2 => {
                ("InvalidAction", format!("Could not find operation {action} for version {version}"), 400)
            }
            What::Action(action, _) => {
                ("InvalidAction", format!("The action {action} is not valid for this web service."), 400)
            }
            What::NoAction => {
                ("MissingAction", "The request must contain the parameter Action.".to_owned(), 400)
            }
            What::Method => (
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.".to_owned(),
                405,
            ),
            What::Path(method, path) => (
                "UnknownOperationException",
                match name {
                    Some(service) => format!("{service} has no operation at {method} {path}"),
                    None => format!(
                        "no service can be told from {method} {path}: the request is not signed, and \
                         neither its host nor its headers name one"
                    ),
                },
                // What json services are asked without `X-Amz-Target`.
                if protocol == ProtocolKind::Json { 400 } else { 404 },
            ),
            What::OfUser(endpoint) => {
                ("UnknownOperationException", format!("nothing is at this {endpoint} endpoint"), 404)
            }
            What::Scope(name) => (
                "UnknownOperationException",
                format!("the request is signed for {name:?}, which is no service"),
                404,
            ),
        };
        RouteError { service, protocol, code, message, status }
    }

    /// What the client most likely speaks: what the request looks like, if the service speaks that.
    fn protocol(self, service: Option<Service>) -> ProtocolKind {
        let (kinds, default) = match self.what {
            What::Operation(_, protocol) => return protocol,
            What::Action(..) | What::NoAction => {
                ([ProtocolKind::Query, ProtocolKind::Ec2], ProtocolKind::Query)
            }
            _ => ([ProtocolKind::RestJson, ProtocolKind::RestXml], ProtocolKind::RestJson),
        };
        let Some(service) = service else { return default };
        service.speaks(|kind| kinds.contains(&kind)).unwrap_or_else(|| service.protocol())
    }
}
