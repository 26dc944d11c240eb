//! Providers without generated code: functions over [`Value`], by operation name.

use std::any::Any;
use std::collections::HashMap;
use std::future::ready;

use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;

use super::{Answer, HandlerResult, Provider};
use crate::error::ServiceError;
use crate::validation::Style;
use crate::{AwsError, RequestContext, Shape, Value};

/// What comes of a dynamic handler: the operation's output as a [`Value`], or an error.
pub type DynamicResult = Result<Value, Box<dyn ServiceError>>;

type DynamicHandler =
    Box<dyn for<'a> Fn(&'a RequestContext, Value) -> BoxFuture<'a, DynamicResult> + Send + Sync>;

/// A provider whose handlers take and return [`Value`]s: for services whose crate is not generated, and
/// for what answers any operation alike (recorded answers, another server).
///
/// What handlers keep, they share by an `Arc`. A parrot:
///
/// ```
/// use asf_runtime::provider::DynamicProvider;
/// use asf_runtime::{Value, schema};
///
/// let spec = br#"{
///     "metadata": {"protocol": "json", "serviceId": "Parrot", "apiVersion": "2020-01-01"},
///     "operations": {"Repeat": {"input": {"shape": "Words"}, "output": {"shape": "Words"}}},
///     "shapes": {
///         "Words": {"type": "structure", "members": {"Text": {"shape": "String"}}},
///         "String": {"type": "string"}
///     }
/// }"#;
/// let service = schema::load_service("parrot", spec)?;
/// let parrot = DynamicProvider::new(service)
///     .handle("Repeat", |_ctx, input| async move { Ok(input) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DynamicProvider {
    service: &'static ServiceSchema,
    name: &'static str,
    validation: Option<Style>,
    handlers: HashMap<u16, DynamicHandler>,
    reset: Option<Box<dyn Fn() + Send + Sync>>,
}

/// The service has no operation of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{service} has no operation {operation}")]
pub struct NoSuchOperation {
    service: &'static str,
    operation: String,
}

impl DynamicProvider {
    /// A provider of a service, without handlers yet.
    #[must_use]
    pub fn new(service: &'static ServiceSchema) -> Self {
        Self {
            service,
            name: "default",
            validation: Style::of(service),
            handlers: HashMap::new(),
            reset: None,
        }
    }

    /// With another name than `default`.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// With another wording of complaints about constraints, or without checks.
    #[must_use]
    pub fn validated(mut self, style: Option<Style>) -> Self {
        self.validation = style;
        self
    }

    /// With a way to forget everything, see [`Provider::reset`].
    #[must_use]
    pub fn resetting(mut self, reset: impl Fn() + Send + Sync + 'static) -> Self {
        self.reset = Some(Box::new(reset));
        self
    }

    /// Binds an operation to a function that is done with the context when it returns its future. An
    /// operation without input gets [`Value::Null`], and the output of one without output is left unread.
    ///
    /// # Errors
    /// [`NoSuchOperation`] if the service has no operation of this name.
    pub fn handle<F, R>(self, operation: &str, handler: F) -> Result<Self, NoSuchOperation>
    where
        F: Fn(&RequestContext, Value) -> R + Send + Sync + 'static,
        R: Future<Output = DynamicResult> + Send + 'static,
    {
        self.handle_boxed(operation, move |ctx, input| Box::pin(handler(ctx, input)))
    }

    /// Like [`handle`](Self::handle), for a function whose future holds the context: it waits for the clock,
    /// say, or calls another function with it.
    ///
    /// # Errors
    /// [`NoSuchOperation`] if the service has no operation of this name.
    pub fn handle_boxed<F>(mut self, operation: &str, handler: F) -> Result<Self, NoSuchOperation>
    where
        F: for<'a> Fn(&'a RequestContext, Value) -> BoxFuture<'a, DynamicResult> + Send + Sync + 'static,
    {
        let found = self
            .service
            .operation(operation)
            .ok_or_else(|| NoSuchOperation { service: self.service.name, operation: operation.to_owned() })?;
        self.handlers.insert(found.index(), Box::new(handler));
        Ok(self)
    }
}

