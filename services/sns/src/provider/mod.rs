//! The provider: the operations of `SnsApi` over the domain. Each takes the wire's input, calls the domain and gives
//! the wire's output; the impl block here is the list of them.

mod errors;
mod platforms;
mod publishing;
mod sms;
mod subscriptions;
mod topics;

use std::sync::Arc;

use asf_api_sns::*;
use asf_macros::provider;
use asf_runtime::identity::{Arn, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::public_url::PublicUrl;
use asf_runtime::store::Stores;
use asf_runtime::{Map, RequestContext};

use crate::delivery::Courier;
use crate::error::Fault;
use crate::fifo::Lanes;
use crate::tables::SnsStore;
use crate::topics::Topic;

/// Amazon SNS.
///
/// Deliveries run on the runtime that their message was published on, and end with the provider.
#[derive(Debug)]
pub struct SnsProvider {
    stores: Stores<SnsStore>,
    courier: Arc<Courier>,
    lanes: Lanes,
    /// `LOCALSTACK_HOST` and `USE_SSL`.
    public: PublicUrl,
}

impl SnsProvider {
    /// A provider over the state of the settings, which finds those that it delivers to by them too.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let stores: Stores<SnsStore> = settings.state().stores();
        Self {
            courier: Arc::new(Courier::new(stores.clone(), settings.connect())),
            lanes: Lanes::default(),
            public: PublicUrl::of(settings),
            stores,
        }
    }

    /// What is kept.
    #[must_use]
    pub fn stores(&self) -> &Stores<SnsStore> {
        &self.stores
    }

    /// What delivers.
    #[must_use]
    pub fn courier(&self) -> &Courier {
        &self.courier
    }

    /// What the caller has in the region that is called.
    fn store(&self, ctx: &RequestContext) -> SnsStore {
        self.stores.at(ctx.account_id, &ctx.region)
    }

    /// The topic of a request, whosever it is: who may do what is not decided here.
    fn topic(&self, ctx: &RequestContext, arn: Option<&str>) -> Result<Topic, Fault> {
        crate::topics::find(&self.stores, arn.unwrap_or_default(), &ctx.region)
    }

    /// The region of a request. Who follows a link has signed nothing and named no region: then it is the ARN's.
    fn region_of(&self, ctx: &RequestContext, arn: Option<&str>) -> Region {
        let linked = arn.filter(|_| ctx.credentials.is_none()).and_then(|it| it.parse::<Arn>().ok());
        linked.map_or_else(|| ctx.region.clone(), |arn| Region::new(&arn.region))
    }
}

impl Drop for SnsProvider {
    fn drop(&mut self) {
        self.courier.stop();
    }
}

/// A map of the wire.
fn pairs(given: Option<Map<String>>) -> impl Iterator<Item = (String, String)> {
    given.unwrap_or_default().into_iter()
}

#[provider(service = "sns", new = SnsProvider::new)]
impl SnsApi for SnsProvider {
    #[handler("AddPermission")]
    async fn add_permission(&self, ctx: &RequestContext, input: AddPermissionInput) -> Result<(), SnsError> {
        topics::add_permission(self, ctx, input)
    }

    #[handler("CheckIfPhoneNumberIsOptedOut")]
    async fn check_if_phone_number_is_opted_out(
        &self,
        ctx: &RequestContext,
        input: CheckIfPhoneNumberIsOptedOutInput,
    ) -> Result<CheckIfPhoneNumberIsOptedOutResponse, SnsError> {
        sms::is_opted_out(self, ctx, input)
    }

    #[handler("ConfirmSubscription")]
    async fn confirm_subscription(
        &self,
        ctx: &RequestContext,
        input: ConfirmSubscriptionInput,
    ) -> Result<ConfirmSubscriptionResponse, SnsError> {
        subscriptions::confirm(self, ctx, &input)
    }

