//! Threads that sum streams by MD5, several streams each.
//!
//! Uploads come side by side (parts of one object for one), and a processor sums four streams in little more time
//! than one ([`md5`](super::md5)). So what is to be summed waits in one queue for all uploads of the process, and a
//! thread takes up to four at a time. There is a thread for every second processor: the others have bodies to read
//! and files to write. Threads begin when there is something to do, and end when there was nothing for a while.

use std::collections::VecDeque;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asf_runtime::Bytes;
use bytes::Buf as _;
use tokio::sync::oneshot;

use super::md5::{BLOCK, Md5, update_side_by_side};

/// Streams that a thread sums at once.
const LANES: usize = 4;
/// Blocks that are summed before it is looked what else has come: 64 KiB of each stream.
const STRETCH: usize = 1024;
/// How long a thread waits for more.
const PATIENCE: Duration = Duration::from_secs(2);

/// Begins to sum pieces of a stream, behind what was summed of it. Whoever is told nothing is told that nobody does
/// it: the process is ending.
pub(super) fn begin(md5: Md5, pieces: Vec<Bytes>) -> oneshot::Receiver<Md5> {
    let (done, summed) = oneshot::channel();
    submit(Work { md5, pieces: pieces.into(), done });
    summed
}

/// What is to be summed of a stream.
struct Work {
    md5: Md5,
    pieces: VecDeque<Bytes>,
    done: oneshot::Sender<Md5>,
}

impl Work {
    /// Comes to where there are whole blocks. False if nothing is left, or nobody waits any more.
    fn has_blocks(&mut self) -> bool {
        if self.done.is_closed() {
            return false;
        }
        while let Some(piece) = self.pieces.front_mut() {
            let left = self.md5.fill(piece).len();
            piece.advance(piece.len() - left);
            if piece.len() >= BLOCK {
                return true;
            }
            if piece.is_empty() {
                self.pieces.pop_front();
            }
        }
        false
    }
}

/// The blocks that come next.
fn blocks(pieces: &VecDeque<Bytes>) -> &[[u8; BLOCK]] {
    let piece = pieces.front().map(|it| &**it).unwrap_or_default();
    let (blocks, _) = piece.as_chunks();
    &blocks[..blocks.len().min(STRETCH)]
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { waiting: VecDeque::new(), threads: 0, idle: 0 });
static MORE: Condvar = Condvar::new();

struct Queue {
    waiting: VecDeque<Work>,
    threads: usize,
    /// Of the threads: those that wait.
    idle: usize,
}

fn queue() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn most_threads() -> usize {
    static MOST: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, |it| it.get().div_ceil(2)));
    *MOST
}

fn submit(work: Work) {
    let mut queue = queue();
    queue.waiting.push_back(work);
    if queue.idle > 0 {
        MORE.notify_one();
    } else if queue.threads < most_threads() {
        let begun = std::thread::Builder::new().name("md5".to_owned()).spawn(serve);
        // Without a thread, whoever waits is told so as its work is dropped.
        match begun {
            Ok(_) => queue.threads += 1,
            Err(error) => {
                tracing::warn!(%error, "no thread can be begun");
                if queue.threads == 0 {
                    queue.waiting.clear();
                }
            }
        }
    }
}

fn serve() {
    let mut lanes = Vec::with_capacity(LANES);
    while take_more(&mut lanes) {
        // What is through is told at once.
        let mut number = 0;
        while let Some(work) = lanes.get_mut(number) {
            if work.has_blocks() {
                number += 1;
            } else {
                let Work { md5, done, .. } = lanes.remove(number);
                let _ = done.send(md5);
            }
        }
        sum_stretch(&mut lanes);
    }
}

/// Fills the lanes that are empty; waits if all are, and there is nothing. False if there was nothing for long.
fn take_more(lanes: &mut Vec<Work>) -> bool {
    let mut queue = queue();
    if lanes.is_empty() && queue.waiting.is_empty() {
        queue.idle += 1;
        let nothing = |queue: &mut Queue| queue.waiting.is_empty();
        let waited = MORE.wait_timeout_while(queue, PATIENCE, nothing);
        queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        queue.idle -= 1;
        if queue.waiting.is_empty() {
            queue.threads -= 1;
            return false;
        }
    }
    while lanes.len() < LANES {
        let Some(work) = queue.waiting.pop_front() else { break };
        lanes.push(work);
    }
    true
}

/// Sums as many blocks of each as the one with the fewest has.
fn sum_stretch(lanes: &mut [Work]) {
    let summed = lanes.iter().map(|it| blocks(&it.pieces).len()).min().unwrap_or_default();
    match lanes {
        [] => return,
        [one] => update_side_by_side([&mut one.md5], [blocks(&one.pieces)]),
        [one, two] => {
            let blocks = [blocks(&one.pieces), blocks(&two.pieces)];
            update_side_by_side([&mut one.md5, &mut two.md5], blocks);
        }
        [one, two, three, others @ ..] => {
            // Four take no longer than three.
            let mut nobody = Md5::new();
            let (fourth, of_fourth) = match others.first_mut() {
                Some(four) => (&mut four.md5, &four.pieces),
                None => (&mut nobody, &one.pieces),
            };
            let blocks = [&one.pieces, &two.pieces, &three.pieces, of_fourth].map(blocks);
            update_side_by_side([&mut one.md5, &mut two.md5, &mut three.md5, fourth], blocks);
        }
    }
    for work in lanes {
        if let Some(piece) = work.pieces.front_mut() {
            piece.advance(summed * BLOCK);
        }
    }
}

#[cfg(test)]
mod tests {
    use asf_runtime::body::ChecksumAlgorithm;

    use super::*;

    /// Streams of many lengths, in pieces that have nothing to do with blocks, all at the same time.
    #[tokio::test]
    async fn streams_that_come_side_by_side() {
        let streams = (0..40_usize).map(|number| async move {
            let whole: Vec<u8> = (0..number * 7919).map(|it| (it * 31 + number) as u8).collect();
            let mut md5 = Md5::new();
            for batch in whole.chunks(100_003) {
                let pieces = batch.chunks(1 + number * 501).map(Bytes::copy_from_slice).collect();
                md5 = begin(md5, pieces).await.unwrap();
            }
            let expected = ChecksumAlgorithm::Md5.digest(&whole);
            assert_eq!(md5.finish().as_slice(), expected.as_bytes(), "{number}");
        });
        futures_util::future::join_all(streams).await;
    }

    /// Whoever gives up waiting keeps nobody from going on.
    #[tokio::test]
    async fn streams_that_are_given_up() {
        for number in 0..20 {
            let pieces = vec![Bytes::from(vec![number; 1 << 20])];
            drop(begin(Md5::new(), pieces));
        }
        let summed = begin(Md5::new(), vec![Bytes::from_static(b"123456789")]).await.unwrap();
        assert_eq!(summed.finish().as_slice(), ChecksumAlgorithm::Md5.digest(b"123456789").as_bytes());
    }
}
