//! What a native service brings besides its operations: routes, handlers in the chain, what it does by the clock.

use linkme::distributed_slice;

use super::Surfaces;
use crate::plugin::{Plugin, PluginId, PluginState};

/// What a native service brings besides its operations: websites of buckets, URLs of functions. It belongs to the
/// process, as the service itself does, and is there before extensions are.
///
/// ```
/// use asf_runtime::extension::{ATTACHMENTS, Attachment, Surfaces, attach};
/// use asf_runtime::gateway::edge::{Found, Rule, endpoint, respond};
/// use http::{Method, StatusCode};
///
/// asf_runtime::register!(ATTACHMENTS: Attachment = Attachment {
///     service: "things",
///     attach: |surfaces| {
///         let answer = endpoint(|_| async { respond::empty(StatusCode::OK) });
///         surfaces.edge.add(Rule::new("/{*path}").host("{thing}.things.{domain}"), answer)?;
///         Ok(())
///     },
/// });
///
/// let surfaces = Surfaces::default();
/// attach(&surfaces);
/// let found = surfaces.edge.find(&Method::GET, Some("a.things.localhost"), "/b");
/// assert!(matches!(found, Found::Endpoint { .. }));
/// ```
#[derive(Debug)]
pub struct Attachment {
    /// The service.
    pub service: &'static str,
    /// Puts it in its places. Work that can wait has to: this is a part of every start.
    pub attach: fn(&Surfaces) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
}

impl Plugin for Attachment {
    fn id(&self) -> PluginId {
        PluginId::new("attachments", self.service)
    }
}

/// What the native services bring that are linked in.
#[distributed_slice]
pub static ATTACHMENTS: [Attachment];

/// Puts what all services bring in its places. What fails is logged and told of in the list of plugins.
pub fn attach(surfaces: &Surfaces) {
    for attachment in ATTACHMENTS.iter().filter(|it| surfaces.plugins.admits(*it)) {
        let state = match (attachment.attach)(surfaces) {
            Ok(()) => PluginState::Loaded,
            Err(error) => {
                tracing::error!(service = attachment.service, %error, "a part of a service is left out");
                PluginState::Failed { error: error.to_string() }
            }
        };
        surfaces.plugins.keep(attachment, state);
    }
}
