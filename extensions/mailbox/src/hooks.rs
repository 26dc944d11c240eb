//! What is done at moments of a process.

use asf_macros::hook;
use asf_runtime::hook::{ContainerContext, HookContext};
use asf_runtime::plugin::Settings;

use crate::PREFIX;

/// Says where the mail is.
#[hook(on_infra_ready, name = "mailbox")]
fn say_where(ctx: &HookContext) -> Result<(), String> {
    let url = ctx.urls().first().ok_or("it answers nowhere")?;
    tracing::info!("mail that is sent through SES is at {url}{PREFIX}/messages");
    Ok(())
}

/// Says how much is kept, if that was chosen.
#[hook(on_infra_start, name = "mailbox", should_load = has_limit)]
fn say_limit(ctx: &HookContext) {
    let limit = ctx.settings().get("MAILBOX_LIMIT").unwrap_or_default();
    tracing::info!("the last {limit} mails are kept");
}

fn has_limit(settings: &Settings) -> Result<(), String> {
    settings.get("MAILBOX_LIMIT").map(|_| ()).ok_or_else(|| "MAILBOX_LIMIT is not set".to_owned())
}

/// Lets tools find containers in which mail is kept.
#[hook(configure_container, name = "mailbox")]
fn label(container: &mut ContainerContext) {
    container.flag("--label", "asf.extension=mailbox");
}
