//! Requests as the emulator has them: two services, one like DynamoDB (puts over each other), one like SQS
//! (each message is put once and deleted once).

use crate::engine::Change;
use std::{
    collections::VecDeque,
    sync::atomic::{AtomicU64, Ordering},
};

pub const TABLES: usize = 0;
pub const QUEUES: usize = 1;
pub const SERVICES: usize = 2;

/// xorshift64*: the same numbers in every run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Hexadecimal digits: half of each byte is information, as in text.
    pub fn value(&mut self, length: usize) -> Vec<u8> {
        let mut value = Vec::with_capacity(length + 16);
        while value.len() < length {
            value.extend(format!("{:016x}", self.next()).into_bytes());
        }
        value.truncate(length);
        value
    }
}

pub fn item(number: u64) -> String {
    format!("dynamodb/000000000000/eu-central-1/table-07/item-{number:010}")
}

pub fn message(number: u64) -> String {
    format!("sqs/000000000000/eu-central-1/queue-3/{number:016x}")
}

/// One task's requests: half put 1 to 3 items of a million, a quarter send a message, a quarter delete one.
pub struct Requests {
    random: Random,
    sent: VecDeque<u64>,
}

static MESSAGES: AtomicU64 = AtomicU64::new(0);

impl Requests {
    pub fn new(task: u64) -> Self {
        Self { random: Random::new(task), sent: VecDeque::new() }
    }

    pub fn next(&mut self) -> Vec<Change> {
        let kind = self.random.below(4);
        if kind < 2 {
            let count = 1 + self.random.below(3);
            return (0..count).map(|_| self.put()).collect();
        }
        match self.sent.pop_front() {
            Some(number) if kind == 2 => vec![Change::delete(QUEUES, message(number))],
            oldest => {
                self.sent.extend(oldest);
                let number = MESSAGES.fetch_add(1, Ordering::Relaxed);
                self.sent.push_back(number);
                let length = self.length();
                vec![Change::put(QUEUES, message(number), self.random.value(length))]
            }
        }
    }

    fn put(&mut self) -> Change {
        let key = item(self.random.below(1_000_000));
        let length = self.length();
        Change::put(TABLES, key, self.random.value(length))
    }

    /// 100 B to 2 KiB, small ones more often.
    fn length(&mut self) -> usize {
        let most = 100 + self.random.below(1948);
        (100 + self.random.below(most - 99)) as usize
    }
}
