//! Group commit: requests queue their changes, one thread takes all that are queued, commits once, wakes all.

use crate::{
    engine::{self, Change, Engine},
    process,
    workload::{Requests, SERVICES},
};
use anyhow::{Context, Result};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

struct Waiting {
    changes: Vec<Change>,
    durable: oneshot::Sender<()>,
}

/// `COUNT` commits of one request each.
pub fn sequence(engine: &str, dir: &Path, count: u64) -> Result<()> {
    let store = engine::open(engine, dir, SERVICES)?;
    let mut requests = Requests::new(0);
    let start = Instant::now();
    for _ in 0..count {
        store.commit(&requests.next())?;
    }
    println!("sequence {engine}: {:.2} ms a commit", start.elapsed().as_secs_f64() * 1e3 / count as f64);
    Ok(())
}

pub fn run(engine: &str, dir: &Path, tasks: usize, seconds: u64) -> Result<()> {
    let store = engine::open(engine, dir, SERVICES)?;
    let (queue, queued) = mpsc::channel(1024);
    let committer = std::thread::spawn(move || commit_all(store, queued));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;

    let before = process::written()?;
    let start = Instant::now();
    let until = start + Duration::from_secs(seconds);
    let clients: Vec<_> =
        (0..tasks).map(|task| runtime.spawn(client(task as u64, until, queue.clone()))).collect();
    drop(queue);
    let mut times = Vec::new();
    let mut bytes = 0;
    for client in clients {
        let (of_one, size) = runtime.block_on(client)?.context("the committer ended early")?;
        times.extend(of_one);
        bytes += size;
    }
    let elapsed = start.elapsed().as_secs_f64();
    let (commits, store) = committer.join().map_err(|_| anyhow::anyhow!("the committer panicked"))??;
    let written = process::written()? - before;
    let (resident, _) = process::memory()?;
    drop(store);

    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "commits {engine} tasks={tasks} requests/s={:.0} commits/s={:.0} p50={:.2}ms p99={:.2}ms max={:.1}ms \
         bytes/request={:.0} written/request={:.0} rss={resident:.0}MiB",
        times.len() as f64 / elapsed,
        commits as f64 / elapsed,
        at(0.5),
        at(0.99),
        at(1.0),
        bytes as f64 / times.len() as f64,
        written as f64 / times.len() as f64,
    );
    Ok(())
}

/// The times of all its requests, and the bytes of their changes; `None` when no one commits.
async fn client(task: u64, until: Instant, queue: mpsc::Sender<Waiting>) -> Option<(Vec<Duration>, u64)> {
    let mut requests = Requests::new(task);
    let (mut times, mut bytes) = (Vec::new(), 0);
    while Instant::now() < until {
        let changes = requests.next();
        bytes += changes.iter().map(Change::size).sum::<u64>();
        let start = Instant::now();
        let (durable, done) = oneshot::channel();
        queue.send(Waiting { changes, durable }).await.ok()?;
        done.await.ok()?;
        times.push(start.elapsed());
    }
    Some((times, bytes))
}

fn commit_all(store: Box<dyn Engine>, mut queued: mpsc::Receiver<Waiting>) -> Result<(u64, Arc<dyn Engine>)> {
    let mut commits = 0;
    while let Some(first) = queued.blocking_recv() {
        let mut changes = first.changes;
        let mut waiting = vec![first.durable];
        while let Ok(next) = queued.try_recv() {
            changes.extend(next.changes);
            waiting.push(next.durable);
        }
        store.commit(&changes)?;
        commits += 1;
        for durable in waiting {
            let _ = durable.send(());
        }
    }
    Ok((commits, Arc::from(store)))
}