    #[handler("CreatePlatformApplication")]
    async fn create_platform_application(
        &self,
        ctx: &RequestContext,
        input: CreatePlatformApplicationInput,
    ) -> Result<CreatePlatformApplicationResponse, SnsError> {
        platforms::create_application(self, ctx, input)
    }

    #[handler("CreatePlatformEndpoint")]
    async fn create_platform_endpoint(
        &self,
        ctx: &RequestContext,
        input: CreatePlatformEndpointInput,
    ) -> Result<CreateEndpointResponse, SnsError> {
        platforms::create_endpoint(self, ctx, input)
    }

    #[handler("CreateSMSSandboxPhoneNumber")]
    async fn create_sms_sandbox_phone_number(
        &self,
        ctx: &RequestContext,
        input: CreateSmsSandboxPhoneNumberInput,
    ) -> Result<CreateSmsSandboxPhoneNumberResult, SnsError> {
        sms::add_to_sandbox(self, ctx, &input)
    }

    #[handler("CreateTopic")]
    async fn create_topic(
        &self,
        ctx: &RequestContext,
        input: CreateTopicInput,
    ) -> Result<CreateTopicResponse, SnsError> {
        topics::create(self, ctx, input)
    }

    #[handler("DeleteEndpoint")]
    async fn delete_endpoint(
        &self,
        ctx: &RequestContext,
        input: DeleteEndpointInput,
    ) -> Result<(), SnsError> {
        platforms::delete_endpoint(self, ctx, &input);
        Ok(())
    }

    #[handler("DeletePlatformApplication")]
    async fn delete_platform_application(
        &self,
        ctx: &RequestContext,
        input: DeletePlatformApplicationInput,
    ) -> Result<(), SnsError> {
        platforms::delete_application(self, ctx, &input);
        Ok(())
    }

    #[handler("DeleteSMSSandboxPhoneNumber")]
    async fn delete_sms_sandbox_phone_number(
        &self,
        ctx: &RequestContext,
        input: DeleteSmsSandboxPhoneNumberInput,
    ) -> Result<DeleteSmsSandboxPhoneNumberResult, SnsError> {
        sms::remove_from_sandbox(self, ctx, &input)
    }

    #[handler("DeleteTopic")]
    async fn delete_topic(&self, ctx: &RequestContext, input: DeleteTopicInput) -> Result<(), SnsError> {
        topics::delete(self, ctx, &input)
    }

    #[handler("GetDataProtectionPolicy")]
    async fn get_data_protection_policy(
        &self,
        ctx: &RequestContext,
        input: GetDataProtectionPolicyInput,
    ) -> Result<GetDataProtectionPolicyResponse, SnsError> {
        topics::get_data_protection(self, ctx, &input)
    }

    #[handler("GetEndpointAttributes")]
    async fn get_endpoint_attributes(
        &self,
        ctx: &RequestContext,
        input: GetEndpointAttributesInput,
    ) -> Result<GetEndpointAttributesResponse, SnsError> {
        platforms::get_endpoint(self, ctx, &input)
    }

    #[handler("GetPlatformApplicationAttributes")]
    async fn get_platform_application_attributes(
        &self,
        ctx: &RequestContext,
        input: GetPlatformApplicationAttributesInput,
    ) -> Result<GetPlatformApplicationAttributesResponse, SnsError> {
        platforms::get_application(self, ctx, &input)
    }

    #[handler("GetSMSAttributes")]
    async fn get_sms_attributes(
        &self,
        ctx: &RequestContext,
        input: GetSmsAttributesInput,
    ) -> Result<GetSmsAttributesResponse, SnsError> {
        Ok(sms::get(self, ctx, input))
    }

    #[handler("GetSubscriptionAttributes")]
    async fn get_subscription_attributes(
        &self,
        ctx: &RequestContext,
        input: GetSubscriptionAttributesInput,
    ) -> Result<GetSubscriptionAttributesResponse, SnsError> {
        subscriptions::get_attributes(self, ctx, &input)
    }

