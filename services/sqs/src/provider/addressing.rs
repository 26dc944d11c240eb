//! Which queue a request means, and how its URL looks to that requester.

use std::sync::Arc;

use asf_runtime::RequestContext;
use asf_runtime::public_url::host_of;

use super::SqsProvider;
use crate::error::QueueError;
use crate::models::Queue;
use crate::{queues, urls};

impl SqsProvider {
    /// The queue of a request: that of its `QueueUrl`, or, where there is none, that of the URL that the
    /// request was sent to, as the query API has it.
    ///
    /// Account and region are those in the URL, whosever they are (who may do what is not decided here);
    /// what the URL leaves open is the caller's.
    ///
    /// # Errors
    /// `MissingParameter`, `InvalidAddress`, `QueueDoesNotExist`
    pub(super) fn queue(&self, ctx: &RequestContext, url: Option<&str>) -> Result<Arc<Queue>, QueueError> {
        self.resume_tasks(ctx);
        let address = match url {
            Some(url) => urls::parse(url)?,
            None => {
                let path = ctx.request.uri.path();
                if path.trim_matches('/').is_empty() {
                    return Err(QueueError::missing("QueueUrl"));
                }
                urls::parse(&format!("http://{}{path}", host_of(&ctx.request).unwrap_or("localhost")))
                    .map_err(|_| QueueError::missing("QueueUrl"))?
            }
        };
        let account = address.account.unwrap_or(ctx.account_id);
        let region = address.region.as_ref().unwrap_or(&ctx.region);
        queues::find(&self.store, account, region, &address.name)
    }

    /// The URL of a queue.
    pub(super) fn url(&self, ctx: &RequestContext, queue: &Queue) -> String {
        let scheme = self.public.scheme(&ctx.request);
        self.urls.write(scheme, host_of(&ctx.request), queue.account, &queue.region, &queue.name)
    }
}
