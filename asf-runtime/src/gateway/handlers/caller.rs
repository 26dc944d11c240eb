//! Account, region and credentials, from what the request is signed with.

use crate::gateway::{Flow, GatewayContext, Handled, Signer};
use crate::identity::{AccountId, Region};

/// Takes the caller from the signature. An unsigned request is the default account's, in the default
/// region.
///
/// # Errors
/// None: what is not signed for anything is let through, as users of emulators expect.
pub fn identify_caller(ctx: &mut GatewayContext) -> Handled {
    if let Some(signer) = Signer::of(&ctx.request) {
        ctx.account_id = AccountId::from_access_key_id(&signer.credentials.access_key_id);
        if let Some(region) = &signer.region {
            ctx.region = Region::new(region);
        }
        ctx.credentials = Some(signer.credentials);
    }
    Ok(Flow::Continue)
}
