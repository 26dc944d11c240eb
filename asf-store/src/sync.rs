//! The locks of what is made by hand here. With the feature `shuttle` they are those of a scheduler that tries
//! the orders in which threads can run (`tests/schedules`).

#[cfg(not(feature = "shuttle"))]
pub(crate) use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
#[cfg(not(feature = "shuttle"))]
pub(crate) use std::thread_local;

#[cfg(feature = "shuttle")]
pub(crate) use shuttle::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
#[cfg(feature = "shuttle")]
pub(crate) use shuttle::thread_local;
