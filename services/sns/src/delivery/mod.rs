//! Deliveries: from a published message to all who are to get it.
//!
//! Queues of this process are delivered to before `Publish` is answered: what was acknowledged lies in them, on disk
//! if the state is kept, and in order if the topic is a FIFO topic. Everything else goes on in the background, each
//! subscription for itself; so does a queue that cannot be reached at first. A queue of a FIFO topic gets nothing else
//! until it has got what waits for it. Each text of a message is signed and written once, however many get it. Messages on their
//! way take up to 64 MiB; when there is no room, `Publish` is answered with `Throttled`.

mod confirming;
mod http;
mod line;
mod managed;
mod queue;
mod retries;
mod target;
mod tls;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asf_runtime::client::Connect;
use asf_runtime::context::Environment;
use asf_runtime::identity::AccountId;
use asf_runtime::identity::Region;
use asf_runtime::store::Stores;
use futures_util::future::join_all;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinSet;

pub(crate) use target::{Kind, Target};

use self::http::Headers;
use self::line::{Line, Waiting};
use self::retries::Failure;
use crate::error::{ErrorKind, Fault};
use crate::inspection::{self, Channel, Kept};
use crate::notification::{Notification, Rendered};
use crate::signing::Signer;
use crate::tables::{SnsStore, SubscriptionRecord};
use crate::topics::Topic;

/// KiB of messages on their way.
const ROOM: usize = 64 << 10;
/// So many queues are delivered to one after the other; more are cut into parts that go side by side.
const IN_A_ROW: usize = 64;
/// Connections to endpoints at once.
const CONNECTIONS: usize = 256;
/// So many topics have their subscriptions at hand.
const MAX_TOPICS: usize = 1_000;

/// Delivers messages.
#[derive(Debug)]
pub struct Courier {
    stores: Stores<SnsStore>,
    connect: Connect,
    signer: Signer,
    room: Arc<Semaphore>,
    connections: Semaphore,
    tasks: Mutex<JoinSet<()>>,
    targets: Mutex<HashMap<String, Known>>,
    /// Of FIFO topics, by subscription: what waits until the queue has got what came before. There is an entry as long
    /// as something is tried again.
    behind: Mutex<HashMap<String, VecDeque<Waiting>>>,
}

/// Written by the first who needs it.
type Envelope = Arc<OnceCell<Arc<Rendered>>>;

/// The targets of a topic, and of which revision of the tables they were made.
#[derive(Debug)]
struct Known {
    revision: (u64, u64),
    targets: Arc<[Arc<Target>]>,
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) notification: Notification,
    environment: Environment,
    /// By protocol, for those that have a text of their own; the others share one.
    rendered: Mutex<HashMap<Option<String>, Envelope>>,
    _room: OwnedSemaphorePermit,
}

impl Courier {
    /// For the messages of a process.
    #[must_use]
    pub fn new(stores: Stores<SnsStore>, connect: Connect) -> Self {
        let signing = stores.at(AccountId::DEFAULT, &Region::default()).signing;
        Self {
            stores,
            connect,
            signer: Signer::new(signing),
            room: Arc::new(Semaphore::new(ROOM)),
            connections: Semaphore::new(CONNECTIONS),
            tasks: Mutex::default(),
            targets: Mutex::default(),
            behind: Mutex::default(),
        }
    }

