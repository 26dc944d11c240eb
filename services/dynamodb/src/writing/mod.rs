//! Writes of items: what a request wants, whether it may, and what comes of it.

pub mod transaction;

use std::sync::Arc;

use asf_runtime::Timestamp;

use crate::capacity::Consumed;
use crate::error::{DynamoError, ErrorKind};
use crate::evaluate::{apply, check_key_access, check_update, holds};
use crate::expression::ast::{Action as Change, Condition, Origin, Update};
use crate::models::{Item, TableDescription};
use crate::store::{Address, ChangedBy, ItemKey, ItemRecord, OpenTable, Store};
use crate::{items, partiql, size};

/// A write that is wanted.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which item.
    pub target: Target,
    /// What becomes of it.
    pub action: Action,
    /// What has to be true of it.
    pub condition: Option<Condition>,
    /// Whether the item is shown where that is not true.
    pub shows_item: bool,
}

/// Which item is written.
#[derive(Clone, Debug)]
pub enum Target {
    /// The one that is put.
    Put,
    /// That with this key.
    Key(Item),
    /// That whose keys are in the `WHERE` of a statement, which is the condition too.
    Where(Condition),
}

/// What becomes of an item.
#[derive(Clone, Debug)]
pub enum Action {
    /// This, whatever was there.
    Put(Arc<ItemRecord>),
    /// This, if nothing is there: PartiQL's `INSERT`.
    Insert(Arc<ItemRecord>),
    /// Nothing.
    Delete,
    /// Something else, also where nothing is.
    Update(Update),
    /// Something else, if it is there: PartiQL's `UPDATE`.
    UpdateExisting(Update),
    /// The same.
    Check,
}

/// Why a write was not done.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Its condition is not true of the item, which is shown if that was wanted.
    Condition(Option<Arc<ItemRecord>>),
    /// There is an item with this key.
    Duplicate(Option<Arc<ItemRecord>>),
    /// It cannot be done.
    Invalid(DynamoError),
}

impl From<DynamoError> for Refusal {
    fn from(error: DynamoError) -> Self {
        Self::Invalid(error)
    }
}

/// A write that was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// In which table.
    pub table: OpenTable,
    /// The key of the item.
    pub key: ItemKey,
    /// The item before.
    pub old: Option<Arc<ItemRecord>>,
    /// The item after.
    pub new: Option<Arc<ItemRecord>>,
    /// What it cost.
    pub consumed: Consumed,
}

/// test_dynamodb::TestDynamoDB::test_batch_write_not_existing_table
#[must_use]
pub fn no_table() -> DynamoError {
    DynamoError::new(ErrorKind::ResourceNotFound, "Requested resource not found")
}

impl Store {
    /// Does a write. What is changed is one step: others see all of it or nothing.
    ///
    /// # Errors
    ///
    /// Why it was not done.
    pub fn write(&self, address: &Address, write: &Write, now: Timestamp) -> Result<Done, Refusal> {
        let _steps = self.steps();
        let _table = self.locks.share_tables([address]);
        let table = self.table(address).ok_or_else(no_table)?;
        let key = write.key(&table.record.description)?;
        let _partition = self.locks.own_partitions([(table.record.id, &key)]);
        let old = table.get(&key.encoded);
        let new = write.decide(&table, &key, old.as_ref())?;
        if let (Action::Update(update), Some(new)) = (&write.action, &new) {
            size::check_written(update, &new.item)?;
        }
        let consumed = table.change(&key, old.as_ref(), new.as_ref(), now, ChangedBy::Request);
        Ok(Done { table, key, old, new, consumed })
    }
}

impl Write {
    /// The key of the item, after all that can be said of the write by the table alone.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn key(&self, table: &TableDescription) -> Result<ItemKey, DynamoError> {
        let put = match &self.action {
            Action::Put(item) | Action::Insert(item) => Some(item),
            _ => None,
        };
        let key = match (&self.target, put) {
            (Target::Put, Some(item)) => items::check_new(&item.item, table)?,
            // Only what is put has no key of its own.
            (Target::Put, None) => {
                return Err(DynamoError::validation("The provided key element does not match the schema"));
            }
            (Target::Key(key), _) => items::check_key(key, &table.keys)?,
            (Target::Where(condition), _) => partiql::primary_key(condition, &table.keys)?,
        };
        if let Action::Update(update) | Action::UpdateExisting(update) = &self.action {
            check_update(update, table)?;
        }
        if let Some(condition) = &self.condition {
            check_key_access(condition.paths(), table)?;
        }
        Ok(key.into())
    }

    /// What becomes of the item.
    ///
    /// # Errors
    ///
    /// Why it may not.
    pub fn decide(
        &self,
        table: &OpenTable,
        key: &ItemKey,
        old: Option<&Arc<ItemRecord>>,
    ) -> Result<Option<Arc<ItemRecord>>, Refusal> {
        let shown = || old.filter(|_| self.shows_item).cloned();
        // A `DELETE` of what is not there is no error, whatever its `WHERE` says.
        let is_checked =
            old.is_some() || !matches!((&self.target, &self.action), (Target::Where(_), Action::Delete));
        if is_checked && let Some(condition) = &self.condition {
            let nothing = Item::new();
            if !holds(condition, old.map_or(&nothing, |it| &it.item)) {
                return Err(Refusal::Condition(shown()));
            }
        }
        match &self.action {
            Action::Put(item) => Ok(Some(item.clone())),
            Action::Insert(_) if old.is_some() => Err(Refusal::Duplicate(shown())),
            Action::Insert(item) => Ok(Some(item.clone())),
            Action::Delete => Ok(None),
            Action::Check => Ok(old.cloned()),
            Action::UpdateExisting(_) if old.is_none() => Err(Refusal::Condition(None)),
            // `DELETE` of attributes makes no item (AWS's documentation, "UpdateItem", `AttributeUpdates`).
            Action::Update(update) if old.is_none() && only_deletes(update) => Ok(None),
            Action::Update(update) | Action::UpdateExisting(update) => {
                let made = match old {
                    Some(old) => apply(update, &old.item)?,
                    None => apply(update, &table.record.key_item(key))?,
                };
                items::check_updated(&made, &table.record.description)?;
                Ok(Some(Arc::new(made.into())))
            }
        }
    }
}

fn only_deletes(update: &Update) -> bool {
    let is_delete = |action: &Change| matches!(action, Change::Remove(_) | Change::Delete(..));
    update.origin == Origin::Legacy && !update.actions.is_empty() && update.actions.iter().all(is_delete)
}
