//! What a manifest may say.

use asf_runtime::gateway::edge::{EdgeRouter, RuleError, fixed};
use asf_runtime::schema::Operation;
use http::{HeaderMap, StatusCode};

use super::served::has_event_stream;
use super::{Manifest, PROTOCOL, Route, Served};
use crate::name::nearest;

/// Beginnings of paths that are the emulator's own.
const OURS: [&str; 2] = ["/_asf", "/_localstack"];
/// Beginnings of variables that the emulator sets.
const SET_BY_US: [&str; 2] = ["ASF_EXTENSION", "AWS_ENDPOINT_URL"];

/// Something that a manifest says and that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another version of what is said on the socket.
    #[error("protocol = {0} is not spoken here; this version speaks {PROTOCOL}")]
    Protocol(u32),
    /// There is nothing to start.
    #[error("command has no program")]
    NoCommand,
    /// It could never be asked for anything.
    #[error("it serves nothing: there are neither operations nor routes nor hooks")]
    ServesNothing,
    /// A name that is none, or is set by us.
    #[error("{0} cannot be set in environment")]
    Variable(String),
    /// The service is none of AWS's.
    #[error("there is no service {service:?}{}", meant(.nearest.as_deref()))]
    NoSuchService {
        /// The name that was given.
        service: String,
        /// One that may be meant.
        nearest: Option<String>,
    },
    /// The service has no such operation.
    #[error("{service} has no operation {operation:?}{}", meant(.nearest.as_deref()))]
    NoSuchOperation {
        /// The service.
        service: String,
        /// The name that was given.
        operation: String,
        /// One that may be meant.
        nearest: Option<String>,
    },
    /// Events have no JSON.
    #[error("{service}.{operation} has an event stream, which cannot go over the socket")]
    EventStream {
        /// The service.
        service: String,
        /// The operation.
        operation: String,
    },
    /// A method that is none of HTTP's.
    #[error("{0:?} is no method")]
    Method(String),
    /// The pattern of a route, or two routes for the same.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The path is the emulator's.
    #[error("the path {0} is the emulator's own; take one such as /_extension/<name>/{{*rest}}")]
    OurPath(String),
    /// The route would take calls of AWS's API.
    #[error(
        "the path {0} would take calls of AWS's API: it needs a host, or has to begin with a name, such as \
         /_extension/<name>/{{*rest}}"
    )]
    TooWide(String),
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|it| format!("; is {it} meant?")).unwrap_or_default()
}

/// All but what is wrong with operations.
pub(super) fn faults(manifest: &Manifest) -> Vec<Fault> {
    let mut faults = Vec::new();
    if manifest.protocol != PROTOCOL {
        faults.push(Fault::Protocol(manifest.protocol));
    }
    let has_nul = manifest.command.iter().any(|word| word.contains('\0'));
    if has_nul || manifest.command.first().is_none_or(String::is_empty) {
        faults.push(Fault::NoCommand);
    }
    let has_operations = !manifest.operations.is_empty() || !manifest.overrides.is_empty();
    if !has_operations && manifest.routes.is_empty() && manifest.hooks.is_empty() {
        faults.push(Fault::ServesNothing);
    }
    for (name, value) in &manifest.environment {
        let is_ours = SET_BY_US.iter().any(|it| name.starts_with(it));
        if is_ours || name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            faults.push(Fault::Variable(name.clone()));
        }
    }
    let scratch = EdgeRouter::new();
    faults.extend(manifest.routes.iter().filter_map(|route| fault_of_route(route, &scratch)));
    faults
}

fn fault_of_route(route: &Route, scratch: &EdgeRouter) -> Option<Fault> {
    let path = &route.path;
    let is_below =
        |ours: &&str| path.strip_prefix(*ours).is_some_and(|it| it.is_empty() || it.starts_with('/'));
    if OURS.iter().any(is_below) {
        return Some(Fault::OurPath(path.clone()));
    }
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if route.host.is_none() && (first.is_empty() || first.contains('{')) {
        return Some(Fault::TooWide(path.clone()));
    }
    let nothing = fixed(StatusCode::NOT_FOUND, HeaderMap::new(), "");
    match route.rule() {
        Ok(rule) => scratch.add(rule, nothing).err().map(Fault::Rule),
        Err(fault) => Some(fault),
    }
}