    #[handler("GetTopicAttributes")]
    async fn get_topic_attributes(
        &self,
        ctx: &RequestContext,
        input: GetTopicAttributesInput,
    ) -> Result<GetTopicAttributesResponse, SnsError> {
        topics::get_attributes(self, ctx, &input)
    }

    #[handler("ListEndpointsByPlatformApplication")]
    async fn list_endpoints_by_platform_application(
        &self,
        ctx: &RequestContext,
        input: ListEndpointsByPlatformApplicationInput,
    ) -> Result<ListEndpointsByPlatformApplicationResponse, SnsError> {
        platforms::list_endpoints(self, ctx, &input)
    }

    #[handler("ListPhoneNumbersOptedOut")]
    async fn list_phone_numbers_opted_out(
        &self,
        ctx: &RequestContext,
        input: ListPhoneNumbersOptedOutInput,
    ) -> Result<ListPhoneNumbersOptedOutResponse, SnsError> {
        sms::list_opted_out(self, ctx, &input)
    }

    #[handler("ListPlatformApplications")]
    async fn list_platform_applications(
        &self,
        ctx: &RequestContext,
        input: ListPlatformApplicationsInput,
    ) -> Result<ListPlatformApplicationsResponse, SnsError> {
        platforms::list_applications(self, ctx, &input)
    }

    #[handler("ListSMSSandboxPhoneNumbers")]
    async fn list_sms_sandbox_phone_numbers(
        &self,
        ctx: &RequestContext,
        input: ListSmsSandboxPhoneNumbersInput,
    ) -> Result<ListSmsSandboxPhoneNumbersResult, SnsError> {
        sms::list_sandbox(self, ctx, &input)
    }

    #[handler("ListSubscriptions")]
    async fn list_subscriptions(
        &self,
        ctx: &RequestContext,
        input: ListSubscriptionsInput,
    ) -> Result<ListSubscriptionsResponse, SnsError> {
        subscriptions::list(self, ctx, &input)
    }

    #[handler("ListSubscriptionsByTopic")]
    async fn list_subscriptions_by_topic(
        &self,
        ctx: &RequestContext,
        input: ListSubscriptionsByTopicInput,
    ) -> Result<ListSubscriptionsByTopicResponse, SnsError> {
        subscriptions::list_by_topic(self, ctx, &input)
    }

