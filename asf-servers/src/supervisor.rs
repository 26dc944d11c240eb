//! The task that has a server's life in its hands: brings it up, watches it, starts it again, ends it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use asf_runtime::Timestamp;
use tokio::sync::watch;

use crate::port::is_free;
use crate::server::Shared;
use crate::{Ended, Port, Running, ServerError, Start, Status};

/// Lines of the log that errors quote.
const LAST_WORDS: usize = 8;
/// Free ports that are tried when other programs are quicker.
const PORTS: usize = 3;
/// How long something that was killed may take to be gone.
const KILL_TIME: Duration = Duration::from_secs(5);

/// Being asked to stop; the end of the sender is the same.
type Stop = watch::Receiver<bool>;

/// One life of a server, from the call of `start` until it does not run any more.
pub(crate) async fn supervise(shared: Arc<Shared>, mut stop: Stop) {
    let status = match live(&shared, &mut stop).await {
        Ok(()) => Status::Stopped,
        Err(error) => {
            tracing::warn!(server = &*shared.name, %error, "failed");
            Status::Failed(error)
        }
    };
    shared.status.send_replace(status);
}

async fn live(shared: &Shared, stop: &mut Stop) -> Result<(), ServerError> {
    let Some((address, mut running)) = first_up(shared, stop).await? else { return Ok(()) };
    let policy = shared.options.restart;
    let mut crashes = 0;
    loop {
        shared.status.send_replace(Status::Up);
        let since = shared.options.clock.now();
        let mut how = tokio::select! {
            how = running.ended() => how,
            () = asked(stop) => return end(shared, running).await,
        };
        drop(running);
        if shared.now_is(after(since, policy.steady_after)) {
            crashes = 0;
        }
        running = loop {
            crashes += 1;
            let Some(pause) = policy.pause(crashes) else {
                let (server, words) = (shared.name.clone(), shared.logs.tail(LAST_WORDS));
                return Err(ServerError::GaveUp { server, times: crashes, how, words });
            };
            tracing::warn!(server = &*shared.name, crashes, %how, "crashed; starts again in {pause:?}");
            let until = after(shared.options.clock.now(), pause);
            shared.status.send_replace(Status::Restarting { crashes, until });
            tokio::select! {
                () = shared.options.clock.until(until) => {}
                () = asked(stop) => return Ok(()),
            }
            match up(shared, address, stop).await {
                Ok(Some(running)) => break running,
                Ok(None) => return Ok(()),
                Err(ServerError::Exited { how: again, .. }) => how = again,
                Err(error) => how = Ended(error.to_string()),
            }
        };
    }
}

/// Brings it up for the first time; none if it was stopped meanwhile.
async fn first_up(
    shared: &Shared,
    stop: &mut Stop,
) -> Result<Option<(SocketAddr, Box<dyn Running>)>, ServerError> {
    let mut tries = 1;
    loop {
        let address = shared.options.port.choose(shared.options.host)?;
        shared.set_address(address);
        match up(shared, address, stop).await {
            Ok(running) => return Ok(running.map(|it| (address, it))),
            // Another program was quicker to take the port.
            Err(ServerError::Exited { .. })
                if matches!(shared.options.port, Port::Free) && tries < PORTS && !is_free(address) =>
            {
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Brings it up; none if it was stopped meanwhile.
async fn up(
    shared: &Shared,
    address: SocketAddr,
    stop: &mut Stop,
) -> Result<Option<Box<dyn Running>>, ServerError> {
    enum Came {
        Ended(Ended),
        Asked,
        Late,
        Up,
    }
    let server = || shared.name.clone();
    let start = Start { name: server(), address, logs: shared.logs.clone() };
    let mut running = tokio::select! {
        running = shared.backend.run(start) => running?,
        () = asked(stop) => return Ok(None),
    };
    // From now on: bringing it up may have meant to install it.
    let limit = after(shared.options.clock.now(), shared.options.start_time);
    let checked_at = running.checked_at().unwrap_or(address);
    let came = tokio::select! {
        // First, because what answers then at its port is someone else.
        biased;
        how = running.ended() => Came::Ended(how),
        () = asked(stop) => Came::Asked,
        () = shared.options.clock.until(limit) => Came::Late,
        () = shared.health.until_up(checked_at) => Came::Up,
    };
    match came {
        Came::Up => {
            tracing::info!(server = &*shared.name, %address, "up");
            Ok(Some(running))
        }
        Came::Ended(how) => {
            Err(ServerError::Exited { server: server(), how, words: shared.logs.tail(LAST_WORDS) })
        }
        Came::Asked => end(shared, running).await.map(|()| None),
        Came::Late => {
            kill(&mut running).await;
            let (within, words) = (shared.options.start_time, shared.logs.tail(LAST_WORDS));
            Err(ServerError::NotUp { server: server(), address, within, words })
        }
    }
}

/// Asks it to end, and kills it if it takes too long.
async fn end(shared: &Shared, mut running: Box<dyn Running>) -> Result<(), ServerError> {
    shared.status.send_replace(Status::Stopping);
    running.ask_to_end();
    let limit = after(shared.options.clock.now(), shared.options.stop_time);
    tokio::select! {
        how = running.ended() => tracing::debug!(server = &*shared.name, %how, "stopped"),
        () = shared.options.clock.until(limit) => {
            let within = shared.options.stop_time;
            tracing::warn!(server = &*shared.name, "did not end within {within:?} and is killed");
            kill(&mut running).await;
        }
    }
    Ok(())
}

async fn kill(running: &mut Box<dyn Running>) {
    running.kill();
    let _ = tokio::time::timeout(KILL_TIME, running.ended()).await;
}

async fn asked(stop: &mut Stop) {
    let _ = stop.wait_for(|is_asked| *is_asked).await;
}

fn after(time: Timestamp, duration: Duration) -> Timestamp {
    time.plus_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

impl Shared {
    fn now_is(&self, time: Timestamp) -> bool {
        self.options.clock.now() >= time
    }
}
