//! Account, region and credentials, from what the request is signed with.

use crate::access_key::AccessKeyStyle;
use crate::gateway::{Flow, GatewayContext, Handled, Signer};
use crate::identity::Region;

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