/// What is wrong with the operations.
pub(super) fn faults_of_operations(manifest: &Manifest) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (service, served) in manifest.operations.iter().chain(&manifest.overrides) {
        let Some(schema) = asf_specs::service(service) else {
            let nearest = nearest(service, asf_specs::names()).map(str::to_owned);
            faults.push(Fault::NoSuchService { service: service.clone(), nearest });
            continue;
        };
        let Served::Named(names) = served else { continue };
        for name in names {
            let (service, operation) = (service.clone(), name.clone());
            match schema.operation(name) {
                None => {
                    let names = schema.operations().map(Operation::name);
                    let nearest = nearest(name, names).map(str::to_owned);
                    faults.push(Fault::NoSuchOperation { service, operation, nearest });
                }
                Some(it) if has_event_stream(it) => faults.push(Fault::EventStream { service, operation }),
                Some(_) => {}
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest with this besides what all have, or instead of it.
    fn manifest(more: &str) -> String {
        let mut text = String::new();
        for (name, value) in [
            ("name", "\"notes\""),
            ("version", "\"1\""),
            ("protocol", "1"),
            ("command", "[\"python3\", \"main.py\"]"),
        ] {
            if !more.lines().any(|line| line.split(['=', ' ']).next() == Some(name)) {
                text.push_str(&format!("{name} = {value}\n"));
            }
        }
        let served = if more.contains('[') && !more.contains("command") && !more.contains("[environment]") {
            ""
        } else {
            "hooks = [\"on_infra_ready\"]\n"
        };
        text + served + more
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (more, expected) in [
            ("nmae = \"x\"", "unknown field `nmae`"),
            ("name = \"../x\"", "\"../x\" is no name of an extension"),
            ("name = \"\"", "is no name"),
            ("protocol = 2", "protocol = 2 is not spoken here; this version speaks 1"),
            ("command = []", "command has no program"),
            ("command = \"python3\"", "expected a sequence"),
            ("call-timeout = 0", "a number of seconds, more than 0 and 900 at most"),
            ("call-timeout = \"1s\"", "a number of seconds"),
            ("start-timeout = 1e9", "900 at most"),
            ("start = \"sometimes\"", "unknown variant `sometimes`, expected `lazy` or `eager`"),
            (
                "hooks = [\"ready\"]",
                "unknown variant `ready`, expected `on_infra_ready` or `on_infra_shutdown`",
            ),
            ("[environment]\nAWS_ENDPOINT_URL = \"x\"", "AWS_ENDPOINT_URL cannot be set"),
            ("[environment]\n\"A=B\" = \"x\"", "A=B cannot be set"),
            ("[operations]\nsqs = \"all\"", "\"*\" or a list of operations"),
            ("[operations]\nsqs = []", "\"*\" or a list of operations"),
            ("[[routes]]\npath = \"x\"", "a path begins with /"),
            ("[[routes]]\npath = \"/x/{\"", "is no pattern"),
            ("[[routes]]\npath = \"/{*rest}\"", "would take calls of AWS's API"),
            ("[[routes]]\npath = \"/\"", "would take calls of AWS's API"),
            ("[[routes]]\npath = \"/_asf/health\"", "the emulator's own"),
            ("[[routes]]\npath = \"/x\"\n[[routes]]\npath = \"/x\"", "there is a route for /x already"),
            ("[[routes]]\npath = \"/x\"\nmethods = [\"G T\"]", "\"G T\" is no method"),
            ("[[routes]]\npath = \"/x\"\nmethod = \"GET\"", "unknown field `method`"),
        ] {
            let error = Manifest::parse(&manifest(more)).unwrap_err().to_string();
            assert!(error.contains(expected), "{more}: {error}");
        }
        let error =
            Manifest::parse("name = \"x\"\nversion = \"1\"\nprotocol = 1\ncommand = [\"x\"]").unwrap_err();
        assert!(error.to_string().contains("serves nothing"), "{error}");
        // All at once.
        let both = Manifest::parse(&manifest("protocol = 9\ncommand = []")).unwrap_err().to_string();
        assert!(both.contains("protocol = 9") && both.contains("no program"), "{both}");
    }

    #[test]
    fn routes_that_are_fine() {
        for path in ["/_extension/notes/{*rest}", "/_asfx", "/notes"] {
            Manifest::parse(&manifest(&format!("[[routes]]\npath = \"{path}\""))).unwrap();
        }
        Manifest::parse(&manifest("[[routes]]\npath = \"/{*rest}\"\nhost = \"notes.{domain}\"")).unwrap();
    }

    #[test]
    fn operations_exist() {
        for (operations, expected) in [
            ("kinesis = [\"ListStreams\"]", ""),
            ("kinesis = \"*\"", ""),
            ("kinesis = [\"ListStream\"]", "kinesis has no operation \"ListStream\"; is ListStreams meant?"),
            ("kinesis = [\"Xyzzy\"]", "kinesis has no operation \"Xyzzy\""),
            ("kinesiss = \"*\"", "there is no service \"kinesiss\"; is kinesis meant?"),
            ("kinesis = [\"SubscribeToShard\"]", "kinesis.SubscribeToShard has an event stream"),
        ] {
            let manifest = Manifest::parse(&manifest(&format!("[operations]\n{operations}"))).unwrap();
            let error = manifest.check_operations().err().map(|it| it.to_string()).unwrap_or_default();
            assert!(error.contains(expected) && error.is_empty() == expected.is_empty(), "{error}");
        }
        let kinesis = asf_specs::service("kinesis").unwrap();
        assert!(Served::All.has(kinesis.operation("ListStreams").unwrap()));
        assert!(!Served::All.has(kinesis.operation("SubscribeToShard").unwrap()));
    }
}
