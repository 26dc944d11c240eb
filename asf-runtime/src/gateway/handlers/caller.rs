//! Account, region and credentials, from what the request is signed with.

use crate::access_key::AccessKeyStyle;
use crate::gateway::{Flow, GatewayContext, Handled, Signer};
use crate::identity::Region;
use crate::signature::{Audience, Refusal};

/// Takes the caller from the signature; `style` says which access key ids carry an account. An unsigned
/// request is the default account's, in the default region.
///
/// # Errors
/// None: what is not signed for anything is let through, as users of emulators expect.
pub fn identify_caller(style: AccessKeyStyle, ctx: &mut GatewayContext) -> Handled {
    if let Some(signer) = Signer::of(&ctx.request) {
        ctx.account_id = style.account(&signer.credentials.access_key_id);
        if let Some(region) = &signer.region {
            ctx.region = Region::new(region);
        }
        ctx.credentials = Some(signer.credentials);
    }
    Ok(Flow::Continue)
}

/// Refuses calls of a service in a region that there is not.
///
/// # Errors
/// AWS's for a signature that is scoped to no region of its.
pub fn check_region(is_region: fn(&str) -> bool, ctx: &mut GatewayContext) -> Handled {
    match ctx.operation {
        Some(operation) if !is_region(ctx.region.as_str()) => {
            let refusal = Refusal::NoSuchRegion(ctx.region.to_string());
            Err(refusal.error(Audience::new(operation.service(), ctx.protocol)))
        }
        _ => Ok(Flow::Continue),
    }
}
