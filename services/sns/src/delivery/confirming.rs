//! Confirmations: endpoints are asked whether they want messages, and told when they get no more.

use std::sync::Arc;

use asf_runtime::context::Environment;

use super::http::Headers;
use super::retries::{Failure, managed, pause};
use super::{Courier, Kind, Target, http, queue};
use crate::inspection::{self, Channel, Kept};
use crate::notification::Confirmation;
use crate::tables::SubscriptionRecord;

/// The subject of mails (from memory).
const SUBJECT: &str = "AWS Notification - Subscription Confirmation";

impl Courier {
    /// Asks an endpoint to confirm, in the background.
    pub(crate) fn ask(
        self: &Arc<Self>,
        subscription: &Arc<SubscriptionRecord>,
        confirmation: Confirmation,
        environment: &Environment,
    ) {
        let Some(target) = Target::of(subscription.clone(), None) else { return };
        let (courier, environment) = (self.clone(), environment.clone());
        self.spawn(async move {
            if let Err(error) = courier.confirm(&target, &confirmation, &environment).await {
                let endpoint = &target.subscription.endpoint;
                tracing::warn!(endpoint, error, "a confirmation of SNS failed");
            }
        });
    }

    async fn confirm(
        &self,
        target: &Target,
        confirmation: &Confirmation,
        environment: &Environment,
    ) -> Result<(), String> {
        let Confirmation { message_id, topic, subscription, signature_version, base, .. } = confirmation;
        let signed = self.signer.sign(confirmation.to_sign(), *signature_version, base, &environment.ids);
        let signature = signed.await.map_err(|error| error.to_string())?;
        let envelope = confirmation.envelope(&signature);
        let endpoint = &target.subscription.endpoint;
        match &target.kind {
            Kind::Web(plan) => {
                let headers = Headers {
                    kind: confirmation.kind(),
                    message_id,
                    topic,
                    // test_sns::test_subscribe_external_http_endpoint_lambda_url_sig_validation
                    subscription: confirmation.is_end.then_some(subscription.as_str()),
                    is_raw: false,
                    content_type: "text/plain; charset=UTF-8",
                };
                let (connections, clock) = (&self.connections, &*environment.clock);
                http::send(endpoint, headers, envelope, &plan.delays, connections, clock).await
            }
            Kind::Queue(queue) => {
                let mut delays = managed();
                loop {
                    let letter = queue::Letter { body: envelope.clone(), ..queue::Letter::default() };
                    let sent = queue::send(&self.connect, queue, letter, environment).await;
                    let Err(failure) = sent else { return Ok(()) };
                    pause(failure, &mut *delays, &*environment.clock).await.map_err(Failure::text)?;
                }
            }
            Kind::Person(Channel::Email) => {
                let store = self.store_of(topic).ok_or("there is no such account")?;
                let kept = Kept {
                    to: endpoint.clone(),
                    message_id: message_id.clone(),
                    topic: Some(topic.clone()),
                    subscription: Some(subscription.clone()),
                    message: envelope,
                    subject: Some(SUBJECT.to_owned()),
                    structure: None,
                    attributes: Default::default(),
                };
                inspection::keep(&store, Channel::Email, kept);
                Ok(())
            }
            // They need none.
            Kind::Function(_) | Kind::Stream(_) | Kind::Person(_) => Ok(()),
        }
    }
}
