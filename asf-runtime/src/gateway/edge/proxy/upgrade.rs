//! Two connections that speak something else than HTTP from now on.

use futures_util::future::try_join;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;

/// Copies between two connections as soon as both have changed, until one of them ends.
pub(super) fn join(client: OnUpgrade, server: OnUpgrade) {
    tokio::spawn(async move {
        let (client, server) = match try_join(client, server).await {
            Ok(both) => both,
            Err(error) => {
                tracing::debug!(%error, "a connection did not change its protocol");
                return;
            }
        };
        let (mut client, mut server) = (TokioIo::new(client), TokioIo::new(server));
        if let Err(error) = copy_bidirectional(&mut client, &mut server).await {
            tracing::debug!(%error, "a connection through a proxy ended early");
        }
    });
}
