//! What clients are told when a request goes nowhere.

use asf_schema::ProtocolKind;

use crate::RouteError;
use crate::table::Table;

/// Why a request goes nowhere, in terms of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    service: Option<u16>,
    protocol: Option<ProtocolKind>,
    what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    Operation(&'a str),
    Action(&'a str),
    Path(&'a str, &'a str),
}

impl<'a> Failure<'a> {
    pub(crate) fn operation(service: Option<u16>, name: &'a str, protocol: ProtocolKind) -> Self {
        Self { service, protocol: Some(protocol), what: What::Operation(name) }
    }

    pub(crate) fn action(service: Option<u16>, name: &'a str) -> Self {
        Self { service, protocol: None, what: What::Action(name) }
    }

    pub(crate) fn path(service: Option<u16>, method: &'a str, path: &'a str) -> Self {
        Self { service, protocol: None, what: What::Path(method, path) }
    }

    pub(crate) fn into_error(self, table: &Table) -> RouteError {
        let main = self.service.and_then(|it| crate::router::kind(table.service(it).protocol));
        let protocol = self.protocol.or(main).unwrap_or(ProtocolKind::RestJson);
        let service = self.service.map(|it| table.service_name(it).to_owned());
        let (code, message, status) = match self.what {
            What::Operation(name) => (
                "UnknownOperationException",
                format!("The operation {name} is not known."),
                if protocol == ProtocolKind::RpcV2Cbor { 404 } else { 400 },
            ),
            What::Action(name) => {
                ("InvalidAction", format!("The action {name} is not valid for this web service."), 400)
            }
            What::Path(method, path) => {
                ("UnknownOperationException", format!("No operation has the path {method} {path}."), 404)
            }
        };
        RouteError { service, protocol, code, message, status }
    }
}
