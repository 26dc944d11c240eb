//! What is written for an impl block, laid out. `INSTA_UPDATE=always cargo test -p asf-macros` writes the
//! snapshots anew.

use proc_macro2::TokenStream;
use quote::quote;

fn written(arguments: TokenStream, item: TokenStream) -> String {
    let tokens = crate::expand(arguments, item);
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// The header of a snapshot need not repeat the test.
macro_rules! snapshot {
    ($written:expr $(,)?) => {
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!($written) })
    };
}

#[test]
fn the_form_of_the_trait() {
    snapshot!(written(
        quote!(service = "sqs"),
        quote! {
            impl SqsApi for SqsProvider {
                /// Makes a queue.
                #[handler("CreateQueue")]
                async fn create_queue(
                    &self,
                    ctx: &RequestContext,
                    input: CreateQueueRequest,
                ) -> Result<CreateQueueResult, SqsError> {
                    Ok(self.create(ctx, input)?)
                }
            }
        },
    ));
}

#[test]
fn own_forms() {
    snapshot!(written(
        quote!(service = "sqs", register = false),
        quote! {
            impl SqsApi for SqsProvider {
                #[cfg(feature = "send")]
                #[handler("SendMessage", expand)]
                async fn send(
                    &self,
                    queue_url: String,
                    ctx: &RequestContext,
                    delay_seconds: Option<i32>,
                    r#type: String,
                ) -> Result<SendMessageResult, SqsError> {
                    self.queue(&queue_url)?.send(ctx, r#type, delay_seconds)
                }

                #[handler("PurgeQueue")]
                fn purge(&self, input: PurgeQueueRequest) {}

                #[handler("ListQueues", expand)]
                async fn list_queues(&self) -> http::Response<ByteStream> {
                    self.list().await
                }
            }
        },
    ));
}

#[test]
fn arguments() {
    snapshot!(written(
        quote!(
            service = "iot-data",
            name = "moto",
            new = Moto::start,
            validation = Some(Style::SMITHY),
            api = crate::api,
        ),
        quote! {
            #[allow(deprecated)]
            impl api::IotDataApi for backends::Moto {
                #[handler("ListRetainedMessages")]
                async fn list_retained_messages(&self, ctx: &RequestContext) -> Answer<Listed> {
                    self.forward(ctx).await
                }
            }
        },
    ));
}

#[test]
fn hooks() {
    let written = |arguments, item| {
        let tokens = crate::hook::expand(arguments, item);
        prettyplease::unparse(&syn::parse2(tokens).unwrap())
    };
    snapshot!(
        [
            written(quote!(on_infra_ready), quote! { fn greet() {} }),
            written(
                quote!(prepare_host, priority = -3, name = "certificates", should_load = crate::has_key),
                quote! {
                    /// Writes them.
                    #[cfg(unix)]
                    pub async fn write(host: &mut HostContext) -> Result<(), io::Error> {
                        certificates(host.settings()).await
                    }
                },
            ),
        ]
        .join("\n// ----\n")
    );
}

/// What is right stays, so that what refers to it is not wrong as well.
#[test]
fn mistakes() {
    snapshot!(written(
        quote!(service = "sqs"),
        quote! {
            impl SqsApi for SqsProvider {
                #[handler("CreateQueue")]
                async fn create_queue() -> Result<CreateQueueResult, SqsError> {}

                #[handler("DeleteQueue")]
                async fn remove_queue(&self, ctx: &RequestContext, input: DeleteQueueRequest) -> Result<(), SqsError> {}

                async fn list_queues(&self) {}
            }
        },
    ));
}
