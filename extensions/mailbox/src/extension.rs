//! What is added to a process: a route, a handler, a provider, a hook.

use std::sync::Arc;

use asf_runtime::extension::{EXTENSIONS, Extension, ExtensionError, ExtensionHost, ExtensionPlugin};
use asf_runtime::gateway::edge::{EdgeRequest, Rule, endpoint, respond};
use asf_runtime::gateway::{ChainPlace, Flow, GatewayContext, Handled, handler};
use asf_runtime::hook::{HookPoint, hook};
use asf_runtime::protocol::Response;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::PREFIX;
use crate::mailbox::Mailbox;
use crate::provider;

/// Tells a client of SES where its mail has gone.
const WHERE: HeaderName = HeaderName::from_static("x-mailbox");

asf_runtime::register!(
    EXTENSIONS: ExtensionPlugin = ExtensionPlugin::new("mailbox", || Arc::new(MailboxExtension))
);

/// The extension.
#[derive(Debug)]
pub struct MailboxExtension;

impl Extension for MailboxExtension {
    fn name(&self) -> &str {
        "mailbox"
    }

    fn register(&self, host: &ExtensionHost) -> Result<(), ExtensionError> {
        let limit = host.settings().get("MAILBOX_LIMIT").and_then(|it| it.parse().ok()).unwrap_or(1000);
        let mailbox = Arc::new(Mailbox::new(limit));

        let shown = mailbox.clone();
        host.add_route(
            Rule::new(format!("{PREFIX}/messages")).methods([Method::GET, Method::DELETE]),
            endpoint(move |request| std::future::ready(answer(&shown, &request))),
        )?;

        let lost = mailbox.clone();
        host.add_hook(
            HookPoint::OnInfraShutdown,
            0,
            hook(move |_| {
                tracing::info!("{} mails are forgotten", lost.all().len());
                std::future::ready(Ok(()))
            }),
        );

        host.add_handler(ChainPlace::Response, handler("mailbox", say_where));

        let provider = provider::ses(mailbox).map_err(ExtensionError::other)?;
        host.add_provider(Arc::new(provider));
        Ok(())
    }
}

fn answer(mailbox: &Mailbox, request: &EdgeRequest) -> Response {
    if request.request.method() == Method::DELETE {
        mailbox.clear();
        return respond::empty(StatusCode::NO_CONTENT);
    }
    respond::json(StatusCode::OK, &json!({ "messages": mailbox.all() }))
}

/// Adds a header to the answers of SES.
fn say_where(ctx: &mut GatewayContext) -> Handled {
    if ctx.service.is_some_and(|service| service.name == "ses") {
        ctx.response.headers_mut().insert(WHERE, HeaderValue::from_static("/_extension/mailbox/messages"));
    }
    Ok(Flow::Continue)
}
