//! One request: its protocol, its candidates, and then its operation.

use asf_schema::ProtocolKind;

use crate::candidates::Candidates;
use crate::error::Failure;
use crate::host::Host;
use crate::request::{REQUEST_ROUTE, SMITHY_PROTOCOL, TARGET, argument, form_argument, is_form, media_type};
use crate::signature::Signature;
use crate::table::{NONE, Section, Table, method_number};
use crate::trie::{self, Found, Search};
use crate::{Route, RouteRequest, Router};

/// One request, and what is known of it.
pub(crate) struct Look<'a, 'r> {
    router: &'r Router,
    request: &'a RouteRequest<'a>,
    path: &'a str,
    query: &'a str,
    signature: Signature<'a>,
    host: Host<'a>,
    candidates: Candidates,
}

impl<'a, 'r> Look<'a, 'r> {
    pub(crate) fn of(router: &'r Router, request: &'a RouteRequest<'a>) -> Self {
        let (path, query, _) = request.split_uri();
        let table = &router.table;
        let signature = Signature::of(request.headers, query);
        let host = request.host().map_or(Host::UNKNOWN, |name| Host::of(table, name));
        let candidates = if router.only {
            Candidates::of(std::iter::once(0))
        } else {
            let signed_for = match signature {
                Signature::Scope(name) => Candidates::of(table.find(Section::Signing, name)),
                _ => Candidates::All,
            };
            signed_for.narrow(&host.services)
        };
        Self { router, request, path, query, signature, host, candidates }
    }

    /// Where the request goes.
    pub(crate) fn route(&self) -> Result<Route<'r>, Failure<'a>> {
        let headers = self.request.headers;
        if let Some(name) = self.host.of_user
            && !(self.router.only || self.path.contains(CONNECTIONS))
        {
            return Err(Failure::of_user(self.candidates.first(), name));
        }
        if let Some((service, operation)) = self.rpc_path() {
            return self.rpc(service, operation);
        }
        if let Some(target) = headers.get(&TARGET).and_then(|value| value.to_str().ok())
            && let Some(answer) = self.json(target)
        {
            return answer;
        }
        self.query().unwrap_or_else(|| self.rest())
    }

