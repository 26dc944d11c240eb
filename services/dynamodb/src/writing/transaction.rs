//! Several writes, all of them or none.

use std::collections::BTreeSet;
use std::sync::Arc;

use asf_runtime::Timestamp;

use super::{Done, Refusal, Write, no_table};
use crate::error::{DynamoError, ErrorKind};
use crate::limits;
use crate::store::records::{DynamoStore, TokenRecord};
use crate::store::{Address, ChangedBy, ItemKey, ItemRecord, OpenTable, Store};

/// Seconds for which a token stands for its request ("TransactWriteItems" in the API reference).
const TOKEN_LIFE: i64 = 600;
/// Tokens that are over and go with each new one.
const TOKENS_AT_ONCE: usize = 8;

/// What makes a request the same as another: whose it is, its token, and a digest of all that it wants.
#[derive(Clone, Debug)]
pub struct Token {
    /// Where it is remembered: what the caller has in the region.
    pub tables: Arc<DynamoStore>,
    /// `ClientRequestToken`
    pub text: String,
    /// Of the request.
    pub digest: [u8; 16],
}

/// What came of a transaction.
#[derive(Debug)]
pub enum Outcome {
    /// All writes were done.
    Done(Vec<Done>),
    /// The request was done before, by its token. The items as they are now.
    Repeated(Vec<(OpenTable, Option<Arc<ItemRecord>>)>),
}

/// Why a transaction was not done.
#[derive(Debug)]
pub enum Failure {
    /// It is none.
    Invalid(DynamoError),
    /// Some of its writes cannot be done; a reason for each of these.
    Cancelled(Vec<Option<Refusal>>),
    /// The token is that of another request.
    TokenMismatch,
}

impl From<DynamoError> for Failure {
    fn from(error: DynamoError) -> Self {
        Self::Invalid(error)
    }
}

impl Store {
    /// Does all of the writes, or none. Nobody sees some without the others who reads in a transaction.
    ///
    /// # Errors
    ///
    /// Why it was not done.
    pub fn transact(
        &self,
        writes: &[(Address, Write)],
        token: Option<&Token>,
        now: Timestamp,
    ) -> Result<Outcome, Failure> {
        let _steps = self.steps();
        let _tables = self.locks.share_tables(writes.iter().map(|(address, _)| address));
        let tables = writes
            .iter()
            .map(|(address, _)| self.table(address).ok_or_else(no_table))
            .collect::<Result<Vec<OpenTable>, _>>()?;
        let keys = keys(writes, &tables)?;
        let places = || tables.iter().map(|table| table.record.id).zip(&keys);
        if places().collect::<BTreeSet<_>>().len() < keys.len() {
            // (conformance: transactWriteItems)
            return Err(Failure::Invalid(DynamoError::validation(
                "Transaction request cannot include multiple operations on one item",
            )));
        }
        let _partitions = self.locks.own_partitions(places());
        let old: Vec<_> = tables.iter().zip(&keys).map(|(table, key)| table.get(&key.encoded)).collect();
        if let Some(token) = token
            && let Some(known) = token.known(now)
        {
            return match known.digest == token.digest {
                true => Ok(Outcome::Repeated(tables.into_iter().zip(old).collect())),
                false => Err(Failure::TokenMismatch),
            };
        }
        let mut made = Vec::with_capacity(writes.len());
        let mut refusals = Vec::with_capacity(writes.len());
        for (((_, write), table), (key, old)) in writes.iter().zip(&tables).zip(keys.iter().zip(&old)) {
            match write.decide(table, key, old.as_ref()) {
                Ok(new) => {
                    made.push(new);
                    refusals.push(None);
                }
                Err(refusal) => refusals.push(Some(refusal)),
            }
        }
        if refusals.iter().any(Option::is_some) {
            return Err(Failure::Cancelled(refusals));
        }
        let bytes: usize = made.iter().flatten().map(|item| item.size as usize).sum();
        if bytes > limits::TRANSACTION_BYTES {
            // From memory.
            return Err(Failure::Invalid(DynamoError::validation(
                "Transaction request cannot exceed the maximum aggregate size of 4 MB",
            )));
        }
        let done = tables.into_iter().zip(keys).zip(old.into_iter().zip(made));
        let done = done.map(|((table, key), (old, new))| {
            let consumed = table.change(&key, old.as_ref(), new.as_ref(), now, ChangedBy::Request).doubled();
            Done { table, key, old, new, consumed }
        });
        let done = done.collect();
        if let Some(token) = token {
            token.remember(now);
        }
        Ok(Outcome::Done(done))
    }
}

/// The keys of all items; what is wrong with them cancels the transaction.
fn keys(writes: &[(Address, Write)], tables: &[OpenTable]) -> Result<Vec<ItemKey>, Failure> {
    let mut keys = Vec::with_capacity(writes.len());
    let mut refusals = Vec::with_capacity(writes.len());
    for ((_, write), table) in writes.iter().zip(tables) {
        match write.key(&table.record.description) {
            Ok(key) => {
                keys.push(key);
                refusals.push(None);
            }
            Err(error) if error.kind == ErrorKind::ValidationOfRequest => {
                return Err(Failure::Invalid(error));
            }
            Err(error) => refusals.push(Some(Refusal::Invalid(error))),
        }
    }
    if refusals.iter().any(Option::is_some) { Err(Failure::Cancelled(refusals)) } else { Ok(keys) }
}

impl Token {
    fn known(&self, now: Timestamp) -> Option<Arc<TokenRecord>> {
        self.tables.tokens.get(&self.text).filter(|it| now < it.at.plus_seconds(TOKEN_LIFE))
    }

    fn remember(&self, now: Timestamp) {
        let Self { tables, text, digest } = self;
        let over = (now.plus_seconds(-TOKEN_LIFE), String::new());
        for ((at, text), _) in tables.token_times.range(..over, TOKENS_AT_ONCE) {
            // The token may have been used again since.
            tables.tokens.remove_if(&text, |it| it.at == at);
            tables.token_times.remove(&(at, text));
        }
        tables.tokens.insert(text.clone(), TokenRecord { digest: *digest, at: now });
        tables.token_times.insert((now, text.clone()), ());
    }
}