    /// What signs.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Ends everything that is under way.
    pub fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Who gets messages of a topic.
    pub(crate) fn targets(&self, topic: &Topic) -> Arc<[Arc<Target>]> {
        let arn = topic.arn();
        // Before they are read: what changes meanwhile is seen the next time.
        let revision = (topic.store.subscriptions.revision(), topic.store.topics.revision());
        let lock = || self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&arn).filter(|it| it.revision == revision) {
            return known.targets.clone();
        }
        let policy = topic.record.attributes.get("DeliveryPolicy").map(String::as_str);
        let all = crate::subscriptions::confirmed(topic);
        let targets: Arc<[_]> =
            all.into_iter().filter_map(|it| Some(Arc::new(Target::of(it, policy)?))).collect();
        let mut known = lock();
        if known.len() >= MAX_TOPICS {
            known.clear();
        }
        known.insert(arn, Known { revision, targets: targets.clone() });
        targets
    }

    /// Room for a message of so many bytes.
    ///
    /// # Errors
    /// `Throttled`: there is none.
    pub(crate) fn room(&self, size: usize) -> Result<OwnedSemaphorePermit, Fault> {
        let kib = u32::try_from(size / 1_024 + 1).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(kib);
        room.map_err(|_| Fault::new(ErrorKind::Throttled, "Rate exceeded"))
    }

    /// Takes a message in.
    pub(crate) fn parcel(
        &self,
        notification: Notification,
        room: OwnedSemaphorePermit,
        environment: &Environment,
    ) -> Arc<Parcel> {
        let (environment, rendered) = (environment.clone(), Mutex::default());
        Arc::new(Parcel { notification, environment, rendered, _room: room })
    }

    /// Delivers to these. Ends when it has been tried with all queues; the others are tried behind it.
    pub(crate) async fn deliver(self: &Arc<Self>, parcel: Arc<Parcel>, targets: Vec<Arc<Target>>) {
        let (queues, others): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| matches!(target.kind, Kind::Queue(_)));
        for target in others {
            let (courier, parcel) = (self.clone(), parcel.clone());
            self.spawn(async move { courier.deliver_until_given_up(&parcel, &target).await });
        }
        let in_a_row = match parcel.notification.sequence {
            Some(_) => usize::MAX,
            None => IN_A_ROW,
        };
        let waiting: Vec<_> = queues
            .chunks(in_a_row)
            .map(|part| {
                let (done, waiting) = oneshot::channel();
                let (courier, parcel, part) = (self.clone(), parcel.clone(), part.to_vec());
                // A task of its own: it goes on when the caller has gone.
                self.spawn(async move {
                    let all = async {
                        for target in &part {
                            courier.deliver_to_queue(&parcel, target).await;
                        }
                    };
                    if let ((), Err(error)) = courier.stores.state().durably(all).await {
                        tracing::error!(%error, "deliveries of SNS are not written down");
                    }
                    let _ = done.send(());
                });
                waiting
            })
            .collect();
        join_all(waiting).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return tracing::error!("there is no runtime for deliveries of SNS to run on");
        };
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, &runtime);
    }

    /// Delivers to a queue: at once, if it can be. Otherwise it is tried again behind the answer to the publisher, who
    /// does not wait for the clock.
    async fn deliver_to_queue(self: &Arc<Self>, parcel: &Arc<Parcel>, target: &Arc<Target>) {
        let is_fifo = parcel.notification.sequence.is_some();
        let arn = &target.subscription.arn;
        if is_fifo && let Some(line) = self.behind().get_mut(arn) {
            return line.push_back((parcel.clone(), target.clone()));
        }
        let Err(failure) = self.attempt(parcel, target).await else { return };
        let mut delays = retries::managed();
        let mut at_once = delays.by_ref().take(retries::AT_ONCE);
        let Err(failure) = self.tries_again(failure, &mut at_once, parcel, target).await else { return };
        if let Failure::Final(error) = &failure {
            return self.give_up(parcel, target, error).await;
        }
        let line = is_fifo.then(|| Line::open(self.clone(), arn.clone()));
        let (courier, parcel, target) = (self.clone(), parcel.clone(), target.clone());
        self.spawn(async move {
            let delivered = async {
                if let Err(failure) = courier.tries_again(failure, &mut *delays, &parcel, &target).await {
                    courier.give_up(&parcel, &target, &failure.text()).await;
                }
                if let Some(line) = line {
                    line.catch_up().await;
                }
            };
            if let ((), Err(error)) = courier.stores.state().durably(delivered).await {
                tracing::error!(%error, "deliveries of SNS are not written down");
            }
        });
    }

    fn behind(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Waiting>>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers to one, by its retry policy; what fails goes to the dead-letter queue, if there is one.
    async fn deliver_until_given_up(&self, parcel: &Parcel, target: &Target) {
        let Err(failure) = self.attempt(parcel, target).await else { return };
        let mut delays = match (&target.kind, &failure) {
            // Those of endpoints are in the attempt; people and devices are never out of reach.
            (Kind::Web(_) | Kind::Person(_), _) => Box::new(std::iter::empty()),
            (Kind::Stream(_), Failure::Throttled(_)) => retries::throttled_stream(),
            (Kind::Queue(_) | Kind::Function(_) | Kind::Stream(_), _) => retries::managed(),
        };
        if let Err(failure) = self.tries_again(failure, &mut *delays, parcel, target).await {
            self.give_up(parcel, target, &failure.text()).await;
        }
    }

    /// Tries again after a failure.
    ///
    /// # Errors
    /// The last failure.
    async fn tries_again(
        &self,
        failure: Failure,
        delays: &mut (dyn Iterator<Item = i64> + Send),
        parcel: &Parcel,
        target: &Target,
    ) -> Result<(), Failure> {
        let mut failure = failure;
        loop {
            retries::pause(failure, delays, &*parcel.environment.clock).await?;
            match self.attempt(parcel, target).await {
                Ok(()) => return Ok(()),
                Err(again) => failure = again,
            }
        }
    }

    /// What failed for good goes to the dead-letter queue, if there is one.
    async fn give_up(&self, parcel: &Parcel, target: &Target, error: &str) {
        let SubscriptionRecord { arn, endpoint, .. } = &*target.subscription;
        tracing::warn!(subscription = arn, endpoint, error, "a delivery of SNS failed");
        let Some(queue) = &target.dead_letters else { return };
        let letter = self.letter(parcel, target, queue.is_fifo).await;
        if let Err(failure) = queue::send(&self.connect, queue, letter, &parcel.environment).await {
            let error = failure.text();
            tracing::warn!(subscription = arn, error, "a dead letter of SNS is lost");
        }
    }

    /// Delivers to one.
    ///
    /// # Errors
    /// Why it cannot be delivered.
    async fn attempt(&self, parcel: &Parcel, target: &Target) -> Result<(), Failure> {
        let Parcel { notification, environment, .. } = parcel;
        let SubscriptionRecord { arn, protocol, endpoint, .. } = &*target.subscription;
        let text = notification.texts.of(protocol);
        match &target.kind {
            Kind::Queue(queue) => {
                let letter = self.letter(parcel, target, queue.is_fifo).await;
                queue::send(&self.connect, queue, letter, environment).await
            }
            Kind::Function(function) => {
                let rendered = self.rendered(parcel, protocol).await;
                let event = notification.event(text, &rendered, arn).to_string();
                managed::invoke(&self.connect, function, event, environment).await
            }
            Kind::Stream(stream) => {
                let record = match target.is_raw {
                    true => text.to_owned(),
                    false => notification.envelope(&*self.rendered(parcel, protocol).await, arn),
                };
                managed::put_record(&self.connect, stream, record, environment).await
            }
            Kind::Web(plan) => {
                let body = match target.is_raw {
                    true => text.to_owned(),
                    false => notification.envelope(&*self.rendered(parcel, protocol).await, arn),
                };
                let headers = Headers {
                    kind: "Notification",
                    message_id: &notification.message_id,
                    topic: &notification.topic,
                    subscription: Some(arn),
                    is_raw: target.is_raw,
                    content_type: &plan.content_type,
                };
                let (connections, clock) = (&self.connections, &*environment.clock);
                Ok(http::send(endpoint, headers, body, &plan.delays, connections, clock).await?)
            }
            Kind::Person(channel) => {
                let store = self.store_of(&notification.topic).ok_or_else(no_account)?;
                let message = match protocol.as_str() {
                    "email-json" => notification.envelope(&*self.rendered(parcel, protocol).await, arn),
                    _ => text.to_owned(),
                };
                if *channel == Channel::Sms && store.opted_out.contains(endpoint) {
                    return Err(Failure::Final("the phone number has opted out".to_owned()));
                }
                if *channel == Channel::Platform {
                    crate::platforms::check_device(&store, endpoint).map_err(|fault| fault.message)?;
                }
                inspection::keep(
                    &store,
                    *channel,
                    Kept {
                        to: endpoint.clone(),
                        message_id: notification.message_id.clone(),
                        topic: Some(notification.topic.clone()),
                        subscription: Some(arn.clone()),
                        message,
                        subject: notification.subject.clone(),
                        structure: notification.structure.clone(),
                        attributes: notification.attributes.clone(),
                    },
                );
                Ok(())
            }
        }
    }

    /// What a queue gets, and what a dead-letter queue gets in its place
    /// (test_sns::test_redrive_policy_sqs_queue_subscription).
    async fn letter(&self, parcel: &Parcel, target: &Target, to_fifo: bool) -> queue::Letter {
        let notification = &parcel.notification;
        let text = notification.texts.of(&target.subscription.protocol);
        let (body, attributes) = match target.is_raw {
            true => (text.to_owned(), notification.attributes.clone()),
            false => {
                let rendered = self.rendered(parcel, &target.subscription.protocol).await;
                (notification.envelope(&rendered, &target.subscription.arn), Default::default())
            }
        };
        // A FIFO topic's groups mean nothing to a standard queue (test_sns::test_fifo_topic_to_regular_sqs).
        let is_fifo = notification.sequence.is_some();
        queue::Letter {
            body,
            attributes,
            group: notification.group.clone().filter(|_| to_fifo == is_fifo),
            deduplication: notification.deduplication.clone().filter(|_| to_fifo),
        }
    }

    /// The envelope for a protocol, signed and written when it is first needed.
    async fn rendered(&self, parcel: &Parcel, protocol: &str) -> Arc<Rendered> {
        let notification = &parcel.notification;
        let own = notification.texts.own(protocol).map(|_| protocol.to_owned());
        let cell = {
            let mut rendered = parcel.rendered.lock().unwrap_or_else(PoisonError::into_inner);
            rendered.entry(own).or_default().clone()
        };
        let text = notification.texts.of(protocol);
        let render = async || {
            let signature = match notification.sequence {
                Some(_) => None,
                None => {
                    let to_sign = notification.to_sign(text);
                    let version = notification.signature_version;
                    let signed =
                        self.signer.sign(to_sign, version, &notification.base, &parcel.environment.ids);
                    signed
                        .await
                        .inspect_err(|error| tracing::error!(%error, "a notification is not signed"))
                        .ok()
                }
            };
            Arc::new(notification.render(text, signature))
        };
        cell.get_or_init(render).await.clone()
    }

    /// The store of a topic's account and region.
    fn store_of(&self, topic: &str) -> Option<SnsStore> {
        let arn: asf_runtime::identity::Arn = topic.parse().ok()?;
        Some(self.stores.at(arn.account.parse().ok()?, &Region::new(&arn.region)))
    }
}

fn no_account() -> String {
    "there is no such account".to_owned()
}
