//! What clusters, groups and serverless caches have in common: their servers.

use asf_api_elasticache::*;
use asf_runtime::RequestContext;

use super::ElastiCacheProvider;
use crate::error::{combination, not_implemented, value};
use crate::fleet::Place;
use crate::kinds::Kind;
use crate::models::{Node, Status, Transit};
use crate::names;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// What a server is made with.
pub(super) struct Wish<'a> {
    pub(super) engine: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) token: Option<String>,
    pub(super) port: Option<i32>,
    pub(super) is_cluster: bool,
    pub(super) transit: Transit,
}

/// How connections are encrypted ("TransitEncryptionMode" in the API reference): `required` unless it says that they may
/// be in the clear too.
pub(super) fn transit(
    is_enabled: bool,
    mode: Option<&TransitEncryptionMode>,
) -> Result<Transit, ElastiCacheError> {
    match (is_enabled, mode) {
        (false, None) => Ok(Transit::Clear),
        (false, Some(_)) => Err(combination("TransitEncryptionMode needs TransitEncryptionEnabled.")),
        (true, None | Some(TransitEncryptionMode::Required)) => Ok(Transit::Required),
        (true, Some(TransitEncryptionMode::Preferred)) => Ok(Transit::Preferred),
        (true, Some(other)) => Err(value(format!("Invalid TransitEncryptionMode: {}", other.as_str()))),
    }
}

/// The mode as it is described.
pub(super) fn transit_mode(transit: Transit) -> Option<TransitEncryptionMode> {
    match transit {
        Transit::Clear => None,
        Transit::Preferred => Some(TransitEncryptionMode::Preferred),
        Transit::Required => Some(TransitEncryptionMode::Required),
    }
}

/// A server that is still to come up.
pub(super) fn node(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    wish: Wish<'_>,
) -> Result<Node, ElastiCacheError> {
    let kind = kind(wish.engine.unwrap_or("redis"))?;
    let version = version(kind, wish.version)?;
    if let Some(token) = &wish.token {
        names::token(token)?;
    }
    let wanted_port = names::port(wish.port)?;
    if let Some(port) = wanted_port
        && let Some(owner) = provider.fleet.port_owner(port)
    {
        return Err(value(format!("Port {port} is in use by {owner}.")));
    }
    Ok(Node {
        id: format!("cache-{}", ctx.ids().text(20, LETTERS)),
        kind,
        version: version.to_owned(),
        tokens_set: wish.token.is_some().then(|| ctx.clock().now()),
        tokens: wish.token.into_iter().collect(),
        is_cluster: wish.is_cluster,
        transit: wish.transit,
        wanted_port,
        port: None,
        status: Status::Creating,
    })
}

pub(super) fn kind(engine: &str) -> Result<Kind, ElastiCacheError> {
    match Kind::of(engine) {
        Some(kind) => Ok(kind),
        None if engine == "memcached" => Err(not_implemented("the engine memcached")),
        None => Err(value(format!("Invalid cache engine: {engine}"))),
    }
}

pub(super) fn version(kind: Kind, asked: Option<&str>) -> Result<&'static str, ElastiCacheError> {
    kind.version(asked).ok_or_else(|| {
        combination(format!("Cannot find version {} for {}", asked.unwrap_or_default(), kind.name()))
    })
}

/// Sets the status of a server that is available; false if it is not.
pub(super) fn turn(provider: &ElastiCacheProvider, place: &Place, to: Status) -> bool {
    let turned = provider.fleet.change(place, |it| {
        let is_right = it.status == Status::Available;
        if is_right {
            it.status = to;
        }
        is_right
    });
    turned == Some(true)
}

/// Sets the status of a server that is to be deleted; false if it is already.
pub(super) fn end(provider: &ElastiCacheProvider, place: &Place) -> bool {
    let turned = provider.fleet.change(place, |it| {
        let is_right = it.status != Status::Deleting;
        it.status = Status::Deleting;
        is_right
    });
    turned == Some(true)
}

/// What becomes of the tokens ("Authenticating with the AUTH command" in the user guide): `ROTATE`, the default, adds
/// one to that which is there; `SET` leaves only the one; `DELETE` none.
pub(super) fn tokens(
    node: &Node,
    token: Option<String>,
    strategy: Option<AuthTokenUpdateStrategyType>,
    transit_encryption: bool,
) -> Result<Option<Vec<String>>, ElastiCacheError> {
    use AuthTokenUpdateStrategyType::{Delete, Rotate, Set};
    match (token, strategy) {
        (None, None) => Ok(None),
        (None, Some(Delete)) => Ok(Some(Vec::new())),
        (None, Some(_)) => Err(combination("AuthTokenUpdateStrategy needs an AuthToken.")),
        (Some(_), Some(Delete)) => Err(combination("AuthToken must not be given with the strategy DELETE.")),
        (Some(_), _) if !transit_encryption => Err(needs_encryption()),
        (Some(token), strategy) => {
            names::token(&token)?;
            match strategy.unwrap_or(Rotate) {
                Set => Ok(Some(vec![token])),
                // The newest of those that are there stays.
                Rotate => Ok(Some(std::iter::once(token).chain(node.tokens.first().cloned()).collect())),
                other => Err(value(format!("Invalid AuthTokenUpdateStrategy: {}", other.as_str()))),
            }
        }
    }
}

pub(super) fn needs_encryption() -> ElastiCacheError {
    combination("AuthToken can only be specified when transit encryption is enabled.")
}

pub(super) fn check_node_type(text: &str) -> Result<(), ElastiCacheError> {
    match text.starts_with("cache.") && text.matches('.').count() == 2 {
        true => Ok(()),
        false => Err(value(format!("Invalid cache node type: {text}"))),
    }
}

pub(super) fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