impl std::fmt::Debug for DynamicProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DynamicProvider")
            .field("service", &self.service.name)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Provider for DynamicProvider {
    fn service(&self) -> &'static ServiceSchema {
        self.service
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn validation(&self) -> Option<Style> {
        self.validation
    }

    fn reset(&self) -> bool {
        if let Some(reset) = &self.reset {
            reset();
        }
        self.reset.is_some()
    }

    fn implements(&self, operation: Operation) -> bool {
        self.handlers.contains_key(&operation.index())
    }

    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>> {
        self.implements(operation).then(|| Box::new(Value::Null) as Box<dyn Shape>)
    }

    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult> {
        let Some(handler) = self.handlers.get(&operation.index()) else {
            return Box::pin(ready(Err(AwsError::not_implemented(operation).into())));
        };
        let input: Box<dyn Any> = input;
        match input.downcast::<Value>() {
            Ok(input) => {
                let answer = handler(ctx, *input);
                Box::pin(async move { Ok(Answer::Output(Box::new(answer.await?))) })
            }
            Err(_) => {
                let error = AwsError::internal("a dynamic provider was called with a typed input");
                Box::pin(ready(Err(error.into())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::FutureExt as _;
    use serde_json::json;

    use super::*;
    use crate::Timestamp;
    use crate::clock::ManualClock;
    use crate::context::Environment;
    use crate::protocol;
    use crate::shape::ByteStream;
    use crate::value::neutral::from_neutral;

    const SPEC: &[u8] = br#"{
        "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "Notes", "serviceId": "Notes",
                     "apiVersion": "2020-01-01"},
        "operations": {
            "AddNote": {"input": {"shape": "Note"}, "output": {"shape": "Count"}, "errors": [{"shape": "Full"}]},
            "Forget": {}
        },
        "shapes": {
            "Note": {"type": "structure", "required": ["Text"], "members": {"Text": {"shape": "String"}}},
            "Count": {"type": "structure", "members": {"Number": {"shape": "Integer"}}},
            "Full": {"type": "structure", "members": {"Message": {"shape": "String"}}, "exception": true},
            "String": {"type": "string"},
            "Integer": {"type": "integer"}
        }
    }"#;

    fn service() -> &'static ServiceSchema {
        asf_schema::load_service("notes", SPEC).unwrap()
    }

    fn call(provider: &DynamicProvider, ctx: &RequestContext, body: &str) -> Result<String, String> {
        let operation = ctx.operation;
        let protocol = protocol::of(ctx.protocol);
        let mut input = provider.new_input(operation).unwrap();
        let body = ByteStream::from(body.to_owned());
        protocol.parse_request(operation, &ctx.request, body, &mut *input).unwrap();
        let answer = provider.call(ctx, operation, input).now_or_never().expect("it does not wait");
        let exchange = protocol::Exchange { headers: &ctx.request.headers, request_id: &ctx.request_id };
        match answer.map_err(|error| format!("{} {}", error.status(), error.code()))? {
            Answer::Output(mut output) => {
                let response = protocol.serialize_response(operation, &mut *output, exchange).unwrap();
                Ok(String::from_utf8(response.body().as_bytes().unwrap().to_vec()).unwrap())
            }
            raw @ Answer::Raw(_) => panic!("{raw:?}"),
        }
    }

    /// An ordinary function, which holds the context while it waits.
    async fn add(ctx: &RequestContext, input: Value, notes: &Mutex<Vec<String>>) -> DynamicResult {
        ctx.clock().until(ctx.clock().now()).await;
        let text = input.member("Text").and_then(Value::as_str).unwrap_or_default();
        let mut notes = notes.lock().unwrap();
        if notes.len() == 2 {
            return Err(AwsError::sender("Full", format!("in {}", ctx.region)).into());
        }
        notes.push(text.to_owned());
        let output =
            ctx.operation.output().ok_or_else(|| AwsError::internal("the operation has an output"))?;
        from_neutral(output, &json!({"Number": notes.len()}))
            .map_err(|error| AwsError::internal(error.to_string()).into())
    }

    #[test]
    fn answers_by_name() {
        let notes: Arc<Mutex<Vec<String>>> = Arc::default();
        let (adding, forgetting) = (Arc::clone(&notes), Arc::clone(&notes));
        let provider = DynamicProvider::new(service())
            .named("memory")
            .validated(Some(Style::SMITHY))
            .handle_boxed("AddNote", move |ctx, input| {
                let notes = Arc::clone(&adding);
                Box::pin(async move { add(ctx, input, &notes).await })
            })
            .unwrap()
            .handle("Forget", move |_, input| {
                forgetting.lock().unwrap().clear();
                ready(Ok(input))
            })
            .unwrap();
        assert_eq!((provider.name(), provider.validation()), ("memory", Some(Style::SMITHY)));

        let clock = Arc::new(ManualClock::new(Timestamp::new(0, 0)));
        let environment = Environment { clock, ..Environment::default() };
        let ctx = |name| RequestContext::new(service().operation(name).unwrap(), environment.clone());
        let (add, forget) = (ctx("AddNote"), ctx("Forget"));
        for (ctx, body, expected) in [
            (&add, r#"{"Text":"a"}"#, Ok(r#"{"Number":1}"#)),
            (&add, r#"{"Text":"b"}"#, Ok(r#"{"Number":2}"#)),
            (&add, r#"{"Text":"c"}"#, Err("400 Full")),
            (&forget, "", Ok("{}")),
            (&add, r#"{"Text":"d"}"#, Ok(r#"{"Number":1}"#)),
        ] {
            let found = call(&provider, ctx, body);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{body}");
        }
    }

    #[test]
    fn what_is_not_there() {
        let error = DynamicProvider::new(service()).handle("Addnote", |_, it| ready(Ok(it)));
        assert_eq!(error.unwrap_err().to_string(), "notes has no operation Addnote");

        let provider = DynamicProvider::new(service()).handle("Forget", |_, it| ready(Ok(it))).unwrap();
        let [add, forget] = ["AddNote", "Forget"].map(|name| service().operation(name).unwrap());
        assert!(provider.implements(forget) && !provider.implements(add));
        assert!(provider.new_input(add).is_none());
        for (operation, code) in [(add, "NotImplemented"), (forget, "InternalFailure")] {
            let ctx = RequestContext::new(operation, Environment::default());
            let answer = provider.call(&ctx, operation, Box::new(())).now_or_never().unwrap();
            assert_eq!(answer.unwrap_err().code(), code);
        }
    }
}
