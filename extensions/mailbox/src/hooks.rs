//! What is done at moments of a process.

use asf_macros::hook;
use asf_runtime::hook::{ContainerContext, HookContext};

use crate::PREFIX;

/// Says where the mail is.
#[hook(on_infra_ready, name = "mailbox")]
fn say_where(ctx: &HookContext) -> Result<(), String> {
    let url = ctx.urls().first().ok_or("it answers nowhere")?;
    tracing::info!("mail that is sent through SES is at {url}{PREFIX}/messages");
    Ok(())
}

/// Lets tools find containers in which mail is kept.
#[hook(configure_container, name = "mailbox")]
fn label(container: &mut ContainerContext) {
    container.flag("--label", "asf.extension=mailbox");
}