    fn table(&self) -> &'r Table {
        &self.router.table
    }

    /// Whether one of the candidates speaks such a protocol.
    fn may_speak(&self, protocol: impl Fn(ProtocolKind) -> bool) -> bool {
        matches!(self.candidates, Candidates::All)
            || self.candidates.iter().any(|it| self.speaks(it, &protocol).is_some())
    }

    /// The first protocol of this kind that the service speaks.
    fn speaks(&self, service: u16, protocol: impl Fn(ProtocolKind) -> bool) -> Option<ProtocolKind> {
        self.table().service(service).speaks(protocol)
    }

    fn to(&self, service: u16, operation: u16, protocol: ProtocolKind) -> Route<'r> {
        Route {
            service: self.table().service_name(service),
            operation: self.table().operation_name(operation),
            protocol,
            bucket_len: 0,
            skipped: 0,
        }
    }

    /// The first of these services that speaks the protocol and has the operation; of several the one that
    /// does not yield to another.
    fn named(
        &self,
        services: impl Iterator<Item = u16>,
        operation: &str,
        protocol: impl Fn(ProtocolKind) -> bool,
    ) -> Option<Route<'r>> {
        let found = services.filter_map(|service| {
            let kind = self.speaks(service, &protocol)?;
            Some((service, self.table().operation(service, operation)?, kind))
        });
        let (service, operation, kind) = found.min_by_key(|(it, ..)| self.table().service(*it).rank)?;
        Some(self.to(service, operation, kind))
    }

    /// Service and operation of `/service/<service>/operation/<operation>`, with anything before it.
    fn rpc_path(&self) -> Option<(&'a str, &'a str)> {
        if self.path.len() < "/service/a/operation/b".len() || self.request.method != "POST" {
            return None;
        }
        let mut segments = self.path.rsplit('/');
        let operation = segments.next()?;
        if segments.next() != Some("operation") {
            return None;
        }
        let service = segments.next()?;
        if segments.next() != Some("service") {
            return None;
        }
        let headers = self.request.headers;
        let is_declared = || headers.get(&SMITHY_PROTOCOL).is_some_and(|it| it == "rpc-v2-cbor");
        let is_cbor = || media_type(headers) == Some("application/cbor");
        (is_declared() || is_cbor() || self.may_speak_only_rpc()).then_some((service, operation))
    }

    /// No candidate would read the path as one of its own.
    fn may_speak_only_rpc(&self) -> bool {
        !matches!(self.candidates, Candidates::All) && !self.may_speak(ProtocolKind::is_rest)
    }

    /// Services that speak json count too: AWS adds rpc-v2-cbor to one after the other of them, under the name that
    /// is their target's, and SDKs speak it as soon as their models have it (`acm-pca`, `codebuild`, `shield` and 17
    /// more between botocore 1.43.11 and 1.44.8).
    fn rpc(&self, service: &'a str, operation: &'a str) -> Result<Route<'r>, Failure<'a>> {
        let is_rpc = |kind| matches!(kind, ProtocolKind::RpcV2Cbor | ProtocolKind::Json);
        // Smithy's name may have its namespace in front.
        let name = service.rsplit(['.', '#']).next().unwrap_or(service);
        let named = Candidates::of(self.table().find(Section::Targets, name));
        let among = self.candidates.narrow(&named);
        let known = named.first().or_else(|| self.candidates.first());
        self.named(named.narrow(&self.candidates).iter(), operation, is_rpc)
            .or_else(|| self.named(among.iter(), operation, is_rpc))
            .map(|route| Route { protocol: ProtocolKind::RpcV2Cbor, ..route })
            .ok_or_else(|| Failure::operation(known, operation, ProtocolKind::RpcV2Cbor))
    }

    /// The answer if it is a json request: the prefix of its target is known, or a candidate speaks json.
    fn json(&self, target: &'a str) -> Option<Result<Route<'r>, Failure<'a>>> {
        let is_json = |kind| kind == ProtocolKind::Json;
        let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
        let named = Candidates::of(self.table().find(Section::Targets, prefix));
        let route = if let Candidates::All = named {
            if !self.may_speak(is_json) {
                return None;
            }
            self.named(self.candidates.iter(), operation, is_json)
        } else {
            // A prefix that is known is right, whatever the request is signed for.
            let narrowed = self.named(named.narrow(&self.candidates).iter(), operation, is_json);
            narrowed.or_else(|| self.named(named.iter(), operation, is_json))
        };
        let known = named.first().or_else(|| self.candidates.first());
        Some(route.ok_or_else(|| Failure::operation(known, operation, ProtocolKind::Json)))
    }

    /// An argument of the query string, or of the body if that is a form.
    fn query_argument(&self, name: &str) -> Option<&'a str> {
        argument(self.query, name).or_else(|| {
            let form = !self.request.body.is_empty() && is_form(self.request.headers);
            form.then(|| form_argument(self.request.body, name))?
        })
    }

    /// The answer if it is a query or ec2 request.
    fn query(&self) -> Option<Result<Route<'r>, Failure<'a>>> {
        if !self.may_speak(is_query) {
            return None;
        }
        // A form that has no action, or one that is not known, is still no request of a rest service.
        let is_sure = is_form(self.request.headers) || !self.may_speak(ProtocolKind::is_rest);
        let Some(action) = self.query_argument("Action") else {
            let failure = Failure::no_action(self.candidates.first());
            return (is_sure && self.request.method == "POST").then_some(Err(failure));
        };
        if let Some(route) = self.action(action) {
            return Some(Ok(route));
        }
        let version = self.query_argument("Version");
        let of_version = version.and_then(|it| self.of_version(it).first());
        let failure = Failure::action(self.candidates.first().or(of_version), action, version);
        is_sure.then_some(Err(failure))
    }

    fn action(&self, action: &str) -> Option<Route<'r>> {
        if let Candidates::All = self.candidates {
            return match self.of_version(self.query_argument("Version").unwrap_or_default()) {
                Candidates::All => self.named(0..self.table().services(), action, is_query),
                of_version => self.named(of_version.iter(), action, is_query),
            };
        }
        let have_it =
            |it: &u16| self.speaks(*it, is_query).is_some() && self.table().operation(*it, action).is_some();
        let among = match Candidates::of(self.candidates.iter().filter(have_it)) {
            Candidates::All => return None,
            // The version is looked at only where several have the action: it may stand far behind.
            one @ Candidates::These { len: 1, .. } => one,
            several => several.narrow(&self.of_version(self.query_argument("Version").unwrap_or_default())),
        };
        self.named(among.iter(), action, is_query)
    }

    fn of_version(&self, version: &str) -> Candidates {
        Candidates::of(self.table().find(Section::Versions, version))
    }

    fn rest(&self) -> Result<Route<'r>, Failure<'a>> {
        let fallback = Some(self.table().fallback).filter(|it| *it != NONE);
        let candidates = match (self.candidates, self.signature) {
            // What is signed for a service that has no model is not for one that has.
            (Candidates::All, Signature::Scope(name)) => return Err(Failure::scope(name)),
            (Candidates::All, Signature::Old) => Candidates::of(fallback.into_iter()),
            (candidates, _) => candidates,
        };
        let is_candidate = |it: u16| candidates.iter().any(|candidate| candidate == it);
        let mut route =
            Route { service: "", operation: "", protocol: ProtocolKind::RestJson, bucket_len: 0, skipped: 0 };
        let mut path = self.path;
        let found = if matches!(candidates, Candidates::All) {
            let is_bearer = self.signature == Signature::Bearer;
            let found = self.find(&candidates, None, path).filter(|it| Some(it.service) != fallback);
            found
                .filter(Self::is_likely)
                .or_else(|| fallback.filter(|_| !is_bearer).and_then(|it| self.plain_path(it)))
                .or_else(|| found.filter(|it| it.literals > 0))
        } else {
            let is_fallback = fallback.is_some_and(is_candidate);
            // S3 is called with a token in front of its host by the functions that transform objects.
            let is_bucket = |_: &&str| is_fallback && !self.request.headers.contains_key(&REQUEST_ROUTE);
            let bucket = self.host.prefix.filter(is_bucket);
            // The stage of an API stands before the path that the model knows.
            if let Some(at) = path.find(CONNECTIONS).filter(|_| !is_fallback) {
                (path, route.skipped) = (path.get(at..).unwrap_or(path), at);
            }
            let found = self.find(&candidates, bucket, path);
            let is_fallback = |found: &Found| Some(found.service) == fallback;
            route.bucket_len = bucket.filter(|_| found.as_ref().is_some_and(is_fallback)).map_or(0, str::len);
            found
        };
        let Some(found) = found else {
            return Err(match fallback.filter(|it| is_candidate(*it)) {
                Some(fallback) => Failure::method(fallback),
                None => Failure::path(candidates.first(), self.request.method, self.path),
            });
        };
        let kind = self.speaks(found.service, ProtocolKind::is_rest).unwrap_or(ProtocolKind::RestJson);
        let Route { service, operation, protocol, .. } = self.to(found.service, found.operation, kind);
        Ok(Route { service, operation, protocol, ..route })
    }

    fn find(&self, candidates: &Candidates, bucket: Option<&str>, path: &str) -> Option<Found> {
        let search = Search {
            candidates,
            method: method_number(self.request.method),
            query: self.query,
            headers: self.request.headers,
            host: self.request.host().unwrap_or_default(),
            uri: self.request.uri,
            unsigned: !matches!(self.signature, Signature::Scope(_) | Signature::Bearer),
            bearer: self.signature == Signature::Bearer,
        };
        trie::find(self.table(), search, bucket, path)
    }

    /// Whether a path alone is enough to say what is meant, as nothing else says anything: the operation is
    /// one that is called so (unsigned, or with a token), or the path is one that is not likely to be a
    /// bucket and a key by accident.
    fn is_likely(found: &Found) -> bool {
        found.is_called_so() || found.literals > 1
    }

    /// Bucket, or bucket and key, of a request that says nothing else of itself.
    fn plain_path(&self, fallback: u16) -> Option<Found> {
        let bucket = self.path.trim_start_matches('/').split('/').next()?;
        let is_bucket = (3..=255).contains(&bucket.len())
            && bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
            && !bucket.starts_with('_');
        let found = self.find(&Candidates::of(std::iter::once(fallback)), None, self.path)?;
        (is_bucket && found.is_complete()).then_some(found)
    }
}

/// What paths of API Gateway's connections have after the stage.
const CONNECTIONS: &str = "/@connections/";

fn is_query(kind: ProtocolKind) -> bool {
    matches!(kind, ProtocolKind::Query | ProtocolKind::Ec2)
}