    #[handler("ListTagsForResource")]
    async fn list_tags_for_resource(
        &self,
        ctx: &RequestContext,
        input: ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResponse, SnsError> {
        topics::list_tags(self, ctx, &input)
    }

    #[handler("ListTopics")]
    async fn list_topics(
        &self,
        ctx: &RequestContext,
        input: ListTopicsInput,
    ) -> Result<ListTopicsResponse, SnsError> {
        topics::list(self, ctx, &input)
    }

    #[handler("OptInPhoneNumber")]
    async fn opt_in_phone_number(
        &self,
        ctx: &RequestContext,
        input: OptInPhoneNumberInput,
    ) -> Result<OptInPhoneNumberResponse, SnsError> {
        sms::opt_in(self, ctx, input)
    }

    #[handler("Publish")]
    async fn publish(&self, ctx: &RequestContext, input: PublishInput) -> Result<PublishResponse, SnsError> {
        publishing::publish(self, ctx, input).await
    }

    #[handler("PublishBatch")]
    async fn publish_batch(
        &self,
        ctx: &RequestContext,
        input: PublishBatchInput,
    ) -> Result<PublishBatchResponse, SnsError> {
        publishing::publish_batch(self, ctx, input).await
    }

    #[handler("PutDataProtectionPolicy")]
    async fn put_data_protection_policy(
        &self,
        ctx: &RequestContext,
        input: PutDataProtectionPolicyInput,
    ) -> Result<(), SnsError> {
        topics::put_data_protection(self, ctx, input)
    }

    #[handler("RemovePermission")]
    async fn remove_permission(
        &self,
        ctx: &RequestContext,
        input: RemovePermissionInput,
    ) -> Result<(), SnsError> {
        topics::remove_permission(self, ctx, &input)
    }

    #[handler("SetEndpointAttributes")]
    async fn set_endpoint_attributes(
        &self,
        ctx: &RequestContext,
        input: SetEndpointAttributesInput,
    ) -> Result<(), SnsError> {
        platforms::set_endpoint(self, ctx, input)
    }

    #[handler("SetPlatformApplicationAttributes")]
    async fn set_platform_application_attributes(
        &self,
        ctx: &RequestContext,
        input: SetPlatformApplicationAttributesInput,
    ) -> Result<(), SnsError> {
        platforms::set_application(self, ctx, input)
    }

    #[handler("SetSMSAttributes")]
    async fn set_sms_attributes(
        &self,
        ctx: &RequestContext,
        input: SetSmsAttributesInput,
    ) -> Result<SetSmsAttributesResponse, SnsError> {
        sms::set(self, ctx, input)
    }

    #[handler("SetSubscriptionAttributes")]
    async fn set_subscription_attributes(
        &self,
        ctx: &RequestContext,
        input: SetSubscriptionAttributesInput,
    ) -> Result<(), SnsError> {
        subscriptions::set_attributes(self, ctx, input)
    }

    #[handler("SetTopicAttributes")]
    async fn set_topic_attributes(
        &self,
        ctx: &RequestContext,
        input: SetTopicAttributesInput,
    ) -> Result<(), SnsError> {
        topics::set_attributes(self, ctx, input)
    }

    #[handler("Subscribe")]
    async fn subscribe(
        &self,
        ctx: &RequestContext,
        input: SubscribeInput,
    ) -> Result<SubscribeResponse, SnsError> {
        subscriptions::subscribe(self, ctx, input)
    }

    #[handler("TagResource")]
    async fn tag_resource(
        &self,
        ctx: &RequestContext,
        input: TagResourceRequest,
    ) -> Result<TagResourceResponse, SnsError> {
        topics::tag(self, ctx, input)
    }

    #[handler("Unsubscribe")]
    async fn unsubscribe(&self, ctx: &RequestContext, input: UnsubscribeInput) -> Result<(), SnsError> {
        subscriptions::unsubscribe(self, ctx, &input)
    }

    #[handler("UntagResource")]
    async fn untag_resource(
        &self,
        ctx: &RequestContext,
        input: UntagResourceRequest,
    ) -> Result<UntagResourceResponse, SnsError> {
        topics::untag(self, ctx, input)
    }

    #[handler("VerifySMSSandboxPhoneNumber")]
    async fn verify_sms_sandbox_phone_number(
        &self,
        ctx: &RequestContext,
        input: VerifySmsSandboxPhoneNumberInput,
    ) -> Result<VerifySmsSandboxPhoneNumberResult, SnsError> {
        sms::verify(self, ctx, &input)
    }

    /// Messages are sent to any number: nothing is held up by the sandbox.
    #[handler("GetSMSSandboxAccountStatus")]
    async fn get_sms_sandbox_account_status(
        &self,
        _ctx: &RequestContext,
        _input: GetSmsSandboxAccountStatusInput,
    ) -> Result<GetSmsSandboxAccountStatusResult, SnsError> {
        Ok(GetSmsSandboxAccountStatusResult { is_in_sandbox: Some(false) })
    }

    /// There are none: nobody leases numbers here.
    #[handler("ListOriginationNumbers")]
    async fn list_origination_numbers(
        &self,
        _ctx: &RequestContext,
        _input: ListOriginationNumbersRequest,
    ) -> Result<ListOriginationNumbersResult, SnsError> {
        Ok(ListOriginationNumbersResult { phone_numbers: Some(Vec::new()), next_token: None })
    }
}
